"""What people are told when a handler fails."""

from __future__ import annotations

from structlog.testing import capture_logs

from instantchat.errors import Conflict, FieldError, Invalid, Unauthenticated
from instantchat.ui.errors import APOLOGY, on_backend_error, sentence


def words(event: object) -> str:
    return str(event.args)  # type: ignore[attr-defined]


class TestOnBackendError:
    def test_a_refusal_is_told_in_its_own_words(self) -> None:
        event = on_backend_error(Conflict("flow_name_taken", "Another flow has that name."))
        assert event.handler.fn.__name__ == "show"
        assert "Another flow has that name." in words(event)

    def test_an_ended_session_leads_to_the_sign_in_page(self) -> None:
        assert on_backend_error(Unauthenticated("token_invalid", "x")).handler.fn.__name__ == "expired"

    def test_our_own_bug_is_logged_and_not_shown(self) -> None:
        with capture_logs() as logs:
            event = on_backend_error(KeyError("secret detail"))
        assert APOLOGY in words(event)
        assert "secret detail" not in words(event)
        assert [(entry["event"], str(entry["exc_info"])) for entry in logs] == [
            ("page_handler_failed", "'secret detail'")
        ]


def test_the_first_thing_wrong_is_what_is_told() -> None:
    refusal = Invalid("bad", "2 things are wrong.", errors=[FieldError(code="a", message="The name is too long.")])
    assert sentence(refusal) == "The name is too long."
