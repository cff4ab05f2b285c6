"""Members that flows name, found before the changes of their lanes are stored: effects themselves do no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from instantchat.runtime.lane import Lane
from instantchat.runtime.live import Notice
from instantchat.store.ports import MemberStore
from instantchat.store.records import User


async def find_members(lanes: Sequence[Lane], members: MemberStore) -> None:
    """Settle whom flows gave conversations to and whom they tell something; a line of the conversation says whom nobody
    knows. A member of another workspace is unknown. Raises `Unavailable`."""
    found: dict[tuple[str, str], User | None] = {}
    for lane in lanes:
        workspace_id = lane.work.account.workspace_id
        names = _named_in(lane)
        for name in names:
            if (workspace_id, name) not in found:
                found[workspace_id, name] = await _find(members, workspace_id, name)
        if names:
            known = {name: found[workspace_id, name] for name in names}
            _settle_assignment(lane, known)
            _settle_notices(lane, known)


def _named_in(lane: Lane) -> set[str]:
    changes = lane.changes
    names = {notice.member_id for notice in changes.notices if notice.member_id is not None}
    return names | ({changes.assignment.member} if changes.assignment else set())


async def _find(members: MemberStore, workspace_id: str, name: str) -> User | None:
    user = await (members.user_by_email(name) if "@" in name else members.user(name))
    return user if user is not None and user.workspace_id == workspace_id else None


def _settle_assignment(lane: Lane, known: Mapping[str, User | None]) -> None:
    assignment = lane.changes.assignment
    if assignment is None:
        return
    user = known[assignment.member]
    if user is None:
        lane.add_note(assignment.run_id, f"Not assigned: nobody here is “{assignment.member}”.")
        return
    lane.changes.assign = user.id
    lane.change_conversation(assignee_id=user.id)
    lane.add_note(assignment.run_id, f"Assigned to {user.name}.")


def _settle_notices(lane: Lane, known: Mapping[str, User | None]) -> None:
    settled: list[Notice] = []
    for notice in lane.changes.notices:
        user = known[notice.member_id] if notice.member_id is not None else None
        if notice.member_id is None:
            settled.append(notice)
        elif user is not None:
            settled.append(replace(notice, member_id=user.id))
        else:
            lane.add_note(notice.note.run_id or "", f"Not notified: nobody here is “{notice.member_id}”.")
    lane.changes.notices = settled
