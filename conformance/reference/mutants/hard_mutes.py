"""Mutants of the chapter moderation: who may mute everywhere, and what that stops."""

from conformance.reference import refusals
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.mutants.membership import SaysOtherwise, Swallows
from conformance.reference.records import Attempt, Room, Sanction, Session, User
from conformance.reference.refusals import Refusal
from conformance.reference.rights import ADMIN, MODERATOR
from conformance.reference.state import State

MUTANTS = Mutants()


# --- who may ----------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("HARDMUTE")
class ModeratorsHardMute(Decisions):
    """Level 1 is enough for a hard mute."""

    def may_hard_mute(self, actor: User, target: User) -> bool:
        return actor.level >= MODERATOR and self.outranks(actor, target)


@MUTANTS.breaks("HARDMUTE")
class AnybodyHardMutesPlainUsers(Decisions):
    """Of a plain user the level of who asks is not looked at."""

    def may_hard_mute(self, actor: User, target: User) -> bool:
        return target.level == 0 or super().may_hard_mute(actor, target)


@MUTANTS.breaks("HARDMUTE")
class OnlyOwnersOfThePlatformHardMute(Decisions):
    """A hard mute takes level 3."""

    def may_hard_mute(self, actor: User, target: User) -> bool:
        return actor.level > ADMIN and self.outranks(actor, target)


@MUTANTS.breaks("HARDMUTE")
class OnlyAdminsHardMute(Decisions):
    """A hard mute takes level 2, not more and not less."""

    def may_hard_mute(self, actor: User, target: User) -> bool:
        return actor.level == ADMIN and self.outranks(actor, target)


@MUTANTS.breaks("HARDMUTE")
class EqualsHardMute(Decisions):
    """A target at the own level may be muted as well."""

    def may_hard_mute(self, actor: User, target: User) -> bool:
        return actor.level >= ADMIN and actor.level >= target.level and actor.id != target.id


@MUTANTS.breaks("HARDMUTE")
class AdminsHardMuteAnybody(Decisions):
    """The target's level is not looked at."""

    def may_hard_mute(self, actor: User, target: User) -> bool:
        return actor.level >= ADMIN


@MUTANTS.breaks("HARDMUTE")
class AdminsHardMuteThoseAbove(Decisions):
    """Only one's equals are spared: different, and not lower."""

    def may_hard_mute(self, actor: User, target: User) -> bool:
        return actor.level >= ADMIN and actor.level != target.level


@MUTANTS.breaks("HARDMUTE")
class TheHighestLevelHardMutesItsOwn(Decisions):
    """Who has the highest level may do anything, to others of it as well."""

    def may_hard_mute(self, actor: User, target: User) -> bool:
        return actor.level > ADMIN or super().may_hard_mute(actor, target)


@MUTANTS.breaks("HARDMUTE")
class AdminsHardMuteThemselves(Decisions):
    """Whether the target is below is asked of others alone."""

    def may_hard_mute(self, actor: User, target: User) -> bool:
        return (actor.level >= ADMIN and actor.id == target.id) or super().may_hard_mute(actor, target)


@MUTANTS.breaks("HARDMUTE")
class OnlyPlainUsersAreHardMuted(Decisions):
    """Nobody with a level can be muted everywhere."""

    def may_hard_mute(self, actor: User, target: User) -> bool:
        return target.level == 0 and super().may_hard_mute(actor, target)


@MUTANTS.breaks("HARDMUTE")
class AdminsAreNeverHardMuted(Decisions):
    """A target has to be below level 2, and not below the own one."""

    def may_hard_mute(self, actor: User, target: User) -> bool:
        return actor.level >= ADMIN and target.level < ADMIN


@MUTANTS.breaks("HARDMUTE")
class RefusedHardMuteIsDone(Decisions):
    """Who may not mute everywhere is told so when it has been done."""

    def __init__(self) -> None:
        super().__init__()
        self._may = True

    def may_hard_mute(self, actor: User, target: User) -> bool:
        self._may = super().may_hard_mute(actor, target)
        return True

    async def apply_hard_mute(self, state: State, sanction: Sanction) -> None:
        may = self._may
        await super().apply_hard_mute(state, sanction)
        if not may:
            raise refusals.forbidden()


@MUTANTS.breaks("HARDMUTE")
class StaffSendsThoughHardMuted(Decisions):
    """A hard mute of somebody with a level is answered and told, and no send asks for it."""

    def check_hard_mute(self, attempt: Attempt) -> Refusal | None:
        return None if attempt.session.user.level else super().check_hard_mute(attempt)


# --- what it stops ----------------------------------------------------------------------------------------------------


@MUTANTS.breaks("HARDMUTE")
class HardMutesNotLookedAt(Decisions):
    """A hard mute is kept and told, and no send asks for it."""

    def check_hard_mute(self, attempt: Attempt) -> Refusal | None:
        return None


@MUTANTS.breaks("HARDMUTE")
class HardMuteSparesOwnChats(Decisions):
    """Who owns a chat speaks there, whatever holds elsewhere."""

    def check_hard_mute(self, attempt: Attempt) -> Refusal | None:
        own = self.owns(attempt.session.user, attempt.room.chat)
        return None if own else super().check_hard_mute(attempt)


@MUTANTS.breaks("HARDMUTE")
class HardMuteSparesPrivateChats(Decisions):
    """Hard mutes are for what everybody can see."""

    def check_hard_mute(self, attempt: Attempt) -> Refusal | None:
        return None if self.is_private(attempt.room.chat) else super().check_hard_mute(attempt)


@MUTANTS.breaks("HARDMUTE")
class HardMuteStopsInPrivateChatsAlone(Decisions):
    """In a public chat the chat's own mutes are looked at, and no others."""

    def check_hard_mute(self, attempt: Attempt) -> Refusal | None:
        return super().check_hard_mute(attempt) if self.is_private(attempt.room.chat) else None


@MUTANTS.breaks("HARDMUTE")
class HardMuteIsOfTheJoinedChats(Decisions):
    """A hard mute is written into the chats that its target is in, and not into those that it enters later."""

    def __init__(self) -> None:
        super().__init__()
        self._chats: dict[int, set[int]] = {}

    async def apply_hard_mute(self, state: State, sanction: Sanction) -> None:
        sessions = {socket.session_id for socket in state.hub.of_user(sanction.user.id)}
        joined = [await state.store.chats.joined_by(session_id) for session_id in sessions]
        self._chats[sanction.user.id] = {chat_id for chats in joined for chat_id in chats}
        await super().apply_hard_mute(state, sanction)

    def check_hard_mute(self, attempt: Attempt) -> Refusal | None:
        there = attempt.room.chat.id in self._chats.get(attempt.session.user.id, ())
        return super().check_hard_mute(attempt) if there else None


@MUTANTS.breaks("HARDMUTE")
class HardMuteIsLiftedByJoining(Decisions):
    """Who joins a chat starts afresh."""

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        await state.store.accounts.hard_mute(session.user.id, 0)
        return await super().enter(state, room, session, sid)


@MUTANTS.breaks("HARDMUTE")
class HardMuteStopsWhereItIsMet(Decisions):
    """A hard mute is kept with the chat where it is met first, and stops nowhere else."""

    def __init__(self) -> None:
        super().__init__()
        self._met: dict[tuple[int, float], int] = {}

    def check_hard_mute(self, attempt: Attempt) -> Refusal | None:
        refusal = super().check_hard_mute(attempt)
        if refusal is None:
            return None
        one = attempt.session.user.id, attempt.hard_muted_until or 0
        return refusal if self._met.setdefault(one, attempt.room.chat.id) == attempt.room.chat.id else None


@MUTANTS.breaks("HARDMUTE")
class HardMuteIsOneSessions(Decisions):
    """A hard mute stops the session that meets it first; another one of the same user sends on."""

    def __init__(self) -> None:
        super().__init__()
        self._met: dict[tuple[int, float], str] = {}

    def check_hard_mute(self, attempt: Attempt) -> Refusal | None:
        refusal = super().check_hard_mute(attempt)
        if refusal is None:
            return None
        one = attempt.session.user.id, attempt.hard_muted_until or 0
        return refusal if self._met.setdefault(one, attempt.session.id) == attempt.session.id else None


@MUTANTS.breaks("HARDMUTE")
class HardMuteSilencesItsChats(Decisions):
    """While somebody who is muted everywhere is in a chat, nobody but the chat's owner may send there."""

    def __init__(self) -> None:
        super().__init__()
        self._until: dict[int, float] = {}

    async def apply_hard_mute(self, state: State, sanction: Sanction) -> None:
        self._until[sanction.user.id] = self.end_of(sanction.duration, state.now())
        await super().apply_hard_mute(state, sanction)

    def check_hard_mute(self, attempt: Attempt) -> Refusal | None:
        user, room = attempt.session.user, attempt.room
        held = [self.is_hard_muted(self._until.get(one), attempt.now) for one in room.joined.values()]
        if any(held) and not self.owns(user, room.chat):
            return refusals.hard_muted(1)
        return super().check_hard_mute(attempt)


# --- when -------------------------------------------------------------------------------------------------------------


class Lasts(Decisions):
    """Gives a hard mute another end."""

    def lasts(self, duration: int) -> float:
        """How long it lasts."""
        raise NotImplementedError

    async def apply_hard_mute(self, state: State, sanction: Sanction) -> None:
        await super().apply_hard_mute(state, sanction)
        await state.store.accounts.hard_mute(sanction.user.id, state.now() + self.lasts(sanction.duration))


@MUTANTS.breaks("HARDMUTE")
class HardMuteHalfAsLong(Lasts):
    """A hard mute lasts half of what was asked for."""

    def lasts(self, duration: int) -> float:
        return duration / 2


@MUTANTS.breaks("HARDMUTE")
class HardMuteTwiceAsLong(Lasts):
    """A hard mute lasts twice what was asked for."""

    def lasts(self, duration: int) -> float:
        return duration * 2


@MUTANTS.breaks("HARDMUTE")
class HardMuteInMinutes(Lasts):
    """The duration of a hard mute is taken for minutes."""

    def lasts(self, duration: int) -> float:
        return duration * 60


@MUTANTS.breaks("HARDMUTE")
class HardMuteInMilliseconds(Lasts):
    """The duration of a hard mute is taken for milliseconds."""

    def lasts(self, duration: int) -> float:
        return duration / 1000


@MUTANTS.breaks("HARDMUTE")
class HardMuteNeverRunsOut(Decisions):
    """That there is a hard mute is looked at, and not whether it is over."""

    def is_hard_muted(self, until: float | None, now: float) -> bool:
        return until is not None


@MUTANTS.breaks("HARDMUTE")
class HardMuteHoldsLongerInPrivate(Decisions):
    """In a private chat a cache has the hard mute for five seconds more."""

    def check_hard_mute(self, attempt: Attempt) -> Refusal | None:
        until = attempt.hard_muted_until
        if self.is_private(attempt.room.chat) and until is not None and attempt.now < until + 5:
            return refusals.hard_muted(1)
        return super().check_hard_mute(attempt)


@MUTANTS.breaks("HARDMUTE")
class HardMuteIsNoticedLate(Decisions):
    """A hard mute reaches the send path a second after it was answered."""

    def __init__(self) -> None:
        super().__init__()
        self._since: dict[int, float] = {}

    async def apply_hard_mute(self, state: State, sanction: Sanction) -> None:
        self._since[sanction.user.id] = state.now()
        await super().apply_hard_mute(state, sanction)

    def check_hard_mute(self, attempt: Attempt) -> Refusal | None:
        fresh = attempt.now - self._since.get(attempt.session.user.id, 0) < 1
        return None if fresh else super().check_hard_mute(attempt)


@MUTANTS.breaks("HARDMUTE")
class HardMuteHoldsForOneSend(Decisions):
    """The refusal that tells of a hard mute lifts it."""

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        await super().refused(state, attempt, refusal)
        if refusal.cause == "hard_muted":
            await state.store.accounts.hard_mute(attempt.session.user.id, 0)


@MUTANTS.breaks("HARDMUTE")
class HardMuteIsProlongedByAttempts(Decisions):
    """Each attempt to send makes a hard mute a second longer."""

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        await super().refused(state, attempt, refusal)
        if refusal.cause == "hard_muted" and attempt.hard_muted_until is not None:
            await state.store.accounts.hard_mute(attempt.session.user.id, attempt.hard_muted_until + 1)


# --- answered otherwise -----------------------------------------------------------------------------------------------


@MUTANTS.breaks("HARDMUTE")
class HardMutedAnswered401(SaysOtherwise):
    """A hard-muted sender is told to log in."""

    cause, status = "hard_muted", 401


@MUTANTS.breaks("HARDMUTE")
class HardMutedAnswered404(SaysOtherwise):
    """To a hard-muted sender there is no chat."""

    cause, status = "hard_muted", 404


@MUTANTS.breaks("HARDMUTE")
class HardMutedAnswered423(SaysOtherwise):
    """A hard-muted sender is told that the account is locked."""

    cause, status = "hard_muted", 423


@MUTANTS.breaks("HARDMUTE")
class HardMutedCrashTheServer(SaysOtherwise):
    """The send of a hard-muted sender ends in an accident, and a 500."""

    cause, status = "hard_muted", 500


@MUTANTS.breaks("HARDMUTE")
class HardMutedAreAnsweredOk(Swallows):
    """The hard-muted are muted in the shadow: answered 200, and heard by nobody."""

    swallowed = "hard_muted"
