"""Begins a node type, an action or a trigger: its module and its first golden case, both working as they are.

Run as `make node name=send_poll` (`kind=action` or `kind=trigger` for the others).
"""

from __future__ import annotations

import argparse
import json
import keyword
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from instantchat.engine.registry import node_types, node_variants, trigger_types

ROOT = Path(__file__).resolve().parent.parent
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
NAME_LENGTH = 30

NODE = '''\
"""`{wire}`: {label_lower}."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.form import Required, Templated
from instantchat.engine.node import Node, Take
from instantchat.engine.text import shorten
from instantchat.engine.visit import Visit


class {cls}(Node):
    """Notes its text in the trace of the run and goes on."""

    type: ClassVar[str] = "{wire}"
    label: ClassVar[str] = "{label}"
    icon: ClassVar[str] = "sparkles"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({{"text": "Hi"}},)

    text: Annotated[str, Field(title="Text", max_length=1000), Templated, Required] = ""

    def enter(self, visit: Visit) -> Take:
        return Take("next", note=visit.render(self.text))

    def card(self) -> str:
        return shorten(self.text, 80) or self.label
'''

ACTION = '''\
"""`{wire}`: {label_lower}."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.form import Required, Templated
from instantchat.engine.node import Take
from instantchat.engine.text import shorten
from instantchat.engine.visit import Visit
from instantchat.nodes.action import ActionNode


class {cls}(ActionNode):
    """Notes its text in the trace of the run and goes on."""

    variant: ClassVar[str | None] = "{wire}"
    label: ClassVar[str] = "{label}"
    icon: ClassVar[str] = "sparkles"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({{"action": "{wire}", "text": "Hi"}},)

    text: Annotated[str, Field(title="Text", max_length=1000), Templated, Required] = ""

    def enter(self, visit: Visit) -> Take:
        return Take("next", note=visit.render(self.text))

    def card(self) -> str:
        return shorten(self.text, 80) or self.label
'''

TRIGGER = '''\
"""`{wire}`: {label_lower}."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.context import Context, InboundMessage
from instantchat.engine.form import Required
from instantchat.engine.text import fold, shorten
from instantchat.engine.trigger import Match, NoMatch, Rank, Trigger, other_kind


class {cls}(Trigger):
    """Starts the flow when a direct message is exactly this text, in any case."""

    type: ClassVar[str] = "{wire}"
    label: ClassVar[str] = "{label}"
    icon: ClassVar[str] = "sparkles"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({{"type": "{wire}", "text": "hello"}},)

    text: Annotated[str, Field(title="Text", max_length=300), Required] = ""

    def match(self, event: InboundMessage, context: Context) -> Match | NoMatch:
        refused = other_kind(event, "message")
        if refused is not None:
            return refused
        shown = {{"text": shorten(event.text or "", 200)}}
        if not self.text.strip() or fold(event.text or "") != fold(self.text):
            return NoMatch("other_text", "The message has another text.", shown)
        return Match(Rank.EXACT, "The message is this text.", shown)

    def card(self) -> str:
        return shorten(self.text, 80) or self.label
'''


@dataclass(frozen=True)
class Kind:
    """What can be begun: where it goes, what it begins as, and its first case."""

    template: str
    folder: str
    cases: str
    suffix: str
    case: dict[str, Any]


_NOTED = {"message": "Hi", "expect": {"outcome": "take", "exit": "next", "note": "Hi"}}
KINDS = {
    "node": Kind(NODE, "instantchat/nodes", "tests/nodes/cases", "Node", _NOTED),
    "action": Kind(ACTION, "instantchat/nodes/actions", "tests/nodes/cases/actions", "Action", _NOTED),
    "trigger": Kind(
        TRIGGER, "instantchat/triggers", "tests/triggers/cases", "Trigger",
        {"message": "Hello", "expect": {"match": "exact", "values": {"text": "Hello"}}},
    ),
}  # fmt: skip


class Refused(Exception):
    """The name cannot be used; the message says why."""


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write the files below `root` and say what to do next; 1 with a sentence when the name cannot be used."""
    parser = argparse.ArgumentParser(prog="make node", description=__doc__)
    parser.add_argument("name", help="in small letters: send_poll")
    parser.add_argument("--kind", choices=tuple(KINDS), default="node")
    given = parser.parse_args(arguments)
    try:
        module, cases = begin(given.name, given.kind, root)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    print(f"Wrote {module.relative_to(root)} and {cases.relative_to(root)}. Next:")
    print("  1. Say in the docstring what it does, and write it: fields, exits, enter.")
    print("  2. Write the cases it should meet; the tests run them:")
    print(f"     .venv/bin/python -m pytest -n 0 {'tests/triggers' if given.kind == 'trigger' else 'tests/nodes'}")
    print("  3. Write its page of the reference: .venv/bin/python -m scripts.reference")
    return 0


def begin(name: str, kind_name: str, root: Path) -> tuple[Path, Path]:
    """The module and the case file, written. Raises `Refused`; then nothing is written."""
    kind = KINDS[kind_name]
    if not NAME.fullmatch(name) or len(name) > NAME_LENGTH or keyword.iskeyword(name):
        raise Refused(f"{name!r} is no name for a module: use small letters, digits and _, such as send_poll.")
    words = name.split("_")
    pascal = "".join(word.capitalize() for word in words)
    wire = f"{words[0]}{pascal[len(words[0]) :]}Node" if kind_name == "node" else name
    module, cases = root / kind.folder / f"{name}.py", root / kind.cases / f"{wire}.json"
    known: dict[str, Any] = {"node": node_types(), "action": node_variants("actionNode"), "trigger": trigger_types()}
    for each in (module, module.with_suffix(""), cases):
        if each.exists():
            raise Refused(f"{each.relative_to(root)} is there already. Choose another name.")
    if wire in known[kind_name]:
        raise Refused(f"There is already something called {wire}. Choose another name.")
    label = " ".join(words).capitalize()
    cls = f"{pascal}{kind.suffix}"
    text = kind.template.format(wire=wire, cls=cls, label=label, label_lower=label.lower())
    module.write_text(text)
    cases.write_text(json.dumps([_case(wire, kind_name, kind.case)], indent=2) + "\n")
    return module, cases


def _case(wire: str, kind_name: str, rest: dict[str, Any]) -> dict[str, Any]:
    data = {
        "node": {"text": "{{message.text}}"},
        "action": {"action": wire, "text": "{{message.text}}"},
        "trigger": {"type": wire, "text": "hello"},
    }[kind_name]
    return {"name": "plain", "data": data, **rest}


if __name__ == "__main__":
    sys.exit(main())
