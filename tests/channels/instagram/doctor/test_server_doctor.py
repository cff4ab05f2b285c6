"""Each of the server's steps: well, and failing once with its fix."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from instantchat.channels.instagram.doctor.check import Check, worst
from instantchat.channels.instagram.doctor.server import ServerDoctor, Setup
from instantchat.channels.instagram.signature import verify
from instantchat.kit.clock import ManualClock
from instantchat.kit.crypto import Secret

SECRETS = {"META_APP_SECRET": Secret("ours"), "META_FACEBOOK_APP_SECRET": Secret("metas")}
SETUP = Setup("123", SECRETS, Secret("verify"), "https://chat.test", "https://chat.test", "https://graph.test", False)
Answer = Callable[[httpx.Request], httpx.Response]


def healthy(request: httpx.Request) -> httpx.Response:
    """Our own server, seen from outside, and Instagram's clock."""
    if request.url.host == "graph.test":
        return httpx.Response(400, headers={"Date": format_datetime(ManualClock().now(), usegmt=True)})
    if request.url.path == "/api/health":
        return httpx.Response(200, json={"status": "ok", "version": "1"})
    if request.method == "GET":
        known = request.url.params["hub.verify_token"] == "verify"
        return httpx.Response(200, text=request.url.params["hub.challenge"]) if known else httpx.Response(403)
    signed = verify(request.content, request.headers.get("X-Hub-Signature-256"), SECRETS)
    return httpx.Response(200 if signed else 401, text="OK")


def instead(path: str, answer: httpx.Response | Exception, method: str = "GET") -> Answer:
    """As healthy, save for one path."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path != path or request.method != method:
            return healthy(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return handle


async def examined(answer: Answer = healthy, **changes: Any) -> dict[str, Check]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        checks = await ServerDoctor(dataclasses.replace(SETUP, **changes), http, ManualClock()).examine()
    return {check.id: check for check in checks}


class TestHealthy:
    async def test_every_step_is_ok_and_says_what_was_seen(self) -> None:
        checks = await examined()
        assert list(checks) == [
            "settings", "public_url", "handshake", "signature_meta_app_secret", "signature_meta_facebook_app_secret",
            "clock",
        ]  # fmt: skip
        assert {check.state for check in checks.values()} == {"ok"}
        assert all(check.evidence.endswith(".") and not check.fix for check in checks.values())
        assert worst(checks.values()) == "ok"

    async def test_the_simulator_needs_no_public_address(self) -> None:
        plain = {"public_url": "", "base_url": "http://localhost:8000", "is_simulated": True, "app_id": "x"}
        checks = await examined(**plain)
        assert {check.state for check in checks.values()} == {"ok"}

    async def test_no_secret_is_shown(self) -> None:
        said = str(await examined(instead("/api/webhook/instagram", httpx.Response(401), "POST")))
        assert not any(secret in said for secret in ("ours", "metas", "'verify'"))


class TestSettings:
    async def test_what_is_missing_is_named(self) -> None:
        check = (await examined(app_id="", secrets={}, verify_token=Secret("")))["settings"]
        assert check.state == "failed"
        assert check.evidence == (
            "Not set: INSTANTCHAT_META_APP_ID and INSTANTCHAT_META_APP_SECRET and INSTANTCHAT_META_VERIFY_TOKEN."
        )
        assert check.fix.endswith("from the Meta dashboard, then restart.")

    async def test_an_app_id_is_a_number(self) -> None:
        check = (await examined(app_id="my app"))["settings"]
        assert (check.state, check.evidence) == ("failed", "INSTANTCHAT_META_APP_ID is not a number.")
        assert check.fix.startswith("Copy the Instagram app id")


class TestPublicUrl:
    async def test_not_set(self) -> None:
        check = (await examined(public_url="", base_url="http://localhost:8000"))["public_url"]
        assert (check.state, check.evidence) == ("failed", "INSTANTCHAT_PUBLIC_URL is not set.")
        assert check.fix.startswith("Set INSTANTCHAT_PUBLIC_URL")

    async def test_not_https(self) -> None:
        plain = "http://chat.test"
        check = (await examined(public_url=plain, base_url=plain))["public_url"]
        assert (check.state, check.evidence) == ("failed", "http://chat.test is not https, which Meta insists on.")
        assert check.fix.startswith("Give the server an https address")

    async def test_redirecting(self) -> None:
        away = httpx.Response(301, headers={"location": "https://www.chat.test/api/health"})
        check = (await examined(instead("/api/health", away)))["public_url"]
        assert check.state == "failed"
        assert check.evidence == "https://chat.test redirects to https://www.chat.test/api/health."
        assert check.fix.endswith("Meta follows no redirects.")

    @pytest.mark.parametrize("error", [httpx.ConnectError("no"), httpx.ReadTimeout("slow")])
    async def test_out_of_reach(self, error: Exception) -> None:
        check = (await examined(instead("/api/health", error)))["public_url"]
        assert check.state == "failed"
        assert check.evidence == f"https://chat.test could not be reached: {type(error).__name__}."
        assert "certificate" in check.fix

    @pytest.mark.parametrize("answer", [httpx.Response(200, text="<html>"), httpx.Response(502), httpx.Response(404)])
    async def test_somebody_else_answers(self, answer: httpx.Response) -> None:
        check = (await examined(instead("/api/health", answer)))["public_url"]
        assert check.evidence == f"Something else answers at https://chat.test (HTTP {answer.status_code})."
        assert check.fix == "Have the proxy pass everything under this address to InstantChat."


class TestHandshake:
    async def test_without_a_token(self) -> None:
        check = (await examined(verify_token=Secret("")))["handshake"]
        assert (check.state, check.evidence) == ("failed", "There is no verify token.")
        assert "INSTANTCHAT_META_VERIFY_TOKEN" in check.fix

    @pytest.mark.parametrize(
        ("answer", "said"),
        [(httpx.Response(403), "it answered HTTP 403"), (httpx.Response(200, text="no"), "it answered HTTP 200")],
    )
    async def test_not_repeated(self, answer: httpx.Response, said: str) -> None:
        check = (await examined(instead("/api/webhook/instagram", answer)))["handshake"]
        assert (check.state, check.evidence) == ("failed", f"Our webhook did not repeat the challenge: {said}.")
        assert check.fix == "Have the proxy pass /api/webhook/instagram to InstantChat unchanged, its query included."


class TestSignature:
    @pytest.mark.parametrize("name", ["META_APP_SECRET", "META_FACEBOOK_APP_SECRET"])
    async def test_a_secret_that_the_running_server_does_not_have(self, name: str) -> None:
        checks = await examined(secrets={**SECRETS, name: Secret("changed")})
        check = checks[f"signature_{name.lower()}"]
        assert (check.state, check.title) == ("failed", f"Delivery signed with {name}")
        assert check.evidence == "A delivery signed with it was refused: its bytes were changed."
        assert "X-Hub-Signature-256" in check.fix
        assert [one.id for one in checks.values() if one.state != "ok"] == [check.id]

    async def test_a_proxy_in_the_way(self) -> None:
        checks = await examined(instead("/api/webhook/instagram", httpx.Response(502), "POST"))
        check = checks["signature_meta_app_secret"]
        assert check.evidence == "A delivery signed with it was not accepted: it answered HTTP 502."
        assert check.fix.startswith("Have the proxy pass")


class TestClock:
    @pytest.mark.parametrize(("seconds", "state"), [(20, "ok"), (-90, "warning"), (400, "failed")])
    async def test_apart(self, seconds: int, state: str) -> None:
        there = ManualClock().now() + dt.timedelta(seconds=seconds)
        answer = httpx.Response(200, headers={"Date": format_datetime(there, usegmt=True)})
        check = (await examined(lambda request: answer if request.url.host == "graph.test" else healthy(request)))[
            "clock"
        ]
        assert (check.state, check.evidence) == (state, f"Our clock and Instagram's are {abs(seconds)} s apart.")
        assert bool(check.fix) == (state != "ok")

    async def test_the_simulators_is_ours_even_when_it_was_moved(self) -> None:
        answer = httpx.Response(200, headers={"Date": "Thu, 01 Jan 1970 00:00:00 GMT"})
        check = (await examined(lambda _request: answer, is_simulated=True))["clock"]
        assert (check.state, check.evidence) == ("ok", "The simulator runs by our clock.")

    @pytest.mark.parametrize("answer", [httpx.Response(200), httpx.Response(200, headers={"Date": "tomorrow"})])
    async def test_cannot_be_told(self, answer: httpx.Response) -> None:
        check = (await examined(lambda request: answer if request.url.host == "graph.test" else healthy(request)))[
            "clock"
        ]
        assert check.state == "unknown"
