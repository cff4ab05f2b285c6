"""Media behind addresses like Instagram's: signed, and dead once their time is over or their content is gone."""

from __future__ import annotations

import colorsys
import math
import secrets
import sqlite3
import struct
import zlib

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from instantchat.channels.simulator.requests import simulator_of

DAY = 24 * 3600.0
KEPT = 7 * DAY
STORY = DAY
_SIDE = 320
_PDF = (
    b"%PDF-1.1\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def make(connection: sqlite3.Connection, kind: str, now: float, *, lasts: float | None = KEPT, source: str = "") -> str:
    """The id of new media; `source` is an address of the caller's own that the signed one leads to."""
    asset_id, expires_at = str(secrets.randbelow(9 * 10**15) + 10**15), None if lasts is None else now + lasts
    row = (asset_id, secrets.token_urlsafe(24), kind, source, expires_at)
    connection.execute("INSERT INTO assets VALUES (?, ?, ?, ?, ?)", row)
    return asset_id


def address(connection: sqlite3.Connection, asset_id: str, public_url: str) -> str:
    """Where it is fetched, in the form of `lookaside.fbsbx.com/ig_messaging_cdn`."""
    row = connection.execute("SELECT signature FROM assets WHERE id = ?", (asset_id,)).fetchone()
    signature = row["signature"] if row else ""
    return f"{public_url}/simulator/cdn/ig_messaging_cdn/?asset_id={asset_id}&signature={signature}"


def end(connection: sqlite3.Connection, asset_id: str, now: float) -> None:
    """The content was taken back: its address is dead."""
    connection.execute("UPDATE assets SET expires_at = ? WHERE id = ?", (now - 1, asset_id))


async def fetch(request: Request) -> Response:
    """`GET cdn/ig_messaging_cdn/?asset_id=&signature=`: the media, or 403 once it is over."""
    simulator, query = simulator_of(request), request.query_params
    wanted = (query.get("asset_id", ""), query.get("signature", ""))
    row = await simulator.run(
        lambda c: c.execute("SELECT * FROM assets WHERE id = ? AND signature = ?", wanted).fetchone()
    )
    if row is None or (row["expires_at"] is not None and row["expires_at"] < simulator.now()):
        return Response("URL signature expired", 403, media_type="text/plain")
    if row["source"]:
        return RedirectResponse(row["source"], 302)
    body, media_type = _content(row["kind"], int(row["id"]))
    return Response(body, media_type=media_type, headers={"Cache-Control": "private, max-age=60"})


def _content(kind: str, seed: int) -> tuple[bytes, str]:
    """What there is to see; a video without an address of its own is a picture."""
    if kind == "audio":
        return _tone(), "audio/wav"
    return (_PDF, "application/pdf") if kind == "file" else (_picture(seed), "image/png")


def _picture(seed: int) -> bytes:
    """A PNG of two colours that run into each other, the same for the same seed."""
    hue = seed % 360 / 360
    top, low = (
        [int(255 * part) for part in colorsys.hls_to_rgb(hue + step, light, 0.6)]
        for step, light in ((0, 0.72), (0.1, 0.5))
    )
    rows = []
    for y in range(_SIDE):
        mixed = bytes((one * (_SIDE - y) + other * y) // _SIDE for one, other in zip(top, low, strict=True))
        rows.append(b"\0" + mixed * _SIDE)
    head = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    parts = (b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows), 1)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _tone() -> bytes:
    """A WAV of one second at 440 Hz."""
    rate = 8000
    samples = bytes(128 + int(60 * math.sin(2 * math.pi * 440 * number / rate)) for number in range(rate))
    form = struct.pack("<HHIIHH", 1, 1, rate, rate, 1, 8)
    chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", rate) + samples
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks
