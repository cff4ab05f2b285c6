"""`reply_to_comment`: answer under the post."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.effects import ReplyToComment
from instantchat.engine.form import Multiline, Required, Templated
from instantchat.engine.node import Take
from instantchat.engine.text import shorten
from instantchat.engine.visit import Visit
from instantchat.nodes.action import ActionNode

COMMENT_LIMIT = 2200  # as the Instagram app has it; Meta's pages name no limit


class ReplyToCommentAction(ActionNode):
    """Answers in public, under the comment that started the run.

    It needs no messaging window. Comments on a live video cannot be answered so.
    """

    variant: ClassVar[str | None] = "reply_to_comment"
    label: ClassVar[str] = "Reply to the comment"
    icon: ClassVar[str] = "message-circle-reply"
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"action": "reply_to_comment", "content": "Thanks! We sent you a message."},
    )

    content: Annotated[
        str,
        Field(title="Text", description="Everybody can read it.", max_length=COMMENT_LIMIT),
        Multiline,
        Templated,
        Required,
    ] = ""

    def enter(self, visit: Visit) -> Take:
        message = visit.data.get("message") or {}
        comment_id = message.get("commentId") or (visit.data.get("comment") or {}).get("id")
        if not isinstance(comment_id, str) or not comment_id:
            return Take("next", error="No comment started this run, so there is none to reply to.")
        if message.get("kind") == "live_comment":
            return Take("next", error="Instagram takes no replies to comments on a live video.")
        text = visit.render(self.content).strip()
        if not text:
            visit.warnings.append("there was nothing to reply")
            return Take("next")
        if len(text) > COMMENT_LIMIT:
            visit.warnings.append(f"the reply was cut at {COMMENT_LIMIT:,} characters")
        return Take("next", (ReplyToComment(visit.run_id, visit.node_id, comment_id, text[:COMMENT_LIMIT]),))

    def card(self) -> str:
        return f"Reply: {shorten(self.content, 70)}" if self.content.strip() else "Reply to the comment"
