"""What kinds of files Instagram takes as media (docs: Instagram API, Send messages)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

TAKEN: dict[str, tuple[str, ...]] = {
    "image": ("png", "jpeg", "jpg", "gif"),
    "audio": ("aac", "m4a", "wav", "mp4"),
    "video": ("mp4", "ogg", "avi", "mov", "webm"),
    "file": ("pdf",),
}
MEGABYTE = 1024 * 1024
IMAGES = 10  # in one message
LARGEST = {"image": 8, "audio": 25, "video": 25, "file": 25}  # megabytes
_NAMES = {"image": "Pictures", "audio": "Audio", "video": "Videos", "file": "Files"}
# An ending that says nothing of the content (`.php`, `.com`, none) is not judged.
_OTHERS = {
    "image": "webp heic heif avif bmp tif tiff svg ico psd",
    "audio": "mp3 flac opus oga wma aif aiff amr mid midi",
    "video": "ogv mkv wmv flv m4v 3gp mpg mpeg",
    "file": "doc docx xls xlsx ppt pptx odt ods odp txt rtf csv zip rar 7z epub",
}
_KNOWN = frozenset(ending for endings in (*TAKEN.values(), *map(str.split, _OTHERS.values())) for ending in endings)


class _Medium(Protocol):
    @property
    def type(self) -> str: ...


M = TypeVar("M", bound=_Medium)


def together(media: Sequence[M]) -> list[list[M]]:
    """Media by message: images in a row share one, up to ten of them; anything else goes alone."""
    found: list[list[M]] = []
    for each in media:
        if found and each.type == found[-1][-1].type == "image" and len(found[-1]) < IMAGES:
            found[-1].append(each)
        else:
            found.append([each])
    return found


def refused_ending(kind: str, url: str) -> str | None:
    """Why Instagram would refuse a file of this ending as media of this kind, as a sentence; None when nothing is known
    against it. Only the address is looked at: the content may be something else all the same."""
    taken = TAKEN.get(kind)
    try:
        _, dot, ending = urlsplit(url).path.rpartition(".")
    except ValueError:
        return None
    ending = ending.lower()
    if taken is None or not dot or ending in taken or ending not in _KNOWN:
        return None
    return f"{_NAMES[kind]} can be {_listed(taken)}; this is .{ending}."


def too_big(kind: str, size: int) -> str | None:
    """Why Instagram would refuse media of this kind and so many bytes, as a sentence; None when it would not."""
    most = LARGEST.get(kind)
    if most is None or size <= most * MEGABYTE:
        return None
    return f"{_NAMES[kind]} can have {most} MB; this has {size / MEGABYTE:,.1f} MB."


def _listed(endings: tuple[str, ...]) -> str:
    *first, last = (f".{ending}" for ending in endings)
    return f"{', '.join(first)} or {last}" if first else last
