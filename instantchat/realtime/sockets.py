"""The Socket.IO conversation with one client: handshake, what it may ask, and when it is shown out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from pydantic import ValidationError
from socketio.exceptions import ConnectionRefusedError as Refused

from instantchat.errors import AppError, BadRequest, Unauthenticated
from instantchat.features.auth.member import Member
from instantchat.features.auth.service import Ended, Verified
from instantchat.features.wire import Wire
from instantchat.kit.rate_limit import RateLimit
from instantchat.realtime.bridge import Bridge, room_of, room_of_member
from instantchat.realtime.schemas import MarkRead, SendMessage, SetTyping, Sync

if TYPE_CHECKING:
    from instantchat.assembly import Assembly

B = TypeVar("B", bound=Wire)
Json = dict[str, Any]
_EVENT_SECONDS = 10.0
log = structlog.get_logger("instantchat.realtime")


@dataclass(slots=True)
class _Connection:
    """A client that proved who it is, until its token expires."""

    token: str
    member: Member
    expiry: asyncio.TimerHandle


class Sockets:
    """Registers the handlers of DESIGN section 7 on a Socket.IO server. Every event checks the member anew."""

    def __init__(self, assembly: Assembly, sio: Any) -> None:
        self._assembly = assembly
        self._sio = sio
        self._bridge = Bridge(assembly.hub, sio)
        self._limit = RateLimit(assembly.clock, *assembly.settings.limit("api"))
        self._connections: dict[str, _Connection] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        assembly.auth.on_ended.append(self._session_ended)
        sio.on("connect", self._connect)
        sio.on("disconnect", self._disconnect)
        sio.on("send_message", partial(self._handle, SendMessage, self._send_message))
        sio.on("typing", partial(self._handle, SetTyping, self._typing))
        sio.on("mark_read", partial(self._handle, MarkRead, self._mark_read))
        sio.on("sync", partial(self._handle, Sync, self._sync))
        sio.on("*", self._unknown)

    async def _connect(self, sid: str, _environ: Json, auth: object = None) -> None:
        token = auth.get("token") if isinstance(auth, dict) else None
        if not isinstance(token, str) or not token:
            raise Refused("Authentication failed", {"code": "token_invalid"})
        try:
            async with asyncio.timeout(_EVENT_SECONDS):
                verified = await self._assembly.auth.verify_bearer(token)
        except (AppError, TimeoutError) as error:
            code = error.code if isinstance(error, AppError) else "timeout"
            raise Refused("Authentication failed", {"code": code}) from None
        member = verified.member
        await self._sio.enter_room(sid, room_of_member(member.user_id))
        await self._sio.enter_room(sid, room_of(member.workspace_id))
        self._connections[sid] = _Connection(token, member, self._at_expiry(sid, verified))
        self._bridge.join(member.workspace_id)

    async def _disconnect(self, sid: str, *_reason: object) -> None:
        connection = self._connections.pop(sid, None)
        if connection is not None:
            connection.expiry.cancel()
            self._bridge.leave(connection.member.workspace_id)

    async def _send_message(self, member: Member, body: SendMessage) -> Json:
        message = await self._assembly.inbox.send(
            member,
            text=body.text,
            conversation_id=body.conversation_id,
            recipient_id=body.recipient_id,
            account_id=body.account_id,
            source="web",
            idempotency_key=body.idempotency_key,
        )
        return {"id": message.id}

    async def _typing(self, member: Member, body: SetTyping) -> Json:
        await self._assembly.inbox.typing(member, body.conversation_id, body.is_typing)
        return {}

    async def _mark_read(self, member: Member, body: MarkRead) -> Json:
        await self._assembly.inbox.mark_read(member, body.conversation_id)
        return {}

    async def _sync(self, member: Member, body: Sync) -> Json:
        missed = self._assembly.hub.since(member.workspace_id, body.since)
        events = [{"event": happening.kind, "data": happening.data} for happening in missed.events]
        return {"events": events, "complete": missed.complete, "seq": missed.seq}

    async def _unknown(self, event: str, _sid: str, *_data: object) -> Json:
        message = f"There is no event {str(event)[:50]!r}. Send send_message, typing, mark_read or sync."
        return {"ok": False, "code": "unknown_event", "message": message}

    async def _handle(
        self, kind: type[B], act: Callable[[Member, B], Awaitable[Json]], sid: str, *data: object
    ) -> Json:
        """The acknowledgement of one event: `{ok: true, ...}` or `{ok: false, code, message}`."""
        try:
            async with asyncio.timeout(_EVENT_SECONDS):
                member = await self._member(sid)
                return {"ok": True, **await act(member, _parsed(kind, data))}
        except Unauthenticated as error:
            self._show_out(sid, error)
            return _refusal(error.code, error.message)
        except AppError as error:
            return _refusal(error.code, error.message)
        except TimeoutError:
            return _refusal("timeout", "This took too long and was given up. Try again.")
        except Exception:
            log.exception("socket event failed", event_kind=kind.__name__)
            return _refusal("internal_error", "Something went wrong on our side. It was logged.")

    async def _member(self, sid: str) -> Member:
        connection = self._connections.get(sid)
        if connection is None:
            raise Unauthenticated("token_invalid", "This connection has been closed.")
        self._limit.take(connection.member.user_id, "You are sending too much.")
        return (await self._assembly.auth.verify_bearer(connection.token)).member

    def _at_expiry(self, sid: str, verified: Verified) -> asyncio.TimerHandle:
        left = (verified.expires_at - self._assembly.auth.clock.now()).total_seconds()
        expired = Unauthenticated("token_expired", "Your session has expired. Connect again with a new token.")
        return asyncio.get_running_loop().call_later(max(left, 0), self._show_out, sid, expired)

    def _session_ended(self, ended: Ended) -> None:
        for sid, connection in list(self._connections.items()):
            member = connection.member
            if member.user_id == ended.user_id and ended.session_id in {None, member.session_id}:
                self._show_out(sid, Unauthenticated("token_invalid", "You were signed out."))

    def _show_out(self, sid: str, reason: Unauthenticated) -> None:
        """Tell a client why (an event named after the code), then disconnect it, once its acknowledgement is out."""
        if sid not in self._connections:
            return
        task = asyncio.get_running_loop().create_task(self._goodbye(sid, reason))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _goodbye(self, sid: str, reason: Unauthenticated) -> None:
        async with asyncio.timeout(_EVENT_SECONDS):
            for room in self._sio.rooms(sid):
                if room != sid:
                    await self._sio.leave_room(sid, room)
            await self._sio.emit(reason.code, {"code": reason.code, "message": reason.message}, to=sid)
            await self._sio.disconnect(sid)


def _parsed(kind: type[B], data: tuple[object, ...]) -> B:
    if len(data) != 1 or not isinstance(data[0], dict):
        raise BadRequest("invalid_request", "Send one object with this event.")
    try:
        return kind.model_validate(data[0])
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        sentence = first["msg"].removeprefix("Value error, ")
        raise BadRequest("invalid_request", f"{where}: {sentence}" if where else sentence) from None


def _refusal(code: str, message: str) -> Json:
    return {"ok": False, "code": code, "message": message}
