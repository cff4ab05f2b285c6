"""The browser's part of a chat: a list moved through by arrow keys, a thread that keeps its place, a composer that
loses nothing, pictures that may be gone."""

from __future__ import annotations

from typing import Any

import reflex as rx

_ROWS, _SCROLL, _COMPOSER, _PICTURE, _ = (
    rx.asset(name, shared=True) for name in ("rows.jsx", "scroll.jsx", "composer.jsx", "picture.jsx", "drafts.js")
)


def _sent(
    conversation: rx.Var[str], text: rx.Var[str], key: rx.Var[str]
) -> tuple[rx.Var[str], rx.Var[str], rx.Var[str]]:
    return (conversation, text, key)


def _typed(conversation: rx.Var[str], is_typing: rx.Var[bool]) -> tuple[rx.Var[str], rx.Var[bool]]:
    return (conversation, is_typing)


class RowsView(rx.Component):
    """A scrolling list of `li > a`; arrows, Home and End move between the links."""

    library = _ROWS.importable_path
    tag = "Rows"


class ThreadScroll(rx.Component):
    """The scrolling thread, `#thread`: opens at its end and stays there, unless the reader has scrolled up."""

    library = _SCROLL.importable_path
    tag = "ThreadScroll"
    lib_dependencies: list[str] = ["lucide-react@1.26.0"]
    thread: rx.Var[str]
    label: rx.Var[str]


class Composer(rx.Component):
    """Where an answer or a note is written, `#composer`; at the right of the field stands the first of its children,
    for a note the second.

    `on_send(conversation, text, key)` is answered by an entry `{kind, key, conversation, refusal}` of `answers`, its
    kind `message` or `note` (`on_note`), of which the last few are enough: a refused text returns to the field. A new
    `epoch` repeats, with the same key, what has had no answer. Drafts are kept per `owner`, `conversation` and kind.
    """

    library = _COMPOSER.importable_path
    tag = "Composer"
    owner: rx.Var[str]
    conversation: rx.Var[str]
    epoch: rx.Var[str]
    answers: rx.Var[list[dict[str, Any]]]
    on_send: rx.EventHandler[_sent]
    on_note: rx.EventHandler[_sent]
    on_typing: rx.EventHandler[_typed]


class Picture(rx.Component):
    """A picture by its address; its children stand in once the address is dead."""

    library = _PICTURE.importable_path
    tag = "Picture"
    url: rx.Var[str]


rows = RowsView.create
thread_scroll = ThreadScroll.create
composer = Composer.create
picture = Picture.create
