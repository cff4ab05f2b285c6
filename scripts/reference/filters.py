"""`filters.md`: templates, their paths, fallbacks and filters."""

from __future__ import annotations

import json
from collections.abc import Iterator

from instantchat.engine.filters import filter_docs
from instantchat.engine.scope import ACCOUNT_ATTRIBUTES, CONTACT_ATTRIBUTES

from .blocks import Wanted, cell

INTRO = """\
# Templates and filters

Fields marked *templated* may hold `{{path}}`, `{{path|fallback}}` and `{{path|filter|fallback}}`. There is no code in
templates, and no loops. What is filled in is never read as a template again."""
RULES = """\
Keys and indexes lead further in: `{{response.body.items[0].price}}`. A bare name is a variable, else something of the
contact: `{{size}}`, `{{first_name}}`. The name of a variable or field has letters, digits, `_` and `-`, and begins with
a letter or `_`.

## Fallbacks

- `{{contact.first_name|there}}` is “there” when the name is missing or empty. Without a fallback it is nothing, and the
  trace has a warning.
- A part after `|` that names a filter is that filter. In quotes it is always a fallback: `{{variables.day|"date"}}`.
- Filters change what was found, not the fallback.
- What cannot be read as a template stays as it is written, and validation warns (`bad_template`).
- A filled text has at most 20,000 characters.

## Filters

Several are applied from left to right; some take a value after a colon. A filter that cannot work with a value (`abc`
as a number) leaves it as it is."""


def write(_: Wanted) -> Iterator[str]:
    """What can stand between braces."""
    yield from (INTRO, "", "## Paths", "", "| path | what it is |", "|---|---|")
    yield from (f"| `{path}` | {what} |" for path, what in _paths())
    yield from ("", RULES, "")
    yield from ("| filter | what it does | example | with | gives |", "|---|---|---|---|---|")
    for each in filter_docs():
        value = json.dumps(each["value"], ensure_ascii=False)
        cells = (f"`{each['name']}`", each["help"], f"`{each['example']}`", f"`{value}`", f"`{each['result']}`")
        yield f"| {' | '.join(map(cell, cells))} |"


def _paths() -> Iterator[tuple[str, str]]:
    for name in sorted(CONTACT_ATTRIBUTES):
        yield f"contact.{name}", _CONTACT[name]
    yield "contact.fields.NAME", "a field of the contact, as `set_field` sets it; `contact.NAME` too"
    yield "variables.NAME", "a variable of the contact; it stays from run to run"
    yield "message.text", "what the contact wrote last in this run"
    yield "message.payload", "the payload of what was tapped; the emoji of a reaction"
    yield "message.kind", "`message`, `comment`, `story_reply`, ...: what came in"
    yield "message.attachments[0].url", "the address of a picture or other medium that was sent"
    yield "message.mediaId", "the post of a comment; `message.commentId` is the comment"
    yield "message.ref", "what followed `ref=` in the link the contact came by"
    yield "response.status", "the status of the last API call of this run"
    yield "response.body", "its answer; JSON can be read key by key"
    for name in sorted(ACCOUNT_ATTRIBUTES):
        yield f"account.{name}", _ACCOUNT[name]


_CONTACT = {
    "id": "the contact's id here",
    "igsid": "the contact's id at Instagram, for this account",
    "name": "the name in the Instagram profile",
    "first_name": "the first word of the name",
    "username": "the Instagram user name",
    "tags": "the tags, with commas between them",
}
_ACCOUNT = {
    "id": "the account's id here",
    "ig_user_id": "the account's id at Instagram",
    "username": "the account's user name",
    "timezone": "the account's time zone, such as Europe/Madrid",
}
