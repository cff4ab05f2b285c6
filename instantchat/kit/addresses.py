"""Which network addresses may be called, however they are written.

Ranges: https://www.iana.org/assignments/iana-ipv4-special-registry and the IPv6 one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import unquote

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_EMBEDDING = (ip_network("64:ff9b::/96"), ip_network("::/96"))  # NAT64, and the old IPv4-compatible form
_PRIVATE = tuple(map(ip_network, ("192.0.0.0/24", "64:ff9b:1::/48", "fec0::/10")))  # `is_global` of 3.11 lets them by
_LOOPBACK = tuple(map(ip_address, ("127.0.0.1", "::1")))
_LOCAL_NAMES = (".local", ".internal", ".localdomain")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")


def may_reach(address: Address, allowed: Iterable[Network] = ()) -> bool:
    """Whether calls may go to this address; those in an `allowed` network may although it is private."""
    address = _unwrapped(address)
    if any(address in network for network in allowed if network.version == address.version):
        return True
    if any(address in network for network in _PRIVATE):
        return False
    return address.is_global and not address.is_multicast


def is_private_host(host: str, allowed: Iterable[Network] = ()) -> bool:
    """Whether a host as people write it plainly leads into a private network: an address in any notation, or a name
    that never means anything else. Other names are not looked up."""
    allowed = tuple(allowed)
    name = _plain(host)
    if name == "localhost" or name.endswith(".localhost"):
        return not any(may_reach(address, allowed) for address in _LOOPBACK)
    if name.endswith(_LOCAL_NAMES):
        return not allowed  # what it resolves to may be in one of them
    address = read_address(name)
    return address is not None and not may_reach(address, allowed)


def read_address(host: str) -> Address | None:
    """The address a host is in any notation that resolvers take: `127.1`, `2130706433`, `0x7f.1`, `0177.0.0.1`,
    full-width digits. None for a name."""
    name = _plain(host)
    try:
        return ip_address(name.partition("%")[0])
    except ValueError:
        return _read_numbers(name)


def _plain(host: str) -> str:
    """The host as it is dialled: one form for letters and dots, no soft hyphens, brackets or final dot."""
    text = unicodedata.normalize("NFKC", unquote(host)).casefold().replace("。", ".")
    kept = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cf", "Cc"))
    return kept.strip().strip("[]").rstrip(".")


def _read_numbers(name: str) -> IPv4Address | None:
    """As inet_aton(3): one to four numbers, the last of which fills what is left; 0x is hexadecimal, 0 octal."""
    parts = name.split(".")
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) and len(part) < 40 for part in parts):
        return None
    try:
        *high, last = [int(part[2:] or "0", 16) if part[:2] == "0x" else _decimal(part) for part in parts]
    except ValueError:
        return None
    if any(number > 255 for number in high) or last >= 256 ** (4 - len(high)):
        return None
    return IPv4Address(sum(number << 8 * (3 - index) for index, number in enumerate(high)) + last)


def _decimal(part: str) -> int:
    return int(part, 8) if part[0] == "0" else int(part)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one, where it is only another way to write it."""
    if isinstance(address, IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and any(address in network for network in _EMBEDDING):
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address
