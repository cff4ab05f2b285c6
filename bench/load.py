# ruff: noqa: S101, T201 - a program for the terminal
"""The load generator, a process of its own: signed webhook deliveries over keep-alive connections.

`python -m bench.load --port 8300 --clients 32 --count 20000 --warm 1000` sends as fast as answers come;
`--rate 50 --seconds 20` sends at fixed moments, whatever the answers do. Prints one JSON object. The text of message n
is `<word> n <monotonic seconds>`, so that whoever receives the answer can tell how long it took.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field

import uvloop

PATH = "/api/webhook/instagram"
ANSWER_SECONDS = 30.0


@dataclass(slots=True)
class Outcome:
    """What the server answered."""

    accepted: int = 0
    refused: int = 0
    waits: list[float] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0


class Client:
    """One keep-alive connection."""

    def __init__(self, port: int, secret: bytes, ig_user_id: str) -> None:
        self._port = port
        self._secret = secret
        self._ig_user_id = ig_user_id
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def deliver(self, number: int, igsid: int, word: str, run: str) -> int:
        """One delivery; the HTTP status."""
        assert self._reader is not None and self._writer is not None
        self._writer.write(self._request(number, igsid, word, run))
        async with asyncio.timeout(ANSWER_SECONDS):
            head = await self._reader.readuntil(b"\r\n\r\n")
            lowered = head.lower()
            start = lowered.find(b"content-length:")
            if start >= 0:
                await self._reader.readexactly(int(lowered[start + 15 : lowered.index(b"\r\n", start)]))
        return int(head[9:12])

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()

    def _request(self, number: int, igsid: int, word: str, run: str) -> bytes:
        millis = int(time.time() * 1000)
        item = (
            f'{{"sender":{{"id":"{igsid}"}},"recipient":{{"id":"{self._ig_user_id}"}},"timestamp":{millis},'
            f'"message":{{"mid":"aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlE{run}{number}",'
            f'"text":"{word} {number} {time.monotonic():.6f}"}}}}'
        )
        entry = f'{{"time":{millis},"id":"{self._ig_user_id}","messaging":[{item}]}}'
        body = f'{{"object":"instagram","entry":[{entry}]}}'.encode()
        signature = hmac.digest(self._secret, body, hashlib.sha256).hex()
        return (
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: facebookexternalua\r\n"
            f"Content-Type: application/json\r\nX-Hub-Signature-256: sha256={signature}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body


async def flood(given: argparse.Namespace) -> Outcome:
    """`count` deliveries by `clients` connections, each waiting for its answer; the first `warm` are not counted."""
    outcome = Outcome()
    clients = await _connect(given)
    for first, count in ((0, given.warm), (given.warm, given.count)):
        numbers = iter(range(first, first + count))
        outcome = Outcome(began=time.monotonic())

        async def drive(client: Client, numbers: object = numbers, outcome: Outcome = outcome) -> None:
            for number in numbers:  # type: ignore[attr-defined]
                await _one(client, number, given, outcome)

        await asyncio.gather(*(drive(client) for client in clients))
        outcome.ended = time.monotonic()
    for client in clients:
        client.close()
    return outcome


async def steady(given: argparse.Namespace) -> Outcome:
    """`rate` deliveries a second for `seconds`, at their moments."""
    clients = await _connect(given)
    idle: asyncio.Queue[Client] = asyncio.Queue()
    for client in clients:
        idle.put_nowait(client)
    outcome = Outcome(began=time.monotonic())
    running: set[asyncio.Task[None]] = set()

    async def send(number: int) -> None:
        client = await idle.get()
        try:
            await _one(client, number, given, outcome)
        finally:
            idle.put_nowait(client)

    for number in range(int(given.rate * given.seconds)):
        await asyncio.sleep(max(0.0, outcome.began + number / given.rate - time.monotonic()))
        task = asyncio.create_task(send(number))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    outcome.ended = time.monotonic()
    return outcome


async def _connect(given: argparse.Namespace) -> list[Client]:
    clients = [Client(given.port, given.secret.encode(), given.account) for _ in range(given.clients)]
    for client in clients:
        await client.open()
    return clients


async def _one(client: Client, number: int, given: argparse.Namespace, outcome: Outcome) -> None:
    began = time.monotonic()
    status = await client.deliver(number, 7_000_000_000 + number % given.contacts, given.word, given.run)
    outcome.waits.append(time.monotonic() - began)
    if status == 200:
        outcome.accepted += 1
    else:
        outcome.refused += 1


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--secret", required=True)
    parser.add_argument("--account", required=True)
    parser.add_argument("--run", default="A", help="makes message ids of one run differ from another's")
    parser.add_argument("--word", default="price")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--contacts", type=int, default=500)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--warm", type=int, default=1_000)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    outcome = uvloop.run(steady(given) if given.rate else flood(given))
    print("load is ready", flush=True)
    waits = sorted(outcome.waits)
    print(
        json.dumps(
            {
                "accepted": outcome.accepted,
                "refused": outcome.refused,
                "seconds": outcome.ended - outcome.began,
                "began": outcome.began,
                "p50": waits[len(waits) // 2],
                "p99": waits[int(len(waits) * 0.99)],
            }
        )
    )


if __name__ == "__main__":
    main()
