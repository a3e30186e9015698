"""Mutants that keep each clause by itself: they lie only when two causes or more have come in a row."""

from collections.abc import Sequence

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import FOREVER, Attempt, Cause, KeyHolder, Message, Room, Sanction, Session, User
from conformance.reference.refusals import Refusal
from conformance.reference.state import State

MUTANTS = Mutants(told=True)

Place = tuple[int, int]
"""A chat and a user."""


def _any_key(session: Session, room: Room) -> bool:
    """Whether the session was ever handed a key of the chat."""
    return any(holder.session_id == session.id for holder in room.key_holders)


# --- one measure undoes another ---------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-MUTED")
class UnbanWipesTheSlate(Decisions):
    """Who is unbanned is unmuted as well."""

    async def lift_ban(self, state: State, room: Room, target: User) -> None:
        await super().lift_ban(state, room, target)
        if self.is_banned(target, room, state.now()):
            await state.store.chats.unmute(room.chat.id, target.id)


@MUTANTS.breaks("SEND-MUTED")
class KickWipesTheSlate(Decisions):
    """Who comes back after a kick is a new member, and not muted."""

    async def expel(self, state: State, room: Room, target: User) -> None:
        await super().expel(state, room, target)
        await state.store.chats.unmute(room.chat.id, target.id)


@MUTANTS.breaks("SEND-MUTED")
class MuteEndsWithTheVisit(Decisions):
    """A mute that was met by a send is over when its user leaves."""

    def __init__(self) -> None:
        super().__init__()
        self._met: set[Place] = set()

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        await super().refused(state, attempt, refusal)
        if refusal.cause == "muted":
            self._met.add((attempt.room.chat.id, attempt.session.user.id))

    async def depart(self, state: State, room: Room, session_id: str, user_id: int) -> None:
        await super().depart(state, room, session_id, user_id)
        if (room.chat.id, user_id) in self._met:
            await state.store.chats.unmute(room.chat.id, user_id)


@MUTANTS.breaks("UNMUTE-OK")
class UnmuteLiftsBothMutes(Decisions):
    """Where somebody is muted here and everywhere, an unmute lifts both."""

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        await super().lift_mute(state, room, target)
        if self.is_muted(target, room, state.now()):
            await state.store.accounts.hard_mute(target.id, 0.0)


@MUTANTS.breaks("BAN-REJOIN")
class ClearForgetsTheBans(Decisions):
    """A chat that is cleared begins anew, without its bans."""

    async def wipe(self, state: State, room: Room) -> int:
        for user_id in room.bans:
            await state.store.chats.unban(room.chat.id, user_id)
        return await super().wipe(state, room)


@MUTANTS.breaks("SEND-BANNED-LIFTED")
class UnbanBringsTheMuteOfAnotherChat(Decisions):
    """Who is unbanned here and muted elsewhere comes back muted."""

    def __init__(self) -> None:
        super().__init__()
        self._muted: dict[int, set[int]] = {}

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_mute(state, room, sanction)
        self._muted.setdefault(sanction.user.id, set()).add(room.chat.id)

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        await super().lift_mute(state, room, target)
        self._muted.get(target.id, set()).discard(room.chat.id)

    async def lift_ban(self, state: State, room: Room, target: User) -> None:
        await super().lift_ban(state, room, target)
        muted_elsewhere = self._muted.get(target.id, set()) - {room.chat.id}
        if muted_elsewhere and self.is_banned(target, room, state.now()) and target.id not in room.mutes:
            await state.store.chats.mute(room.chat.id, target.id, FOREVER)


# --- keys and epochs --------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-NOKEY-ROTATED")
class ReturnAfterABanKeepsAnOldKey(Decisions):
    """Who joins again after an unban is taken to have the key, if it has had any."""

    def __init__(self) -> None:
        super().__init__()
        self._unbanned: set[Place] = set()
        self._back: set[tuple[int, str]] = set()

    async def lift_ban(self, state: State, room: Room, target: User) -> None:
        await super().lift_ban(state, room, target)
        if self.is_banned(target, room, state.now()):
            self._unbanned.add((room.chat.id, target.id))

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        if (room.chat.id, session.user.id) in self._unbanned:
            self._back.add((room.chat.id, session.id))
        return await super().enter(state, room, session, sid)

    def has_key(self, session: Session, room: Room) -> bool:
        back = (room.chat.id, session.id) in self._back
        return super().has_key(session, room) or (back and _any_key(session, room))


@MUTANTS.breaks("SEND-NOKEY-ROTATED")
class UnbanAfterAKickRestoresTheKey(Decisions):
    """Who was kicked and is unbanned gets back what the kick took, the key too."""

    def __init__(self) -> None:
        super().__init__()
        self._kicked: set[Place] = set()
        self._restored: set[Place] = set()

    async def expel(self, state: State, room: Room, target: User) -> None:
        await super().expel(state, room, target)
        self._kicked.add((room.chat.id, target.id))

    async def lift_ban(self, state: State, room: Room, target: User) -> None:
        await super().lift_ban(state, room, target)
        if (room.chat.id, target.id) in self._kicked:
            self._restored.add((room.chat.id, target.id))

    def has_key(self, session: Session, room: Room) -> bool:
        restored = (room.chat.id, session.user.id) in self._restored
        return super().has_key(session, room) or (restored and _any_key(session, room))


@MUTANTS.breaks("EPOCH-MONOTONE", "CLEAR-ROTATES")
class SecondClearTurnsBack(Decisions):
    """Every other clear takes the chat back to the epoch before the last one."""

    def __init__(self) -> None:
        super().__init__()
        self._before: dict[int, int] = {}

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        before = self._before.pop(room.chat.id, None) if cause == "clear" else None
        epoch = await super().rotate(state, room, cause, user)
        if cause == "clear" and before is None:
            self._before[room.chat.id] = room.epoch
        elif before is not None:
            await state.store.chats.set_epoch(room.chat.id, before)
        return epoch


@MUTANTS.breaks("SEND-ACCEPT")
class ReturnAfterAClearResetsTheKeys(Decisions):
    """Who comes back to a chat that was cleared starts its keys anew: the others' count for nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._cleared: set[int] = set()
        self._void: set[tuple[int, KeyHolder]] = set()

    async def wipe(self, state: State, room: Room) -> int:
        self._cleared.add(room.chat.id)
        return await super().wipe(state, room)

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        if room.chat.id in self._cleared and session.user.id in room.ever_joined and session.id not in room.joined:
            self._void |= {(room.chat.id, holder) for holder in room.key_holders if holder.session_id != session.id}
        return await super().enter(state, room, session, sid)

    def has_key(self, session: Session, room: Room) -> bool:
        held = KeyHolder(room.epoch, session.user.id, session.id)
        return super().has_key(session, room) and (room.chat.id, held) not in self._void


# --- messages ---------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class RefusedIsSaidAtTheNextVisit(Decisions):
    """What the muted try to say is kept, and said when they come back after the mute."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[Place, Attempt] = {}

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        await super().refused(state, attempt, refusal)
        if refusal.cause == "muted" and not isinstance(attempt.bundle, Refusal):
            self._kept[attempt.room.chat.id, attempt.session.user.id] = attempt

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        entered = await super().enter(state, room, session, sid)
        kept = self._kept.get((room.chat.id, session.user.id))
        if kept is not None and session.id not in room.joined and not self.is_muted(session.user, room, state.now()):
            await self.broadcast(state, room, await self.store_message(state, kept))
        return entered


@MUTANTS.breaks("DEL-MINE")
class MineAreThoseBeforeTheMute(Decisions):
    """Who was muted deletes of its own what it said before that; what came later stays."""

    def __init__(self) -> None:
        super().__init__()
        self._muted_at: dict[Place, float] = {}

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_mute(state, room, sanction)
        self._muted_at[room.chat.id, sanction.user.id] = state.now()

    def own_messages(self, user: User, messages: Sequence[Message]) -> list[Message]:
        own = super().own_messages(user, messages)
        return [entry for entry in own if entry.at < self._muted_at.get((entry.chat_id, user.id), FOREVER)]
