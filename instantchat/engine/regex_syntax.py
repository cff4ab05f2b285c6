"""The syntax of patterns: letters, `.`, classes, `\\d \\w \\s \\b`, groups, `|`, `* + ? {m,n}`, `^` and `$`."""

from __future__ import annotations

from dataclasses import dataclass

STATE_LIMIT = 500
PATTERN_LIMIT = 300
_DEPTH_LIMIT = 30
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class PatternError(ValueError):
    """The pattern cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One character: any of `chars`, `ranges` or `classes` (d, w, s and their capitals), or with `negated` none."""

    chars: str = ""
    ranges: tuple[tuple[str, str], ...] = ()
    classes: str = ""
    negated: bool = False

    def accepts(self, character: str) -> bool:
        """Whether this casefolded character is meant."""
        return self._has(character) != self.negated

    def _has(self, character: str) -> bool:
        if character in self.chars or any(is_class(name, character) for name in self.classes):
            return True
        upper = character.upper()
        return any(low <= character <= high or low <= upper <= high for low, high in self.ranges)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place: `^`, `$`, `b` (word boundary) or `B`."""

    name: str

    def holds(self, text: str, position: int) -> bool:
        """Whether the place between characters `position - 1` and `position` is meant."""
        if self.name == "^":
            return position == 0
        if self.name == "$":
            return position == len(text)
        before = position > 0 and is_class("w", text[position - 1])
        after = position < len(text) and is_class("w", text[position])
        return (before != after) == (self.name == "b")


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    parts: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of them."""

    parts: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`least` to `most` times (None: without end)."""

    part: Piece
    least: int
    most: int | None


Piece = Letter | Anchor | Sequence | Choice | Repeat


def is_class(name: str, character: str) -> bool:
    """`\\d`, `\\w`, `\\s` in Python's Unicode sense; capitals are the opposite."""
    lower = name.lower()
    if lower == "d":
        held = character.isdecimal()
    elif lower == "s":
        held = character.isspace()
    else:
        held = character.isalnum() or character == "_"
    return held == name.islower()


def parse_pattern(source: str) -> Piece:
    """The tree of a pattern of at most 300 characters. Raises PatternError."""
    if len(source) > PATTERN_LIMIT:
        raise PatternError(f"the pattern is longer than {PATTERN_LIMIT} characters")
    parser = _Parser(source)
    piece = parser.choice(0)
    if not parser.is_done():
        raise PatternError("there is a ) without a ( before it")
    return piece


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    def is_done(self) -> bool:
        return self.at >= len(self.source)

    def choice(self, depth: int) -> Piece:
        if depth > _DEPTH_LIMIT:
            raise PatternError("the groups are nested too deeply")
        parts = [self._sequence(depth)]
        while self._take("|"):
            parts.append(self._sequence(depth))
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _sequence(self, depth: int) -> Piece:
        parts: list[Piece] = []
        while not self.is_done() and self._peek() not in "|)":
            parts.append(self._repeated(self._atom(depth)))
        return Sequence(tuple(parts))

    def _repeated(self, atom: Piece) -> Piece:
        counts = self._counts()
        if counts is None:
            return atom
        self._take("?")
        if self._counts() is not None:
            raise PatternError("two repeat signs follow each other")
        return Repeat(atom, *counts)

    def _counts(self) -> tuple[int, int | None] | None:
        for sign, counts in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return counts
        end = self.source.find("}", self.at)
        if self._peek() != "{" or end < 0:
            return None
        least, comma, most = self.source[self.at + 1 : end].partition(",")
        if not least.isdecimal() or len(least) > 3 or (most and (not most.isdecimal() or len(most) > 3)):
            raise PatternError("a { needs counts of at most 999, such as {2} or {1,3}; write \\{ for the sign itself")
        self.at = end + 1
        upper = None if comma and not most else int(most or least)
        if upper is not None and upper < int(least):
            raise PatternError("a repeat count ends before it begins")
        return int(least), upper

    def _atom(self, depth: int) -> Piece:
        sign = self._next()
        if sign == "(":
            return self._group(depth)
        if sign == "[":
            return self._class()
        if sign == "\\":
            return self._escape()
        if sign in "^$":
            return Anchor(sign)
        if sign == ".":
            return Letter(chars="\n", negated=True)
        if sign in "*+?":
            raise PatternError(f"there is nothing to repeat before {sign}")
        return _literal(sign)

    def _group(self, depth: int) -> Piece:
        if self._take("?") and not self._take(":"):
            raise PatternError("look-around, named groups and flags are not supported; use (?:...) or plain groups")
        piece = self.choice(depth + 1)
        if not self._take(")"):
            raise PatternError("a ( is not closed")
        return piece

    def _escape(self) -> Piece:
        sign = self._next()
        if sign in "dDwWsS":
            return Letter(classes=sign)
        if sign in "bB":
            return Anchor(sign)
        if sign.isdecimal():
            raise PatternError("back-references are not supported")
        return _literal(self._plain_escape(sign))

    def _class(self) -> Piece:
        negated = self._take("^")
        chars, classes, ranges = "", "", []
        is_first = True
        while is_first or self._peek() != "]":
            is_first = False
            low = self._next()
            if low == "\\":
                low = self._next()
                if low in "dDwWsS":
                    classes += low
                    continue
                low = self._plain_escape(low)
            if self._peek() == "-" and self.source[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                high = self._next()
                high = self._plain_escape(self._next()) if high == "\\" else high
                if high < low:
                    raise PatternError(f"the range {low}-{high} is the wrong way round")
                ranges.append((low, high))
            else:
                chars += low + low.casefold()
        self.at += 1
        return Letter(chars, tuple(ranges), classes, negated)

    def _plain_escape(self, sign: str) -> str:
        if sign in _ESCAPES:
            return _ESCAPES[sign]
        if sign.isalnum():
            raise PatternError(f"\\{sign} is not supported")
        return sign

    def _peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def _take(self, sign: str) -> bool:
        if self._peek() != sign:
            return False
        self.at += 1
        return True

    def _next(self) -> str:
        if self.is_done():
            raise PatternError("the pattern ends too early")
        self.at += 1
        return self.source[self.at - 1]


def _literal(sign: str) -> Piece:
    folded = sign.casefold()
    if len(folded) == 1:
        return Letter(chars=folded)
    return Sequence(tuple(Letter(chars=each) for each in folded))
