"""Every setting: its default, help and validation. Environment variables `INSTANTCHAT_<NAME>`, or a `.env` file.

`load()` returns the settings or raises `StartRefused` with a sentence that names the variable. In development the two
keys are made once and kept in the data directory; in production they must be given.
"""

from __future__ import annotations

import ipaddress
import os
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from instantchat.engine.zone import read_zone
from instantchat.errors import StartRefused
from instantchat.kit.crypto import Secret, Vault, new_key
from instantchat.kit.ids import new_token
from instantchat.kit.keyfile import kept

PREFIX = "INSTANTCHAT_"
RATE = re.compile(r"^(\d+)/(\d+)$")
Words = Annotated[list[str], NoDecode]


class Settings(BaseSettings):
    """The settings of one process. Read `DESIGN.md` section 8 for the contract, `docs/settings.md` for the list."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, arbitrary_types_allowed=True)

    env: Literal["development", "staging", "production"] = Field(
        "development", description="Which set of defaults applies: development, staging or production."
    )
    database_url: str = Field(
        "", repr=False, description="sqlite:///file, postgresql://… ; empty is a SQLite file in the data directory."
    )
    redis_url: str = Field(
        "", repr=False, description="redis://… carries live updates between processes; empty is none."
    )
    public_url: str = Field("", description="The address people and Meta reach this server by; https in production.")
    host: str = Field("", description="Address to listen on; 127.0.0.1 in development, 0.0.0.0 in production.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on; PORT without the prefix is read too.")
    secret_key: str = Field("", repr=False, description="Signs access tokens and OAuth state; 32 characters or more.")
    encryption_keys: Words = Field(
        [], repr=False, description="Fernet keys, comma separated, newest first; encrypt tokens at rest."
    )
    data_dir: Path = Field(Path(".instantchat"), description="Where the database, uploads and development keys live.")
    meta_app_id: str = Field("", description="Instagram app id from the Meta dashboard (not the Meta app id).")
    meta_app_secret: str = Field("", repr=False, description="Instagram app secret; signs webhooks.")
    meta_facebook_app_secret: str = Field(
        "", repr=False, description="Meta app secret, accepted for webhook signatures as well."
    )
    meta_verify_token: str = Field("", repr=False, description="The verify token typed into Meta's webhook form.")
    graph_url: str = Field("https://graph.instagram.com", description="Instagram Graph API host.")
    graph_version: str = Field("v25.0", pattern=r"^v\d+\.\d+$", description="Version of the Graph API that is called.")
    oauth_authorize_url: str = Field(
        "https://www.instagram.com/oauth/authorize", description="Where people are sent to allow access."
    )
    oauth_token_url: str = Field(
        "https://api.instagram.com/oauth/access_token", description="Where the code is exchanged."
    )
    send_limit_text: int = Field(100, ge=0, description="Text messages per account and second; 0 is no limit.")
    send_limit_media: int = Field(
        10, ge=0, description="Audio and video messages per account and second; 0 is no limit."
    )
    private_replies_per_hour: int = Field(750, ge=0, description="Private replies per account and hour; 0 is no limit.")
    conversations_per_second: int = Field(
        2, ge=0, description="Calls per account and second that read conversations and comments; 0 is no limit."
    )
    reconcile_minutes: int = Field(
        5, ge=1, le=1440, description="Minutes between two checks of an account for what webhooks missed."
    )
    simulator: bool | None = Field(
        None,
        description="The built-in Instagram simulator; on in development without META_APP_ID, refused in production.",
    )
    cors_origins: Words = Field([], description="Origins, comma separated, that may call the API from a browser.")
    trusted_proxies: Words = Field([], description="CIDRs whose X-Forwarded-* headers are believed; none by default.")
    rate_limit_login: str = Field("10/60", description="Sign-in attempts per account, as count/seconds.")
    rate_limit_login_address: str = Field(
        "30/60", description="Sign-in and sign-up attempts per address, as count/seconds."
    )
    rate_limit_api: str = Field("600/60", description="API calls per member or address, as count/seconds.")
    log_level: Literal["", "debug", "info", "warning", "error"] = Field(
        "", description="Least severe level logged; debug in development, info elsewhere."
    )
    log_format: Literal["console", "json"] = Field("console", description="How log lines are written.")
    ai_base_url: str = Field(
        "",
        description="An OpenAI-compatible endpoint, such as https://api.openai.com/v1; empty turns the AI node off.",
    )
    ai_api_key: str = Field("", repr=False, description="Key for the endpoint in AI_BASE_URL.")
    ai_model: str = Field("gpt-4o-mini", description="The model of AI nodes that name none.")
    explanations_days: int = Field(
        30, ge=3, le=3650, description="Days for which handled events and finished runs, with the reasons, are kept."
    )
    timezone: str = Field("UTC", description="Time zone of delays and schedules that name none, such as Europe/Madrid.")
    stop_words: Words = Field(
        ["stop", "unsubscribe"],
        description="Messages, comma separated, that opt the contact out: waiting flows end, and nothing automatic is "
        "sent any more.",
    )
    start_words: Words = Field(
        ["start"], description="Messages, comma separated, with which who opted out allows automatic messages again."
    )
    edit_zero_is_new: bool = Field(
        False,
        description="Take edit number 0 of an unknown message as a new message, as seen with apps in development mode.",
    )
    http_allowed_networks: Words = Field(
        [], description="CIDRs that calls from flows may reach although private; none by default."
    )

    @field_validator(
        "encryption_keys",
        "cors_origins",
        "trusted_proxies",
        "stop_words",
        "start_words",
        "http_allowed_networks",
        mode="before",
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("trusted_proxies", "http_allowed_networks")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        for network in value:
            ipaddress.ip_network(network, strict=False)
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if read_zone(value) is None:
            raise ValueError("must be the name of a time zone, such as Europe/Madrid")
        return value

    @field_validator("rate_limit_login", "rate_limit_login_address", "rate_limit_api")
    @classmethod
    def _rate(cls, value: str) -> str:
        if not RATE.match(value) or int(value.split("/")[1]) == 0:
            raise ValueError("must be count/seconds, such as 10/60")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise ValueError("must start with sqlite:/// or postgresql://")
        return value.replace("postgres://", "postgresql://", 1)

    @field_validator("public_url", "graph_url", "oauth_authorize_url", "oauth_token_url", "ai_base_url")
    @classmethod
    def _url(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname):
            raise ValueError("must be an http:// or https:// address")
        return value.rstrip("/")

    @field_validator("encryption_keys")
    @classmethod
    def _keys(cls, value: list[str]) -> list[str]:
        try:
            Vault(value) if value else None
        except ValueError:
            raise ValueError("each key must be 32 bytes in url-safe base64") from None
        return value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: list[str]) -> list[str]:
        for origin in value:
            parts = urlsplit(origin)
            if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
                raise ValueError(f"{origin!r} must be an origin such as https://app.example.com")
        return value

    @model_validator(mode="after")
    def _production(self) -> Self:
        if self.secret_key and len(self.secret_key) < 32:
            raise ValueError("INSTANTCHAT_SECRET_KEY must have at least 32 characters")
        if self.env != "production":
            return self
        for name in ("secret_key", "encryption_keys", "public_url"):
            if not getattr(self, name):
                raise ValueError(f"{PREFIX}{name.upper()} must be set when {PREFIX}ENV is production")
        if not self.public_url.startswith("https://"):
            raise ValueError(f"{PREFIX}PUBLIC_URL must be https:// when {PREFIX}ENV is production")
        if self.simulator:
            raise ValueError(f"{PREFIX}SIMULATOR cannot be on when {PREFIX}ENV is production")
        return self

    @cached_property
    def is_production(self) -> bool:
        """Whether the strict set of defaults applies."""
        return self.env == "production"

    @cached_property
    def simulator_on(self) -> bool:
        """Whether the built-in simulator stands in for Meta."""
        if self.simulator is None:
            return self.env == "development" and not self.meta_app_id
        return self.simulator

    @cached_property
    def listen_host(self) -> str:
        """The address to bind."""
        return self.host or ("127.0.0.1" if self.env == "development" else "0.0.0.0")  # noqa: S104 - servers listen

    @cached_property
    def base_url(self) -> str:
        """The address browsers reach this server by, without a trailing slash."""
        return self.public_url or f"http://localhost:{self.port}"

    @cached_property
    def storage_url(self) -> str:
        """The database as a URL, the default spelled out."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'instantchat.db'}"

    @cached_property
    def level(self) -> str:
        """The least severe log level that is written."""
        return self.log_level or ("debug" if self.env == "development" else "info")

    @cached_property
    def signing_key(self) -> Secret:
        """Signs access tokens, OAuth state and cookies."""
        return Secret(self.secret_key or kept(self.data_dir, "secret_key", new_token))

    @cached_property
    def vault(self) -> Vault:
        """Encrypts tokens at rest."""
        return Vault(self.encryption_keys or [kept(self.data_dir, "encryption_key", new_key)])

    @cached_property
    def instagram_app_id(self) -> str:
        """The app id to use: the operator's, or the simulator's."""
        return self.meta_app_id or ("1000000000000001" if self.simulator_on else "")

    @cached_property
    def graph(self) -> str:
        """Where Graph calls go: `GRAPH_URL`, or the simulator on this very server."""
        return self._or_simulator("graph_url", f"http://127.0.0.1:{self.port}", "")

    @cached_property
    def authorize_url(self) -> str:
        """Where browsers go to allow access."""
        return self._or_simulator("oauth_authorize_url", self.base_url, "/oauth/authorize")

    @cached_property
    def token_url(self) -> str:
        """Where the OAuth code is exchanged."""
        return self._or_simulator("oauth_token_url", f"http://127.0.0.1:{self.port}", "/oauth/access_token")

    def _or_simulator(self, name: str, origin: str, path: str) -> str:
        if self.simulator_on and name not in self.model_fields_set:
            return f"{origin}/simulator/meta{path}"
        return str(getattr(self, name))

    @cached_property
    def webhook_secrets(self) -> dict[str, Secret]:
        """Candidate secrets for webhook signatures by setting name."""
        found = {"META_APP_SECRET": self.meta_app_secret, "META_FACEBOOK_APP_SECRET": self.meta_facebook_app_secret}
        if self.simulator_on and not self.meta_app_secret:
            found["META_APP_SECRET"] = kept(self.data_dir, "simulator_app_secret", new_token)
        return {name: Secret(value) for name, value in found.items() if value}

    @cached_property
    def verify_token(self) -> Secret:
        """What Meta must repeat in the webhook handshake."""
        made = self.meta_verify_token or (kept(self.data_dir, "verify_token", new_token) if self.simulator_on else "")
        return Secret(made)

    def limit(self, name: Literal["login", "login_address", "api"]) -> tuple[int, int]:
        """A rate limit as (count, seconds)."""
        count, seconds = getattr(self, f"rate_limit_{name}").split("/")
        return int(count), int(seconds)


def load(**overrides: Any) -> Settings:
    """The settings from overrides, environment, then `.env`; raises `StartRefused` naming what is wrong."""
    if os.environ.get("PORT") and f"{PREFIX}PORT" not in os.environ:
        overrides.setdefault("port", os.environ["PORT"])
    try:
        return Settings(_env_file=".env", **overrides)
    except ValidationError as error:
        first = error.errors()[0]
        where = f"{PREFIX}{str(first['loc'][0]).upper()}: " if first["loc"] else ""
        reason = first["msg"].removeprefix("Value error, ")
        raise StartRefused("bad_setting", f"{where}{reason}. Correct it in the environment or in .env.") from None


def unknown_names() -> list[str]:
    """Variables with our prefix that no setting has: probably typing mistakes."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known and "_TEST_" not in name)
