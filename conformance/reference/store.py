"""Where the state lives: Redis, embedded or real, under a prefix of this server's own."""

import secrets
from typing import Any

import fakeredis
from redis.asyncio import BlockingConnectionPool, Redis

from conformance.errors import UsageFault
from conformance.reference.accounts import Accounts
from conformance.reference.chats import Chats
from conformance.reference.invites import Invites
from conformance.reference.limits import Windows
from conformance.reference.messages import Messages
from conformance.reference.naming import Naming
from conformance.reference.records import CHAT_LIMIT, GLOBAL_LIMIT, Limit

_POOL_SIZE = 64
_PURGE_BATCH = 500


class Store:
    """All of the state, a room for each kind, and its end."""

    def __init__(
        self,
        redis_url: str | None = None,
        naming: Naming | None = None,
        *,
        chat_limit: Limit = CHAT_LIMIT,
        global_limit: Limit = GLOBAL_LIMIT,
    ) -> None:
        self.redis: Any = _connect(redis_url)
        named = naming or Naming()
        self.prefix = f"portal-reference:{secrets.token_hex(8)}:"
        self.accounts = Accounts(self.redis, self.prefix, named)
        self.chats = Chats(self.redis, self.prefix, named, chat_limit)
        self.messages = Messages(self.redis, self.prefix)
        self.windows = Windows(self.redis, self.prefix, global_limit)
        self.invites = Invites(self.redis, self.prefix)

    async def open(self) -> None:
        """Ask for a sign of life, so that a wrong address shows at the start."""
        await self.redis.ping()

    async def close(self) -> None:
        """Delete what this server stored, and hang up."""
        keys = [key async for key in self.redis.scan_iter(match=f"{self.prefix}*", count=_PURGE_BATCH)]
        for start in range(0, len(keys), _PURGE_BATCH):
            await self.redis.unlink(*keys[start : start + _PURGE_BATCH])
        await self.redis.aclose()
        await self.redis.connection_pool.disconnect()


def _connect(redis_url: str | None) -> Any:
    """A client; the embedded server is a fresh one each time, and never short of connections."""
    if redis_url is None:
        return fakeredis.FakeAsyncRedis(server=fakeredis.FakeServer(), decode_responses=True, max_connections=10_000)
    try:
        pool = BlockingConnectionPool.from_url(redis_url, decode_responses=True, max_connections=_POOL_SIZE, timeout=20)
    except ValueError:  # the message would repeat the URL, which may hold a password
        raise UsageFault("the Redis URL must be like redis://127.0.0.1:6379/0") from None
    return Redis(connection_pool=pool)
