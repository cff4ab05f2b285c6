"""Chat completions of a language model, from any endpoint that speaks OpenAI's protocol.

`POST {base}/chat/completions`: https://platform.openai.com/docs/api-reference/chat/create. The address is the
operator's own, so no guard stands before it; time is the caller's to limit, the size of an answer is limited here.
What goes wrong is told without the key, the prompt or the endpoint's own words, which may repeat either.
"""

from __future__ import annotations

from typing import Any

import aiohttp
import httpx
import orjson

from instantchat.kit.clock import Clock
from instantchat.kit.crypto import Secret

ANSWER_LIMIT = 64 * 1024
RETRY_AFTER = 1.0
_NETWORK_ERRORS = (httpx.HTTPError, aiohttp.ClientError, OSError)  # httpx-aiohttp lets some of aiohttp's through
_FORMAT_REFUSED = (400, 422)
Json = dict[str, Any]


class CompletionFailed(Exception):
    """No answer; `message` is a sentence for the author of the flow."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status

    @property
    def is_format_refused(self) -> bool:
        """The endpoint may not know `response_format`."""
        return self.status in _FORMAT_REFUSED


class Completions:
    """One endpoint. `http` is the process's client for the operator's addresses."""

    def __init__(self, http: httpx.AsyncClient, clock: Clock, base_url: str, key: Secret) -> None:
        self._http = http
        self._clock = clock
        self._url = f"{base_url.rstrip('/')}/chat/completions"
        self._headers = {"Authorization": f"Bearer {key.reveal()}"} if key.reveal() else {}

    async def complete(self, body: Json) -> str:
        """The text the model answers; a busy or failing endpoint is asked once more. Raises `CompletionFailed`."""
        status, answer = await self._post(body)
        if status == 429 or status >= 500:
            await self._clock.sleep(RETRY_AFTER)
            status, answer = await self._post(body)
        if not 200 <= status < 300:
            raise CompletionFailed(_sentence(status), status)
        return _text_of(answer)

    async def _post(self, body: Json) -> tuple[int, bytes]:
        try:
            async with self._http.stream("POST", self._url, json=body, headers=self._headers, timeout=None) as response:
                answer = b""
                async for chunk in response.aiter_bytes():
                    answer += chunk
                    if len(answer) > ANSWER_LIMIT:
                        raise CompletionFailed(f"The AI service's answer is over {ANSWER_LIMIT // 1024} KB.")
                return response.status_code, answer
        except _NETWORK_ERRORS as error:
            raise CompletionFailed(f"The AI service cannot be reached ({type(error).__name__}).") from None


def _sentence(status: int) -> str:
    if status in (401, 403):
        return "The AI service refused the key in AI_API_KEY."
    if status == 404:
        return "The AI service knows no such model, or AI_BASE_URL is wrong."
    if status == 429:
        return "The AI service is overloaded, or its quota is used up."
    if status >= 500:
        return f"The AI service failed (HTTP {status})."
    return f"The AI service refused the request (HTTP {status})."


def _text_of(answer: bytes) -> str:
    """`choices[0].message.content`."""
    try:
        content = orjson.loads(answer)["choices"][0]["message"]["content"]
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError):
        content = None
    if not isinstance(content, str):
        raise CompletionFailed("The AI service's answer cannot be read.")
    return content
