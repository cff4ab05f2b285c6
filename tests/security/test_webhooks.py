"""Deliveries that are no deliveries: nothing of them is stored, and the process carries on."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from instantchat.api import webhook
from instantchat.kit.crypto import Secret, Vault, new_key
from tests.security.scene import request_bytes, send_raw
from tests.support.seed import seed_file
from tests.support.server import ServerProcess

pytestmark = pytest.mark.slow
SECRET = "a-secret-only-meta-and-we-know"
VERIFY = "the-verify-token-of-this-test"
PATH = "/api/webhook/instagram"
LIMIT = 8 * 1024 * 1024
PLACES = (
    b'{"object":"instagram","entry":[%s]}',
    b'{"object":%s}',
    b'{"entry":[{"id":%s}]}',
    b'{"object":"instagram","entry":[{"id":"1","time":%s,"messaging":[{"sender":%s,"message":%s}]}]}',
)


@dataclass
class Meta:
    """Whoever knows the address, with or without the secret."""

    server: ServerProcess
    http: httpx.Client
    database: Path

    def post(self, body: bytes, **headers: str) -> httpx.Response:
        given = {"Content-Type": "application/json", **{key.replace("_", "-"): value for key, value in headers.items()}}
        return self.http.post(PATH, content=body, headers=given)

    def deliver(self, body: bytes) -> httpx.Response:
        return self.post(body, X_Hub_Signature_256=sign(body))

    def stored(self) -> int:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM events").fetchone()[0])


def sign(body: bytes, secret: str = SECRET, kind: str = "sha256") -> str:
    return f"{kind}={hmac.new(secret.encode(), body, kind).hexdigest()}"


def delivery(*texts: str, account: str = "17841400000000001") -> bytes:
    entries = [
        {
            "id": account,
            "time": 1_700_000_000_000 + number,
            "messaging": [
                {
                    "sender": {"id": "900"},
                    "recipient": {"id": account},
                    "timestamp": 1_700_000_000_000 + number,
                    "message": {"mid": f"mid.{text}.{number}", "text": text},
                }
            ],
        }
        for number, text in enumerate(texts)
    ]
    return json.dumps({"object": "instagram", "entry": entries}).encode()


@pytest.fixture(scope="module")
def meta(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meta]:
    folder = tmp_path_factory.mktemp("webhooks")
    asyncio.run(seed_file(folder, Vault([new_key()]), None))
    settings = {"simulator": "false", "meta_app_id": "1", "meta_app_secret": SECRET, "meta_verify_token": VERIFY}
    with (
        ServerProcess(folder, "--api-only", **settings) as server,
        httpx.Client(base_url=server.url, timeout=20) as http,
    ):
        yield Meta(server, http, folder / "instantchat.db")


class TestSignature:
    def test_only_the_full_sha256_of_these_bytes_is_taken(self, meta: Meta) -> None:
        before, body = meta.stored(), delivery("forged")
        good = sign(body)
        forged: list[dict[str, str]] = [
            {},
            {"X_Hub_Signature_256": ""},
            {"X_Hub_Signature_256": "sha256="},
            {"X_Hub_Signature_256": good[:-1]},
            {"X_Hub_Signature_256": good[:23]},
            {"X_Hub_Signature_256": good + "00"},
            {"X_Hub_Signature_256": good.removeprefix("sha256=")},
            {"X_Hub_Signature_256": sign(body, "another secret")},
            {"X_Hub_Signature_256": sign(body, "")},
            {"X_Hub_Signature_256": sign(body + b" ")},
            {"X_Hub_Signature_256": f"sha256={hashlib.sha256(body).hexdigest()}"},
            {"X_Hub_Signature_256": sign(body, kind="sha1")},
            {"X_Hub_Signature_256": sign(body, kind="sha1").replace("sha1", "sha256")},
            {"X_Hub_Signature": sign(body, kind="sha1")},
            {"X_Hub_Signature": good},
            {"Authorization": good},
        ]
        for headers in forged:
            response = meta.post(body, **headers)
            assert response.status_code == 401, headers
            assert response.json()["code"] == "bad_signature"
            assert SECRET not in response.text and good not in response.text
        assert meta.stored() == before

    def test_a_changed_body_is_not_taken(self, meta: Meta) -> None:
        body = delivery("original")
        assert meta.post(body.replace(b"original", b"0riginal"), X_Hub_Signature_256=sign(body)).status_code == 401

    def test_the_right_one_is_stored_before_the_answer(self, meta: Meta) -> None:
        before = meta.stored()
        assert meta.deliver(delivery("genuine")).status_code == 200
        assert meta.stored() == before + 1
        assert meta.deliver(delivery("genuine")).status_code == 200
        assert meta.stored() == before + 1


class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"hello",
            b"object=instagram",
            b"[1]",
            b"null",
            b'"x"',
            b"{",
            b'{"a":1}{"b":2}',
            b'{"object":"instagram","entry":[{"id":NaN}]}',
            b'{"object":"instagram","entry":[{"id":"\xff\xfe"}]}',
            b"[" * 200_000,
            b'{"a":' * 200_000,
        ],
    )
    def test_what_is_no_json_object_is_refused_and_not_stored(self, meta: Meta, body: bytes) -> None:
        before = meta.stored()
        response = meta.deliver(body)
        assert (response.status_code, response.json()["code"]) == (400, "not_json")
        assert meta.stored() == before

    @pytest.mark.parametrize(
        "value",
        [
            b'{"a":' * 150 + b"1" + b"}" * 150,
            b"[" * 900 + b"]" * 900,
            b"1" * 4000,
            b"1e999",
            b"-1" + b"0" * 400,
            b'"\\ud83d"',
            b'"\\u0000"',
            b'{"__proto__":{"x":1},"":""}',
        ],
    )
    def test_strange_json_is_answered_and_never_a_crash(self, meta: Meta, value: bytes) -> None:
        for place in PLACES:
            response = meta.deliver(place.replace(b"%s", value))
            assert response.status_code in {200, 400}, (value[:40], response.text)
        assert meta.http.get("/api/health").status_code == 200

    def test_a_thousand_entries_are_all_stored(self, meta: Meta) -> None:
        before = meta.stored()
        assert meta.deliver(delivery(*(f"many{number}" for number in range(1000)))).status_code == 200
        assert meta.stored() == before + 1000

    def test_an_unknown_account_is_answered_and_counted(self, meta: Meta) -> None:
        before = meta.stored()
        assert meta.deliver(delivery("for nobody", account="17841499999999999")).status_code == 200
        assert meta.stored() == before
        assert "webhook_unknown_account" in meta.server.output


class TestSize:
    def test_a_stated_length_over_the_limit(self, meta: Meta) -> None:
        """Refused before it is sent, by its headers alone."""
        head = request_bytes(f"POST {PATH}", f"Content-Length: {LIMIT + 1}", "Content-Type: application/json")
        status, _, body = send_raw(meta.server, head)
        assert status == 413 and b"body_too_large" in body

    def test_chunks_without_a_length(self, meta: Meta) -> None:
        before = meta.stored()
        with socket.create_connection(("127.0.0.1", meta.server.port), timeout=20) as connection:
            connection.sendall(request_bytes(f"POST {PATH}", "Transfer-Encoding: chunked"))
            chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
            answer = b""
            try:
                for _ in range(12):
                    connection.sendall(chunk)
                connection.sendall(b"0\r\n\r\n")
            except OSError:
                pass  # it hung up, which is a refusal as well
            try:
                answer = connection.recv(65_536)
            except OSError:
                pass
        assert not answer or b" 413 " in answer.split(b"\r\n")[0]
        assert meta.stored() == before
        assert meta.http.get("/api/health").status_code == 200

    @pytest.mark.parametrize("length", ["-1", "1e9", "99999999999999999999999", "0x10", "+5"])
    def test_a_length_that_is_no_number(self, meta: Meta, length: str) -> None:
        status, _, _ = send_raw(meta.server, request_bytes(f"POST {PATH}", f"Content-Length: {length}", body=b"{}"))
        assert status in {0, 400, 413}

    def test_a_length_and_chunks_at_once(self, meta: Meta) -> None:
        """Request smuggling: what follows the first body is no second request."""
        smuggled = b"0\r\n\r\nGET /api/health HTTP/1.1\r\nHost: x\r\n\r\n"
        head = request_bytes(f"POST {PATH}", "Content-Length: 6", "Transfer-Encoding: chunked", body=smuggled)
        _, head_text, body = send_raw(meta.server, head)
        assert b'"status":"ok"' not in body, head_text

    def test_half_a_body_stores_nothing_and_holds_up_nobody(self, meta: Meta) -> None:
        before, body = meta.stored(), delivery("half")
        head = request_bytes(f"POST {PATH}", f"Content-Length: {len(body)}", f"X-Hub-Signature-256: {sign(body)}")
        waiting = [socket.create_connection(("127.0.0.1", meta.server.port), timeout=20) for _ in range(50)]
        for connection in waiting:
            connection.sendall(head + body[:20])
        assert meta.deliver(delivery("meanwhile")).status_code == 200
        for connection in waiting:
            connection.close()
        assert meta.deliver(delivery("afterwards")).status_code == 200
        assert meta.stored() == before + 2

    async def test_a_body_that_never_ends_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Bytes of strangers are not kept for as long as strangers please."""
        monkeypatch.setattr(webhook, "READ_SECONDS", 0.05)
        sent: list[dict[str, Any]] = []

        async def never() -> Any:
            await asyncio.Event().wait()

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": PATH, "headers": [(b"content-length", b"10")]}
        async with asyncio.timeout(5):
            await webhook.WebhookApp(None, Secret(VERIFY))(scope, never, send)  # type: ignore[arg-type]
        assert sent[0]["status"] == 503


class TestHandshake:
    def test_the_challenge_comes_back_as_plain_text(self, meta: Meta) -> None:
        challenge = "<script>alert(1)</script>"
        query = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": challenge}
        response = meta.http.get(PATH, params=query)
        assert (response.status_code, response.text) == (200, challenge)
        assert response.headers["content-type"].startswith("text/plain")
        assert response.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize("token", ["", "wrong", VERIFY[:-1], VERIFY.upper(), "\u00fc", "\0"])
    def test_another_token_is_refused_and_echoes_nothing(self, meta: Meta, token: str) -> None:
        query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "echo-me"}
        response = meta.http.get(PATH, params=query)
        assert response.status_code == 403
        assert "echo-me" not in response.text and VERIFY not in response.text

    def test_without_a_configured_token_nobody_gets_in(self, tmp_path: Path) -> None:
        with ServerProcess(tmp_path, "--api-only", simulator="false") as server:
            for token in ("", "None", "null"):
                query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1"}
                assert httpx.get(f"{server.url}{PATH}", params=query).status_code == 403
            body = delivery("unsigned")
            headers = {"X-Hub-Signature-256": sign(body, "")}
            assert httpx.post(f"{server.url}{PATH}", content=body, headers=headers).status_code == 401
