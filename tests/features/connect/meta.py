"""Meta as far as connecting needs it, behind the real client: an httpx transport that answers from a table."""

from __future__ import annotations

from typing import Any

import httpx

from instantchat.channels.instagram.client import InstagramClient
from instantchat.kit.crypto import Secret

BOTH = "instagram_business_basic,instagram_business_manage_messages"


class Meta:
    """`permissions` is what the person allowed; `broken` maps a step to the answer or exception given instead."""

    def __init__(self) -> None:
        self.permissions = BOTH
        self.user_id = "17841400000000001"
        self.broken: dict[str, httpx.Response | Exception] = {}
        self.calls: list[str] = []

    def client(self) -> InstagramClient:
        """The product's client, talking to this."""
        return InstagramClient(
            httpx.AsyncClient(transport=httpx.MockTransport(self._answer)),
            graph_url="https://graph.test",
            graph_version="v25.0",
            authorize_url="https://instagram.test/oauth/authorize",
            token_url="https://api.test/oauth/access_token",
            app_id="1234",
            app_secret=Secret("app-secret"),
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        step = self._step(request)
        self.calls.append(step)
        instead = self.broken.get(step)
        if isinstance(instead, Exception):
            raise instead
        return instead or httpx.Response(200, json=self._body(step, request))

    def _step(self, request: httpx.Request) -> str:
        path = request.url.path
        if path == "/oauth/access_token":
            return "exchange"
        if path == "/access_token":
            return "long_lived"
        if path.endswith("/me"):
            return "me"
        return "unsubscribe" if request.method == "DELETE" else "subscribe"

    def _body(self, step: str, request: httpx.Request) -> dict[str, Any]:
        if step == "exchange":
            form = dict(httpx.QueryParams(request.content.decode()))
            assert form["redirect_uri"] == "https://chat.test/api/instagram/callback"
            assert form["code"] == "the-code"
            return {"data": [{"access_token": "short", "user_id": 1, "permissions": self.permissions}]}
        if step == "long_lived":
            return {"access_token": "long-token", "token_type": "bearer", "expires_in": 5_184_000}
        if step == "me":
            picture = "https://cdn.test/shop.jpg"
            return {
                "id": "777",
                "user_id": self.user_id,
                "username": "shop",
                "name": "The Shop",
                "profile_picture_url": picture,
            }
        return {"success": True}


def refusal(code: int, message: str = "No") -> httpx.Response:
    """A Graph error."""
    return httpx.Response(400, json={"error": {"message": message, "type": "IGApiException", "code": code}})
