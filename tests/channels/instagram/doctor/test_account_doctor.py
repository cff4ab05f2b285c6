"""Each of an account's steps: well, and failing once with its fix."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import httpx
import pytest

from instantchat.channels.instagram.client import FIELDS, SCOPES
from instantchat.channels.instagram.doctor.account import Patient, examine
from instantchat.channels.instagram.doctor.check import Check
from instantchat.kit.crypto import Secret
from tests.channels.instagram.mocked import client_of

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
PATIENT = Patient("acc_1", "17841", "shop", Secret("t"), NOW + dt.timedelta(days=40), frozenset(SCOPES), NOW)
WELL: dict[str, Any] = {
    "me": {"id": "7", "user_id": "17841", "username": "shop"},
    "subscribed_apps": {"data": [{"id": "1", "subscribed_fields": list(FIELDS)}]},
    "conversations": {"data": []},
}


def refusal(code: int, subcode: int | None = None, message: str = "No") -> httpx.Response:
    error = {"message": message, "type": "IGApiException", "code": code, "error_subcode": subcode}
    return httpx.Response(400, json={"error": error})


TESTER = refusal(100, message="Unsupported request - method type: get")


async def examined(answers: dict[str, Any] | None = None, **changes: Any) -> dict[str, Check]:
    """The checks, when Instagram answers so (an exception is raised)."""
    given = {**WELL, **(answers or {})}

    def handle(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer t"
        answer = given[request.url.path.rsplit("/", 1)[-1]]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    found = await examine(dataclasses.replace(PATIENT, **changes), client_of(handle), NOW)
    return {check.id: check for check in found}


class TestHealthy:
    async def test_every_step_is_ok_and_the_accounts(self) -> None:
        checks = await examined()
        assert list(checks) == [
            "token", "permissions", "tester_role", "subscription", "message_access", "app_live",
        ]  # fmt: skip
        assert {(check.state, check.fix, check.account_id) for check in checks.values()} == {("ok", "", "acc_1")}
        assert checks["token"].evidence == "Instagram accepts it as @shop; it is good until 10 April 2026."


class TestToken:
    async def test_refused(self) -> None:
        check = (await examined({"me": refusal(190, 463)}))["token"]
        assert (check.state, check.evidence) == ("failed", "The access token expired.")
        assert check.fix == "Connect the account again on /connect-instagram."

    async def test_of_another_account(self) -> None:
        check = (await examined({"me": {"user_id": "999", "username": "other"}}))["token"]
        assert (check.state, check.evidence) == ("failed", "The token belongs to another account, @other.")
        assert check.fix

    async def test_ends_soon(self) -> None:
        check = (await examined(expires_at=NOW + dt.timedelta(days=3)))["token"]
        assert (check.state, check.evidence) == ("warning", "Instagram accepts it, but it ends on 4 March 2026.")
        assert check.fix

    async def test_cannot_be_decrypted(self) -> None:
        checks = await examined(token=None)
        assert list(checks) == ["token"]
        assert (checks["token"].state, checks["token"].account_id) == ("failed", "acc_1")
        assert "INSTANTCHAT_ENCRYPTION_KEYS" in checks["token"].fix

    async def test_nobody_answers(self) -> None:
        away = httpx.ConnectError("no")
        checks = await examined(dict.fromkeys(WELL, away))
        for name in ("token", "subscription", "message_access"):
            assert checks[name].state == "unknown"
            assert checks[name].fix == "Check that this server may call graph.instagram.com."
        assert checks["tester_role"].state == "unknown"


class TestPermissions:
    async def test_comments_are_missing(self) -> None:
        check = (await examined(scopes=frozenset(SCOPES[:2])))["permissions"]
        assert (check.state, check.evidence) == (
            "warning", "Not allowed by the owner: instagram_business_manage_comments.",
        )  # fmt: skip
        assert check.fix.endswith("Leave every switch on.")

    async def test_messages_are_missing(self) -> None:
        assert (await examined(scopes=frozenset({SCOPES[0]})))["permissions"].state == "failed"

    @pytest.mark.parametrize("code", [10, 200])
    async def test_taken_away_later(self, code: int) -> None:
        check = (await examined({"conversations": refusal(code)}))["permissions"]
        assert check.evidence == "Instagram says that a permission for messages is missing."
        assert (check.state, bool(check.fix)) == ("failed", True)

    async def test_not_kept_when_connected(self) -> None:
        check = (await examined(scopes=frozenset()))["permissions"]
        assert (check.state, bool(check.fix)) == ("unknown", True)


class TestTesterRole:
    async def test_is_missing(self) -> None:
        check = (await examined(dict.fromkeys(WELL, TESTER)))["tester_role"]
        assert check.state == "failed"
        assert check.evidence.startswith("Instagram refuses every call")
        assert "Instagram Tester" in check.fix


class TestSubscription:
    async def test_of_nothing(self) -> None:
        check = (await examined({"subscribed_apps": {"data": []}}))["subscription"]
        assert (check.state, check.evidence) == ("failed", "Nothing is delivered for this account.")
        assert check.fix.startswith("Connect the account again")

    async def test_of_some_fields(self) -> None:
        some = [field for field in FIELDS if field != "comments"]
        check = (await examined({"subscribed_apps": {"data": [{"subscribed_fields": some}]}}))["subscription"]
        assert (check.state, check.evidence) == ("warning", "Not delivered: comments.")
        assert check.fix

    async def test_of_optional_fields_too(self) -> None:
        fields = [*FIELDS, "message_edit", "message_echoes"]
        check = (await examined({"subscribed_apps": {"data": [{"subscribed_fields": fields}]}}))["subscription"]
        assert (check.state, check.evidence) == ("ok", "All 10 fields are delivered.")

    async def test_of_all_but_messages(self) -> None:
        some = [field for field in FIELDS if field != "messages"]
        check = (await examined({"subscribed_apps": {"data": [{"subscribed_fields": some}]}}))["subscription"]
        assert check.state == "failed"

    async def test_refused(self) -> None:
        check = (await examined({"subscribed_apps": refusal(100, 33)}))["subscription"]
        assert (check.state, check.evidence) == ("unknown", "The object does not exist or may not be seen.")


class TestMessageAccess:
    async def test_switched_off(self) -> None:
        check = (await examined({"conversations": refusal(200, 2534041)}))["message_access"]
        assert (check.state, check.evidence) == ("failed", "The owner switched off access to messages.")
        assert check.fix.endswith("Allow access to messages.")

    async def test_refused_for_another_reason(self) -> None:
        assert (await examined({"conversations": refusal(2)}))["message_access"].state == "unknown"


class TestAppLive:
    async def test_is_not(self) -> None:
        check = (await examined({"conversations": refusal(200, 2018028)}))["app_live"]
        assert (check.state, check.evidence) == (
            "failed", "Instagram says that the app is not live for other people.",
        )  # fmt: skip
        assert check.fix.startswith("Publish the app")

    async def test_cannot_be_told_before_somebody_wrote(self) -> None:
        check = (await examined(last_message_at=None))["app_live"]
        assert check.state == "unknown"
        assert check.fix.startswith("Have somebody without a role")
