"""The steps that are an account's: token, permissions, tester role, subscription, access to messages, app live."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from instantchat.channels.instagram.answers import Identity
from instantchat.channels.instagram.client import FIELDS, SCOPES, InstagramClient
from instantchat.channels.instagram.doctor.check import Check, CheckState
from instantchat.channels.instagram.errors import TESTER_HINT, MetaRefused, MetaUnreachable, Refusal
from instantchat.kit.crypto import Secret

SECONDS = 8.0
SOON = dt.timedelta(days=7)
NEEDED = frozenset({"instagram_business_basic", "instagram_business_manage_messages"})
NOT_LIVE, NO_ACCESS = 2018028, 2534041
RECONNECT = "Connect the account again on /connect-instagram."
T = TypeVar("T")
Found: TypeAlias = T | MetaRefused | MetaUnreachable


@dataclass(frozen=True, slots=True)
class Patient:
    """An account as we know it. `token` is None when it cannot be decrypted; `last_message_at` is when a person last
    wrote to it."""

    id: str
    ig_user_id: str
    username: str
    token: Secret | None
    expires_at: dt.datetime | None
    scopes: frozenset[str]
    last_message_at: dt.datetime | None


async def examine(patient: Patient, client: InstagramClient, now: dt.datetime) -> list[Check]:
    """All steps of the account; Instagram is asked three things at the same time, for at most 8 s."""
    if patient.token is None:
        return [_addressed(_unreadable_token(), patient)]
    me, fields, conversations = await asyncio.gather(
        _found(client.me(patient.token)),
        _found(client.subscribed_fields(patient.ig_user_id, patient.token)),
        _found(client.check_conversations(patient.ig_user_id, patient.token)),
    )
    refusals = [each.refusal for each in (me, fields, conversations) if isinstance(each, MetaRefused)]
    checks = [
        _token(me, patient, now),
        _permissions(patient, conversations),
        _tester_role(me, refusals),
        _subscription(fields),
        _message_access(conversations),
        _app_live(refusals, patient),
    ]
    return [_addressed(check, patient) for check in checks]


async def _found(call: Awaitable[T]) -> Found[T]:
    try:
        async with asyncio.timeout(SECONDS):
            return await call
    except TimeoutError:
        return MetaUnreachable("no answer in time")
    except (MetaRefused, MetaUnreachable) as error:
        return error


def _unreadable_token() -> Check:
    fix = "Put the key it was encrypted with back into INSTANTCHAT_ENCRYPTION_KEYS, or connect the account again."
    return Check("token", "Access token", "failed", "The stored token cannot be decrypted.", fix)


def _token(me: Found[Identity], patient: Patient, now: dt.datetime) -> Check:
    title = "Access token"
    if isinstance(me, MetaRefused):
        return Check("token", title, "failed", me.refusal.sentence, me.refusal.hint or RECONNECT)
    if isinstance(me, MetaUnreachable):
        return _unreached("token", title, me)
    if me.ig_user_id != patient.ig_user_id:
        return Check("token", title, "failed", f"The token belongs to another account, @{me.username}.", RECONNECT)
    until = f"{patient.expires_at.day} {patient.expires_at:%B %Y}" if patient.expires_at else "an unknown day"
    if patient.expires_at is not None and patient.expires_at - now <= SOON:
        return Check("token", title, "warning", f"Instagram accepts it, but it ends on {until}.", RECONNECT)
    return Check("token", title, "ok", f"Instagram accepts it as @{me.username}; it is good until {until}.")


def _permissions(patient: Patient, conversations: Found[None]) -> Check:
    title, fix = "Permissions", f"{RECONNECT} Leave every switch on."
    refused = isinstance(conversations, MetaRefused) and conversations.refusal
    if refused and refused.code in (10, 200) and refused.subcode is None:
        return Check("permissions", title, "failed", "Instagram says that a permission for messages is missing.", fix)
    if not patient.scopes:
        return Check("permissions", title, "unknown", "What the owner allowed was not kept at that time.", RECONNECT)
    missing = [scope for scope in SCOPES if scope not in patient.scopes]
    if not missing:
        return Check("permissions", title, "ok", "Profile, messages and comments are allowed.")
    state: CheckState = "failed" if NEEDED.intersection(missing) else "warning"
    return Check("permissions", title, state, f"Not allowed by the owner: {', '.join(missing)}.", fix)


def _tester_role(me: Found[Identity], refusals: list[Refusal]) -> Check:
    title = "Role in the Meta app"
    if any(refusal.hint == TESTER_HINT for refusal in refusals):
        fix = (
            "In the Meta dashboard, add the account under App roles as Instagram Tester; then accept the invitation in "
            "Instagram under Settings, Website permissions, Apps and websites, Tester invites. Or publish the app."
        )
        found = "Instagram refuses every call, as it does for accounts that are no tester of an app in development."
        return Check("tester_role", title, "failed", found, fix)
    if isinstance(me, Identity):
        return Check("tester_role", title, "ok", "Instagram lets the app act for this account.")
    return Check("tester_role", title, "unknown", "It cannot be told while the account's token is not accepted.")


def _subscription(fields: Found[frozenset[str]]) -> Check:
    title = "Webhook subscription"
    if isinstance(fields, MetaRefused):
        return Check("subscription", title, "unknown", fields.refusal.sentence, fields.refusal.hint)
    if isinstance(fields, MetaUnreachable):
        return _unreached("subscription", title, fields)
    missing = [field for field in FIELDS if field not in fields]
    if not missing:
        return Check("subscription", title, "ok", f"All {len(FIELDS)} fields are delivered.")
    found = "Nothing is delivered for this account." if not fields else f"Not delivered: {', '.join(missing)}."
    fix = f"{RECONNECT} Check in the Meta dashboard that the webhook has these fields too."
    return Check("subscription", title, "failed" if "messages" in missing else "warning", found, fix)


def _message_access(conversations: Found[None]) -> Check:
    title = "Access to messages"
    if conversations is None:
        return Check("message_access", title, "ok", "Conversations can be read.")
    if isinstance(conversations, MetaUnreachable):
        return _unreached("message_access", title, conversations)
    refusal = conversations.refusal
    if refusal.subcode == NO_ACCESS:
        return Check("message_access", title, "failed", refusal.sentence, refusal.hint)
    return Check("message_access", title, "unknown", refusal.sentence, refusal.hint)


def _app_live(refusals: list[Refusal], patient: Patient) -> Check:
    title = "The Meta app is live"
    fix = "Publish the app in the Meta dashboard and get Advanced Access for the Instagram permissions."
    if any(refusal.subcode == NOT_LIVE for refusal in refusals):
        return Check("app_live", title, "failed", "Instagram says that the app is not live for other people.", fix)
    if patient.last_message_at is not None:
        when = f"{patient.last_message_at.day} {patient.last_message_at:%B %Y}"
        return Check("app_live", title, "ok", f"People's messages arrive; the last one came on {when}.")
    found = "No message of a person has arrived yet, and Instagram cannot be asked."
    return Check("app_live", title, "unknown", found, f"Have somebody without a role in the app write to you. {fix}")


def _unreached(key: str, title: str, error: MetaUnreachable) -> Check:
    return Check(key, title, "unknown", error.message, "Check that this server may call graph.instagram.com.")


def _addressed(check: Check, patient: Patient) -> Check:
    return dataclasses.replace(check, account_id=patient.id)
