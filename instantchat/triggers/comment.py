"""`comment`: comments on posts, reels and ads."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.context import Context, InboundMessage
from instantchat.engine.filters import format_value
from instantchat.engine.form import Kind, Ref
from instantchat.engine.trigger import Match, NoMatch, Trigger, other_kind
from instantchat.engine.words import WordTrigger, show_words

MediaId = Annotated[str, Field(max_length=100)]


class Comment(WordTrigger):
    """Starts the flow at a comment on a post of the account, with one of the keywords if any are given.

    A comment allows one private reply within 7 days; more can be sent once the person has answered it. The account's
    own comments start nothing.
    """

    type: ClassVar[str] = "comment"
    kind: ClassVar[str] = "comment"
    label: ClassVar[str] = "Comment"
    icon: ClassVar[str] = "message-square-text"
    group: ClassVar[str] = "Comments"
    opens_window: ClassVar[bool] = False
    gives_private_reply: ClassVar[bool] = True
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"type": "comment", "keywords": ["link", "info"]},
        {"type": "comment", "mediaIds": ["17895695668004550"], "includeReplies": True},
    )

    media_ids: Annotated[
        list[MediaId],
        Field(title="Only on these posts", description="Leave empty for all posts.", max_length=100),
        Kind("keywords"),
        Ref("media"),
    ] = []
    include_replies: Annotated[
        bool, Field(title="Replies to comments too", description="Otherwise only comments on the post itself.")
    ] = False

    def match(self, event: InboundMessage, context: Context) -> Match | NoMatch:
        return other_kind(event, self.kind) or self._refusal(event) or super().match(event, context)

    def clash(self, other: Trigger) -> str | None:
        if not isinstance(other, Comment):
            return None
        ours, theirs = self._media, other._media
        return super().clash(other) if not ours or not theirs or ours & theirs else None

    def _refusal(self, event: InboundMessage) -> NoMatch | None:
        parent, media = format_value(event.refs.get("parentId")), format_value(event.refs.get("mediaId"))
        if parent and not self.include_replies:
            return NoMatch("reply_to_comment", "It was a reply to another comment.", {"parentId": parent})
        if self.media_ids and media not in self._media:
            values = {"mediaId": media, "mediaIds": show_words(self.media_ids)}
            return NoMatch("other_post", "The comment is on another post.", values)
        return None

    @property
    def _media(self) -> set[str]:
        return {each.strip() for each in self.media_ids}
