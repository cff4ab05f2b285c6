"""Who is at the other end, and whether a browser's origin is ours. Only trusted proxies' word counts."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from starlette.types import Scope

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Proxies:
    """The proxies whose `X-Forwarded-*` headers are believed (`TRUSTED_PROXIES`)."""

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks: list[Network] = [ipaddress.ip_network(each, strict=False) for each in networks]

    def client(self, scope: Scope) -> str:
        """The address of the client: the nearest hop that is no trusted proxy."""
        peer = (scope.get("client") or ("", 0))[0]
        if not self._networks or not self._trusts(peer):
            return str(peer)
        hops = [hop.strip() for hop in header(scope, b"x-forwarded-for").split(",") if hop.strip()]
        for hop in reversed(hops):
            if not self._trusts(hop):
                return hop if _parsed(hop) else str(peer)
            peer = hop
        return str(peer)

    def _trusts(self, address: str) -> bool:
        parsed = _parsed(address)
        return parsed is not None and any(parsed in network for network in self._networks)


def is_https(scope: Scope) -> bool:
    """Whether the client came by https. A proxy's header is believed from anyone here: a client that lies about it
    only keeps itself from being redirected."""
    forwarded = header(scope, b"x-forwarded-proto").split(",")[0].strip()
    return (forwarded or scope.get("scheme", "http")) in {"https", "wss"}


def is_own_origin(origin: str, host: str, allowed: Sequence[str]) -> bool:
    """Whether a browser's Origin is the host it called, or one of `allowed`."""
    if origin in allowed:
        return True
    try:
        parts = urlsplit(origin)
        named, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    default = {"http": 80, "https": 443}.get(parts.scheme)
    if default is None or not named:
        return False
    bare = f"[{named}]" if ":" in named else named
    own = {f"{bare}:{port or default}"} | ({bare} if port in {None, default} else set())
    return host.lower() in own


def header(scope: Scope, name: bytes) -> str:
    """One request header, empty when absent; several of one name are joined by commas."""
    return ",".join(value.decode("latin-1") for key, value in scope["headers"] if key == name)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return mapped or parsed
