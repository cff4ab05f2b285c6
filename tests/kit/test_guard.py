"""Nothing inside our network can be reached through an address that somebody typed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_address

import pytest

from instantchat.kit.guard import Answer, CallFailed, GuardedClient

LOOPBACK = ("127.0.0.0/8",)


@pytest.fixture
async def service() -> AsyncIterator[int]:
    """A service on loopback; its path says what it answers."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1]
        if path == b"/redirect":
            writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
        elif path == b"/big":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + b"x" * 2_000_000)
        elif path == b"/silent":
            await reader.read()
        else:
            writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def call(client: GuardedClient, url: str, *, timeout: float = 5) -> Answer:
    try:
        return await client.call("GET", url, headers={}, body=None, timeout=timeout)
    finally:
        await client.close()


class TestMayReach:
    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
            "224.0.0.1", "255.255.255.255", "::1", "::", "fc00::1", "fe80::1", "ff02::1", "::ffff:127.0.0.1",
            "64:ff9b::7f00:1", "2002:7f00:1::",
        ],
    )  # fmt: skip
    def test_not_what_is_not_public(self, address: str) -> None:
        assert not GuardedClient().may_reach(ip_address(address))

    @pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111"])
    def test_what_is_public(self, address: str) -> None:
        assert GuardedClient().may_reach(ip_address(address))

    def test_what_the_operator_allows(self) -> None:
        client = GuardedClient(["10.0.0.0/8"])
        assert client.may_reach(ip_address("10.9.8.7"))
        assert client.may_reach(ip_address("::ffff:10.9.8.7"))
        assert not client.may_reach(ip_address("192.168.0.1"))


class TestCall:
    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1"]
    )
    async def test_blocks_every_way_to_write_this_machine(self, service: int, host: str) -> None:
        with pytest.raises(CallFailed):
            await call(GuardedClient(), f"http://{host}:{service}/")

    async def test_says_that_a_network_is_private(self, service: int) -> None:
        for host in ("127.0.0.1", "localhost"):
            with pytest.raises(CallFailed, match="private network"):
                await call(GuardedClient(), f"http://{host}:{service}/")

    async def test_gives_status_and_body(self, service: int) -> None:
        assert await call(GuardedClient(LOOPBACK), f"http://127.0.0.1:{service}/") == Answer(201, b"{}", 2)

    async def test_does_not_follow_redirects(self, service: int) -> None:
        assert (await call(GuardedClient(LOOPBACK), f"http://127.0.0.1:{service}/redirect")).status == 302

    async def test_gives_up_on_more_than_a_mebibyte(self, service: int) -> None:
        with pytest.raises(CallFailed, match="over 1 MiB"):
            await call(GuardedClient(LOOPBACK), f"http://127.0.0.1:{service}/big")

    async def test_gives_up_in_time(self, service: int) -> None:
        with pytest.raises(CallFailed, match=r"within 0\.05 seconds"):
            await call(GuardedClient(LOOPBACK), f"http://127.0.0.1:{service}/silent", timeout=0.05)

    @pytest.mark.parametrize("url", ["ftp://example.com/", "file:///etc/passwd", "http://", "nonsense", "http://[bad"])
    async def test_refuses_what_is_no_web_address(self, url: str) -> None:
        with pytest.raises(CallFailed):
            await call(GuardedClient(), url)
