"""What Meta's callbacks are answered."""

from __future__ import annotations

from pydantic import BaseModel


class DeletionAnswer(BaseModel):
    """Meta shows both to the person; the names are Meta's."""

    url: str
    confirmation_code: str


class DeauthorizeAnswer(BaseModel):
    """Meta asks for a 200 only."""

    success: bool = True
