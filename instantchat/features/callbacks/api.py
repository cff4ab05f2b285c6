"""Meta's callbacks over HTTP: `POST /api/webhook/instagram/{deauthorize,data-deletion}`, also without `/api`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form

from instantchat.features.callbacks.schemas import DeauthorizeAnswer, DeletionAnswer

if TYPE_CHECKING:
    from instantchat.assembly import Assembly

PREFIXES = ("/api/webhook/instagram", "/webhook/instagram")
Signed = Annotated[str, Form(description="Meta's signed request: signature, dot, payload.")]


def build_router(assembly: Assembly) -> APIRouter:
    """Both callbacks at both addresses; the shorter ones are not in the API's description."""
    router = APIRouter()
    for prefix in PREFIXES:
        router.include_router(_callbacks(assembly), prefix=prefix, include_in_schema=prefix.startswith("/api"))
    return router


def _callbacks(assembly: Assembly) -> APIRouter:
    router, callbacks = APIRouter(tags=["Instagram"]), assembly.callbacks

    @router.post("/deauthorize")
    async def deauthorize(signed_request: Signed) -> DeauthorizeAnswer:
        """A person removed the app on Instagram: their accounts are disconnected and the tokens dropped."""
        await callbacks.deauthorize(signed_request)
        return DeauthorizeAnswer()

    @router.post("/data-deletion")
    async def data_deletion(signed_request: Signed) -> DeletionAnswer:
        """A person wants their data deleted: it is, and `url` shows how far that is."""
        deletion = await callbacks.delete(signed_request)
        return DeletionAnswer(url=callbacks.status_url(deletion), confirmation_code=deletion.code)

    return router
