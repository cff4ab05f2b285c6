from __future__ import annotations

import pytest

from instantchat.engine.media import refused_ending


class TestRefusedEnding:
    @pytest.mark.parametrize(
        ("kind", "ending"),
        [
            ("image", "png"), ("image", "JPG"), ("image", "jpeg"), ("image", "gif"),
            ("audio", "aac"), ("audio", "m4a"), ("audio", "wav"), ("audio", "mp4"),
            ("video", "mp4"), ("video", "ogg"), ("video", "avi"), ("video", "mov"), ("video", "webm"),
            ("file", "pdf"),
        ],
    )  # fmt: skip
    def test_what_instagram_takes(self, kind: str, ending: str) -> None:
        assert refused_ending(kind, f"https://x.example/a.b.{ending}?v=1.webp#.svg") is None

    @pytest.mark.parametrize(
        ("kind", "ending", "sentence"),
        [
            ("image", "webp", "Pictures can be .png, .jpeg, .jpg or .gif; this is .webp."),
            ("image", "MP4", "Pictures can be .png, .jpeg, .jpg or .gif; this is .mp4."),
            ("audio", "mp3", "Audio can be .aac, .m4a, .wav or .mp4; this is .mp3."),
            ("video", "mkv", "Videos can be .mp4, .ogg, .avi, .mov or .webm; this is .mkv."),
            ("file", "docx", "Files can be .pdf; this is .docx."),
        ],
    )
    def test_what_it_does_not(self, kind: str, ending: str, sentence: str) -> None:
        assert refused_ending(kind, f"https://x.example/a.{ending}?v=1") == sentence

    @pytest.mark.parametrize(
        "url", ["https://x.example", "https://x.example/a", "https://x.example/a.php?f=b.webp", "https://x.example/a.",
                "https://x.example/{{picture}}", "http://[", ""],
    )  # fmt: skip
    def test_what_nothing_is_known_of(self, url: str) -> None:
        assert refused_ending("image", url) is None

    def test_other_kinds_are_not_judged(self) -> None:
        assert refused_ending("like_heart", "https://x.example/a.webp") is None
