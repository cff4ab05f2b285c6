"""Regular expressions that cannot run away.

Python's `re` backtracks: `(a+)+$` on thirty letters takes minutes, and no check of the pattern finds every such case.
So patterns are run as sets of states (Thompson 1968): time is at most states x characters, whatever the pattern. The
price is what needs backtracking: look-around, back-references and captures are refused. Case is ignored.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from .issues import Issue
from .regex_syntax import STATE_LIMIT, Anchor, Choice, Letter, PatternError, Piece, Repeat, Sequence, parse_pattern

__all__ = ["TEXT_LIMIT", "Pattern", "PatternError", "check_pattern", "compile_pattern"]

TEXT_LIMIT = 1000
_HINT = r"Use letters, ., [a-z], \d, \w, \s, \b, groups, |, *, +, ?, {1,3}, ^ and $."


@lru_cache(maxsize=1024)
def compile_pattern(source: str) -> Pattern:
    """A pattern ready to search. Raises PatternError with a sentence for the author."""
    pattern = Pattern()
    pattern.start = pattern.build(parse_pattern(source), pattern.accept)
    return pattern


def check_pattern(source: str, field: str) -> Iterator[Issue]:
    """A finding when the pattern cannot be used, with why."""
    try:
        compile_pattern(source)
    except PatternError as error:
        yield Issue("bad_regex", f"The pattern cannot be used: {error}.", field=field, hint=_HINT)


class Pattern:
    """States of an automaton; built backwards, each from the state that follows it."""

    __slots__ = ("accept", "anchors", "branches", "letters", "start")

    def __init__(self) -> None:
        self.letters: list[tuple[Letter, int] | None] = [None]
        self.branches: list[list[int]] = [[]]
        self.anchors: list[Anchor | None] = [None]
        self.accept = 0
        self.start = 0

    def search(self, text: str) -> bool:
        """Whether the pattern occurs in the first 1,000 characters of the text."""
        text = text[:TEXT_LIMIT].casefold()[:TEXT_LIMIT]
        active: set[int] = set()
        for position in range(len(text) + 1):
            active.add(self.start)
            active = self._closure(active, text, position)
            if self.accept in active:
                return True
            active = self._step(active, text[position : position + 1])
        return False

    def fullmatch(self, text: str) -> bool:
        """Whether the pattern is the whole text, which has at most 1,000 characters."""
        text = text.casefold()
        if len(text) > TEXT_LIMIT:
            return False
        active = {self.start}
        for position, character in enumerate(text):
            active = self._step(self._closure(active, text, position), character)
        return self.accept in self._closure(active, text, len(text))

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

    def _step(self, active: set[int], character: str) -> set[int]:
        """The states after one more character; none at the end of the text."""
        steps = (self.letters[state] for state in active)
        return {step[1] for step in steps if step is not None and character and step[0].accepts(character)}

    def _closure(self, states: set[int], text: str, position: int) -> set[int]:
        reached: set[int] = set()
        stack = list(states)
        while stack:
            state = stack.pop()
            if state in reached:
                continue
            reached.add(state)
            anchor = self.anchors[state]
            if anchor is None or anchor.holds(text, position):
                stack.extend(self.branches[state])
        return reached
