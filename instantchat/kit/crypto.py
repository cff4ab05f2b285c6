"""Encryption at rest and keyed digests. Secrets are wrapped so that no log or repr can show them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Secret:
    """A string that shows itself only when asked by `reveal()`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself; keep it out of logs, state and pages."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('***')"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)


class Vault:
    """Encrypts with the first key, decrypts with any: rotate by putting a new key in front."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys` are urlsafe base64 of 32 bytes; raises ValueError for anything else."""
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, secret: Secret) -> str:
        """The secret as ciphertext, for a column."""
        return self._fernet.encrypt(secret.reveal().encode()).decode()

    def open(self, sealed: str) -> Secret:
        """The secret behind a ciphertext; raises ValueError when no key fits."""
        try:
            return Secret(self._fernet.decrypt(sealed.encode()).decode())
        except InvalidToken as error:
            raise ValueError("no configured ENCRYPTION_KEYS entry can read this value") from error


def new_key() -> str:
    """A fresh key for `Vault`."""
    return Fernet.generate_key().decode()


def hmac_hex(key: str, body: bytes, algorithm: str = "sha256") -> str:
    """Lower-case hex HMAC of `body`."""
    return hmac.new(key.encode(), body, algorithm).hexdigest()


def same(left: str, right: str) -> bool:
    """Equality in constant time; any characters."""
    return hmac.compare_digest(left.encode(), right.encode())


def fingerprint(secret: str) -> str:
    """SHA-256 hex: what is stored of a refresh token or API key, which are random and need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()
