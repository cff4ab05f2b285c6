"""Simulated professional accounts and customers."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from instantchat import errors
from instantchat.channels.simulator import ids

_USERNAME = re.compile(r"[a-z0-9._]{1,30}")
_SEED_ACCOUNTS = (("sunny.bakery", "Sunny Bakery", "BUSINESS"), ("lena.draws", "Lena Draws", "MEDIA_CREATOR"))
_SEED_CUSTOMERS = (("mia.lopez", "Mia López"), ("tom.becker", "Tom Becker"))
MOST = 500


@dataclass(frozen=True, slots=True)
class Account:
    """A professional account. Webhooks know it by `user_id`; `subscribed_fields` is empty until a product connects,
    `is_facebook` when it did by the Facebook product."""

    user_id: str
    app_scoped_id: str
    username: str
    name: str
    account_type: str
    subscribed_fields: str
    allows_messages: int = 1
    is_tester: int = 1
    is_facebook: int = 0

    @property
    def is_subscribed(self) -> bool:
        """Whether its webhooks are delivered."""
        return bool(self.subscribed_fields)

    def listens_to(self, field: str) -> bool:
        """Whether webhooks of this field are delivered; of messages only while the owner allows it."""
        is_about_comments = field in ("comments", "live_comments")
        return field in self.subscribed_fields.split(",") and (is_about_comments or bool(self.allows_messages))


@dataclass(frozen=True, slots=True)
class Customer:
    """A person who may write to any account; one IGSID for all of them (Meta's differ per account)."""

    igsid: str
    username: str
    name: str


def seed(connection: sqlite3.Connection) -> None:
    """Two accounts and two customers to begin with."""
    if connection.execute("SELECT 1 FROM accounts LIMIT 1").fetchone() is None:
        for username, name, account_type in _SEED_ACCOUNTS:
            add_account(connection, username, name, account_type)
        for username, name in _SEED_CUSTOMERS:
            add_customer(connection, username, name)


def accounts(connection: sqlite3.Connection) -> list[Account]:
    """All accounts, by username."""
    rows = connection.execute(f"SELECT * FROM accounts ORDER BY username LIMIT {MOST}")  # noqa: S608 - a constant
    return [Account(**dict(row)) for row in rows]


def customers(connection: sqlite3.Connection) -> list[Customer]:
    """The newest customers first."""
    rows = connection.execute(f"SELECT * FROM customers ORDER BY rowid DESC LIMIT {MOST}")  # noqa: S608 - a constant
    return [Customer(**dict(row)) for row in rows]


def find_account(connection: sqlite3.Connection, either_id: str) -> Account | None:
    """By professional account id or app-scoped id."""
    row = connection.execute(
        "SELECT * FROM accounts WHERE user_id = ? OR app_scoped_id = ?", (either_id, either_id)
    ).fetchone()
    return Account(**dict(row)) if row else None


def find_customer(connection: sqlite3.Connection, igsid: str) -> Customer | None:
    """By IGSID."""
    row = connection.execute("SELECT * FROM customers WHERE igsid = ?", (igsid,)).fetchone()
    return Customer(**dict(row)) if row else None


def add_account(connection: sqlite3.Connection, username: str, name: str, account_type: str = "BUSINESS") -> Account:
    """A new account; raises `Invalid` or `Conflict` for its username."""
    username, name = _names(username, name)
    account = Account(ids.account_id(), ids.app_scoped_id(), username, name, account_type, "")
    try:
        connection.execute(
            "INSERT INTO accounts (user_id, app_scoped_id, username, name, account_type) VALUES (?, ?, ?, ?, ?)",
            (account.user_id, account.app_scoped_id, username, name, account_type),
        )
    except sqlite3.IntegrityError as error:
        raise errors.Conflict("username_taken", f"There is already an account @{username}.") from error
    return account


def add_customer(connection: sqlite3.Connection, username: str, name: str) -> Customer:
    """A new customer; raises `Invalid` or `Conflict` for its username."""
    username, name = _names(username, name)
    customer = Customer(ids.igsid(), username, name)
    try:
        connection.execute("INSERT INTO customers VALUES (?, ?, ?)", (customer.igsid, username, name))
    except sqlite3.IntegrityError as error:
        raise errors.Conflict("username_taken", f"There is already a customer @{username}.") from error
    return customer


def set_subscription(connection: sqlite3.Connection, user_id: str, fields: str, *, is_facebook: bool = False) -> None:
    """Deliver these webhook fields of the account, signed for that product; none when empty."""
    connection.execute(
        "UPDATE accounts SET subscribed_fields = ?, is_facebook = ? WHERE user_id = ?", (fields, is_facebook, user_id)
    )


def set_switches(connection: sqlite3.Connection, user_id: str, *, allows_messages: bool, is_tester: bool) -> None:
    """The owner's "Allow access to messages", and the account's role in an app that is not live."""
    connection.execute(
        "UPDATE accounts SET allows_messages = ?, is_tester = ? WHERE user_id = ?",
        (allows_messages, is_tester, user_id),
    )


def page_id(account: Account) -> str:
    """The Facebook page it is linked to, as every account that Facebook's product knows is."""
    return f"1{account.user_id[5:]}00"


def need_account(connection: sqlite3.Connection, either_id: str) -> Account:
    """By either id; raises `NotFound`."""
    found = find_account(connection, either_id)
    if found is None:
        raise errors.NotFound("account_not_found", "There is no such account in the simulator.")
    return found


def need_customer(connection: sqlite3.Connection, igsid: str) -> Customer:
    """By IGSID; raises `NotFound`."""
    found = find_customer(connection, igsid)
    if found is None:
        raise errors.NotFound("customer_not_found", "There is no such customer in the simulator.")
    return found


def _names(username: str, name: str) -> tuple[str, str]:
    username = username.strip().lstrip("@").lower()
    if not _USERNAME.fullmatch(username):
        raise errors.Invalid(
            "bad_username", "A username has 1 to 30 letters a-z, digits, dots or underscores, and no spaces."
        )
    return username, name.strip()[:80] or username
