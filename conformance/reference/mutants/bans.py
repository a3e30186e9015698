"""Mutants of the chapter bans: whom a ban stops, and where."""

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.mutants.membership import SaysOtherwise, Swallows
from conformance.reference.records import Attempt, Room, Sanction, User
from conformance.reference.refusals import Refusal, banned, no_room_key, not_joined
from conformance.reference.state import State

MUTANTS = Mutants()


# --- not refused -----------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-BANNED")
class BansAreGuardedAtTheDoor(Decisions):
    """A ban is asked for at joining alone, so who is in goes on sending."""

    def check_ban(self, attempt: Attempt) -> Refusal | None:
        return None


@MUTANTS.breaks("SEND-BANNED")
class BanIsTheOwners(Decisions):
    """Before a send it is asked whether the chat's owner is banned, not its sender."""

    def check_ban(self, attempt: Attempt) -> Refusal | None:
        until = attempt.room.bans.get(attempt.room.chat.owner_id or 0)
        return banned() if self.still_holds(until, attempt.now) else None


@MUTANTS.breaks("SEND-BANNED")
class JoinedAreNotBanned(Decisions):
    """A ban counts once the banned client has left."""

    def check_ban(self, attempt: Attempt) -> Refusal | None:
        return None if self.is_joined(attempt.session, attempt.room) else super().check_ban(attempt)


@MUTANTS.breaks("SEND-BANNED")
class WhoHasTheKeyIsNotBanned(Decisions):
    """Whether somebody is banned is asked of those without the key alone."""

    def check_ban(self, attempt: Attempt) -> Refusal | None:
        return None if self.has_key(attempt.session, attempt.room) else super().check_ban(attempt)


@MUTANTS.breaks("SEND-BANNED")
class BanIsForgottenAfterTheFirstRefusal(Decisions):
    """A ban is taken from the list when it is met, so the second send goes through."""

    def __init__(self) -> None:
        self._met: set[tuple[int, int, float]] = set()

    def check_ban(self, attempt: Attempt) -> Refusal | None:
        room, user = attempt.room, attempt.session.user
        ban = room.chat.id, user.id, room.bans.get(user.id, 0.0)
        if ban in self._met:
            return None
        refusal = super().check_ban(attempt)
        if refusal is not None:
            self._met.add(ban)
        return refusal


@MUTANTS.breaks("SEND-BANNED")
class FirstSendOfTheBannedGoesThrough(Decisions):
    """A cached verdict lets one more message of the banned through."""

    def __init__(self) -> None:
        self._late: set[tuple[int, int, float]] = set()

    def check_ban(self, attempt: Attempt) -> Refusal | None:
        room, user = attempt.room, attempt.session.user
        ban = room.chat.id, user.id, room.bans.get(user.id, 0.0)
        refusal = super().check_ban(attempt)
        if refusal is None or ban in self._late:
            return refusal
        self._late.add(ban)
        return None


class _Since(Decisions):
    """Knows since when somebody is banned."""

    def __init__(self) -> None:
        super().__init__()
        self._since: dict[tuple[int, int], float] = {}

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        self._since[room.chat.id, sanction.user.id] = state.now()
        await super().apply_ban(state, room, sanction)

    def age(self, attempt: Attempt) -> float:
        """How long ago the sender was last banned from the chat."""
        return attempt.now - self._since.get((attempt.room.chat.id, attempt.session.user.id), 0.0)


@MUTANTS.breaks("SEND-BANNED")
class BanIsNoticedLate(_Since):
    """A ban reaches the send path a second after it was answered."""

    def check_ban(self, attempt: Attempt) -> Refusal | None:
        return None if self.age(attempt) < 1 else super().check_ban(attempt)


@MUTANTS.breaks(
    "SEND-BANNED", "SEND-BROADCAST-SCOPE", collateral={"BAN-BOUNDS": "a ban of 0 seconds is not one for good"}
)
class BanForGoodIsNoBan(Decisions):
    """A duration of 0 ends at once."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_ban(state, room, sanction)
        if sanction.duration == 0:
            await state.store.chats.ban(room.chat.id, sanction.user.id, state.now())
            await state.store.chats.add_member(room.chat.id, sanction.user.id)


class Lasts(Decisions):
    """Gives timed bans another end."""

    def lasts(self, duration: int) -> float:
        raise NotImplementedError

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_ban(state, room, sanction)
        if sanction.duration:
            until = state.now() + self.lasts(sanction.duration)
            await state.store.chats.ban(room.chat.id, sanction.user.id, until)


@MUTANTS.breaks(
    "SEND-BANNED",
    "SEND-BROADCAST-SCOPE",
    hidden_by={"banning-rotates": "who was to be banned is refused as well, with 403, for its old epoch and key"},
)
class TimedBansAreNotKept(Lasts):
    """Only a ban for good is kept; one with an end is announced and forgotten."""

    def lasts(self, duration: int) -> float:
        return 0


@MUTANTS.breaks(
    "SEND-BANNED",
    collateral={"SEND-BROADCAST-SCOPE": "the ban may be over by the time that a message is told"},
)
class BanLastsMilliseconds(Lasts):
    """The seconds of a ban are taken as milliseconds."""

    def lasts(self, duration: int) -> float:
        return duration / 1000


@MUTANTS.breaks("SEND-BANNED")
class BanLastsHalfItsTime(Lasts):
    """A ban is over after half of its time."""

    def lasts(self, duration: int) -> float:
        return duration / 2


@MUTANTS.breaks("SEND-BANNED")
class BanLastsATenthOfItsTime(Lasts):
    """A ban is over after a tenth of its time: the clock ticks in tenths."""

    def lasts(self, duration: int) -> float:
        return duration / 10


@MUTANTS.breaks("SEND-BANNED", collateral={"SEND-BROADCAST-SCOPE": "who ought to be banned hears what is said"})
class PrivateBansAreNotKept(Decisions):
    """In a private chat a ban is announced, and nothing else happens."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        if self.is_private(room.chat):
            await self.announce(state, "user:banned", self.sanction_payload(room.chat.id, sanction), room.chat.id)
        else:
            await super().apply_ban(state, room, sanction)


@MUTANTS.breaks("SEND-BANNED")
class BanIsOneSessions(Decisions):
    """A ban is kept for the session that joined first; the user's others go on sending."""

    def check_ban(self, attempt: Attempt) -> Refusal | None:
        own = [session for session, user in attempt.room.joined.items() if user == attempt.session.user.id]
        return super().check_ban(attempt) if attempt.session.id == min(own, default=attempt.session.id) else None


@MUTANTS.breaks("SEND-BANNED", "SEND-BROADCAST-SCOPE")
class OneBanAChat(Decisions):
    """A chat keeps its latest ban: the next one lifts it."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        for user_id in room.bans:
            await state.store.chats.unban(room.chat.id, user_id)
        await super().apply_ban(state, room, sanction)


@MUTANTS.breaks("SEND-BANNED")
class UnbanLiftsEveryBan(Decisions):
    """Whose ban is lifted is not looked at: all of the chat's are gone."""

    async def lift_ban(self, state: State, room: Room, target: User) -> None:
        for user_id in room.bans:
            await state.store.chats.unban(room.chat.id, user_id)
        await super().lift_ban(state, room, target)


@MUTANTS.breaks("SEND-BANNED")
class UnmuteLiftsTheBan(Decisions):
    """Mutes and bans are one record, which an unmute deletes."""

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        await super().lift_mute(state, room, target)
        await state.store.chats.unban(room.chat.id, target.id)


@MUTANTS.breaks("SEND-BANNED")
class BannedAreAnsweredOk(Swallows):
    """The banned are banned in the shadow: answered 200, and heard by nobody."""

    swallowed = "banned"


@MUTANTS.breaks("SEND-BANNED")
class BannedAreNotFound(SaysOtherwise):
    """A banned sender is answered 404 in a public chat as well."""

    cause, status = "banned", 404


@MUTANTS.breaks("SEND-BANNED")
class BannedAreUnknown(SaysOtherwise):
    """A banned sender is answered 401."""

    cause, status = "banned", 401


@MUTANTS.breaks("SEND-BANNED")
class BannedCrashTheServer(SaysOtherwise):
    """The send of a banned sender ends in an accident, and a 500."""

    cause, status = "banned", 500


# --- everywhere ------------------------------------------------------------------------------------------------------


class Reaches(Decisions):
    """Has a ban reach into further chats, as long as it holds."""

    def __init__(self) -> None:
        super().__init__()
        self._bans: dict[int, tuple[Room, float]] = {}

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        self._bans[sanction.user.id] = room, self.end_of(sanction.duration, state.now())
        await super().apply_ban(state, room, sanction)

    async def lift_ban(self, state: State, room: Room, target: User) -> None:
        self._bans.pop(target.id, None)
        await super().lift_ban(state, room, target)

    def origin(self, attempt: Attempt) -> Room | None:
        """The other chat that the sender is banned from."""
        origin, until = self._bans.get(attempt.session.user.id, (None, 0.0))
        elsewhere = origin is not None and origin.chat.id != attempt.room.chat.id
        return origin if elsewhere and self.still_holds(until, attempt.now) else None

    def reaches(self, origin: Room, attempt: Attempt) -> bool:
        """Whether the ban counts here as well."""
        return False

    def check_ban(self, attempt: Attempt) -> Refusal | None:
        origin = self.origin(attempt)
        return banned() if origin is not None and self.reaches(origin, attempt) else super().check_ban(attempt)


@MUTANTS.breaks("SEND-BANNED-SCOPE")
class BanCountsEverywhere(Reaches):
    """A ban is kept by user alone, and so it counts in every chat."""

    def reaches(self, origin: Room, attempt: Attempt) -> bool:
        return True


@MUTANTS.breaks("SEND-BANNED-SCOPE")
class BanCountsInTheOwnersChats(Reaches):
    """A ban counts in all chats of the same owner."""

    def reaches(self, origin: Room, attempt: Attempt) -> bool:
        return origin.chat.owner_id == attempt.room.chat.owner_id


@MUTANTS.breaks("SEND-BANNED-SCOPE")
class BanCountsAmongThePublic(Reaches):
    """Public chats share one list of bans."""

    def reaches(self, origin: Room, attempt: Attempt) -> bool:
        return not self.is_private(origin.chat) and not self.is_private(attempt.room.chat)


@MUTANTS.breaks("SEND-BANNED-SCOPE")
class BanTakesEveryKey(Reaches):
    """A ban takes the keys of its user in all chats, and not those of one."""

    def check_key(self, attempt: Attempt) -> Refusal | None:
        return super().check_key(attempt) if self.origin(attempt) is None else no_room_key()


@MUTANTS.breaks("SEND-BANNED-SCOPE")
class BanStrikesFromEveryList(Reaches):
    """The banned count as joined nowhere, until the ban has ended."""

    def check_joined(self, attempt: Attempt) -> Refusal | None:
        return super().check_joined(attempt) if self.origin(attempt) is None else not_joined()
