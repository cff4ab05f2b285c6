"""The addresses of the script API, which tests, demos and the page use: JSON, camelCase."""

from __future__ import annotations

from starlette.routing import Route

from instantchat.channels.simulator import (
    script_acts,
    script_apps,
    script_meta,
    script_owner,
    script_people,
    script_posts,
)

_POST, _PUT = ["POST"], ["GET", "PUT"]


def script_routes(api: str) -> list[Route]:
    """All of them, under `api`."""
    account, customer = f"{api}/accounts/{{account_id}}", f"{api}/customers/{{igsid}}"
    return [*_people(api, account, customer), *_acts(api, account, customer), *_meta(api, account)]


def _people(api: str, account: str, customer: str) -> list[Route]:
    return [
        Route(f"{api}/accounts", script_people.list_accounts),
        Route(f"{api}/accounts", script_people.add_account, methods=_POST),
        Route(account, script_people.switch_account, methods=["PATCH"]),
        Route(f"{account}/revoke", script_people.revoke_access, methods=_POST),
        Route(f"{account}/expire", script_people.expire_tokens, methods=_POST),
        Route(f"{api}/customers", script_people.list_customers),
        Route(f"{api}/customers", script_people.add_customer, methods=_POST),
        Route(f"{customer}/relations/{{account_id}}", script_people.relation, methods=_PUT),
    ]


def _acts(api: str, account: str, customer: str) -> list[Route]:
    return [
        Route(f"{customer}/messages", script_acts.write, methods=_POST),
        Route(f"{customer}/shares", script_acts.share, methods=_POST),
        Route(f"{customer}/story-replies", script_acts.reply_to_story, methods=_POST),
        Route(f"{customer}/story-mentions", script_acts.mention_in_story, methods=_POST),
        Route(f"{customer}/reactions", script_acts.react, methods=_POST),
        Route(f"{customer}/unsends", script_acts.unsend, methods=_POST),
        Route(f"{customer}/edits", script_acts.edit, methods=_POST),
        Route(f"{customer}/referrals", script_acts.refer, methods=_POST),
        Route(f"{customer}/taps", script_acts.tap, methods=_POST),
        Route(f"{customer}/menu-taps", script_acts.tap_menu, methods=_POST),
        Route(f"{customer}/reads", script_acts.read, methods=_POST),
        Route(f"{customer}/comments", script_posts.comment, methods=_POST),
        Route(f"{customer}/comments/{{comment_id}}", script_posts.delete_comment, methods=["DELETE"]),
        Route(f"{api}/threads/{{account_id}}/{{igsid}}", script_acts.thread),
        Route(f"{account}/posts", script_posts.list_posts),
        Route(f"{account}/posts", script_posts.publish, methods=_POST),
        Route(f"{api}/posts/{{media_id}}/comments", script_posts.list_comments),
        Route(f"{api}/posts/{{media_id}}/end", script_posts.end_live, methods=_POST),
        Route(f"{account}/messages", script_owner.write, methods=_POST),
        Route(f"{account}/unsends", script_owner.unsend, methods=_POST),
        Route(f"{account}/comments", script_posts.comment_as_owner, methods=_POST),
        Route(f"{account}/profile", script_owner.profile),
        Route(f"{account}/handovers", script_apps.hand_over, methods=_POST),
        Route(f"{account}/other-app-messages", script_apps.write_as_other_app, methods=_POST),
        Route(f"{account}/self-messages", script_apps.write_to_itself, methods=_POST),
        Route(f"{account}/self-taps", script_apps.tap_of_itself, methods=_POST),
        Route(f"{account}/facebook-logins", script_apps.facebook_login, methods=_POST),
    ]


def _meta(api: str, account: str) -> list[Route]:
    return [
        Route(f"{account}/callbacks/{{callback}}", script_meta.call_back, methods=_POST),
        Route(f"{api}/deliveries", script_meta.deliveries),
        Route(f"{api}/deliveries", script_meta.deliver, methods=_POST),
        Route(f"{api}/deliveries/retry", script_meta.retry_deliveries, methods=_POST),
        Route(f"{api}/deliveries/{{delivery_id:int}}", script_meta.delivery_body),
        Route(f"{api}/test-events", script_meta.test_event, methods=_POST),
        Route(f"{api}/faults", script_meta.faults, methods=_PUT),
        Route(f"{api}/clock", script_meta.clock, methods=["GET", "POST"]),
        Route(f"{api}/handshake", script_meta.handshake, methods=_POST),
        Route(f"{api}/events", script_meta.events),
    ]
