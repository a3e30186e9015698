"""Mutants of the chapter mutes: mutes that do not end as they should."""

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import FOREVER, Attempt, Room, Sanction, Session, Share, User
from conformance.reference.refusals import Refusal
from conformance.reference.state import State

MUTANTS = Mutants()

_LIFTED = ("SEND-MUTED-LIFTED", "SEND-DISTINCT")


async def _announce_unmute(decisions: Decisions, state: State, room: Room, target: User) -> None:
    payload = {"chat_id": room.chat.id, "user_id": target.id}
    await decisions.announce(state, "user:unmuted", payload, room.chat.id)


# --- lifted, and yet --------------------------------------------------------------------------------------------------


@MUTANTS.breaks(*_LIFTED)
class UnmuteDoesNothing(Decisions):
    """An unmute is answered and announced, and the mute stays."""

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        await _announce_unmute(self, state, room, target)


@MUTANTS.breaks(*_LIFTED)
class UnmuteHoldsAfterRejoin(Decisions):
    """An unmute counts from the next join on."""

    def __init__(self) -> None:
        super().__init__()
        self._lifted: set[tuple[int, int]] = set()

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        self._lifted.add((target.id, room.chat.id))
        await _announce_unmute(self, state, room, target)

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        if (session.user.id, room.chat.id) in self._lifted:
            await state.store.chats.unmute(room.chat.id, session.user.id)
        return await super().enter(state, room, session, sid)


@MUTANTS.breaks(*_LIFTED)
class UnmuteLiftsTimedAlone(Decisions):
    """An indefinite mute cannot be lifted."""

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        await super().lift_mute(state, room, target)
        if room.mutes.get(target.id) == FOREVER:
            await state.store.chats.mute(room.chat.id, target.id, FOREVER)


@MUTANTS.breaks(*_LIFTED)
class UnmuteLiftsIndefiniteAlone(Decisions):
    """A timed mute cannot be lifted before its time."""

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        await super().lift_mute(state, room, target)
        until = room.mutes.get(target.id, FOREVER)
        if until != FOREVER:
            await state.store.chats.mute(room.chat.id, target.id, until)


@MUTANTS.breaks(*_LIFTED)
class UnmuteSeenASecondLate(Decisions):
    """An unmute is noticed when a cache of one second has run out."""

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        await super().lift_mute(state, room, target)
        await state.store.chats.mute(room.chat.id, target.id, state.now() + 1)


@MUTANTS.breaks(*_LIFTED)
class UnmuteIsProbation(Decisions):
    """An unmute of somebody who tried to send while muted leaves half a minute of mute."""

    def __init__(self) -> None:
        super().__init__()
        self._tried: set[tuple[int, int]] = set()

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        await super().refused(state, attempt, refusal)
        if refusal.cause == "muted":
            self._tried.add((attempt.session.user.id, attempt.room.chat.id))

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        await super().lift_mute(state, room, target)
        if (target.id, room.chat.id) in self._tried:
            await state.store.chats.mute(room.chat.id, target.id, state.now() + 30)


@MUTANTS.breaks(*_LIFTED)
class MuteTakesTheKey(Decisions):
    """A mute takes the sender's chat key, and who is unmuted has to be given it anew."""

    def __init__(self) -> None:
        super().__init__()
        self._robbed: set[tuple[int, int]] = set()

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        self._robbed.add((sanction.user.id, room.chat.id))
        await super().apply_mute(state, room, sanction)

    async def keep_key(self, state: State, share: Share) -> None:
        self._robbed.discard((share.user_id, share.chat_id))
        await super().keep_key(state, share)

    def has_key(self, session: Session, room: Room) -> bool:
        return super().has_key(session, room) and (session.user.id, room.chat.id) not in self._robbed


@MUTANTS.breaks(*_LIFTED)
class MuteEndsTheJoin(Decisions):
    """Who is muted counts as having left, though its sockets listen on."""

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_mute(state, room, sanction)
        for session_id, user_id in room.joined.items():
            if user_id == sanction.user.id:
                await state.store.chats.leave(room.chat.id, session_id)


# --- run out, and yet -------------------------------------------------------------------------------------------------


@MUTANTS.breaks(*_LIFTED)
class MuteNeverRunsOut(Decisions):
    """That there is a mute is looked at, and not whether it is over."""

    def is_muted(self, user: User, room: Room, now: float) -> bool:
        return user.id in room.mutes


@MUTANTS.breaks(*_LIFTED)
class MuteOutlivesItsTtl(Decisions):
    """A mute holds for five seconds more than its ttl says."""

    def is_muted(self, user: User, room: Room, now: float) -> bool:
        return super().is_muted(user, room, now - 5)


@MUTANTS.breaks("SEND-MUTED-TTL", *_LIFTED)
class MuteTwiceAsLong(Decisions):
    """A mute lasts twice what was asked for."""

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_mute(state, room, sanction)
        if sanction.duration:
            until = state.now() + sanction.duration * 2
            await state.store.chats.mute(room.chat.id, sanction.user.id, until)


@MUTANTS.breaks("SEND-MUTED-TTL", *_LIFTED)
class MuteDurationInMinutes(Decisions):
    """The duration of a mute is taken for minutes."""

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_mute(state, room, sanction)
        if sanction.duration:
            until = state.now() + sanction.duration * 60
            await state.store.chats.mute(room.chat.id, sanction.user.id, until)


@MUTANTS.breaks(*_LIFTED)
class MuteRunsOutAtRejoin(Decisions):
    """A mute that is over is removed when its user joins, and holds until then."""

    def is_muted(self, user: User, room: Room, now: float) -> bool:
        return user.id in room.mutes

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        if not self.still_holds(room.mutes.get(session.user.id), state.now()):
            await state.store.chats.unmute(room.chat.id, session.user.id)
        return await super().enter(state, room, session, sid)


@MUTANTS.breaks(*_LIFTED)
class MuteRunsOutOnceRemembered(Decisions):
    """Who was refused as muted stays so until somebody lifts it: the refusal is remembered, its time is not."""

    def __init__(self) -> None:
        super().__init__()
        self._refused: set[tuple[int, int]] = set()

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        self._refused.discard((target.id, room.chat.id))
        await super().lift_mute(state, room, target)

    def is_muted(self, user: User, room: Room, now: float) -> bool:
        if super().is_muted(user, room, now):
            self._refused.add((user.id, room.chat.id))
        return (user.id, room.chat.id) in self._refused


@MUTANTS.breaks(*_LIFTED)
class MuteProlongedByAttempts(Decisions):
    """Each attempt to send makes a timed mute a second longer."""

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        await super().refused(state, attempt, refusal)
        user_id, room = attempt.session.user.id, attempt.room
        if refusal.cause == "muted" and room.mutes[user_id] != FOREVER:
            await state.store.chats.mute(room.chat.id, user_id, room.mutes[user_id] + 1)


@MUTANTS.breaks(*_LIFTED)
class MuteRestartedByAttempts(Decisions):
    """Each attempt to send makes a timed mute begin anew."""

    def __init__(self) -> None:
        super().__init__()
        self._durations: dict[tuple[int, int], int] = {}

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        self._durations[sanction.user.id, room.chat.id] = sanction.duration
        await super().apply_mute(state, room, sanction)

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        await super().refused(state, attempt, refusal)
        user_id, chat_id = attempt.session.user.id, attempt.room.chat.id
        if refusal.cause == "muted":
            until = self.end_of(self._durations[user_id, chat_id], attempt.now)
            await state.store.chats.mute(chat_id, user_id, until)
