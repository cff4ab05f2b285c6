"""Where nodes go on the canvas when nobody has put them anywhere: columns from left to right, one row per way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

LEFT, TOP = 120, 160
COLUMN, ROW = 340, 200


def place(ids: Sequence[str], ways: Iterable[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    """`(x, y)` for every id; no two the same. `ways` are (source, target).

    A node is one column to the right of the last node that leads to it, ways back excepted, and in the row of the
    nodes that lead to it where that is free. The same input always gives the same places.
    """
    targets: dict[str, list[str]] = {node_id: [] for node_id in ids}
    for source, target in ways:
        if source in targets and target in targets:
            targets[source].append(target)
    order, forward = _depth_first(targets)
    columns = dict.fromkeys(ids, 0)
    for node_id in order:
        for target in forward[node_id]:
            columns[target] = max(columns[target], columns[node_id] + 1)
    rows = _rows(columns, forward)
    return {node_id: (LEFT + COLUMN * columns[node_id], TOP + ROW * rows[node_id]) for node_id in ids}


def _depth_first(targets: Mapping[str, Sequence[str]]) -> tuple[list[str], dict[str, list[str]]]:
    """The ids so that every forward way leads to a later one, and the forward ways: those that close no ring."""
    entered = {target for each in targets.values() for target in each}
    roots = [*(node_id for node_id in targets if node_id not in entered), *targets]
    forward: dict[str, list[str]] = {node_id: [] for node_id in targets}
    finished: dict[str, None] = {}
    for root in roots:
        path: dict[str, Iterator[str]] = {} if root in finished else {root: iter(targets[root])}
        while path:
            current = next(reversed(path))
            target = next(path[current], None)
            if target is None:
                finished[current] = None
                del path[current]
            elif target not in path:
                forward[current].append(target)
                if target not in finished:
                    path[target] = iter(targets[target])
    return list(reversed(finished)), forward


def _rows(columns: Mapping[str, int], forward: Mapping[str, Sequence[str]]) -> dict[str, int]:
    parents: dict[str, list[str]] = {node_id: [] for node_id in columns}
    for source, targets in forward.items():
        for target in targets:
            parents[target].append(source)
    rows: dict[str, int] = {}
    free: dict[int, int] = {}
    wanted: dict[str, int] = {}
    for column in range(max(columns.values(), default=-1) + 1):
        here = [node_id for node_id in columns if columns[node_id] == column]
        for node_id in here:
            above = [rows[parent] for parent in parents[node_id]]
            wanted[node_id] = sum(above) // len(above) if above else 0
        for node_id in sorted(here, key=wanted.__getitem__):
            rows[node_id] = max(wanted[node_id], free.get(column, 0))
            free[column] = rows[node_id] + 1
    return rows
