"""A workspace with a connected account and an active flow, put into a database through the storage port."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

from instantchat.kit.clock import SystemClock
from instantchat.kit.crypto import Secret, Vault
from instantchat.kit.ids import new_id
from instantchat.store.connect import open_store
from instantchat.store.ports import Store
from instantchat.store.records import Account, Flow, FlowVersion, Json, User


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was made."""

    workspace_id: str
    account_id: str
    ig_user_id: str
    flow_id: str | None


def keyword_flow(keyword: str, answer: str) -> Json:
    """Trigger on a keyword, answer with a message."""
    trigger = {"type": "keyword", "keywords": [keyword]}
    return {
        "nodes": [
            {"id": "start", "type": "triggerNode", "position": {"x": 0, "y": 0}, "data": {"triggers": [trigger]}},
            {"id": "answer", "type": "messageNode", "position": {"x": 300, "y": 0}, "data": {"content": answer}},
        ],
        "edges": [{"id": "e1", "source": "start", "target": "answer"}],
        "viewport": {"x": 0, "y": 0, "zoom": 1},
    }


async def seed(store: Store, vault: Vault, graph: Json | None, *, ig_user_id: str = "17841400000000001") -> Seeded:
    """Into a started store."""
    now = SystemClock().now()
    user = User(
        id=new_id("usr"),
        workspace_id=new_id("wsp"),
        role="owner",
        name="Owner",
        email=f"{new_id('o')}@example.com",
        password_hash="!",
        avatar_url=None,
        created_at=now,
    )
    assert await store.members.create_user(user, "Workspace")
    account = await store.accounts.connect(
        Account(
            id=new_id("acc"),
            workspace_id=user.workspace_id,
            user_id=user.id,
            ig_user_id=ig_user_id,
            ig_scoped_id=f"9{ig_user_id}",
            username="shop",
            name="Shop",
            picture_url=None,
            state="ok",
            sealed_token=vault.seal(Secret("IGAA-test-token")),
            token_expires_at=now + dt.timedelta(days=60),
            connected_at=now,
        )
    )
    assert account is not None
    flow_id = await publish(store, user.workspace_id, graph) if graph is not None else None
    return Seeded(user.workspace_id, account.id, ig_user_id, flow_id)


async def publish(store: Store, workspace_id: str, graph: Json, *, name: str = "Welcome", **settings: Json) -> str:
    """An active flow; its id."""
    now = SystemClock().now()
    flow = Flow(
        id=new_id("flw"),
        workspace_id=workspace_id,
        name=name,
        category="",
        status="draft",
        priority=0,
        reentry=settings.get("reentry", {"mode": "always"}),
        graph=graph,
        revision=1,
        published_version=None,
        created_at=now,
        updated_at=now,
    )
    assert await store.flows.create(flow)
    assert await store.flows.publish(flow, _version(flow, 1)) == "saved"
    return flow.id


async def publish_again(store: Store, workspace_id: str, flow_id: str, graph: Json) -> None:
    """The flow's next version."""
    flow = await store.flows.flow(workspace_id, flow_id)
    assert flow is not None
    changed = replace(flow, graph=graph)
    assert await store.flows.publish(changed, _version(changed, (flow.published_version or 0) + 1)) == "saved"


def _version(flow: Flow, number: int) -> FlowVersion:
    return FlowVersion(
        id=new_id("ver"),
        flow_id=flow.id,
        workspace_id=flow.workspace_id,
        number=number,
        name=flow.name,
        graph=flow.graph,
        author_id=None,
        note="",
        created_at=flow.updated_at,
    )


async def seed_file(data_dir: Path, vault: Vault, graph: Json | None, **account: str) -> Seeded:
    """Into the SQLite file of a data directory, before a server uses it."""
    store = open_store(f"sqlite:///{data_dir / 'instantchat.db'}")
    await store.start()
    try:
        return await seed(store, vault, graph, **account)
    finally:
        await store.close()
