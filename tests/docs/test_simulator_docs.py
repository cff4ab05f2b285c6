"""`docs/simulator.md` names every call of the script API and every fault, with what the code says of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from instantchat.channels.simulator.faults import Faults
from instantchat.channels.simulator.script_routes import script_routes

_PAGE = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text()
_ROWS = dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", _PAGE, re.M))
_CALLS = [(method, route) for route in script_routes("") for method in sorted((route.methods or set()) - {"HEAD"})]


def _camel(path: str) -> str:
    """`{account_id:int}` as readers know it: `{accountId}`."""
    names = re.sub(r"\{(\w+):int\}", r"{\1}", path)
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), names)


@pytest.mark.parametrize(("method", "route"), _CALLS, ids=[f"{method} {route.path}" for method, route in _CALLS])
def test_every_call_has_its_row(method: str, route: object) -> None:
    path, endpoint = getattr(route, "path", ""), getattr(route, "endpoint", None)
    said = " ".join((endpoint.__doc__ or "").split()).replace("|", "\\|")
    assert said, "the call has no docstring"
    assert _ROWS[f"{method} {_camel(path)}"] == said


def test_every_fault_has_its_row() -> None:
    for name, field in Faults.model_fields.items():
        assert field.description, f"{name} has no description"
        assert _ROWS[field.alias or name].endswith(f"| {field.description}")


def test_no_row_is_left_over() -> None:
    calls = {f"{method} {_camel(route.path)}" for method, route in _CALLS}
    faults = {field.alias or name for name, field in Faults.model_fields.items()}
    assert {name for name in _ROWS if " /" in name} == calls
    assert {name for name, row in _ROWS.items() if re.match(r"`[^`]*` \| ", row)} == faults
