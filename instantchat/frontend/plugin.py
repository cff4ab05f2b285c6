"""What we change in Reflex's build: the server's address, the font and the design tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reflex.plugins import Plugin

_THEME = Path(__file__).parent.parent / "ui" / "theme.css"

# Reflex bakes the server's address into the build. One build must serve any host and port (DESIGN section 3), so the
# address is taken from the page's own location at run time instead.
_BAKED = "  // Get backend URL object from the endpoint.\n  const endpoint = new URL(url_str);\n"
_OWN_ORIGIN = """  // InstantChat: the server is where this page came from.
  const endpoint = new URL(url_str);
  if (typeof window !== "undefined") {
    const isSocket = endpoint.protocol === "ws:" || endpoint.protocol === "wss:";
    const isSecure = window.location.protocol === "https:";
    const protocol = isSocket ? (isSecure ? "wss:" : "ws:") : window.location.protocol;
    return new URL(`${protocol}//${window.location.host}${endpoint.pathname}${endpoint.search}`);
  }
"""


class InstantChatPlugin(Plugin):
    """Applied by `rxconfig.py`. The build fails when Reflex's own source no longer has the place we change."""

    def get_frontend_dependencies(self, **context: Any) -> tuple[str, ...]:
        return ("@fontsource-variable/inter@5.2.8",)

    def get_stylesheet_paths(self, **context: Any) -> tuple[str, ...]:
        return ("@fontsource-variable/inter/wght.css",)

    def pre_compile(self, **context: Any) -> None:
        context["add_modify_task"]("utils/state.js", own_origin)
        context["add_modify_task"]("styles/tailwind.css", lambda css: f"{css}\n{_THEME.read_text()}")


def own_origin(source: str) -> str:
    """Reflex's `utils/state.js` with the server's address taken from `window.location`; idempotent."""
    if _OWN_ORIGIN in source:
        return source
    if source.count(_BAKED) != 1:
        raise RuntimeError("Reflex's getBackendURL is no longer where frontend/plugin.py expects it.")
    return source.replace(_BAKED, _OWN_ORIGIN)
