"""Users, their sessions and public keys, hard mutes, and the login by a bot's key."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from conformance.reference.naming import Naming
from conformance.reference.records import Session, User


def _digest(secret: str) -> str:
    """What is kept of a secret: enough to know it again."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


class Accounts:
    """Everything that belongs to a user and to no chat."""

    def __init__(self, redis: Any, prefix: str, naming: Naming) -> None:
        self._redis = redis
        self._naming = naming
        self._prefix = prefix + "accounts:"

    def _key(self, *parts: object) -> str:
        return self._prefix + ":".join(map(str, parts))

    async def create(self, level: int = 0, *, premium: bool = False) -> User:
        """A new user."""
        user_id = self._naming.new_user_id(await self._redis.incr(self._key("last")))
        user = User(user_id, self._naming.new_username(user_id), level, premium)
        await self._redis.hset(self._key("users"), user_id, json.dumps(asdict(user)))
        return user

    async def find(self, user_id: int) -> User | None:
        """The user of that id."""
        text = await self._redis.hget(self._key("users"), user_id)
        return None if text is None else User(**json.loads(text))

    async def delete(self, user_id: int) -> None:
        """Forget the user and all its sessions."""
        digests = await self._redis.smembers(self._key("logins", user_id))
        async with self._redis.pipeline() as batch:
            if digests:
                batch.hdel(self._key("cookies"), *digests)
            batch.hdel(self._key("users"), user_id)
            batch.hdel(self._key("hard_mutes"), user_id)
            batch.unlink(self._key("logins", user_id))
            await batch.execute()

    async def open_session(self, user_id: int) -> tuple[str, str]:
        """A new session of the user: the cookie's secret, and the session's public id."""
        secret = self._naming.new_cookie()
        return secret, await self.keep_session(user_id, secret)

    async def keep_session(self, user_id: int, secret: str) -> str:
        """A new session of the user with that secret; its public id."""
        session_id, digest = self._naming.new_session_id(), _digest(secret)
        async with self._redis.pipeline() as batch:
            batch.hset(self._key("cookies"), digest, f"{user_id}:{session_id}")
            batch.sadd(self._key("logins", user_id), digest)
            await batch.execute()
        return session_id

    async def session(self, secret: str) -> Session | None:
        """The session whose cookie has that secret."""
        entry = await self._redis.hget(self._key("cookies"), _digest(secret))
        if entry is None:
            return None
        user_id, session_id = entry.split(":")
        user = await self.find(int(user_id))
        return None if user is None else Session(session_id, user)

    async def public_keys(self, session_ids: Iterable[str]) -> dict[str, str | None]:
        """The public key of each of the sessions, None where it registered none."""
        wanted = list(session_ids)
        if not wanted:
            return {}
        found = await self._redis.hmget(self._key("public_keys"), wanted)
        return dict(zip(wanted, found, strict=True))

    async def register_key(self, session_id: str, public_key: str) -> None:
        """Keep the session's public key, in place of an older one."""
        await self._redis.hset(self._key("public_keys"), session_id, public_key)

    async def hard_mute(self, user_id: int, until: float) -> None:
        """Mute the user everywhere."""
        await self._redis.hset(self._key("hard_mutes"), user_id, repr(until))

    async def hard_muted_until(self, user_id: int) -> float | None:
        """When the user's hard mute ends or has ended."""
        text = await self._redis.hget(self._key("hard_mutes"), user_id)
        return None if text is None else float(text)

    async def put_login_code(self, code: str, platform: str, platform_user_id: str, expires: float) -> None:
        """Keep a login code for the account of that platform's user."""
        entry = json.dumps([platform, platform_user_id, expires])
        await self._redis.hset(self._key("codes"), _digest(code), entry)

    async def take_login_code(self, code: str) -> tuple[str, str, float] | None:
        """Whose code it is and when it expires; it is gone afterwards."""
        async with self._redis.pipeline() as batch:
            batch.hget(self._key("codes"), _digest(code))
            batch.hdel(self._key("codes"), _digest(code))
            text, _ = await batch.execute()
        if text is None:
            return None
        platform, platform_user_id, expires = json.loads(text)
        return platform, platform_user_id, expires

    async def of_platform(self, platform: str, platform_user_id: str) -> User:
        """The account of that platform's user, made on the first login."""
        entry = json.dumps([platform, platform_user_id])
        known = await self._redis.hget(self._key("platforms"), entry)
        user = None if known is None else await self.find(int(known))
        if user is None:
            user = await self.create()
            await self.bind_platform(platform, platform_user_id, user.id)
        return user

    async def bind_platform(self, platform: str, platform_user_id: str, user_id: int) -> None:
        """The account of that platform's user is this one."""
        await self._redis.hset(self._key("platforms"), json.dumps([platform, platform_user_id]), user_id)
