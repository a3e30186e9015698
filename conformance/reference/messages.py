"""The messages of a chat: one Redis stream, whose entry ids are the message ids."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from conformance.reference.records import Message, User

_STREAM_ID = re.compile(r"[0-9]{1,19}-[0-9]{1,19}", re.ASCII)


class Messages:
    """What was said in each chat."""

    def __init__(self, redis: Any, prefix: str) -> None:
        self._redis = redis
        self._prefix = prefix

    def _key(self, chat_id: int) -> str:
        return f"{self._prefix}chat:{chat_id}:messages"

    async def append(self, message: Message, wanted_id: str = "*") -> str:
        """Store the message as the newest; its id is Redis' own unless one is given."""
        fields = {**asdict(message), "id": ""}
        stored: str = await self._redis.xadd(self._key(message.chat_id), {"message": json.dumps(fields)}, id=wanted_id)
        return stored

    async def all(self, chat_id: int) -> list[Message]:
        """Every entry, oldest first."""
        return [_message(*row) for row in await self._redis.xrange(self._key(chat_id))]

    async def find(self, chat_id: int, ids: Iterable[str]) -> list[Message]:
        """Those of the ids that are there, each once; an id of another form is not there."""
        wanted = [entry for entry in dict.fromkeys(ids) if _STREAM_ID.fullmatch(entry)]
        async with self._redis.pipeline() as batch:
            for entry in wanted:
                batch.xrange(self._key(chat_id), entry, entry)
            found = await batch.execute()
        return list({row[0]: _message(*row) for rows in found for row in rows}.values())

    async def delete(self, chat_id: int, ids: Iterable[str]) -> int:
        """Delete these entries; the number of those that were there."""
        wanted = list(ids)
        return await self._redis.xdel(self._key(chat_id), *wanted) if wanted else 0

    async def clear(self, chat_id: int) -> int:
        """Delete every entry; the stream stays, so that its ids go on growing."""
        cleared: int = await self._redis.xtrim(self._key(chat_id), maxlen=0, approximate=False)
        return cleared


def _message(entry_id: str, fields: dict[str, str]) -> Message:
    read = json.loads(fields["message"])
    sender = None if read["sender"] is None else User(**read["sender"])
    return Message(**{**read, "id": entry_id, "sender": sender})
