"""What Instagram sends and answers: every shape documented or observed, and the tests that hold it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from ..blocks import cell
from . import evidence

WEBHOOKS = {
    "A1": "a text",
    "A2": "media without text",
    "A3": "a heart",
    "A4": "a mention in somebody's story",
    "A5": "the same, as an echo",
    "A6": "a shared post, old form",
    "A7": "a shared post, new form, and both at once",
    "A8": "a shared story",
    "A9": "a shared reel, either name",
    "A10": "media that Instagram does not share, with an address",
    "A11": "a view-once photo",
    "A12": "a message that the API cannot express",
    "A13": "a customer takes a message back",
    "A14": "the account takes a message back",
    "A15": "an echo of a text",
    "A16": "an echo of a template",
    "A17": "the account writes to itself",
    "A18": "a reply to a story",
    "A19": "a reply to a message",
    "A20": "a tap on a quick reply",
    "A21": "a message from a shop's product",
    "A22": "a message from an ad",
    "A23": "a shared product",
    "A24": "a tap on a button, ice breaker or menu",
    "A25": "the same, by the account itself",
    "A26": "a message was seen",
    "A27": "a reaction, or one taken back",
    "A28": "a link was opened in a conversation",
    "A29": "an edited message",
    "A30": "the conversation is passed to another app",
    "A31": "the conversation is taken from an app",
    "A32": "an app asks for the conversation",
    "A33": "roles of apps",
    "A34": "an opt-in",
    "A35": "a policy is enforced",
    "A36": "nothing that is known",
    "A37": "one message twice in a delivery",
    "A38": "of another or an unknown account",
    "A39": "nothing at all, or of another product",
    "A40": "a sender whose id is no number",
    "B": "a message while another app holds the conversation",
    "C1": "a comment, or an answer to one",
    "C2": "a comment of nobody",
    "C3": "a comment on an ad",
    "C4": "the account's own comment",
    "C5": "a comment in the form with `comment_id`",
    "C6": "a comment under a live video",
    "C7": "a mention in a comment or caption",
    "C8": "figures of a story",
    "C9": "the dashboard's test",
    "C10": "the dashboard's test, the other product's form",
    "C11": "a permission was granted or revoked",
    "C12": "a handover as a change",
    "D": "a comment in the flat form of the documents",
}
ANSWERS = {
    "E1": "code exchange, flat",
    "E2": "code exchange, in `data`",
    "E3": "code exchange, refused",
    "E4": "long-lived token, and its refresh",
    "E5": "a message was sent",
    "E6": "a reaction or sender action",
    "E7": "subscribed, hidden, deleted",
    "E8": "the messenger profile was written",
    "E9": "a person's profile",
    "E10": "conversations",
    "E11": "the messages of a conversation",
    "E12": "a message",
    "E13": "a comment was answered",
    "E14": "welcome message flows",
    "E15": "a refusal",
    "E16": "a refusal in the person's language",
    "E17": "pages with their Instagram accounts",
}
# Why no test has to read these.
UNREAD = {
    "E8": "not read: what is no refusal is success",
    **dict.fromkeys(("E10", "E11", "E12"), "not read yet: they are for the check for missed messages"),
    "E14": "not used: InstantChat has no welcome message flows",
    "E17": "not used: InstantChat speaks Instagram Login only",
}
SEEN, READ = "tests/runtime/test_rows.py", "tests/channels/instagram/test_answers.py"

WEBHOOK_INTRO = f"""\
## Webhooks

Every shape is posted signed to the webhook, twice, handled, and looked at in the conversation as members see it
(`{SEEN}::test_row[…]`); the same bodies are read one by one in
`tests/channels/instagram/test_webhook.py::TestEveryRow`. What is not understood is kept whole and never an error. The
headers and the very bytes of a delivery are a line of the [simulator](#simulator)."""
ANSWER_INTRO = f"""\
## Answers

What Instagram's API answers, as `{READ}::test_answer[…]` has it read."""


def webhooks() -> dict[str, list[str]]:
    """The tests of each row, by name; a row may have variants (`A7`, `A7 both`)."""
    return _by_row(WEBHOOKS, evidence.table(SEEN, "SEEN"))


def answers() -> dict[str, list[str]]:
    """As `webhooks`, of what the API answers."""
    return _by_row(ANSWERS, evidence.table(READ, "ANSWERS"))


def write() -> Iterator[str]:
    """Both tables."""
    shown = evidence.table(SEEN, "SEEN")
    yield from (WEBHOOK_INTRO, "", "| row | what happens | what members see | tests |", "|---|---|---|---|")
    for row, names in webhooks().items():
        yield f"| {row} | {cell(WEBHOOKS[row])} | {cell(_shown(shown, names))} | {tested(names)} |"
    yield from ("", ANSWER_INTRO, "", "| row | what it answers | tests |", "|---|---|---|")
    for row, names in answers().items():
        without = UNREAD.get(row) if not names else None
        yield f"| {row} | {cell(ANSWERS[row])} | {without or tested(names)} |"
    yield ""


def tested(names: Iterable[str]) -> str:
    """The names of tests, or that there is none."""
    return ", ".join(f"`{name}`" for name in names) or "**no test**"


def _by_row(rows: Iterable[str], cases: Iterable[str]) -> dict[str, list[str]]:
    names = list(cases)
    return {row: [name for name in names if name.split(" ")[0] == row] for row in rows}


def _shown(cases: Mapping[str, ast.expr], names: list[str]) -> str:
    """What the first test expects that expects anything."""
    return next(filter(None, (_expected(cases[name]) for name in names)), "nothing")


def _expected(case: ast.expr) -> str:
    """The lines of the conversation but the one that was there before (`SAID`); `HELLO` is the answer of a flow."""
    before, lines = (part.elts for part in _pair(case))
    told = [str(line.value) for line in lines if isinstance(line, ast.Constant)]
    found = [f"`{line}`" for line in told if line != "contact: before"]
    if not before and len(told) < len(lines):
        found.append("and a flow answers")
    return ", ".join(found)


def _pair(value: ast.expr) -> tuple[ast.List, ast.List]:
    assert isinstance(value, ast.Tuple)  # noqa: S101 - the form of the table
    before, lines = value.elts
    assert isinstance(before, ast.List) and isinstance(lines, ast.List)  # noqa: S101 - as above
    return before, lines
