"""Why an account could not be connected: a stable code each, which the page turns into its sentence again."""

from __future__ import annotations

from instantchat.errors import AppError, Conflict, Forbidden, Invalid, NotFound, Unavailable

_AGAIN = "Start again with “Connect Instagram”."
_KINDS: dict[str, tuple[type[AppError], str]] = {
    "state_missing": (Forbidden, f"Instagram sent you back without our mark. {_AGAIN}"),
    "state_invalid": (Forbidden, f"This link was not made here, or was changed on the way. {_AGAIN}"),
    "state_expired": (Forbidden, f"More than 10 minutes have passed since you began. {_AGAIN}"),
    "state_used": (Forbidden, f"This link was used already. {_AGAIN}"),
    "state_other_member": (Forbidden, f"Somebody else began this while signed in here. {_AGAIN}"),
    "access_denied": (Forbidden, f"Access was not allowed on Instagram. {_AGAIN} On Instagram, choose Allow."),
    "code_missing": (Invalid, f"Instagram sent you back without a code. {_AGAIN}"),
    "app_not_known": (
        Unavailable,
        "Instagram does not know this server by its settings. INSTANTCHAT_META_APP_ID and INSTANTCHAT_META_APP_SECRET "
        "are those of the Instagram app (Instagram > API setup in the Meta dashboard), not those of the Meta app; this "
        "server's callback address is registered there too. Correct them, restart, then start again.",
    ),
    "code_rejected": (Invalid, f"Instagram did not accept the code it gave. {_AGAIN}"),
    "permissions_missing": (
        Invalid,
        "Profile and messages must both be allowed, or messages cannot be received. Start again and leave both on.",
    ),
    "instagram_refused": (
        Unavailable,
        "Instagram refused a step of the connection. Check the app id, its secret and that the account is a "
        "professional one with a role in the app, then start again.",
    ),
    "instagram_unreachable": (Unavailable, "Instagram could not be reached. Wait a minute, then start again."),
    "subscribe_failed": (
        Unavailable,
        "Instagram did not switch message delivery on. Check that the app's webhook is set up, then start again.",
    ),
    "account_in_use": (
        Conflict,
        "This Instagram account is connected to another workspace. Disconnect it there first, then start again.",
    ),
    "not_configured": (
        Unavailable,
        "This server has no Instagram app. Set INSTANTCHAT_META_APP_ID and INSTANTCHAT_META_APP_SECRET, then restart.",
    ),
    "not_connected": (NotFound, "No such Instagram account is connected."),
    "account_id_needed": (Invalid, "Several accounts are connected. Say which one: accountId."),
    "role_required": (Forbidden, "Connecting an account takes the role admin. Ask an owner of your workspace."),
    "internal_error": (Unavailable, f"Something went wrong on our side; it has been logged. {_AGAIN}"),
}


def refusal(code: str) -> AppError:
    """The error of that code, with its sentence."""
    kind, sentence = _KINDS[code]
    return kind(code, sentence)


def sentence_of(code: str) -> str:
    """What `/connect-instagram?error=<code>` shows; codes it does not know get a general sentence."""
    return _KINDS.get(code, _KINDS["internal_error"])[1]
