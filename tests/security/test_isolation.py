"""Nobody sees or changes another workspace's data, through any door (DESIGN section 2, promise 6)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import socketio

from tests.security import tabs
from tests.security.scene import QUESTION, SECRETS, Scene, scene

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene(tmp_path_factory.mktemp("shop")) as found:
        yield found


def leaks(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret.casefold() in text.casefold()]


class TestRest:
    def test_no_route_shows_or_changes_anything_foreign(self, shop: Scene) -> None:
        """Every operation of the OpenAPI document, with Ana's ids and Eve's token."""
        before = shop.belongings()
        tried = 0
        for method, path, response in self.attempts(shop):
            tried += 1
            assert response.status_code < 500, (method, path, response.text)
            assert not leaks(response.text), (method, path, response.text[:500])
            if "{" in path and response.request.method == "GET":
                assert response.status_code == 404, (method, path, response.text[:500])
        assert tried > 30
        assert shop.belongings() == before

    def test_the_owner_is_answered(self, shop: Scene) -> None:
        """The same ids are good ones."""
        paths = ["/api/messages/instagram/{conversation_id}", "/api/runs/{run_id}", "/api/events/{event_id}"]
        paths += ["/api/flow/get/{name}", "/api/flow/{flow_id}/export"]
        for path in [*paths, "/api/flow/{flow_id}/versions", "/api/flow/{flow_id}/versions/{number}"]:
            response = shop.http.get(path.format(**shop.ids), headers=shop.ana.bearer)
            assert response.status_code == 200, (path, response.text)
            assert response.json().get("id") in shop.ids.values() or leaks(response.text), path

    def test_nothing_answers_without_credentials(self, shop: Scene) -> None:
        document = shop.http.get("/api/openapi.json").json()
        open_to_all = ("/api/auth/", "/api/health", "/api/ready", "/api/user/avatar/{name}", "/api/instagram/callback")
        open_to_all += ("/api/webhook/",)  # signed by Meta: tests/api/test_callbacks.py
        for path, operations in document["paths"].items():
            for method in operations:
                if path.startswith(open_to_all):
                    continue
                response = shop.http.request(method, self.filled(path, shop), json={})
                assert response.status_code == 401, (method, path, response.status_code)

    def attempts(self, shop: Scene) -> Iterator[tuple[str, str, httpx.Response]]:
        document = shop.http.get("/api/openapi.json").json()
        for path, operations in document["paths"].items():
            if path in {"/api/user/delete", "/api/auth/logout", "/api/auth/signup", "/api/user/password"}:
                continue
            for method, operation in operations.items():
                query = {
                    each["name"]: shop.ids[each["name"]]
                    for each in operation.get("parameters", [])
                    if each["in"] == "query" and each["name"] in shop.ids
                }
                for body in self.bodies(path, shop) if "requestBody" in operation else [None]:
                    given: dict[str, Any] = {} if body is None else {"json": body}
                    yield (
                        method,
                        path,
                        shop.http.request(
                            method, self.filled(path, shop), params=query, headers=shop.eve.bearer, **given
                        ),
                    )

    def filled(self, path: str, shop: Scene) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: shop.ids.get(found[1], "x"), path)

    def bodies(self, path: str, shop: Scene) -> list[dict[str, Any]]:
        ids, user = shop.ids, shop.ana.answer["user"]
        graph = {"nodes": [], "edges": [], "viewport": {"x": 0, "y": 0, "zoom": 1}}
        everything = {
            "id": ids["flow_id"],
            "accountId": ids["accountId"],
            "message": "hello",
            "text": "hello",
            "status": "done",
            "optedOut": False,
            "pausedUntil": "2999-01-01T00:00:00Z",
            "disclosure": "Stolen",
            "assigneeId": user["id"],
            "workspaceId": user["workspaceId"],
            "userId": user["id"],
            "baseRevision": 1,
            "ops": [{"op": "viewport", "viewport": {"x": 1, "y": 1, "zoom": 1}}],
            "name": "Stolen",
            **graph,
        }
        if path.endswith("send-message"):
            return [
                {"recipientId": ids["recipientId"], "message": "hi"},
                {"recipientId": ids["recipientId"], "message": "hi", "accountId": ids["accountId"]},
            ]
        narrow = [{"accountId": ids["accountId"]}, {"assigneeId": user["id"]}, {"name": "Stolen"}, {"status": "done"}]
        return [everything, *narrow]


class TestSockets:
    async def test_no_event_reaches_a_foreign_conversation(self, shop: Scene) -> None:
        before = shop.belongings()
        heard: list[str] = []
        client = socketio.AsyncClient(reconnection=False)
        client.on("*", lambda event, *data: heard.append(json.dumps([event, *data])))
        await client.connect(shop.server.url, auth={"token": shop.eve.answer["token"]}, transports=["websocket"])
        try:
            foreign = shop.ids["conversation_id"]
            workspace, user = shop.ana.answer["user"]["workspaceId"], shop.ana.answer["user"]["id"]
            for event, body in [
                ("send_message", {"conversationId": foreign, "text": "boo"}),
                ("send_message", {"recipientId": shop.ids["recipientId"], "text": "boo"}),
                ("send_message", {"recipientId": shop.ids["recipientId"], "accountId": shop.ids["accountId"]}),
                ("typing", {"conversationId": foreign, "isTyping": True}),
                ("mark_read", {"conversationId": foreign}),
                ("join", {"room": f"workspace_{workspace}"}),
                ("enter_room", f"workspace_{workspace}"),
                ("subscribe", {"room": f"user_{user}"}),
            ]:
                answer = await client.call(event, body, timeout=15)
                assert answer["ok"] is False, (event, answer)
            for since in (0, 1, 2**62):
                answer = await client.call("sync", {"since": since}, timeout=15)
                assert not leaks(json.dumps(answer)) and not answer.get("events"), answer
            assert not leaks("".join(heard))
        finally:
            await client.disconnect()
        assert shop.belongings() == before


class TestPages:
    def mapping(self, shop: Scene) -> dict[str, Any]:
        node = {"id": "start", "type": "messageNode", "position": {"x": 0, "y": 0}, "data": {"content": "hacked"}}
        return {
            "flowId": shop.ids["flow_id"],
            "base": 1,
            "seq": 1,
            "ops": [{"op": "node", "node": node}, {"op": "remove_node", "id": "answer"}],
            "name": "Stolen",
            "text": "boo",
            "conversationId": shop.ids["conversation_id"],
            "conversation": shop.ids["conversation_id"],
            "id": shop.ids["conversation_id"],
            "accountId": shop.ids["accountId"],
        }

    async def call_everything(self, shop: Scene, page: tabs.Tab) -> str:
        """Every handler of every state, with every foreign id, on pages whose address names foreign things."""
        heard = ""
        conversation, flow = shop.ids["conversation_id"], shop.ids["flow_id"]
        for name, function in tabs.handlers():
            texts = [""]
            payload = tabs.arguments(function, "", self.mapping(shop))
            if "" in payload.values():
                texts = [conversation, flow, shop.ids["accountId"], shop.ana.answer["user"]["id"]]
            for text in texts:
                payload = tabs.arguments(function, text, self.mapping(shop))
                heard += await page.call(name, payload, f"/chats/{conversation}", conversation=conversation, flow=flow)
            heard += await page.call(name, payload, f"/flow-builder/{flow}", flow=flow, conversation=conversation)
        return heard

    async def test_the_owner_is_shown_it(self, shop: Scene) -> None:
        """The same calls with the right cookie do show the data: the next two tests are about something."""
        async with tabs.tab(shop.server, cookie=shop.ana.cookie) as page:
            heard = await page.call(
                tabs.name_of("inbox.load"),
                {},
                f"/chats/{shop.ids['conversation_id']}",
                conversation=shop.ids["conversation_id"],
            )
            assert QUESTION in heard
            heard = await page.call(
                tabs.name_of("flow_builder.load"),
                {},
                f"/flow-builder/{shop.ids['flow_id']}",
                flow=shop.ids["flow_id"],
            )
            assert "the vault code" in heard

    @pytest.mark.parametrize("who", ["nobody", "eve"])
    async def test_no_handler_shows_or_changes_anything_foreign(self, shop: Scene, who: str) -> None:
        before = shop.belongings()
        async with tabs.tab(shop.server, cookie="" if who == "nobody" else shop.eve.cookie) as page:
            heard = await self.call_everything(shop, page)
        assert len(heard) > 1000
        assert not leaks(heard), [heard[heard.index(each) - 200 :][:400] for each in leaks(heard) if each in heard]
        assert shop.belongings() == before

    async def test_nobody_can_park_large_things_in_our_memory(self, shop: Scene) -> None:
        """What a tab is shown is kept for an hour, and a visitor may open as many tabs as he likes."""
        large = "x" * 100_000
        async with tabs.tab(shop.server) as page:
            for name, function in tabs.handlers():
                given = {"text": large, "name": large, "flowId": large}
                await page.call(name, tabs.arguments(function, large, given))
                kept = await page.call("reflex___state____state.hydrate", {})
                assert "x" * 1000 not in kept, name

    async def test_variables_cannot_be_set_from_outside(self, shop: Scene) -> None:
        root = "reflex___state____state"
        session = tabs.name_of("session.guard").removesuffix(".guard")
        user = shop.ana.answer["user"]
        async with tabs.tab(shop.server, cookie=shop.eve.cookie) as page:
            for name, payload in [
                (f"{session}.setvar", {"var_name": "workspace_id", "value": user["workspaceId"]}),
                (f"{session}.set_workspace_id", {"value": user["workspaceId"]}),
                (f"{session}._show", {}),
                (
                    f"{root}.reflex___state____update_vars_internal_state.update_vars_internal",
                    {"vars": {f"{session}.workspace_id": user["workspaceId"], f"{session}._user_id": user["id"]}},
                ),
            ]:
                await page.call(name, payload)
            heard = await page.call(f"{session}.guard", {})
            heard += await page.call(f"{root}.hydrate", {})
        assert "eve@example.com" in heard
        assert user["workspaceId"] not in heard
        assert not leaks(heard)

    @pytest.mark.parametrize("who", ["nobody", "eve"])
    async def test_a_tab_leaves_nothing_to_whoever_comes_with_its_token(self, shop: Scene, who: str) -> None:
        token = f"shared-{who}"
        async with tabs.tab(shop.server, cookie=shop.ana.cookie, token=token) as page:
            heard = await page.call(
                tabs.name_of("inbox.load"),
                {},
                f"/chats/{shop.ids['conversation_id']}",
                conversation=shop.ids["conversation_id"],
            )
            assert leaks(heard)
        async with tabs.tab(shop.server, cookie="" if who == "nobody" else shop.eve.cookie, token=token) as page:
            heard = await page.call("reflex___state____state.hydrate", {})
            heard += await page.call(tabs.name_of("toasts.show"), {"text": "x"})
        assert "hydrated" in heard
        assert not leaks(heard)

    async def test_a_page_of_a_session_that_was_ended_hears_no_more(self, shop: Scene) -> None:
        credentials = {"email": shop.ana.answer["user"]["email"], "password": "plenty of small boats"}
        answer = shop.http.post("/api/auth/login", json=credentials)
        cookie, token = answer.cookies["instantchat_session"], answer.json()["token"]
        shop.http.cookies.clear()
        conversation = shop.ids["conversation_id"]
        where: dict[str, str] = {"path": f"/chats/{conversation}", "conversation": conversation}
        async with (
            tabs.tab(shop.server, cookie=cookie) as ended,
            tabs.tab(shop.server, cookie=shop.ana.cookie) as alive,
        ):
            for page in (ended, alive):
                await page.call(tabs.name_of("inbox.load"), {}, **where)
                await page.call(tabs.name_of("inbox.listen"), {}, **where)
            signed_out = shop.http.post("/api/auth/logout", headers={"Authorization": f"Bearer {token}"})
            assert signed_out.status_code == 204
            shop.write_as_customer("said after the sign-out")
            await alive.hears("said after the sign-out")
            await ended.settle()
            assert "said after the sign-out" not in ended.heard


class TestOrigin:
    @pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1.evil.example", "file://"])
    @pytest.mark.parametrize("path", ["/_event", "/socket.io"])
    def test_a_page_of_another_site_opens_no_socket(self, shop: Scene, origin: str, path: str) -> None:
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": origin, **shop.ana.as_cookie}
        response = shop.http.get(f"{path}/?EIO=4&transport=websocket&token=t", headers={**upgrade, **key})
        assert response.status_code in {400, 403}, response.status_code
        response = shop.http.get(f"{path}/?EIO=4&transport=polling&token=t", headers={"Origin": origin})
        assert response.status_code in {400, 403}, response.status_code
