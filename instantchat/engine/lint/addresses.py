"""Addresses that our server would call, where they can be told to be private before anything is called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from instantchat.kit.addresses import is_private_host

from ..form import Called
from ..issues import Issue
from ..text import shorten
from .subject import Subject

_HOST_ENDS = re.compile(r"[^:/]+://[^/?#]+[/?#]")


def find(subject: Subject) -> Iterator[Issue]:
    """Called addresses whose host is private however it is written. What a name leads to is checked at the call."""
    for node_id, field in subject.fields():
        if field.has(Called) and isinstance(field.value, str):
            host = _host(field.value.strip())
            if host and is_private_host(host, subject.known.allowed_networks):
                message = f"{shorten(host, 60)} is in a private network, which flows may not call."
                hint = (
                    "Use a public address, or ask whoever runs this server to list the network in "
                    "INSTANTCHAT_HTTP_ALLOWED_NETWORKS."
                )
                yield Issue("blocked_address", message, node_id=node_id, field=field.path, hint=hint)


def _host(url: str) -> str | None:
    """The host, unless a template has a part in it."""
    written, template, _ = url.partition("{{")
    if template and not _HOST_ENDS.match(written):
        return None
    try:
        return urlsplit(written).hostname
    except ValueError:
        return None
