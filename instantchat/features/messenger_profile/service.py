"""What an account shows before anybody writes: read from Instagram, saved there, and read back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from instantchat.channels.instagram import messenger_profile as ig
from instantchat.channels.instagram.client import InstagramClient
from instantchat.channels.instagram.errors import MetaRefused, MetaUnreachable, RefusalKind
from instantchat.errors import FieldError, Invalid, Unavailable
from instantchat.features.auth.member import Member
from instantchat.features.connect.service import ConnectService
from instantchat.features.flows.published import PublishedFlows
from instantchat.features.messenger_profile.schemas import Heard, ProfileIn, ProfileOut, Warned
from instantchat.kit.crypto import Secret, Vault
from instantchat.store import records as r
from instantchat.store.ports import Store
from instantchat.triggers.postback import Postback

_HEARD = 200
_SAVE_SECONDS = 20


class MessengerProfileService:
    """Nothing is kept here: Instagram has it. Every member reads; changing it takes an admin.

    Both raise `NotFound("not_connected")`, `Unavailable("token_unreadable")` and what Instagram or the network refuses.
    """

    def __init__(self, store: Store, connect: ConnectService, instagram: InstagramClient, vault: Vault) -> None:
        self._published = PublishedFlows(store.flows)
        self._connect = connect
        self._instagram = instagram
        self._vault = vault

    async def read(self, member: Member, account_id: str | None = None) -> ProfileOut:
        """What Instagram has now; without an id, of the oldest connected account."""
        account = await self._connect.account(member, account_id)
        profile = await ig.read(self._instagram, account.ig_user_id, self._token(account))
        return await self._shown(member, account, profile, differs=False)

    async def save(self, member: Member, account_id: str | None, body: ProfileIn) -> ProfileOut:
        """Replace what differs, within 20 s, and what Instagram says of it afterwards; it may take some minutes to show
        a change.

        Raises `Invalid("messenger_profile_invalid")` with a sentence for each field; then nothing was changed.
        """
        member.require("admin")
        account = await self._connect.account(member, account_id)
        try:
            async with asyncio.timeout(_SAVE_SECONDS):
                wanted, found = await self._replace(account, body)
        except TimeoutError:
            raise MetaUnreachable("it did not answer in time; some of it may be saved") from None
        return await self._shown(member, account, found, differs=found != wanted)

    async def _replace(self, account: r.Account, body: ProfileIn) -> tuple[ig.MessengerProfile, ig.MessengerProfile]:
        """What Instagram was told to have, and what it says it has."""
        token = self._token(account)
        before = await ig.read(self._instagram, account.ig_user_id, token)
        wanted = body.over(before)
        problems = list(_problems(wanted))
        if problems:
            raise _invalid(problems)
        try:
            await ig.write(self._instagram, account.ig_user_id, token, wanted, before)
        except MetaRefused as refused:
            if refused.refusal.kind is not RefusalKind.PERMANENT:
                raise
            sentence = "Instagram did not accept these entries. Check that texts are short and addresses complete."
            raise Invalid("messenger_profile_refused", sentence) from refused
        return wanted, await ig.read(self._instagram, account.ig_user_id, token)

    async def _shown(
        self, member: Member, account: r.Account, profile: ig.MessengerProfile, *, differs: bool
    ) -> ProfileOut:
        heard = await self._heard(member.workspace_id)
        known = {each.payload for each in heard}
        return ProfileOut.of(account.id, profile, list(_unheard(profile, known)), heard[:_HEARD], differs=differs)

    async def _heard(self, workspace_id: str) -> list[Heard]:
        """What the active flows' triggers for taps listen to."""
        return [
            Heard(payload=payload, flow=flow.name)
            for flow in (await self._published.active(workspace_id)).values()
            for listener in (flow.compiled.listeners if flow.compiled is not None else ())
            if isinstance(listener.trigger, Postback)
            for payload in map(str.strip, listener.trigger.payloads)
            if payload
        ]

    def _token(self, account: r.Account) -> Secret:
        try:
            return self._vault.open(account.sealed_token)
        except ValueError:
            sentence = "The account's token cannot be read with the configured ENCRYPTION_KEYS: connect it again."
            raise Unavailable("token_unreadable", sentence) from None


def _unheard(profile: ig.MessengerProfile, known: set[str]) -> Iterator[Warned]:
    taps = [(f"iceBreakers.{place}.payload", each.payload) for place, each in enumerate(profile.ice_breakers)]
    taps += [(f"menu.{place}.payload", each.payload) for place, each in enumerate(profile.menu) if each.url is None]
    for field, payload in taps:
        if payload.strip() not in known:
            yield Warned(field=field, message="No active flow listens to this payload, so nothing answers a tap.")


def _problems(profile: ig.MessengerProfile) -> Iterator[FieldError]:
    """What Instagram would refuse."""
    if len(profile.ice_breakers) > ig.ICE_BREAKERS:
        yield _error("over_limit", "iceBreakers", f"Instagram shows at most {ig.ICE_BREAKERS} questions.")
    if len(profile.menu) > ig.MENU_ITEMS:
        yield _error("over_limit", "menu", f"Instagram shows at most {ig.MENU_ITEMS} menu items.")
    for place, starter in enumerate(profile.ice_breakers):
        path = f"iceBreakers.{place}"
        yield from _text(f"{path}.question", "the question", starter.question, ig.QUESTION)
        yield from _text(f"{path}.payload", "the payload", starter.payload, ig.PAYLOAD)
    for place, item in enumerate(profile.menu):
        path = f"menu.{place}"
        yield from _text(f"{path}.title", "the title", item.title, ig.TITLE)
        if item.url is None:
            yield from _text(f"{path}.payload", "the payload", item.payload, ig.PAYLOAD)
        elif not item.url.lower().startswith(("https://", "http://")) or len(item.url) > ig.ADDRESS:
            yield _error("bad_url", f"{path}.url", "Write a whole web address, beginning with https://.")


def _text(field: str, what: str, text: str, most: int) -> Iterator[FieldError]:
    if not text:
        yield _error("required", field, f"Write {what}.")
    elif len(text) > most:
        yield _error("over_limit", field, f"Shorten {what}: {len(text)} characters, and Instagram takes {most}.")


def _error(code: str, field: str, message: str) -> FieldError:
    return FieldError(code=code, field=field, message=message)


def _invalid(problems: list[FieldError]) -> Invalid:
    return Invalid("messenger_profile_invalid", "Some entries are not ready to be saved.", errors=problems)
