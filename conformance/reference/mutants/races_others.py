"""Mutants of the chapter races: messages lost and doubled, ids and limits, where several come at once."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from conformance.reference.lies import Mutants
from conformance.reference.mutants.races import RACES, Busy, Unguarded
from conformance.reference.mutants.sending_ids import Crowded, Renamed, parts
from conformance.reference.records import Attempt, Message, Room, Sanction, Session
from conformance.reference.state import State

MUTANTS = Mutants()

_EVENTS = (*RACES, "SEND-BROADCAST")


# --- lost and doubled ------------------------------------------------------------------------------------------------


@MUTANTS.breaks(*_EVENTS)
class EventsRepeatedUnderLoad(Crowded):
    """A message that others follow at once is told by the request and by the worker that it woke."""

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        await super().broadcast(state, room, message)
        if self.crowded(room.chat.id):
            await super().broadcast(state, room, message)


@MUTANTS.breaks(*_EVENTS)
class EventsOfOneMomentMerged(Busy):
    """In a busy chat a message waits to be told for a moment, and of several that wait the latest is."""

    def __init__(self) -> None:
        super().__init__()
        self._latest: dict[int, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        self._latest[room.chat.id] = message.id
        if not self.busy(room.chat.id):
            await super().broadcast(state, room, message)
            return
        task = asyncio.create_task(self._soon(state, room, message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _soon(self, state: State, room: Room, message: Message) -> None:
        await asyncio.sleep(0.005)
        if self._latest[room.chat.id] == message.id:
            await super().broadcast(state, room, message)


class DropsMeanwhile(Unguarded):
    """While something is done to a chat, what is said there is told to nobody."""

    def __init__(self) -> None:
        super().__init__()
        self._upset: dict[int, int] = defaultdict(int)

    @asynccontextmanager
    async def upsetting(self, chat_id: int) -> AsyncIterator[None]:
        """Do something to the chat, which takes a moment where it is busy."""
        self._upset[chat_id] += 1
        try:
            await self.dawdle(chat_id, 0.03)
            yield
        finally:
            self._upset[chat_id] -= 1

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        if not self._upset[room.chat.id]:
            await super().broadcast(state, room, message)


@MUTANTS.breaks("RACE-MUTE")
class NobodyHearsWhileAMuteIsSet(DropsMeanwhile):
    """While a mute is set the chat is held back: what others say meanwhile is accepted, and told to nobody."""

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        async with self.upsetting(room.chat.id):
            await super().apply_mute(state, room, sanction)


@MUTANTS.breaks("RACE-BAN")
class NobodyListensWhileABanIsSet(DropsMeanwhile):
    """While a ban is set the list of listeners is written anew: what others say meanwhile is told to nobody."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        async with self.upsetting(room.chat.id):
            await super().apply_ban(state, room, sanction)


@MUTANTS.breaks("RACE-CLEAR")
class ClearEmptiesTheOutbox(DropsMeanwhile):
    """A clear takes away what was accepted and is still to be told."""

    async def wipe(self, state: State, room: Room) -> int:
        async with self.upsetting(room.chat.id):
            return await super().wipe(state, room)


# --- ids and limits --------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-ID-ORDER")
class IdsLeapAheadUnderLoad(Crowded, Renamed):
    """Who sends while others do draws from a block of ids that is reserved a second ahead."""

    def renamed(self, stored: str, attempt: Attempt) -> str:
        at, number = parts(stored)
        return f"{at + 1000 * self.crowded(attempt.room.chat.id)}-{number}"


@MUTANTS.breaks("SEND-429-CHAT")
class LimitCheckedBeforeItIsCounted(Unguarded):
    """Whether there is room within a limit is asked before a message is stored, and counted after it."""

    def guard_of_sender(self, state: State, session: Session) -> AbstractAsyncContextManager[object]:
        return nullcontext()

    async def store_message(self, state: State, attempt: Attempt) -> Message:
        await asyncio.sleep(0.1)
        return await super().store_message(state, attempt)


@MUTANTS.breaks("SEND-429-CHAT")
class LimitCountedBySessionsAtOnce(LimitCheckedBeforeItIsCounted):
    """The messages of one session are counted one after the other, and those of a user's two sessions are not."""

    def guard_of_sender(self, state: State, session: Session) -> AbstractAsyncContextManager[object]:
        return state.lock(("session", session.id))


@MUTANTS.breaks("SEND-429-CHAT")
class LimitCountsOverwriteEachOther(LimitCheckedBeforeItIsCounted):
    """A message is the one after those that were counted when it came: of several at once, one is counted."""

    async def count_attempt(self, state: State, attempt: Attempt, mark: str) -> None:
        await super().count_attempt(state, attempt, f"number {len(attempt.sent_here)}")
