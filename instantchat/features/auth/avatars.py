"""Profile pictures: decoded, cropped to a square and encoded anew, so that nothing of the upload itself is served."""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path

from PIL import Image, ImageOps

from instantchat.errors import FieldError, Invalid
from instantchat.kit.ids import new_token

SIDE = 256
LARGEST_UPLOAD = 5 * 1024 * 1024
_MOST_PIXELS = 40_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_NAME = re.compile(r"^[A-Za-z0-9_-]{20,64}\.webp$")


class Avatars:
    """The folder of pictures. Names are unguessable: a picture is shown to whoever was given its address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._one_at_a_time = asyncio.Semaphore(1)  # a decoded picture takes up to 160 MB

    async def save(self, upload: bytes) -> str:
        """Store a picture of 256 × 256 pixels; its file name. Raises `Invalid` (`not_an_image`) for anything else."""
        async with self._one_at_a_time:
            picture = await asyncio.to_thread(_square, upload)
            name = f"{new_token(24)}.webp"
            await asyncio.to_thread(self._write, name, picture)
        return name

    def path(self, name: str) -> Path | None:
        """The file of a picture, or None when there is none of that name."""
        if not _NAME.match(name):
            return None
        path = self._folder / name
        return path if path.is_file() else None

    async def drop(self, name: str) -> None:
        """Delete a picture; nothing happens when it is gone."""
        if path := self.path(name):
            await asyncio.to_thread(path.unlink, missing_ok=True)

    def _write(self, name: str, picture: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self._folder / name).write_bytes(picture)


def _square(upload: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(upload), formats=_FORMATS) as opened:  # reads the header only
            if opened.width * opened.height > _MOST_PIXELS:
                raise ValueError("too many pixels")
            opened.draft("RGB", (SIDE * 2, SIDE * 2))
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
        square = ImageOps.fit(upright, (SIDE, SIDE))
        encoded = io.BytesIO()
        square.save(encoded, "WEBP", quality=85)
        return encoded.getvalue()
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        message = "That file is not a picture we can read. Upload a JPEG, PNG, WebP or GIF of up to 40 megapixels."
        error = FieldError(code="not_an_image", field="file", message=message)
        raise Invalid("not_an_image", message, errors=[error]) from None
