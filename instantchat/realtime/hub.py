"""What happens now, told to everyone in this process who listens to its workspace: pages and sockets. Where a database
serves several processes, `relay` carries it to and from the others.

Every event of a workspace has a sequence number, which grows by one and never goes back, also across restarts. The last
1,000 are kept, so that a listener who missed some can ask for them; one who missed more reads the database again.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from instantchat.kit.clock import Clock
from instantchat.realtime.wire import Happening
from instantchat.runtime.live import LiveEvent

KEPT = 1_000
WORKSPACES = 500
BACKLOG = 256


@dataclass(frozen=True, slots=True)
class Missed:
    """What a listener asks for: the events after a number, whether none is missing, and the last number."""

    events: list[Happening]
    complete: bool
    seq: int


@dataclass(slots=True)
class _Stream:
    """One workspace: `seq` of its last event, and the latest events."""

    seq: int
    kept: deque[Happening] = field(default_factory=lambda: deque(maxlen=KEPT))
    listeners: set[Subscription] = field(default_factory=set)


class Subscription:
    """An endless iterator of one listener's events.

    The backlog is bounded: a listener that falls behind gets one `resync` event in place of all it missed, and then
    reads the database again.
    """

    def __init__(self, backlog: int = BACKLOG) -> None:
        self._waiting: deque[Happening] = deque()
        self._backlog = backlog
        self._arrived = asyncio.Event()

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> Happening:
        return (await self.batch(1))[0]

    async def batch(self, limit: int = 100) -> list[Happening]:
        """Wait for an event; all that have come by then, at most `limit`."""
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()
        return [self._waiting.popleft() for _ in range(min(limit, len(self._waiting)))]

    def offer(self, happening: Happening) -> None:
        """Put an event at the end; never blocks."""
        if len(self._waiting) >= self._backlog:
            self._waiting.clear()
            self._waiting.append(Happening.resync(happening.workspace_id))
        else:
            self._waiting.append(happening)
        self._arrived.set()


class Hub:
    """Implements `runtime.live.Publisher` for one process; use it from its event loop only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._streams: OrderedDict[str, _Stream] = OrderedDict()
        self.on_publish: Callable[[LiveEvent], None] | None = None

    def publish(self, event: LiveEvent) -> None:
        """Tell every listener of the workspace, and the other processes."""
        self.tell(event)
        if self.on_publish is not None:
            self.on_publish(event)

    def tell(self, event: LiveEvent) -> None:
        """Tell every listener in this process. Typing, and what is for one member, is told but neither numbered nor
        kept: a number would be missing to all others."""
        stream = self._stream(event.workspace_id)
        happening = Happening(event, None)
        if event.kind != "typing" and happening.member_id is None:
            stream.seq += 1
            happening = Happening(event, stream.seq)
            stream.kept.append(happening)
        for listener in stream.listeners:
            listener.offer(happening)

    def is_heard(self, workspace_id: str) -> bool:
        """Whether anybody in this process listens to the workspace."""
        stream = self._streams.get(workspace_id)
        return stream is not None and bool(stream.listeners)

    def miss(self, workspace_id: str | None = None) -> None:
        """Something happened that is not told, here or in every workspace: `since` says so, and listeners are sent a
        `resync`."""
        streams = self._streams.items() if workspace_id is None else [(workspace_id, self._streams.get(workspace_id))]
        for name, stream in streams:
            if stream is None:
                continue  # one that is begun later is above all that was missed
            stream.seq += 1
            stream.kept.clear()
            for listener in stream.listeners:
                listener.offer(Happening.resync(name))

    @asynccontextmanager
    async def subscribe(self, workspace_id: str) -> AsyncIterator[Subscription]:
        """Listen to a workspace for as long as the context is open."""
        subscription = Subscription()
        self.listen(workspace_id, subscription)
        try:
            yield subscription
        finally:
            self.leave(workspace_id, subscription)

    def listen(self, workspace_id: str, subscription: Subscription) -> None:
        """Add a workspace to what a subscription hears."""
        self._stream(workspace_id).listeners.add(subscription)

    def leave(self, workspace_id: str, subscription: Subscription) -> None:
        """Take a workspace away from a subscription."""
        if stream := self._streams.get(workspace_id):
            stream.listeners.discard(subscription)

    def since(self, workspace_id: str, seq: int) -> Missed:
        """The events after `seq`; not complete when some of them are no longer kept, or never were seen here."""
        stream = self._stream(workspace_id)
        first = stream.seq - len(stream.kept)
        if not first <= seq <= stream.seq:
            return Missed([], False, stream.seq)
        events = [happening for happening in stream.kept if happening.seq is not None and happening.seq > seq]
        return Missed(events, True, stream.seq)

    def _stream(self, workspace_id: str) -> _Stream:
        stream = self._streams.get(workspace_id)
        if stream is None:
            # microseconds: a stream that is begun again, here or after a restart, starts above where it ended
            stream = self._streams[workspace_id] = _Stream(int(self._clock.now().timestamp() * 1_000_000))
            self._forget_quiet_ones()
        self._streams.move_to_end(workspace_id)
        return stream

    def _forget_quiet_ones(self) -> None:
        """Let go of what nobody listens to, longest unused first, beyond `WORKSPACES`."""
        excess = len(self._streams) - WORKSPACES
        if excess <= 0:
            return
        newest = next(reversed(self._streams))
        quiet = [name for name, stream in self._streams.items() if not stream.listeners and name != newest]
        for name in quiet[:excess]:
            del self._streams[name]
