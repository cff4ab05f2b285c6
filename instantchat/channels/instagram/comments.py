"""Comments under the account's own posts: hidden, shown again, deleted (`instagram-api.md` 3.4)."""

from __future__ import annotations

from instantchat.channels.instagram.client import InstagramClient
from instantchat.kit.crypto import Secret


async def hide(client: InstagramClient, comment_id: str, token: Secret, *, hidden: bool = True) -> None:
    """Hide a comment from everybody but its writer, or show it again. The account's own cannot be hidden.

    Raises `MetaRefused` and `MetaUnreachable`; doing it again does no harm.
    """
    query = {"hide": "true" if hidden else "false"}
    await client.call("POST", f"{client.versioned}/{comment_id}", token, params=query)


async def delete(client: InstagramClient, comment_id: str, token: Secret) -> None:
    """Delete a comment for good, the answers under it too. Raises as `hide` does; 100/33 when it is gone."""
    await client.call("DELETE", f"{client.versioned}/{comment_id}", token)
