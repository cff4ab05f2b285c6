"""Calls to addresses that people type: nothing inside our own network can be reached through them.

Every address a name resolves to is checked, and the connection goes to a checked one, so a name that changes its mind
between check and call (DNS rebinding) gains nothing. Redirects are not followed. Time and size are capped.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from .addresses import Address, may_reach

BODY_LIMIT = 1024 * 1024
_CONNECTIONS = 32


class CallFailed(Exception):
    """No answer; `message` is a sentence for the author of the flow."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said; `length` is that of the body it has, which it may name without sending any."""

    status: int
    body: bytes
    length: int | None = None


class _Blocked(OSError):
    """The name leads into a network that is off limits."""


class GuardedClient:
    """`allowed` networks (CIDRs) may be reached although private. Use within one event loop; `close` it."""

    def __init__(self, allowed: Sequence[str] = ()) -> None:
        self._allowed = [ip_network(each, strict=False) for each in allowed]
        self._session: aiohttp.ClientSession | None = None

    async def call(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None, timeout: float
    ) -> Answer:
        """One request within `timeout` seconds, its answer at most 1 MiB. Raises `CallFailed`."""
        try:
            target = URL(url)
            host = target.raw_host  # what is dialled: `①②⑦.0.0.1` is 127.0.0.1 by now
        except ValueError:
            raise CallFailed("The address cannot be read.") from None
        if target.scheme not in ("http", "https") or not host:
            raise CallFailed("Only http and https addresses can be called.")
        self._check_literal(host)
        try:
            async with asyncio.timeout(timeout):
                return await self._request(method, target, headers, body)
        except TimeoutError:
            raise CallFailed(f"No answer within {timeout:g} seconds.") from None
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, _Blocked):
                raise _blocked(host) from None
            raise CallFailed(f"{host} cannot be reached.") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise CallFailed(f"The call to {host} failed: {type(error).__name__}.") from None

    async def close(self) -> None:
        """Close connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def may_reach(self, address: Address) -> bool:
        """Whether calls may go to this address."""
        return may_reach(address, self._allowed)

    def _check_literal(self, host: str) -> None:
        """The resolver never sees a host that is an address already."""
        try:
            address = ip_address(host)
        except ValueError:
            return
        if not self.may_reach(address):
            raise _blocked(host)

    async def _request(self, method: str, url: URL, headers: Mapping[str, str], body: bytes | None) -> Answer:
        if self._session is None:
            connector = aiohttp.TCPConnector(resolver=_Resolver(self), limit=_CONNECTIONS, use_dns_cache=False)
            self._session = aiohttp.ClientSession(
                connector=connector, trust_env=False, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=True
            )
        sent = {"User-Agent": "InstantChat", **headers}
        async with self._session.request(method, url, headers=sent, data=body, allow_redirects=False) as response:
            chunks: list[bytes] = []
            size = 0
            async for chunk in response.content.iter_chunked(65_536):
                size += len(chunk)
                if size > BODY_LIMIT:
                    response.close()
                    raise CallFailed("The answer is over 1 MiB.")
                chunks.append(chunk)
            return Answer(response.status, b"".join(chunks), response.content_length)


class _Resolver(AbstractResolver):
    """Names to addresses, all of them checked: one that is off limits blocks the name."""

    def __init__(self, guard: GuardedClient) -> None:
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found: list[Any] = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        results: list[ResolveResult] = []
        for kind, _, protocol, _, address in found:
            if not self._guard.may_reach(ip_address(address[0].partition("%")[0])):
                raise _Blocked(f"{host} is off limits")
            results.append(
                ResolveResult(
                    hostname=host,
                    host=address[0],
                    port=port,
                    family=kind,
                    proto=protocol,
                    flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
                )
            )
        return results

    async def close(self) -> None:
        return None


def _blocked(host: str) -> CallFailed:
    return CallFailed(
        f"{host} is in a private network, which flows may not call unless INSTANTCHAT_HTTP_ALLOWED_NETWORKS lists it."
    )
