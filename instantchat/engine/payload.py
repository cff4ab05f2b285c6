"""Payloads of quick replies and buttons: `ic1:` and a JSON array of run id, node id, exit id, and in a sub-flow the id
of the version that has the node.

Each id is at most 100 characters (checked where flows are parsed), so a payload stays under Instagram's 1,000.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

PREFIX = "ic1:"
ID_LIMIT = 100


@dataclass(frozen=True, slots=True)
class TapPayload:
    """Whose choice was tapped."""

    run_id: str
    node_id: str
    exit: str
    version_id: str | None = None


def encode_tap(run_id: str, node_id: str, exit_id: str, version_id: str | None = None) -> str:
    """The payload that brings a tap back to this exit of this node of this run."""
    ids = [run_id, node_id, exit_id] if version_id is None else [run_id, node_id, exit_id, version_id]
    return PREFIX + json.dumps(ids, ensure_ascii=False, separators=(",", ":"))


def decode_tap(payload: str | None) -> TapPayload | None:
    """What `encode_tap` wrote; None for any other payload."""
    if payload is None or not payload.startswith(PREFIX) or len(payload) > 1000:
        return None
    try:
        ids = json.loads(payload.removeprefix(PREFIX))
    except (ValueError, RecursionError):
        return None
    if not isinstance(ids, list) or len(ids) not in (3, 4) or not all(isinstance(each, str) for each in ids):
        return None
    return TapPayload(*ids)
