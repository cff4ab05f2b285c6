"""Rows of flows and versions, made from what a member sent."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from instantchat.engine.upgrades import upgrade_stored
from instantchat.features.auth.member import Member
from instantchat.features.flows import schemas as s
from instantchat.kit.ids import new_id
from instantchat.store import records as r


def new_flow(
    member: Member, name: str, graph: r.Json, settings: s.FlowSettings, now: dt.datetime, flow_id: str | None = None
) -> r.Flow:
    """A first draft; `flow_id` when its graph already names it."""
    flow = r.Flow(
        id=flow_id or new_id("flow"),
        workspace_id=member.workspace_id,
        name=name,
        category="",
        status="draft",
        priority=0,
        reentry={"mode": "always"},
        graph=graph,
        revision=1,
        published_version=None,
        created_at=now,
        updated_at=now,
    )
    return with_settings(flow, settings)


def new_version(member: Member, flow: r.Flow, note: str, now: dt.datetime) -> r.FlowVersion:
    """The flow's draft, to be published under its `published_version`."""
    return r.FlowVersion(
        id=new_id("ver"),
        flow_id=flow.id,
        workspace_id=flow.workspace_id,
        number=flow.published_version or 1,
        name=flow.name,
        graph=flow.graph,
        author_id=member.user_id,
        note=note,
        created_at=now,
    )


def with_settings(flow: r.Flow, settings: s.FlowSettings) -> r.Flow:
    """The flow with those settings that are given."""
    changes: dict[str, Any] = {
        "category": None if settings.category is None else " ".join(settings.category.split()),
        "priority": settings.priority,
        "reentry": None if settings.reentry is None else settings.reentry.model_dump(exclude_none=True),
    }
    return replace(flow, **{key: value for key, value in changes.items() if value is not None})


def current(flow: r.Flow) -> r.Flow:
    """A stored flow with its graph as it is written today."""
    graph = upgrade_stored(flow.graph)
    return flow if graph is flow.graph else replace(flow, graph=graph)


def with_graph(flow: r.Flow, **given: Any) -> r.Flow:
    """The flow with those parts of its graph (`nodes`, `edges`, `viewport`) that are not None."""
    return replace(flow, graph={**flow.graph, **{key: value for key, value in given.items() if value is not None}})
