"""Class names: joined here, so that a primitive's own come first and a caller's additions last."""

from __future__ import annotations

from typing import Any

import reflex as rx


def cx(*parts: str | rx.Var | None) -> Any:
    """The given class names as one string (or Var, when any part is one); empty parts are left out.

    Tailwind has no "last one wins": add what the primitive does not set (margins, widths), do not override it.
    """
    kept = [part for part in parts if isinstance(part, rx.Var) or part]
    if any(isinstance(part, rx.Var) for part in kept):
        joined: Any = ""
        for part in kept:
            joined = part if isinstance(joined, str) and not joined else joined + " " + part
        return joined
    return " ".join(str(part) for part in kept)
