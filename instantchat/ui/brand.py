"""The product's mark and name."""

from __future__ import annotations

import reflex as rx


def mark(*, size: int = 28) -> rx.Component:
    """A speech bubble with a spark: chat, instantly."""
    return rx.el.svg(
        rx.el.path(
            d="M6 4h20a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4H15l-6.3 5.2A1 1 0 0 1 7 28.4V24H6a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4z",
            fill="var(--brand)",
        ),
        rx.el.path(d="M17.6 7.2 10.6 15h4.6l-1 6 7-7.9h-4.7z", fill="#fff"),
        view_box="0 0 32 32",
        width=str(size),
        height=str(size),
        aria_hidden=True,
        class_name="shrink-0",
    )


def wordmark() -> rx.Component:
    """The mark with the name beside it."""
    return rx.el.span(
        mark(),
        rx.el.span("InstantChat", class_name="text-[17px] font-semibold tracking-tight"),
        class_name="inline-flex items-center gap-2.5",
    )
