"""What Meta tells in an owner's name: they removed the app, or want their data deleted (`instagram-api.md` 5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import structlog

from instantchat.channels.instagram.signed_request import SignedRequest, read_signed_request
from instantchat.errors import NotFound
from instantchat.kit.clock import Clock
from instantchat.kit.crypto import Secret
from instantchat.kit.ids import new_token
from instantchat.runtime.live import LiveEvent, Publisher
from instantchat.store import records as r
from instantchat.store.ports import Store

REMOVED = "The owner removed this app on Instagram. Connect the account again to go on."
SKEW = dt.timedelta(minutes=5)  # how far Meta's clock and ours may be apart
_log = structlog.get_logger(__name__)


class CallbackService:
    """Takes Meta's signed requests. `wake` is rung when there is something to delete."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        publisher: Publisher,
        secrets: Mapping[str, Secret],
        wake: Callable[[], None],
        *,
        base_url: str,
    ) -> None:
        self._store = store
        self._clock = clock
        self._publisher = publisher
        self._secrets = secrets
        self._wake = wake
        self._base_url = base_url.rstrip("/")

    async def deauthorize(self, signed_request: str) -> None:
        """Drop the tokens of the owner's accounts. An account connected after the request was signed is left alone, so
        that a repetition does not undo connecting again. Raises what `read_signed_request` does."""
        request = self._read(signed_request, "deauthorize")
        for account in await self._store.accounts.of_person(request.user_id):
            if account.state == "disconnected" or _is_older(request, account):
                continue
            gone = await self._store.accounts.set_state(account.id, "disconnected", REMOVED)
            if gone is not None:
                self._tell(gone)

    async def delete(self, signed_request: str) -> r.Deletion:
        """Disconnect the owner's accounts for good and have all they hold deleted; a repeated request finds the first
        one. Raises what `read_signed_request` does."""
        request = self._read(signed_request, "data_deletion")
        wanted = r.Deletion(new_token(16), request.key, "received", self._clock.now())
        deletion, accounts = await self._store.deletions.request(wanted, request.user_id)
        for account in accounts:
            self._tell(account)
        self._wake()
        return deletion

    async def deletion(self, code: str) -> r.Deletion:
        """How far a deletion is, for whoever has its code; raises `NotFound("deletion_unknown")`."""
        found = await self._store.deletions.deletion(code)
        if found is None:
            raise NotFound("deletion_unknown", "No deletion has this confirmation code. Check that it is complete.")
        return found

    def status_url(self, deletion: r.Deletion) -> str:
        """Where the person may look."""
        return f"{self._base_url}/data-deletion/{deletion.code}"

    def _read(self, signed_request: str, kind: str) -> SignedRequest:
        request = read_signed_request(signed_request, self._secrets)
        _log.info("instagram_callback", kind=kind, signed_by=request.signed_by)
        return request

    def _tell(self, account: r.Account) -> None:
        self._publisher.publish(LiveEvent(account.workspace_id, "account", account))


def _is_older(request: SignedRequest, account: r.Account) -> bool:
    """Whether the request was signed before the account was connected."""
    return request.issued_at is not None and request.issued_at + SKEW < account.connected_at
