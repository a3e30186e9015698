"""Mutants of the chapter bans: what comes after a ban."""

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.mutants.bans import Lasts
from conformance.reference.records import FOREVER, Attempt, Room, Sanction, Session, User
from conformance.reference.refusals import Refusal, banned
from conformance.reference.state import State

MUTANTS = Mutants()


# --- lifted ----------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-BANNED-LIFTED")
class UnbanIsAnsweredNotDone(Decisions):
    """An unban is answered and announced, and the ban stays."""

    async def lift_ban(self, state: State, room: Room, target: User) -> None:
        await self.announce(state, "user:unbanned", {"chat_id": room.chat.id, "user_id": target.id}, room.chat.id)


@MUTANTS.breaks(
    "SEND-BANNED-LIFTED",
    "SEND-DISTINCT",
    collateral={"UNBAN-IDEMPOTENT": "an unban of somebody who is not banned mutes as well"},
)
class UnbanMutes(Decisions):
    """Who is unbanned comes back muted."""

    async def lift_ban(self, state: State, room: Room, target: User) -> None:
        await super().lift_ban(state, room, target)
        await state.store.chats.mute(room.chat.id, target.id, FOREVER)


@MUTANTS.breaks("SEND-BANNED-LIFTED", "SEND-DISTINCT")
class UnbanOpensTheDoorAlone(Decisions):
    """Who is unbanned may join; to the send path it stays banned."""

    def __init__(self) -> None:
        self._banned: set[tuple[int, int]] = set()

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        if sanction.duration == 0:
            self._banned.add((room.chat.id, sanction.user.id))
        await super().apply_ban(state, room, sanction)

    def check_ban(self, attempt: Attempt) -> Refusal | None:
        held = (attempt.room.chat.id, attempt.session.user.id) in self._banned
        return banned() if held else super().check_ban(attempt)


@MUTANTS.breaks("SEND-BANNED-LIFTED", "SEND-DISTINCT")
class UnbanIsNoticedLate(Decisions):
    """The send path refuses for five more seconds after an unban."""

    def __init__(self) -> None:
        self._lifted: dict[tuple[int, int], float] = {}

    async def lift_ban(self, state: State, room: Room, target: User) -> None:
        self._lifted[room.chat.id, target.id] = state.now()
        await super().lift_ban(state, room, target)

    def check_ban(self, attempt: Attempt) -> Refusal | None:
        lifted = self._lifted.get((attempt.room.chat.id, attempt.session.user.id), 0.0)
        return banned() if attempt.now - lifted < 5 else super().check_ban(attempt)


@MUTANTS.breaks("SEND-BANNED-LIFTED", "SEND-DISTINCT")
class BannedNeverGetAKeyAgain(Decisions):
    """Who was banned is handed keys, but has none as far as the send path knows."""

    def __init__(self) -> None:
        self._banned: set[tuple[int, int]] = set()

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        self._banned.add((room.chat.id, sanction.user.id))
        await super().apply_ban(state, room, sanction)

    def has_key(self, session: Session, room: Room) -> bool:
        return (room.chat.id, session.user.id) not in self._banned and super().has_key(session, room)


@MUTANTS.breaks("SEND-BANNED-LIFTED")
class UnbanOfATimedBanIsNotDone(Decisions):
    """An unban lifts what was for good; a ban with an end runs to it."""

    async def lift_ban(self, state: State, room: Room, target: User) -> None:
        until = room.bans.get(target.id)
        await super().lift_ban(state, room, target)
        if until is not None and until != FOREVER:
            await state.store.chats.ban(room.chat.id, target.id, until)


# --- run out ---------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-BANNED-LIFTED", "SEND-DISTINCT")
class TimedBansAreForGood(Lasts):
    """A ban with an end has none."""

    def lasts(self, duration: int) -> float:
        return FOREVER


@MUTANTS.breaks("SEND-BANNED-LIFTED", "SEND-DISTINCT")
class BanLastsTwiceItsTime(Lasts):
    """A ban ends after twice its time."""

    def lasts(self, duration: int) -> float:
        return 2 * duration


@MUTANTS.breaks("SEND-BANNED-LIFTED", "SEND-DISTINCT")
class BanLastsMinutes(Lasts):
    """The seconds of a ban are taken as minutes."""

    def lasts(self, duration: int) -> float:
        return 60 * duration


@MUTANTS.breaks("SEND-BANNED-LIFTED", "SEND-DISTINCT")
class BanLastsTwoSecondsMore(Lasts):
    """A ban ends at the next run of a job that comes round a while later."""

    def lasts(self, duration: int) -> float:
        return duration + 2


@MUTANTS.breaks("SEND-BANNED-LIFTED", "SEND-DISTINCT")
class RunOutBansOpenTheDoorAlone(Decisions):
    """A ban that ran out lets its user join; the send path asks for the record alone, not for its end."""

    def check_ban(self, attempt: Attempt) -> Refusal | None:
        return banned() if attempt.session.user.id in attempt.room.bans else None


@MUTANTS.breaks("SEND-BANNED-LIFTED", "SEND-DISTINCT")
class SendsOfTheBannedProlongTheBan(Decisions):
    """Each send of a banned sender starts its ban anew, for a minute at least."""

    def __init__(self) -> None:
        self._until: dict[tuple[int, int, float], float] = {}

    def check_ban(self, attempt: Attempt) -> Refusal | None:
        user, room = attempt.session.user, attempt.room
        ban = room.chat.id, user.id, room.bans.get(user.id, 0.0)
        if super().check_ban(attempt) is not None:
            self._until[ban] = attempt.now + 60
        held = self.still_holds(self._until.get(ban), attempt.now)
        return banned() if held else super().check_ban(attempt)


@MUTANTS.breaks("SEND-BANNED-LIFTED", "SEND-DISTINCT")
class BanLeavesAMuteBehind(Decisions):
    """A ban mutes as well, and nothing lifts that."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_ban(state, room, sanction)
        await state.store.chats.mute(room.chat.id, sanction.user.id, FOREVER)
