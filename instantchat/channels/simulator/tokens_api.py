"""The OAuth and token calls: code exchange, long-lived exchange, refresh."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from instantchat.channels.simulator import credentials
from instantchat.channels.simulator.refusals import OAuthRefusal, bad_parameter
from instantchat.channels.simulator.requests import graph_parameters, simulator_of, token_of
from instantchat.kit.crypto import same


async def exchange_code(request: Request) -> JSONResponse:
    """`POST oauth/access_token`: the flat envelope with an unquoted user_id, as seen in the wild (E1), or E2."""
    simulator = simulator_of(request)
    given = {name: str(value) for name, value in (await graph_parameters(request)).items()}
    if given.get("client_id") != simulator.app_id:
        raise OAuthRefusal("Invalid platform app")
    if not same(given.get("client_secret", ""), simulator.secrets.instagram.reveal()):
        raise OAuthRefusal("Error validating client secret.")
    if given.get("grant_type") != "authorization_code":
        raise OAuthRefusal("Invalid grant type")
    code, redirect_uri = given.get("code", ""), given.get("redirect_uri", "")
    token, user_id, scopes = await simulator.run(
        lambda c: credentials.redeem_code(c, code, redirect_uri, simulator.now())
    )
    if simulator.faults.envelopes == "data":
        return JSONResponse({"data": [{"access_token": token, "user_id": user_id, "permissions": scopes}]})
    return JSONResponse({"access_token": token, "user_id": int(user_id), "permissions": scopes.split(",")})


async def long_lived(request: Request) -> JSONResponse:
    """`GET access_token?grant_type=ig_exchange_token`."""
    simulator = simulator_of(request)
    given = await graph_parameters(request)
    if given.get("grant_type") != "ig_exchange_token":
        raise bad_parameter("Invalid parameter: grant_type")
    if not same(str(given.get("client_secret", "")), simulator.secrets.instagram.reveal()):
        raise bad_parameter("Error validating client secret.")
    token = token_of(request, given)
    return _token(await simulator.run(lambda c: credentials.lengthen(c, token, simulator.now())))


async def refresh(request: Request) -> JSONResponse:
    """`GET refresh_access_token?grant_type=ig_refresh_token`."""
    simulator = simulator_of(request)
    given = await graph_parameters(request)
    if given.get("grant_type") != "ig_refresh_token":
        raise bad_parameter("Invalid parameter: grant_type")
    token = token_of(request, given)
    return _token(await simulator.run(lambda c: credentials.refresh(c, token, simulator.now())))


def _token(token: str) -> JSONResponse:
    return JSONResponse({"access_token": token, "token_type": "bearer", "expires_in": int(credentials.LONG_LIFE) - 16})
