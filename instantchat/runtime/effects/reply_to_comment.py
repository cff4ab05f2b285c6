"""`reply_to_comment`: into the outbox, as a message under the post."""

from __future__ import annotations

from typing import ClassVar

from instantchat.engine.effects import ReplyToComment
from instantchat.runtime.effects import EffectHandler
from instantchat.runtime.lane import Lane


class ReplyToCommentHandler(EffectHandler):
    """Queues one call. It comes back as a comment of the account's own, which is ignored."""

    kind: ClassVar[str] = ReplyToComment.kind

    def carry_out(self, effect: ReplyToComment, lane: Lane, run_id: str) -> None:
        lane.queue_message(run_id, text=effect.text, extras={"action": "comment_reply", "commentId": effect.comment_id})
