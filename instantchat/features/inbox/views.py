"""Conversations, messages and notes as the inbox page draws them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from instantchat.features.inbox.resending import PRIVATE_REPLY, why_not
from instantchat.kit.clock import rfc3339
from instantchat.runtime.window import window_of
from instantchat.store.records import Message, Note, Thread

_KINDS = {
    "image": "Picture",
    "video": "Video",
    "audio": "Voice message",
    "file": "File",
    "share": "Shared post",
    "ig_post": "Shared post",
    "ig_reel": "Reel",
    "reel": "Reel",
    "story_mention": "Story mention",
    "ig_story": "Story",
    "ephemeral": "View-once photo or video",
    "fallback": "Link",
    "unsupported_type": "Something Instagram does not share",
    "template": "Card",
    "like_heart": "Heart",
}


@dataclass
class Row:
    """A conversation in the list. Moments are RFC 3339, empty for none; `answer_until` ends the seven days in which a
    person, but no flow, may answer."""

    id: str
    account_id: str
    name: str
    handle: str
    picture: str
    text: str
    at: str
    is_out: bool
    unread: int
    status: str
    paused_until: str
    window_until: str
    answer_until: str
    is_opted_out: bool = False


@dataclass
class Attachment:
    """A picture or another file of a message; `url` is Instagram's own, empty when there is none to open."""

    label: str
    url: str
    is_picture: bool


@dataclass
class CardView:
    """One card of a message that is cards; `buttons` are their titles."""

    title: str
    subtitle: str
    picture: str
    buttons: list[str] = field(default_factory=list)


@dataclass
class Bubble:
    """A line of the thread: a message, or a note or activity that only members see (`kind`).

    `who` names its writer, `delivery` is a word of DESIGN section 6. `action` is how a message goes out that is no
    direct message: `comment_reply` or `react`. `choices` are the titles of its quick replies and buttons; `has_why`:
    there may be an explanation. `can_resend`: it did not arrive, or may not have, and a person may send it again;
    `advice` says what to do instead. `marks` say how it came and whether it was edited, `reactions` are emoji.
    """

    id: str
    kind: str
    text: str
    is_out: bool
    sender: str
    who: str
    at: str
    delivery: str
    error: str
    attachments: list[Attachment] = field(default_factory=list)
    action: str = ""
    is_private: bool = False
    has_why: bool = False
    cards: list[CardView] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    is_unsent: bool = False
    is_seen: bool = False
    marks: list[str] = field(default_factory=list)
    reactions: list[str] = field(default_factory=list)
    can_resend: bool = False
    advice: str = ""


def row_of(thread: Thread) -> Row:
    """A conversation with its contact."""
    talk, person = thread.conversation, thread.contact
    window = window_of(talk)
    return Row(
        id=talk.id,
        account_id=talk.account_id,
        name=person.name or person.username or "Instagram user",
        handle=f"@{person.username}" if person.username else "",
        picture=_web(person.picture_url),
        text=_said(talk.last_text),
        at=rfc3339(talk.last_at or talk.created_at),
        is_out=talk.last_direction == "out",
        unread=talk.unread_count,
        status=talk.status,
        paused_until=rfc3339(talk.paused_until) if talk.paused_until else "",
        window_until=rfc3339(window.expires_at) if window.expires_at else "",
        answer_until=rfc3339(window.human_until) if window.human_until else "",
        is_opted_out=person.opted_out_at is not None,
    )


def bubble_of(message: Message, names: Mapping[str, str]) -> Bubble:
    """A message; `names` are those of members and flows by id."""
    extras = message.extras
    cards = [_card(each) for each in _dicts(extras.get("cards"))]
    action = str(extras.get("action") or "")
    return Bubble(
        id=message.id,
        kind="message",
        text="" if cards else message.text,
        is_out=message.direction == "out",
        sender=message.sender_kind,
        who=_who(message, names),
        at=rfc3339(message.created_at),
        delivery=message.status,
        error=(message.error_text or "") if message.error_code else "",
        attachments=[_attachment(each) for each in (*message.attachments, *_story(extras))],
        action=action,
        is_private="commentId" in extras and not action,
        has_why=message.event_id is not None if message.direction == "in" else message.sender_kind == "flow",
        cards=cards,
        choices=_titles(extras.get("quickReplies")) + _titles(extras.get("buttons")),
        is_unsent=extras.get("unsent") is True,
        is_seen="seenAt" in extras,
        marks=_marks(extras),
        reactions=[str(emoji) for emoji in _dict(extras.get("reactions")).values()],
        can_resend="resentAs" not in extras and why_not(message) is None,
        advice=PRIVATE_REPLY if (refused := why_not(message)) and refused.code == "private_reply_spent" else "",
    )


def note_of(note: Note, names: Mapping[str, str]) -> Bubble:
    """A note, or a line of activity, among the messages."""
    name = names.get(note.author_id or "", "")
    gone = {"flow": "A flow that was deleted", "member": "A former member"}.get(note.author_kind, "")
    return Bubble(
        id=note.id,
        kind=note.kind,
        text=note.text,
        is_out=True,
        sender=note.author_kind,
        who=name or gone,
        at=rfc3339(note.created_at),
        delivery="",
        error="",
    )


def woven(messages: list[Bubble], notes: list[Bubble], *, is_whole: bool) -> list[Bubble]:
    """Messages with the notes between them, oldest first. Notes from before the first message wait for the messages of
    their time, unless these are all (`is_whole`)."""
    if not is_whole:
        first = when(messages[0]) if messages else None
        notes = [each for each in notes if first is not None and when(each) >= first]
    return sorted([*messages, *notes], key=when)


def has_words(thread: Thread, search: str) -> bool:
    """Whether a search of the list finds this conversation, as the store decides it: by name and user name."""
    known = "\n".join(part for part in (thread.contact.name, thread.contact.username) if part)
    return search.strip().casefold() in known.casefold()


def when(item: Row | Bubble) -> tuple[str, str]:
    """What the list and the thread are sorted by, as in the store."""
    return (item.at, item.id)


def placed(rows: list[Row], row: Row, *, fits: bool, has_more: bool) -> list[Row]:
    """The list with a conversation where it belongs, newest first, or without it when it does not fit the filters.

    While there are more pages (`has_more`), one that was not in the list and would be its last belongs to a page that
    was not read yet. One that was in the list stays.
    """
    others = [each for each in rows if each.id != row.id]
    found = sorted([*others, row] if fits else others, key=when, reverse=True)
    is_unread_page = has_more and len(others) == len(rows) and len(found) > 1 and found[-1].id == row.id
    return found[:-1] if is_unread_page else found


def _who(message: Message, names: Mapping[str, str]) -> str:
    if message.sender_kind == "contact":
        return ""
    if message.sender_kind == "phone":
        return "Sent from Instagram"
    if message.extras.get("notice") == "opt_out":
        return "Sent automatically"
    name = names.get(message.sender_id or "", "")
    if message.sender_kind == "flow":
        return name or "A flow that was deleted"
    return f"{name or 'A former member'} (API)" if message.source == "api" else name or "A former member"


def _marks(extras: Mapping[str, Any]) -> list[str]:
    """How a message came, and what became of it."""
    referral, reply_to = _dict(extras.get("referral")), _dict(extras.get("replyTo"))
    found = [
        (_TAPPED.get(str(extras.get("tapped"))), "tapped" in extras),
        ("Answers a story", "story" in reply_to),
        ("Answers a message", "mid" in reply_to),
        ("Came by an ad", referral.get("source") == "ADS" or "ad_id" in referral),
        (f"Came by the link “{referral.get('ref')}”", "ref" in referral and "ad_id" not in referral),
        ("About a product", "product" in referral),
        ("Another app holds this conversation", extras.get("standby") is True),
        ("Found by check", extras.get("foundByCheck") is True),
        ("Sent again", "resentAs" in extras),
        ("Edited", extras.get("edited") is True),
    ]
    return [words for words, is_so in found if is_so and words]


_TAPPED = {"postback": "Tapped a button", "quick_reply": "Tapped a choice"}


def _attachment(item: Mapping[str, Any]) -> Attachment:
    kind, url = str(item.get("type") or "file"), _web(item.get("url"))
    return Attachment(_KINDS.get(kind, "Attachment"), url, kind == "image" and url != "")


def _story(extras: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The story that a message answers, to be opened while it lasts."""
    url = _dict(_dict(extras.get("replyTo")).get("story")).get("url")
    return [{"type": "ig_story", "url": url}] if url else []


def _card(item: Mapping[str, Any]) -> CardView:
    title, subtitle = str(item.get("title") or ""), str(item.get("subtitle") or "")
    return CardView(title, subtitle, _web(item.get("imageUrl")), _titles(item.get("buttons")))


def _titles(items: Any) -> list[str]:
    return [str(each.get("title") or "") for each in _dicts(items)]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(items: Any) -> list[dict[str, Any]]:
    return [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []


def _said(text: str) -> str:
    """The list shows a message of media only, stored as `[image]`, in words."""
    return _KINDS.get(text[1:-1], text) if text.startswith("[") and text.endswith("]") else text


def _web(url: object) -> str:
    return url if isinstance(url, str) and url.startswith(("https://", "http://")) else ""
