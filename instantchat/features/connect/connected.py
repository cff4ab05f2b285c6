"""The accounts of a workspace that are connected: what every feature about accounts begins with."""

from __future__ import annotations

from instantchat.features.auth.member import Member
from instantchat.features.connect.refusals import refusal
from instantchat.store import records as r
from instantchat.store.ports import AccountStore


async def connected(accounts: AccountStore, member: Member) -> list[r.Account]:
    """Oldest first."""
    return [each for each in await accounts.accounts(member.workspace_id) if each.state != "disconnected"]


async def connected_account(accounts: AccountStore, member: Member, account_id: str | None) -> r.Account:
    """One of them, without an id the oldest; raises `NotFound("not_connected")`."""
    for account in await connected(accounts, member):
        if account_id in (None, account.id):
            return account
    raise refusal("not_connected")
