"""A shop on Instagram: the product and its simulator, served over real HTTP, and a customer of it.

Webhooks come signed by HTTP, answers go out by HTTP, and what counts is what the simulator was asked and shows on the
customer's phone. Worker and outbox move only when a test says so, and all of it by one clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from instantchat.channels.instagram.answers import SendOutcome
from instantchat.channels.instagram.client import InstagramClient
from instantchat.channels.instagram.signature import HEADER, sign
from instantchat.channels.simulator import delivery_queue
from instantchat.channels.simulator.simulator import Simulator
from instantchat.kit.clock import ManualClock
from instantchat.kit.crypto import Secret
from instantchat.store.records import Json
from tests.postgres.owner import PASSWORD, Owner, signed_up
from tests.runtime.conftest import Stage
from tests.support.app import RunningApp, running_app
from tests.support.seed import Seeded, keyword_flow

PATIENCE = 10.0
WEBHOOK = "/api/webhook/instagram"
EMAIL = "ada@example.com"


@dataclass(frozen=True)
class Call:
    """One request that the product made of the simulated Instagram; `path` without the version."""

    method: str
    path: str
    query: str
    body: Json


class Client(InstagramClient):
    """The product's own, with a moment between Instagram's answer to a send and our hearing of it."""

    on_answer: Callable[[], Awaitable[Any]] | None = None

    async def send(self, account_ig_id: str, token: Secret, payload: Json) -> SendOutcome:
        outcome = await super().send(account_ig_id, token, payload)
        if self.on_answer is not None:
            await self.on_answer()
        return outcome


class Shop:
    """`owner` uses the product over REST; `stage` is its worker and outbox; `calls` is what Instagram was asked."""

    def __init__(self, app: RunningApp, owner: Owner, calls: list[Call]) -> None:
        self.app, self.owner, self.calls = app, owner, calls
        assert app.assembly.simulator is not None
        self.simulator: Simulator = app.assembly.simulator.state.simulator
        self._delivered: asyncio.Queue[str] = asyncio.Queue()

    async def open(self, seeded: Seeded | None = None) -> None:
        """Connect the account, unless that was done before, and set up worker and outbox."""
        if seeded is None:
            await self.owner.connect()
            profile = await self.rest("GET", "/api/user/profile")
            [account] = await self.app.assembly.store.accounts.accounts(profile["workspaceId"])
            seeded = Seeded(account.workspace_id, account.id, account.ig_user_id, None)
        self.seeded = seeded
        self.owner.ig_id = seeded.ig_user_id
        settings = self.app.assembly.settings
        self.client = Client(
            self.app.assembly.http,
            graph_url=settings.graph,
            graph_version=settings.graph_version,
            authorize_url=settings.authorize_url,
            token_url=settings.token_url,
            app_id=settings.instagram_app_id,
            app_secret=settings.webhook_secrets["META_APP_SECRET"],
        )
        self.stage = Stage(self.app.assembly.store, self.app.clock, settings.vault, seeded, self.client)

    async def rest(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the product's API or of the simulator's; its JSON. A session that ran out is begun again."""
        answer = await self.owner.http.request(method, path, json=body)
        if answer.status_code == 401:
            answer = await self.owner.http.post("/api/auth/login", json={"email": EMAIL, "password": PASSWORD})
            self.owner.http.headers["Authorization"] = f"Bearer {answer.json()['token']}"
            answer = await self.owner.http.request(method, path, json=body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def script(self, path: str, **body: Any) -> Any:
        """A POST of the simulator's script API."""
        return await self.rest("POST", f"/simulator/api/{path}", body)

    async def faults(self, **wanted: Any) -> None:
        """Order faults."""
        await self.rest("PUT", "/simulator/api/faults", wanted)

    async def customer(self, username: str = "ana.silva") -> str:
        """A new customer's id."""
        return await self.owner.customer(username)

    async def write(self, igsid: str, text: str) -> Json:
        """The customer writes."""
        found: Json = await self.script(f"customers/{igsid}/messages", accountId=self.owner.ig_id, text=text)
        return found

    async def act(self, igsid: str, what: str, **body: Any) -> Any:
        """The customer does something else."""
        return await self.script(f"customers/{igsid}/{what}", **body)

    async def comment(self, igsid: str, text: str) -> Json:
        """The customer comments on the newest post."""
        posts = await self.rest("GET", f"/simulator/api/accounts/{self.owner.ig_id}/posts")
        media_id = next(post["id"] for post in posts["data"] if post["kind"] == "FEED")
        found: Json = await self.act(igsid, "comments", mediaId=media_id, text=text)
        return found

    async def phone_writes(self, igsid: str, text: str) -> Json:
        """The owner writes from Instagram's own app."""
        found: Json = await self.script(f"accounts/{self.owner.ig_id}/messages", igsid=igsid, text=text)
        return found

    async def answers(self, trigger: Json, *data: Json) -> str:
        """An active flow: this trigger, then a node of each data, one after the other; messages unless they name their
        `type`. It goes on by the first button where there is one."""
        graph = keyword_flow("", "")
        start, graph["edges"] = graph["nodes"][0], []
        start["data"]["triggers"] = [trigger]
        graph["nodes"] = [start]
        for each in data:
            number, before = len(graph["nodes"]), graph["nodes"][-1]
            node = {"id": f"n{number}", "type": each.get("type", "messageNode"), "position": start["position"]}
            graph["nodes"].append({**node, "data": {name: value for name, value in each.items() if name != "type"}})
            exits = {"sourceHandle": before["data"]["buttons"][0]["id"]} if "buttons" in before["data"] else {}
            graph["edges"].append({"id": f"e{number}", "source": before["id"], "target": node["id"], **exits})
        return await self.stage.flow(graph)

    async def deliver(self, body: Json, secret: Secret | None = None, *, signed: bool = True) -> int:
        """A webhook of our own making; the status it was answered with."""
        data = json.dumps(body).encode()
        key = secret or self.app.assembly.settings.webhook_secrets["META_APP_SECRET"]
        headers = {HEADER: sign(data, key)} if signed else {}
        return (await self.app.http.post(WEBHOOK, content=data, headers=headers)).status_code

    async def held(self) -> list[Json]:
        """The bodies that the simulator has not delivered, oldest first."""
        listed = (await self.rest("GET", "/simulator/api/deliveries"))["data"]
        waiting = [each["id"] for each in reversed(listed) if each["state"] == "pending"]
        return [await self.rest("GET", f"/simulator/api/deliveries/{delivery_id}") for delivery_id in waiting]

    async def delivered(self) -> None:
        """Return once the simulator has tried to deliver everything that is due."""
        async with asyncio.timeout(PATIENCE):
            while await self._has_due():
                await self._delivered.get()

    async def settle(self) -> None:
        """Until nothing is left to be done now: webhooks delivered, handled and answered, and the echoes of that."""
        handled = True
        while handled:
            await self.stage.send()
            await self.delivered()
            handled = await self.stage.work() > 0

    async def profile_fetched(self) -> None:
        """Fetch the profile that was asked for."""
        async with asyncio.timeout(PATIENCE):
            await self.stage.profiles.fetch_next()
        await self.settle()

    async def on_phone(self, igsid: str) -> list[str]:
        """What the customer's phone shows: `> text` to the account, `< text` from it."""
        return [f"{'>' if direction == 'in' else '<'} {text}" for direction, text in await self.owner.phone(igsid)]

    async def in_inbox(self, igsid: str) -> list[str]:
        """What members see: `who: text (status)`."""
        return [f"{who}: {text} ({status})" for who, text, status in await self.stage.lines(igsid)]

    def sends(self) -> list[Json]:
        """The bodies of every message that Instagram was asked to send, private replies too, sender actions not."""
        return [call.body for call in self.calls if call.path.endswith("/messages") and "message" in call.body]

    async def doctor(self) -> dict[str, Json]:
        """What the doctor finds, by check."""
        report = await self.rest("GET", "/api/instagram/doctor")
        return {check["id"]: check for check in report["checks"]}

    async def watch(self) -> None:
        """Note the end of each delivery, until the simulator stops."""
        async for line in self.simulator.live.listen():
            if line.startswith("event: delivery\n"):
                self._delivered.put_nowait(line)

    async def _has_due(self) -> bool:
        now = self.simulator.now()
        waiting = await self.simulator.run(lambda c: delivery_queue.waiting(c, (), now))
        return not self.simulator.faults.hold and any(each.next_at <= now for each in waiting)


class Recorder:
    """Keeps what the product asks of Instagram; its own pages and script API are no part of that."""

    def __init__(self, app: ASGIApp, calls: list[Call]) -> None:
        self._app, self._calls = app, calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))
        if scope["type"] != "http" or not path.startswith(
            ("/simulator/meta/", "/simulator/cdn/", "/simulator/avatars/")
        ):
            await self._app(scope, receive, send)
            return
        chunks: list[bytes] = []

        async def hear() -> Message:
            message = await receive()
            chunks.append(message.get("body", b""))
            return message

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._calls.append(_call_of(scope, b"".join(chunks)))
            await send(message)

        await self._app(scope, hear, tell)


@contextlib.asynccontextmanager
async def a_shop(
    folder: Path, *, seeded: Seeded | None = None, clock: ManualClock | None = None, **settings: Any
) -> AsyncIterator[Shop]:
    """A new one, connected; or, with `seeded`, the one that this folder holds, after a restart."""
    calls: list[Call] = []
    async with running_app(folder, clock, worker=True, simulator=True, **settings) as app:
        assert app.assembly.simulator is not None
        app.assembly.simulator.add_middleware(Recorder, calls=calls)
        simulator = app.assembly.simulator.state.simulator
        await simulator.start()
        owner = signed_up(app.url, EMAIL) if seeded is None else known(app)
        async with owner as member:
            shop = Shop(app, member, calls)
            watching = asyncio.create_task(shop.watch())
            try:
                await shop.open(seeded)
                yield shop
            finally:
                await simulator.stop()
                await watching


@contextlib.asynccontextmanager
async def known(app: RunningApp) -> AsyncIterator[Owner]:
    """The owner after a restart; `Shop.rest` signs in."""
    yield Owner(app.url, app.http, "")


def _call_of(scope: Scope, body: bytes) -> Call:
    path = str(scope["path"]).removeprefix("/simulator/meta").removeprefix("/v25.0")
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        found = {"form": body.decode()}
    return Call(scope["method"], path, scope["query_string"].decode(), found)
