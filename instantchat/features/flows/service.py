"""Flows: drafts that people edit, and the versions that run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from instantchat.engine.diff import diff_graphs
from instantchat.engine.issues import Issue
from instantchat.errors import FieldError, Invalid
from instantchat.features.auth.member import Member
from instantchat.features.flows import schemas as s
from instantchat.features.flows.choices import Choices, choices
from instantchat.features.flows.draft import apply_ops, checked, findings, graph_of, starter_graph, with_edge_ids
from instantchat.features.flows.names import clean_name, copies_of, numbered, tidy
from instantchat.features.flows.published import PublishedFlows
from instantchat.features.flows.record import current, new_flow, new_version, with_graph, with_settings
from instantchat.features.flows.surroundings import Surveyor
from instantchat.features.flows.view import (
    EDITOR,
    FlowView,
    StaleRevision,
    differs,
    flow_busy,
    flow_missing,
    name_taken,
    refuse_unready,
    shown_to,
)
from instantchat.kit.clock import Clock
from instantchat.runtime.live import LiveEvent, Publisher
from instantchat.runtime.schedules import schedule_rows
from instantchat.store import records as r
from instantchat.store.ports import Store

_ATTEMPTS = 5
_MOST_NAMES = 200


class FlowService:
    """Everything people do with flows. Viewers and agents read, without secrets; changing one takes an admin. A flow of
    another workspace is `NotFound("flow_not_found")`."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        publisher: Publisher,
        allowed_networks: Sequence[str] = (),
        timezone: str = "UTC",
    ) -> None:
        self._flows = store.flows
        self._schedules = store.schedules
        self._timezone = timezone
        self._members = store.members
        self._clock = clock
        self._publisher = publisher
        self._published = PublishedFlows(store.flows)
        self._surveyor = Surveyor(store, allowed_networks)

    async def save(self, member: Member, body: s.SaveFlow) -> FlowView:
        """Store a draft: that of `body.id`, else of `body.name`, else a new one.

        Raises `Invalid` (`flow_malformed`, `flow_name_invalid`), `TooLarge("flow_too_large")`, `Conflict`
        (`flow_name_taken`) and `StaleRevision`; then nothing is stored. An incomplete graph is stored with issues.
        """
        member.require(EDITOR)
        name = clean_name(body.name) if body.id is None or body.name is not None else None
        for _ in range(_ATTEMPTS):
            stored = await self._target(member, body.id, name)
            if stored is None:
                saved = await self._insert(member, name or "", graph_of(body.nodes, body.edges, body.viewport), body)
            else:
                changed = with_graph(stored, nodes=body.nodes, edges=with_edge_ids(body.edges), viewport=body.viewport)
                changed = with_settings(replace(changed, name=name or stored.name), body)
                saved = await self._update(member, stored, changed, body.base_revision)
            if saved is not None:
                return saved
        raise flow_busy()

    async def patch(self, member: Member, flow_id: str, body: s.PatchFlow) -> FlowView:
        """Apply the canvas's changes to the draft of `body.base_revision`; refuses as `save` does."""
        member.require(EDITOR)
        stored = await self.record(member, flow_id)
        changed = replace(stored, graph=apply_ops(stored.graph, body.ops))
        saved = None
        if stored.revision == body.base_revision:
            saved = await self._update(member, stored, changed, body.base_revision)
        if saved is None:
            stored = await self.record(member, flow_id)
            raise StaleRevision(stored, body.base_revision, diff_graphs(stored.graph, changed.graph))
        return saved

    async def create(self, member: Member, name: str | None = None, *, blank: bool = False) -> FlowView:
        """A new draft with a trigger node (or empty). Without a name, `Untitled flow`, numbered until it is free;
        a given name that is taken raises `Conflict("flow_name_taken")`."""
        member.require(EDITOR)
        graph = graph_of(None, None, None) if blank else starter_graph()
        if name is None:
            return await self._insert_free(member, numbered("Untitled flow"), graph, s.FlowSettings())
        wanted = clean_name(name)
        made = await self._insert(member, wanted, graph, s.FlowSettings())
        if made is None:
            raise name_taken(wanted)
        return made

    async def add(
        self, member: Member, name: str, graph: r.Json, settings: s.FlowSettings, flow_id: str | None = None
    ) -> FlowView:
        """A new draft under `name`, numbered when it is taken: how an import comes in, under an id that its graph may
        name. Refuses as `save` does."""
        member.require(EDITOR)
        return await self._insert_free(member, numbered(clean_name(name)), graph, settings, flow_id)

    async def replace_graph(self, member: Member, flow_id: str, graph: r.Json) -> FlowView:
        """Put another graph into the draft: how a version comes back. Refuses as `save` does."""
        member.require(EDITOR)
        for _ in range(_ATTEMPTS):
            stored = await self.record(member, flow_id)
            saved = await self._update(member, stored, replace(stored, graph=graph), None)
            if saved is not None:
                return saved
        raise flow_busy()

    async def rename(self, member: Member, flow_id: str, name: str | None) -> FlowView:
        """Give the flow another name; the draft moves on one revision."""
        member.require(EDITOR)
        wanted = clean_name(name)
        for _ in range(_ATTEMPTS):
            stored = await self.record(member, flow_id)
            saved = await self._update(member, stored, replace(stored, name=wanted), None)
            if saved is not None:
                return saved
        raise flow_busy()

    async def configure(self, member: Member, flow_id: str, settings: s.FlowSettings) -> FlowView:
        """Change category, priority and reentry, as far as given. They count for what runs at once, without a new
        version; the draft moves on one revision."""
        member.require(EDITOR)
        for _ in range(_ATTEMPTS):
            stored = await self.record(member, flow_id)
            saved = await self._update(member, stored, with_settings(stored, settings), None)
            if saved is not None:
                return saved
        raise flow_busy()

    async def duplicate(self, member: Member, flow_id: str) -> FlowView:
        """A new draft with the same graph and settings, named `Copy of …`."""
        member.require(EDITOR)
        stored = await self.record(member, flow_id)
        settings = s.FlowSettings.model_validate(
            {"category": stored.category, "priority": stored.priority, "reentry": stored.reentry}
        )
        return await self._insert_free(member, copies_of(stored.name), stored.graph, settings)

    async def activate(self, member: Member, flow_id: str, note: str = "") -> FlowView:
        """Publish the draft as an immutable version with a note, and let it run. Activating an active flow publishes
        its newest draft; without a change in it nothing happens. Raises `Invalid("flow_incomplete")` on any error."""
        member.require(EDITOR)
        for _ in range(_ATTEMPTS):
            stored = await self.record(member, flow_id)
            active = await self._published.active(member.workspace_id)
            around = await self._surveyor.around(member.workspace_id, active, stored.id, stored.name)
            issues = around.validate(stored.graph)
            refuse_unready(stored, issues)
            if flow_id in active and not differs(stored, active):
                return FlowView(stored, issues, has_unpublished_changes=False)
            outcome = await self._publish_version(member, stored, note)
            if outcome is not None:
                return FlowView(outcome, issues, has_unpublished_changes=False)
        raise flow_busy()

    async def deactivate(self, member: Member, flow_id: str) -> FlowView:
        """Back to a draft: no new runs, waiting ones finish."""
        return await self._set_status(member, flow_id, "draft")

    async def archive(self, member: Member, flow_id: str) -> FlowView:
        """Out of the way: no new runs, waiting ones finish."""
        return await self._set_status(member, flow_id, "archived")

    async def delete(self, member: Member, flow_id: str) -> None:
        """Delete the flow and cancel its waiting runs; its past runs stay readable."""
        member.require(EDITOR)
        stored = await self.record(member, flow_id)
        if not await self._flows.delete(member.workspace_id, flow_id, self._clock.now()):
            raise flow_missing()
        self._tell(replace(stored, status="archived"))

    async def record(self, member: Member, flow_id: str) -> r.Flow:
        """One flow as it is stored, secrets and all: for services, not to be shown."""
        stored = await self._flows.flow(member.workspace_id, flow_id)
        if stored is None:
            raise flow_missing()
        return current(stored)

    async def references(self, member: Member) -> Choices:
        """What the fields of a flow can refer to."""
        workspace_id = member.workspace_id
        names = await self._flows.flow_names(workspace_id)
        users = await self._members.members(workspace_id)
        return choices(member, names, await self._published.active(workspace_id), users)

    async def get(self, member: Member, flow_id: str) -> FlowView:
        """One flow with its issues."""
        return await self._view(member, await self.record(member, flow_id))

    async def by_name(self, member: Member, name: str) -> FlowView:
        """One flow by its name, in any case."""
        stored = await self._flows.flow_by_name(member.workspace_id, tidy(name))
        if stored is None:
            raise flow_missing()
        return await self._view(member, current(stored))

    async def list_flows(
        self,
        member: Member,
        *,
        status: r.FlowStatus | None = None,
        category: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> r.Page[FlowView]:
        """Flows, newest change first, without issues; `limit` is at most 100."""
        page = await self._flows.flows(
            member.workspace_id, status=status, category=category, limit=max(1, min(limit, 100)), cursor=cursor
        )
        active = await self._published.active(member.workspace_id)
        flows = [current(flow) for flow in page.data]
        return r.Page([FlowView(shown_to(member, flow), [], differs(flow, active)) for flow in flows], page.next_cursor)

    async def validate(self, member: Member, body: s.ValidateIn) -> list[Issue]:
        """Everything wrong with a graph, malformed findings first; stores nothing. Raises for one that could not be
        read at all (too large, not storable)."""
        active = await self._published.active(member.workspace_id)
        try:
            around = await self._surveyor.around(member.workspace_id, active, body.id, None)
            return findings(graph_of(body.nodes, body.edges, None), around)
        except Invalid as refusal:
            return [_as_issue(error) for error in refusal.errors]

    async def _target(self, member: Member, flow_id: str | None, name: str | None) -> r.Flow | None:
        if flow_id is not None:
            return await self.record(member, flow_id)
        stored = await self._flows.flow_by_name(member.workspace_id, name or "")
        return None if stored is None else current(stored)

    async def _insert(
        self, member: Member, name: str, graph: r.Json, settings: s.FlowSettings, flow_id: str | None = None
    ) -> FlowView | None:
        """None when the name is taken."""
        active = await self._published.active(member.workspace_id)
        around = await self._surveyor.around(member.workspace_id, active, flow_id, name)
        issues = checked(graph, around)
        flow = current(new_flow(member, name, graph, settings, self._clock.now(), flow_id))
        if not await self._flows.create(flow):
            return None
        self._tell(flow)
        return FlowView(flow, issues, has_unpublished_changes=False, created=True)

    async def _insert_free(
        self,
        member: Member,
        names: Iterator[str],
        graph: r.Json,
        settings: s.FlowSettings,
        flow_id: str | None = None,
    ) -> FlowView:
        for name, _ in zip(names, range(_MOST_NAMES), strict=False):
            if await self._flows.flow_by_name(member.workspace_id, name) is None:
                made = await self._insert(member, name, graph, settings, flow_id)
                if made is not None:
                    return made
        raise flow_busy()

    async def _update(self, member: Member, stored: r.Flow, changed: r.Flow, base: int | None) -> FlowView | None:
        """The stored change, or None when somebody else was faster."""
        active = await self._published.active(member.workspace_id)
        around = await self._surveyor.around(member.workspace_id, active, stored.id, changed.name)
        issues = checked(changed.graph, around)
        if base is not None and base != stored.revision:
            raise StaleRevision(stored, base, diff_graphs(stored.graph, changed.graph))
        changed = current(replace(changed, revision=stored.revision + 1, updated_at=self._clock.now()))
        outcome = await self._flows.update(changed, stored.revision)
        if outcome == "name_taken":
            raise name_taken(changed.name)
        if outcome == "missing":
            raise flow_missing()
        if outcome == "stale":
            return None
        self._tell(changed)
        return FlowView(changed, issues, differs(changed, active))

    async def _publish_version(self, member: Member, stored: r.Flow, note: str) -> r.Flow | None:
        now = self._clock.now()
        number = (stored.published_version or 0) + 1
        flow = replace(stored, status="active", published_version=number, updated_at=now)
        version = new_version(member, flow, note, now)
        outcome = await self._flows.publish(flow, version)
        if outcome == "missing":
            raise flow_missing()
        if outcome == "stale":
            return None
        await self._schedules.replace(flow.workspace_id, flow.id, schedule_rows(version, now, self._timezone))
        self._tell(flow)
        return flow

    async def _set_status(self, member: Member, flow_id: str, status: r.FlowStatus) -> FlowView:
        member.require(EDITOR)
        flow = await self._flows.set_status(member.workspace_id, flow_id, status, self._clock.now())
        if flow is None:
            raise flow_missing()
        await self._schedules.replace(flow.workspace_id, flow.id, [])
        self._tell(flow)
        return await self._view(member, current(flow))

    async def _view(self, member: Member, flow: r.Flow) -> FlowView:
        active = await self._published.active(flow.workspace_id)
        around = await self._surveyor.around(flow.workspace_id, active, flow.id, flow.name)
        return FlowView(shown_to(member, flow), around.validate(flow.graph), differs(flow, active))

    def _tell(self, flow: r.Flow) -> None:
        self._publisher.publish(LiveEvent(flow.workspace_id, "flow", flow))


def _as_issue(error: FieldError) -> Issue:
    return Issue(error.code, error.message, node_id=error.node_id, field=error.field, malformed=True)
