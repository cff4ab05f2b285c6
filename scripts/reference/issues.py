"""`issues.md`: what validation finds, and what to do about it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from instantchat.engine import lint

from .blocks import Wanted, cell

_ROW = re.compile(r"^\| `(?P<code>\w+)` \|(?: (?P<severity>error|warning|info) \|)? (?P<when>[^|]+) \|$", re.M)
INTRO = """\
# Issues

What validation says about a flow: on the canvas, from `POST /api/flow/validate` and from
[`instantchat lint`](../flows-in-git.md). An issue is `{code, nodeId, field, severity, message, hint}`; `field` is a
path inside the node's `data`, such as `quickReplies.0.title`. At most 200 are listed, the worst first.

Errors stop a flow from being activated. Warnings and information do not."""
MALFORMED = """\
## Malformed flows

A flow with one of these cannot be stored: saving, patching and importing it is answered 422 `flow_malformed`, and
nothing changes. It gets only these issues, all of them errors."""
IN_FILES = """\
## Flows in files

[`instantchat lint`](../flows-in-git.md) finds these too, errors both."""

TO_DO: dict[str, str] = {
    "required": "Fill it in.",
    "bad_regex": "Use letters, classes, repeats and choices; no look-around, no back-references.",
    "bad_path": "Write a path such as `contact.tags` or `variables.size`.",
    "bad_name": "Use letters, digits, `_` and `-`, beginning with a letter; not the name of a root such as `contact`.",
    "bad_url": "Begin with `https://`.",
    "bad_header": "Use letters, digits and `-`, such as `X-Api-Key`.",
    "bad_time": "Write it like `09:30`.",
    "bad_timezone": "Use a name such as `Europe/Madrid`.",
    "bad_cron": "Write five parts: minute, hour, day of the month, month, weekday.",
    "too_often": "Leave 15 minutes between two starts: `*/15` is every quarter of an hour.",
    "bad_range": "Swap the two.",
    "bad_region": "Write two letters, such as `ES`.",
    "duplicate_option": "Give one of them another id, or remove it.",
    "no_weight": "Give one way a weight above 0.",
    "tag_and_field": "Remove one of them, or make two triggers.",
    "bad_emoji": "Give one emoji, or `love`, `like`, `laugh`, `wow`, `sad` or `angry`.",
    "too_long": "Shorten it.",
    "blocked_address": "Call a public address; `HTTP_ALLOWED_NETWORKS` lets flows call private ones.",
    "broken_reference": "Choose one that is there.",
    "media_type": "Use a file of a kind that Instagram takes.",
    "no_start": "Add a trigger node and connect it to the first step.",
    "loop_without_wait": "Put a delay, a question or a message with quick replies into the loop.",
    "subflow_loop": "Go on by an edge instead of a sub-flow.",
    "subflow_depth": "Go on by an edge instead of a sub-flow.",
    "flow_not_active": "Activate it; until then the step does nothing.",
    "bad_template": "Write it like `{{contact.first_name|there}}`.",
    "starts_on_any": "Add a trigger to say which messages start the flow.",
    "unreachable": "Connect it, or delete it.",
    "note_connected": "Remove the edge: notes are not part of the flow.",
    "variable_never_set": "Set it before, write `{{name|a fallback}}`, or leave it when another flow sets it.",
    "variable_unset": "Set it on the way there, or write `{{name|a fallback}}`.",
    "no_response_yet": "Call an API on the way there, or write `{{response.body|a fallback}}`.",
    "window_closed": "Come there within 24 hours, or let the contact answer something first.",
    "window_not_open": "Say it in the private reply, or ask something in it that people answer.",
    "private_reply_one_message": "Put it all into one text, or send the rest once the person has answered.",
    "keyword_clash": "Change one of them, or give one a higher priority; else the older flow wins.",
    "both_choices": "Put one of them into another message; Instagram may refuse both in one.",
    "bare_card": "Add a subtitle, a picture, an address or a button.",
    "one_split": "Add another way.",
    "long_title": "Shorten it: Instagram shows the first 20 characters.",
    "variable_maybe_unset": "Set it on every way there, or write `{{name|a fallback}}`.",
    "split_text": "Nothing, or shorten it.",
    "trigger_clash": "Connect the first one to what both should begin, or change one of them.",
    "unconnected_exit": "Connect it if the flow should go on there.",
    "wrong_type": "See the field in [nodes.md](nodes.md).",
    "unknown_type": "Use a type that is installed; the message lists them.",
    "unknown_value": "Use one of the values in [nodes.md](nodes.md).",
    "over_limit": "Stay within the limit in [nodes.md](nodes.md).",
    "bad_value": "Use printable text and finite numbers.",
    "duplicate_id": "Give one of the nodes another id.",
    "duplicate_exit": "Give one of the quick replies, buttons or ways another id.",
    "dangling_edge": "Remove the edge, or add the node.",
    "unknown_exit": "Use an exit of the node as `sourceHandle`.",
    "exit_taken": "Keep one edge from each exit; several may lead to one node.",
}

OF_FILES = {
    "format_unsupported": ("a file has a format that this version does not read", "Export the flow again."),
    "flow_name_taken": ("two of the files hold flows of one name", "Rename one of them."),
}


def write(_: Wanted) -> Iterator[str]:
    """A row for each code."""
    found = [row.groupdict() for row in _ROW.finditer(inspect.cleandoc(lint.__doc__ or ""))]
    yield from (INTRO, "")
    yield from ("| code | severity | when | what to do |", "|---|---|---|---|")
    yield from (_row(row["code"], row["severity"], row["when"]) for row in found if row["severity"])
    yield from ("", MALFORMED, "")
    yield from ("| code | when | what to do |", "|---|---|---|")
    yield from (_row(row["code"], row["when"]) for row in found if not row["severity"])
    yield from ("", IN_FILES, "")
    yield from ("| code | when | what to do |", "|---|---|---|")
    yield from (f"| `{code}` | {when} | {to_do} |" for code, (when, to_do) in OF_FILES.items())


def _row(code: str, *cells: str) -> str:
    return f"| `{code}` | {' | '.join(map(cell, [*cells, TO_DO[code]]))} |"
