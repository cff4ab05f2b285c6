"""The steps that are this server's: settings, public address, handshake, signatures, clock."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx
import orjson

from instantchat.channels.instagram.doctor.check import Check, CheckState
from instantchat.channels.instagram.sending import NETWORK_ERRORS
from instantchat.channels.instagram.signature import HEADER, sign
from instantchat.kit.clock import Clock
from instantchat.kit.crypto import Secret
from instantchat.kit.ids import new_token

SECONDS = 8.0
WEBHOOK = "/api/webhook/instagram"
_EMPTY_DELIVERY = b'{"object":"instagram","entry":[]}'
_LATE, _TOO_LATE = 30, 300


@dataclass(frozen=True, slots=True)
class Setup:
    """What the operator has set. `base_url` is the address given out; `secrets` are named by their settings."""

    app_id: str
    secrets: Mapping[str, Secret]
    verify_token: Secret
    public_url: str
    base_url: str
    graph_url: str
    is_simulated: bool


class ServerDoctor:
    """Asks this server from outside, by the address that Meta has, and never for longer than 8 s a step."""

    def __init__(self, setup: Setup, http: httpx.AsyncClient, clock: Clock) -> None:
        self._setup = setup
        self._http = http
        self._clock = clock

    async def examine(self) -> list[Check]:
        """All steps, tried at the same time."""
        signatures = [self._signature(name, secret) for name, secret in self._setup.secrets.items()]
        tried = await asyncio.gather(self._public_url(), self._handshake(), *signatures, self._clock_skew())
        return [self._settings(), *tried]

    def _settings(self) -> Check:
        setup, title = self._setup, "Settings of the Meta app"
        if setup.is_simulated:
            return Check("settings", title, "ok", "The built-in simulator stands in for Instagram.")
        given = {
            "META_APP_ID": bool(setup.app_id),
            "META_APP_SECRET": "META_APP_SECRET" in setup.secrets,
            "META_VERIFY_TOKEN": bool(setup.verify_token),
        }
        missing = " and ".join(f"INSTANTCHAT_{name}" for name, is_there in given.items() if not is_there)
        if missing:
            fix = f"Set {missing} from the Meta dashboard, then restart."
            return Check("settings", title, "failed", f"Not set: {missing}.", fix)
        if not setup.app_id.isdigit():
            fix = "Copy the Instagram app id, a long number, from Instagram > API setup in the Meta dashboard."
            return Check("settings", title, "failed", "INSTANTCHAT_META_APP_ID is not a number.", fix)
        return Check("settings", title, "ok", "App id, app secret and verify token are set.")

    async def _public_url(self) -> Check:
        setup, title = self._setup, "Public address"
        if not setup.is_simulated and not setup.public_url:
            fix = "Set INSTANTCHAT_PUBLIC_URL to the https address of this server, then restart."
            return Check("public_url", title, "failed", "INSTANTCHAT_PUBLIC_URL is not set.", fix)
        if not setup.is_simulated and urlsplit(setup.public_url).scheme != "https":
            fix = "Give the server an https address with a valid certificate, and set INSTANTCHAT_PUBLIC_URL to it."
            return Check("public_url", title, "failed", f"{setup.public_url} is not https, which Meta insists on.", fix)
        answer = await self._ask("GET", "/api/health")
        if isinstance(answer, str):
            fix = "Check the name, the certificate and that the proxy in front of InstantChat passes requests on."
            return Check("public_url", title, "failed", f"{setup.base_url} could not be reached: {answer}.", fix)
        if answer.is_redirect:
            to = answer.headers.get("location", "another address")
            fix = "Set INSTANTCHAT_PUBLIC_URL to the address it leads to: Meta follows no redirects."
            return Check("public_url", title, "failed", f"{setup.base_url} redirects to {to[:200]}.", fix)
        if not _is_ours(answer):
            fix = "Have the proxy pass everything under this address to InstantChat."
            found = f"Something else answers at {setup.base_url} (HTTP {answer.status_code})."
            return Check("public_url", title, "failed", found, fix)
        return Check("public_url", title, "ok", f"{setup.base_url} answers, without a redirect.")

    async def _handshake(self) -> Check:
        title, token = "Webhook handshake", self._setup.verify_token
        if not token:
            fix = "Set INSTANTCHAT_META_VERIFY_TOKEN and type the same words into Meta's webhook form."
            return Check("handshake", title, "failed", "There is no verify token.", fix)
        challenge = new_token(12)
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token.reveal()}
        answer = await self._ask("GET", WEBHOOK, params=query)
        if not isinstance(answer, str) and answer.status_code == 200 and answer.text == challenge:
            return Check("handshake", title, "ok", "Our webhook repeats the challenge, as Meta expects.")
        fix = f"Have the proxy pass {WEBHOOK} to InstantChat unchanged, its query included."
        return Check("handshake", title, "failed", f"Our webhook did not repeat the challenge: {_said(answer)}.", fix)

    async def _signature(self, name: str, secret: Secret) -> Check:
        title, key = f"Delivery signed with {name}", f"signature_{name.lower()}"
        headers = {HEADER: sign(_EMPTY_DELIVERY, secret), "Content-Type": "application/json"}
        answer = await self._ask("POST", WEBHOOK, content=_EMPTY_DELIVERY, headers=headers)
        if not isinstance(answer, str) and answer.status_code == 200:
            return Check(key, title, "ok", "An empty delivery signed with it was accepted.")
        fix = "Have the proxy pass the body and the X-Hub-Signature-256 header unchanged."
        if not isinstance(answer, str) and answer.status_code == 401:
            return Check(key, title, "failed", "A delivery signed with it was refused: its bytes were changed.", fix)
        return Check(key, title, "failed", f"A delivery signed with it was not accepted: {_said(answer)}.", fix)

    async def _clock_skew(self) -> Check:
        title = "Clock"
        if self._setup.is_simulated:  # whose time can be moved, and ours with it
            return Check("clock", title, "ok", "The simulator runs by our clock.")
        answer = await self._ask("GET", "", origin=self._setup.graph_url)
        their = _date(answer)
        if their is None:
            return Check("clock", title, "unknown", "Instagram's server did not say what time it is.")
        seconds = round(abs((self._clock.now() - their).total_seconds()))
        if seconds <= _LATE:
            return Check("clock", title, "ok", f"Our clock and Instagram's are {seconds} s apart.")
        fix = "Switch on time synchronisation (NTP) on this machine: tokens and the 24 hours are counted by it."
        state: CheckState = "failed" if seconds > _TOO_LATE else "warning"
        return Check("clock", title, state, f"Our clock and Instagram's are {seconds} s apart.", fix)

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        origin: str | None = None,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response | str:
        """The answer, or in a few words why there is none."""
        url = (self._setup.base_url if origin is None else origin) + path
        try:
            async with asyncio.timeout(SECONDS):
                return await self._http.request(method, url, params=params, content=content, headers=headers)
        except TimeoutError:
            return "no answer in time"
        except NETWORK_ERRORS as error:
            return type(error).__name__


def _is_ours(answer: httpx.Response) -> bool:
    try:
        found = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return False
    return answer.status_code == 200 and isinstance(found, dict) and found.get("status") == "ok" and "version" in found


def _said(answer: httpx.Response | str) -> str:
    return answer if isinstance(answer, str) else f"it answered HTTP {answer.status_code}"


def _date(answer: httpx.Response | str) -> dt.datetime | None:
    if isinstance(answer, str):
        return None
    try:
        found = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
