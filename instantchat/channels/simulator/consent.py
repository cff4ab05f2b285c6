"""The authorize page: looks like a consent page, lets you choose or create a professional account."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from instantchat import errors
from instantchat.channels.simulator import credentials, people
from instantchat.channels.simulator.pages import PAGE_HEADERS, template
from instantchat.channels.simulator.people import Account
from instantchat.channels.simulator.refusals import OAuthRefusal
from instantchat.channels.simulator.requests import simulator_of
from instantchat.channels.simulator.simulator import Simulator

_ASKED = ("client_id", "redirect_uri", "response_type", "scope", "state")
_MEANINGS = {
    "instagram_business_basic": "See the account's profile and posts",
    "instagram_business_manage_messages": "Read and answer its messages",
    "instagram_business_manage_comments": "Read and answer its comments",
    "instagram_business_content_publish": "Publish posts",
    "instagram_business_manage_insights": "See its statistics",
}


async def authorize(request: Request) -> Response:
    """`GET`: the page. `POST`: Allow, Deny or create another account."""
    simulator = simulator_of(request)
    asked = {name: request.query_params.get(name, "") for name in _ASKED}
    _check(simulator, asked)
    if request.method == "GET":
        return await _page(simulator, asked)
    form = await request.form()
    if form.get("action") == "create":
        return await _create(simulator, asked, form)
    if form.get("action") != "allow":
        denied = {
            "error": "access_denied",
            "error_reason": "user_denied",
            "error_description": "The user denied your request",
        }
        return _back(asked, denied)
    chosen = str(form.get("account") or "")
    account = await simulator.run(lambda c: people.find_account(c, chosen))
    if account is None:
        return await _page(simulator, asked, problem="Choose an account first.")
    scopes = ",".join(asked["scope"].replace(" ", ",").split(","))
    code = await simulator.run(
        lambda c: credentials.issue_code(c, account.user_id, asked["redirect_uri"], scopes, simulator.now())
    )
    return _back(asked, {"code": code})


def _check(simulator: Simulator, asked: dict[str, str]) -> None:
    if asked["client_id"] != simulator.app_id:
        raise OAuthRefusal("Invalid platform app")
    if asked["response_type"] != "code":
        raise OAuthRefusal("Invalid response_type")
    if not asked["scope"]:
        raise OAuthRefusal("Invalid scope")
    target = urlsplit(asked["redirect_uri"])
    known = {
        "localhost",
        "127.0.0.1",
        "::1",
        urlsplit(simulator.public_url).hostname,
        urlsplit(simulator.deliver_to).hostname,
    }
    if target.scheme not in ("http", "https") or target.hostname not in known:
        raise OAuthRefusal("Redirect URI does not match registered redirect URI")


async def _create(simulator: Simulator, asked: dict[str, str], form: FormData) -> Response:
    username, name = str(form.get("username") or ""), str(form.get("name") or "")
    try:
        added = await simulator.run(lambda c: people.add_account(c, username, name))
    except errors.AppError as error:
        return await _page(simulator, asked, problem=error.message)
    return await _page(simulator, asked, chosen=added.user_id)


async def _page(simulator: Simulator, asked: dict[str, str], *, chosen: str = "", problem: str = "") -> HTMLResponse:
    accounts = await simulator.run(people.accounts)
    picked = chosen or (accounts[0].user_id if accounts else "")
    html = template("consent.html").substitute(
        accounts="\n".join(_account(account, account.user_id == picked) for account in accounts),
        scopes="\n".join(_scope(name) for name in asked["scope"].replace(" ", ",").split(",") if name),
        problem=f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else "",
        details_open="open" if problem and "username" in problem.lower() else "",
    )
    return HTMLResponse(html, 422 if problem else 200, headers=PAGE_HEADERS)


def _account(account: Account, is_picked: bool) -> str:
    checked = " checked" if is_picked else ""
    return (
        f'<label class="choice"><input type="radio" name="account" value="{account.user_id}"{checked}>'
        f'<img src="/simulator/avatars/{account.user_id}.svg" alt="" width="44" height="44">'
        f"<span><strong>{escape(account.username)}</strong><small>{escape(account.name)}</small></span></label>"
    )


def _scope(name: str) -> str:
    return f"<li>{escape(_MEANINGS.get(name, name))}</li>"


def _back(asked: dict[str, str], answer: dict[str, str]) -> RedirectResponse:
    if asked["state"]:
        answer["state"] = asked["state"]
    joint = "&" if urlsplit(asked["redirect_uri"]).query else "?"
    return RedirectResponse(f"{asked['redirect_uri']}{joint}{urlencode(answer)}#_", 302)
