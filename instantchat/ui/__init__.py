"""The look of the product: primitives like shadcn/ui, in `rx.el` + Tailwind. `from instantchat import ui`.

Colours are tokens of `theme.css`, as Tailwind names: background, surface, muted, foreground, muted-foreground, border,
input, ring, brand(-hover|-foreground|-strong|-soft), success|warning|danger|info(-soft), chart-1..3, overlay. Text on a
surface in the brand's colour is `text-brand-strong`. Never a literal colour. Radii sm 6, md 8, lg 12, xl 16; shadows
card, raised, overlay. `class_name` adds to a primitive's classes; it cannot override them.

    button(*text, variant=primary|secondary|ghost|danger|danger_ghost, size=sm|md|lg, icon=, loading=Var, **props)
    icon_button(icon, label, size=icon|sm)   link(*, href=)   text_link(*, href=)   link_button(*, href=, external=)
    field(label, control, name=, help=, error=Var)   input(name=, ...)   textarea   select(options, value=, on_change=)
    checkbox(label, checked=, on_change=)   switch(label, hide_label=, checked=, on_change=)   field_error(text, name=)
    card(*, padded=)   section(title, *, description=, action=)   page_header(title, description=, actions=())
    stat(label, value, icon=, hint=, loading=, tone=)   item_list(*)   item(title, subtitle=, leading=, trailing=)
    badge(*, tone=Var|neutral|brand|success|warning|danger|info, dot=)   count_badge(n, "unread")
    avatar(src, name, size=)   empty_state(title, *, icon=, action=)   spinner(label)   skeleton(class_name="h-4 w-24")
    banner(title, *, tone=, action=)
    dialog(title, *, trigger= | open=, on_open_change=, description=, footer=(), width=)   dialog_close(button)
    confirm(title, sentence, action="Delete", on_confirm=, trigger= | open=, on_open_change=)
    drawer(title, *, side=)
    menu(trigger, *items)   menu_item(label, icon=, on_select= | href=, danger=)   menu_separator()
    tabs({value: (label, content)}, label=)   tooltip(control, text)   day_chart(data, {key: name}, label=, kind=)
    api_form(...), api_field, api_message, api_submit: forms sent to /api by the browser (sign-in, profile)
    cx(*classes)

Elsewhere: `ui.pages.page` announces a page; `ui.layout.shell` frames it; `features.auth.state.current_member` says who
asks, in every handler; `ui.live.changed(workspace_id, kinds)` says when to read the database again;
`await ui.toast.toast(self, "Saved")` tells the person. Refusals (`AppError`) raised in a handler become a toast by
themselves (`ui.errors`). Never use rx.toast, rx.call_script or Radix Themes components (rx.button, rx.text, rx.link).
"""

from instantchat.ui.api_form import api_field, api_form, api_message, api_submit, sign_out
from instantchat.ui.avatar import avatar
from instantchat.ui.brand import mark, wordmark
from instantchat.ui.button import button, button_class, icon_button, link, link_button, text_link
from instantchat.ui.card import card, item, item_list, page_header, section, stat
from instantchat.ui.chart import day_chart
from instantchat.ui.css import cx
from instantchat.ui.dialog import confirm, dialog, dialog_close, drawer
from instantchat.ui.feedback import badge, banner, count_badge, empty_state, skeleton, spinner
from instantchat.ui.field import checkbox, field, field_error, input, select, switch, textarea
from instantchat.ui.menu import menu, menu_item, menu_separator
from instantchat.ui.tabs import tabs
from instantchat.ui.tooltip import tooltip

__all__ = [
    "api_field",
    "api_form",
    "api_message",
    "api_submit",
    "avatar",
    "badge",
    "banner",
    "button",
    "button_class",
    "card",
    "checkbox",
    "confirm",
    "count_badge",
    "cx",
    "day_chart",
    "dialog",
    "dialog_close",
    "drawer",
    "empty_state",
    "field",
    "field_error",
    "icon_button",
    "input",
    "item",
    "item_list",
    "link",
    "link_button",
    "mark",
    "menu",
    "menu_item",
    "menu_separator",
    "page_header",
    "section",
    "select",
    "sign_out",
    "skeleton",
    "spinner",
    "stat",
    "switch",
    "tabs",
    "text_link",
    "textarea",
    "tooltip",
    "wordmark",
]
