"""One line of the thread: a message with its pictures, who wrote it, whether it arrived and why; or a note."""

from __future__ import annotations

import reflex as rx

from instantchat.features.inbox.state import Inbox
from instantchat.features.inbox.views import Attachment, Bubble, CardView
from instantchat.features.inbox.why.components import why_button
from instantchat.ui.button import button
from instantchat.ui.chat import picture
from instantchat.ui.feedback import badge
from instantchat.ui.moment import day_break, moment

_CHIP = "flex w-fit items-center gap-1.5 rounded-xl border border-border bg-surface px-3 py-2 text-sm"
_LABEL = "flex items-center gap-1.5 text-xs font-medium text-muted-foreground"


def bubble(line: rx.Var[Bubble], before: rx.Var[str]) -> rx.Component:
    """A message, note or activity, under a separator if the one at the moment `before` was of another day."""
    kind = rx.match(line.kind, ("message", rx.cond(line.is_out, "out", "in")), line.kind)
    return rx.el.li(
        day_break(line.at, before, class_name="py-3 text-center text-xs font-medium text-muted-foreground"),
        rx.match(line.kind, ("note", _note(line)), ("activity", _activity(line)), _message(line)),
        key=line.id,
        class_name="group",
        custom_attrs={"data-direction": kind, "data-delivery": line.delivery},
    )


def _message(message: rx.Var[Bubble]) -> rx.Component:
    return rx.el.div(
        _label(message),
        rx.foreach(message.attachments, _attachment),
        rx.cond(message.cards, _cards(message), rx.fragment()),
        rx.cond(
            message.text,
            _text(message),
            rx.cond(message.attachments | message.cards, rx.fragment(), _nothing(message)),
        ),
        rx.cond(message.reactions, _reactions(message), rx.fragment()),
        rx.cond(message.choices, _choices(message), rx.fragment()),
        _about(message),
        rx.cond(
            message.error,
            rx.el.p(message.error, class_name="max-w-full text-[13px] text-danger text-pretty break-words"),
            rx.fragment(),
        ),
        rx.cond(
            message.advice,
            rx.el.p(message.advice, class_name="max-w-full text-[13px] text-muted-foreground text-pretty"),
            rx.fragment(),
        ),
        rx.cond(message.can_resend & Inbox.can_answer, _send_again(message), rx.fragment()),
        class_name=rx.cond(
            message.is_out,
            "ml-auto flex w-fit max-w-[85%] flex-col items-end gap-1 text-right xl:max-w-[70%]",
            "mr-auto flex w-fit max-w-[85%] flex-col items-start gap-1 xl:max-w-[70%]",
        ),
    )


def _send_again(message: rx.Var[Bubble]) -> rx.Component:
    """Of an unknown outcome it may arrive twice: that is for a person to decide."""
    return rx.el.div(
        rx.cond(
            message.delivery == "unknown",
            rx.el.span("It may arrive twice.", class_name="text-[13px] text-muted-foreground"),
            rx.fragment(),
        ),
        button("Send again", size="sm", on_click=Inbox.resend(message.id)),
        class_name="flex flex-wrap items-center justify-end gap-x-2",
    )


def _note(note: rx.Var[Bubble]) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            rx.icon("sticky-note", size=13, aria_hidden=True, class_name="shrink-0"),
            rx.el.span("Note by ", note.who, class_name="truncate"),
            moment(note.at, "time", class_name="ml-auto shrink-0 pl-3 tabular-nums"),
            class_name="flex items-center gap-1.5 text-xs font-medium text-warning",
        ),
        rx.el.p(note.text, class_name="mt-1 whitespace-pre-wrap wrap-anywhere"),
        class_name="mx-auto w-fit min-w-48 max-w-[85%] rounded-xl border border-warning/30 bg-warning-soft px-3.5 "
        "py-2.5 xl:max-w-[70%]",
    )


def _activity(line: rx.Var[Bubble]) -> rx.Component:
    return rx.el.p(
        rx.el.span(line.text, class_name="wrap-anywhere"),
        rx.cond(line.who, rx.el.span(" · ", line.who), rx.fragment()),
        " · ",
        moment(line.at, "time", class_name="tabular-nums"),
        class_name="mx-auto max-w-[85%] text-center text-xs text-muted-foreground text-pretty",
    )


def _label(message: rx.Var[Bubble]) -> rx.Component:
    """How it goes out, where that is not as a direct message."""
    return rx.match(
        message.action,
        (
            "comment_reply",
            rx.el.p(
                rx.icon("message-square-reply", size=13, aria_hidden=True), "Replied under the post", class_name=_LABEL
            ),
        ),
        ("react", rx.fragment()),
        rx.cond(
            message.is_private,
            rx.el.p(rx.icon("reply", size=13, aria_hidden=True), "Private reply to the comment", class_name=_LABEL),
            rx.fragment(),
        ),
    )


def _text(message: rx.Var[Bubble]) -> rx.Component:
    looks = rx.match(
        message.delivery,
        ("received", "bg-surface border border-border rounded-bl-sm"),
        ("rejected", "bg-danger-soft text-foreground rounded-br-sm"),
        ("unknown", "bg-warning-soft text-foreground rounded-br-sm"),
        rx.cond(
            message.action == "comment_reply",
            "bg-surface border border-brand-strong/40 rounded-br-sm",
            "bg-brand text-brand-foreground rounded-br-sm",
        ),
    )
    shape = "w-fit max-w-full rounded-2xl px-3.5 py-2 text-left whitespace-pre-wrap wrap-anywhere "
    said = rx.el.p(message.text, class_name=shape + looks.to(str))
    reacted = rx.el.p("Reacted ", rx.el.span(message.text, class_name="text-base"), class_name=f"{_CHIP} py-1.5")
    return rx.cond(message.action == "react", reacted, said)


def _reactions(message: rx.Var[Bubble]) -> rx.Component:
    return rx.el.p(
        rx.el.span("Reactions: ", class_name="sr-only"),
        rx.foreach(message.reactions, lambda emoji: rx.el.span(emoji)),
        class_name="flex w-fit gap-0.5 rounded-full border border-border bg-surface px-1.5 text-sm",
    )


def _nothing(message: rx.Var[Bubble]) -> rx.Component:
    return rx.el.p(
        rx.cond(message.is_unsent, "Unsent", "Of a kind Instagram does not share"),
        class_name="rounded-2xl border border-dashed border-border px-3.5 py-2 text-muted-foreground italic",
    )


def _cards(message: rx.Var[Bubble]) -> rx.Component:
    return rx.el.ul(
        rx.foreach(message.cards, _card),
        aria_label="Cards",
        class_name="flex max-w-full snap-x gap-2 overflow-x-auto pb-1 text-left",
    )


def _card(card: rx.Var[CardView]) -> rx.Component:
    gone = rx.el.span(
        rx.icon("image-off", size=18, aria_label="Picture no longer available"),
        class_name="flex h-28 items-center justify-center bg-muted text-muted-foreground",
    )
    return rx.el.div(
        rx.cond(card.picture, rx.el.div(picture(gone, url=card.picture), class_name="max-h-40 overflow-hidden")),
        rx.el.div(
            rx.el.p(card.title, class_name="font-medium wrap-anywhere"),
            rx.cond(
                card.subtitle, rx.el.p(card.subtitle, class_name="text-[13px] text-muted-foreground wrap-anywhere")
            ),
            class_name="flex-1 px-3.5 py-2.5",
        ),
        rx.foreach(
            card.buttons,
            lambda title: rx.el.p(
                title, class_name="truncate border-t border-border px-3.5 py-2 text-center text-[13px] font-medium"
            ),
        ),
        role="listitem",
        class_name="flex w-56 shrink-0 snap-start flex-col overflow-hidden rounded-xl border border-border bg-surface",
    )


def _choices(message: rx.Var[Bubble]) -> rx.Component:
    return rx.el.p(
        rx.el.span("Choices: ", class_name="sr-only"),
        rx.foreach(
            message.choices,
            lambda title: rx.el.span(
                title,
                class_name="max-w-full truncate rounded-full border border-border px-2.5 py-0.5 text-xs "
                "text-muted-foreground",
            ),
        ),
        class_name="flex max-w-full flex-wrap justify-end gap-1.5 py-0.5",
    )


def _about(message: rx.Var[Bubble]) -> rx.Component:
    why = rx.cond(message.has_why, why_button(message.id), rx.fragment())
    return rx.el.div(
        rx.cond(message.is_out, why, rx.fragment()),
        rx.match(
            message.sender,
            ("flow", rx.icon("workflow", size=13, aria_label="Flow", class_name="shrink-0")),
            ("phone", rx.icon("smartphone", size=13, aria_hidden=True, class_name="shrink-0")),
            rx.fragment(),
        ),
        rx.cond(message.who, rx.el.span(message.who, class_name="truncate"), rx.fragment()),
        moment(message.at, "time", class_name="shrink-0 tabular-nums"),
        rx.foreach(message.marks, lambda words: rx.el.span("· ", words)),
        _delivery(message),
        rx.cond(message.is_out, rx.fragment(), why),
        class_name="flex min-h-6 max-w-full items-center gap-1.5 text-xs text-muted-foreground",
    )


def _delivery(message: rx.Var[Bubble]) -> rx.Component:
    return rx.match(
        message.delivery,
        ("queued", _state("clock-3", "Queued")),
        ("sending", _state("clock-3", "Sending")),
        ("sent", rx.cond(message.is_seen, _state("check-check", "Seen"), _state("check", "Sent"))),
        ("rejected", badge("Not sent", tone="danger")),
        ("unknown", badge("Delivery unknown", tone="warning")),
        rx.fragment(),
    )


def _state(icon: str, word: str) -> rx.Component:
    return rx.el.span(rx.icon(icon, size=13, aria_hidden=True), word, class_name="flex shrink-0 items-center gap-1")


def _attachment(item: rx.Var[Attachment]) -> rx.Component:
    gone = rx.el.span(
        rx.icon("image-off", size=14, aria_hidden=True),
        "Picture no longer available",
        class_name=f"{_CHIP} text-muted-foreground",
    )
    other = rx.el.a(
        rx.icon("paperclip", size=14, aria_hidden=True),
        item.label,
        rx.el.span("(opens in a new tab)", class_name="sr-only"),
        href=item.url,
        target="_blank",
        rel="noreferrer",
        class_name=f"{_CHIP} underline underline-offset-3 hover:bg-muted",
    )
    plain = rx.el.span(rx.icon("paperclip", size=14, aria_hidden=True), item.label, class_name=_CHIP)
    return rx.cond(item.is_picture, picture(gone, url=item.url), rx.cond(item.url, other, plain))
