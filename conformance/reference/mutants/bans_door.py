"""Mutants of the chapter bans-membership: bans at the door, and lifting what is not there."""

from conformance.reference import refusals
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import FOREVER, Room, Sanction, Session, User
from conformance.reference.refusals import Refusal
from conformance.reference.state import State

MUTANTS = Mutants()


# --- the door ---------------------------------------------------------------------------------------------------------


class Door(Decisions):
    """Asks otherwise whether somebody who wants in is banned."""

    def is_kept_out(self, user: User, room: Room, now: float) -> bool:
        """Whether a ban keeps the user out."""
        return False

    def refuses_join(self, user: User, room: Room, now: float) -> Refusal | None:
        refusal = super().refuses_join(user, room, now)
        if refusal is None or refusal.cause != "banned" or self.is_kept_out(user, room, now):
            return refusal
        return None if self.may_join(user, room) else refusals.outsider()


@MUTANTS.breaks("BAN-REJOIN")
class BansAreNotAskedForAtTheDoor(Door):
    """A ban stops sends, and anybody may join."""


@MUTANTS.breaks("BAN-REJOIN")
class WhoIsInMayJoinAgain(Door):
    """Who has joined is in, and not looked up in the list of bans."""

    def is_kept_out(self, user: User, room: Room, now: float) -> bool:
        return user.id not in room.joined.values()


@MUTANTS.breaks("BAN-REJOIN")
class WhoNeverWasInMayJoin(Door):
    """A ban is found by way of the list of those who ever joined."""

    def is_kept_out(self, user: User, room: Room, now: float) -> bool:
        return user.id in room.ever_joined


@MUTANTS.breaks("BAN-REJOIN")
class TheDoorKnowsBansForGoodAlone(Door):
    """Who is banned for a while may join."""

    def is_kept_out(self, user: User, room: Room, now: float) -> bool:
        return room.bans[user.id] == FOREVER


@MUTANTS.breaks("BAN-REJOIN")
class TheDoorKnowsTimedBansAlone(Door):
    """A ban without an end is none to the door, which compares with the clock."""

    def is_kept_out(self, user: User, room: Room, now: float) -> bool:
        return room.bans[user.id] != FOREVER


@MUTANTS.breaks("BAN-REJOIN")
class TheDoorOpensTwoSecondsEarly(Door):
    """At the door a ban is over two seconds before its end."""

    def is_kept_out(self, user: User, room: Room, now: float) -> bool:
        return now < room.bans[user.id] - 2


@MUTANTS.breaks("BAN-REJOIN")
class TheDoorOpensAtTheSecondKnock(Door):
    """A ban is taken from the door's list when it is met."""

    def __init__(self) -> None:
        super().__init__()
        self._met: set[tuple[int, int, float]] = set()

    def is_kept_out(self, user: User, room: Room, now: float) -> bool:
        ban = room.chat.id, user.id, room.bans[user.id]
        known = ban in self._met
        self._met.add(ban)
        return not known


class _Since(Door):
    """Knows since when somebody is banned."""

    def __init__(self) -> None:
        super().__init__()
        self._since: dict[tuple[int, int], float] = {}

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        self._since[room.chat.id, sanction.user.id] = state.now()
        await super().apply_ban(state, room, sanction)


@MUTANTS.breaks("BAN-REJOIN")
class TheDoorNoticesLate(_Since):
    """A ban reaches the door a second after it was answered."""

    def is_kept_out(self, user: User, room: Room, now: float) -> bool:
        return now - self._since[room.chat.id, user.id] > 1


@MUTANTS.breaks("BAN-REJOIN")
class LeavingEndsTheBan(Decisions):
    """What is known of a user in a chat is deleted when its last session leaves, the ban as well."""

    async def depart(self, state: State, room: Room, session_id: str, user_id: int) -> None:
        await super().depart(state, room, session_id, user_id)
        await state.store.chats.unban(room.chat.id, user_id)


class _Sessions(Door):
    """Lets some sessions of the banned in."""

    def lets_in(self, session: Session, room: Room) -> bool:
        """Whether the banned is let in with that session."""
        raise NotImplementedError

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        if self.is_banned(session.user, room, state.now()) and not self.lets_in(session, room):
            raise refusals.banned()
        return await super().enter(state, room, session, sid)


@MUTANTS.breaks("BAN-REJOIN")
class SecondSessionsAreLetIn(_Sessions):
    """A ban keeps out the sessions that were in."""

    def lets_in(self, session: Session, room: Room) -> bool:
        return session.user.id in room.joined.values() and session.id not in room.joined


@MUTANTS.breaks("BAN-REJOIN")
class NewLoginsAreLetIn(_Sessions):
    """A ban is of the sessions that there are, so a login after it is let in."""

    def __init__(self) -> None:
        super().__init__()
        self._known: set[str] = set()
        self._banned: set[str] = set()

    async def session_of(self, state: State, secret: str | None) -> Session | None:
        session = await super().session_of(state, secret)
        if session is not None:
            self._known.add(session.id)
        return session

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        self._banned |= self._known
        await super().apply_ban(state, room, sanction)

    def lets_in(self, session: Session, room: Room) -> bool:
        return session.id not in self._banned


@MUTANTS.breaks("BAN-REJOIN", collateral={"SEND-BROADCAST-SCOPE": "who was refused and is inside hears messages"})
class RefusedAtTheDoorAndLetIn(Door):
    """Who is banned joins, and is told that it may not."""

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        entered = await super().enter(state, room, session, sid)
        if self.is_banned(session.user, room, state.now()):
            raise refusals.banned()
        return entered


@MUTANTS.breaks("BAN-REJOIN", collateral={"SEND-BROADCAST-SCOPE": "who was refused and listens hears messages"})
class RefusedAtTheDoorAndListening(Door):
    """The socket is made to listen before it is asked whether its user is banned."""

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        if self.is_banned(session.user, room, state.now()):
            state.hub.listen(sid, room.chat.id)
            raise refusals.banned()
        return await super().enter(state, room, session, sid)


# --- lifting what is not there ----------------------------------------------------------------------------------------


class Unban(Decisions):
    """Does something else where there is no ban to lift."""

    async def lift_ban(self, state: State, room: Room, target: User) -> None:
        if not self.is_banned(target, room, state.now()):
            await self.instead(state, room, target)
        await super().lift_ban(state, room, target)

    async def instead(self, state: State, room: Room, target: User) -> None:
        """What comes before the unban of somebody who is not banned."""
        raise NotImplementedError


@MUTANTS.breaks("UNBAN-IDEMPOTENT")
class UnbanNeedsABan(Unban):
    """Who is not banned cannot be unbanned: 404."""

    async def instead(self, state: State, room: Room, target: User) -> None:
        raise refusals.unknown("ban")


@MUTANTS.breaks("UNBAN-IDEMPOTENT")
class UnbanOfTheNeverBannedIsNotFound(Unban):
    """Who was never banned cannot be unbanned; a second unban finds the record of the first."""

    def __init__(self) -> None:
        super().__init__()
        self._known: set[tuple[int, int]] = set()

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        self._known.add((room.chat.id, sanction.user.id))
        await super().apply_ban(state, room, sanction)

    async def instead(self, state: State, room: Room, target: User) -> None:
        if (room.chat.id, target.id) not in self._known:
            raise refusals.unknown("ban")


@MUTANTS.breaks("UNBAN-IDEMPOTENT")
class SecondUnbanIsAConflict(Unban):
    """Who was unbanned cannot be unbanned again: 409."""

    def __init__(self) -> None:
        super().__init__()
        self._lifted: set[tuple[int, int]] = set()

    async def lift_ban(self, state: State, room: Room, target: User) -> None:
        await super().lift_ban(state, room, target)
        if target.id in room.bans:
            self._lifted.add((room.chat.id, target.id))

    async def instead(self, state: State, room: Room, target: User) -> None:
        if (room.chat.id, target.id) in self._lifted:
            raise Refusal("lifted", 409, "this ban was lifted already")


@MUTANTS.breaks("UNBAN-IDEMPOTENT")
class UnbanOfWhatRanOutIsGone(Unban):
    """A ban that has run out cannot be lifted: 410."""

    async def instead(self, state: State, room: Room, target: User) -> None:
        if target.id in room.bans:
            raise Refusal("over", 410, "this ban is over")


@MUTANTS.breaks("UNBAN-IDEMPOTENT")
class UnbanOfStrangersIsNotFound(Unban):
    """Who never was in the chat is nobody there."""

    async def instead(self, state: State, room: Room, target: User) -> None:
        if target.id not in room.ever_joined:
            raise refusals.unknown("user")


@MUTANTS.breaks("UNBAN-IDEMPOTENT")
class UnbanOfNobodyCrashes(Unban):
    """There is no ban, and its fields are read all the same: a 500."""

    async def instead(self, state: State, room: Room, target: User) -> None:
        raise KeyError(target.id)


@MUTANTS.breaks("UNBAN-IDEMPOTENT")
class UnbanTogglesTheBan(Unban):
    """An unban turns round what holds."""

    async def lift_ban(self, state: State, room: Room, target: User) -> None:
        if self.is_banned(target, room, state.now()):
            await super().lift_ban(state, room, target)
        else:
            await state.store.chats.ban(room.chat.id, target.id, FOREVER)


@MUTANTS.breaks("UNBAN-IDEMPOTENT")
class SecondUnbanBringsTheBanBack(Decisions):
    """An unban turns the record of a ban off, and the next one on again."""

    def __init__(self) -> None:
        super().__init__()
        self._lifted: set[tuple[int, int]] = set()

    async def lift_ban(self, state: State, room: Room, target: User) -> None:
        one = room.chat.id, target.id
        await super().lift_ban(state, room, target)
        if target.id in room.bans:
            self._lifted.add(one)
        elif one in self._lifted:
            await state.store.chats.ban(room.chat.id, target.id, FOREVER)
