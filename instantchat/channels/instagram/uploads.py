"""Media uploaded once and then sent by its id (`instagram-api.md` 3.2)."""

from __future__ import annotations

from instantchat.channels.instagram import answers
from instantchat.channels.instagram.client import InstagramClient
from instantchat.channels.instagram.errors import MetaUnreachable
from instantchat.channels.instagram.messages import Attachment, media
from instantchat.channels.instagram.payloads import ident
from instantchat.kit.crypto import Secret


async def upload(client: InstagramClient, ig_user_id: str, token: Secret, type: str, url: str) -> Attachment:
    """Instagram fetches `url` now and keeps it: the attachment that sends it as often as wanted.

    Raises `MetaRefused` (of kind `content` when the media cannot be fetched or used) and `MetaUnreachable`.
    """
    wanted = media(Attachment(type, url))
    wanted["payload"]["is_reusable"] = True
    address = f"{client.versioned}/{ig_user_id}/message_attachments"
    body = await client.call("POST", address, token, json={"message": {"attachment": wanted}})
    attachment_id = ident(answers.unwrapped(body).get("attachment_id"))
    if attachment_id is None:
        raise MetaUnreachable("the answer to an upload has no attachment_id")
    return Attachment(type, attachment_id=attachment_id)
