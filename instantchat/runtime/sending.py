"""One claimed message: the call, and what its outcome means for the message and its account."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from random import SystemRandom

from instantchat.channels.instagram.answers import Rejected, SendOutcome, Sent, Unknown, Unsent, Usage
from instantchat.channels.instagram.client import InstagramClient
from instantchat.channels.instagram.errors import Refusal, RefusalKind
from instantchat.channels.instagram.messages import Attachment, Button, Card, Outgoing, QuickReply, bodies
from instantchat.engine.media import refused_ending
from instantchat.kit.clock import Clock
from instantchat.kit.crypto import Secret, Vault
from instantchat.runtime.media_sizes import MediaSizes
from instantchat.runtime.slots import Slots
from instantchat.runtime.window import window_of
from instantchat.store.ports import QueueStore
from instantchat.store.records import AccountState, Json, Send, SendResult

ATTEMPTS = 12
FIRST_RETRY = 4.0
LONGEST_RETRY = 300.0
FIRST_LOOK = dt.timedelta(seconds=5)  # where it would stand, after a call whose outcome is not known
CALL_SECONDS = 20.0  # under the claim's length, so that a claim that ran out means a dead process
HOUR = 3600.0
_TYPING_MAX = 20.0
_SLOW_MEDIA = frozenset({"audio", "video"})
_TOKENS_KEPT = 1_000
Call = Callable[[Secret], Awaitable[SendOutcome]]
_ACCOUNT_STATES: dict[RefusalKind, AccountState] = {
    RefusalKind.RECONNECT: "reauth_needed",
    RefusalKind.PAUSE: "restricted",
    RefusalKind.OWNER: "restricted",
}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a send ended. `account_state` and `reason`: the account cannot send until somebody acts. `blocked_for`: the
    account must slow down for so many seconds. `usage`: what Instagram says of its limits."""

    result: SendResult
    account_state: AccountState | None = None
    reason: str | None = None
    blocked_for: float | None = None
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one account, beside its limit of messages a second: audio and video a second, private replies an hour (0: no
    limit)."""

    media: int = 0
    private_replies: int = 0


NO_LIMITS = Limits()


class Sender:
    """Makes the calls."""

    def __init__(
        self,
        client: InstagramClient,
        clock: Clock,
        vault: Vault,
        limits: Limits = NO_LIMITS,
        queue: QueueStore | None = None,
        sizes: MediaSizes | None = None,
    ) -> None:
        """`queue` knows the private replies of before this process, `sizes` how big media are."""
        self._queue = queue
        self._sizes = sizes
        self._client = client
        self._clock = clock
        self._vault = vault
        self._rng = SystemRandom()
        self._media = Slots(limits.media, 1.0)
        self._limits = limits
        self._started = clock.now()
        self._private_replies = Slots(limits.private_replies, HOUR)
        self._tokens: OrderedDict[str, Secret] = OrderedDict()

    async def send(self, send: Send, owner: str) -> Ended:
        """Call once, within `CALL_SECONDS`. What is provably unsent is queued again, with a growing delay."""
        message = send.message
        refused = self._refusal(send)
        if refused is not None:
            return Ended(_result(send, owner, "rejected", *refused))
        call = _call_of(self._client, send)
        if call is None:
            return Ended(_result(send, owner, "rejected", "message_empty", "There was nothing to send."))
        try:
            token = self._token(send.account.sealed_token)
        except ValueError:
            reason = "The account's token cannot be read with the configured ENCRYPTION_KEYS: connect it again."
            return self._halted(send, owner, "reauth_needed", "token_unreadable", reason)
        wait = await self._wait(send)
        if wait:
            later = self._clock.now() + dt.timedelta(seconds=wait)
            return Ended(replace(_result(send, owner, "queued", None, None, later), is_untried=True))
        too_big = await self._sizes.refusal(message.attachments) if self._sizes and message.attachments else None
        if too_big is not None:
            return Ended(
                _result(send, owner, "rejected", "media_size", f"Instagram does not take this file. {too_big}")
            )
        typing = min(float(message.extras.get("typingSeconds") or 0), _TYPING_MAX)
        outcome: SendOutcome
        try:
            async with asyncio.timeout(CALL_SECONDS):
                if typing and message.attempts <= 1:
                    await self._client.typing(send.account.ig_user_id, token, send.igsid)
                    later = self._clock.now() + dt.timedelta(seconds=typing)
                    return Ended(_result(send, owner, "queued", None, None, later))
                outcome = await call(token)
        except TimeoutError:
            outcome = Unknown("No answer from Instagram in time.")
        return self._judge(send, owner, outcome)

    async def _wait(self, send: Send) -> float:
        """Seconds until the limits of its kind let it go."""
        message, now = send.message, self._clock.now().timestamp()
        if "commentId" in message.extras and "action" not in message.extras:
            if not self._private_replies.knows(send.account.id):
                await self._remember(send)
            return self._private_replies.wait(send.account.id, message.id, now)
        if any(each.get("type") in _SLOW_MEDIA for each in message.attachments):
            return self._media.wait(send.account.id, message.id, now)
        return 0.0

    async def _remember(self, send: Send) -> None:
        """The private replies of the last hour that were tried before this process started."""
        if self._queue is None:
            return
        since = self._clock.now() - dt.timedelta(seconds=HOUR)
        account_id, limit = send.account.id, self._limits.private_replies
        earlier = await self._queue.private_replies(account_id, since, self._started, limit)
        self._private_replies.remember(account_id, (each.timestamp() for each in earlier))

    def _refusal(self, send: Send) -> tuple[str, str] | None:
        """Why it must not go out, known without asking. Comments are answered without a window."""
        unwanted = _unwanted(send)
        if unwanted is not None:
            return unwanted
        for each in send.message.attachments:
            refused = refused_ending(each["type"], each.get("url") or "")
            if refused:
                return "media_type", f"Instagram does not take this file. {refused}"
        if "commentId" in send.message.extras:
            return None
        window, now = window_of(send.conversation), self._clock.now()
        if "tag" in send.message.extras:
            if window.is_open_to_people(now):
                return None
            return "window_closed", "More than 7 days have passed since this person's last message."
        if window.is_open(now):
            return None
        return "window_closed", "The messaging window is closed: the person last wrote more than 24 hours ago."

    def _judge(self, send: Send, owner: str, outcome: SendOutcome) -> Ended:
        if isinstance(outcome, Sent):
            result = SendResult(message_id=send.message.id, owner=owner, status="sent", mid=outcome.mid)
            return Ended(result, usage=outcome.usage)
        if isinstance(outcome, Unknown):
            return self._unknown(send, owner, outcome)
        if isinstance(outcome, Rejected):
            return self._rejected(send, owner, outcome.refusal)
        return self._unsent(send, owner, outcome)

    def _rejected(self, send: Send, owner: str, refusal: Refusal) -> Ended:
        sentence = f"{refusal.sentence} {refusal.hint}".strip()
        state = _ACCOUNT_STATES.get(refusal.kind)
        if state is not None:
            return self._halted(send, owner, state, refusal.label, sentence)
        return Ended(_result(send, owner, "rejected", refusal.label, sentence))

    def _unknown(self, send: Send, owner: str, outcome: Unknown) -> Ended:
        """A private reply that was refused may be used up; what the refusal says of the account holds all the same."""
        refusal = outcome.refusal
        if refusal is None:
            return Ended(self._sought(send, owner, "outcome_unknown", outcome.reason))
        is_throttled = refusal.kind is RefusalKind.THROTTLE
        return Ended(
            self._sought(send, owner, refusal.label, outcome.reason),
            account_state=_ACCOUNT_STATES.get(refusal.kind),
            reason=f"{refusal.sentence} {refusal.hint}".strip(),
            blocked_for=FIRST_RETRY if is_throttled else None,
        )

    def _sought(self, send: Send, owner: str, code: str, reason: str) -> SendResult:
        """What may have gone out; the conversation is read for it, in which reactions and comments do not stand."""
        look_at = None if "action" in send.message.extras else self._clock.now() + FIRST_LOOK
        return replace(_result(send, owner, "unknown", code, reason), look_at=look_at)

    def _halted(self, send: Send, owner: str, state: AccountState, code: str, reason: str) -> Ended:
        """The account cannot send; the message waits in the queue until it can."""
        return Ended(_result(send, owner, "queued", code, reason), account_state=state, reason=reason)

    def _unsent(self, send: Send, owner: str, outcome: Unsent) -> Ended:
        code = outcome.refusal.label if outcome.refusal else "unreachable"
        if send.message.attempts >= ATTEMPTS:
            text = f"Given up after {ATTEMPTS} attempts. {outcome.reason}"
            return Ended(_result(send, owner, "rejected", "gave_up", text))
        doubled = min(LONGEST_RETRY, FIRST_RETRY * 2.0 ** (max(send.message.attempts, 1) - 1))
        seconds = max(doubled * self._rng.uniform(0.75, 1.0), outcome.retry_after or 0.0)
        is_throttled = outcome.refusal is not None and outcome.refusal.kind is RefusalKind.THROTTLE
        later = self._clock.now() + dt.timedelta(seconds=seconds)
        return Ended(
            _result(send, owner, "queued", code, outcome.reason, later), blocked_for=seconds if is_throttled else None
        )

    def _token(self, sealed: str) -> Secret:
        """Decrypting costs more than the rest of a send: the last tokens are kept."""
        token = self._tokens.get(sealed)
        if token is None:
            token = self._tokens[sealed] = self._vault.open(sealed)
            while len(self._tokens) > _TOKENS_KEPT:
                self._tokens.popitem(last=False)
        return token


def _unwanted(send: Send) -> tuple[str, str] | None:
    """Why nobody wants it any more. What flows queued before a person took over is not sent, and nothing automatic is
    once the contact opted out, save the confirmation of that."""
    message, answered_at = send.message, send.conversation.answered_at
    is_flow = message.sender_kind == "flow"
    if message.extras.get("notice") == "opt_out":
        return None
    if send.opted_out_at is not None and (is_flow or message.extras.get("isProgram")):
        return "opted_out", "This person asked for no more automatic messages."
    if is_flow and answered_at is not None and message.created_at <= answered_at:
        return "taken_over", "A person took the conversation over before this message went out."
    return None


def _call_of(client: InstagramClient, send: Send) -> Call | None:
    """The one call of a message; None when there is nothing to say."""
    extras, account = send.message.extras, send.account.ig_user_id
    match extras.get("action"):
        case "comment_reply":
            return lambda token: client.reply_to_comment(extras["commentId"], token, send.message.text)
        case "react":
            return lambda token: client.react(account, token, send.igsid, extras["mid"], extras["emoji"])
    body = _body(send)
    return None if body is None else lambda token: client.send(account, token, body)


def _body(send: Send) -> Json | None:
    """The one API body of a message: the engine and the inbox split what needs several. Cards carry no text."""
    message = send.message
    extras = message.extras
    cards = [
        Card(each["title"], each.get("subtitle") or "", each.get("imageUrl"), each.get("url"), _buttons(each))
        for each in extras.get("cards", ())
    ]
    outgoing = Outgoing(
        text="" if cards else message.text,
        attachments=[Attachment(each["type"], each.get("url")) for each in message.attachments],
        quick_replies=[QuickReply(each["title"], each["payload"]) for each in extras.get("quickReplies", ())],
        buttons=_buttons(extras),
        cards=cards,
    )
    comment_id = extras.get("commentId")
    recipient = {"igsid": send.igsid} if comment_id is None else {"comment_id": comment_id}
    return next(iter(bodies(outgoing, **recipient, tag=extras.get("tag"))), None)


def _buttons(holder: Json) -> list[Button]:
    return [Button(each["title"], each.get("payload") or "", each.get("url")) for each in holder.get("buttons", ())]


def _result(
    send: Send, owner: str, status: str, code: str | None, text: str | None, not_before: dt.datetime | None = None
) -> SendResult:
    return SendResult(
        message_id=send.message.id,
        owner=owner,
        status=status,  # type: ignore[arg-type]  # the callers above pass its four values
        error_code=code,
        error_text=text,
        not_before=not_before,
    )
