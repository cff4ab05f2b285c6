"""The changes that handling one lane adds up to: rows in, rows out, stored by one checkpoint."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from instantchat.engine.context import ContactView
from instantchat.engine.window import Window
from instantchat.kit.ids import new_id
from instantchat.runtime.live import Notice
from instantchat.runtime.rules import Rules
from instantchat.runtime.window import window_of
from instantchat.store.records import (
    Checkpoint,
    Contact,
    Conversation,
    ConversationStatus,
    HandledEvent,
    Json,
    Message,
    MessageChange,
    Note,
    NoteKind,
    RunRecord,
    Work,
)

LONG_SILENCE = dt.timedelta(hours=24)  # after so long without a message, automation is disclosed anew


class TryLater(Exception):
    """This event cannot be judged yet; what follows it in its lane waits with it."""

    def __init__(self, retry_at: dt.datetime) -> None:
        super().__init__(f"again at {retry_at.isoformat()}")
        self.retry_at = retry_at


@dataclass(frozen=True, slots=True)
class Assignment:
    """A run gives the conversation to a member, named by id or e-mail address."""

    run_id: str
    member: str


@dataclass(slots=True)
class Changes:
    """What is to be stored; copied before each event, so that one that fails leaves nothing behind.

    `assignment` and the members of `notices` are as flows name them until `find_members` has found them; then `assign`
    is the member who gets the conversation.
    """

    contact: Contact | None
    conversation: Conversation | None
    runs: dict[str, RunRecord]
    settled: frozenset[str] = frozenset()
    messages: list[Message] = field(default_factory=list)
    message_changes: list[MessageChange] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    assignment: Assignment | None = None
    assign: str | None = None
    status: ConversationStatus | None = None
    forgotten: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    typing_seconds: float = 0
    wants_profile: bool = False

    def copy(self) -> Changes:
        return replace(
            self,
            runs=dict(self.runs),
            messages=list(self.messages),
            message_changes=list(self.message_changes),
            notes=list(self.notes),
            notices=list(self.notices),
            forgotten=list(self.forgotten),
            counts=Counter(self.counts),
        )


class Lane:
    """One leased lane while it is handled: `changes` so far, `handled` events."""

    __slots__ = (
        "_blank_contact", "_blank_conversation", "_rules", "changes", "handled", "now", "owner", "stored_runs", "work"
    )  # fmt: skip

    def __init__(self, work: Work, owner: str, now: dt.datetime) -> None:
        self.work = work
        self.owner = owner
        self.now = now
        self.handled: list[HandledEvent] = []
        self.stored_runs = {run.id: run for run in (*work.due_runs, *work.waiting_runs)}
        self.changes = Changes(work.contact, work.conversation, dict(self.stored_runs))
        self._blank_contact: Contact | None = None
        self._blank_conversation: Conversation | None = None
        self._rules: Rules | None = None

    @property
    def rules(self) -> Rules:
        """The account's."""
        if self._rules is None:
            self._rules = Rules.of(self.work.account)
        return self._rules

    @property
    def contact(self) -> Contact:
        """The contact; stored from the first use on."""
        if self.changes.contact is None:
            self.changes.contact = self.known_contact
        return self.changes.contact

    @property
    def conversation(self) -> Conversation:
        """The conversation; stored from the first use on."""
        if self.changes.conversation is None:
            self.changes.conversation = replace(self.known_conversation, contact_id=self.contact.id)
        return self.changes.conversation

    def keep_conversation(self) -> None:
        """Store contact and conversation, also when they were only looked at: a run belongs to them."""
        _ = self.conversation

    @property
    def window(self) -> Window:
        """Until when the contact can be written to."""
        return window_of(self.known_conversation)

    @property
    def known_contact(self) -> Contact:
        """The contact as it is, or as it would be: to look at, nothing is stored."""
        if self.changes.contact is not None:
            return self.changes.contact
        if self._blank_contact is None:
            account = self.work.account
            self._blank_contact = Contact(
                id=new_id("con"),
                workspace_id=account.workspace_id,
                account_id=account.id,
                igsid=self.work.igsid,
                name=None,
                username=None,
                picture_url=None,
                profile_at=None,
                tags=[],
                fields={},
                variables={},
                created_at=self.now,
                updated_at=self.now,
            )
        return self._blank_contact

    @property
    def known_conversation(self) -> Conversation:
        """The conversation as it is, or as it would be: to look at, nothing is stored."""
        if self.changes.conversation is not None:
            return self.changes.conversation
        if self._blank_conversation is None:
            account = self.work.account
            self._blank_conversation = Conversation(
                id=new_id("cnv"),
                workspace_id=account.workspace_id,
                account_id=account.id,
                contact_id=self.known_contact.id,
                lane=self.work.lane,
                last_text="",
                last_at=None,
                last_direction=None,
                unread_count=0,
                status="open",
                assignee_id=None,
                paused_until=None,
                window_expires_at=None,
                created_at=self.now,
                updated_at=self.now,
            )
        return self._blank_conversation

    @property
    def paused_until(self) -> dt.datetime | None:
        """When automation may go on; None when it is not paused."""
        conversation = self.changes.conversation
        until = conversation.paused_until if conversation else None
        return until if until is not None and until > self.now else None

    def change_contact(self, **values: Any) -> None:
        """Set columns of the contact."""
        self.changes.contact = replace(self.contact, **values, updated_at=self.now)

    def change_conversation(self, **values: Any) -> None:
        """Set columns of the conversation."""
        self.changes.conversation = replace(self.conversation, **values, updated_at=self.now)

    def add_message(self, **values: Any) -> Message:
        """A new message of this conversation, which it moves to the top."""
        conversation = self.conversation
        message = Message(
            id=new_id("msg"),
            workspace_id=conversation.workspace_id,
            account_id=conversation.account_id,
            conversation_id=conversation.id,
            **values,
        )
        self.changes.messages.append(message)
        last_at = conversation.last_at
        if last_at is None or message.created_at >= last_at:
            is_fresh = last_at is not None and message.created_at - last_at >= LONG_SILENCE
            self.change_conversation(
                last_text=message.text or _media_text(message.attachments),
                last_at=message.created_at,
                last_direction=message.direction,
                disclosed_at=None if is_fresh else conversation.disclosed_at,
            )
        return message

    def queue_message(self, run_id: str, **values: Any) -> Message:
        """A message of a run's flow, to go out; one message is one API call. Its source is `web`: it comes from here,
        not from Instagram. It answers what the contact last did in the run, which may not be what began it."""
        run = self.changes.runs[run_id]
        return self.add_message(
            **{"attachments": [], "extras": {}, **values},
            direction="out",
            source="web",
            sender_kind="flow",
            sender_id=run.flow_id,
            status="queued",
            created_at=self.now,
            run_id=run_id,
            event_id=_heard_by(run),
        )

    def message_about(self, mid: str | None) -> Message | None:
        """The stored message that has the mid.

        Raises `TryLater` when an event just before stored or changed it: once this checkpoint is, it can be read.
        """
        if not mid:
            return None
        message, changes = self.work.known_mids.get(mid), self.changes
        if any(each.mid == mid for each in changes.messages) or any(
            change.mid == mid or (message is not None and change.message_id == message.id)
            for change in changes.message_changes
        ):
            raise TryLater(self.now)
        return message

    def add_note(self, run_id: str, text: str, kind: NoteKind = "activity", at: dt.datetime | None = None) -> Note:
        """A line in the conversation that members see, by a run's flow: a `note`, or an `activity`, what it did. It
        stands at `at`, else at the end."""
        flow_id = self.changes.runs[run_id].flow_id
        return self._add_note(at, kind=kind, author_kind="flow", author_id=flow_id, text=text, run_id=run_id)

    def add_activity(self, text: str, at: dt.datetime) -> Note:
        """A line in the conversation, at `at`, that tells members what happened on Instagram."""
        return self._add_note(at, kind="activity", author_kind="system", author_id=None, text=text)

    def _add_note(self, at: dt.datetime | None, **values: Any) -> Note:
        conversation = self.conversation
        note = Note(
            id=new_id("not"),
            workspace_id=conversation.workspace_id,
            conversation_id=conversation.id,
            created_at=min(at or self.now, self.now),
            **values,
        )
        self.changes.notes.append(note)
        return note

    def put_run(self, record: RunRecord) -> None:
        """Store a run as it is now."""
        self.changes.runs[record.id] = record

    def next_rev(self, run_id: str) -> int:
        """The revision under which this checkpoint stores a run: one for all the changes it makes."""
        stored = self.stored_runs.get(run_id)
        return 0 if stored is None else stored.rev + 1

    def waiting_runs(self) -> list[RunRecord]:
        """Every run of the lane that waits now."""
        return [run for run in self.changes.runs.values() if run.state == "waiting"]

    def changed_runs(self) -> list[RunRecord]:
        """The runs that are not as they were stored."""
        return [run for run_id, run in self.changes.runs.items() if self.stored_runs.get(run_id) is not run]

    def checkpoint(self) -> Checkpoint:
        """Everything to store."""
        changes, work = self.changes, self.work
        return Checkpoint(
            lane=work.lane,
            owner=self.owner,
            handled=self.handled,
            contact=changes.contact if changes.contact is not work.contact else None,
            conversation=self._changed_conversation(),
            messages=changes.messages,
            message_changes=changes.message_changes,
            runs=self.changed_runs(),
            notes=changes.notes,
            assign=changes.assign,
            status=changes.status,
            forgotten=changes.forgotten,
            counts=dict(changes.counts),
        )

    def _changed_conversation(self) -> Conversation | None:
        """None when it is as it was. A pause that was only looked at is left out: somebody may have ended it since."""
        before, after = self.work.conversation, self.changes.conversation
        if after is None or after is before:
            return None
        if before is not None and after.paused_until is not None and after.paused_until == before.paused_until:
            return replace(after, paused_until=None)
        return after


def contact_view(contact: Contact) -> ContactView:
    """A contact as flows see it."""
    return ContactView(
        id=contact.id,
        igsid=contact.igsid,
        name=contact.name,
        first_name=contact.name.split()[0] if contact.name and contact.name.strip() else None,
        username=contact.username,
        tags=tuple(contact.tags),
        fields=contact.fields,
        variables=contact.variables,
        profile_known=contact.profile_at is not None,
    )


def _heard_by(run: RunRecord) -> str | None:
    """The event that the run heard last: what it answers now."""
    message = run.data.get("data", {}).get("message") or {}
    return message.get("event_id") or run.event_id


def _media_text(attachments: list[Json]) -> str:
    """What a list shows of a message without text: `[image]`."""
    return f"[{attachments[0].get('type', 'media')}]" if attachments else ""
