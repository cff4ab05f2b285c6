"""What the simulator does as Instagram does it (instagram-api.md, section 8), and the tests that hold it."""

from __future__ import annotations

from collections.abc import Iterator

from ..blocks import cell
from . import evidence

FOLDER = "tests/channels/simulator"
_CONNECT, _DELIVERY, _FAULTS = "test_connect.py::Test", "test_delivery.py::Test", "test_delivery_faults.py::Test"
_SENDS, _STRICT = "test_sends.py::Test", "test_strictness.py::Test"
_COMMENTS, _ACTS = "test_comments.py::Test", "test_customer_acts.py::Test"
# (what it does, the tests' names); a name is checked against the tests there are.
LINES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("the authorize page: accounts, permissions, allow, deny", (f"{_CONNECT}Authorize::",)),
    (
        "what it refuses there: a wrong app, address, scope",
        (f"{_CONNECT}Authorize::test_refuses_what_meta_refuses",),
    ),
    ("addresses with and without a version", (f"{_CONNECT}Me::test_works_with_and_without_version",)),
    (
        "media behind addresses that die, of a CDN's form",
        (
            f"{_ACTS}Stories::test_a_mention_brings_an_address_that_dies",
            f"{_SENDS}Profile::test_pictures_have_addresses_that_die",
        ),
    ),
    ("both token envelopes", (f"{_STRICT}Switches::test_envelopes_of_the_docs",)),
    (
        "`id` and `user_id` differ; `user_id` as a number",
        (f"{_CONNECT}Me::test_has_both_ids", f"{_CONNECT}CodeExchange::test_gives_a_token_and_the_permissions"),
    ),
    ("the address back ends in `#_`", (f"{_CONNECT}Authorize::test_the_address_back_ends_as_metas_does",)),
    (
        "codes work once and for an hour",
        (f"{_CONNECT}CodeExchange::test_works_once", f"{_CONNECT}CodeExchange::test_works_for_an_hour"),
    ),
    (
        "tokens last 60 days and are refreshed after 24 hours",
        (f"{_CONNECT}Tokens::test_long_lived_lasts_sixty_days", f"{_CONNECT}Tokens::test_refresh_needs_a_day"),
    ),
    ("the clock moves forward on order", (f"{_FAULTS}Clock::",)),
    ("either secret signs, or a wrong one", (f"{_FAULTS}Signer::test_either_secret_signs",)),
    ("bodies and headers of deliveries, byte by byte", (f"{_DELIVERY}Form::test_body_and_headers_are_as_metas",)),
    ("an answer in 20 s, or the delivery comes again", (f"{_FAULTS}Failure::test_a_slow_product_is_tried_again",)),
    (
        "again at once, then more slowly for 36 hours",
        (f"{_DELIVERY}Retries::test_at_once_then_when_it_is_time", f"{_DELIVERY}Retries::test_gives_up_after_36_hours"),
    ),
    ("twice, in another order, several in one, or never", (f"{_FAULTS}Order::",)),
    ("cut off after 36 hours of failures", (f"{_FAULTS}Failure::test_after_36_hours_the_account_is_cut_off",)),
    ("an echo of every send, late, early or lost", (f"{_FAULTS}Echoes::", f"{_SENDS}Faults::test_echoes_can_be_lost")),
    ("the owner's phone, whose echoes have no app id", (f"{_ACTS}OwnersPhone::",)),
    (
        "own comments and replies come back",
        (
            f"{_COMMENTS}Webhook::test_the_owners_own_comes_back",
            f"{_COMMENTS}PublicReply::test_is_shown_and_comes_back_as_an_own_comment",
        ),
    ),
    (
        "a window of 24 hours, seven days after an ad",
        (f"{_SENDS}Send::test_window_closes_after_a_day", f"{_ACTS}Referrals::test_an_ad_opens_a_week"),
    ),
    ("`HUMAN_AGENT` for seven days, if the app may", (f"{_STRICT}HumanAgent::",)),
    (
        "one private reply a comment, within seven days, burned by a failure when told so",
        (
            f"{_COMMENTS}PrivateReply::test_one_a_comment",
            f"{_COMMENTS}PrivateReply::test_within_seven_days",
            f"{_COMMENTS}PrivateReply::test_a_failed_one_burns_the_comment_when_told_so",
        ),
    ),
    (
        "750 private replies an hour, 100 texts, 10 media, 2 conversations a second",
        (
            f"{_COMMENTS}PrivateReply::test_so_many_an_hour",
            f"{_STRICT}Limits::test_texts_a_second",
            f"{_STRICT}Limits::test_audio_and_video_a_second",
            f"{_STRICT}Limits::test_conversations_a_second",
        ),
    ),
    (
        "limits per person, of the app an hour, of the business a day; an overloaded inbox",
        (
            f"{_STRICT}Limits::test_sends_to_one_person_a_second",
            f"{_STRICT}Limits::test_calls_of_the_app_an_hour",
            f"{_STRICT}Limits::test_calls_of_the_business_a_day_do_not_count_sends",
            f"{_STRICT}Limits::test_an_overloaded_inbox_sends_nothing",
        ),
    ),
    ("usage in the headers", (f"{_STRICT}Limits::test_usage_is_in_the_headers",)),
    (
        "refusals: types, statuses, codes",
        (f"{_SENDS}Send::test_bad_messages_are_refused", f"{_SENDS}Send::test_bad_tokens_are_190"),
    ),
    ("refusals in the person's language", (f"{_STRICT}Envelope::test_is_translated_and_ascii_when_told_so",)),
    (
        "profiles only after consent (230)",
        (
            f"{_SENDS}Profile::test_needs_consent_then_shows_the_person",
            f"{_COMMENTS}PrivateReply::test_opens_no_window_and_no_profile",
        ),
    ),
    ("people who blocked the account (551)", (f"{_STRICT}People::test_who_blocked_the_account",)),
    (
        "people nobody knows (9010)",
        (f"{_STRICT}People::test_who_is_anonymous", f"{_SENDS}Profile::test_of_nobody_is_anonymous"),
    ),
    ("the owner's switch for access to messages", (f"{_STRICT}Switches::test_the_owner_forbids_access_to_messages",)),
    (
        "tokens revoked: app removed, checkpoint, password, expired",
        (f"{_STRICT}Switches::test_revoked_tokens_say_why", f"{_CONNECT}Tokens::test_die_with_the_owners_will"),
    ),
    ("media of a send are fetched, and refused", (f"{_STRICT}Media::test_is_fetched_when_told_so",)),
    (
        "only subscribed fields are told",
        (
            f"{_COMMENTS}Webhook::test_only_who_subscribed_hears_of_them",
            f"{_CONNECT}Subscription::test_asks_for_optional_fields_too_and_does_without",
        ),
    ),
    ("an app that is not live", (f"{_STRICT}Switches::test_an_app_that_is_not_live_hears_nothing",)),
    ("an account that is no tester", (f"{_STRICT}Switches::test_who_is_no_tester_of_it",)),
    ("the dashboard's test event", (f"{_FAULTS}Dashboard::test_its_test_event_is_a_test",)),
    ("the handshake", (f"{_DELIVERY}Handshake::test_verifies_the_products_webhook",)),
    ("deauthorize and data deletion", (f"{_FAULTS}Callbacks::",)),
    ("Facebook Login: pages and their tokens", ("test_facebook.py::TestTokens::",)),
    (
        "Facebook Login: a page's fields, and who may send",
        ("test_facebook.py::TestSubscribing::", "test_facebook.py::TestSending::"),
    ),
    ("another app holds a conversation: handover and standby", ("test_handover.py::TestHandover::",)),
    ("an account writes to itself", ("test_self_messages.py::TestSelfMessaging::",)),
    ("a comment under a boosted post comes twice", (f"{_COMMENTS}Webhook::test_on_a_boosted_post_comes_twice",)),
    ("welcome message flows", ("test_welcome_flows.py::TestWelcomeMessageFlows::",)),
)
INTRO = f"""\
## Simulator

The product runs the same code against the simulator as against Instagram, so it has to be as strict. The tests are in
`{FOLDER}`; a class stands for all its tests."""


def lines() -> dict[str, tuple[str, ...]]:
    """The tests of each line. Raises `LookupError` for a name that no test begins with any more."""
    known = [test.removeprefix(f"{FOLDER}/") for test in evidence.tests(FOLDER)]
    for name in (name for _, names in LINES for name in names):
        if not any(test == name or (name.endswith("::") and test.startswith(name)) for test in known):
            raise LookupError(f"{FOLDER} has no test {name}")
    return dict(LINES)


def write() -> Iterator[str]:
    """The table."""
    yield from (INTRO, "", "| what it does | tests |", "|---|---|")
    for what, names in lines().items():
        tests = ", ".join(f"`{name.removesuffix('::')}`" for name in names) or "**not there**"
        yield f"| {cell(what)} | {tests} |"
    yield ""
