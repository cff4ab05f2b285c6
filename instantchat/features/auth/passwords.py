"""Passwords: argon2id for new hashes, bcrypt verified and upgraded, by passlib's API (`libpass`).

The rules are those of OWASP ASVS 5 (6.2): at least 8 characters, any character, no composition rules, not among the
passwords everybody tries first; the argon2id cost is the OWASP Password Storage Cheat Sheet's.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from passlib.context import CryptContext

from instantchat.errors import FieldError, Invalid, Unavailable

P = ParamSpec("P")
T = TypeVar("T")

SHORTEST, LONGEST = 8, 128
_BCRYPT_BYTES = 72
_WAIT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password is right, and its new hash when the stored one is of an older kind."""

    is_right: bool
    upgraded: str | None = None


class Passwords:
    """Hashes and verifies off the event loop, two at a time: each takes about 20 ms of a core and 19 MiB."""

    def __init__(self) -> None:
        self._context = CryptContext(
            schemes=["argon2", "bcrypt"],
            deprecated="auto",
            argon2__type="ID",
            argon2__memory_cost=19_456,
            argon2__time_cost=2,
            argon2__parallelism=1,
        )
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")
        self._decoy: str = self._context.hash("nobody's password")

    async def hash(self, password: str) -> str:
        """A new argon2id hash. Raises `Unavailable` when too many wait before it."""
        return await self._off_loop(self._hash, password)

    async def verify(self, password: str, stored: str | None) -> Verdict:
        """Compare with a stored hash; with None (nobody has that address) the same work is done in vain."""
        return await self._off_loop(self._verify, password, stored)

    def _hash(self, password: str) -> str:
        return str(self._context.hash(_normal(password)))

    def _verify(self, password: str, stored: str | None) -> Verdict:
        if stored is None:
            self._context.verify(_normal(password), self._decoy)
            return Verdict(False)
        offered = _normal(password)
        if self._context.identify(stored) == "bcrypt":
            if "\0" in offered:
                return Verdict(False)
            offered = offered.encode()[:_BCRYPT_BYTES].decode(errors="ignore")  # what bcrypt itself looked at
        if not self._context.verify(offered, stored):
            return Verdict(False)
        return Verdict(True, self._hash(password) if self._context.needs_update(stored) else None)

    async def _off_loop(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                return await loop.run_in_executor(self._threads, partial(work, *args, **kwargs))
        except TimeoutError:
            raise Unavailable("busy", "Too many people are signing in right now. Try again in a minute.") from None


def check_password(password: str, *, field: str = "password") -> None:
    """Raises `Invalid` (`weak_password`) for a password nobody should have."""
    if len(password) < SHORTEST:
        refusal = f"Choose a password of at least {SHORTEST} characters."
    elif len(password) > LONGEST:
        refusal = f"Choose a password of at most {LONGEST} characters."
    elif password.lower() in _common():
        refusal = "That password is among the first that everybody tries. Choose another."
    else:
        return
    raise Invalid("weak_password", refusal, errors=[FieldError(code="weak_password", field=field, message=refusal)])


def _normal(password: str) -> str:
    """One form for the same characters typed on different keyboards (NIST SP 800-63B 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


@cache
def _common() -> frozenset[str]:
    """The 3,000 most common passwords of 8 characters or more, from the list that Django ships (BSD)."""
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text().split())
