"""Instagram's receiving end, cheaply: a process of its own that counts what it is sent.

`python -m tests.support.sink --port 8310` answers any POST to `.../messages` with `{recipient_id, message_id}`, any
other GET with a profile, and `GET /sink/received` with what came: `{received: [[recipient, text, seconds], ...],
inFlight}`, the seconds being this machine's monotonic clock. `POST /sink/delay {seconds}` makes it answer later.
HTTP/1.1, keep-alive.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
import urllib.request
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import orjson

from tests.support.echoes import Echoes
from tests.support.process import Child


class Received:
    """Everything that was sent here."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str, float]] = []
        self.in_flight = 0
        self.delay = 0.0
        self.on_change: Callable[[], None] = lambda: None
        self.on_message: Callable[[str, str, str, str], None] | None = None

    def snapshot(self) -> bytes:
        return orjson.dumps({"received": self.messages, "inFlight": self.in_flight})


class SinkProtocol(asyncio.Protocol):
    """One connection; requests are answered in order."""

    def __init__(self, received: Received) -> None:
        self._received = received
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            length = _content_length(head)
            if len(rest) < length:
                return
            self._buffer = rest[length:]
            self._answer(head.split(b" ", 2), rest[:length])

    def _answer(self, line: list[bytes], body: bytes) -> None:
        path = line[1].partition(b"?")[0]
        if path == b"/sink/received":
            self._write(self._received.snapshot())
        elif path == b"/sink/delay":
            self._received.delay = float(orjson.loads(body)["seconds"])
            self._write(b"{}")
        elif line[0] == b"POST" and path.endswith(b"/messages"):
            self._take(path.split(b"/")[-2].decode(), orjson.loads(body))
        else:
            self._write(b'{"id":"1","name":"Ada Lovelace","username":"ada"}')

    def _take(self, account: str, sent: dict[str, Any]) -> None:
        received = self._received
        recipient = sent["recipient"].get("id", "")
        text = sent.get("message", {}).get("text", "")
        received.messages.append((recipient, text, time.monotonic()))
        mid = f"mid.{len(received.messages)}"
        answer = orjson.dumps({"recipient_id": recipient, "message_id": mid})
        if received.on_message is not None:
            received.on_message(account, recipient, mid, text)
        if not received.delay:
            self._write(answer)
            return
        received.in_flight += 1
        received.on_change()
        asyncio.get_running_loop().call_later(received.delay, self._write_late, answer)

    def _write_late(self, answer: bytes) -> None:
        self._received.in_flight -= 1
        self._write(answer)

    def _write(self, body: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
            self._transport.write(head + body)


class SinkProcess:
    """The sink as a child process: `with SinkProcess(port) as sink`. With `echo_to`, a port and the app's secret, it
    delivers the echo of each message there."""

    def __init__(self, port: int, echo_to: tuple[int, str] | None = None) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        echo = ["--echo-to", str(echo_to[0]), "--secret", echo_to[1]] if echo_to else []
        self._child = Child(["-m", "tests.support.sink", "--port", str(port), *echo])

    def __enter__(self) -> Self:
        self._child.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.stop()

    def received(self) -> list[tuple[str, str, float]]:
        """(recipient, text, monotonic seconds) of every message, in order."""
        return [(one[0], one[1], one[2]) for one in self._get()["received"]]

    def in_flight(self) -> int:
        """Messages received and not answered yet."""
        return int(self._get()["inFlight"])

    def delay(self, seconds: float) -> None:
        """Answer this much later from now on."""
        request = urllib.request.Request(f"{self.url}/sink/delay", json.dumps({"seconds": seconds}).encode())
        urllib.request.urlopen(request, timeout=5).close()

    def _get(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/sink/received", timeout=10) as response:
            found: dict[str, Any] = json.load(response)
            return found


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def _serve(port: int, echoes: Echoes | None) -> None:
    received = Received()
    received.on_message = echoes.tell if echoes is not None else None
    server = await asyncio.get_running_loop().create_server(
        lambda: SinkProtocol(received), "127.0.0.1", port, backlog=256
    )
    print(f"sink is ready on {port}", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--echo-to", type=int, help="port of the server that gets the echo of each message")
    parser.add_argument("--secret", default="", help="signs the echoes")
    given = parser.parse_args()
    uvloop.run(_serve(given.port, Echoes(given.echo_to, given.secret) if given.echo_to else None))
