"""What Instagram answers when it is asked what was said, in every form that was seen."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import httpx
import pytest

from instantchat.channels.instagram.answers import Usage
from instantchat.channels.instagram.errors import MetaRefused, MetaUnreachable
from instantchat.channels.instagram.reading import Post, Reader, Said, Talk
from instantchat.kit.crypto import Secret
from tests.channels.instagram.mocked import client_of

TOKEN = Secret("t")
NOON = dt.datetime(2026, 1, 1, 12, 0, tzinfo=dt.UTC)
ISO = "2026-01-01T12:00:00+0000"


class Meta:
    """Answers everything with `answer`; remembers what was asked."""

    def __init__(self) -> None:
        self.answer: Any = {}
        self.headers: dict[str, str] = {}
        self.asked: list[httpx.URL] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url)
        content = self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()
        return httpx.Response(400 if b'"error"' in content else 200, content=content, headers=self.headers)


@pytest.fixture
def meta() -> Meta:
    return Meta()


@pytest.fixture
def reader(meta: Meta) -> Reader:
    return Reader(client_of(meta))


def said(**given: Any) -> Said:
    row = {"author": None, "author_name": None, "recipient": None, "text": "", "attachments": (), "story": None}
    return Said(mid="m1", at=NOON, is_unsupported=False, **{**row, **given})


class TestConversations:
    async def test_a_page_and_where_the_next_begins(self, meta: Meta, reader: Reader) -> None:
        meta.answer = {
            "data": [{"id": 7, "updated_time": ISO}, {"updated_time": ISO}, "what"],
            "paging": {"cursors": {"after": "c1"}, "next": "https://graph.test/next"},
        }
        meta.headers = {"X-App-Usage": '{"call_count": 40}'}
        cut = await reader.conversations("17", TOKEN, igsid="7001", after="c0")
        assert (cut.data, cut.after, cut.usage) == ([Talk("7", NOON)], "c1", Usage(40))
        (url,) = meta.asked
        assert url.path == "/v25.0/17/conversations"
        assert {"platform": "instagram", "user_id": "7001", "after": "c0"}.items() <= dict(url.params).items()

    async def test_the_last_page_has_a_cursor_too(self, meta: Meta, reader: Reader) -> None:
        meta.answer = {"data": [{"id": "7", "updated_time": ISO}], "paging": {"cursors": {"after": "c1"}}}
        assert (await reader.conversations("17", TOKEN)).after is None

    @pytest.mark.parametrize("answer", [{}, [], {"data": None}, {"data": {}}, 3, None])
    async def test_what_is_no_list_is_empty(self, meta: Meta, reader: Reader, answer: Any) -> None:
        meta.answer = answer
        assert (await reader.conversations("17", TOKEN)).data == []

    async def test_refusals_and_nonsense(self, meta: Meta, reader: Reader) -> None:
        meta.answer = b"<html>"
        with pytest.raises(MetaUnreachable):
            await reader.conversations("17", TOKEN)
        meta.answer = {"error": {"code": 613}}
        with pytest.raises(MetaRefused):
            await reader.conversations("17", TOKEN)


class TestMessages:
    @pytest.mark.parametrize("wrapped", [False, True])
    async def test_of_a_conversation(self, meta: Meta, reader: Reader, wrapped: bool) -> None:
        row = {"id": "m1", "created_time": ISO, "from": {"id": 7001, "username": "ada"}, "to": {"data": [{"id": 17}]}}
        talk = {"id": "c1", "messages": {"data": [{**row, "message": "Hi"}, {"message": "no id"}]}}
        meta.answer = {"data": [talk]} if wrapped else talk
        found = said(author="7001", author_name="ada", recipient="17", text="Hi")
        assert (await reader.messages("c1", TOKEN)).data == [found]

    @pytest.mark.parametrize(
        ("row", "attachments"),
        [
            ({"attachments": {"data": [{"image_data": {"url": "u"}}]}}, ({"type": "image", "payload": {"url": "u"}},)),
            ({"attachments": {"data": [{"video_data": {"url": "u"}}]}}, ({"type": "video", "payload": {"url": "u"}},)),
            ({"attachments": {"data": [{"file_url": "u", "id": "1"}]}}, ({"type": "file", "payload": {"url": "u"}},)),
            ({"attachments": {"data": [{"generic_template": {}}]}}, ()),
            ({"shares": {"data": [{"link": "u"}]}}, ({"type": "share", "payload": {"url": "u"}},)),
            ({"story": {"mention": {"link": "u"}}}, ({"type": "story_mention", "payload": {"url": "u"}},)),
        ],
    )
    async def test_with_media(self, meta: Meta, reader: Reader, row: Any, attachments: Any) -> None:
        meta.answer = {"id": "m1", "created_time": ISO, **row}
        assert await reader.message("m1", TOKEN) == said(attachments=attachments)

    async def test_that_answer_a_story(self, meta: Meta, reader: Reader) -> None:
        meta.answer = {"id": "m1", "created_time": ISO, "story": {"reply_to": {"id": 9, "link": "u"}}}
        assert await reader.message("m1", TOKEN) == said(story={"id": "9", "url": "u"})

    async def test_of_which_instagram_tells_nothing_but_the_id(self, meta: Meta, reader: Reader) -> None:
        meta.answer = {"messages": {"data": [{"id": "m1", "created_time": ISO}]}}
        (found,) = (await reader.messages("c1", TOKEN)).data
        assert not found.is_known


class TestComments:
    async def test_posts_and_what_is_under_them(self, meta: Meta, reader: Reader) -> None:
        meta.answer = {"data": [{"id": "18", "media_product_type": "REELS", "comments_count": 3}, {"id": "19"}]}
        posts = (await reader.media("17", TOKEN, 5)).data
        assert posts == [Post("18", "REELS", 3), Post("19", "FEED", None)]
        meta.answer = {"data": [{"id": "c", "timestamp": ISO, "text": "x", "username": "ada", "from": {"id": "7001"}}]}
        (comment,) = (await reader.comments(posts[0], TOKEN)).data
        assert (comment.id, comment.at) == ("c", NOON)
        assert comment.raw["from"] == {"id": "7001", "username": "ada"}
        assert comment.raw["media"] == {"id": "18", "media_product_type": "REELS"}
