"""The routes under `/api/flow`, and the schemas of the nodes (DESIGN section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Response

from instantchat.api.dependencies import CurrentMember, Cursor, Limit
from instantchat.engine.registry import node_schemas
from instantchat.features.flows import schemas as s
from instantchat.features.wire import PageOut
from instantchat.store.records import FlowStatus

if TYPE_CHECKING:
    from instantchat.assembly import Assembly


def build_router(assembly: Assembly) -> APIRouter:
    """Flows: draft, version, file."""
    router = APIRouter(tags=["Flows"])
    router.include_router(_reading(assembly))
    router.include_router(_drafts(assembly))
    router.include_router(_life(assembly))
    return router


def _reading(assembly: Assembly) -> APIRouter:
    router, flows = APIRouter(), assembly.flows

    @router.get("/api/flow/get/{name:path}")
    async def get_flow(member: CurrentMember, name: str) -> s.FlowWithIssues:
        """A flow by its name, in any case."""
        return (await flows.by_name(member, name)).out()

    @router.get("/api/flow/user")
    async def list_flows(
        member: CurrentMember,
        status: FlowStatus | None = None,
        category: Annotated[str | None, Query(max_length=80)] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> PageOut[s.FlowOut]:
        """Your workspace's flows, newest change first."""
        page = await flows.list_flows(member, status=status, category=category, limit=limit, cursor=cursor)
        data = [s.FlowOut.from_record(view.flow, view.has_unpublished_changes) for view in page.data]
        return PageOut(data=data, next_cursor=page.next_cursor)

    @router.post("/api/flow/validate")
    async def validate(member: CurrentMember, body: s.ValidateIn) -> s.ValidateOut:
        """Everything wrong with a graph; nothing is stored. `valid`: it could be activated."""
        issues = await flows.validate(member, body)
        valid = all(issue.severity != "error" for issue in issues)
        return s.ValidateOut(valid=valid, issues=[s.IssueOut.from_issue(issue) for issue in issues])

    @router.get("/api/nodes")
    async def nodes(_member: CurrentMember) -> s.NodesOut:
        """The form schema of every node type, in palette order."""
        return s.NodesOut.model_validate({"data": node_schemas()})

    return router


def _drafts(assembly: Assembly) -> APIRouter:
    router, flows, transfer = APIRouter(), assembly.flows, assembly.transfer

    @router.post("/api/flow/save", responses={201: {"model": s.FlowWithIssues}})
    async def save(member: CurrentMember, body: s.SaveFlow, response: Response) -> s.FlowWithIssues:
        """Store a draft: 201 for a new flow, else 200. 409 `stale_revision` when `baseRevision` is behind, with what
        your copy would change in `errors`; 422 `flow_malformed` stores nothing and names the nodes."""
        saved = await flows.save(member, body)
        response.status_code = 201 if saved.created else 200
        return saved.out()

    @router.patch("/api/flow/{flow_id}")
    async def patch(member: CurrentMember, flow_id: str, body: s.PatchFlow) -> s.FlowWithIssues:
        """Change single nodes and edges of the draft of revision `baseRevision`."""
        return (await flows.patch(member, flow_id, body)).out()

    @router.post("/api/flow/{flow_id}/rename")
    async def rename(member: CurrentMember, flow_id: str, body: s.NameIn) -> s.FlowWithIssues:
        """Give a flow another name."""
        return (await flows.rename(member, flow_id, body.name)).out()

    @router.post("/api/flow/{flow_id}/duplicate", status_code=201)
    async def duplicate(member: CurrentMember, flow_id: str) -> s.FlowWithIssues:
        """A copy as a new draft."""
        return (await flows.duplicate(member, flow_id)).out()

    @router.get("/api/flow/{flow_id}/export")
    async def export(member: CurrentMember, flow_id: str, response: Response) -> s.ExportedFlow:
        """The draft as a file."""
        exported = await transfer.export(member, flow_id)  # so the id is one of ours, and fit for a header
        response.headers["Content-Disposition"] = f'attachment; filename="{flow_id}.json"'
        return exported

    @router.post("/api/flow/import", status_code=201)
    async def import_flow(member: CurrentMember, body: s.ImportFlow) -> s.ImportOut:
        """A new draft from an export, under new ids; `unresolved` lists what it refers to that is not here."""
        view, unresolved = await transfer.import_flow(member, body)
        return s.ImportOut(flow=view.out(), unresolved=unresolved)

    return router


def _life(assembly: Assembly) -> APIRouter:
    router, flows, starting = APIRouter(), assembly.flows, assembly.starting

    @router.post("/api/flow/{flow_id}/activate")
    async def activate(member: CurrentMember, flow_id: str) -> s.FlowWithIssues:
        """Publish the draft and let it run; 422 `flow_incomplete` names what is missing."""
        return (await flows.activate(member, flow_id)).out()

    @router.post("/api/flow/{flow_id}/deactivate")
    async def deactivate(member: CurrentMember, flow_id: str) -> s.FlowWithIssues:
        """No new runs; waiting ones finish."""
        return (await flows.deactivate(member, flow_id)).out()

    @router.post("/api/flow/{flow_id}/archive")
    async def archive(member: CurrentMember, flow_id: str) -> s.FlowWithIssues:
        """As deactivate, and out of the way."""
        return (await flows.archive(member, flow_id)).out()

    @router.post("/api/flow/{flow_id}/trigger", status_code=202)
    async def trigger(member: CurrentMember, flow_id: str, body: s.TriggerIn) -> s.TriggerOut:
        """Start an active flow for a person who is known to your account; `variables` are set on the contact before.

        404 `recipient_unknown`, 409 `flow_not_active` or `account_disconnected`, 422 `variables_bad`. Whether the flow
        may start again is decided when it would: without a run of that id, the event's decision says why.
        """
        return s.TriggerOut(run_id=await starting.trigger(member, flow_id, body))

    @router.delete("/api/flow/{flow_id}", status_code=204)
    async def delete(member: CurrentMember, flow_id: str) -> None:
        """Delete the flow and cancel its waiting runs."""
        await flows.delete(member, flow_id)

    return router
