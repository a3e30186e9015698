"""Mutants of the chapter refusals: what a refused message leaves behind."""

import asyncio
from collections.abc import Sequence

from conformance.reference.decisions import Decisions
from conformance.reference.hub import Socket
from conformance.reference.lies import Mutants
from conformance.reference.records import Attempt, Bundle, Message, Room, Session, Share, User
from conformance.reference.refusals import Refusal
from conformance.reference.state import State

MUTANTS = Mutants()


class Leaks(Decisions):
    """Lets a refused message out, in one way or another."""

    causes: tuple[str, ...] = ()
    """The causes of refusal that this is about; empty for all."""

    async def leak(self, state: State, attempt: Attempt) -> None:
        """Do with the message what ought not to be done."""
        raise NotImplementedError

    def in_passing(self, attempt: Attempt) -> Message:
        """The message as it would be told, under an id that was never given."""
        content = self.content_kept(attempt)
        made_up = f"{int(attempt.now * 1000)}-77"
        return Message(made_up, attempt.room.chat.id, attempt.session.user, content, attempt.room.epoch, attempt.now)

    async def tell(self, state: State, attempt: Attempt, sockets: Sequence[Socket]) -> None:
        """Tell these sockets of it."""
        payload = self.event_payload(self.in_passing(attempt), attempt.room)
        await self.deliver(state, "message:new", payload, [socket.sid for socket in sockets])

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        await super().refused(state, attempt, refusal)
        if not self.causes or refusal.cause in self.causes:
            await self.leak(state, attempt)


class Stores(Leaks):
    """Stores it, and tells nobody."""

    async def leak(self, state: State, attempt: Attempt) -> None:
        await self.store_message(state, attempt)


class Tells(Leaks):
    """Tells everybody in the chat of it, and does not store it."""

    async def leak(self, state: State, attempt: Attempt) -> None:
        if isinstance(attempt.bundle, Bundle):
            await self.tell(state, attempt, state.hub.listeners(attempt.room.chat.id))


# --- all causes ------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class RefusedIsStored(Stores):
    """What is refused is in the history all the same: stored first, judged then."""


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class RefusedIsTold(Tells):
    """What is refused is told all the same: told first, judged then."""


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class RefusedIsStoredAndTold(Leaks):
    """The status of a refusal is right, and the message goes its way."""

    async def leak(self, state: State, attempt: Attempt) -> None:
        if isinstance(attempt.bundle, Bundle):
            await self.broadcast(state, attempt.room, await self.store_message(state, attempt))


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class RefusedIsToldToTheSender(Leaks):
    """The sender gets the echo of what was refused."""

    async def leak(self, state: State, attempt: Attempt) -> None:
        if isinstance(attempt.bundle, Bundle):
            await self.tell(state, attempt, state.hub.of_user(attempt.session.user.id))


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class RefusedIsToldToTheOthers(Leaks):
    """Everybody in the chat but the sender is told what was refused."""

    async def leak(self, state: State, attempt: Attempt) -> None:
        listeners = state.hub.listeners(attempt.room.chat.id)
        if isinstance(attempt.bundle, Bundle):
            await self.tell(state, attempt, [one for one in listeners if one.user_id != attempt.session.user.id])


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class RefusedIsToldToTheOwner(Leaks):
    """The chat's owner alone is told what was refused, to moderate it."""

    async def leak(self, state: State, attempt: Attempt) -> None:
        if isinstance(attempt.bundle, Bundle):
            await self.tell(state, attempt, state.hub.of_user(attempt.room.chat.owner_id or 0))


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class RefusedIsToldElsewhere(Leaks):
    """What is refused in one chat is told to those who are connected and not in it."""

    async def leak(self, state: State, attempt: Attempt) -> None:
        inside = {socket.sid for socket in state.hub.listeners(attempt.room.chat.id)}
        if isinstance(attempt.bundle, Bundle):
            await self.tell(state, attempt, [one for one in state.hub.everyone() if one.sid not in inside])


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class RefusedIsNotedInTheHistory(Leaks):
    """A system entry in the history quotes what was refused."""

    async def leak(self, state: State, attempt: Attempt) -> None:
        await self.note(state, attempt.room, f"refused: {attempt.content}")


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class RefusedIsToldAndTakenBack(Leaks):
    """What is refused is told, and deleted before everybody's eyes."""

    async def leak(self, state: State, attempt: Attempt) -> None:
        if not isinstance(attempt.bundle, Bundle):
            return
        message = await self.store_message(state, attempt)
        await self.broadcast(state, attempt.room, message)
        await self.erase(state, attempt.room, [message])


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class RefusedIsStoredForASecond(Leaks):
    """What is refused is stored, and swept out a second later."""

    def __init__(self) -> None:
        self._sweepers: set[asyncio.Task[None]] = set()

    async def leak(self, state: State, attempt: Attempt) -> None:
        message = await self.store_message(state, attempt)
        sweeper = asyncio.create_task(self._sweep(state, message))
        self._sweepers.add(sweeper)
        sweeper.add_done_callback(self._sweepers.discard)

    @staticmethod
    async def _sweep(state: State, message: Message) -> None:
        await asyncio.sleep(1)
        await state.store.messages.delete(message.chat_id, [message.id])


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class RefusedIsToldSoon(Leaks):
    """What is refused is told a tenth of a second later: the queue does not learn of the refusal."""

    def __init__(self) -> None:
        self._queue: set[asyncio.Task[None]] = set()

    async def leak(self, state: State, attempt: Attempt) -> None:
        if isinstance(attempt.bundle, Bundle):
            task = asyncio.create_task(self._soon(state, attempt))
            self._queue.add(task)
            task.add_done_callback(self._queue.discard)

    async def _soon(self, state: State, attempt: Attempt) -> None:
        await asyncio.sleep(0.1)
        await self.tell(state, attempt, state.hub.listeners(attempt.room.chat.id))


# --- one cause -------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class MalformedIsStored(Stores):
    """Content that is no bundle is stored for those who debug."""

    causes = ("bundle",)


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class MutedIsStored(Stores):
    """What a muted sender says is in the history afterwards."""

    causes = ("muted",)


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class MutedIsTold(Tells):
    """What a muted sender says is told."""

    causes = ("muted",)


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class BannedIsStored(Stores):
    """What a banned sender says is in the history afterwards."""

    causes = ("banned",)


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class BannedIsTold(Tells):
    """What a banned sender says is told."""

    causes = ("banned",)


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class LeaverIsTold(Tells):
    """What somebody says who is not in the chat is told."""

    causes = ("not_joined",)


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class OutsiderIsStored(Stores):
    """What an outsider says to a private chat is in its history."""

    causes = ("outsider",)


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class StaleEpochIsTold(Tells):
    """What was sealed at another epoch is told: somebody may still have the key."""

    causes = ("epoch",)


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class KeylessIsStored(Stores):
    """What somebody without the key says is in the history."""

    causes = ("no_key",)


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class LimitedIsStored(Stores):
    """What is beyond the limit is answered 429 and stored."""

    causes = ("chat_limit", "global_limit")


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class LimitedIsTold(Tells):
    """What is beyond the limit is answered 429 and told."""

    causes = ("chat_limit", "global_limit")


# --- held back -------------------------------------------------------------------------------------------------------


class HoldsBack(Leaks):
    """Keeps a refused message, and lets it out once its cause is gone."""

    def __init__(self) -> None:
        self._held: list[Attempt] = []

    async def leak(self, state: State, attempt: Attempt) -> None:
        self._held.append(attempt)

    async def let_out(self, state: State, chat_id: int, user_id: int) -> None:
        """Send on what was held back of that user in that chat."""
        out = [one for one in self._held if (one.room.chat.id, one.session.user.id) == (chat_id, user_id)]
        self._held = [one for one in self._held if one not in out]
        for attempt in out:
            await self.broadcast(state, attempt.room, await self.store_message(state, attempt))


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class MutedIsSentAtUnmute(HoldsBack):
    """What a muted sender said is sent on when the mute is lifted."""

    causes = ("muted",)

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        await super().lift_mute(state, room, target)
        await self.let_out(state, room.chat.id, target.id)


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class KeylessIsSentWithTheKey(HoldsBack):
    """What somebody without the key said is sent on when the key arrives."""

    causes = ("no_key",)

    async def keep_key(self, state: State, share: Share) -> None:
        await super().keep_key(state, share)
        await self.let_out(state, share.chat_id, share.user_id)


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class BannedIsSentAtUnban(HoldsBack):
    """What a banned sender said is sent on when the ban is lifted."""

    causes = ("banned",)

    async def lift_ban(self, state: State, room: Room, target: User) -> None:
        await super().lift_ban(state, room, target)
        await self.let_out(state, room.chat.id, target.id)


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class LeaversWordsWaitForThem(HoldsBack):
    """What somebody said from outside is sent on when it joins."""

    causes = ("not_joined",)

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        entered = await super().enter(state, room, session, sid)
        await self.let_out(state, room.chat.id, session.user.id)
        return entered
