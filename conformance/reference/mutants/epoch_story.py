"""Mutants of the chapter end to end: epochs that fall, or change without a word to those who are there."""

from typing import Any

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Cause, Message, Room, Sanction, Session, User
from conformance.reference.state import State

MUTANTS = Mutants()


class Turning(Decisions):
    """Moves an epoch to wherever it likes."""

    async def turn(self, state: State, chat_id: int, *, by: int = 0, to: int | None = None) -> None:
        """Set the epoch without a word."""
        room = await self.look_at(state, chat_id)
        if room is not None:
            await state.store.chats.set_epoch(chat_id, room.epoch + by if to is None else to)

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        return await super().rotate(state, await self.look_at(state, room.chat.id) or room, cause, user)


# --- it falls -------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("EPOCH-MONOTONE")
class EmptyChatStartsAnew(Turning):
    """When the last one leaves, what is known of a chat is dropped, and its epoch begins anew."""

    async def depart(self, state: State, room: Room, session_id: str, user_id: int) -> None:
        await super().depart(state, room, session_id, user_id)
        fresh = await self.look_at(state, room.chat.id)
        if fresh is not None and not fresh.joined:
            await self.turn(state, room.chat.id, to=self.first_epoch())


@MUTANTS.breaks("EPOCH-MONOTONE")
class UnbanTakesTheEpochBack(Turning):
    """To lift a ban takes the epoch back to the one from before it."""

    async def lift_ban(self, state: State, room: Room, target: User) -> None:
        await super().lift_ban(state, room, target)
        await self.turn(state, room.chat.id, by=-1)


@MUTANTS.breaks("EPOCH-MONOTONE")
class DeletionTakesTheEpochBack(Turning):
    """A deletion takes the chat back to the epoch of what was deleted, less one."""

    async def erase(self, state: State, room: Room, messages: Any) -> int:
        deleted = await super().erase(state, room, messages)
        await self.turn(state, room.chat.id, by=-1)
        return deleted


@MUTANTS.breaks("EPOCH-MONOTONE")
class ReturnTakesTheEpochBack(Turning):
    """Who comes back to a chat takes it back to the epoch of its own last message there."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[int, int], int] = {}

    async def depart(self, state: State, room: Room, session_id: str, user_id: int) -> None:
        self._last[room.chat.id, user_id] = room.epoch - 1
        await super().depart(state, room, session_id, user_id)

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        before = self._last.pop((room.chat.id, session.user.id), None)
        if before is not None:
            await self.turn(state, room.chat.id, to=before)
        return await super().enter(state, room, session, sid)


# --- it changes without a word --------------------------------------------------------------------------------------


@MUTANTS.breaks("EPOCH-MONOTONE")
class KickRotatesWithoutAWord(Decisions):
    """Nobody is told of the epoch after a kick."""

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        if cause != "kick":
            return await super().rotate(state, room, cause, user)
        epoch = self.next_epoch(room.epoch)
        await state.store.chats.set_epoch(room.chat.id, epoch)
        return epoch


@MUTANTS.breaks("EPOCH-MONOTONE")
class JoinRotatesWithoutAWord(Decisions):
    """Who is there already is not told of the epoch that a new user's join begins."""

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        if cause != "join" or not self.rotates_on(cause, room, user):
            return await super().rotate(state, room, cause, user)
        epoch = self.next_epoch(room.epoch)
        await state.store.chats.set_epoch(room.chat.id, epoch)
        return epoch


@MUTANTS.breaks("EPOCH-MONOTONE")
class JoinTellsTheNewUserAlone(Decisions):
    """Only the new user's own sockets are told of the epoch that its join begins."""

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        if cause != "join" or not self.rotates_on(cause, room, user):
            return await super().rotate(state, room, cause, user)
        epoch = self.next_epoch(room.epoch)
        await state.store.chats.set_epoch(room.chat.id, epoch)
        sids = [socket.sid for socket in state.hub.of_user(user.id)]
        await self.deliver(state, "room:epoch_changed", {"chat_id": room.chat.id, "epoch": epoch}, sids)
        return epoch


class _Telling(Decisions):
    """Tells of epochs in another way."""

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        if event == "room:epoch_changed":
            await self.tell_of_epoch(state, payload, sids)
        else:
            await super().deliver(state, event, payload, sids)

    async def tell_of_epoch(self, state: State, payload: Any, sids: list[str]) -> None:
        """Send the event to ``sids``."""
        await super().deliver(state, "room:epoch_changed", payload, sids)


_CLEAR = {"CLEAR-ROTATES": "the epoch after a clear is one of those that are told so"}


@MUTANTS.breaks("EPOCH-MONOTONE", collateral=_CLEAR)
class EpochToldOneAhead(_Telling):
    """The event of an epoch has the one after it."""

    async def tell_of_epoch(self, state: State, payload: Any, sids: list[str]) -> None:
        await super().tell_of_epoch(state, {**payload, "epoch": payload["epoch"] + 1}, sids)


@MUTANTS.breaks("EPOCH-MONOTONE", collateral=_CLEAR)
class EpochToldOfNoChat(_Telling):
    """The event of an epoch does not say which chat's it is."""

    async def tell_of_epoch(self, state: State, payload: Any, sids: list[str]) -> None:
        await super().tell_of_epoch(state, {"epoch": payload["epoch"]}, sids)


@MUTANTS.breaks("EPOCH-MONOTONE", collateral=_CLEAR)
class EpochNotToldToTheLastWhoCame(_Telling):
    """The list of those who are told of an epoch ends one too early."""

    async def tell_of_epoch(self, state: State, payload: Any, sids: list[str]) -> None:
        await super().tell_of_epoch(state, payload, sids[:-1])


@MUTANTS.breaks("EPOCH-MONOTONE")
class ThirdEpochInAMinuteNotTold(_Telling):
    """Of several epochs of a chat within a minute the first two are told, as more would be noise."""

    def __init__(self) -> None:
        super().__init__()
        self._times: dict[int, list[float]] = {}

    async def tell_of_epoch(self, state: State, payload: Any, sids: list[str]) -> None:
        recent = [at for at in self._times.get(payload["chat_id"], []) if at > state.now() - 60]
        self._times[payload["chat_id"]] = [*recent, state.now()]
        if len(recent) < 2:
            await super().tell_of_epoch(state, payload, sids)


@MUTANTS.breaks("EPOCH-MONOTONE")
class MuteRotatesWithoutAWord(Turning):
    """A mute moves the epoch on, and nobody is told."""

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_mute(state, room, sanction)
        await self.turn(state, room.chat.id, by=1)


@MUTANTS.breaks("EPOCH-MONOTONE")
class BanRotatesWithoutAWord(Turning):
    """A ban moves the epoch on, and nobody is told."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_ban(state, room, sanction)
        await self.turn(state, room.chat.id, by=1)


@MUTANTS.breaks("EPOCH-MONOTONE")
class LeaveRotatesWithoutAWord(Turning):
    """Whoever leaves moves the epoch on for those who stay, and nobody is told."""

    async def depart(self, state: State, room: Room, session_id: str, user_id: int) -> None:
        await super().depart(state, room, session_id, user_id)
        await self.turn(state, room.chat.id, by=1)


@MUTANTS.breaks("EPOCH-MONOTONE")
class NewPublicKeyRotatesWithoutAWord(Turning):
    """A session's second public key moves the epochs of its chats on, and nobody is told."""

    async def announce_key(self, state: State, session: Session, public_key: str) -> None:
        await super().announce_key(state, session, public_key)
        for chat_id in await state.store.chats.joined_by(session.id):
            await self.turn(state, chat_id, by=1)


@MUTANTS.breaks("EPOCH-MONOTONE")
class EpochMovesOnWithTheMessages(Turning):
    """After every fifteen messages the epoch moves on by itself, and nobody is told."""

    def __init__(self) -> None:
        super().__init__()
        self._count: dict[int, int] = {}

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        await super().broadcast(state, room, message)
        self._count[room.chat.id] = self._count.get(room.chat.id, 0) + 1
        if self._count[room.chat.id] % 15 == 0:
            await self.turn(state, room.chat.id, by=1)
