"""What pages are sent with, in development and in production, and what production does not have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from instantchat.kit.crypto import new_key
from tests.security import tabs
from tests.security.scene import COOKIE, PASSWORD, scene, sign_up
from tests.support.server import ServerProcess

pytestmark = pytest.mark.slow
PAGES = ("/", "/login", "/signup", "/chats", "/chats/cnv_1", "/flow-builder", "/settings", "/privacy", "/nothing/here")
HTTPS = {"X-Forwarded-Proto": "https"}


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    settings = {
        "env": "production",
        "public_url": "https://shop.example",
        "host": "127.0.0.1",
        "secret_key": "x" * 40,
        "encryption_keys": new_key(),
        "meta_app_id": "1",
        "meta_app_secret": "the app secret",
        "rate_limit_api": "400/60",
    }
    with ServerProcess(tmp_path_factory.mktemp("production"), **settings) as server:
        yield server


def directives(response: httpx.Response) -> dict[str, list[str]]:
    policy = response.headers["content-security-policy"]
    return {words[0]: words[1:] for each in policy.split(";") if (words := each.split())}


class TestProduction:
    @pytest.mark.parametrize("path", PAGES)
    def test_pages_run_only_their_own_scripts(self, production: ServerProcess, path: str) -> None:
        response = httpx.get(f"{production.url}{path}", headers=HTTPS)
        policy = directives(response)
        assert policy["default-src"] == ["'self'"]
        assert policy["frame-ancestors"] == ["'none'"] and policy["object-src"] == ["'none'"]
        assert policy["base-uri"] == ["'self'"] and policy["form-action"] == ["'self'"]
        scripts = policy["script-src"]
        assert all(each == "'self'" or each.startswith("'sha256-") for each in scripts)
        assert set(policy["connect-src"]) == {"'self'"}
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["x-frame-options"] == "DENY"
        assert "referrer-policy" in response.headers and "permissions-policy" in response.headers

    @pytest.mark.parametrize("path", [*PAGES, "/favicon.svg", "/api/docs", "/api/user/profile"])
    def test_http_is_sent_to_https_whatever_the_host_header_says(self, production: ServerProcess, path: str) -> None:
        response = httpx.get(f"{production.url}{path}?a=b", headers={"Host": "evil.example"})
        assert response.status_code == 308
        assert response.headers["location"] == f"https://shop.example{path}?a=b"

    @pytest.mark.parametrize("path", [*PAGES, "/favicon.svg", "/api/health"])
    def test_https_is_kept(self, production: ServerProcess, path: str) -> None:
        response = httpx.get(f"{production.url}{path}", headers=HTTPS)
        assert "max-age=" in response.headers["strict-transport-security"]

    @pytest.mark.parametrize(
        "path",
        [
            "/simulator",
            "/simulator/",
            "/simulator/api/accounts",
            "/simulator/meta/oauth/authorize",
            "/simulator/meta/v25.0/me",
            "/simulator/static/phone.js",
        ],
    )
    def test_there_is_no_simulator(self, production: ServerProcess, path: str) -> None:
        assert httpx.get(f"{production.url}{path}", headers=HTTPS).status_code == 404
        assert httpx.post(f"{production.url}{path}", headers=HTTPS, json={}).status_code in {404, 405}

    def test_the_cookie_is_for_https_only(self, production: ServerProcess) -> None:
        body = {"email": "ana@example.com", "password": PASSWORD}
        answer = httpx.post(f"{production.url}/api/auth/signup", json=body, headers=HTTPS)
        flags = {each.strip().lower() for each in answer.headers["set-cookie"].split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax"} <= flags

    def test_nothing_is_made_or_kept_in_the_data_directory_that_must_be_given(self, production: ServerProcess) -> None:
        answer = httpx.get(f"{production.url}/api/ready", headers=HTTPS)
        assert answer.status_code == 200

    async def test_pages_may_open_their_socket_behind_a_proxy(self, production: ServerProcess) -> None:
        """The proxy's own Host, the browser's Origin."""
        async with tabs.tab(production, Origin="https://shop.example", **HTTPS) as page:
            await page.settle()

    def test_handshakes_are_limited(self, production: ServerProcess) -> None:
        """Each new tab takes memory before anybody has signed in."""
        with httpx.Client(base_url=production.url) as http:
            found = {http.get(f"/_event/?EIO=4&transport=polling&token={n}").status_code for n in range(450)}
        assert 429 in found


class TestSimulatorOff:
    def test_by_setting(self, tmp_path: Path) -> None:
        with ServerProcess(tmp_path, simulator="false") as server, httpx.Client(base_url=server.url) as http:
            eve = sign_up(http, "eve@example.com")
            assert http.get("/simulator").status_code == 404
            assert http.get("/simulator/api/accounts").status_code == 404
            assert http.get("/api/instagram/connect", headers=eve.bearer).status_code == 503
            assert not (tmp_path / "keys" / "simulator_app_secret").exists()

    @pytest.mark.parametrize("missing", ["secret_key", "encryption_keys", "public_url", "https", "no simulator"])
    def test_production_does_not_start_unsafely(self, tmp_path: Path, missing: str) -> None:
        settings = {
            "env": "production",
            "public_url": "https://shop.example",
            "secret_key": "x" * 40,
            "encryption_keys": new_key(),
            "host": "127.0.0.1",
        }
        if missing == "https":
            settings["public_url"] = "http://shop.example"
        elif missing == "no simulator":
            settings["simulator"] = "true"
        else:
            settings[missing] = ""
        server = ServerProcess(tmp_path, "--api-only", **settings)
        with pytest.raises(AssertionError, match="INSTANTCHAT_"):
            server.start()
        assert settings["encryption_keys"] not in server.output or missing == "encryption_keys"


class TestDevelopment:
    def test_the_simulator_has_a_policy_too(self, tmp_path: Path) -> None:
        with scene(tmp_path) as found:
            for path in ("/simulator", "/login"):
                policy = directives(found.http.get(path))
                scripts = policy.get("script-src", policy["default-src"])
                assert all(each == "'self'" or each.startswith("'sha256-") for each in scripts), policy
                assert policy["frame-ancestors"] == ["'none'"]
            name = "<img src=x onerror=alert(1)>"
            made = {"name": name, "username": "mallory", "accountId": found.simulated["account"]}
            assert found.http.post("/simulator/api/customers", json=made).status_code in {201, 422}
            assert name not in found.http.get("/simulator").text
            signed_in = found.http.get("/login?next=//evil.example", headers=found.ana.as_cookie)
            assert "evil.example" not in signed_in.text and COOKIE not in signed_in.text
