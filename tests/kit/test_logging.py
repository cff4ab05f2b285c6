"""Log lines hold ids, never text or secrets. Run in a process of its own, as logging is set up once per process."""

from __future__ import annotations

import json
import subprocess
import sys

SCRIPT = """
import logging, structlog
from instantchat.kit.logging import setup_logging
setup_logging("info", {style!r})
log = structlog.get_logger("test")
structlog.contextvars.bind_contextvars(request_id="req_1")
log.debug("too fine")
log.info("request", path="/api/x", token="hunter2", text="hunter2", password="hunter2")
logging.getLogger("library").warning("from %s", "outside")
def broken(password):
    raise ValueError("no")
try:
    broken("hunter2")
except ValueError:
    log.exception("failed")
"""


def lines(style: str) -> str:
    script = SCRIPT.format(style=style)
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stderr


class TestJson:
    def test_one_object_a_line_with_the_bound_ids(self) -> None:
        events = [json.loads(line) for line in lines("json").splitlines()]
        assert [event["event"] for event in events] == ["request", "from outside", "failed"]
        assert {event["request_id"] for event in events} == {"req_1"}
        assert events[0]["level"] == "info"
        assert events[0]["path"] == "/api/x"
        assert events[2]["exception"][0]["exc_type"] == "ValueError"

    def test_no_secret_is_written(self) -> None:
        assert "hunter2" not in lines("json")


class TestConsole:
    def test_is_for_people_and_has_no_secret_either(self) -> None:
        written = lines("console")
        assert "request_id=req_1" in written
        assert "ValueError: no" in written
        assert "too fine" not in written
        assert "hunter2" not in written.replace('broken("hunter2")', "")
