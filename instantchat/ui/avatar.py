"""Pictures of people, with their initial where there is none."""

from __future__ import annotations

from typing import Any

import reflex as rx

from instantchat.ui.css import cx

_SIZES = {"sm": "size-8 text-[13px]", "md": "size-10 text-sm", "lg": "size-16 text-xl", "xl": "size-20 text-2xl"}


def avatar(src: str | rx.Var | None, name: str | rx.Var, *, size: str = "md", **props: Any) -> rx.Component:
    """A round picture of `name`, decorative: the name is expected beside it. Sizes: sm 32, md 40, lg 64, xl 80 px."""
    props["class_name"] = cx(
        "relative inline-flex shrink-0 items-center justify-center overflow-hidden rounded-full bg-brand-soft "
        "font-semibold "
        "text-brand-strong uppercase select-none",
        _SIZES[size],
        props.pop("class_name", None),
    )
    initial = rx.el.span(rx.Var.create(name).to(str)[0:1])
    picture = rx.el.img(
        src=src,
        alt="",
        loading="lazy",
        referrer_policy="no-referrer",
        class_name="absolute inset-0 size-full object-cover",
    )
    return rx.el.span(
        initial, rx.cond(src, picture, rx.fragment()) if src is not None else rx.fragment(), aria_hidden=True, **props
    )
