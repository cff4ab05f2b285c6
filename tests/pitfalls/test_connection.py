"""Pitfalls 9 to 14, 24 and 25: ids, tokens, secrets, and what stands between a connected account and its messages."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import structlog

from instantchat.channels.simulator import graph
from instantchat.channels.simulator.signing import Secrets
from instantchat.features.connect.refusals import sentence_of
from instantchat.kit.crypto import Secret
from instantchat.runtime.tokens import Tokens
from tests.pitfalls.shop import Shop, a_shop

ANY = {"type": "any_message"}
HELLO = {"content": "Hello"}
# The table of the Instagram-Login edge (instagram-api.md 2.5 to 2.7).
OFFERED = {
    "messages",
    "messaging_postbacks",
    "messaging_seen",
    "message_reactions",
    "messaging_referral",
    "messaging_optins",
    "messaging_handover",
    "message_edit",
    "message_echoes",
    "standby",
    "comments",
    "live_comments",
}


async def test_pitfall_09_the_two_ids_of_an_account_are_told_apart(shop: Shop) -> None:
    """An account has an app-scoped id and the one that webhooks name; keyed by the wrong one, every webhook is of an
    unknown account.

    The account is known by the id of webhooks, `user_id` of `/me`; the other one is kept for Meta's callbacks, and
    both find it.
    """
    await shop.answers(ANY, HELLO)
    listed = (await shop.rest("GET", "/simulator/api/accounts"))["data"]
    theirs = next(each for each in listed if each["id"] == shop.owner.ig_id)
    [account] = await shop.stage.store.accounts.accounts(shop.seeded.workspace_id)
    assert (account.ig_user_id, account.ig_scoped_id) == (theirs["id"], theirs["appScopedId"])
    assert account.ig_user_id != account.ig_scoped_id
    ana = await shop.customer()
    await shop.write(ana, "hi")
    await shop.settle()
    assert shop.app.assembly.runtime.intake.totals["unknown_account"] == 0
    assert await shop.on_phone(ana) == ["> hi", "< Hello"]
    assert (await shop.script(f"accounts/{shop.owner.ig_id}/callbacks/deauthorize"))["status"] == 200
    [account] = await shop.stage.store.accounts.accounts(shop.seeded.workspace_id)
    assert account.state == "disconnected"


async def test_pitfall_10_the_token_outlives_a_restart_and_sixty_days(tmp_path: Path) -> None:
    """The long-lived token is only in memory and dies with the process, or is never refreshed and dies after 60 days.

    It is stored, encrypted, and refreshed from day 50 on.
    """
    async with a_shop(tmp_path) as shop:
        await shop.answers(ANY, HELLO)
        ana, seeded, clock = await shop.customer(), shop.seeded, shop.app.clock
    async with a_shop(tmp_path, seeded=seeded, clock=clock) as again:
        assembly = again.app.assembly
        tokens = Tokens(again.client, assembly.store.accounts, clock, assembly.hub, assembly.settings.vault)
        for _ in range(13):
            again.stage.pass_time(days=10)
            await tokens.refresh_due()
        assert 2 <= [call.path for call in again.calls].count("/refresh_access_token") <= 3
        await again.write(ana, "still there?")
        await again.settle()
        assert await again.on_phone(ana) == ["> still there?", "< Hello"]


@pytest.mark.parametrize("wrong", ["app id", "app secret"])
async def test_pitfall_11_the_meta_apps_id_or_secret_is_told_by_name(shop: Shop, wrong: str) -> None:
    """A Meta app has two ids and two secrets, and with the wrong pair Instagram answers that something is invalid.

    The owner is told which settings must be the Instagram app's, not that a code was bad.
    """
    begun = await shop.rest("GET", "/api/instagram/connect")
    allowed = await shop.owner.http.post(begun["authorizeUrl"], data={"action": "allow", "account": shop.owner.ig_id})
    if wrong == "app id":
        shop.simulator.app_id = "2000000000000002"
    else:
        shop.simulator.secrets = Secrets(Secret("the Instagram app's"), Secret("the Meta app's"))
    error = await _came_back(shop, allowed.headers["location"])
    assert error == "app_not_known"
    assert "INSTANTCHAT_META_APP_ID and INSTANTCHAT_META_APP_SECRET" in sentence_of(error)
    assert "Instagram app" in sentence_of(error)


async def test_pitfall_12_only_signed_webhooks_count_and_either_secret_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Webhooks are taken without a signature, or refused as Meta signs with the other of its two secrets.

    Unsigned, forged and wrongly signed ones are refused with 401 and store nothing; both configured secrets are good,
    and the log says which one it was.
    """
    secret, logged = "the Meta app's", structlog.testing.LogCapture()
    own = structlog.wrap_logger(None, [logged], structlog.make_filtering_bound_logger(0))  # whatever others configured
    monkeypatch.setattr("instantchat.runtime.intake.log", own)
    async with a_shop(tmp_path, meta_facebook_app_secret=secret) as shop:
        await shop.answers(ANY, HELLO)
        ana = await shop.customer()
        await shop.faults(hold=True)
        await shop.write(ana, "hi")
        [body] = await shop.held()
        assert await shop.deliver(body, signed=False) == 401
        assert await shop.deliver(body, Secret("forged")) == 401
        assert (await shop.stage.store.queue.backlog())["events_pending"] == 0
        for signer in ("meta", "instagram"):
            await shop.faults(hold=False, signer=signer)
            await shop.settle()
            await shop.write(ana, f"signed by {signer}")
            await shop.settle()
        signed_by = [entry["setting"] for entry in logged.entries if entry["event"] == "webhook_signed_by"]
        assert signed_by == ["META_FACEBOOK_APP_SECRET", "META_APP_SECRET"]
        assert [line for line in await shop.on_phone(ana) if line.startswith("<")] == ["< Hello"] * 3


async def test_pitfall_13_the_test_button_proves_nothing_and_the_doctor_says_what_is_missing(shop: Shop) -> None:
    """The dashboard's Test button works, but no real message arrives: the app is not live, the account is no tester,
    or its owner has not allowed access to messages.

    The doctor does not count tests as events, and names each of the three with what to do.
    """
    await shop.script("test-events")
    await shop.settle()
    found = await shop.doctor()
    assert (found["events"]["state"], found["events"]["evidence"]) == ("warning", "Nothing has arrived yet.")
    assert (found["app_live"]["state"], found["message_access"]["state"]) == ("unknown", "ok")
    assert "Publish the app" in found["app_live"]["fix"]

    account = f"/simulator/api/accounts/{shop.owner.ig_id}"
    await shop.rest("PATCH", account, {"allowsMessages": False})
    found = await shop.doctor()
    assert found["message_access"]["state"] == "failed"
    assert "Allow access to messages" in found["message_access"]["fix"]

    await shop.rest("PATCH", account, {"allowsMessages": True, "isTester": False})
    await shop.faults(appLive=False)
    found = await shop.doctor()
    assert found["tester_role"]["state"] == "failed"
    assert "Tester invites" in found["tester_role"]["fix"]


@pytest.mark.parametrize("style", ["changes", "page"])
async def test_pitfall_14_a_dashboard_test_is_taken_and_is_no_customer(shop: Shop, style: str) -> None:
    """The dashboard's test events have another shape than real ones, and crash the receiver or become a customer.

    Both shapes are accepted with 200 and counted as tests; no contact, no conversation, no answer.
    """
    await shop.answers(ANY, HELLO)
    await shop.script("test-events", style=style)
    await shop.settle()
    [told] = (await shop.rest("GET", "/simulator/api/deliveries"))["data"]
    assert (told["state"], told["status"]) == ("delivered", 200)
    assert shop.app.assembly.runtime.intake.totals == {"test": 1, "new": 0, "duplicate": 0, "unknown_account": 0}
    assert (await shop.owner.inbox(), shop.sends()) == ([], [])


async def test_pitfall_24_only_fields_of_the_edge_are_subscribed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A field that the edge does not know, as `messaging_seen` on a Facebook Page, refuses the whole subscription, and
    the account looks connected but hears nothing.

    InstantChat asks Instagram's edge only for fields it offers, and a refused subscription fails the connection with
    its reason.
    """
    asked = [call for call in shop.calls if call.path.endswith("/subscribed_apps")]
    assert asked[-1].path == f"/{shop.owner.ig_id}/subscribed_apps"
    [fields] = parse_qs(asked[-1].query)["subscribed_fields"]
    assert {"messages", "messaging_seen"} <= set(fields.split(",")) <= OFFERED

    monkeypatch.setattr(graph, "_FIELDS", tuple(name for name in graph._FIELDS if name != "messaging_seen"))
    begun = await shop.rest("GET", "/api/instagram/connect")
    allowed = await shop.owner.http.post(begun["authorizeUrl"], data={"action": "allow", "account": shop.owner.ig_id})
    error = await _came_back(shop, allowed.headers["location"])
    assert error == "subscribe_failed"
    assert "did not switch message delivery on" in sentence_of(error)


async def _came_back(shop: Shop, location: str) -> str:
    """The error with which the callback ends, for what Instagram's page sent back."""
    back = urlsplit(location)
    done = await shop.owner.http.get(f"{back.path}?{back.query}")
    [error] = parse_qs(urlsplit(done.headers["location"]).query)["error"]
    return error
