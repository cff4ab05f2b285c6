"""What a server under test hears from outside: the simulator's customers, and webhooks with other dates."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from instantchat.channels.instagram import signature
from instantchat.kit.crypto import Secret
from tests.support.server import ServerProcess


@dataclass
class Instagram:
    """The world outside: customers who write through the simulator, or whose webhooks say they wrote long ago."""

    server: ServerProcess
    secret: Secret
    account_id: str
    http: httpx.Client
    _mids: Iterator[int] = field(default_factory=lambda: iter(range(1_000_000)))

    def customer(self, username: str, name: str) -> str:
        """A new customer's id."""
        added = self.http.post("/simulator/api/customers", json={"username": username, "name": name})
        return str(added.raise_for_status().json()["igsid"])

    def write(self, igsid: str, text: str) -> None:
        """The customer writes now."""
        body = {"accountId": self.account_id, "text": text}
        self.http.post(f"/simulator/api/customers/{igsid}/messages", json=body).raise_for_status()

    def told(self, igsid: str, texts: Sequence[str], at: float) -> None:
        """A signed webhook: these texts, the last of them written at `at`, a second apart."""
        first = at - len(texts)
        self.post([self._item(igsid, text, first + number) for number, text in enumerate(texts)], at)

    def post(self, items: list[dict[str, Any]], at: float) -> None:
        """A signed webhook of messaging items."""
        entry = {"time": int(at * 1000), "id": self.account_id, "messaging": items}
        body = json.dumps({"object": "instagram", "entry": [entry]}).encode()
        headers = {"Content-Type": "application/json", signature.HEADER: signature.sign(body, self.secret)}
        self.http.post("/api/webhook/instagram", content=body, headers=headers).raise_for_status()

    def crowd(self, count: int, at: float) -> None:
        """`count` people nobody knows the names of wrote one message each, just before `at`."""
        self.post(
            [self._item(f"99{number:014d}", f"Hello {number}", at - count + number) for number in range(count)], at
        )

    def fail_next(self, code: int, status: int) -> None:
        """The next send is answered with this error."""
        fault = {"code": code, "status": status, "message": "ordered by a test"}
        self.http.put("/simulator/api/faults", json={"failNext": fault}).raise_for_status()

    def _item(self, igsid: str, text: str, at: float) -> dict[str, Any]:
        message = {"mid": f"told_{next(self._mids)}", "text": text}
        sides = {"sender": {"id": igsid}, "recipient": {"id": self.account_id}}
        return {**sides, "timestamp": int(at * 1000), "message": message}


def connected_instagram(server: ServerProcess, data: Path, http: httpx.Client) -> Instagram:
    """Of the server's connected account; `data` is its data directory."""
    accounts = http.get("/simulator/api/accounts").json()["data"]
    connected = next(each for each in accounts if each["connected"])
    secret = Secret((data / "keys" / "simulator_app_secret").read_text().strip())
    return Instagram(server, secret, connected["id"], http)
