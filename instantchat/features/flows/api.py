"""The routes under `/api/flow`, and the schemas of the nodes (DESIGN section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Response

from instantchat.api.dependencies import CurrentMember, Cursor, Limit
from instantchat.engine.registry import node_schemas
from instantchat.features.flows import file as f
from instantchat.features.flows import history_schemas as h
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
    router.include_router(_files(assembly))
    router.include_router(_life(assembly))
    router.include_router(_history(assembly))
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
    router, flows = APIRouter(), assembly.flows

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

    return router


def _files(assembly: Assembly) -> APIRouter:
    router, transfer = APIRouter(), assembly.transfer

    @router.get("/api/flow/{flow_id}/export")
    async def export(member: CurrentMember, flow_id: str, response: Response) -> f.ExportedFlow:
        """The draft as a file, without the values of secrets; `references` names what it refers to."""
        exported = await transfer.export(member, flow_id)  # so the id is one of ours, and fit for a header
        response.headers["Content-Disposition"] = f'attachment; filename="{flow_id}.json"'
        return exported

    @router.post("/api/flow/import", status_code=201)
    async def import_flow(member: CurrentMember, body: f.ImportFlow) -> f.ImportOut:
        """A new draft from an export, under new ids; `unresolved` lists what it refers to that is not here and the
        secrets it came without, `created` the tags and fields it uses, `rewritten` what was in an earlier format."""
        return (await transfer.import_flow(member, body)).out()

    return router


def _life(assembly: Assembly) -> APIRouter:
    router, flows, starting = APIRouter(), assembly.flows, assembly.starting

    @router.post("/api/flow/{flow_id}/activate")
    async def activate(member: CurrentMember, flow_id: str, body: h.ActivateIn | None = None) -> s.FlowWithIssues:
        """Publish the draft, with a note if you like, and let it run; 422 `flow_incomplete` names what is missing."""
        note = body.note if body is not None and body.note else ""
        return (await flows.activate(member, flow_id, note.strip())).out()

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

        403 `opted_out`, 404 `recipient_unknown`, 409 `flow_not_active` or `account_disconnected`, 422 `variables_bad`.
        Whether the flow may start again is decided when it would: without a run of that id, the event's decision says
        why.
        """
        return s.TriggerOut(run_id=await starting.trigger(member, flow_id, body))

    @router.delete("/api/flow/{flow_id}", status_code=204)
    async def delete(member: CurrentMember, flow_id: str) -> None:
        """Delete the flow and cancel its waiting runs."""
        await flows.delete(member, flow_id)

    return router


def _history(assembly: Assembly) -> APIRouter:
    router, history = APIRouter(), assembly.history

    @router.get("/api/flow/{flow_id}/versions")
    async def versions(
        member: CurrentMember, flow_id: str, limit: Limit = 50, cursor: Cursor = None
    ) -> PageOut[h.VersionOut]:
        """The published versions, newest first, each with what it changed."""
        page = await history.versions(member, flow_id, limit=limit, cursor=cursor)
        return PageOut(data=page.data, next_cursor=page.next_cursor)

    @router.get("/api/flow/{flow_id}/versions/{number}")
    async def version(member: CurrentMember, flow_id: str, number: str) -> h.VersionGraph:
        """One version with its graph; 404 `version_not_found`."""
        return await history.version(member, flow_id, number)

    @router.get("/api/flow/{flow_id}/diff")
    async def diff(
        member: CurrentMember,
        flow_id: str,
        before: Annotated[str | None, Query(alias="from", description="Without it, the newest version.")] = None,
        after: Annotated[str, Query(alias="to")] = "draft",
    ) -> h.DiffOut:
        """What changed between two versions, given by number or as `draft`: nodes, edges, and fields of nodes. A list's
        items are told apart by their `id`; positions on the canvas are no difference; secrets are never shown."""
        return await history.diff(member, flow_id, before, after)

    @router.post("/api/flow/{flow_id}/restore/{version}")
    async def restore(member: CurrentMember, flow_id: str, version: str) -> s.FlowWithIssues:
        """The version's graph becomes the draft; what runs goes on. 422 `flow_malformed` when it no longer can be."""
        return (await history.restore(member, flow_id, version)).out()

    return router
