"""Mutants of the chapter sending: the form of ids, that they are unique, and that they grow."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

from conformance.reference.bodies import Body
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Attempt, Message, Room
from conformance.reference.shapes import Json
from conformance.reference.state import State

MUTANTS = Mutants()
_TAKEN_FOR_ANOTHER = dict.fromkeys(
    ("SEND-BROADCAST", "SEND-BROADCAST-CT", "SEND-REFUSED-SILENT"),
    "where two messages have one id, one of them is taken for the other",
)


class Renamed(Decisions):
    """Shows another id than the stored one, everywhere, and takes it back: only the name is a lie."""

    def __init__(self) -> None:
        self._shown: dict[tuple[int, str], str] = {}
        self._stored: dict[str, str] = {}

    def renamed(self, stored: str, attempt: Attempt) -> str:
        """What clients are told in place of ``stored``."""
        raise NotImplementedError

    async def store_message(self, state: State, attempt: Attempt) -> Message:
        message = await super().store_message(state, attempt)
        shown = self.renamed(message.id, attempt)
        self._shown[message.chat_id, message.id] = shown
        self._stored[shown] = message.id
        return replace(message, id=shown)

    async def count_attempt(self, state: State, attempt: Attempt, mark: str) -> None:
        await super().count_attempt(state, attempt, uuid4().hex)  # an id that is shown twice counts twice

    def history_entry(self, message: Message, room: Room) -> Json:
        shown = self._shown.get((message.chat_id, message.id), message.id)
        return super().history_entry(replace(message, id=shown), room)

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        body = super().parse_body(content_type, raw)
        ids = body.get("ids")
        if isinstance(ids, list):
            body["ids"] = [self._stored.get(one, one) if isinstance(one, str) else one for one in ids]
        return body

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        if event == "message:bulk_deleted":
            shown = [self._shown.get((payload["chat_id"], one), one) for one in payload["ids"]]
            payload = {**payload, "ids": shown}
        await super().deliver(state, event, payload, sids)


def parts(stored: str) -> tuple[int, int]:
    """The two numbers of a stream id."""
    first, second = stored.split("-")
    return int(first), int(second)


# --- the form --------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-ID-SHAPE")
class IdHasAnUnderscore(Renamed):
    """The two numbers of an id are joined by an underscore."""

    def renamed(self, stored: str, attempt: Attempt) -> str:
        return stored.replace("-", "_")


@MUTANTS.breaks("SEND-ID-SHAPE")
class IdIsOneNumber(Renamed):
    """The id is one number without a hyphen."""

    def renamed(self, stored: str, attempt: Attempt) -> str:
        return "{:d}{:03d}".format(*parts(stored))


@MUTANTS.breaks("SEND-ID-SHAPE")
class IdNamesItsChat(Renamed):
    """The id has the chat's in front: it is the stream's key and the entry's in one."""

    def renamed(self, stored: str, attempt: Attempt) -> str:
        return f"{attempt.room.chat.id}:{stored}"


@MUTANTS.breaks("SEND-ID-SHAPE")
class IdIsHexadecimal(Renamed):
    """The numbers of the id are written in base sixteen, with a leading 0x."""

    def renamed(self, stored: str, attempt: Attempt) -> str:
        return "{:#x}-{:#x}".format(*parts(stored))


@MUTANTS.breaks("SEND-ID-SHAPE")
class IdHasThreeParts(Renamed):
    """The id names the shard as well: digits, hyphen, digits, hyphen, digits."""

    def renamed(self, stored: str, attempt: Attempt) -> str:
        return f"{stored}-0"


@MUTANTS.breaks("SEND-ID-SHAPE")
class IdEndsInANewline(Renamed):
    """The id is passed on as the storage's command line printed it, line end included."""

    def renamed(self, stored: str, attempt: Attempt) -> str:
        return f"{stored}\n"


@MUTANTS.breaks("SEND-ID-SHAPE")
class IdIsAFraction(Renamed):
    """The id is the time in seconds with its fraction."""

    def renamed(self, stored: str, attempt: Attempt) -> str:
        first, second = parts(stored)
        return f"{first // 1000}.{first % 1000:03d}{second:03d}"


@MUTANTS.breaks("SEND-ID-SHAPE")
class IdIsInAMember(Decisions):
    """The answer holds the id a level deeper, under data."""

    def response_of_send(self, message: Message) -> Json:
        return {"data": super().response_of_send(message)}


@MUTANTS.breaks("SEND-ID-SHAPE")
class IdIsCalledMessageId(Decisions):
    """The answer calls the id message_id."""

    def response_of_send(self, message: Message) -> Json:
        return {"message_id": message.id}


# --- each one once ---------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-ID-UNIQUE", collateral=_TAKEN_FOR_ANOTHER)
class IdsAreCountedForEachSender(Renamed):
    """Each sender's messages are counted from one, so two senders share their ids."""

    def __init__(self) -> None:
        super().__init__()
        self._count: Counter[tuple[int, int]] = Counter()

    def renamed(self, stored: str, attempt: Attempt) -> str:
        whose = attempt.room.chat.id, attempt.session.user.id
        self._count[whose] += 1
        return f"{self._count[whose]}-0"


@MUTANTS.breaks("SEND-ID-UNIQUE", collateral=_TAKEN_FOR_ANOTHER)
class IdIsTheSecond(Renamed):
    """The id is the second in which the message was stored; all of one second share it."""

    def renamed(self, stored: str, attempt: Attempt) -> str:
        first, _ = parts(stored)
        return f"{first // 1000}-0"


@MUTANTS.breaks("SEND-ID-UNIQUE", collateral=_TAKEN_FOR_ANOTHER)
class EverySecondIdIsOld(Renamed):
    """An id that was drawn is cached and handed out twice."""

    def __init__(self) -> None:
        super().__init__()
        self._cached: dict[int, str] = {}

    def renamed(self, stored: str, attempt: Attempt) -> str:
        chat_id = attempt.room.chat.id
        if chat_id in self._cached:
            return self._cached.pop(chat_id)
        self._cached[chat_id] = stored
        return stored


class Crowded(Decisions):
    """Knows whether others want to get into the same chat at this moment."""

    def __init__(self) -> None:
        super().__init__()
        self._wanting: Counter[int] = Counter()

    def crowded(self, chat_id: int) -> bool:
        """Whether somebody waits for the chat."""
        return self._wanting[chat_id] > 1

    def guard(self, state: State, chat_id: int) -> AbstractAsyncContextManager[object]:
        return self._noted(super().guard(state, chat_id), chat_id)

    @asynccontextmanager
    async def _noted(self, guard: AbstractAsyncContextManager[object], chat_id: int) -> AsyncIterator[None]:
        self._wanting[chat_id] += 1
        try:
            async with guard:
                yield
        finally:
            self._wanting[chat_id] -= 1


@MUTANTS.breaks("SEND-ID-UNIQUE", collateral=_TAKEN_FOR_ANOTHER)
class IdsCollideUnderLoad(Crowded, Renamed):
    """Who sends while others do is given the id that was drawn last: it is read before it is raised."""

    def __init__(self) -> None:
        super().__init__()
        self._latest: dict[int, str] = {}

    def renamed(self, stored: str, attempt: Attempt) -> str:
        chat_id = attempt.room.chat.id
        if not self.crowded(chat_id) or chat_id not in self._latest:
            self._latest[chat_id] = stored
        return self._latest[chat_id]


class _Counted(Decisions):
    """Counts the ids of a chat itself, one after the other from one, and leaves no notes among them."""

    def __init__(self) -> None:
        self._last: Counter[int] = Counter()

    def new_message_id(self, attempt: Attempt) -> str:
        self._last[attempt.room.chat.id] += 1
        return f"{self._last[attempt.room.chat.id]}-0"

    async def note(self, state: State, room: Room, text: str) -> None:
        """A system entry would take an id of the clock's."""

    async def put_back(self, state: State, chat_id: int) -> None:
        """Let the stream forget which ids it has seen; what is in it stays."""
        kept = await state.store.messages.all(chat_id)
        await state.store.redis.unlink(f"{state.store.prefix}chat:{chat_id}:messages")
        for message in kept:
            await state.store.messages.append(message, message.id)
        self._last[chat_id] = int(kept[-1].id.partition("-")[0]) if kept else 0


@MUTANTS.breaks("SEND-ID-UNIQUE", collateral=_TAKEN_FOR_ANOTHER)
class IdsOfTheDeletedAreReused(_Counted):
    """The next id is the highest that is there and one: the newest message's is given again once it was deleted."""

    async def erase(self, state: State, room: Room, messages: Any) -> int:
        deleted = await super().erase(state, room, messages)
        await self.put_back(state, room.chat.id)
        return deleted


@MUTANTS.breaks("SEND-ID-UNIQUE", collateral=_TAKEN_FOR_ANOTHER)
class IdsStartAnewAfterAClear(_Counted):
    """A cleared chat counts its ids from one again."""

    async def wipe(self, state: State, room: Room) -> int:
        cleared = await super().wipe(state, room)
        await self.put_back(state, room.chat.id)
        return cleared


# --- one after the other ---------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-ID-ORDER")
class IdsFall(Renamed):
    """Ids count down from the end of time, so that the newest sorts first."""

    def renamed(self, stored: str, attempt: Attempt) -> str:
        first, second = parts(stored)
        return f"{10**13 - first}-{10**6 - second}"


@MUTANTS.breaks("SEND-ID-ORDER")
class ClocksOfTwoNodesDiffer(Renamed):
    """What the chat's owner sends goes to another node, whose clock is five seconds late."""

    def renamed(self, stored: str, attempt: Attempt) -> str:
        first, second = parts(stored)
        late = 5_000 if self.owns(attempt.session.user, attempt.room.chat) else 0
        return f"{first - late}-{second}"


@MUTANTS.breaks("SEND-ID-ORDER")
class ShardStandsInFront(Renamed):
    """The first number of an id is the shard, of which there are three, and the second one the time."""

    def __init__(self) -> None:
        super().__init__()
        self._stored_so_far: Counter[int] = Counter()

    def renamed(self, stored: str, attempt: Attempt) -> str:
        self._stored_so_far[attempt.room.chat.id] += 1
        return "{}-{:d}{:03d}".format(self._stored_so_far[attempt.room.chat.id] % 3, *parts(stored))


@MUTANTS.breaks("SEND-ID-ORDER")
class IdsAreAllottedInBlocks(Renamed):
    """Every sender draws from a block of a hundred ids of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._next: dict[tuple[int, int], int] = {}

    def renamed(self, stored: str, attempt: Attempt) -> str:
        whose = attempt.room.chat.id, attempt.session.user.id
        number = self._next.setdefault(whose, 100 * (1 + len(self._next)))
        self._next[whose] = number + 1
        return f"{number}-0"


@MUTANTS.breaks("SEND-ID-ORDER")
class SequenceRunsBackwards(Renamed):
    """Within one minute the second number of the ids falls."""

    def renamed(self, stored: str, attempt: Attempt) -> str:
        first, second = parts(stored)
        return f"{first // 60_000}-{10**8 - first % 60_000 * 1000 - second}"


@MUTANTS.breaks("SEND-ID-ORDER")
class IdsGrowAsText(Renamed):
    """Ids grow when they are sorted as text, and not as numbers: 1, 10, 11, 2."""

    def __init__(self) -> None:
        super().__init__()
        self._order = sorted(map(str, range(1, 5000)))
        self._so_far: Counter[int] = Counter()

    def renamed(self, stored: str, attempt: Attempt) -> str:
        chat_id = attempt.room.chat.id
        self._so_far[chat_id] += 1
        return f"{self._order[3 * self._so_far[chat_id] + 100]}-0"
