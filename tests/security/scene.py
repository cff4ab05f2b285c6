"""Two strangers on one running product: a shop with something to hide, and somebody else with an account."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.support.app import SignedUp
from tests.support.seed import keyword_flow
from tests.support.server import ServerProcess

PASSWORD = "plenty of small boats"
COOKIE = "instantchat_session"
FLOW = "Hidden flow 4711"
ANSWER = "the vault code is 9034"
QUESTION = "zanzibar please, says nobody"
CUSTOMER = "Zora Quillfeather"
OWNER_NAME, OWNER_EMAIL = "Ana Undisclosed", "ana.undisclosed@example.com"
SECRETS = (FLOW, ANSWER, QUESTION, CUSTOMER, OWNER_NAME, OWNER_EMAIL)
_addresses = itertools.count(1)


class Person(SignedUp):
    """Somebody signed in, who may come by cookie as well."""

    @property
    def as_cookie(self) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.cookie}"}


@dataclass
class Scene:
    """`ids` are the shop's, by the name that path parameters have."""

    server: ServerProcess
    http: httpx.Client
    ana: Person
    eve: Person
    ids: dict[str, str] = field(default_factory=dict)
    simulated: dict[str, str] = field(default_factory=dict)

    def belongings(self) -> dict[str, Any]:
        """Everything Ana has, as she would see it."""
        paths = [
            "/api/user/export",
            "/api/dashboard",
            "/api/instagram/status",
            "/api/instagram/rules",
            "/api/instagram/messenger-profile",
            "/api/flow/user",
        ]
        conversation = self.ids["conversation_id"]
        paths += [f"/api/runs?conversationId={conversation}", f"/api/events?conversationId={conversation}"]
        found = {path: self.http.get(path, headers=self.ana.bearer).json() for path in paths}
        found["/api/user/export"].pop("exportedAt")
        return found

    def write_as_customer(self, text: str) -> None:
        """The shop's customer writes."""
        account, igsid = self.simulated["account"], self.simulated["igsid"]
        made = self.http.post(f"/simulator/api/customers/{igsid}/messages", json={"accountId": account, "text": text})
        assert made.status_code == 201, made.text


@contextmanager
def scene(folder: Path, *arguments: str, **settings: str) -> Iterator[Scene]:
    """The product with Ana's connected shop, in which a flow answered a customer, and Eve, who has just signed up."""
    limits = {"rate_limit_api": "100000/60", "rate_limit_login_address": "1000/60"}
    with (
        ServerProcess(folder, *arguments, **{**limits, **settings}) as server,
        httpx.Client(base_url=server.url, timeout=20) as http,
    ):
        ana = sign_up(http, OWNER_EMAIL, OWNER_NAME)
        found = Scene(server, http, ana, sign_up(http, "eve@example.com", "Eve"))
        _connect(found)
        _answer_a_customer(found)
        yield found


def sign_up(http: httpx.Client, email: str, name: str = "Somebody") -> Person:
    """A new account."""
    answer = http.post("/api/auth/signup", json={"email": email, "password": PASSWORD, "name": name})
    assert answer.status_code == 201, answer.text
    cookie = answer.cookies[COOKIE]
    http.cookies.clear()
    return Person(answer.json(), cookie)


def _connect(found: Scene) -> None:
    http, ana = found.http, found.ana
    authorize = urlsplit(http.get("/api/instagram/connect", headers=ana.bearer).json()["authorizeUrl"])
    account = http.get("/simulator/api/accounts").json()["data"][0]
    found.simulated["account"] = account["id"]
    allow = {"action": "allow", "account": account["id"]}
    back = urlsplit(http.post(f"{authorize.path}?{authorize.query}", data=allow).headers["location"])
    done = http.get(f"{back.path}?{back.query}", headers=ana.as_cookie)
    assert done.headers["location"].endswith("connected=1"), done.headers["location"]
    found.ids["accountId"] = http.get("/api/instagram/account", headers=ana.bearer).json()["id"]


def _answer_a_customer(found: Scene) -> None:
    http, ana = found.http, found.ana
    graph = keyword_flow("zanzibar", ANSWER)
    flow = http.post("/api/flow/save", headers=ana.bearer, json={"name": FLOW, **graph}).json()
    assert http.post(f"/api/flow/{flow['id']}/activate", headers=ana.bearer).status_code == 200
    person = {"name": CUSTOMER, "username": f"zora{next(_addresses)}", "accountId": found.simulated["account"]}
    found.simulated["igsid"] = http.post("/simulator/api/customers", json=person).json()["igsid"]
    found.write_as_customer(QUESTION)
    conversation = _eventually(lambda: _answered(found))
    runs = http.get(f"/api/runs?conversationId={conversation}", headers=ana.bearer).json()["data"]
    events = http.get(f"/api/events?conversationId={conversation}", headers=ana.bearer).json()["data"]
    found.ids |= {"flow_id": flow["id"], "name": FLOW, "conversation_id": conversation, "conversationId": conversation}
    found.ids |= {"number": "1", "version": "1", "from": "1", "to": "draft"}
    found.ids |= {"run_id": runs[0]["id"], "event_id": events[0]["id"], "recipientId": found.simulated["igsid"]}


def _answered(found: Scene) -> str | None:
    """The conversation, once everything about it has settled, the counters included."""
    if found.http.get("/api/dashboard", headers=found.ana.bearer).json()["today"]["messagesOut"] != 1:
        return None
    for each in found.http.get("/api/messages/instagram", headers=found.ana.bearer).json()["data"]:
        said = found.http.get(f"/api/messages/instagram/{each['id']}", headers=found.ana.bearer).json()["data"]
        named = each["contact"]["name"] == CUSTOMER
        if named and any(one["text"] == ANSWER and one["status"] == "sent" for one in said):
            return str(each["id"])
    return None


def _eventually(look: Any) -> Any:
    """What `look` finds within 20 s: over HTTP there is nothing to wait on."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if (found := look()) is not None:
            return found
        time.sleep(0.05)
    raise AssertionError("nothing came within 20 s")


def send_raw(server: ServerProcess, request: bytes, *, timeout: float = 10) -> tuple[int, str, bytes]:
    """Status, head and body of the answer to bytes no HTTP client would send; status 0 when the server hung up."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=timeout) as connection:
        answer = b""
        try:
            connection.sendall(request)
            while chunk := connection.recv(65_536):
                answer += chunk
        except (ConnectionError, BrokenPipeError):
            pass
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1]) if head.startswith(b"HTTP/") else 0
    return status, head.decode("latin-1"), body


def request_bytes(line: str, *headers: str, host: str = "127.0.0.1", body: bytes = b"") -> bytes:
    """A request that is answered and closed."""
    lines = [f"{line} HTTP/1.1", f"Host: {host}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body
