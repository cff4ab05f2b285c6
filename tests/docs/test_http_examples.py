"""Every command of `docs/reference/http.md` is run, in order, against a server of its own, and answers as it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.security.scene import OWNER_EMAIL, PASSWORD, Scene, scene

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "http.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```\n(?:```json\n(.*?)^```)?", PAGE, re.S | re.M)
QUESTION = "What is the price?"
PATIENCE = 20.0


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Scene]:
    """A connected shop whose customer asked for a price, which no flow answered."""
    with scene(tmp_path / "data", "--api-only") as found:
        found.write_as_customer(QUESTION)
        end = time.monotonic() + PATIENCE
        while not _is_heard(found):
            assert time.monotonic() < end, "the question was not handled"
            time.sleep(0.05)
        yield found


def test_they_answer_as_the_page_says(shop: Scene, tmp_path: Path) -> None:
    assert PASSWORD in PAGE
    names = {"RECIPIENT": shop.simulated["igsid"]}
    preamble = ""
    for command, shown in BLOCKS:
        script = preamble + _ours(command, shop)
        if shown:
            _try(script, json.loads(_ours(shown, shop)), names, tmp_path, again=" -d " not in command)
        else:
            preamble = script


def test_the_page_has_commands() -> None:
    assert len([shown for _, shown in BLOCKS if shown]) == 13


def _ours(text: str, shop: Scene) -> str:
    return text.replace("http://localhost:8000", shop.server.url).replace("ana@example.com", OWNER_EMAIL)


def _is_heard(shop: Scene) -> bool:
    events = shop.http.get(f"/api/events?conversationId={shop.ids['conversation_id']}", headers=shop.ana.bearer)
    return any(each["payload"].get("text") == QUESTION and each["decision"] for each in events.json()["data"])


def _try(script: str, shown: Any, names: dict[str, str], folder: Path, *, again: bool) -> None:
    """Run it until it answers what is shown, or once; `names` learns the ids."""
    end = time.monotonic() + PATIENCE
    while True:
        environment = {**os.environ, **names}
        made = subprocess.run(
            ["bash", "-euc", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=30
        )
        assert made.returncode == 0, f"{script}\n{made.stderr}"
        found = dict(names)
        difference = _difference(shown, json.loads(made.stdout), found)
        if difference is None:
            names.update(found)
            return
        assert again and time.monotonic() < end, f"{script}\n{difference}\n{made.stdout}"
        time.sleep(0.05)


def _difference(shown: Any, answer: Any, names: dict[str, str], at: str = "answer") -> str | None:
    """Where the answer is not what is shown: `…` is anything, `$NAME` an id, keys that are not shown do not matter."""
    if shown == "…":
        return None
    if isinstance(shown, str) and shown.startswith("$"):
        shown = names.setdefault(shown[1:], answer)
    if isinstance(shown, dict) and isinstance(answer, dict):
        ways = [(f"{at}.{key}", each, answer.get(key)) for key, each in shown.items()]
    elif isinstance(shown, list) and isinstance(answer, list) and len(shown) == len(answer):
        ways = [(f"{at}[{place}]", *pair) for place, pair in enumerate(zip(shown, answer, strict=True))]
    else:
        return None if shown == answer else f"{at} is {answer!r}, not {shown!r}"
    return next(filter(None, (_difference(each, given, names, where) for where, each, given in ways)), None)
