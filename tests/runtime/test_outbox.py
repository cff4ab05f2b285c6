"""What becomes of queued messages, by what Instagram answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from instantchat.channels.instagram.answers import Rejected, SendOutcome, Sent, Unknown, Unsent, Usage
from instantchat.channels.instagram.errors import Refusal, RefusalKind
from instantchat.runtime import pace
from instantchat.runtime.sending import ATTEMPTS, Limits
from instantchat.store.records import Json, Message
from tests.runtime.conftest import Stage
from tests.support.seed import keyword_flow


def refusal(kind: RefusalKind, code: int) -> Refusal:
    return Refusal(code, None, kind, "Instagram said no.", "Do something.")


async def queued(stage: Stage, greeting: Json, *texts: str) -> None:
    """One reply waits in the outbox for each text."""
    await stage.flow(greeting)
    for text in texts or ("price",):
        await stage.say(text)
    await stage.work()


def answering(data: Json) -> Json:
    """A flow that answers "price" with this message."""
    graph = keyword_flow("price", "")
    graph["nodes"][1]["data"] = data
    return graph


async def replies(stage: Stage) -> list[Message]:
    return [message for message in await stage.messages() if message.direction == "out"]


class TestSend:
    async def test_a_taken_message_is_sent_and_has_its_mid(self, stage: Stage, greeting: Json) -> None:
        await queued(stage, greeting)
        await stage.send()
        [reply] = await replies(stage)
        assert (reply.status, reply.mid, reply.attempts) == ("sent", "mid-out-1", 1)
        assert stage.instagram.sent == [{"recipient": {"id": "7001"}, "message": {"text": "Re price"}}]

    async def test_the_messages_of_a_conversation_go_in_order(self, stage: Stage, greeting: Json) -> None:
        await queued(stage, greeting, "price 1", "price 2", "price 3")
        await stage.send()
        assert [each["message"]["text"] for each in stage.instagram.sent] == ["Re price 1", "Re price 2", "Re price 3"]

    async def test_an_unknown_outcome_is_never_tried_again(self, stage: Stage, greeting: Json) -> None:
        await queued(stage, greeting)
        stage.instagram.script = [Unknown("No answer.")]
        await stage.send()
        stage.pass_time(hours=1)
        await stage.send()
        [reply] = await replies(stage)
        assert (reply.status, reply.error_code, len(stage.instagram.sent)) == ("unknown", "outcome_unknown", 1)

    async def test_a_permanent_refusal_says_why(self, stage: Stage, greeting: Json) -> None:
        await queued(stage, greeting)
        stage.instagram.script = [Rejected(refusal(RefusalKind.PERMANENT, 551))]
        await stage.send()
        [reply] = await replies(stage)
        assert (reply.status, reply.error_code) == ("rejected", "meta_551")
        assert reply.error_text == "Instagram said no. Do something."

    async def test_a_closed_window_is_refused_without_a_call(self, stage: Stage, greeting: Json) -> None:
        await queued(stage, greeting)
        stage.pass_time(hours=24)
        await stage.send()
        [reply] = await replies(stage)
        assert (reply.status, reply.error_code, stage.instagram.sent) == ("rejected", "window_closed", [])

    async def test_a_file_of_a_kind_instagram_refuses_is_refused_without_a_call(self, stage: Stage) -> None:
        data = {"attachments": [{"type": "image", "url": "https://x.example/{{message.text}}.webp"}]}
        await queued(stage, answering(data))
        await stage.send()
        [reply] = await replies(stage)
        assert (reply.status, reply.error_code, stage.instagram.sent) == ("rejected", "media_type", [])
        assert reply.error_text == (
            "Instagram does not take this file. Pictures can be .png, .jpeg, .jpg or .gif; this is .webp."
        )

    async def test_pictures_in_a_row_are_one_call(self, stage: Stage) -> None:
        urls = ["https://x.example/a.png", "https://x.example/b.png"]
        await queued(stage, answering({"attachments": [{"type": "image", "url": url} for url in urls]}))
        await stage.send()
        [sent] = stage.instagram.sent
        assert [each["payload"]["url"] for each in sent["message"]["attachments"]] == urls

    @pytest.mark.parametrize(("days", "status"), [(6.9, "sent"), (7, "rejected")])
    async def test_a_persons_answer_has_seven_days(self, stage: Stage, days: float, status: str) -> None:
        await stage.say("hello")
        await stage.work()
        [heard] = await stage.messages()
        stage.pass_time(days=days)
        answer = replace(
            heard, id="msg_z", direction="out", sender_kind="member", text="Hi", status="queued", mid=None,
            extras={"tag": "HUMAN_AGENT"}, created_at=stage.clock.now(),
        )  # fmt: skip
        await stage.store.inbox.enqueue(answer, None)
        await stage.send()
        [reply] = await replies(stage)
        assert (reply.status, len(stage.instagram.sent)) == (status, int(status == "sent"))

    async def test_typing_is_shown_before_and_for_as_long_as_asked(self, stage: Stage, greeting: Json) -> None:
        greeting["nodes"][1]["data"]["typingSeconds"] = 3
        await queued(stage, greeting)
        await stage.send()
        assert stage.instagram.sent == [{"sender_action": "typing_on"}]
        stage.pass_time(seconds=3)
        await stage.send()
        assert stage.instagram.sent[1]["message"] == {"text": "Re price"}

    async def test_cards_are_one_message_that_people_read_by_its_titles(self, stage: Stage, greeting: Json) -> None:
        buttons = [{"id": "web", "title": "See", "type": "web_url", "url": "https://x.example"}]
        greeting["nodes"][1]["data"] = {
            "cards": [
                {"title": "Hat", "subtitle": "Warm", "buttons": buttons},
                {"title": "Cap", "url": "https://y.example"},
            ]
        }
        await queued(stage, greeting)
        await stage.send()
        [reply] = await replies(stage)
        assert (reply.status, reply.text) == ("sent", "Hat\nCap")
        see = {"type": "web_url", "title": "See", "url": "https://x.example"}
        elements = [
            {"title": "Hat", "subtitle": "Warm", "buttons": [see]},
            {"title": "Cap", "default_action": {"type": "web_url", "url": "https://y.example"}},
        ]
        template = {"type": "template", "payload": {"template_type": "generic", "elements": elements}}
        assert stage.instagram.sent == [{"recipient": {"id": "7001"}, "message": {"attachment": template}}]


class TestUnsent:
    @pytest.mark.parametrize(
        "outcome",
        [Unsent("Instagram could not be reached."), Unsent("Later.", refusal(RefusalKind.RETRY, 2))],
    )
    async def test_is_tried_again_within_five_seconds(self, stage: Stage, greeting: Json, outcome: SendOutcome) -> None:
        await queued(stage, greeting)
        stage.instagram.script = [outcome]
        await stage.send()
        [reply] = await replies(stage)
        assert reply.status == "queued"
        assert reply.not_before is not None
        assert dt.timedelta(0) < reply.not_before - stage.clock.now() <= dt.timedelta(seconds=5)
        stage.pass_time(seconds=5)
        await stage.send()
        assert [each.status for each in await replies(stage)] == ["sent"]

    async def test_waits_as_long_as_instagram_says(self, stage: Stage, greeting: Json) -> None:
        await queued(stage, greeting)
        stage.instagram.script = [Unsent("Busy.", refusal(RefusalKind.THROTTLE, 613), retry_after=120)]
        await stage.send()
        [reply] = await replies(stage)
        assert reply.not_before == stage.clock.now() + dt.timedelta(seconds=120)

    async def test_is_given_up_in_the_end(self, stage: Stage, greeting: Json) -> None:
        await queued(stage, greeting)
        stage.instagram.script = [Unsent("Instagram could not be reached.")] * ATTEMPTS
        for _ in range(ATTEMPTS):
            await stage.send()
            stage.pass_time(minutes=5)
        [reply] = await replies(stage)
        assert (reply.status, reply.error_code, reply.attempts) == ("rejected", "gave_up", ATTEMPTS)


class TestPrivateReply:
    @pytest.mark.parametrize(
        ("kind", "state"), [(RefusalKind.THROTTLE, "ok"), (RefusalKind.RETRY, "ok"), (RefusalKind.PAUSE, "restricted")]
    )
    async def test_that_may_be_used_up_is_left_to_a_person(self, stage: Stage, kind: RefusalKind, state: str) -> None:
        graph = keyword_flow("", "Hello")
        graph["nodes"][0]["data"]["triggers"] = [{"type": "comment"}]
        await stage.flow(graph)
        await stage.tell("comment", {"text": "price?", "comment": {"id": "c1", "mediaId": "p1"}})
        await stage.work()
        stage.instagram.script = [Unknown("Refused.", refusal(kind, 4))]
        await stage.send()
        stage.pass_time(hours=1)
        await stage.send()
        [reply] = await replies(stage)
        assert (reply.status, reply.error_code, len(stage.instagram.sent)) == ("unknown", "meta_4", 1)
        account = await stage.store.accounts.account(stage.seeded.workspace_id, stage.seeded.account_id)
        assert account is not None and account.state == state


class TestAccount:
    @pytest.mark.parametrize(
        ("kind", "state"),
        [
            (RefusalKind.RECONNECT, "reauth_needed"),
            (RefusalKind.PAUSE, "restricted"),
            (RefusalKind.OWNER, "restricted"),
        ],
    )
    async def test_that_cannot_send_is_marked_and_loses_no_message(
        self, stage: Stage, greeting: Json, kind: RefusalKind, state: str
    ) -> None:
        await queued(stage, greeting, "price 1", "price 2")
        stage.instagram.script = [Rejected(refusal(kind, 190))]
        await stage.send()
        account = await stage.store.accounts.account(stage.seeded.workspace_id, stage.seeded.account_id)
        assert account is not None
        assert (account.state, account.state_reason) == (state, "Instagram said no. Do something.")
        assert "account" in stage.heard.kinds()
        assert [reply.status for reply in await replies(stage)] == ["queued", "queued"]
        assert len(stage.instagram.sent) == 1

    async def test_connected_again_sends_what_waited(self, stage: Stage, greeting: Json) -> None:
        await queued(stage, greeting)
        stage.instagram.script = [Rejected(refusal(RefusalKind.RECONNECT, 190))]
        await stage.send()
        account = await stage.store.accounts.account(stage.seeded.workspace_id, stage.seeded.account_id)
        assert account is not None
        sealed = stage.vault.seal(stage.vault.open(account.sealed_token))
        await stage.store.accounts.connect(replace(account, state="ok", sealed_token=sealed))
        await stage.send()
        assert [reply.status for reply in await replies(stage)] == ["sent"]


class TestRecover:
    async def test_what_a_dead_process_was_sending_is_unknown(self, stage: Stage, greeting: Json) -> None:
        await queued(stage, greeting, "price 1", "price 2")
        now = stage.clock.now()
        await stage.store.queue.claim_sends("dead", now, now + dt.timedelta(seconds=30), 1, per_account=10, excluded=())
        await stage.outbox.recover()
        await stage.send()
        assert [reply.status for reply in await replies(stage)] == ["unknown", "sent"]


class TestLimit:
    async def test_no_more_than_the_burst_goes_out_at_once(
        self, stage: Stage, greeting: Json, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pace, "monotonic", lambda: 1000.0)
        await stage.flow(greeting)
        for number in range(10):
            await stage.say("price", igsid=f"80{number}")
        await stage.work()
        outbox = stage.new_outbox(limit=30)
        assert await outbox.send_batch() == 0
        await outbox.calls_ended()
        assert len(stage.instagram.sent) == 3
        wait = await outbox.send_batch()
        assert wait is not None and 0 < wait <= 0.1

    async def test_of_private_replies_holds_the_rest_back_without_an_attempt(self, stage: Stage) -> None:
        graph = keyword_flow("", "Hello")
        graph["nodes"][0]["data"]["triggers"] = [{"type": "comment"}]
        await stage.flow(graph)
        for number in range(3):
            payload = {"text": "price?", "comment": {"id": f"c{number}", "mediaId": "p1"}}
            await stage.tell("comment", payload, igsid=f"80{number}")
        await stage.work()
        stage.outbox = stage.new_outbox(limits=Limits(private_replies=2))
        await stage.send()
        found = [message for number in range(3) for message in await stage.messages(f"80{number}")]
        waiting = [message for message in found if message.status == "queued"]
        assert [(message.attempts, message.not_before) for message in waiting] == [
            (0, stage.clock.now() + dt.timedelta(hours=1))
        ]
        stage.pass_time(hours=1)
        await stage.send()
        assert len(stage.instagram.sent) == 3

    async def test_of_private_replies_holds_over_a_restart(self, stage: Stage) -> None:
        graph = keyword_flow("", "Hello")
        graph["nodes"][0]["data"]["triggers"] = [{"type": "comment"}]
        await stage.flow(graph)
        stage.outbox = stage.new_outbox(limits=Limits(private_replies=2))
        for number in range(3):
            payload = {"text": "price?", "comment": {"id": f"c{number}", "mediaId": "p1"}}
            await stage.tell("comment", payload, igsid=f"80{number}")
            await stage.work()
            if number == 2:
                stage.pass_time(minutes=10)
                stage.outbox = stage.new_outbox(limits=Limits(private_replies=2))
            await stage.send()
        (last,) = await stage.messages("802")
        assert (last.status, last.not_before) == ("queued", stage.clock.now() + dt.timedelta(minutes=50))
        assert len(stage.instagram.sent) == 2

    async def test_of_media_lets_text_go_on(self, stage: Stage) -> None:
        for number, kind in enumerate(["video", "audio", "image"]):
            await stage.say("hello", igsid=f"80{number}")
            await stage.work()
            (heard,) = await stage.messages(f"80{number}")
            queued = replace(heard, id=f"msg_z{number}", direction="out", sender_kind="member", text="",
                             attachments=[{"type": kind, "url": "https://x.example/a"}], status="queued", mid=None,
                             created_at=stage.clock.now())  # fmt: skip
            await stage.store.inbox.enqueue(queued, None)
        stage.outbox = stage.new_outbox(limits=Limits(media=1))
        await stage.send()
        assert [(await stage.messages(f"80{number}"))[1].status for number in range(3)] == ["sent", "queued", "sent"]
        stage.pass_time(seconds=1)
        await stage.send()
        assert (await stage.messages("801"))[1].status == "sent"

    async def test_that_instagram_names_is_obeyed_before_it_is_hit(self, stage: Stage, greeting: Json) -> None:
        await queued(stage, greeting, "price 1", "price 2")
        stage.instagram.script = [Sent("mid-1", Usage(96, regain_seconds=600))]
        assert await stage.outbox.send_batch() == 0
        await stage.outbox.calls_ended()
        wait = await stage.outbox.send_batch()
        assert wait is not None and 599 < wait <= 600
        assert [reply.status for reply in await replies(stage)] == ["sent", "queued"]
