"""The ways other products fail, where that was seen, and the test of each; both sentences are its docstring's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..blocks import cell
from . import evidence

FOLDER = "tests/pitfalls"
GITHUB = "https://github.com/"
SEEN_AT: dict[int, tuple[str, ...]] = {
    1: ("fbsamples/messenger-platform-samples/pull/99", "chatwoot/chatwoot/pull/7078"),
    2: ("ChatbotXIO/ChatbotX/pull/893",),
    3: ("chatwoot/chatwoot/issues/3196", "airyhq/airy/issues/2477"),
    4: ("chatwoot/chatwoot/pull/11275", "chatwoot/chatwoot/pull/13371"),
    5: ("chatwoot/chatwoot/pull/12841",),
    6: ("chatwoot/chatwoot/pull/14647", "chatwoot/chatwoot/pull/7828"),
    7: ("chatwoot/chatwoot/pull/11484", "chatwoot/chatwoot/pull/5509"),
    8: ("chatwoot/chatwoot/pull/11496",),
    9: ("kevinrivm/vocero-crm/issues/60",),
    10: (
        "Msameim181/n8n-nodes-instagram-integrations/issues/5",
        "Msameim181/n8n-nodes-instagram-integrations/issues/10",
    ),
    11: ("pdir/social-feed-bundle/issues/105",),
    12: ("chatwoot/chatwoot/pull/14280",),
    13: ("fbsamples/original-coast-clothing-ig/issues/1", "Proact0/Act1-Entertainment/issues/77"),
    14: ("n8n-io/n8n/issues/12456",),
    15: ("n8n-io/n8n/issues/32748", "chatwoot/chatwoot/issues/8333"),
    16: ("chatwoot/chatwoot/pull/12992", "chatwoot/chatwoot/pull/12997", "restfb/restfb/issues/1260"),
    17: ("chatwoot/chatwoot/issues/8498", "ryanlua/instawebhooks/issues/3"),
    18: ("restfb/restfb/issues/1246", "chatwoot/chatwoot/pull/8240"),
    19: ("chatwoot/chatwoot/issues/9534", "chatwoot/chatwoot/issues/7850", "nyaruka/courier/pull/415"),
    20: ("ComposioHQ/composio/issues/3604", "chatwoot/chatwoot/issues/11564"),
    21: ("chatwoot/chatwoot/issues/15887", "fazer-ai/chatwoot/issues/674"),
    22: ("ChatbotXIO/ChatbotX/pull/1018", "ChatbotXIO/ChatbotX/issues/863", "ChatbotXIO/ChatbotX/pull/1121"),
    23: ("ChatbotXIO/ChatbotX/pull/1122",),
    24: ("restfb/restfb/issues/1210",),
    25: ("trypostit/trypost/issues/3",),
    26: ("chatwoot/chatwoot/issues/8434",),
}
_NAME = re.compile(r"::test_pitfall_(\d\d)_\w+$")
INTRO = """\
## Pitfalls

How other products failed on this API, as their public issues tell, and what InstantChat does instead. Each test runs
the product and the simulator over HTTP: signed webhooks in, messages out, counted at the simulator."""


def pitfalls() -> dict[int, list[str]]:
    """The tests of each pitfall, by id."""
    return {number: [test for test in evidence.tests(FOLDER) if _number(test) == number] for number in SEEN_AT}


def write() -> Iterator[str]:
    """The table."""
    yield from (INTRO, "", "| # | elsewhere | InstantChat | seen at | test |", "|---|---|---|---|---|")
    docstrings = evidence.tests(FOLDER)
    for number, found in pitfalls().items():
        links = ", ".join(f"[{_short(path)}]({GITHUB}{path})" for path in SEEN_AT[number])
        elsewhere, ours = sentences(docstrings[found[0]]) if found else ("", "")
        test = ", ".join(f"`{test.removeprefix(FOLDER + '/')}`" for test in found) or "**no test**"
        yield f"| {number} | {cell(elsewhere)} | {cell(ours)} | {links} | {test} |"
    yield ""


def sentences(docstring: str) -> tuple[str, str]:
    """What goes wrong elsewhere, and what InstantChat does: the two paragraphs of a docstring. Raises `ValueError`."""
    elsewhere, ours = docstring.split("\n\n")
    return elsewhere, ours


def _number(test: str) -> int | None:
    found = _NAME.search(test)
    return int(found[1]) if found else None


def _short(path: str) -> str:
    """`chatwoot#99`."""
    _, name, _, number = path.split("/")
    return f"{name}#{number}"
