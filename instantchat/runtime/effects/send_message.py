"""`send_message`: into the outbox."""

from __future__ import annotations

from typing import ClassVar

from instantchat.engine.effects import Button, SendMessage
from instantchat.runtime.disclosure import disclose, with_disclosure
from instantchat.runtime.effects import EffectHandler
from instantchat.runtime.lane import Lane
from instantchat.store.records import Json


class SendMessageHandler(EffectHandler):
    """Queues one message, which is one API call. Its source is `web`: it comes from here, not from Instagram.

    For people, and for search, the text of cards is their titles.
    """

    kind: ClassVar[str] = SendMessage.kind

    def carry_out(self, effect: SendMessage, lane: Lane, run_id: str) -> None:
        text = effect.text or ""
        if effect.comment_id is None:
            disclose(lane, run_id)
        else:
            text = with_disclosure(lane, text, has_buttons=bool(effect.buttons))
        lane.queue_message(
            run_id,
            text=text or "\n".join(card.title for card in effect.cards),
            attachments=[{"type": each.type, "url": each.url} for each in effect.attachments],
            extras=_extras(effect, lane),
        )


def _extras(effect: SendMessage, lane: Lane) -> Json:
    extras: Json = {}
    if effect.comment_id is not None:
        extras["commentId"] = effect.comment_id
    if effect.quick_replies:
        extras["quickReplies"] = [
            {"id": each.id, "title": each.title, "payload": each.payload} for each in effect.quick_replies
        ]
    if effect.buttons:
        extras["buttons"] = [_button(each) for each in effect.buttons]
    if effect.cards:
        extras["cards"] = [
            {
                "title": each.title,
                "subtitle": each.subtitle,
                "imageUrl": each.image_url,
                "url": each.url,
                "buttons": [_button(button) for button in each.buttons],
            }
            for each in effect.cards
        ]
    if lane.changes.typing_seconds:
        extras["typingSeconds"], lane.changes.typing_seconds = lane.changes.typing_seconds, 0
    return extras


def _button(button: Button) -> Json:
    return {"id": button.id, "title": button.title, "type": button.type, "url": button.url, "payload": button.payload}
