"""The phone page and its files."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse

STATIC = Path(__file__).parent / "static"
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: https: http:; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


@cache
def template(name: str) -> Template:
    """A page as `string.Template`; what is put in must be escaped."""
    return Template((STATIC / name).read_text(encoding="utf-8"))


async def phone(_request: Request) -> HTMLResponse:
    """`GET /simulator`."""
    return HTMLResponse(template("phone.html").template, headers=PAGE_HEADERS)
