"""`instantchat lint`: what it prints and with which exit code, in one process and as the command it is."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from instantchat.cli import main
from instantchat.flows import Flow, any_message, keyword
from tests.engine.builders import graph, node, say, trigger

ROOT = Path(__file__).resolve().parents[2]


def write(path: Path, data: Any) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return str(path)


def good(name: str = "Prices", word: str = "price") -> dict[str, Any]:
    return Flow(name).on(keyword(word)).say("10 €").to_json()


PLUGIN = """
from typing import ClassVar
from instantchat.engine.node import Node

class WaveNode(Node):
    \"\"\"Waves.\"\"\"
    type: ClassVar[str] = "waveNode"
    text: str = ""
"""


def plug_in(folder: Path, group: str, entry: str) -> None:
    """An installed distribution that offers `entry`."""
    info = folder / "wave-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: wave\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\nwave = {entry}\n")
    (folder / "wave_plugin.py").write_text(PLUGIN)


def findings(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[tuple[str, str, str]]]:
    """The exit code and (code, severity, field or node) of each finding that is not for information."""
    code = main(["lint", "--format", "json", *arguments])
    files = json.loads(capsys.readouterr().out)["files"]
    issues = [issue for each in files for issue in each["issues"] if issue["severity"] != "info"]
    return code, [(each["code"], each["severity"], each["nodeId"] or each["field"]) for each in issues]


class TestCodes:
    def test_clean(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["lint", write(tmp_path / "a.json", good())]) == 0
        assert capsys.readouterr().out == "1 flow checked: 0 errors, 0 warnings.\n"

    def test_an_error_is_a_line(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = write(tmp_path / "a.json", graph([trigger("t"), node("m", "actionNode", action="tag_customer")], "t>m"))
        assert main(["lint", path]) == 1
        assert capsys.readouterr().out == (
            f"{path}: error[required] node 'm' tag: “Tag” is missing. (Fill it in.)\n"
            "1 flow checked: 1 error, 0 warnings.\n"
        )

    def test_warnings_fail_only_when_strict(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = write(tmp_path / "a.json", graph([say("m")]))
        assert main(["lint", path]) == 0
        assert main(["lint", "--strict", path]) == 1
        assert "warning[starts_on_any] node 'm'" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("{", "It is not JSON: "),
            ("\x00\x01", "It is not JSON: "),
            ("[" * 100_000, "It is not JSON: "),
            ("9" * 5000, "It is not JSON: "),
            ("5", "It is no flow: "),
            ('{"name": "package"}', "It is no flow: "),
            ("[5]", "It is no flow: "),
        ],
    )
    def test_what_is_no_flow(self, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, reason: str) -> None:
        fine = write(tmp_path / "fine.json", good())
        assert main(["lint", write(tmp_path / "a.json", text), fine]) == 2
        printed = capsys.readouterr()
        assert printed.err.startswith(str(tmp_path / "a.json")) and reason in printed.err
        assert printed.out == "1 flow checked: 0 errors, 0 warnings.\n"

    def test_nothing_there(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["lint", str(tmp_path / "none.json")]) == 2
        assert main(["lint", str(tmp_path)]) == 2
        assert capsys.readouterr().err.splitlines() == [
            f"{tmp_path / 'none.json'}: It cannot be read: No such file or directory.",
            f"{tmp_path}: There is no *.json file in this directory.",
        ]

    @pytest.mark.parametrize("arguments", [["lint"], ["lint", "--format", "xml", "a.json"]])
    def test_usage(self, arguments: list[str]) -> None:
        with pytest.raises(SystemExit) as raised:
            main(arguments)
        assert raised.value.code == 2


class TestFiles:
    def test_lists_and_directories(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        write(tmp_path / "deep" / "two.json", [good("A", "a"), good("B", "b")])
        write(tmp_path / "one.json", {"nodes": good("C", "c")["nodes"], "edges": []})
        write(tmp_path / "readme.txt", "no flow")
        main(["lint", "--format", "json", str(tmp_path)])
        files = json.loads(capsys.readouterr().out)["files"]
        assert [(Path(each["file"]).name, each["flow"], each["valid"]) for each in files] == [
            ("two.json#1", "A", True),
            ("two.json#2", "B", True),
            ("one.json", None, True),
        ]

    def test_standard_input(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        raw = io.BytesIO(b"\xef\xbb\xbf" + json.dumps(graph([])).encode())
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(raw))
        assert findings(capsys, "-") == (1, [("no_start", "error", None)])


class TestTogether:
    def test_the_same_keyword_twice(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        files = [write(tmp_path / f"{name}.json", good(name)) for name in "ab"]
        clash = ("keyword_clash", "warning", "trigger_1")
        assert findings(capsys, *files) == (0, [clash, clash])

    def test_the_same_name_twice(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        files = [write(tmp_path / "a.json", good("Prices", "a")), write(tmp_path / "b.json", good(" prices", "b"))]
        assert findings(capsys, *files) == (1, [("flow_name_taken", "error", "name")])

    def test_flows_that_other_flows_name(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        both = Flow("Start").on(keyword("go")).run(" PRICES ").start("flow_1", id="by_id").to_json()
        start = write(tmp_path / "start.json", {**both, "references": {"flows": {"flow_1": "Prices"}}})
        missing = [("broken_reference", "warning", "subflow_1"), ("broken_reference", "warning", "by_id")]
        assert findings(capsys, start) == (0, missing)
        assert findings(capsys, start, write(tmp_path / "prices.json", good())) == (0, [])


class TestAsTheServerDoes:
    @pytest.mark.parametrize(
        ("change", "finding"),
        [
            ({"formatVersion": 99}, ("format_unsupported", "error", "formatVersion")),
            ({"name": ""}, ("required", "error", "name")),
            ({"name": "x" * 81}, ("too_long", "error", "name")),
            ({"priority": "high"}, ("bad_value", "error", "priority")),
            ({"reentry": {"mode": "sometimes"}}, ("bad_value", "error", "reentry.mode")),
            ({"viewport": {"x": "left"}}, ("wrong_type", "error", "viewport")),
            ({"nodes": [node("t", "moonNode")], "edges": []}, ("unknown_type", "error", "t")),
            ({"nodes": [say("m", "x" * 10_001)], "edges": []}, ("over_limit", "error", "m")),
            ({"nodes": [say("m", "\0")], "edges": []}, ("unstorable", "error", "m")),
            ({"nodes": [say(str(n), "x" * 9000) for n in range(120)], "edges": []}, ("flow_too_large", "error", None)),
            ({"nodes": 5, "edges": []}, ("wrong_type", "error", None)),
        ],
    )
    def test_what_it_refuses(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], finding: tuple[str, str, str]
    ) -> None:
        assert findings(capsys, write(tmp_path / "a.json", {**good(), **change})) == (1, [finding])


class TestTheCommand:
    def run(self, *arguments: str, code: str | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
        program = ["-c", code] if code else ["-m", "instantchat.cli", "lint", *arguments]
        return subprocess.run(
            [sys.executable, *program], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, timeout=60
        )

    def test_needs_no_settings_and_can_print_anywhere(self, tmp_path: Path) -> None:
        data = Flow("Grüße \x1b[31m").on(any_message()).say("").to_json()
        path = write(tmp_path / "a.json", {**data, "name": "\ud800\x1b[31m", "category": 5})
        done = self.run(path, PYTHONIOENCODING="ascii", INSTANTCHAT_ENV="nowhere", INSTANTCHAT_DATABASE_URL="x:")
        assert done.returncode == 1 and done.stderr == b""
        assert b"error[required] node 'message_1'" in done.stdout and b"\x1b" not in done.stdout

    def test_node_types_of_plug_ins_count(self, tmp_path: Path) -> None:
        plug_in(tmp_path / "wave", "instantchat.nodes", "wave_plugin")
        data = graph([trigger("t"), node("w", "waveNode", text=5)], "t>w")
        done = self.run(write(tmp_path / "a.json", data), PYTHONPATH=str(tmp_path / "wave"))
        assert done.returncode == 1 and b"error[wrong_type] node 'w' text" in done.stdout

    def test_a_broken_plug_in_is_a_sentence(self, tmp_path: Path) -> None:
        plug_in(tmp_path / "wave", "instantchat.nodes", "no_such_module")
        done = self.run(write(tmp_path / "a.json", good()), PYTHONPATH=str(tmp_path / "wave"))
        assert done.returncode == 2 and done.stdout == b""
        assert done.stderr.startswith(b"The plug-in 'wave' (no_such_module) cannot be loaded: ")

    def test_a_reader_that_leaves_early_is_no_trace(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.json", [graph([say("m", "")])] * 2000)
        command = f"{sys.executable} -m instantchat.cli lint {path} | head -1"
        done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, timeout=60)
        assert done.stderr == b"" and done.stdout.count(b"\n") == 1

    def test_imports_no_server(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.json", good())
        heavy = "{'fastapi', 'starlette', 'reflex', 'sqlalchemy', 'sqlmodel', 'httpx', 'aiohttp', 'granian'}"
        code = (
            f"import sys; from instantchat.cli import main; main(['lint', {path!r}]); print({heavy} & set(sys.modules))"
        )
        assert self.run(code=code).stdout.splitlines()[-1] == b"set()"
