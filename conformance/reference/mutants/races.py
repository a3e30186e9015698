"""Mutants of the chapter races: right as long as one comes after the other, and wrong where several come at once.

Several of them lie only about a busy chat, one in which two wanted to do something at the same time a moment ago.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import replace

from conformance.reference.lies import Mutants
from conformance.reference.mutants.sending_ids import Crowded
from conformance.reference.records import Attempt, Bundle, Cause, Message, Room, Sanction, User
from conformance.reference.refusals import Refusal
from conformance.reference.state import State

MUTANTS = Mutants()

# Long enough that a machine on which much else goes on does not make the lie come true.
_BUSY_S, _STALE_S = 2.0, 1.0
RACES = ("RACE-MUTE", "RACE-BAN", "RACE-CLEAR")


class Busy(Crowded):
    """Knows whether two wanted to get into the same chat at once, a moment ago."""

    def __init__(self) -> None:
        super().__init__()
        self._met: dict[int, float] = {}

    def busy(self, chat_id: int) -> bool:
        """Whether two met there within the last moments."""
        return self.crowded(chat_id) or time.monotonic() - self._met.get(chat_id, float("-inf")) < _BUSY_S

    def guard(self, state: State, chat_id: int) -> AbstractAsyncContextManager[object]:
        return self._watched(super().guard(state, chat_id), chat_id)

    @asynccontextmanager
    async def _watched(self, guard: AbstractAsyncContextManager[object], chat_id: int) -> AsyncIterator[None]:
        async with guard:
            if self.crowded(chat_id):
                self._met[chat_id] = time.monotonic()
            yield


class Unguarded(Busy):
    """What is decided in a chat and what comes of it are two things, and others come in between."""

    def guard(self, state: State, chat_id: int) -> AbstractAsyncContextManager[object]:
        return self._watched(self._noted(nullcontext(), chat_id), chat_id)

    async def dawdle(self, chat_id: int, seconds: float) -> None:
        """Take some time where the chat is busy."""
        if self.busy(chat_id):
            await asyncio.sleep(seconds)


# --- answered, and not yet in force ----------------------------------------------------------------------------------


class Queues(Busy):
    """Answers at once what is asked for in a busy chat, and does it when its turn comes."""

    def __init__(self) -> None:
        super().__init__()
        self._tasks: set[asyncio.Task[None]] = set()

    async def do(self, chat_id: int, act: Callable[[], Awaitable[object]]) -> None:
        """Do it now, or in a moment."""
        if not self.busy(chat_id):
            await act()
            return
        task = asyncio.create_task(self._soon(act))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @staticmethod
    async def _soon(act: Callable[[], Awaitable[object]]) -> None:
        await asyncio.sleep(_STALE_S)
        await act()


@MUTANTS.breaks("RACE-MUTE")
class MuteQueuedBehindTheSends(Queues):
    """In a busy chat a mute is answered as it is put into the queue, and holds when its turn has come."""

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        apply = super().apply_mute
        await self.do(room.chat.id, lambda: apply(state, room, sanction))


@MUTANTS.breaks("RACE-BAN")
class BanQueuedBehindTheSends(Queues):
    """In a busy chat a ban is answered as it is put into the queue, and holds when its turn has come."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        apply = super().apply_ban
        await self.do(room.chat.id, lambda: apply(state, room, sanction))


@MUTANTS.breaks("RACE-CLEAR")
class RotationQueuedBehindTheSends(Queues):
    """A busy chat is cleared at once, and its epoch moves on when the sends in front have been dealt with."""

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        move = super().rotate
        await self.do(room.chat.id, lambda: move(state, room, cause, user))
        return room.epoch


@MUTANTS.breaks("RACE-CLEAR")
class SecondClearDoesNotWait(Unguarded):
    """A clear that meets another one under way is answered at once: what is asked for is being done already."""

    def __init__(self) -> None:
        super().__init__()
        self._clearing: set[int] = set()

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        chat_id = room.chat.id
        if chat_id in self._clearing:
            return room.epoch
        self._clearing.add(chat_id)
        try:
            await self.dawdle(chat_id, 0.2)
            return await super().rotate(state, room, cause, user)
        finally:
            self._clearing.discard(chat_id)


# --- decided by what was ---------------------------------------------------------------------------------------------


@MUTANTS.breaks("RACE-MUTE")
class MuteVerdictOfASessionKeptWhileBusy(Busy):
    """In a busy chat it is looked up once a second whether a session's user is muted."""

    def __init__(self) -> None:
        super().__init__()
        self._verdicts: dict[tuple[int, str], tuple[float, Refusal | None]] = {}

    def check_mute(self, attempt: Attempt) -> Refusal | None:
        chat_id = attempt.room.chat.id
        if not self.busy(chat_id):
            return super().check_mute(attempt)
        at, verdict = self._verdicts.get((chat_id, attempt.session.id), (0.0, None))
        if attempt.now - at > _STALE_S:
            verdict = super().check_mute(attempt)
            self._verdicts[chat_id, attempt.session.id] = attempt.now, verdict
        return verdict


@MUTANTS.breaks("RACE-BAN")
class BanVerdictOfAUserKeptWhileBusy(Busy):
    """In a busy chat it is looked up once a second whether a user is banned."""

    def __init__(self) -> None:
        super().__init__()
        self._verdicts: dict[tuple[int, int], tuple[float, bool]] = {}

    def is_banned(self, user: User, room: Room, now: float) -> bool:
        if not self.busy(room.chat.id):
            return super().is_banned(user, room, now)
        at, verdict = self._verdicts.get((room.chat.id, user.id), (0.0, False))
        if now - at > _STALE_S:
            verdict = super().is_banned(user, room, now)
            self._verdicts[room.chat.id, user.id] = now, verdict
        return verdict


@MUTANTS.breaks("RACE-CLEAR")
class EpochKeptWhileBusy(Busy):
    """In a busy chat an epoch that a message was accepted at is good for another second."""

    def __init__(self) -> None:
        super().__init__()
        self._good: dict[tuple[int, int], float] = {}

    def check_epoch(self, attempt: Attempt) -> Refusal | None:
        assert isinstance(attempt.bundle, Bundle)
        known, verdict = (attempt.room.chat.id, attempt.bundle.epoch), super().check_epoch(attempt)
        if verdict is None:
            self._good[known] = attempt.now
        kept = self.busy(attempt.room.chat.id) and attempt.now - self._good.get(known, 0.0) < _STALE_S
        return None if kept else verdict

    def check_key(self, attempt: Attempt) -> Refusal | None:
        # Who had the key of the epoch that is kept has it still.
        return super().check_key(attempt) if self.epoch_matches_now(attempt) else None

    def epoch_matches_now(self, attempt: Attempt) -> bool:
        """Whether the message is of the epoch that really is the current one."""
        return isinstance(attempt.bundle, Bundle) and self.epoch_matches(attempt.bundle, attempt.room)


@MUTANTS.breaks(*RACES)
class BusyChatsJudgedBySnapshot(Busy):
    """What is sent to a busy chat is judged by what held in it at most a second ago."""

    def __init__(self) -> None:
        super().__init__()
        self._snapshots: dict[int, tuple[float, Room]] = {}

    def judge(self, attempt: Attempt) -> Refusal | None:
        chat_id = attempt.room.chat.id
        if not self.busy(chat_id):
            self._snapshots.pop(chat_id, None)
            return super().judge(attempt)
        at, seen = self._snapshots.get(chat_id, (0.0, attempt.room))
        if attempt.now - at > _STALE_S:
            _, seen = self._snapshots[chat_id] = attempt.now, attempt.room
        room = replace(attempt.room, mutes=seen.mutes, bans=seen.bans, epoch=seen.epoch)
        return super().judge(replace(attempt, room=room))


@MUTANTS.breaks("RACE-MUTE")
class MutesForgottenBeforeTheyAreWritten(Unguarded):
    """The cache of a chat's mutes is emptied before a mute is written, and a send fills it with those from before."""

    def __init__(self) -> None:
        super().__init__()
        self._cached: dict[int, Room] = {}

    def check_mute(self, attempt: Attempt) -> Refusal | None:
        room = self._cached.setdefault(attempt.room.chat.id, attempt.room)
        return super().check_mute(replace(attempt, room=room))

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        self._cached.pop(room.chat.id, None)
        await self.dawdle(room.chat.id, 0.02)
        await super().apply_mute(state, room, sanction)

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        await super().lift_mute(state, room, target)
        self._cached.pop(room.chat.id, None)


# --- undone ----------------------------------------------------------------------------------------------------------


class SavesWhatItRead(Unguarded):
    """A send reads a record, takes its time, and saves the record as it was read: what happened meanwhile is undone."""

    async def store_message(self, state: State, attempt: Attempt) -> Message:
        await self.dawdle(attempt.room.chat.id, 0.04)
        await self.save(state, attempt)
        return await super().store_message(state, attempt)

    async def save(self, state: State, attempt: Attempt) -> None:
        """Write back what was read of the chat or of its sender."""
        raise NotImplementedError


@MUTANTS.breaks("RACE-MUTE")
class MuteUndoneByASendUnderWay(SavesWhatItRead):
    """A send saves its sender's record as it was read, and undoes the mute that came meanwhile."""

    async def save(self, state: State, attempt: Attempt) -> None:
        if attempt.session.user.id not in attempt.room.mutes:
            await state.store.chats.unmute(attempt.room.chat.id, attempt.session.user.id)

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        await self.dawdle(room.chat.id, 0.02)
        await super().apply_mute(state, room, sanction)


@MUTANTS.breaks("RACE-BAN")
class BanUndoneByASendUnderWay(SavesWhatItRead):
    """A send saves its sender's record as it was read, and undoes the ban that came meanwhile."""

    async def save(self, state: State, attempt: Attempt) -> None:
        if attempt.session.user.id not in attempt.room.bans:
            await state.store.chats.unban(attempt.room.chat.id, attempt.session.user.id)

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        await self.dawdle(room.chat.id, 0.02)
        await super().apply_ban(state, room, sanction)


@MUTANTS.breaks("RACE-CLEAR")
class EpochUndoneByASendUnderWay(SavesWhatItRead):
    """A send saves the chat's record as it was read, and puts back the epoch from before the clear."""

    async def save(self, state: State, attempt: Attempt) -> None:
        await state.store.chats.set_epoch(attempt.room.chat.id, attempt.room.epoch)

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        await self.dawdle(room.chat.id, 0.02)
        return await super().rotate(state, room, cause, user)


@MUTANTS.breaks("RACE-MUTE")
class MuteRenewedByLiftingIt(Unguarded):
    """A mute of who is muted lifts the first and sets the second, with a moment in between."""

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        if sanction.user.id in room.mutes:
            await state.store.chats.unmute(room.chat.id, sanction.user.id)
            await self.dawdle(room.chat.id, 0.03)
        await super().apply_mute(state, room, sanction)


@MUTANTS.breaks("RACE-BAN")
class BanRenewedByLiftingIt(Unguarded):
    """A ban of who is banned lifts the first and sets the second, with a moment in between."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        if sanction.user.id in room.bans:
            await state.store.chats.unban(room.chat.id, sanction.user.id)
            await self.dawdle(room.chat.id, 0.03)
        await super().apply_ban(state, room, sanction)
