"""The command: findings as text or JSON, and an exit code for CI."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from typing import TextIO

from instantchat.engine.issues import Issue
from instantchat.errors import StartRefused
from instantchat.features.flows.schemas import IssueOut
from instantchat.lint.check import Checked, check_flows
from instantchat.lint.files import FlowFile, Unreadable, read_flows

CLEAN, FOUND, UNREADABLE = 0, 1, 2


def lint(arguments: argparse.Namespace) -> int:
    """Check `arguments.files`; 0 clean, 1 errors (with `strict` warnings too), 2 when a file holds no flow."""
    try:
        return _lint(arguments.files, arguments.format, arguments.strict)
    except StartRefused as refusal:
        _write(refusal.message, sys.stderr)
        return UNREADABLE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREADABLE


def _lint(paths: Sequence[str], shape: str, is_strict: bool) -> int:
    flows: list[FlowFile] = []
    unreadable: list[Unreadable] = []
    for each in read_flows(paths):
        if isinstance(each, FlowFile):
            flows.append(each)
        else:
            unreadable.append(each)
    checked = check_flows(flows)
    for problem in unreadable:
        _write(f"{problem.file}: {problem.message}", sys.stderr)
    lines = [_as_json(checked)] if shape == "json" else _as_text(checked)
    for line in lines:
        _write(line, sys.stdout)
    sys.stdout.flush()
    is_found = any(each.count("error") or (is_strict and each.count("warning")) for each in checked)
    return UNREADABLE if unreadable else FOUND if is_found else CLEAN


def _as_text(checked: Sequence[Checked]) -> Iterator[str]:
    """One line a finding, without those that are only for information; then a sum."""
    for each in checked:
        for issue in each.issues:
            if issue.severity != "info":
                yield f"{each.flow.file}: {_line(issue)}"
    errors, warnings = (sum(each.count(severity) for each in checked) for severity in ("error", "warning"))
    yield f"{_number(len(checked), 'flow')} checked: {_number(errors, 'error')}, {_number(warnings, 'warning')}."


def _line(issue: Issue) -> str:
    place = [f"node {issue.node_id!r}" if issue.node_id is not None else "", issue.field or ""]
    where = " ".join(each for each in place if each)
    hint = f" ({issue.hint})" if issue.hint else ""
    return f"{issue.severity}[{issue.code}]{f' {where}' if where else ''}: {issue.message}{hint}"


def _as_json(checked: Sequence[Checked]) -> str:
    files = [
        {
            "file": each.flow.file,
            "flow": each.flow.name,
            "valid": each.is_valid,
            "issues": [IssueOut.from_issue(issue).model_dump(by_alias=True) for issue in each.issues],
        }
        for each in checked
    ]
    return json.dumps({"files": files})


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _write(line: str, stream: TextIO) -> None:
    """One line, whatever a file's texts hold and whatever the terminal can show."""
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in line)
    encoding = stream.encoding or "utf-8"
    stream.write(shown.encode(encoding, "backslashreplace").decode(encoding) + "\n")
