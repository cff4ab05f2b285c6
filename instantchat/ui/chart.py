"""Charts over days: recharts with our tokens, and a table of the same figures for screen readers."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

_TIP = {
    "background": "var(--surface)",
    "border": "1px solid var(--border)",
    "borderRadius": "8px",
    "boxShadow": "var(--shadow-raised)",
    "color": "var(--foreground)",
    "fontSize": "13px",
    "padding": "8px 12px",
}


def day_chart(
    data: rx.Var,
    series: dict[str, str],
    *,
    label: str,
    kind: Literal["area", "bar"] = "area",
    colors: tuple[str, ...] = ("var(--chart-1)", "var(--chart-2)"),
    height: int = 220,
) -> rx.Component:
    """`data` is a Var of `{"day": "12 Nov", <key>: int, ...}` dicts; `series` maps each key to its name. `label` says
    what the chart shows. The legend is text, so colour is never the only difference."""
    lines = [_series(kind, key, name, color) for (key, name), color in zip(series.items(), colors, strict=False)]
    axes: list[Any] = [
        rx.recharts.cartesian_grid(vertical=False, stroke_dasharray="3 3", stroke="var(--border)"),
        rx.recharts.x_axis(data_key="day", tick_line=False, axis_line=False, tick_margin=8, min_tick_gap=24),
        rx.recharts.y_axis(tick_line=False, axis_line=False, width=36, allow_decimals=False),
        rx.recharts.graphing_tooltip(
            content_style=_TIP,
            label_style={"fontWeight": 600},
            cursor={"fill": "var(--muted)", "stroke": "var(--border)"},
        ),
    ]
    draw = rx.recharts.area_chart if kind == "area" else rx.recharts.bar_chart
    chart = draw(
        *axes,
        *lines,
        data=data,
        width="100%",
        height=height,
        margin={"left": 0, "right": 8, "top": 8, "bottom": 0},
        custom_attrs={"accessibilityLayer": False},  # the table below says it better than a focusable picture
    )
    return rx.el.figure(
        rx.el.figcaption(_legend(series, colors), class_name="mb-3"),
        rx.el.div(chart, aria_hidden=True),
        _table(data, series, label),
    )


def _series(kind: str, key: str, name: str, color: str) -> rx.Component:
    if kind == "bar":
        return rx.recharts.bar(
            data_key=key, name=name, fill=color, radius=[3, 3, 0, 0], max_bar_size=18, is_animation_active=False
        )
    return rx.recharts.area(
        data_key=key,
        name=name,
        type_="monotone",
        stroke=color,
        stroke_width=2,
        fill=color,
        custom_attrs={"fillOpacity": 0.1},
        dot=False,
        is_animation_active=False,
    )


def _legend(series: dict[str, str], colors: tuple[str, ...]) -> rx.Component:
    entries = [
        rx.el.span(
            rx.el.span(class_name="size-2.5 rounded-[3px]", style={"background": color}, aria_hidden=True),
            name,
            class_name="inline-flex items-center gap-2",
        )
        for name, color in zip(series.values(), colors, strict=False)
    ]
    return rx.el.div(*entries, class_name="flex flex-wrap gap-x-4 gap-y-1 text-[13px] text-muted-foreground")


def _table(data: rx.Var, series: dict[str, str], label: str) -> rx.Component:
    head = rx.el.tr(rx.el.th("Day", scope="col"), *[rx.el.th(name, scope="col") for name in series.values()])

    def row(each: Any) -> rx.Component:
        return rx.el.tr(rx.el.th(each["day"], scope="row"), *[rx.el.td(each[key]) for key in series])

    table = rx.el.table(rx.el.caption(label), rx.el.thead(head), rx.el.tbody(rx.foreach(data, row)))
    return rx.el.div(table, class_name="sr-only")
