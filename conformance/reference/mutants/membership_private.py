"""Mutants of the chapter membership: private chats."""

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.mutants.membership import SaysOtherwise, Swallows
from conformance.reference.records import Attempt, Room, User
from conformance.reference.refusals import Refusal
from conformance.reference.state import State

MUTANTS = Mutants()


@MUTANTS.breaks("SEND-PRIVATE")
class PrivateChatsAreGuardedAtTheDoor(Decisions):
    """Membership is asked for at joining alone, so a former member goes on sending."""

    def check_membership(self, attempt: Attempt) -> Refusal | None:
        return None


@MUTANTS.breaks("SEND-PRIVATE")
class FormerMembersAreCached(Decisions):
    """Who was seen as a member once stays one in the cache of the send path."""

    def __init__(self) -> None:
        self._members: set[tuple[int, int]] = set()

    def check_membership(self, attempt: Attempt) -> Refusal | None:
        who = attempt.room.chat.id, attempt.session.user.id
        if super().check_membership(attempt) is None:
            self._members.add(who)
        return None if who in self._members else super().check_membership(attempt)


@MUTANTS.breaks("SEND-PRIVATE")
class MembershipIsCachedForAWhile(Decisions):
    """Membership is looked up every ten seconds, and believed in between."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, int], float] = {}

    def check_membership(self, attempt: Attempt) -> Refusal | None:
        who = attempt.room.chat.id, attempt.session.user.id
        if attempt.now - self._seen.get(who, 0.0) < 10:
            return None
        refusal = super().check_membership(attempt)
        if refusal is None:
            self._seen[who] = attempt.now
        return refusal


@MUTANTS.breaks("SEND-PRIVATE")
class WhoHasTheKeyIsAMember(Decisions):
    """In a private chat who has the key may send: how else would it have the key."""

    def check_membership(self, attempt: Attempt) -> Refusal | None:
        return None if self.has_key(attempt.session, attempt.room) else super().check_membership(attempt)


@MUTANTS.breaks("SEND-PRIVATE")
class MembershipOfAnotherChatIsEnough(Decisions):
    """Whether the sender is a member is asked for without saying of which private chat."""

    def __init__(self) -> None:
        self._members: dict[int, frozenset[int]] = {}

    async def look_at(self, state: State, chat_id: int) -> Room | None:
        room = await super().look_at(state, chat_id)
        if room is not None and self.is_private(room.chat):
            self._members[chat_id] = room.members
        return room

    def check_membership(self, attempt: Attempt) -> Refusal | None:
        anywhere = any(attempt.session.user.id in members for members in self._members.values())
        return None if anywhere else super().check_membership(attempt)


@MUTANTS.breaks("SEND-PRIVATE", "SEND-DISTINCT")
class MembersAreThoseOfTheBeginning(Decisions):
    """The members of a private chat are read once, when somebody first joins it."""

    def __init__(self) -> None:
        self._first: dict[int, frozenset[int]] = {}

    async def look_at(self, state: State, chat_id: int) -> Room | None:
        room = await super().look_at(state, chat_id)
        if room is not None:
            self._first.setdefault(chat_id, room.members)
        return room

    def check_membership(self, attempt: Attempt) -> Refusal | None:
        user, room = attempt.session.user, attempt.room
        if self.is_private(room.chat) and not self.owns(user, room.chat) and user.id not in self._first[room.chat.id]:
            return super().check_membership(attempt) or Refusal("outsider", 403, "you are not a member of this chat")
        return super().check_membership(attempt)


@MUTANTS.breaks("SEND-PRIVATE", "SEND-BANNED-LIFTED", "SEND-DISTINCT")
class OutsidersAreRemembered(Decisions):
    """Who was turned away from a private chat once is turned away for good."""

    def __init__(self) -> None:
        self._turned_away: dict[tuple[int, int], Refusal] = {}

    def check_membership(self, attempt: Attempt) -> Refusal | None:
        who = attempt.room.chat.id, attempt.session.user.id
        refusal = super().check_membership(attempt)
        if refusal is not None:
            self._turned_away.setdefault(who, refusal)
        return self._turned_away.get(who)


@MUTANTS.breaks("SEND-PRIVATE", "SEND-BANNED")
class OutsidersAreUnknown(SaysOtherwise):
    """The send of an outsider is answered 401, as if it had no session."""

    cause, status = "outsider", 401


@MUTANTS.breaks("SEND-PRIVATE", "SEND-BANNED")
class OutsidersAreMalformed(SaysOtherwise):
    """The send of an outsider is answered 422, as if its bundle were at fault."""

    cause, status = "outsider", 422


@MUTANTS.breaks("SEND-PRIVATE", "SEND-BANNED")
class OutsidersCrashTheServer(SaysOtherwise):
    """The send of an outsider ends in an accident, and a 500."""

    cause, status = "outsider", 500


@MUTANTS.breaks("SEND-PRIVATE", "SEND-BANNED")
class OutsidersAreAnsweredOk(Swallows):
    """The send of an outsider is answered 200 and dropped."""

    swallowed = "outsider"


@MUTANTS.breaks("SEND-PRIVATE")
class WhoeverIsInIsAMember(Decisions):
    """In a private chat whoever has joined passes as a member."""

    def is_present(self, user: User, room: Room) -> bool:
        """Whether any session of the user has joined."""
        return user.id in room.joined.values()

    def check_membership(self, attempt: Attempt) -> Refusal | None:
        here = self.is_present(attempt.session.user, attempt.room)
        return None if here else super().check_membership(attempt)
