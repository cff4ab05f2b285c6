"""Connected Instagram accounts as the API shows them (DESIGN section 6). Tokens never appear here."""

from __future__ import annotations

from typing import Self

from instantchat.channels.instagram.doctor.check import CheckState
from instantchat.features.connect.doctor import Report
from instantchat.features.wire import Moment, Wire
from instantchat.store import records as r


class AccountOut(Wire):
    """`Account` of DESIGN section 6."""

    id: str
    ig_user_id: str
    username: str
    name: str
    picture_url: str | None
    state: r.AccountState
    token_expires_at: Moment | None

    @classmethod
    def from_record(cls, account: r.Account) -> Self:
        """The wire form of a stored account."""
        return cls(
            id=account.id,
            ig_user_id=account.ig_user_id,
            username=account.username,
            name=account.name,
            picture_url=account.picture_url,
            state=account.state,
            token_expires_at=account.token_expires_at,
        )


class AuthorizeOut(Wire):
    """Where to send the browser so that its owner may allow access."""

    authorize_url: str


class StatusOut(Wire):
    """Whether any account is connected, and all of them."""

    connected: bool
    accounts: list[AccountOut]


class DisconnectIn(Wire):
    """Which account to disconnect; without an id, the only or first connected one."""

    account_id: str | None = None


class CheckOut(Wire):
    """One step of the connection: what was found, and how to put it right."""

    id: str
    title: str
    state: CheckState
    evidence: str
    fix: str
    account_id: str | None


class DoctorOut(Wire):
    """Every step, the server's first; `state` is the gravest."""

    state: CheckState
    checks: list[CheckOut]

    @classmethod
    def from_report(cls, report: Report) -> Self:
        """The wire form."""
        checks = [
            CheckOut(
                id=each.id,
                title=each.title,
                state=each.state,
                evidence=each.evidence,
                fix=each.fix,
                account_id=each.account_id,
            )
            for each in report.checks
        ]
        return cls(state=report.state, checks=checks)
