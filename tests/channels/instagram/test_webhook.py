"""Webhook bodies to events: every documented row, ids and times in every form, and hostile shapes."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instantchat.channels.instagram.payloads import ParsedEvent
from instantchat.channels.instagram.webhook import answer_handshake, parse_delivery
from instantchat.errors import BadRequest, Forbidden
from instantchat.kit.crypto import Secret
from tests.channels.instagram.payload_rows import (
    AT_MS,
    AT_S,
    CUSTOMER,
    IG,
    ROWS,
    change,
    delivery,
    item,
    messaging,
    own,
)

_KEYS = [
    "id",
    "sender",
    "recipient",
    "timestamp",
    "message",
    "mid",
    "text",
    "attachments",
    "payload",
    "type",
    "postback",
    "reaction",
    "read",
    "field",
    "value",
    "from",
    "media",
    "is_echo",
    "reply_to",
    "comments",
]
AT = dt.datetime(2024, 5, 22, 17, 46, 40, tzinfo=dt.UTC)


def only(body: bytes) -> ParsedEvent:
    (event,) = parse_delivery(body)
    return event


class TestEveryRow:
    @pytest.mark.parametrize("row", ROWS)
    def test_is_read_as_documented(self, row: str) -> None:
        body, expected = ROWS[row]
        assert [(event.kind, event.contact_igsid, event.direction) for event in parse_delivery(body)] == expected

    @pytest.mark.parametrize("row", ROWS)
    def test_can_be_stored_as_json(self, row: str) -> None:
        for event in parse_delivery(ROWS[row][0]):
            assert orjson.loads(orjson.dumps(event.raw)) == event.raw
            assert len(event.natural_key) < 600


class TestMessage:
    def test_carries_text_time_and_the_item_whole(self) -> None:
        event = only(messaging(item(message={"mid": "aWdf", "text": "héllo 😀"})))
        assert (event.account_ig_id, event.mid, event.text, event.at) == (IG, "aWdf", "héllo 😀", AT)
        assert event.raw["message"] == {"mid": "aWdf", "text": "héllo 😀"}

    def test_carries_attachments_of_any_type(self) -> None:
        made = [{"type": "hologram", "payload": {"url": "https://x/y", "title": "T"}}, {"type": "like_heart"}]
        event = only(messaging(item(message={"mid": "m", "attachments": made})))
        assert event.attachments == (
            {"type": "hologram", "url": "https://x/y", "title": "T"},
            {"type": "like_heart", "url": None, "title": None},
        )

    def test_carries_the_payload_of_a_tapped_quick_reply(self) -> None:
        event = only(ROWS["A20"][0])
        assert (event.text, event.payload) == ("Yes", "yes")

    def test_carries_the_title_and_payload_of_a_postback(self) -> None:
        event = only(ROWS["A24"][0])
        assert (event.text, event.payload, event.mid) == ("Go", "go", "m")

    def test_carries_what_it_replies_to_and_where_it_came_from(self) -> None:
        assert only(ROWS["A19"][0]).reply_to == {"mid": "m0"}
        assert only(ROWS["A22"][0]).referral == {"ref": "r", "ad_id": "1", "source": "ADS"}
        assert only(ROWS["A28"][0]).referral == {"ref": "spring", "type": "OPEN_THREAD"}

    @pytest.mark.parametrize("number", ["9" * 400, "1e400", "-1e400"])
    def test_beside_a_number_too_great_is_read(self, number: str) -> None:
        body = ROWS["A1"][0].replace(b'"text"', f'"count": {number}, "text"'.encode())
        assert only(body).text == only(ROWS["A1"][0]).text
        timed = ROWS["A1"][0].replace(str(AT_MS).encode(), number.encode())
        assert [event.kind for event in parse_delivery(timed)] == ["message"]

    def test_in_standby_is_marked(self) -> None:
        assert only(ROWS["B"][0]).is_standby
        assert not only(ROWS["A1"][0]).is_standby

    @pytest.mark.parametrize("row", ["C9", "C10", "dashboard preview"])
    def test_of_the_dashboard_is_marked_as_a_test(self, row: str) -> None:
        assert only(ROWS[row][0]).is_test

    @pytest.mark.parametrize("row", ["A1", "A24", "C1"])
    def test_of_a_person_is_no_test(self, row: str) -> None:
        assert not only(ROWS[row][0]).is_test

    def test_deleted_is_also_read_from_text(self) -> None:
        assert only(messaging(item(message={"mid": "m", "is_deleted": "true"}))).kind == "unsend"


class TestComment:
    def test_carries_what_a_private_reply_needs(self) -> None:
        event = only(ROWS["C1"][0])
        assert event.comment == {
            "id": "17900000000000001",
            "mediaId": "178",
            "mediaKind": "FEED",
            "parentId": None,
            "username": "ana",
        }
        assert (event.text, event.at) == ("price?", AT)

    def test_is_the_same_event_in_both_forms(self) -> None:
        assert only(ROWS["C1"][0]).natural_key == only(ROWS["D"][0]).natural_key


class TestIdsAndTimes:
    @pytest.mark.parametrize("ident", [CUSTOMER, int(CUSTOMER)])
    def test_ids_may_be_text_or_numbers(self, ident: Any) -> None:
        made = {**item(message={"mid": "m", "text": "x"}), "sender": {"id": ident}, "recipient": {"id": int(IG)}}
        event = only(delivery({"id": int(IG), "messaging": [made]}))
        assert (event.account_ig_id, event.contact_igsid) == (IG, CUSTOMER)

    @pytest.mark.parametrize(
        "at", [AT_MS, AT_S, str(AT_MS), str(AT_S), "2024-05-22T17:46:40+0000", "2024-05-22T17:46:40"]
    )
    def test_times_may_be_ms_or_s_text_or_number_or_iso(self, at: Any) -> None:
        assert only(messaging({**item(message={"mid": "m"}), "timestamp": at})).at == AT

    @pytest.mark.parametrize("at", [None, True, "soon", [], {}, 1e300, -1e300, "nan", "inf", 0])
    def test_an_unreadable_time_falls_back_to_the_entry_and_then_to_the_receipt(self, at: Any) -> None:
        made = {**item(message={"mid": "m"}), "timestamp": at}
        assert only(delivery({"id": IG, "time": AT_S, "messaging": [made]})).at == AT
        body = delivery({"id": IG, "time": at, "messaging": [made]})
        assert parse_delivery(body, received_at=AT)[0].at == AT


class TestNaturalKey:
    def test_is_the_same_for_a_repeated_delivery(self) -> None:
        for body, _ in ROWS.values():
            first, second = parse_delivery(body), parse_delivery(body)
            assert [event.natural_key for event in first] == [event.natural_key for event in second]

    def test_tells_a_message_from_its_unsending_edit_and_reading(self) -> None:
        events = parse_delivery(
            messaging(
                item(message={"mid": "m", "text": "x"}),
                own(message={"mid": "m", "text": "x", "is_echo": True}),
                item(message={"mid": "m", "is_deleted": True}),
                item(read={"mid": "m"}),
                item(message_edit={"mid": "m", "text": "y", "num_edit": 1}),
                item(message_edit={"mid": "m", "text": "z", "num_edit": 2}),
            )
        )
        assert len({event.natural_key for event in events}) == 6

    def test_tells_repeated_reactions_apart_by_action_and_time(self) -> None:
        react = {"mid": "m", "action": "react", "emoji": "❤"}
        events = parse_delivery(
            messaging(
                item(reaction=react),
                item(reaction={"mid": "m", "action": "unreact"}),
                {**item(reaction=react), "timestamp": AT_MS + 1},
            )
        )
        assert len({event.natural_key for event in events}) == 3

    def test_ignores_the_form_of_the_time(self) -> None:
        first = only(messaging(item(read={"mid": "m"})))
        second = only(messaging({**item(read={"mid": "m"}), "timestamp": str(AT_MS)}))
        assert first.natural_key == second.natural_key

    def test_ignores_key_order_of_unknown_things(self) -> None:
        one, other = {"novelty": {"a": 1, "b": 2}}, {"novelty": {"b": 2, "a": 1}}
        assert only(messaging(one)).natural_key == only(messaging(other)).natural_key


class TestEveryEntryAndItem:
    def test_is_read_in_order(self) -> None:
        entries = [
            {"id": IG, "messaging": [item(message={"mid": f"m{e}{i}", "text": "x"}) for i in range(3)]}
            for e in range(3)
        ]
        found = [event.mid for event in parse_delivery(delivery(*entries))]
        assert found == ["m00", "m01", "m02", "m10", "m11", "m12", "m20", "m21", "m22"]

    def test_a_strange_one_does_not_hide_its_neighbours(self) -> None:
        body = messaging(None, "x", 5, [], item(message={"mid": "m", "text": "x"}), {})
        assert [event.kind for event in parse_delivery(body)] == ["other"] * 4 + ["message", "other"]

    def test_the_unknown_is_kept_whole(self) -> None:
        assert only(messaging({"novelty": {"deep": [1, None]}})).raw == {"novelty": {"deep": [1, None]}}
        assert only(change("novelty", {"a": 1})).raw == {"field": "novelty", "value": {"a": 1}}


class TestHostileBodies:
    @pytest.mark.parametrize(
        "body", [b"", b"x", b"\xff\xfe", b"[]", b"5", b"null", b'"x"', b'{"a":NaN}', b'{"a":"\\ud83d" NaN}']
    )
    def test_what_is_no_json_object_is_refused(self, body: bytes) -> None:
        with pytest.raises(BadRequest) as refusal:
            parse_delivery(body)
        assert refusal.value.code == "not_json"

    def test_nesting_beyond_reason_is_not_a_crash(self) -> None:
        for depth in (200, 300, 900):
            deep = b'{"entry":[{"id":"1","messaging":[' + b"[" * depth + b"]" * depth + b"]}]}"
            assert orjson.dumps(only(deep).raw)
        with pytest.raises(BadRequest):
            parse_delivery(b"[" * 100_000)

    def test_nul_and_half_emoji_are_replaced_so_that_any_database_stores_them(self) -> None:
        body = messaging(item(message={"mid": "m", "text": "a?b"})).replace(b"a?b", b"a\\u0000b \\ud83d!")
        event = only(body)
        assert event.text == "a\ufffdb ?!"
        assert b"\\u0000" not in orjson.dumps(event.raw)

    json_values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(_KEYS),
                inner,
                max_size=5,
            )
        ),
        max_leaves=12,
    )

    @given(
        st.dictionaries(
            st.sampled_from(["messaging", "standby", "changes", "id", "time", "field", "value"]), json_values
        )
    )
    def test_no_entry_is_an_exception(self, entry: dict[str, Any]) -> None:
        events = parse_delivery(json.dumps({"object": "instagram", "entry": [entry]}).encode())
        assert events
        for event in events:
            assert event.at.tzinfo is not None
            assert event.contact_igsid is None or event.contact_igsid.isdecimal()
            event.natural_key.encode()
            orjson.dumps(event.raw)

    @given(json_values)
    def test_no_body_is_an_exception(self, value: Any) -> None:
        try:
            assert parse_delivery(json.dumps(value).encode())
        except BadRequest:
            assert not isinstance(value, dict)


class TestHandshake:
    query = {"hub.mode": "subscribe", "hub.challenge": "115", "hub.verify_token": "secret"}

    def test_answers_the_challenge(self) -> None:
        assert answer_handshake(self.query, Secret("secret")) == "115"

    def test_reads_underscores_too(self) -> None:
        query = {name.replace(".", "_"): value for name, value in self.query.items()}
        assert answer_handshake(query, Secret("secret")) == "115"

    @pytest.mark.parametrize("token", ["other", ""])
    def test_refuses_a_wrong_or_unset_token(self, token: str) -> None:
        with pytest.raises(Forbidden):
            answer_handshake({**self.query, "hub.verify_token": token}, Secret(token and "secret"))

    def test_refuses_another_mode(self) -> None:
        with pytest.raises(Forbidden):
            answer_handshake({**self.query, "hub.mode": "x"}, Secret("secret"))
