"""What a customer is to an account: follows it, has blocked it, shows no profile to it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Relation:
    """`is_hidden`: profile look-ups answer 9010, as for Meta's review bot."""

    follows: bool = True
    blocks: bool = False
    is_hidden: bool = False

    def view(self) -> dict[str, bool]:
        """As the script API shows it."""
        return {"follows": self.follows, "blocks": self.blocks, "isHidden": self.is_hidden}


def find(connection: sqlite3.Connection, user_id: str, igsid: str) -> Relation:
    """A follower like any other when nothing else was said."""
    row = connection.execute(
        "SELECT follows, blocks, is_hidden FROM relations WHERE user_id = ? AND igsid = ?", (user_id, igsid)
    ).fetchone()
    return Relation(*map(bool, tuple(row))) if row else Relation()


def keep(connection: sqlite3.Connection, user_id: str, igsid: str, relation: Relation) -> None:
    """From now on."""
    values = (user_id, igsid, relation.follows, relation.blocks, relation.is_hidden)
    connection.execute("INSERT OR REPLACE INTO relations VALUES (?, ?, ?, ?, ?)", values)
