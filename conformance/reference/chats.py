"""Chats and what holds in them: members, who joined, epoch, keys, mutes and bans."""

import json
from dataclasses import asdict
from typing import Any

from conformance.reference.naming import Naming
from conformance.reference.records import CHAT_LIMIT, Chat, KeyHolder, Limit, Room, Share, Visibility

_STANDING = ("info", "epoch", "limit", "members", "joined", "ever", "bans", "mutes", "keys", "distributors")
_PARTS = (*_STANDING, "messages")


class Chats:
    """Everything that belongs to one chat but its messages."""

    def __init__(self, redis: Any, prefix: str, naming: Naming, limit: Limit = CHAT_LIMIT) -> None:
        self._redis = redis
        self._naming = naming
        self._limit = limit
        self._prefix = prefix

    def _key(self, chat_id: int, part: str) -> str:
        return f"{self._prefix}chat:{chat_id}:{part}"

    async def create(
        self,
        epoch: int,
        *,
        name: str | None = None,
        visibility: Visibility = "public",
        owner_id: int | None = None,
        history_visible: bool = True,
        description: str = "",
        number: int | None = None,
    ) -> Chat:
        """A new chat at that epoch, under a new number or that one."""
        if number is None:
            number = self._naming.new_chat_id(await self._redis.incr(f"{self._prefix}last_chat"))
        named = name or self._naming.new_chat_name(number)
        chat = Chat(number, named, visibility, owner_id, history_visible, description)
        async with self._redis.pipeline() as batch:
            batch.set(self._key(number, "info"), json.dumps(asdict(chat)))
            batch.set(self._key(number, "epoch"), epoch)
            await batch.execute()
        return chat

    async def room(self, chat_id: int) -> Room | None:
        """The chat as it stands now, read in one go; None where there is none."""
        async with self._redis.pipeline() as batch:
            batch.get(self._key(chat_id, "info"))
            batch.get(self._key(chat_id, "epoch"))
            batch.get(self._key(chat_id, "limit"))
            batch.smembers(self._key(chat_id, "members"))
            batch.hgetall(self._key(chat_id, "joined"))
            batch.smembers(self._key(chat_id, "ever"))
            batch.hgetall(self._key(chat_id, "bans"))
            batch.hgetall(self._key(chat_id, "mutes"))
            batch.hkeys(self._key(chat_id, "keys"))
            batch.hgetall(self._key(chat_id, "distributors"))
            rows = await batch.execute()
        return None if rows[0] is None else _room(rows, self._limit)

    async def destroy(self, chat_id: int) -> None:
        """Forget the chat, its messages too."""
        await self._redis.unlink(*(self._key(chat_id, part) for part in _PARTS))

    async def set_epoch(self, chat_id: int, epoch: int) -> None:
        """Make ``epoch`` the current one."""
        await self._redis.set(self._key(chat_id, "epoch"), epoch)

    async def set_limit(self, chat_id: int, limit: Limit) -> None:
        """Give the chat a message limit of its own."""
        await self._redis.set(self._key(chat_id, "limit"), json.dumps(asdict(limit)))

    async def add_member(self, chat_id: int, user_id: int) -> None:
        """Make the user a member."""
        await self._redis.sadd(self._key(chat_id, "members"), user_id)

    async def remove_member(self, chat_id: int, user_id: int) -> None:
        """Take the user's membership."""
        await self._redis.srem(self._key(chat_id, "members"), user_id)

    async def join(self, chat_id: int, user_id: int, session_id: str) -> None:
        """Note that the session joined."""
        async with self._redis.pipeline() as batch:
            batch.hset(self._key(chat_id, "joined"), session_id, user_id)
            batch.sadd(self._key(chat_id, "ever"), user_id)
            batch.sadd(f"{self._prefix}chats_of:{session_id}", chat_id)
            await batch.execute()

    async def leave(self, chat_id: int, session_id: str) -> None:
        """Note that the session left."""
        async with self._redis.pipeline() as batch:
            batch.hdel(self._key(chat_id, "joined"), session_id)
            batch.srem(f"{self._prefix}chats_of:{session_id}", chat_id)
            await batch.execute()

    async def joined_by(self, session_id: str) -> list[int]:
        """The chats that the session has joined."""
        return sorted(map(int, await self._redis.smembers(f"{self._prefix}chats_of:{session_id}")))

    async def ban(self, chat_id: int, user_id: int, until: float) -> None:
        """Ban the user until then, in place of an earlier ban."""
        await self._redis.hset(self._key(chat_id, "bans"), user_id, repr(until))

    async def unban(self, chat_id: int, user_id: int) -> None:
        """Lift the user's ban."""
        await self._redis.hdel(self._key(chat_id, "bans"), user_id)

    async def mute(self, chat_id: int, user_id: int, until: float) -> None:
        """Mute the user until then, in place of an earlier mute."""
        await self._redis.hset(self._key(chat_id, "mutes"), user_id, repr(until))

    async def unmute(self, chat_id: int, user_id: int) -> None:
        """Lift the user's mute."""
        await self._redis.hdel(self._key(chat_id, "mutes"), user_id)

    async def put_key(self, share: Share) -> None:
        """Store a shared key; the first to share in an epoch is noted as its distributor."""
        holder = f"{share.epoch}:{share.user_id}:{share.session_id}"
        async with self._redis.pipeline() as batch:
            batch.hsetnx(self._key(share.chat_id, "distributors"), share.epoch, share.giver.id)
            batch.hset(self._key(share.chat_id, "keys"), holder, share.blob)
            await batch.execute()


def _room(rows: list[Any], usual: Limit) -> Room:
    info, epoch, limit, members, joined, ever, bans, mutes, holders, distributors = rows
    return Room(
        chat=Chat(**json.loads(info)),
        epoch=int(epoch),
        limit=usual if limit is None else Limit(**json.loads(limit)),
        members=frozenset(map(int, members)),
        joined={session_id: int(user_id) for session_id, user_id in sorted(joined.items())},
        ever_joined=frozenset(map(int, ever)),
        bans={int(user_id): float(until) for user_id, until in bans.items()},
        mutes={int(user_id): float(until) for user_id, until in mutes.items()},
        key_holders=frozenset(map(_holder, holders)),
        distributors={int(at): session_id for at, session_id in distributors.items()},
    )


def _holder(field: str) -> KeyHolder:
    epoch, user_id, session_id = field.split(":")
    return KeyHolder(int(epoch), int(user_id), session_id)
