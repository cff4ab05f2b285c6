"""The flows of a trial: a draft as it would listen if it were published, and the others that are active."""

from __future__ import annotations

from instantchat.engine.context import AccountView
from instantchat.engine.decision import ActiveFlow, Reentry
from instantchat.engine.flow import parse_graph
from instantchat.errors import Invalid
from instantchat.features.auth.member import Member
from instantchat.features.flows.draft import as_error
from instantchat.features.flows.view import flow_missing
from instantchat.runtime.versions import Versions, active_flows
from instantchat.store import records as r
from instantchat.store.ports import Store

DRAFT = "draft"


class TrialFlows:
    """Reads what trials need, compiling each published version once."""

    def __init__(self, store: Store, timezone: str = "UTC") -> None:
        self._store = store
        self._timezone = timezone
        self._versions = Versions(store.flows)

    async def around(self, member: Member, flow_id: str) -> tuple[ActiveFlow, list[ActiveFlow]]:
        """The draft of a flow, under its own settings, and the other active flows, the oldest first.

        The draft goes by the id of the version whose place it takes, so that what was sent in its name leads to it.
        Raises `NotFound("flow_not_found")`, and `Invalid("flow_malformed")` for a draft that can no longer be read.
        """
        workspace_id = member.workspace_id
        stored = await self._store.flows.flow(workspace_id, flow_id)
        if stored is None:
            raise flow_missing()
        heads = (await self._store.flows.active_heads([workspace_id])).get(workspace_id, [])
        version_id = next((head.version_id for head in heads if head.flow_id == flow_id), DRAFT)
        heads = [head for head in heads if head.flow_id != flow_id]
        others = active_flows(heads, await self._versions.load(head.version_id for head in heads))
        return _as_active(stored, version_id), others

    async def account(self, member: Member) -> AccountView:
        """The account that contacts write to in a trial: the first, or none in particular."""
        accounts = await self._store.accounts.accounts(member.workspace_id)
        first = next((each for each in accounts if each.state != "disconnected"), None)
        ids = (first.id, first.ig_user_id, first.username) if first else ("", "", "")
        return AccountView(*ids, timezone=self._timezone)


def _as_active(flow: r.Flow, version_id: str) -> ActiveFlow:
    compiled, issues = parse_graph(flow.graph)
    if compiled is None:
        errors = [as_error(issue) for issue in issues[:50]]
        raise Invalid("flow_malformed", f"“{flow.name}” cannot be read: {issues[0].message}", errors=errors)
    reentry = Reentry(flow.reentry.get("mode", "always"), flow.reentry.get("hours"))
    return ActiveFlow(flow.id, version_id, flow.name, compiled, flow.created_at, flow.priority, reentry)
