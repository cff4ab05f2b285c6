"""Text as Instagram takes it and as people type it."""

from __future__ import annotations

import unicodedata

MESSAGE_BYTES = 1000  # docs: Instagram API, Send messages: "UTF-8 and 1000 bytes or less"
BUTTONS_BYTES = 640  # docs: Messenger Platform, Button template: text of at most 640 characters

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "\ufe0f": None})
_JOINER = "\u200d"


def fold(text: str) -> str:
    """The form in which texts are compared: no case, composed accents, plain apostrophes, single spaces."""
    if text.isascii():
        lowered = text.lower().strip()
        return lowered if lowered.isprintable() and "  " not in lowered else " ".join(lowered.split())
    return " ".join(unicodedata.normalize("NFC", text).translate(_APOSTROPHES).casefold().split())


def shorten(text: str, length: int) -> str:
    """At most `length` characters on one line, with an ellipsis when something was left out."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


def is_emoji(text: str) -> bool:
    """Whether this is one emoji: one character as people see them, that is a picture."""
    if not text or any(not _is_inside_character(text, position) for position in range(1, len(text))):
        return False
    return unicodedata.category(text[0]) == "So" or text.endswith("\u20e3")  # a picture, or a keycap


def split_text(text: str, limit: int = MESSAGE_BYTES) -> list[str]:
    """Parts of at most `limit` (16 or more) UTF-8 bytes, in order, cut at white space where there is some in reach.

    A word longer than a part is cut between characters as people see them (an emoji with its skin tone stays whole).
    White space at a cut is dropped; text without any visible character gives no part.
    """
    rest = text.encode("utf-8", "replace").decode().strip()
    parts = []
    while len(rest.encode()) > limit:
        cut = _best_cut(rest, limit)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _best_cut(text: str, limit: int) -> int:
    fits = len(text.encode()[:limit].decode("utf-8", "ignore"))
    for position in range(fits, 0, -1):
        if text[position].isspace():
            return position
    for position in range(fits, max(0, fits - 32), -1):
        if not _is_inside_character(text, position):
            return position
    return fits


def _is_inside_character(text: str, position: int) -> bool:
    before, after = text[position - 1], text[position]
    if after == _JOINER or before == _JOINER or unicodedata.category(after) in ("Mn", "Me", "Mc"):
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":  # skin tones, flags' tags
        return True
    flags = 0
    while flags < position and "\U0001f1e6" <= text[position - 1 - flags] <= "\U0001f1ff":
        flags += 1
    return flags % 2 == 1 and "\U0001f1e6" <= after <= "\U0001f1ff"
