"""The routes under `/api/auth` and `/api/user` (DESIGN section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, File, Request, Response, UploadFile
from fastapi.responses import FileResponse, StreamingResponse

from instantchat.api.dependencies import CurrentMember, client_caller
from instantchat.errors import NotFound
from instantchat.features.auth import tokens
from instantchat.features.auth.export import export_account
from instantchat.features.auth.schemas import (
    ChangePasswordIn,
    DeleteIn,
    LogInIn,
    ProfileIn,
    RefreshIn,
    SignedInOut,
    SignUpIn,
    UserOut,
    VerifyOut,
)
from instantchat.features.auth.service import SignedIn

if TYPE_CHECKING:
    from instantchat.assembly import Assembly


def build_router(assembly: Assembly) -> APIRouter:
    """Accounts: sign up and in, tokens, profile."""
    router = APIRouter()
    router.include_router(_auth(assembly), prefix="/api/auth", tags=["Accounts"])
    router.include_router(_user(assembly), prefix="/api/user", tags=["Your account"])
    return router


def _auth(assembly: Assembly) -> APIRouter:
    router, auth = APIRouter(), assembly.auth
    secure = _is_secure(assembly)

    @router.post("/signup", status_code=201)
    async def sign_up(body: SignUpIn, request: Request, response: Response) -> SignedInOut:
        """Create an account with a workspace of its own, and sign in: tokens for programs, a cookie for browsers."""
        return _answer(await auth.sign_up(body, client_caller(request)), response, secure)

    @router.post("/login")
    async def log_in(body: LogInIn, request: Request, response: Response) -> SignedInOut:
        """Sign in. 401 `invalid_credentials`; 429 with Retry-After after too many attempts."""
        return _answer(await auth.log_in(body, client_caller(request)), response, secure)

    @router.post("/refresh")
    async def refresh(body: RefreshIn, response: Response) -> SignedInOut:
        """Trade a refresh token, which is good once, for new tokens. Using one again ends the session."""
        return _answer(await auth.refresh(body.refresh_token), response, secure)

    @router.post("/logout", status_code=204)
    async def log_out(member: CurrentMember, response: Response) -> None:
        """End this session: its tokens and its cookie."""
        await auth.log_out(member)
        tokens.drop_cookie(response, secure=secure)

    @router.get("/verify")
    async def verify(member: CurrentMember) -> VerifyOut:
        """Is this token or cookie good, and whose is it? 401 `token_invalid` or `token_expired` when not."""
        user = await auth.members.user(member.user_id)
        if user is None:
            raise tokens.invalid_token()
        return VerifyOut(valid=True, user=UserOut.from_record(user))

    return router


def _user(assembly: Assembly) -> APIRouter:
    router = APIRouter()
    profiles, secure = assembly.profile, _is_secure(assembly)

    @router.get("/profile")
    async def profile(member: CurrentMember) -> UserOut:
        """Who you are."""
        return UserOut.from_record(await profiles.get(member))

    @router.patch("/profile")
    async def change_profile(member: CurrentMember, body: ProfileIn) -> UserOut:
        """Change your name."""
        return UserOut.from_record(await profiles.update(member, body))

    @router.post("/password")
    async def change_password(
        member: CurrentMember, body: ChangePasswordIn, request: Request, response: Response
    ) -> SignedInOut:
        """Change your password. Every session ends; the answer is a new one."""
        caller = client_caller(request)
        changed = await profiles.change_password(member, body.current_password, body.new_password, caller)
        return _answer(changed, response, secure)

    @router.post("/avatar")
    async def set_avatar(member: CurrentMember, file: Annotated[UploadFile, File()]) -> UserOut:
        """Upload your picture (JPEG, PNG, WebP or GIF, up to 5 MiB); it is kept as a square of 256 pixels."""
        return UserOut.from_record(await profiles.set_avatar(member, await file.read()))

    @router.delete("/avatar")
    async def remove_avatar(member: CurrentMember) -> UserOut:
        """Take your picture down."""
        return UserOut.from_record(await profiles.remove_avatar(member))

    @router.get("/avatar/{name}", response_class=FileResponse)
    async def avatar(name: str) -> FileResponse:
        """A picture, for whoever was given its address."""
        path = profiles.avatars.path(name)
        if path is None:
            raise NotFound("avatar_not_found", "There is no such picture.")
        return FileResponse(path, media_type="image/webp", headers=_PICTURE_HEADERS)

    @router.delete("/delete", status_code=204)
    async def delete(member: CurrentMember, body: DeleteIn, response: Response) -> None:
        """Delete your account, and with its last member the workspace. This cannot be undone."""
        accounts = await assembly.connect.status(member)
        await profiles.delete(member, body.password)
        await assembly.connect.let_go(member.workspace_id, accounts)
        tokens.drop_cookie(response, secure=secure)

    @router.get("/export", response_class=StreamingResponse)
    async def export(member: CurrentMember) -> StreamingResponse:
        """Everything kept about you and, for an owner, the workspace, as a JSON file."""
        pieces = export_account(assembly.store, assembly.clock, member, await profiles.get(member))
        headers = {"Content-Disposition": 'attachment; filename="instantchat-export.json"'}
        return StreamingResponse(pieces, media_type="application/json", headers=headers)

    return router


_PICTURE_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Disposition": "inline",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def _is_secure(assembly: Assembly) -> bool:
    """Whether browsers reach this server by https only."""
    return assembly.settings.base_url.startswith("https://")


def _answer(signed_in: SignedIn, response: Response, secure: bool) -> SignedInOut:
    if signed_in.cookie:
        tokens.give_cookie(response, signed_in.cookie, secure=secure)
    user = UserOut.from_record(signed_in.user)
    return SignedInOut(token=signed_in.token, refresh_token=signed_in.refresh_token, user=user)
