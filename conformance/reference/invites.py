"""Invitations to a chat: a code, how often it counts, and how long."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Invite:
    """One invitation; None stands for without bound."""

    code: str
    chat_id: int
    max_uses: int | None = None
    expires_at: float | None = None
    uses: int = 0

    def holds(self, now: float) -> bool:
        """Whether it still lets somebody in."""
        used_up = self.max_uses is not None and self.uses >= self.max_uses
        return not used_up and (self.expires_at is None or now < self.expires_at)

    def used(self) -> "Invite":
        """The same with one more use."""
        return replace(self, uses=self.uses + 1)


class Invites:
    """All invitations, by code."""

    def __init__(self, redis: Any, prefix: str) -> None:
        self._redis = redis
        self._key = f"{prefix}invites"

    async def put(self, invite: Invite) -> None:
        """Keep the invitation."""
        await self._redis.hset(self._key, invite.code, json.dumps(asdict(invite)))

    async def find(self, code: str) -> Invite | None:
        """The invitation of that code."""
        text = await self._redis.hget(self._key, code.encode(errors="replace"))
        return None if text is None else Invite(**json.loads(text))
