"""Any event against any trigger gives an answer with its reasons, and any JSON as a trigger gives issues."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instantchat.engine.context import ContactView, InboundMessage
from instantchat.engine.registry import trigger_types
from instantchat.engine.trigger import Match
from instantchat.triggers.schedule import Schedule
from tests.engine.builders import NOW, context
from tests.engine.test_engine_properties import JSON, SCALARS

KINDS = st.sampled_from(
    ["message", "postback", "story_reply", "story_mention", "comment", "live_comment", "reaction", "referral",
     "contact_changed", "schedule", "api", "moon_phase", ""]
)  # fmt: skip
WORDS = st.sampled_from(
    ["a", "A ", "", " ", "❤️", "love", "vip", "ic1:x", "link", "0 9 * * 1", "UTC", "(", "{{x}}", "ad"]
)
EVENTS = st.builds(
    InboundMessage,
    event_id=st.just("evt_1"),
    kind=KINDS,
    at=st.just(NOW),
    text=st.none() | WORDS | st.text(max_size=20),
    payload=st.none() | WORDS | st.text(max_size=20),
    attachments=st.lists(
        st.dictionaries(st.sampled_from(["type", "url"]), st.sampled_from(["share", "image"]) | JSON), max_size=3
    ).map(tuple),
    refs=st.dictionaries(
        st.sampled_from(["mid", "mediaId", "parentId", "ref", "referralSource", "change", "name", "value", "moment"]),
        WORDS | st.sampled_from(["tag_added", "field_set"]) | SCALARS,
        max_size=6,
    ),
)
FIELDS = sorted({info.alias or name for cls in trigger_types().values() for name, info in cls.model_fields.items()})
RULES = st.fixed_dictionaries(
    {
        "field": st.sampled_from(["contact.tags", "message.text", "x", "", "a b"]),
        "op": st.sampled_from(["equals", "gt"]),
    },
    optional={"value": WORDS | SCALARS},
)
DATA = st.dictionaries(
    st.sampled_from(FIELDS),
    st.lists(WORDS, max_size=3) | st.lists(RULES, max_size=3) | WORDS | st.booleans() | JSON,
    max_size=4,
)
PARTS = st.sampled_from(
    ["*", "0", "9", "*/7", "1-5", "5,9", "L", "LW", "31", "2#5", "5L", "MON", "jan", "*/0", "9-", ""]
)
CRONS = st.lists(PARTS, min_size=4, max_size=6).map(" ".join) | st.text(alphabet="0123456789*/,-#LW FEB²", max_size=20)


@st.composite
def triggers(draw: st.DrawFn) -> Any:
    cls = trigger_types()[draw(st.sampled_from(sorted(trigger_types())))]
    parsed, _ = cls.parse(draw(DATA | st.sampled_from(cls.examples)))
    return parsed or cls.model_validate(draw(st.sampled_from(cls.examples)))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(triggers(), triggers(), EVENTS, st.booleans())
def test_every_event_gets_an_answer(trigger: Any, other: Any, event: InboundMessage, is_first: bool) -> None:
    contact = ContactView("con_1", "1789", tags=("vip",), variables={"x": 3})
    found = trigger.match(event, context(event, contact=contact, is_first=is_first))
    assert found == trigger.match(event, context(event, contact=contact, is_first=is_first))
    assert isinstance(found, Match) or found.reason
    assert found.detail.endswith(".") and len(found.detail) < 1000
    assert len(json.dumps(found.values)) < 10_000
    assert (trigger.clash(other) is None) == (other.clash(trigger) is None)
    assert trigger.card() and "\n" not in trigger.card() and len(trigger.card()) <= 200


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(DATA | JSON)
def test_any_json_gives_issues(data: Any) -> None:
    for cls in trigger_types().values():
        trigger, issues = cls.parse(data)
        assert (trigger is None) == bool(issues)
        for issue in [*issues, *(trigger.findings() if trigger else ())]:
            assert issue.code and issue.message


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(CRONS, st.datetimes(timezones=st.just(NOW.tzinfo)), st.sampled_from(["UTC", "Europe/Madrid", "America/Caracas"]))
def test_any_cron_gives_a_later_moment_or_an_issue(cron: str, moment: Any, zone: str) -> None:
    schedule = Schedule(cron=cron)
    codes = {issue.code for issue in schedule.findings()}
    assert codes <= {"required", "bad_cron", "too_often"}
    assert schedule.card()
    start = schedule.next_after(moment, zone)
    assert start is None or (start > moment and start.utcoffset() == moment.utcoffset())
    if codes & {"required", "bad_cron"}:
        assert start is None
