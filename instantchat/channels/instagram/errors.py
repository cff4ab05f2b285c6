"""What Meta's refusals mean, by number (`instagram-api.md` 4.2; texts are localised and statuses vary)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from instantchat import errors


class RefusalKind(StrEnum):
    """What to do about a refusal."""

    RETRY = "retry"  # temporary; the call did not take effect
    THROTTLE = "throttle"  # too many calls; later
    PERMANENT = "permanent"  # this message will never go to this person
    RECONNECT = "reconnect"  # the token is dead: the owner must connect again
    PAUSE = "pause"  # Meta restricted the account: stop sending
    OWNER = "owner"  # the account's owner must change a switch
    CONFIG = "config"  # the Meta app lacks a permission or feature
    CONTENT = "content"  # the message itself is wrong
    HANDOVER = "handover"  # another app holds the thread
    EXPECTED = "expected"  # an ordinary answer (profile consent, anonymous person)
    UNKNOWN = "unknown"  # refused for a reason we do not know; for codes 1 and 2 on a send the outcome may be open


@dataclass(frozen=True, slots=True)
class Refusal:
    """Meta said no. `code` and `subcode` are Meta's; `sentence` says what happened, `hint` what to do (may be empty).

    `trace` is Meta's fbtrace_id, for support requests.
    """

    code: int | None
    subcode: int | None
    kind: RefusalKind
    sentence: str
    hint: str = ""
    trace: str | None = None

    @property
    def label(self) -> str:
        """`meta_10_2534022`: stable, for `error_code` columns and metrics."""
        return "_".join(["meta", *(str(part) for part in (self.code, self.subcode) if part is not None)])


class MetaRefused(errors.Unavailable):
    """A call other than a send was refused; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.label, f"{refusal.sentence} {refusal.hint}".strip())
        self.refusal = refusal


class MetaUnreachable(errors.Unavailable):
    """Meta did not answer in time, or answered what is no answer."""

    def __init__(self, reason: str) -> None:
        super().__init__("meta_unreachable", f"Instagram could not be reached: {reason}. Try again in a minute.")


def classify(status: int, body: bytes | dict[str, Any]) -> Refusal:
    """The refusal in an answer, by code and subcode; never by status alone, save that 429 is a throttle.

    Reads the Graph envelope `{error: {...}}` and the OAuth one `{error_type, code, error_message}`.
    """
    error = _envelope(body)
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode")) or None
    message = str(error.get("message") or error.get("error_message") or "")
    trace = error.get("fbtrace_id")
    row = _row(code, subcode)
    if row is None and status == 429:
        row = _ROWS[(4, None)]
    if row is None:
        said = message or f"HTTP {status} without an explanation"
        row = (RefusalKind.UNKNOWN, f"Instagram refused: {said[:200]}", "")
    kind, sentence, hint = row
    return Refusal(code, subcode, kind, sentence, _hint(message) or hint, str(trace) if trace else None)


def is_refusal(body: bytes) -> bool:
    """Whether an answer is one of Meta's two error envelopes, rather than a proxy's page or nothing."""
    return bool(_envelope(body))


def _envelope(body: bytes | dict[str, Any]) -> dict[str, Any]:
    if isinstance(body, bytes):
        try:
            body = orjson.loads(body)
        except orjson.JSONDecodeError:
            return {}
    if not isinstance(body, dict):
        return {}
    error = body.get("error")
    if isinstance(error, dict):
        return error
    return body if "error_type" in body or "error_message" in body else {}


def _number(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None


_Row = tuple[RefusalKind, str, str]


def _row(code: int | None, subcode: int | None) -> _Row | None:
    if code is None:
        return None
    exact = _ROWS.get((code, subcode))
    if exact is not None:
        return exact
    if subcode is not None and subcode in _SUBCODES:
        return _SUBCODES[subcode]
    return _ROWS.get((code, None)) or _SUBCODES.get(code)


def _hint(message: str) -> str:
    lowered = message.lower().replace("_", " ")
    return next((hint for part, hint in _MESSAGE_HINTS if part in lowered), "")


TESTER_HINT = "The account probably lacks the Instagram Tester role while the Meta app is in development."

# Setup mistakes that Meta tells only in words; the class still comes from the number.
_MESSAGE_HINTS = (
    (
        "unsupported request - method type",
        TESTER_HINT,
    ),
    ("invalid platform app", "META_APP_ID must be the Instagram app id, not the Meta app id."),
    ("validating client secret", "META_APP_SECRET must be the Instagram app secret, not the Meta app's."),
    ("redirect uri", "Register this server's /api/instagram/callback address in the Meta app, letter for letter."),
    ("insufficient developer role", "Add the account as Instagram Tester and accept the invitation in Instagram."),
    ("human agent", "The Meta app needs the Human Agent feature approved."),
    ("appsecret proof", "Turn off Require App Secret in the Meta app's advanced settings."),
)

_K = RefusalKind
_RECONNECT = "Connect the account again on /connect-instagram."
_WINDOW = "The messaging window is closed: the person last wrote more than 24 hours ago."
_AFTER_THEY_WRITE = "Answer after they write again."

_ROWS: dict[tuple[int, int | None], _Row] = {
    (1, None): (_K.UNKNOWN, "Instagram reported an unknown error; the outcome is not certain.", ""),
    (2, None): (_K.RETRY, "Instagram is temporarily unavailable.", ""),
    (3, None): (_K.CONFIG, "The Meta app lacks the capability for this call.", "Check the app's products and node."),
    (4, None): (_K.THROTTLE, "The app's request limit is reached.", ""),
    (9, None): (_K.PERMANENT, "A publishing quota is used up.", ""),
    (10, None): (_K.CONFIG, "A permission is missing.", "Grant instagram_business_manage_messages and reconnect."),
    (17, None): (_K.THROTTLE, "The account's request limit is reached.", ""),
    (32, None): (_K.THROTTLE, "The page's request limit is reached.", ""),
    (100, None): (_K.PERMANENT, "Instagram did not accept a parameter.", ""),
    (100, 33): (_K.PERMANENT, "The object does not exist or may not be seen.", ""),
    (102, None): (_K.RECONNECT, "The session is no longer valid.", _RECONNECT),
    (190, None): (_K.RECONNECT, "The access token is no longer valid.", _RECONNECT),
    (190, 458): (_K.RECONNECT, "The owner removed the app.", _RECONNECT),
    (190, 459): (_K.RECONNECT, "Instagram wants the owner to pass a security check.", "Log in to Instagram first."),
    (190, 460): (_K.RECONNECT, "The owner's password changed.", _RECONNECT),
    (190, 463): (_K.RECONNECT, "The access token expired.", _RECONNECT),
    (190, 464): (_K.RECONNECT, "The owner's Instagram login is not confirmed.", "Log in to Instagram first."),
    (190, 467): (_K.RECONNECT, "The access token was invalidated.", _RECONNECT),
    (190, 492): (_K.RECONNECT, "The person who connected lost their role on the account.", _RECONNECT),
    (200, None): (_K.CONFIG, "A permission is missing.", "Grant the app's permissions and reconnect."),
    (230, None): (_K.EXPECTED, "The person has not consented to share their profile yet.", ""),
    (368, None): (_K.PAUSE, "Instagram blocked the account for a policy reason.", "See Account Status in Instagram."),
    (551, None): (_K.PERMANENT, "This person is not available right now.", ""),
    (613, None): (_K.THROTTLE, "Calls exceeded the rate limit.", ""),
    (2500, None): (_K.CONFIG, "The address of the call is unknown to Instagram.", "Check GRAPH_URL and GRAPH_VERSION."),
    (9010, None): (_K.EXPECTED, "No matching Instagram user.", ""),
    (36103, None): (_K.CONFIG, "The account is not eligible for messaging yet.", ""),
    (80002, None): (_K.THROTTLE, "The account's Instagram limit is reached.", ""),
    (80006, None): (_K.THROTTLE, "The account's messaging limit is reached.", ""),
    (9000001, None): (_K.PERMANENT, "The message was deleted.", ""),
}

# Subcodes mean the same under whichever code they come.
_SUBCODES: dict[int, _Row] = {
    99: (_K.UNKNOWN, "Instagram reported an unknown error; the outcome is not certain.", ""),
    1996: (_K.THROTTLE, "Instagram sees an unusual volume of requests.", ""),
    1545041: (_K.PERMANENT, "This person is not available right now.", ""),
    1545133: (_K.RETRY, "Instagram is temporarily unavailable.", ""),
    1893063: (_K.PAUSE, "The account is temporarily restricted.", "See Account Status in Instagram."),
    2018001: (_K.PERMANENT, "No matching user.", ""),
    2018008: (_K.CONTENT, "Instagram could not fetch the media address.", "It must be public and answer quickly."),
    2018014: (_K.CONTENT, "A message and a sender action cannot go together.", ""),
    2018028: (_K.CONFIG, "The Meta app is not live or lacks Advanced Access.", "Publish the app, or add testers."),
    2018047: (_K.CONTENT, "The media is of another type than stated.", ""),
    2018074: (_K.CONTENT, "The attachment id is not valid.", ""),
    2018108: (_K.PERMANENT, "This person does not receive messages from the account.", ""),
    2018109: (_K.CONTENT, "The media is too big.", "Images 8 MB, other media 25 MB."),
    2018278: (_K.PERMANENT, _WINDOW, _AFTER_THEY_WRITE),
    2018294: (_K.CONTENT, "The video took too long to fetch.", ""),
    2018300: (_K.HANDOVER, "Another app controls this conversation.", "Release it in that app."),
    2207042: (_K.PERMANENT, "A publishing quota is used up.", ""),
    2534001: (_K.PERMANENT, "The conversation was archived or deleted by the owner.", ""),
    2534013: (_K.CONFIG, "The Facebook page is not linked to this Instagram account.", ""),
    2534014: (_K.PERMANENT, "No matching Instagram user: the account is gone or the id is of another kind.", ""),
    2534015: (_K.CONTENT, "The message data is not valid.", ""),
    2534022: (_K.PERMANENT, _WINDOW, _AFTER_THEY_WRITE),
    2534025: (_K.PERMANENT, "The comment can no longer get a private reply.", ""),
    2534029: (_K.PAUSE, "The account is blocked from messaging on Instagram.", "See Account Status in Instagram."),
    2534037: (_K.HANDOVER, "Another app controls this conversation.", "Release it in that app."),
    2534040: (_K.THROTTLE, "Instagram's send rate is exceeded.", ""),
    2534041: (
        _K.OWNER,
        "The owner switched off access to messages.",
        "In Instagram: Settings, Message controls, Connected tools, Allow access to messages.",
    ),
    2534077: (_K.RECONNECT, "The link to the page or two-factor login is broken.", _RECONNECT),
}
