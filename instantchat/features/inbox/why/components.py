"""The sheet that explains a message, and the button that opens it."""

from __future__ import annotations

import reflex as rx

from instantchat.features.inbox.why.state import Why
from instantchat.features.inbox.why.views import FollowUpView, Line, Pair, RunView, StepView, VerdictView
from instantchat.ui.button import icon_button, link_button
from instantchat.ui.dialog import dialog_close, drawer
from instantchat.ui.feedback import badge, banner, empty_state, skeleton
from instantchat.ui.moment import moment

_HEADING = "text-[13px] font-semibold text-muted-foreground"


def why_button(message: rx.Var[str]) -> rx.Component:
    """Opens the explanation of a message: seen when the message is pointed at or focused, and always on touch."""
    return rx.el.button(
        rx.icon("info", size=13, aria_hidden=True),
        "Why?",
        type="button",
        id="why-" + message,
        aria_haspopup="dialog",
        on_click=Why.explain(message),
        class_name="inline-flex h-6 shrink-0 items-center gap-1 rounded-md px-1.5 font-medium text-muted-foreground "
        "opacity-0 transition-opacity hover:bg-muted hover:text-foreground group-hover:opacity-100 "
        "group-focus-within:opacity-100 focus-visible:opacity-100 pointer-coarse:h-8 pointer-coarse:px-2 "
        "pointer-coarse:opacity-100",
    )


def why_sheet() -> rx.Component:
    """Once per page; a sheet at the right, as wide as a phone's screen."""
    told = Why.told
    return drawer(
        rx.cond(told, rx.cond(told.is_out, "Why this was sent", "What came of this"), "Why"),
        dialog_close(icon_button("x", "Close", size="sm", class_name="absolute right-3 top-3.5")),
        rx.el.div(
            rx.cond(told, _told(), rx.cond(Why.is_missing, _gone(), _loading())),
            class_name="-mx-4 min-h-0 flex-1 overflow-y-auto px-4 sm:-mx-6 sm:px-6",
        ),
        side="right",
        class_name="w-[min(32rem,100vw)] sm:p-6",
        return_focus="why-" + Why.message_id,
        open=Why.is_open,
        on_open_change=Why.set_open,
    )


def _told() -> rx.Component:
    told = Why.told
    return rx.el.div(
        rx.cond(told.error, banner(told.error, tone="danger", role="status"), rx.fragment()),
        rx.cond(told.event, _event(), rx.fragment()),
        rx.cond(told.verdicts, _candidates(), rx.fragment()),
        rx.cond(told.follow_ups, _follow_ups(), rx.fragment()),
        rx.foreach(told.runs, _run),
        rx.cond(told.event | told.runs, rx.fragment(), _gone()),
        class_name="flex flex-col gap-6 pb-4",
    )


def _event() -> rx.Component:
    told = Why.told
    return rx.el.section(
        rx.el.p(told.event, class_name="wrap-anywhere text-pretty"),
        moment(told.at, "full", class_name="mt-0.5 block text-xs text-muted-foreground"),
        rx.el.p(
            told.decision,
            class_name=rx.cond(
                told.has_failed,
                "mt-3 rounded-lg bg-danger-soft px-4 py-3 font-medium text-danger text-pretty",
                "mt-3 rounded-lg bg-muted px-4 py-3 font-medium text-pretty wrap-anywhere",
            ),
        ),
        aria_label="Event",
    )


def _candidates() -> rx.Component:
    more = rx.el.p("And ", Why.told.more_verdicts, " more.", class_name="mt-2 text-[13px] text-muted-foreground")
    return rx.el.section(
        rx.el.h3("Flows that were asked", class_name=_HEADING),
        rx.el.ul(rx.foreach(Why.told.verdicts, _verdict), class_name="mt-1 divide-y divide-border"),
        rx.cond(Why.told.more_verdicts > 0, more, rx.fragment()),
        aria_label="Flows that were asked",
    )


def _verdict(verdict: rx.Var[VerdictView]) -> rx.Component:
    return rx.el.li(
        rx.match(
            verdict.tone,
            ("started", rx.icon("circle-check", size=16, aria_hidden=True, class_name="mt-0.5 shrink-0 text-success")),
            ("matched", rx.icon("circle-dot", size=16, aria_hidden=True, class_name="mt-0.5 shrink-0 text-warning")),
            rx.icon("circle-minus", size=16, aria_hidden=True, class_name="mt-0.5 shrink-0 text-muted-foreground"),
        ),
        rx.el.div(
            rx.el.p(
                rx.el.span(verdict.name, class_name="font-medium wrap-anywhere"),
                rx.match(
                    verdict.tone,
                    ("started", badge("Started", tone="success")),
                    ("matched", badge("Matched, did not start", tone="warning")),
                    badge("Did not match"),
                ),
                class_name="flex flex-wrap items-center gap-x-2 gap-y-1",
            ),
            rx.el.p(
                rx.cond(
                    verdict.trigger,
                    rx.el.span(verdict.trigger, ": ", class_name="text-muted-foreground"),
                    rx.fragment(),
                ),
                verdict.detail,
                class_name="mt-0.5 text-pretty wrap-anywhere",
            ),
            _values(verdict.looked_at),
            class_name="min-w-0 flex-1",
        ),
        class_name="flex gap-2.5 py-3",
    )


def _values(values: rx.Var[list[Pair]]) -> rx.Component:
    def pair(each: rx.Var[Pair]) -> rx.Component:
        return rx.el.div(
            rx.el.dt(each.name, class_name="shrink-0 text-muted-foreground"),
            rx.el.dd(each.value, class_name="min-w-0 wrap-anywhere"),
            class_name="flex gap-2",
        )

    return rx.cond(
        values, rx.el.dl(rx.foreach(values, pair), class_name="mt-1.5 space-y-0.5 text-[13px]"), rx.fragment()
    )


def _follow_ups() -> rx.Component:
    def each(follow_up: rx.Var[FollowUpView]) -> rx.Component:
        return rx.el.li(
            rx.el.p(follow_up.sentence, class_name="text-pretty wrap-anywhere"),
            rx.el.ul(rx.foreach(follow_up.verdicts, _verdict), class_name="divide-y divide-border pl-3"),
            class_name="py-2",
        )

    return rx.el.section(
        rx.el.h3("What this set off", class_name=_HEADING),
        rx.el.ul(rx.foreach(Why.told.follow_ups, each), class_name="mt-1 divide-y divide-border"),
        aria_label="What this set off",
    )


def _run(run: rx.Var[RunView]) -> rx.Component:
    hidden = rx.el.p(
        "The first ", run.hidden, " steps are left out.", class_name="mt-2 text-[13px] text-muted-foreground"
    )
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.h3(run.name, class_name="font-semibold wrap-anywhere"),
                rx.el.p(
                    badge(run.status, tone=run.tone),
                    rx.el.span(run.version, class_name="text-[13px] text-muted-foreground"),
                    class_name="mt-1 flex items-center gap-2",
                ),
                class_name="min-w-0 flex-1",
            ),
            rx.cond(
                run.href,
                link_button("Open in builder", href=run.href, size="sm", icon="workflow"),
                rx.el.span("Deleted", class_name="text-[13px] text-muted-foreground"),
            ),
            class_name="flex items-start gap-3",
        ),
        _end(run),
        rx.cond(run.hidden > 0, hidden, rx.fragment()),
        rx.el.ol(rx.foreach(run.steps, _step), class_name="mt-4"),
        aria_label="Run",
        class_name="border-t border-border pt-5",
    )


def _end(run: rx.Var[RunView]) -> rx.Component:
    """Why it failed, or was cancelled."""
    told = rx.cond(
        run.tone == "danger",
        banner(run.error, tone="danger", role="status", class_name="mt-3"),
        banner(run.error, class_name="mt-3"),
    )
    return rx.cond(run.error, told, rx.fragment())


def _step(step: rx.Var[StepView]) -> rx.Component:
    dot = rx.match(
        step.tone,
        ("fail", "bg-danger"),
        ("wait", "bg-warning"),
        "bg-success",
    )
    inner = rx.el.span("in “", step.flow, "”", class_name="text-[13px] text-muted-foreground wrap-anywhere")
    exit_taken = rx.el.span(
        rx.icon("arrow-right", size=13, aria_label="took", class_name="shrink-0"),
        rx.el.span(step.exit, class_name="truncate"),
        class_name="inline-flex max-w-40 items-center gap-1 rounded-full bg-muted px-2 py-0.5 text-xs font-medium",
    )
    return rx.el.li(
        rx.el.span(
            aria_hidden=True,
            class_name="absolute left-[5px] top-4 bottom-[-0.25rem] w-px bg-border group-last/step:hidden",
        ),
        rx.el.span(
            aria_hidden=True,
            class_name="absolute left-0 top-[5px] size-[11px] rounded-full ring-4 ring-surface " + dot.to(str),
        ),
        rx.el.p(
            rx.el.span(step.label, class_name="font-medium"),
            rx.cond(step.flow, inner, rx.fragment()),
            rx.cond(step.exit, exit_taken, rx.fragment()),
            moment(step.at, "time", class_name="ml-auto text-xs text-muted-foreground tabular-nums"),
            class_name="flex flex-wrap items-center gap-x-2 gap-y-1",
        ),
        rx.cond(
            step.card,
            rx.el.p(step.card, class_name="text-[13px] text-muted-foreground wrap-anywhere"),
            rx.fragment(),
        ),
        rx.el.ul(rx.foreach(step.lines, _line), class_name="mt-1 space-y-1 text-[13px] empty:hidden"),
        _values(step.looked_at),
        class_name="group/step relative pb-5 pl-6 last:pb-0",
    )


def _line(line: rx.Var[Line]) -> rx.Component:
    def icon(name: str) -> rx.Component:
        return rx.icon(name, size=14, aria_hidden=True, class_name="mt-0.5 shrink-0")

    look = rx.match(
        line.kind,
        ("warning", "text-warning"),
        ("error", "text-danger"),
        ("effect", "text-foreground"),
        "text-muted-foreground",
    )
    return rx.el.li(
        rx.match(
            line.kind,
            ("wait", icon("clock")),
            ("effect", icon("corner-down-right")),
            ("window", icon("app-window")),
            ("warning", icon("triangle-alert")),
            ("error", icon("circle-alert")),
            icon("info"),
        ),
        rx.el.span(
            line.text,
            rx.cond(line.at, rx.fragment(" ", moment(line.at, "full")), rx.fragment()),
            class_name="min-w-0 text-pretty wrap-anywhere",
        ),
        class_name="flex gap-1.5 " + look.to(str),
    )


def _gone() -> rx.Component:
    return empty_state(
        "There is no explanation any more",
        "Why flows did what they did is kept for a while, 30 days unless set otherwise. The message stays.",
        icon="history",
    )


def _loading() -> rx.Component:
    return rx.el.div(
        rx.el.span("Loading the explanation", class_name="sr-only", role="status"),
        skeleton(class_name="h-5 w-3/4"),
        skeleton(class_name="h-12 w-full"),
        skeleton(class_name="mt-4 h-4 w-40"),
        skeleton(class_name="h-10 w-full"),
        skeleton(class_name="h-10 w-full"),
        class_name="flex flex-col gap-3",
    )
