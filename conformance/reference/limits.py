"""The windows of the message limits: when was what counted, for whom."""

import json
from dataclasses import asdict
from typing import Any

from conformance.reference.records import GLOBAL_LIMIT, Limit


class Windows:
    """A window is a list of times under a name; who shares a name shares a limit."""

    def __init__(self, redis: Any, prefix: str, limit: Limit = GLOBAL_LIMIT) -> None:
        self._redis = redis
        self._prefix = prefix
        self._limit = limit

    def _key(self, name: str, limit: Limit) -> str:
        return f"{self._prefix}window:{name}:{limit.generation}"

    async def times(self, name: str, limit: Limit) -> tuple[float, ...]:
        """What was counted, oldest first."""
        rows = await self._redis.zrange(self._key(name, limit), 0, -1, withscores=True)
        return tuple(float(score) for _, score in rows)

    async def count(self, name: str, limit: Limit, mark: str, now: float) -> None:
        """Count one message, known by ``mark``, and drop what no window reaches any more."""
        async with self._redis.pipeline() as batch:
            batch.zremrangebyscore(self._key(name, limit), "-inf", f"({now - 2 * limit.window_s}")
            batch.zadd(self._key(name, limit), {mark: now})
            await batch.execute()

    async def set_global(self, user_id: int, limit: Limit) -> None:
        """Give the user a global limit of its own."""
        await self._redis.hset(f"{self._prefix}global_limits", user_id, json.dumps(asdict(limit)))

    async def global_limit(self, user_id: int) -> Limit:
        """The limit of what the user may send over all chats."""
        text = await self._redis.hget(f"{self._prefix}global_limits", user_id)
        return self._limit if text is None else Limit(**json.loads(text))
