"""Where a run is: in its own flow, or in a sub-flow that returns. Kept in `run.data`, so it is stored with the run.

`data["version"]` is the version of the sub-flow it is in (absent in its own flow); `data["frames"]` are the steps to go
back to, the innermost last: `{versionId, nodeId, exit, pending}`.
"""

from __future__ import annotations

from typing import Any, Final

from .compiled import CompiledFlow
from .library import Library

DEPTH_LIMIT: Final = 10
Data = dict[str, Any]


def depth(data: Data) -> int:
    """How many sub-flows deep the run is."""
    return len(data.get("frames") or ())


def current_version(data: Data) -> str | None:
    """The version of the sub-flow the run is in; None in its own flow."""
    version: str | None = data.get("version")
    return version


def current_flow(root: CompiledFlow, data: Data, library: Library) -> CompiledFlow | None:
    """The flow the run is in; None when that version can no longer be read."""
    version = current_version(data)
    return root if version is None else library.version(version)


def versions_in(data: Data) -> set[str]:
    """The sub-flow versions that the run is in or will return to: the host must have them at hand."""
    found = {current_version(data), *(frame["versionId"] for frame in data.get("frames") or ())}
    return {version for version in found if version is not None}


def push(data: Data, version_id: str, node_id: str, exit_id: str) -> None:
    """Go into a version, to come back to this node of the present one and leave it by that exit."""
    frame = {"versionId": current_version(data), "nodeId": node_id, "exit": exit_id}
    if data.get("pending"):
        frame["pending"] = data.pop("pending")
    data["frames"] = [*(data.get("frames") or ()), frame]
    data["version"] = version_id


def pop(data: Data) -> tuple[str, str] | None:
    """Go back: the node and the exit to leave it by; None when there is nothing to go back to."""
    frames = data.get("frames")
    if not frames:
        return None
    frame = frames[-1]
    _set(data, "frames", frames[:-1] or None)
    _set(data, "version", frame["versionId"])
    _set(data, "pending", frame.get("pending"))
    return frame["nodeId"], frame["exit"]


def unwind(data: Data, version_id: str | None) -> bool:
    """Go back to the innermost frame of that version (None: the run's own flow); False, with nothing changed, when the
    run is not in it."""
    if current_version(data) == version_id:
        return True
    if all(frame["versionId"] != version_id for frame in data.get("frames") or ()):
        return False
    while current_version(data) != version_id:
        pop(data)
    return True


def leave_all(data: Data) -> None:
    """Forget every way back, and the other starts of a flow in the original format."""
    for name in ("frames", "version", "pending"):
        data.pop(name, None)


def _set(data: Data, name: str, value: Any) -> None:
    if value is None:
        data.pop(name, None)
    else:
        data[name] = value
