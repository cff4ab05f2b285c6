"""Requests nobody should send: each has an answer that is no crash, and none gets out of its place."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.security.scene import Person, request_bytes, send_raw, sign_up
from tests.support.scale import FUZZ_EXAMPLES, part_of
from tests.support.server import ServerProcess

pytestmark = pytest.mark.slow


@dataclass
class Target:
    """A running product and one account."""

    server: ServerProcess
    http: httpx.Client
    eve: Person
    folder: Path

    def is_alive(self) -> bool:
        return self.http.get("/api/ready").status_code == 200


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("inputs")
    limits = {"rate_limit_api": "1000000/60", "rate_limit_login_address": "1000000/60", "rate_limit_login": "100000/60"}
    with (
        ServerProcess(folder, **limits) as server,
        httpx.Client(base_url=server.url, timeout=30) as http,
    ):
        yield Target(server, http, sign_up(http, "eve@example.com"), folder)


class TestPaths:
    @pytest.mark.parametrize(
        "path",
        [
            "/..",
            "/../../../../etc/passwd",
            "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
            "/..%2f..%2f..%2fetc%2fpasswd",
            "/..%5c..%5c..%5cetc%5cpasswd",
            "/%252e%252e/%252e%252e/etc/passwd",
            "/....//....//etc/passwd",
            "//etc/passwd",
            "/assets/../../pages.stamp",
            "/assets/..%2f..%2f..%2fpyproject.toml",
            "/../pages.log",
            "/api/user/avatar/../../keys/secret_key",
            "/api/user/avatar/..%2f..%2fkeys%2fsecret_key",
            "/api/user/avatar/%2e%2e%2f%2e%2e%2fkeys%2fsecret_key",
            "/api/docs/..%2f__init__.py",
            "/api/docs/../../../pyproject.toml",
            "/simulator/static/../script.py",
            "/simulator/static/%2e%2e/script.py",
            "/simulator/static/..%2f..%2f..%2fconfig.py",
            "/simulator/avatars/..%2f..%2f.svg",
            "/%00",
            "/%00/../chats",
            "/assets/%00.js",
            "/api/%00",
            "/" + "a" * 5000,
            "/" + "a/" * 2000,
            "/%ff%fe%c0%ae",
            "/%c0%ae%c0%ae/etc/passwd",
            "//evil.example/%2e%2e",
            "///evil.example",
            "/\\evil.example",
            "/chats//evil.example/..",
            "/_event/../chats",
            "/_upload",
            "/ping",
            "/_health",
            "/.env",
            "/.git/config",
        ],
    )
    def test_stays_in_its_place(self, target: Target, path: str) -> None:
        status, head, body = send_raw(target.server, request_bytes(f"GET {path}"))
        assert status in {200, 400, 404, 414}, head
        assert "location:" not in head.lower()
        for content in (b"root:x:0", b"[project]", b"from __future__", b"[core]"):
            assert content not in body
        for key in (target.folder / "keys").iterdir():
            assert key.read_bytes() not in body

    @pytest.mark.parametrize(
        "method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "CONNECT", "PROPFIND", "X"]
    )
    @pytest.mark.parametrize("path", ["/", "/chats", "/assets/x.js", "/nothing", "/api/health", "/api/nothing", "*"])
    def test_methods_that_are_not_for_it(self, target: Target, method: str, path: str) -> None:
        status, head, _ = send_raw(target.server, request_bytes(f"{method} {path}"))
        assert status in {0, 200, 204, 400, 404, 405}, head
        if path.startswith("/chats"):
            assert status in {400, 405}

    def test_a_method_cannot_be_overridden(self, target: Target) -> None:
        flow = target.http.post("/api/flow/save", json={"name": "Kept"}, headers=target.eve.bearer).json()
        for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
            for path in (f"/api/flow/{flow['id']}", f"/api/flow/{flow['id']}?_method=DELETE"):
                target.http.post(path, data={"_method": "DELETE"}, headers={**target.eve.bearer, header: "DELETE"})
        assert target.http.get("/api/flow/get/Kept", headers=target.eve.bearer).status_code == 200


class TestHeads:
    @pytest.mark.parametrize(
        "host", ["evil.example", "evil.example:80", "", "a" * 5000, "x y", "[::1", "127.0.0.1:99999"]
    )
    @pytest.mark.parametrize("path", ["/", "/chats", "/simulator", "/api/health", "/nothing", "/chats/"])
    def test_a_strange_host_is_answered_and_not_repeated(self, target: Target, host: str, path: str) -> None:
        status, head, body = send_raw(target.server, request_bytes(f"GET {path}", host=host))
        assert status < 500, head
        assert "evil.example" not in head and b"evil.example" not in body

    @pytest.mark.parametrize("size", [10_000, 100_000, 2_000_000])
    def test_huge_headers(self, target: Target, size: int) -> None:
        for line in (
            f"X-Long: {'a' * size}",
            f"Cookie: instantchat_session={'a' * size}",
            f"Authorization: Bearer {'a' * size}",
        ):
            status, head, _ = send_raw(target.server, request_bytes("GET /api/user/profile", line))
            assert status < 500, head
        assert target.is_alive()

    def test_very_many_headers(self, target: Target) -> None:
        status, head, _ = send_raw(target.server, request_bytes("GET /chats", *(f"X-{n}: a" for n in range(5000))))
        assert status < 500, head
        assert target.is_alive()

    @pytest.mark.parametrize(
        "header",
        [
            "Range: bytes=0-0,1-1,2-2," + ",".join(f"{n}-{n}" for n in range(2000)),
            "Range: bytes=-1",
            "Range: bytes=9999999999999-",
            "If-Modified-Since: nonsense",
            "If-None-Match: *",
            "Accept-Encoding: br;q=x, gzip;q=1e999, *;q=nan",
            "Accept-Encoding: " + "br," * 3000,
            "Cookie: instantchat_session=\xff\xfe",
            'Cookie: instantchat_session="\\"; ; = ,',
            "Authorization: Bearer \xff",
            "Content-Type: \xff/\xff",
            "X-Forwarded-For: " + "1.1.1.1," * 500,
            "X-Forwarded-Proto: javascript",
        ],
    )
    def test_headers_with_nonsense(self, target: Target, header: str) -> None:
        for path in ("/", "/chats", "/favicon.svg", "/api/user/profile", "/simulator"):
            status, head, _ = send_raw(target.server, request_bytes(f"GET {path}", header))
            assert status < 500, (path, head)


class TestBodies:
    def test_a_message_of_two_megabytes(self, target: Target) -> None:
        body = {"recipientId": "1", "message": "x" * 2_000_000}
        answer = target.http.post("/api/instagram/send-message", json=body, headers=target.eve.bearer)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    @pytest.mark.parametrize("opening", [b"[", b'{"a":'])
    @pytest.mark.parametrize("depth", [200, 5_000, 150_000])
    def test_deep_json(self, target: Target, opening: bytes, depth: int) -> None:
        closing = {b"[": b"]"}.get(opening, b"}")
        deep = opening * depth + b"1" + closing * depth
        for path, body in [
            ("/api/flow/save", b'{"name":"deep","nodes":%s}' % deep),
            (
                "/api/flow/save",
                b'{"name":"deep","nodes":[{"id":"a","type":"messageNode","data":{"content":%s}}]}' % deep,
            ),
            ("/api/flow/validate", b'{"nodes":%s,"edges":[]}' % deep),
            ("/api/flow/import", b'{"formatVersion":1,"name":"deep","nodes":%s,"edges":[],"viewport":{}}' % deep),
            ("/api/auth/login", deep),
        ]:
            headers = {**target.eve.bearer, "Content-Type": "application/json"}
            answer = target.http.post(path, content=body, headers=headers)
            assert answer.status_code < 500, (path, answer.text[:300])
        assert target.is_alive()

    def test_an_avatar_is_a_picture_and_nothing_else(self, target: Target) -> None:
        """A file that is both a picture and a page comes back as the picture alone."""
        script = b"<html><script>alert(document.cookie)</script>"
        for kind in ("PNG", "JPEG", "GIF", "WEBP"):
            picture = io.BytesIO()
            Image.new("RGB", (40, 40), "red").save(picture, kind, comment=script.decode())
            for name in ("a.html", "../../x.svg", "a.php\0.png"):
                upload = {"file": (name, picture.getvalue() + script, "text/html")}
                answer = target.http.post("/api/user/avatar", files=upload, headers=target.eve.bearer)
                assert answer.status_code == 200, answer.text
                served = target.http.get(answer.json()["avatarUrl"])
                assert served.headers["content-type"] == "image/webp"
                assert served.headers["x-content-type-options"] == "nosniff"
                assert b"script" not in served.content
        bad = (
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            script,
            b"%PDF-1.4",
            b"%!PS-Adobe",
            b"GIF89a/*",
        )
        for content in bad:
            answer = target.http.post("/api/user/avatar", files={"file": ("a.png", content)}, headers=target.eve.bearer)
            assert answer.status_code == 422, content


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["", "\0", "\ud800", "9" * 400, "{{a}}", "../x", "2020-01-01T00:00:00Z", -1, 2**63, 2**200, 1e308]
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)


class TestFuzz:
    def test_no_body_and_no_parameter_is_a_crash(self, target: Target) -> None:
        """Every operation of the OpenAPI document, with its own field names and values of any kind."""
        document = target.http.get("/api/openapi.json").json()
        operations = [
            (method, path, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
            if path not in {"/api/user/delete", "/api/auth/logout", "/api/user/password"}
        ]
        names = sorted(
            {name for each in document["components"]["schemas"].values() for name in each.get("properties", {})}
        )

        @settings(
            max_examples=part_of(FUZZ_EXAMPLES * 2),
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(st.sampled_from(operations), st.data())
        def fuzz(chosen: tuple[str, str, Any], data: st.DataObject) -> None:
            method, path, operation = chosen
            fields = fields_of(operation, document) or names
            body = data.draw(
                st.dictionaries(st.sampled_from(fields), anything, max_size=8)
                | st.fixed_dictionaries({}, optional=dict.fromkeys(fields[:12], anything))
                | anything
            )
            text = data.draw(st.text(max_size=30) | st.sampled_from(["%00", "..", "%ff", "a" * 600, "\u202e"]))
            filling = quote(text.encode("utf-8", "replace"), safe="%") or "x"
            address = re.sub(r"\{\w+\}", lambda _: filling, path)
            query = {each["name"]: text for each in operation.get("parameters", []) if each["in"] == "query"}
            content = json.dumps(body).encode() if "requestBody" in operation else None
            headers = {**target.eve.bearer, "Content-Type": "application/json"}
            answer = target.http.request(method, address, params=query or None, content=content, headers=headers)
            assert answer.status_code < 500, (method, address, query, content, answer.text)

        fuzz()
        assert target.is_alive()


def fields_of(operation: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """The names a body of this operation has."""
    try:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
    except KeyError:
        return []
    reference = schema.get("$ref") or next((each["$ref"] for each in schema.get("anyOf", []) if "$ref" in each), "")
    found: dict[str, Any] = document["components"]["schemas"].get(reference.rpartition("/")[2], {})
    return sorted(found.get("properties", {}))
