"""Instagram's error codes: what each means, what InstantChat does about it, and its test."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from instantchat.channels.instagram.errors import Refusal, RefusalKind, classify

from ..blocks import cell
from . import evidence
from .payloads import tested

TESTS = "tests/channels/instagram/test_errors.py"
# Every code with its subcodes (0: the code alone) that Meta documents or that was observed on messages
# (instagram-api.md 4.2, 4.3).
_LISTED: dict[int, tuple[int, ...]] = {
    1: (0, 99),
    2: (0, 1545133),
    3: (0,),
    4: (0,),
    9: (0, 2207042),
    10: (0, 2534022, 2018278, 2018108, 1893063, 2534077),
    17: (0,),
    32: (0,),
    613: (0, 2534040, 1996),
    80002: (0,),
    80006: (0,),
    100: (
        *(0, 33, 2018001, 2018008, 2018047, 2018109, 2018294, 2018074, 2018014),
        *(2534013, 2534014, 2534015, 2534025, 2534029, 2534037, 2018300),
    ),
    2534001: (0,),
    102: (0,),
    190: (0, 458, 459, 460, 463, 464, 467, 492),
    200: (0, 1545041, 2534041, 2018028),
    551: (0, 1545041),
    230: (0,),
    368: (0,),
    2500: (0,),
    9010: (0,),
    36103: (0,),
    9000001: (0,),
}
CODES = tuple(f"{code}/{sub}" if sub else str(code) for code, subs in _LISTED.items() for sub in subs)
DONE = {
    RefusalKind.RETRY: "tried again, with growing pauses, 12 times at most",
    RefusalKind.THROTTLE: "the account pauses, then it is tried again",
    RefusalKind.PERMANENT: "not sent; the message says why",
    RefusalKind.RECONNECT: "waits until the account is connected again, which members are told",
    RefusalKind.PAUSE: "waits; sending for the account stops, which members are told",
    RefusalKind.OWNER: "waits; members are told what the owner has to switch on",
    RefusalKind.CONFIG: "not sent; the message says what the Meta app lacks",
    RefusalKind.CONTENT: "not sent; the message says what is wrong with it",
    RefusalKind.HANDOVER: "not sent; another app holds the conversation",
    RefusalKind.EXPECTED: "an ordinary answer: the contact stays without a profile",
    RefusalKind.UNKNOWN: "shown as unknown, never sent again by itself; an echo settles it",
}
NEVER_AGAIN = "unknown, never sent again"
INTRO = f"""\
## Error codes

Refusals are classified by number only: texts are translated, and the same refusal comes with HTTP 400, 403 or 500
and as `IGApiException` or `OAuthException`. Each code is tried with all of these (`{TESTS}::test_code[…]`).
A code that is in no list ends the message with Instagram's own words; with HTTP 5xx it is unknown. A private reply is
the only one its comment allows, so whatever may have reached Instagram is never tried again."""


def codes() -> dict[str, list[str]]:
    """The test of each code, by name."""
    cases = evidence.table(TESTS, "CODES")
    return {code: [code] if code in cases else [] for code in CODES}


def write() -> Iterator[str]:
    """The table."""
    cases = evidence.table(TESTS, "CODES")
    head = "| code | what it means | class | a message | a private reply | test |"
    yield from (INTRO, "", head, "|---|---|---|---|---|---|")
    for code, names in codes().items():
        refusal = _refusal(code)
        private = NEVER_AGAIN if _is_unknown(cases.get(code)) else "the same"
        meaning, done = cell(refusal.sentence), DONE[refusal.kind]
        yield f"| {code} | {meaning} | {refusal.kind} | {done} | {private} | {tested(names)} |"
    yield ""


def _refusal(code: str) -> Refusal:
    number, _, subcode = code.partition("/")
    return classify(400, {"error": {"code": int(number), "error_subcode": int(subcode) if subcode else None}})


def _is_unknown(case: ast.expr | None) -> bool:
    """Whether the test expects a private reply's outcome to be unknown, where a message's is not."""
    if not isinstance(case, ast.Tuple):
        return False
    _, message, private = case.elts
    return ast.unparse(private) == "Unknown" != ast.unparse(message)
