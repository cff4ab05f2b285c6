"""Serves the built pages: precompressed files, long caching for hashed assets, a content security policy for pages."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from reflex.utils.precompressed_staticfiles import PrecompressedStaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import Scope

_NOWHERE = "-/-"
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)


class Pages(PrecompressedStaticFiles):
    """The built pages in `folder`; Reflex's `router` maps `/chats/abc` to the page of `/chats/[conversation]`."""

    def __init__(self, folder: Path, router: Any) -> None:
        super().__init__(directory=folder, html=True, encodings=["brotli", "gzip"], router=router)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A page or file, the 404 page for what no file system can name, 405 for other methods; never a redirect."""
        try:
            response: Response = await super().get_response(path, scope)
            if not isinstance(response, RedirectResponse):
                return response
        except HTTPException as error:
            if error.status_code == 405:
                headers = {"Allow": "GET, HEAD", "X-Content-Type-Options": "nosniff"}
                return PlainTextResponse("Pages can only be read.", 405, headers)
        missing: Response = await super().get_response(_NOWHERE, scope)
        return missing

    def file_response(
        self, full_path: Any, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response: Response = super().file_response(full_path, stat_result, scope, status_code)
        path = str(full_path)
        is_hashed = "/assets/" in path and status_code == 200
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_hashed else "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
        if path.endswith(".html"):
            response.headers["Content-Security-Policy"] = _policy(path, stat_result.st_mtime)
            response.headers["X-Frame-Options"] = "DENY"
            response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        return response

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """`/chats` is both a folder and `chats.html`: serve the page, never a redirect to `/chats/`."""
        if path and path != "." and not path.endswith(".html"):
            found: tuple[str, os.stat_result | None] = super().lookup_path(path.rstrip("/") + ".html")
            if found[1] is not None:
                return found
        answer: tuple[str, os.stat_result | None] = super().lookup_path(path)
        return answer


@lru_cache(maxsize=256)
def _policy(path: str, modified: float) -> str:
    """The page's policy: scripts of ours and, by hash, the ones React Router wrote into this very file."""
    inline = _INLINE_SCRIPT.findall(Path(path).read_bytes())
    hashes = sorted({base64.b64encode(hashlib.sha256(script).digest()).decode() for script in inline})
    scripts = " ".join(f"'sha256-{value}'" for value in hashes)
    return (
        f"default-src 'self'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob: https:; media-src 'self' https:; font-src 'self' data:; connect-src 'self'; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )
