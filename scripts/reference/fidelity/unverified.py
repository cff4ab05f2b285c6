"""What nobody could check against the live API: what is assumed, what happens if it is wrong, and how that shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..blocks import cell


@dataclass(frozen=True, slots=True)
class Assumption:
    """One thing on which Meta's texts and what others saw disagree, or are silent."""

    question: str
    assumed: str
    if_wrong: str
    seen_as: str


ASSUMPTIONS = (
    Assumption(
        "Do tokens and `/me` come flat or in `data[]`?",
        "Either; both are read.",
        "A third form ends connecting.",
        "Connecting fails with `instagram_unreachable`.",
    ),
    Assumption(
        "Which id is `user_id` of the code exchange?",
        "Nothing: `/me` is asked for both ids.",
        "If `user_id` of `/me` is not the id of webhooks, every webhook is of an unknown account.",
        "Log lines `webhook_unknown_account`; the doctor says that nothing has arrived.",
    ),
    Assumption(
        "May an account send 100 or 300 messages a second?",
        "100 (`INSTANTCHAT_SEND_LIMIT_TEXT`).",
        "If fewer, Instagram throttles: the account pauses and sends later. If more, bulk takes longer than it could.",
        "Messages wait in the queue with `meta_613` or `meta_4`.",
    ),
    Assumption(
        "Which secret signs webhooks of Instagram Login?",
        "The Instagram app's; the Meta app's is good too once `INSTANTCHAT_META_FACEBOOK_APP_SECRET` is set.",
        "Every delivery is refused with 401 until both are set; Meta repeats it for 36 hours.",
        "Log lines `webhook_bad_signature`; `webhook_signed_by` says which one fits.",
    ),
    Assumption(
        "Do comments come with `changes[]` or flat, with `id` or `comment_id`?",
        "Any of these; all are read.",
        "Another form is kept as `other` and starts no flow.",
        "Comments without an answer; the doctor lists events of kind `other`.",
    ),
    Assumption(
        "Do echoes belong to `messages`, and which fields does the edge offer?",
        "Echoes come with `messages`; an echo that comes twice is known by its id.",
        "Without echoes, what the owner writes on the phone is missing and flows do not pause.",
        "The doctor lists the fields that are delivered; the phone's messages are not in the inbox.",
    ),
    Assumption(
        "Are edits told at all, and does a new message come as edit number 0 in development mode?",
        "Edits change the message; number 0 of an unknown message is one only with `INSTANTCHAT_EDIT_ZERO_IS_NEW`.",
        "Edited messages keep their first text; messages that come as edits only are not answered.",
        "Events of kind `edit` with the reason `unknown_message`.",
    ),
    Assumption(
        "Is a tap on a template's button consent to read the profile?",
        "Nothing: the profile is asked for and 230 is an ordinary answer.",
        "The contact has no name until they write; a flow that wants it goes on with the fallback.",
        "Contacts shown as “Instagram user”.",
    ),
    Assumption(
        "Do `reply_to` and `metadata` work with Instagram Login?",
        "Nothing: neither is sent; own echoes are known by id and text.",
        "Nothing.",
        "Nothing.",
    ),
    Assumption(
        "Are templates and quick replies allowed in a private reply?",
        "Yes; one that is refused is not tried again in another form.",
        "The private reply is refused and the comment goes unanswered in private.",
        "The message is rejected or unknown, with Instagram's code; use a plain text there.",
    ),
    Assumption(
        "How long may ice breakers, menu lines and payloads of quick replies be?",
        "80 characters, 20 lines, 1,000 characters.",
        "Instagram refuses the menu, or the message.",
        "Its refusal, with code 100.",
    ),
    Assumption(
        "What does `GET subscribed_apps` answer, and may it be posted to `me`?",
        "`{data: [{subscribed_fields}]}`; posted to the numeric id first, then to `me`.",
        "The doctor cannot tell which fields are delivered.",
        "The doctor says that nothing is delivered although messages arrive.",
    ),
    Assumption(
        "Is `appsecret_proof` used with Instagram-Login tokens?",
        "No; it is not sent.",
        "If the app has “Require App Secret” on, every call is refused.",
        "Refusals with the hint to turn it off.",
    ),
    Assumption(
        "Which id does a `signed_request` of Instagram Login name?",
        "The app-scoped one; the other one is looked for as well.",
        "Nothing, as both are tried.",
        "Data deletions that find nobody.",
    ),
    Assumption(
        "How long does Meta wait for the answer to a delivery, and when does it unsubscribe the app?",
        "20 s at most, unsubscribed after hours of failures; a delivery is answered once it is stored.",
        "A database that is away for longer than Meta's patience costs the events of that time.",
        "The doctor says that nothing is delivered any more; connecting again subscribes.",
    ),
    Assumption(
        "What is in `messaging_optins` on Instagram?",
        "Messenger's form; it is kept and starts nothing.",
        "Nothing.",
        "The doctor lists events of kind `optin`.",
    ),
    Assumption(
        "When exactly does an ad open the window for seven days, and what does Instagram say when it does not?",
        "A message whose referral names an ad, or comes from `ADS`, opens seven days.",
        "Instagram refuses what is sent after 24 hours.",
        "Messages rejected with `meta_10_2534022`.",
    ),
    Assumption(
        "Do reactions and “seen” open the window?",
        "No.",
        "An answer that Instagram would have taken is refused here.",
        "Messages rejected with `window_closed`.",
    ),
    Assumption(
        "Is a private reply used up by an attempt that failed?",
        "Perhaps; none is tried again once it may have reached Instagram.",
        "A comment that could still be answered is left to a person.",
        "Messages of status `unknown`, with the comment's code.",
    ),
    Assumption(
        "Does an answer with code 1, or HTTP 5xx without an explanation, mean that nothing went out?",
        "No: the outcome is unknown until the echo comes.",
        "A message that never went out waits for a person's decision.",
        "Messages of status `unknown`.",
    ),
    Assumption(
        "Does automation in private replies need a person, as one of Meta's samples says?",
        "No; that was said of Facebook Login only.",
        "Meta may restrict the account.",
        "The account becomes `restricted`; ask for legal advice before relying on it.",
    ),
    Assumption(
        "Must a bot answer within 30 seconds?",
        "Perhaps; answers go out within a second unless a flow waits.",
        "Nothing.",
        "Nothing.",
    ),
)
INTRO = """\
## Not verified against the live API

Nothing here was run against Instagram itself. Where Meta's texts contradict each other or what others observed, or say
nothing, this is what InstantChat assumes, what happens if that is wrong, and where it would show. The simulator has a
switch for several of these, so that both answers can be tried."""


def write() -> Iterator[str]:
    """The table."""
    yield from (
        INTRO,
        "",
        "| # | open question | assumed | if it is wrong | how it would show |",
        "|---|---|---|---|---|",
    )
    for number, each in enumerate(ASSUMPTIONS, 1):
        cells = each.question, each.assumed, each.if_wrong, each.seen_as
        yield f"| {number} | {' | '.join(map(cell, cells))} |"
