"""`api_call`: ask another service."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, JsonValue

from instantchat.engine.effects import CallApi, SetVariable
from instantchat.engine.form import Called, Kind, Required, Secret, Templated
from instantchat.engine.inputs import Input, Result
from instantchat.engine.issues import Issue
from instantchat.engine.node import Exit, ExitsFrom, Outcome, Take, WaitFor
from instantchat.engine.text import shorten
from instantchat.engine.visit import Visit
from instantchat.nodes.action import ActionNode
from instantchat.nodes.actions.set_variable import VariableName, check_name

GRACE = timedelta(seconds=30)
BODY_LIMIT = 20_000
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")


class ApiCall(ActionNode):
    """Calls an HTTP address and waits for the answer, readable as `{{response.status}}` and `{{response.body...}}`.

    Answers 200 to 299 take `next`; any other status, no answer in time or a refused address take `error`. Values put
    into the address after its beginning are percent-encoded. Private addresses are blocked.
    """

    variant: ClassVar[str | None] = "api_call"
    label: ClassVar[str] = "Call an API"
    icon: ClassVar[str] = "webhook"
    gives_response: ClassVar[bool] = True
    exit_spec: ClassVar[tuple[Exit | ExitsFrom, ...]] = (Exit("next", "Next"), Exit("error", "Failed"))
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"action": "api_call", "endpoint": "https://example.com/stock?item={{message.text}}", "saveAs": "stock"},
    )

    endpoint: Annotated[
        str,
        Field(title="Address", description="http or https.", max_length=2000),
        Kind("url"),
        Called,
        Templated,
        Required,
    ] = ""
    method: Annotated[Literal["GET", "POST", "PUT", "PATCH", "DELETE"], Field(title="Method")] = "GET"
    headers: Annotated[
        dict[Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=4000)]],
        Field(title="Headers", max_length=30),
        Kind("headers"),
        Templated,
        Secret,
    ] = {}
    body: Annotated[
        JsonValue,
        Field(title="Body", description="Text, or JSON whose strings are templates."),
        Kind("json"),
        Templated,
    ] = None
    save_as: Annotated[VariableName, Field(title="Save the answer as")] = ""
    timeout_seconds: Annotated[float, Field(title="Wait at most", description="Seconds.", ge=1, le=30)] = 10

    def enter(self, visit: Visit) -> Outcome:
        url = visit.render(self.endpoint, _escape).strip()
        if not _is_http(url):
            return Take("error", error=f"{shorten(url, 80) or 'An empty address'} is no http or https address.")
        headers, body = self._headers(visit), self._body(visit)
        if body is not None and not isinstance(self.body, str):
            headers.setdefault("Content-Type", "application/json")
        effect = CallApi(
            visit.call_ref, self.method, url, headers, body, self.timeout_seconds, self.save_as.strip() or None
        )
        until = visit.now + timedelta(seconds=self.timeout_seconds) + GRACE
        return WaitFor("result", until, (effect,), {"ref": visit.call_ref})

    def resume(self, visit: Visit, given: Input) -> Take:
        if not isinstance(given, Result):
            return Take("error", error="No answer came in time.")
        visit.values["response.status"] = given.status
        name = self.save_as.strip()
        effects = (SetVariable(name, given.body),) if name and given.status is not None else ()
        if given.status is not None and 200 <= given.status < 300:
            return Take("next", effects)
        return Take("error", effects, error=given.error or f"The service answered {given.status}.")

    def longest_stay(self, exit_id: str) -> timedelta:
        return timedelta(seconds=self.timeout_seconds) + GRACE

    def card(self) -> str:
        return shorten(f"{self.method} {self.endpoint}", 80) if self.endpoint else "Call an API"

    def check(self) -> Iterator[Issue]:
        beginning = self.endpoint.strip().partition("{{")[0]
        if beginning and not _is_http(beginning):
            hint = "Begin with https:// and a host."
            yield Issue("blocked_address", "Only http and https addresses can be called.", field="endpoint", hint=hint)
        for name in self.headers:
            if not _HEADER_NAME.fullmatch(name):
                hint = "Use letters, digits and -, such as X-Api-Key."
                yield Issue("bad_header", f"{name[:40]!r} is no header name.", field="headers", hint=hint)
        if self.body is not None and len(json.dumps(self.body)) > BODY_LIMIT:
            hint = "Shorten it, or let the service look the rest up."
            yield Issue("too_long", f"The body is over {BODY_LIMIT:,} characters.", field="body", hint=hint)
        yield from check_name(self.save_as, "saveAs")

    def sets(self) -> Iterator[str]:
        if self.save_as.strip():
            yield self.save_as.strip()

    def _headers(self, visit: Visit) -> dict[str, str]:
        """A value from a contact cannot add a header: line breaks become spaces."""
        return {
            name: " ".join(visit.render(value).split())
            for name, value in self.headers.items()
            if _HEADER_NAME.fullmatch(name)
        }

    def _body(self, visit: Visit) -> str | None:
        if self.body is None or self.body == "":
            return None
        if isinstance(self.body, str):
            return visit.render(self.body)
        return json.dumps(visit.evaluate(self.body), ensure_ascii=False)


def _escape(value: str) -> str:
    return quote(value.encode("utf-8", "replace"), safe="")


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
