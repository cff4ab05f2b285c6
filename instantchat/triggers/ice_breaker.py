"""`ice_breaker`: taps on the questions offered when a conversation begins."""

from __future__ import annotations

from typing import Any, ClassVar

from .postback import Postback


class IceBreaker(Postback):
    """Starts the flow when a contact taps an ice breaker, one of the questions shown before the first message.

    Ice breakers are set up with the account; each has a payload.
    """

    type: ClassVar[str] = "ice_breaker"
    kinds: ClassVar[tuple[str, ...]] = ("postback",)
    label: ClassVar[str] = "Ice breaker"
    icon: ClassVar[str] = "snowflake"
    group: ClassVar[str] = "Links and taps"
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "ice_breaker", "payloads": ["ICE_PRICES"]},)
