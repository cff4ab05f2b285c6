"""Calls that flows make cannot be aimed at our own network, however the address is written."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from instantchat.kit.guard import CallFailed, GuardedClient

HOSTS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.0.0.1.",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "0",
    "0.0.0.0",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "①②⑦.0.0.1",
    "127。0。0。1",
    "１２７.0.0.1",
    "loc\u00adalhost",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "user@127.0.0.1",
    "example.com@127.0.0.1",
    "example.com\\@127.0.0.1",
    "127.0.0.1\\@example.com",
    "127.0.0.1%2f@example.com",
    "127.0.0.1%00.example.com",
    "%31%32%37.0.0.1",
    "127.0.0.1\t",
]


@dataclass
class Inside:
    """A service that only we may reach; `visits` counts who came."""

    port: int
    visits: int = 0


@asynccontextmanager
async def inside() -> AsyncIterator[Inside]:
    found = Inside(0)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.visits += 1
        await reader.readline()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nINSIDE")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        yield found


@asynccontextmanager
async def client(*allowed: str) -> AsyncIterator[GuardedClient]:
    guarded = GuardedClient(allowed)
    try:
        yield guarded
    finally:
        await guarded.close()


async def call(guarded: GuardedClient, url: str) -> bytes:
    return (await guarded.call("GET", url, headers={}, body=None, timeout=5)).body


@pytest.mark.parametrize("host", HOSTS)
async def test_loopback_is_not_reached_by_any_spelling(host: str) -> None:
    async with inside() as service, client() as guarded:
        with pytest.raises(CallFailed):
            await call(guarded, f"http://{host}:{service.port}/")
        assert service.visits == 0


@pytest.mark.parametrize(
    "host",
    [
        *("10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.192", "198.18.0.1"),
        *("224.0.0.1", "255.255.255.255", "[fd00:ec2::254]", "[fe80::1]", "[fec0::1]", "[ff02::1]", "[2002:7f00:1::]"),
        *("[64:ff9b:1::a00:1]", "[::ffff:169.254.169.254]", "[::169.254.169.254]", "[64:ff9b::a9fe:a9fe]"),
        *("①⑥⑨.254.169.254", "2852039166", "0xa9fea9fe"),
    ],
)
async def test_private_networks_and_metadata_services_are_refused_before_a_connection(host: str) -> None:
    async with client() as guarded:
        with pytest.raises(CallFailed) as refusal:
            await call(guarded, f"http://{host}/latest/meta-data/")
        assert "No answer within" not in refusal.value.message


@pytest.mark.parametrize("scheme", ["file", "ftp", "gopher", "data", "javascript", "ws", "unix", ""])
async def test_other_schemes_are_refused(scheme: str) -> None:
    async with client() as guarded:
        with pytest.raises(CallFailed):
            await call(guarded, f"{scheme}://127.0.0.1/etc/passwd")


async def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when only one of its addresses does, and when it changes its mind after the check (DNS rebinding)."""
    async with inside() as service, client() as guarded:
        loop = asyncio.get_running_loop()
        answers = [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["93.184.216.34", "::1"], ["::ffff:127.0.0.1"]]

        async def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
            kind = {True: socket.AF_INET6, False: socket.AF_INET}
            return [(kind[":" in each], socket.SOCK_STREAM, 6, "", (each, port)) for each in answers[0]]

        monkeypatch.setattr(loop, "getaddrinfo", resolve)
        while answers:
            with pytest.raises(CallFailed):
                await call(guarded, f"http://rebind.example:{service.port}/")
            answers.pop(0)
        assert service.visits == 0


async def test_redirects_are_not_followed() -> None:
    async with inside() as service:

        async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            target = f"http://localhost:{service.port}/"
            writer.write(f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode())
            writer.close()

        outer = await asyncio.start_server(redirect, "127.0.0.2", 0)
        async with outer, client("127.0.0.2/32") as guarded:
            port = outer.sockets[0].getsockname()[1]
            answer = await guarded.call("GET", f"http://127.0.0.2:{port}/", headers={}, body=None, timeout=5)
        assert answer.status == 302
        assert service.visits == 0


async def test_an_allowed_network_opens_nothing_else() -> None:
    async with inside() as service, client("10.0.0.0/8", "127.0.0.2/32") as guarded:
        with pytest.raises(CallFailed):
            await call(guarded, f"http://127.0.0.1:{service.port}/")
        assert service.visits == 0


async def test_an_allowed_network_is_reached() -> None:
    async with inside() as service, client("127.0.0.0/8") as guarded:
        assert await call(guarded, f"http://127.0.0.1:{service.port}/") == b"INSIDE"


@pytest.mark.parametrize("compressed", [False, True])
async def test_an_endless_answer_is_cut(compressed: bool) -> None:
    """Also one that is small on the wire: 50 MB of zeros in 50 KB."""
    import gzip

    body = gzip.compress(b"\0" * 50_000_000) if compressed else b"\0" * 3_000_000

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        kind = b"Content-Encoding: gzip\r\n" if compressed else b""
        writer.write(b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n" % (kind, len(body)) + body)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with client("127.0.0.0/8") as guarded:
        with pytest.raises(CallFailed, match="1 MiB"):
            await call(guarded, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    server.close()
