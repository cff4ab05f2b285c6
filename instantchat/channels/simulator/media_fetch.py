"""Fetching the media of a send, when that is switched on: Meta does, and refuses what it cannot get or use."""

from __future__ import annotations

import aiohttp
import httpx

from instantchat.channels.simulator.message_rules import FETCHED
from instantchat.channels.simulator.refusals import bad_parameter
from instantchat.channels.simulator.simulator import Simulator
from instantchat.channels.simulator.threads import Json

_TIMEOUT = 75.0
_MB = 1_000_000
_LARGEST = {"image": 8 * _MB, "video": 25 * _MB, "audio": 25 * _MB, "file": 25 * _MB}
_TYPES = {"image": ("image/",), "video": ("video/",), "audio": ("audio/", "video/mp4"), "file": ("application/pdf",)}


async def check(simulator: Simulator, body: Json) -> None:
    """Raises 2018008 (cannot be fetched), 2018047 (another type) or 2018109 (too big); a slow video is 2018294."""
    if simulator.faults.fetch_media:
        for item in body.get("attachments", []):
            if item.get("type") in FETCHED:
                await _fetch(simulator, item["type"], item["payload"]["url"])


async def _fetch(simulator: Simulator, kind: str, url: str) -> None:
    size = 0
    try:
        async with simulator.http.stream("GET", url, timeout=_TIMEOUT) as answer:
            if not answer.is_success:
                raise bad_parameter("(#100) Failed to fetch the file from the url", 2018008)
            if not answer.headers.get("content-type", "").startswith(_TYPES[kind]):
                raise bad_parameter("(#100) Upload attachment failure: type mismatch", 2018047)
            async for chunk in answer.aiter_bytes():
                size += len(chunk)
                if size > _LARGEST[kind]:
                    raise bad_parameter("(#100) Upload attachment failure: the file is too big", 2018109)
    except httpx.TimeoutException as error:
        raise bad_parameter(
            "(#100) Fetching the file took too long", 2018294 if kind == "video" else 2018008
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError) as error:
        raise bad_parameter("(#100) Failed to fetch the file from the url", 2018008) from error
