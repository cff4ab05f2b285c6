"""Flows written by hand, as files: `flows/good` and `flows/bad`, each with what validation must say about it.

`expect` lists every finding but `unconnected_exit`: `{code, nodeId, field}`, those left out being none. `others` names
the good flows that are active beside it; every good flow is there, and Ada is a member. A bad flow has a `fix`: `nodes`
(the data each gets), `edges` (all of them), `rename` (a node's new id) or `without` (a node that goes).

A good flow's `play` is a conversation, one step an entry: `say` (a text), `tap` (the title of what was offered last),
`wait` (`2 hours`) or `event` (the fields of an `InboundMessage`); `expect` is what is answered, as `Stage.told` writes
it. `then` is how it leaves the contact: `tags`, `variables`, `fields`, `did` (kinds of effects beside sending), `state`
of the run. `answers` are what APIs and the AI say, by node.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from instantchat.engine.compiled import CompiledFlow
from instantchat.engine.context import AccountView, ContactView, InboundMessage
from instantchat.engine.decision import ActiveFlow
from instantchat.engine.effects import Button, QuickReply, SendMessage
from instantchat.engine.flow import parse_graph, validate_flow
from instantchat.engine.issues import Issue
from instantchat.engine.lint import Known, members_of
from instantchat.engine.simulate import Answer, Said, World, scene_of
from tests.engine.builders import NOW, active

FOLDER = Path(__file__).parent / "flows"
GOOD = sorted((FOLDER / "good").glob("*.json"))
BAD = sorted((FOLDER / "bad").glob("*.json"))
MEMBERS = members_of([("usr_ada", "ada@example.com")])
NOT_EFFECTS_TO_TELL = ("send_message", "set_typing", "reply_to_comment", "react", "fetch_profile")


def read(path: Path) -> dict[str, Any]:
    """The file."""
    written: dict[str, Any] = json.loads(path.read_text())
    return written


def compile_named(stem: str) -> CompiledFlow:
    """The good flow of that file."""
    flow, issues = parse_graph(read(FOLDER / "good" / f"{stem}.json")["graph"])
    assert flow is not None, issues
    return flow


def names() -> dict[str, str]:
    """The names of all good flows by the name of their file, which is their id."""
    return {path.stem: read(path)["name"] for path in GOOD}


def findings(written: dict[str, Any], graph: Any, flow_id: str) -> list[Issue]:
    """What validation says of a graph in the place of this file."""
    known = names()
    others = [(known[stem], compile_named(stem)) for stem in written.get("others", ())]
    around = Known({**known, flow_id: written["name"]}, flow_id, MEMBERS)
    issues = validate_flow(graph, others, known=around)
    return [issue for issue in issues if issue.code != "unconnected_exit"]


def as_expected(issues: list[Issue]) -> list[tuple[str, str | None, str | None]]:
    return sorted(((each.code, each.node_id, each.field) for each in issues), key=str)


def expected(written: dict[str, Any]) -> list[tuple[str, str | None, str | None]]:
    found = [(each["code"], each.get("nodeId"), each.get("field")) for each in written["expect"]]
    return sorted(found, key=str)


def mended(written: dict[str, Any]) -> dict[str, Any]:
    """The graph with the fix in it."""
    fix, graph = written["fix"], written["graph"]
    nodes = [node for node in graph["nodes"] if node.get("id") != fix.get("without")]
    nodes = [{**node, **fix.get("nodes", {}).get(node["id"], {})} for node in nodes]
    if "rename" in fix:
        nodes[fix["rename"]["index"]]["id"] = fix["rename"]["id"]
    return {"nodes": nodes, "edges": fix.get("edges", graph["edges"])}


class Stage:
    """A world in which a good flow is active, beside the `others` its file names."""

    def __init__(self, path: Path, written: dict[str, Any]) -> None:
        flows = [self._active(stem, age) for age, stem in enumerate([path.stem, *written.get("others", ())])]
        answers = {node_id: Answer(**each) for node_id, each in written.get("answers", {}).items()}
        account = AccountView("acc_1", timezone=written.get("timezone", "UTC"))
        contact = {"id": "con_1", "igsid": "1789", **written.get("contact", {})}
        contact["tags"] = tuple(contact.get("tags", ()))
        scene = scene_of(flows, account, answers=answers, stop_words=frozenset({"stop"}))
        self.flow_id = flows[0].flow_id
        self.world = World(scene, ContactView(**contact), NOW, is_new=written.get("isNew", True))

    def act(self, step: dict[str, Any]) -> list[str]:
        """Take a step of the play; what is said then."""
        before = len(self.world.said)
        if "wait" in step:
            amount, unit = step["wait"].split()
            self.world.pass_time_to(self.world.now + timedelta(**{unit: float(amount)}))
        else:
            self.world.hear(self._message(step))
        return [self.told(each) for each in self.world.said[before:]]

    def told(self, said: Said) -> str:
        """What was said, as plays write it: the text, or the media's addresses, or the cards' titles; then the offers
        in brackets. `(comment)` answers in public, `(react)` with an emoji, `(private)` as the private reply, and
        `(unsent)` is what a closed window kept back."""
        message = said.message
        if not isinstance(message, SendMessage):
            text = f"(comment) {message.text}" if message.kind == "reply_to_comment" else f"(react) {message.emoji}"
        else:
            what = message.text or ", ".join(each.url for each in message.attachments)
            what = what or ", ".join(each.title for each in message.cards)
            offers = [each.title for each in _offers(message)]
            text = f"{what} [{' | '.join(offers)}]" if offers else what
            text = f"(private) {text}" if message.comment_id else text
        return text if said.is_delivered else f"(unsent) {text}"

    def left(self) -> dict[str, Any]:
        """How the play left the contact, in the words of `then`."""
        contact = self.world.contact
        run = [each for each in self.world.runs.values() if each.flow_id == self.flow_id][-1:]
        kinds = [effect["kind"] for each in self.world.steps for effect in each.step.effects]
        return {
            "tags": list(contact.tags),
            "variables": contact.variables,
            "fields": contact.fields,
            "did": [kind for kind in kinds if kind not in NOT_EFFECTS_TO_TELL],
            "state": run[0].state if run else None,
        }

    def _message(self, step: dict[str, Any]) -> InboundMessage:
        event_id = f"evt_{len(self.world.steps)}"
        if "say" in step:
            return InboundMessage(event_id, "message", self.world.now, step["say"], refs={"mid": f"mid_{event_id}"})
        if "tap" in step:
            offer = next(each for each in self._offered() if each.title == step["tap"])
            kind = "message" if isinstance(offer, QuickReply) else "postback"
            return InboundMessage(event_id, kind, self.world.now, step["tap"], offer.payload)
        given = InboundMessage(event_id, at=self.world.now, **step["event"])
        return replace(given, attachments=tuple(given.attachments))

    def _offered(self) -> list[QuickReply | Button]:
        sent = [each.message for each in reversed(self.world.said) if isinstance(each.message, SendMessage)]
        return [offer for message in sent for offer in _offers(message)]

    @staticmethod
    def _active(stem: str, age: int) -> ActiveFlow:
        made = active(compile_named(stem), names()[stem], age=-age)
        return replace(made, flow_id=stem, version_id=f"ver_{stem}")


def _offers(message: SendMessage) -> list[QuickReply | Button]:
    on_cards = [button for card in message.cards for button in card.buttons]
    return [*message.quick_replies, *message.buttons, *on_cards]
