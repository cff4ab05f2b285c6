"""What the references of a flow mean: names for those that leave, and what is here for those that come in."""

from __future__ import annotations

from instantchat.engine.filled import replaced, written
from instantchat.engine.json_shape import is_unicode
from instantchat.engine.redaction import empty_secrets
from instantchat.engine.references import Reference, references, with_reference
from instantchat.features.flows.file import ImportFlow, MemberName, References, Unresolved
from instantchat.features.flows.names import tidy
from instantchat.store import records as r
from instantchat.store.ports import Store


async def named(store: Store, workspace_id: str, graph: r.Json) -> tuple[r.Json, References]:
    """A graph on its way out: its members by id, never by e-mail address; and the names of what it refers to."""
    names = References()
    for reference in references(graph):
        if reference.to == "flow":
            flow = await _flow(store, workspace_id, reference.value)
            if flow is not None:
                names.flows[reference.value] = flow.name
        elif reference.to == "member":
            user = await _member(store, workspace_id, reference.value)
            if user is not None:
                names.members[user.id] = MemberName(name=user.name)
            if user is not None or "@" in reference.value:
                graph = with_reference(graph, reference, user.id if user is not None else "")
    return graph, names


class Resolver:
    """Finds here what a file refers to. `flow_id` is the id the file's own flow gets."""

    def __init__(self, store: Store, workspace_id: str, file: ImportFlow, flow_id: str) -> None:
        self._store = store
        self._workspace_id = workspace_id
        self._file = file
        self._flow_id = flow_id

    async def resolve(self, graph: r.Json) -> tuple[r.Json, list[Unresolved]]:
        """The graph with the ids that things have here; what was not found keeps its value and is listed."""
        missing: list[Unresolved] = []
        for reference in references(graph):
            if reference.to in ("flow", "member"):
                value = await (self._flow(reference) if reference.to == "flow" else self._member(reference))
                if value is None:
                    missing.append(self._missing(reference))
                elif value != reference.value:
                    graph = with_reference(graph, reference, value)
        return self._without_hidden(graph, missing), missing

    async def _flow(self, reference: Reference) -> str | None:
        value, name = reference.value, self._file.references.flows.get(reference.value)
        own_name = tidy(self._file.name or "").casefold()
        if value == self._file.id or (own_name and tidy(name or value).casefold() == own_name):
            return self._flow_id
        if await _flow(self._store, self._workspace_id, value) is not None:
            return value
        found = await _flow(self._store, self._workspace_id, name) if name else None
        return found.id if found is not None else None

    async def _member(self, reference: Reference) -> str | None:
        if await _member(self._store, self._workspace_id, reference.value) is not None:
            return reference.value
        known = self._file.references.members.get(reference.value)
        if known is None:
            return None
        users = await self._store.members.members(self._workspace_id)
        same = [user.id for user in users if tidy(user.name).casefold() == tidy(known.name).casefold()]
        return same[0] if len(same) == 1 else None

    def _missing(self, reference: Reference) -> Unresolved:
        value, names = reference.value, self._file.references
        if reference.to == "flow":
            name, reason = names.flows.get(value), "no_such_flow"
        else:
            name, reason = names.members[value].name if value in names.members else None, "no_such_member"
        return Unresolved.model_validate(
            {"node_id": reference.node_id, "field": reference.field, "value": value, "name": name, "reason": reason}
        )

    def _without_hidden(self, graph: r.Json, missing: list[Unresolved]) -> r.Json:
        """A copy of what a viewer was shown has `•••` for its secrets: they are as empty as in an export."""
        nodes = []
        for node in graph["nodes"]:
            data = node.get("data")
            for place in empty_secrets(node["type"], data):
                data = replaced(data, place, "")
                missing.append(Unresolved(node_id=node["id"], field=written(place), value="", reason="secret_left_out"))
            nodes.append({**node, "data": data} if data is not node.get("data") else node)
        return {**graph, "nodes": nodes}


async def _flow(store: Store, workspace_id: str, reference: str) -> r.Flow | None:
    """By id, else by name."""
    if not is_unicode(reference):
        return None
    found = await store.flows.flow(workspace_id, reference)
    return found or await store.flows.flow_by_name(workspace_id, tidy(reference))


async def _member(store: Store, workspace_id: str, reference: str) -> r.User | None:
    """By id, else by e-mail address."""
    user = await store.members.user(reference) or await store.members.user_by_email(reference.strip())
    return user if user is not None and user.workspace_id == workspace_id else None
