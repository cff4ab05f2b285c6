"""Calls to Instagram: OAuth, tokens, the account, messages, comments. One client serves all accounts; tokens are given.

Tokens travel in the Authorization header, save for the two token calls that Meta documents with a query parameter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson

from instantchat.channels.instagram import answers
from instantchat.channels.instagram.answers import (
    Identity,
    LongToken,
    NoProfile,
    Profile,
    SendOutcome,
    ShortToken,
    Usage,
)
from instantchat.channels.instagram.errors import MetaRefused, MetaUnreachable, RefusalKind, classify
from instantchat.channels.instagram.messages import reaction, sender_action
from instantchat.channels.instagram.sending import NETWORK_ERRORS, outcome_of, outcome_of_failure, usage_of
from instantchat.kit.crypto import Secret

SCOPES = (
    "instagram_business_basic",
    "instagram_business_manage_messages",
    "instagram_business_manage_comments",
)
FIELDS = (
    "messages",
    "messaging_postbacks",
    "messaging_seen",
    "message_reactions",
    "messaging_referral",
    "messaging_optins",
    "messaging_handover",
    "standby",
    "comments",
    "live_comments",
)
_ME_FIELDS = "id,user_id,username,name,account_type,profile_picture_url"
_PROFILE_FIELDS = (
    "name,username,profile_pic,follower_count,is_user_follow_business,is_business_follow_user,is_verified_user"
)
_PROFILE_TIMEOUT = 5.0
_SENDERS_KEPT = 1_000


class InstagramClient:
    """Instagram API with Instagram Login.

    `send`, `typing`, `react` and `reply_to_comment` never raise for what Meta or the network does. Every other method
    raises `MetaRefused` (Meta said no, with a classified `refusal`) or `MetaUnreachable`. Time limits are the HTTP
    client's.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        graph_url: str,
        graph_version: str,
        authorize_url: str,
        token_url: str,
        app_id: str,
        app_secret: Secret,
    ) -> None:
        self._http = http
        self._transport = http._transport  # see _post
        self._limits = {"timeout": http.timeout.as_dict()}
        self._senders: dict[str, tuple[Secret, httpx.URL, httpx.Headers]] = {}
        self._root = graph_url.rstrip("/")
        self.versioned = f"{self._root}/{graph_version}"
        self._authorize_url = authorize_url
        self._token_url = token_url
        self._app_id = app_id
        self._app_secret = app_secret

    def authorize_url(self, redirect_uri: str, state: str, scopes: Sequence[str] = SCOPES) -> str:
        """Where to send the owner's browser (a full-page redirect: the dialog breaks in a popup)."""
        query = {
            "client_id": self._app_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": ",".join(scopes),
            "state": state,
            "enable_fb_login": "0",
            "force_authentication": "1",
        }
        joint = "&" if "?" in self._authorize_url else "?"
        return f"{self._authorize_url}{joint}{urlencode(query)}"

    async def exchange_code(self, code: str, redirect_uri: str) -> ShortToken:
        """The code of the callback for a token of one hour; a code works once. A trailing `#_` is stripped."""
        form = {
            "client_id": self._app_id,
            "client_secret": self._app_secret.reveal(),
            "grant_type": "authorization_code",
            "redirect_uri": redirect_uri,
            "code": code.removesuffix("#_"),
        }
        return answers.short_token(await self.call("POST", self._token_url, data=form))

    async def long_lived(self, token: Secret) -> LongToken:
        """A short token for one of 60 days."""
        query = {
            "grant_type": "ig_exchange_token",
            "client_secret": self._app_secret.reveal(),
            "access_token": token.reveal(),
        }
        return answers.long_token(await self.call("GET", f"{self._root}/access_token", params=query))

    async def refresh(self, token: Secret) -> LongToken:
        """Another 60 days for a long-lived token that is at least 24 h old and not expired."""
        query = {"grant_type": "ig_refresh_token", "access_token": token.reveal()}
        return answers.long_token(await self.call("GET", f"{self._root}/refresh_access_token", params=query))

    async def me(self, token: Secret) -> Identity:
        """The account behind a token, with both its ids."""
        url = f"{self.versioned}/me"
        return answers.identity(await self.call("GET", url, token, params={"fields": _ME_FIELDS}))

    async def subscribe(self, ig_user_id: str, token: Secret, fields: Sequence[str] = FIELDS) -> None:
        """Ask for the account's webhooks; by numeric id first, then by `me`, as some projects had to."""
        query = {"subscribed_fields": ",".join(fields)}
        try:
            await self.call("POST", f"{self.versioned}/{ig_user_id}/subscribed_apps", token, params=query)
        except MetaRefused as error:
            if error.refusal.kind is RefusalKind.RECONNECT:
                raise
            await self.call("POST", f"{self.versioned}/me/subscribed_apps", token, params=query)

    async def unsubscribe(self, ig_user_id: str, token: Secret) -> None:
        """Stop the account's webhooks."""
        await self.call("DELETE", f"{self.versioned}/{ig_user_id}/subscribed_apps", token)

    async def subscribed_fields(self, ig_user_id: str, token: Secret) -> frozenset[str]:
        """The fields whose webhooks this app gets for the account; empty when it gets none."""
        return answers.fields(await self.call("GET", f"{self.versioned}/{ig_user_id}/subscribed_apps", token))

    async def check_conversations(self, ig_user_id: str, token: Secret) -> None:
        """Ask for one conversation, only to hear whether that is allowed: 200/2534041 while the owner has switched off
        access to messages. A creator's webhooks begin once this was called."""
        query = {"platform": "instagram", "limit": "1"}
        await self.call("GET", f"{self.versioned}/{ig_user_id}/conversations", token, params=query)

    async def profile(self, igsid: str, token: Secret) -> Profile | NoProfile:
        """What a person shares, within 5 s; no consent (230) and anonymous (9010) are answers, not errors."""
        url, query = f"{self.versioned}/{igsid}", {"fields": _PROFILE_FIELDS}
        try:
            return answers.profile(
                igsid, await self.call("GET", url, token, params=query, timeout=httpx.Timeout(_PROFILE_TIMEOUT))
            )
        except MetaRefused as error:
            if error.refusal.kind in (RefusalKind.EXPECTED, RefusalKind.PERMANENT):
                return NoProfile(error.refusal)
            raise

    async def send(self, account_ig_id: str, token: Secret, payload: dict[str, Any]) -> SendOutcome:
        """One body of `messages.bodies`; never raises for what Meta or the network does."""
        try:
            response = await self._post(account_ig_id, token, orjson.dumps(payload))
        except NETWORK_ERRORS as error:
            return outcome_of_failure(error)
        is_private_reply = "comment_id" in payload.get("recipient", ())
        return outcome_of(response.status_code, response.content, response.headers, is_private_reply=is_private_reply)

    async def typing(self, account_ig_id: str, token: Secret, igsid: str, *, on: bool = True) -> SendOutcome:
        """Show or hide the typing dots (they go by themselves after 20 s)."""
        return await self.send(account_ig_id, token, sender_action(igsid, "typing_on" if on else "typing_off"))

    async def react(self, account_ig_id: str, token: Secret, igsid: str, mid: str, emoji: str) -> SendOutcome:
        """React to a person's message; a second reaction replaces the first. No echo comes of it."""
        return await self.send(account_ig_id, token, reaction(igsid, mid, emoji))

    async def reply_to_comment(self, comment_id: str, token: Secret, text: str) -> SendOutcome:
        """Answer in public, under a comment; `Sent.mid` is the id of the new comment."""
        url, headers = f"{self.versioned}/{comment_id}/replies", {"Authorization": f"Bearer {token.reveal()}"}
        try:
            response = await self._http.post(url, data={"message": text}, headers=headers)
        except NETWORK_ERRORS as error:
            return outcome_of_failure(error)
        return outcome_of(response.status_code, response.content, response.headers)

    async def _post(self, account_ig_id: str, token: Secret, body: bytes) -> httpx.Response:
        """Straight to the transport, with address and headers made once: the client's cookies, redirects and merging
        mean nothing to a send and are half of its cost (175 µs of CPU, so 95)."""
        url, headers = self._sender(account_ig_id, token)
        request = httpx.Request("POST", url, headers=headers, content=body, extensions=self._limits)
        response = await self._transport.handle_async_request(request)
        try:
            await response.aread()
        finally:
            await response.aclose()
        return response

    def _sender(self, account_ig_id: str, token: Secret) -> tuple[httpx.URL, httpx.Headers]:
        """Where an account's messages are posted, and with which headers; made again when its token changes."""
        known = self._senders.get(account_ig_id)
        if known is None or known[0] != token:
            if len(self._senders) >= _SENDERS_KEPT:
                self._senders.clear()
            headers = self._http.headers.copy()
            headers.update({"Authorization": f"Bearer {token.reveal()}", "Content-Type": "application/json"})
            known = token, httpx.URL(f"{self.versioned}/{account_ig_id}/messages"), headers
            self._senders[account_ig_id] = known
        return known[1:]

    async def call(self, method: str, url: str, token: Secret | None = None, **request: Any) -> bytes:
        """The body of a successful answer. For calls of less common parts of the API, which have modules of their own;
        `versioned` is where their addresses begin."""
        return (await self.measured_call(method, url, token, **request))[0]

    async def measured_call(
        self, method: str, url: str, token: Secret | None = None, **request: Any
    ) -> tuple[bytes, Usage | None]:
        """As `call`, with what Instagram says of its limits."""
        headers = {"Authorization": f"Bearer {token.reveal()}"} if token is not None else {}
        try:
            response = await self._http.request(method, url, headers=headers, **request)
        except NETWORK_ERRORS as error:
            raise MetaUnreachable(type(error).__name__) from error
        if response.is_success:
            return response.content, usage_of(response.headers)
        raise MetaRefused(classify(response.status_code, response.content))
