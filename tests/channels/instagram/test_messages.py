"""Outgoing messages to Meta's bodies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instantchat.channels.instagram.messages import (
    Attachment,
    Button,
    Card,
    Outgoing,
    QuickReply,
    bodies,
    reaction,
    sender_action,
    split_text,
)


class TestBodies:
    def test_text(self) -> None:
        assert bodies(Outgoing("hi"), igsid="1") == [{"recipient": {"id": "1"}, "message": {"text": "hi"}}]

    def test_private_reply_and_tag(self) -> None:
        (body,) = bodies(Outgoing("hi"), comment_id="9", tag="HUMAN_AGENT")
        assert body == {"recipient": {"comment_id": "9"}, "tag": "HUMAN_AGENT", "message": {"text": "hi"}}

    def test_quick_replies_are_cut_to_metas_limits(self) -> None:
        replies = [QuickReply("A title of more than twenty", f"p{i}") for i in range(20)]
        (body,) = bodies(Outgoing("hi", quick_replies=replies), igsid="1")
        assert len(body["message"]["quick_replies"]) == 13
        assert body["message"]["quick_replies"][0] == {
            "content_type": "text",
            "title": "A title of more than",
            "payload": "p0",
        }

    def test_buttons_make_a_template(self) -> None:
        made = Outgoing("Choose", buttons=[Button("Yes", "y"), Button("Site", url="https://x")])
        (body,) = bodies(made, igsid="1")
        assert body["message"] == {
            "attachment": {
                "type": "template",
                "payload": {
                    "template_type": "button",
                    "text": "Choose",
                    "buttons": [
                        {"type": "postback", "title": "Yes", "payload": "y"},
                        {"type": "web_url", "title": "Site", "url": "https://x"},
                    ],
                },
            }
        }

    def test_cards_make_a_template_after_the_text_with_the_quick_replies(self) -> None:
        shirt = Card(
            "Shirt", "9 €", "https://x/s.jpg", "https://x/s", [Button("Buy", "b"), Button("See", url="https://x/s")]
        )
        made = Outgoing("Look", cards=[shirt, Card("Hat", "Warm")], quick_replies=[QuickReply("More", "m")])
        assert [body["message"] for body in bodies(made, igsid="1")] == [
            {"text": "Look"},
            {
                "attachment": {
                    "type": "template",
                    "payload": {
                        "template_type": "generic",
                        "elements": [
                            {
                                "title": "Shirt",
                                "subtitle": "9 €",
                                "image_url": "https://x/s.jpg",
                                "default_action": {"type": "web_url", "url": "https://x/s"},
                                "buttons": [
                                    {"type": "postback", "title": "Buy", "payload": "b"},
                                    {"type": "web_url", "title": "See", "url": "https://x/s"},
                                ],
                            },
                            {"title": "Hat", "subtitle": "Warm"},
                        ],
                    },
                },
                "quick_replies": [{"content_type": "text", "title": "More", "payload": "m"}],
            },
        ]

    def test_cards_are_cut_to_metas_limits(self) -> None:
        card = Card("t" * 90, "s" * 90, buttons=[Button(f"B{i}", "p") for i in range(4)])
        (body,) = bodies(Outgoing(cards=[card] * 11), igsid="1")
        elements = body["message"]["attachment"]["payload"]["elements"]
        assert len(elements) == 10
        assert (elements[0]["title"], elements[0]["subtitle"]) == ("t" * 80, "s" * 80)
        assert [button["title"] for button in elements[0]["buttons"]] == ["B0", "B1", "B2"]

    def test_media_goes_first_and_alone(self) -> None:
        made = Outgoing("hi", attachments=[Attachment("image", "https://x/1"), Attachment("like_heart")])
        assert [body["message"] for body in bodies(made, igsid="1")] == [
            {"attachment": {"type": "image", "payload": {"url": "https://x/1"}}},
            {"attachment": {"type": "like_heart"}},
            {"text": "hi"},
        ]

    def test_images_in_a_row_share_messages_of_ten(self) -> None:
        images = [Attachment("image", f"https://x/{number}.png") for number in range(11)]
        found = [body["message"] for body in bodies(Outgoing(attachments=images), igsid="1")]
        assert [len(message.get("attachments", [])) for message in found] == [10, 0]
        assert found[0]["attachments"][9] == {"type": "image", "payload": {"url": "https://x/9.png"}}
        assert found[1] == {"attachment": {"type": "image", "payload": {"url": "https://x/10.png"}}}

    def test_another_medium_between_images_keeps_its_place(self) -> None:
        kinds = ("image", "image", "video", "image")
        made = Outgoing(attachments=[Attachment(kind, f"https://x/{kind}") for kind in kinds])
        found = [body["message"] for body in bodies(made, igsid="1")]
        assert [[each["type"] for each in one.get("attachments", [one.get("attachment")])] for one in found] == [
            ["image", "image"], ["video"], ["image"],
        ]  # fmt: skip

    def test_an_upload_goes_by_its_id(self) -> None:
        (body,) = bodies(Outgoing(attachments=[Attachment("video", attachment_id="77")]), igsid="1")
        assert body["message"] == {"attachment": {"type": "video", "payload": {"attachment_id": "77"}}}

    def test_text_over_buttons_has_640_bytes(self) -> None:
        made = Outgoing("é" * 400, buttons=[Button("Yes", "y")])
        first, last = (body["message"] for body in bodies(made, igsid="1"))
        assert first == {"text": "é" * 320}
        assert last["attachment"]["payload"]["text"] == "é" * 80

    def test_buttons_are_cut_to_metas_limits(self) -> None:
        made = Outgoing("hi", buttons=[Button("A title of more than twenty", f"p{number}") for number in range(4)])
        (body,) = bodies(made, igsid="1")
        buttons = body["message"]["attachment"]["payload"]["buttons"]
        assert [button["title"] for button in buttons] == ["A title of more than"] * 3

    def test_everything_at_once_is_media_text_cards_and_then_the_chips(self) -> None:
        made = Outgoing(
            "hi",
            attachments=[Attachment("audio", "https://x/a.m4a")],
            cards=[Card("Hat", "Warm")],
            quick_replies=[QuickReply("More", "m")],
        )
        found = [body["message"] for body in bodies(made, igsid="1")]
        kinds = [message.get("text") or message["attachment"]["type"] for message in found]
        assert kinds == ["audio", "hi", "template"]
        assert ["quick_replies" in message for message in found] == [False, False, True]

    def test_long_text_is_sent_in_pieces_with_the_choices_last(self) -> None:
        found = bodies(Outgoing("word " * 500, quick_replies=[QuickReply("Y", "y")]), igsid="1")
        assert [("quick_replies" in body["message"]) for body in found] == [False, False, True]

    def test_choices_without_text_get_their_titles_as_text(self) -> None:
        (body,) = bodies(Outgoing(quick_replies=[QuickReply("Yes", "y"), QuickReply("No", "n")]), igsid="1")
        assert body["message"]["text"] == "Yes / No"

    def test_nothing_to_say_is_no_body(self) -> None:
        assert bodies(Outgoing("  "), igsid="1") == []

    def test_needs_exactly_one_recipient(self) -> None:
        with pytest.raises(ValueError, match="recipient"):
            bodies(Outgoing("hi"))


class TestSplitText:
    def test_cuts_between_words(self) -> None:
        assert split_text("one two three", 8) == ["one two", "three"]

    def test_cuts_a_word_that_is_too_long_between_characters(self) -> None:
        assert split_text("ééééé", 4) == ["éé", "éé", "é"]

    def test_keeps_a_text_that_just_fits(self) -> None:
        assert split_text("x" * 1000) == ["x" * 1000]

    @given(st.text(max_size=400), st.integers(4, 60))
    def test_loses_nothing_but_space(self, text: str, limit: int) -> None:
        pieces = split_text(text, limit)
        assert all(piece and len(piece.encode()) <= limit for piece in pieces)
        assert "".join("".join(pieces).split()) == "".join(text.split())


class TestActions:
    def test_typing(self) -> None:
        assert sender_action("1", "typing_on") == {"recipient": {"id": "1"}, "sender_action": "typing_on"}

    def test_reaction(self) -> None:
        assert reaction("1", "m", "❤")["payload"] == {"message_id": "m", "reaction": "❤"}
        assert reaction("1", "m", None)["sender_action"] == "unreact"
