"""Regular expressions that cannot run away.

Python's `re` backtracks: `(a+)+$` on thirty letters takes minutes, and no check of the pattern finds every such case.
So patterns are run as sets of states (Thompson 1968), a set being the bits of one number: time is at most states x
characters, whatever the pattern. The price is what needs backtracking: look-around, back-references and captures are
refused. Case is ignored.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from .issues import Issue
from .regex_syntax import STATE_LIMIT, Anchor, Choice, Letter, PatternError, Piece, Repeat, Sequence, parse_pattern

__all__ = ["TEXT_LIMIT", "Pattern", "PatternError", "check_pattern", "compile_pattern"]

TEXT_LIMIT = 1000
_HINT = r"Use letters, ., [a-z], \d, \w, \s, \b, groups, |, *, +, ?, {1,3}, ^ and $."


@lru_cache(maxsize=512)
def compile_pattern(source: str) -> Pattern:
    """A pattern ready to search. Raises PatternError with a sentence for the author."""
    pattern = Pattern()
    pattern.finish(pattern.build(parse_pattern(source), pattern.accept))
    return pattern


def check_pattern(source: str, field: str) -> Iterator[Issue]:
    """A finding when the pattern cannot be used, with why."""
    try:
        compile_pattern(source)
    except PatternError as error:
        yield Issue("bad_regex", f"The pattern cannot be used: {error}.", field=field, hint=_HINT)


class Pattern:
    """States of an automaton; built backwards, each from the state that follows it."""

    __slots__ = ("_letters", "_places", "_reached", "accept", "anchors", "branches", "letters", "start")

    def __init__(self) -> None:
        self.letters: list[tuple[Letter, int] | None] = [None]
        self.branches: list[list[int]] = [[]]
        self.anchors: list[Anchor | None] = [None]
        self.accept = 0
        self.start = 0
        self._letters: dict[Letter, int] = {}
        self._places: tuple[Anchor, ...] = ()
        self._reached: dict[tuple[bool, ...], list[int]] = {}

    def search(self, text: str) -> bool:
        """Whether the pattern occurs in the first 1,000 characters of the text."""
        text = text[:TEXT_LIMIT].casefold()[:TEXT_LIMIT]
        return any(states & 1 << self.accept for states in self._walk(text, is_search=True))

    def fullmatch(self, text: str) -> bool:
        """Whether the pattern is the whole text, which has at most 1,000 characters."""
        text = text.casefold()
        if len(text) > TEXT_LIMIT:
            return False
        *_, last = self._walk(text, is_search=False)
        return bool(last & 1 << self.accept)

    def finish(self, start: int) -> None:
        """Say where to begin, once all is built."""
        self.start = start
        for state, step in enumerate(self.letters):
            if step is not None:
                self._letters[step[0]] = self._letters.get(step[0], 0) | 1 << state
        self._places = tuple({anchor: None for anchor in self.anchors if anchor is not None})

    def build(self, piece: Piece, then: int) -> int:
        """Add the states of `piece`, followed by state `then`; returns its first state."""
        if isinstance(piece, Letter):
            return self._add(letter=(piece, then))
        if isinstance(piece, Anchor):
            return self._add(branches=[then], anchor=piece)
        if isinstance(piece, Sequence):
            for part in reversed(piece.parts):
                then = self.build(part, then)
            return then
        if isinstance(piece, Choice):
            return self._add(branches=[self.build(part, then) for part in piece.parts])
        return self._repeat(piece, then)

    def _repeat(self, piece: Repeat, then: int) -> int:
        if piece.most is None:
            loop = self._add(branches=[then])
            self.branches[loop].append(self.build(piece.part, loop))
            then = loop
        else:
            for _ in range(piece.most - piece.least):
                then = self._add(branches=[then, self.build(piece.part, then)])
        for _ in range(piece.least):
            then = self.build(piece.part, then)
        return then

    def _add(
        self, letter: tuple[Letter, int] | None = None, branches: list[int] | None = None, anchor: Anchor | None = None
    ) -> int:
        if len(self.letters) >= STATE_LIMIT:
            raise PatternError("the pattern is too big: shorten it or use smaller repeat counts")
        self.letters.append(letter)
        self.branches.append(branches or [])
        self.anchors.append(anchor)
        return len(self.letters) - 1

    def _walk(self, text: str, *, is_search: bool) -> Iterator[int]:
        """The states before each character and at the end; in a search the pattern may begin anywhere."""
        accepting: dict[str, int] = {}
        known: dict[tuple[int, int], int] = {}
        hit = 0
        for position in range(len(text) + 1):
            reached = self._reached_at(text, position)
            key = (hit, id(reached))
            if key not in known:
                known[key] = self._after(hit, reached)
            states = known[key]
            if is_search or position == 0:
                states |= reached[self.start]
            yield states
            if position < len(text):
                character = text[position]
                if character not in accepting:
                    accepting[character] = self._accepting(character)
                hit = states & accepting[character]

    def _accepting(self, character: str) -> int:
        """The states whose letter this character is."""
        found = 0
        for letter, states in self._letters.items():
            if letter.accepts(character):
                found |= states
        return found

    def _after(self, hit: int, reached: list[int]) -> int:
        """The states that follow those whose letter was there."""
        found = 0
        while hit:
            state = hit.bit_length() - 1
            hit ^= 1 << state
            step = self.letters[state]
            found |= reached[step[1]] if step is not None else 0
        return found

    def _reached_at(self, text: str, position: int) -> list[int]:
        """For each state those that are reached from it without a character, by which anchors hold at this place."""
        place = tuple(anchor.holds(text, position) for anchor in self._places)
        if place not in self._reached:
            self._reached[place] = self._closures(
                {a for a, is_held in zip(self._places, place, strict=True) if is_held}
            )
        return self._reached[place]

    def _closures(self, held: set[Anchor]) -> list[int]:
        closures = [1 << state for state in range(len(self.branches))]
        is_growing = True
        while is_growing:  # states lead to earlier ones but for loops, so a round or two more than loops are nested
            is_growing = False
            for state, branches in enumerate(self.branches):
                anchor = self.anchors[state]
                grown = closures[state]
                for branch in branches if anchor is None or anchor in held else ():
                    grown |= closures[branch]
                is_growing = is_growing or grown != closures[state]
                closures[state] = grown
        return closures
