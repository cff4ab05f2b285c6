"""Private addresses are refused before anything is called; what a name leads to is checked at the call."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest

from instantchat.engine.lint import Known, validate_flow
from tests.engine.builders import graph, node, trigger


def found(endpoint: str, *allowed: str) -> list[tuple[str, str, str | None, str | None]]:
    data = graph([trigger("t"), node("a", "actionNode", action="api_call", endpoint=endpoint)], "t>a")
    known = Known(allowed_networks=tuple(map(ip_network, allowed)))
    issues: Any = validate_flow(data, known=known)
    return [(each.code, each.severity, each.node_id, each.field) for each in issues if each.severity == "error"]


BLOCKED = [("blocked_address", "error", "a", "endpoint")]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.0.0.1:8000", "127.1", "127.0.1", "127.0.0.1.", "2130706433", "0x7f000001", "0x7f.0.0.1",
        "0177.0.0.1", "017700000001", "0", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "224.0.0.1", "[::1]", "[::]", "[fc00::1]", "[fe80::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
        "[::127.0.0.1]", "[64:ff9b::7f00:1]", "①②⑦.0.0.1", "127。0。0。1", "１２７.0.0.1", "%31%32%37.0.0.1",
        "user@127.0.0.1", "example.com@127.0.0.1", "example.com\\@127.0.0.1", "localhost", "LOCALHOST", "localhost.",
        "api.localhost", "loc\u00adalhost", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "printer.local", "metadata.google.internal",
        "localhost.localdomain",
    ],
)  # fmt: skip
def test_private_hosts_however_written(host: str) -> None:
    assert found(f"http://{host}/x") == BLOCKED
    assert found(f"https://{host}/{{{{message.text}}}}") == BLOCKED


@pytest.mark.parametrize(
    "host",
    ["example.com", "1.1.1.1", "16843009", "[2606:4700::1111]", "127.0.0.1.example.com", "local.example",
     "0x7g.example", "999.0.0.1", "1.2.3.4.5", "internal", "bücher.example"],
)  # fmt: skip
def test_public_ones(host: str) -> None:
    assert found(f"https://{host}/x") == []


def test_what_is_called_must_be_http() -> None:
    assert found("ftp://example.com") == BLOCKED
    assert found("file:///etc/passwd") == BLOCKED
    assert found("{{variables.url}}") == []


@pytest.mark.parametrize(
    "endpoint", ["https://10.0.0.{{n}}/x", "https://127.0.0.1{{x}}", "https://localhost:{{port}}/"]
)
def test_a_host_with_a_template_in_it_is_checked_at_the_call(endpoint: str) -> None:
    assert found(endpoint) == []


def test_what_the_operator_allows() -> None:
    assert found("http://10.1.2.3/x", "10.0.0.0/8") == []
    assert found("http://192.168.1.1/x", "10.0.0.0/8") == BLOCKED
    assert found("http://stock.internal/x", "10.0.0.0/8") == []
    assert found("http://localhost:9000/x", "10.0.0.0/8") == BLOCKED
    assert found("http://localhost:9000/x", "127.0.0.0/8") == []
