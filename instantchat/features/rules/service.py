"""The rules that a workspace gives each of its Instagram accounts."""

from __future__ import annotations

from collections.abc import Iterator

from instantchat.engine.text import MESSAGE_BYTES, fold
from instantchat.errors import FieldError, Invalid
from instantchat.features.auth.member import Member
from instantchat.features.connect.connected import connected, connected_account
from instantchat.features.connect.refusals import refusal
from instantchat.features.rules.schemas import RulesPatch
from instantchat.runtime.live import LiveEvent, Publisher
from instantchat.runtime.rules import Rules
from instantchat.store import records as r
from instantchat.store.ports import Store

LONGEST_PAUSE = 60 * 24 * 30  # minutes
LONGEST_TEXT = 500
MOST_WORDS = 20
LONGEST_WORD = 50


class RulesService:
    """Viewers read them, admins change them. Only connected accounts have any: `NotFound("not_connected")`."""

    def __init__(self, store: Store, publisher: Publisher) -> None:
        self._accounts = store.accounts
        self._publisher = publisher

    async def accounts(self, member: Member) -> list[r.Account]:
        """The connected accounts of the workspace, oldest first."""
        return await connected(self._accounts, member)

    async def account(self, member: Member, account_id: str | None = None) -> r.Account:
        """A connected account with its rules, without an id the oldest."""
        return await connected_account(self._accounts, member, account_id)

    async def change(self, member: Member, account_id: str | None, patch: RulesPatch) -> r.Account:
        """The account with its rules changed; they count from the next event on. Raises `Invalid("rules_bad")` with
        an error for each field that cannot be so, and then nothing is stored."""
        member.require("admin")
        account = await self.account(member, account_id)
        given = patch.model_dump(exclude_none=True, by_alias=False)
        for name in given.keys() & {"disclosure", "stop_reply"}:
            given[name] = _clean(given[name])
        if "escalation_words" in given:
            given["escalation_words"] = _distinct(given["escalation_words"])
        errors = list(_problems(given))
        if errors:
            raise Invalid("rules_bad", errors[0].message, errors=errors)
        rules = Rules.model_validate(Rules.of(account).model_dump() | given)
        changed = await self._accounts.set_rules(member.workspace_id, account.id, rules.stored())
        if changed is None:
            raise refusal("not_connected")
        self._publisher.publish(LiveEvent(member.workspace_id, "account", changed))
        return changed


def _clean(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode().strip()


def _distinct(words: list[str]) -> list[str]:
    """Without empty ones, and those that are the same to whoever compares them."""
    found = {fold(word): word for word in reversed([_clean(each) for each in words]) if word}
    return list(reversed(found.values()))


def _problems(given: r.Json) -> Iterator[FieldError]:
    minutes = given.get("pause_minutes", 0)
    if not 0 <= minutes <= LONGEST_PAUSE:
        text = f"Give a number of minutes from 0 (no pause) to {LONGEST_PAUSE:,} (30 days)."
        yield FieldError(code="out_of_range", field="pauseMinutes", message=text)
    for name, field in (("disclosure", "disclosure"), ("stop_reply", "stopReply")):
        yield from _text_problems(field, given.get(name, ""))
    words = given.get("escalation_words", [])
    if len(words) > MOST_WORDS:
        text = f"There can be at most {MOST_WORDS} words; these are {len(words)}."
        yield FieldError(code="too_many", field="escalationWords", message=text)
    for word in words:
        if len(word) > LONGEST_WORD:
            text = f"“{word[:20]}…” is too long: a word has at most {LONGEST_WORD} characters."
            yield FieldError(code="too_long", field="escalationWords", message=text)
            return


def _text_problems(field: str, text: str) -> Iterator[FieldError]:
    if len(text) > LONGEST_TEXT:
        sentence = f"The text has at most {LONGEST_TEXT} characters; this one has {len(text):,}. Shorten it."
    elif len(text.encode()) > MESSAGE_BYTES:
        sentence = "The text is too long for one message on Instagram: emoji and accents count more. Shorten it."
    else:
        return
    yield FieldError(code="too_long", field=field, message=sentence)
