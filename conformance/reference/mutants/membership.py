"""Mutants of the chapter membership: senders who have not joined."""

from dataclasses import replace

from conformance.reference.decisions import Decisions
from conformance.reference.judging import Check
from conformance.reference.lies import Mutants
from conformance.reference.records import Attempt, Message, Room, Session
from conformance.reference.refusals import Refusal
from conformance.reference.state import State

MUTANTS = Mutants()


class Swallows(Decisions):
    """Answers some refusals like an acceptance, and keeps and tells nothing."""

    swallowed: str

    def __init__(self) -> None:
        super().__init__()
        self._phantoms: set[tuple[int, str]] = set()

    def judge(self, attempt: Attempt) -> Refusal | None:
        refusal = super().judge(attempt)
        return None if refusal is not None and refusal.cause == self.swallowed else refusal

    async def store_message(self, state: State, attempt: Attempt) -> Message:
        if super().judge(attempt) is None:
            return await super().store_message(state, attempt)
        made_up = f"{int(attempt.now * 1000)}-7"
        self._phantoms.add((attempt.room.chat.id, made_up))
        return Message(made_up, attempt.room.chat.id, attempt.session.user, "", attempt.room.epoch, attempt.now)

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        if (room.chat.id, message.id) not in self._phantoms:
            await super().broadcast(state, room, message)


class SaysOtherwise(Decisions):
    """Answers one cause with a status of its own."""

    cause: str
    status: int

    def status_of(self, refusal: Refusal) -> int:
        return self.status if refusal.cause == self.cause else super().status_of(refusal)


# --- not joined ------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-JOINED")
class JoiningIsNotAskedFor(Decisions):
    """Who has the key may send, joined or not."""

    def check_joined(self, attempt: Attempt) -> Refusal | None:
        return None


@MUTANTS.breaks("SEND-JOINED")
class JoinedOnceIsJoinedForEver(Decisions):
    """Who ever joined counts as joined."""

    def is_joined(self, session: Session, room: Room) -> bool:
        return session.user.id in room.ever_joined


@MUTANTS.breaks("SEND-JOINED")
class JoinedElsewhereIsEnough(Decisions):
    """Whether a session has joined is asked for without saying which chat."""

    def __init__(self) -> None:
        self._joined: dict[str, set[int]] = {}

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        self._joined.setdefault(session.id, set()).add(room.chat.id)
        return await super().enter(state, room, session, sid)

    async def depart(self, state: State, room: Room, session_id: str, user_id: int) -> None:
        self._joined.get(session_id, set()).discard(room.chat.id)
        await super().depart(state, room, session_id, user_id)

    def check_joined(self, attempt: Attempt) -> Refusal | None:
        return None if self._joined.get(attempt.session.id) else super().check_joined(attempt)


@MUTANTS.breaks("SEND-JOINED")
class LeavingIsNoticedLate(Decisions):
    """Who joined is cached for five seconds, so who left may send for a while."""

    def __init__(self) -> None:
        self._left: dict[tuple[int, str], float] = {}

    async def depart(self, state: State, room: Room, session_id: str, user_id: int) -> None:
        self._left[room.chat.id, session_id] = state.now()
        await super().depart(state, room, session_id, user_id)

    def check_joined(self, attempt: Attempt) -> Refusal | None:
        left = self._left.get((attempt.room.chat.id, attempt.session.id), 0.0)
        return None if attempt.now - left < 5 else super().check_joined(attempt)


@MUTANTS.breaks("SEND-JOINED")
class LeavingIsForgottenByTheSendPath(Decisions):
    """The first accepted send of a session proves for good that it has joined."""

    def __init__(self) -> None:
        self._proved: set[tuple[int, str]] = set()

    def check_joined(self, attempt: Attempt) -> Refusal | None:
        who = attempt.room.chat.id, attempt.session.id
        if super().check_joined(attempt) is None:
            self._proved.add(who)
        return None if who in self._proved else super().check_joined(attempt)


@MUTANTS.breaks("SEND-JOINED")
class WhoNeverJoinedIsABot(Decisions):
    """Who never joined is taken for a bot, which needs neither joining nor a key."""

    def checks_in_order(self) -> tuple[Check, ...]:
        return tuple(self._unless_a_bot(check) for check in super().checks_in_order())

    def _unless_a_bot(self, check: Check) -> Check:
        if check not in {self.check_joined, self.check_key}:
            return check
        return lambda attempt: check(attempt) if attempt.session.user.id in attempt.room.ever_joined else None


@MUTANTS.breaks("SEND-JOINED")
class TheOwnerNeedNotJoin(Decisions):
    """The chat's owner may send without having joined."""

    def check_joined(self, attempt: Attempt) -> Refusal | None:
        return None if self.owns(attempt.session.user, attempt.room.chat) else super().check_joined(attempt)


@MUTANTS.breaks("SEND-JOINED", collateral={"SEND-BROADCAST": "what was answered 200 is heard by nobody"})
class LeaversAreAnsweredOk(Swallows):
    """The send of one who has not joined is answered 200 and dropped."""

    swallowed = "not_joined"


@MUTANTS.breaks("SEND-JOINED")
class LeaversCrashTheServer(SaysOtherwise):
    """The send of one who has not joined ends in an accident, and a 500."""

    cause, status = "not_joined", 500


@MUTANTS.breaks("SEND-JOINED")
class LeaversAreSentToTheDoor(Decisions):
    """The send of one who has not joined is answered by a redirection."""

    def status_of(self, refusal: Refusal) -> int:
        return 303 if refusal.cause == "not_joined" else super().status_of(refusal)

    def error_headers(self, refusal: Refusal) -> dict[str, str]:
        where = {"Location": "/v1/portal/chats"} if refusal.cause == "not_joined" else {}
        return {**super().error_headers(refusal), **where}


@MUTANTS.breaks("SEND-JOINED", "SEND-DISTINCT")
class LeavingIsForGood(Decisions):
    """Who left once is refused from then on, even after it joined again."""

    def __init__(self) -> None:
        self._left: set[tuple[int, str]] = set()

    async def depart(self, state: State, room: Room, session_id: str, user_id: int) -> None:
        self._left.add((room.chat.id, session_id))
        await super().depart(state, room, session_id, user_id)

    def is_joined(self, session: Session, room: Room) -> bool:
        return super().is_joined(session, room) and (room.chat.id, session.id) not in self._left


@MUTANTS.breaks("SEND-JOINED", "SEND-DISTINCT")
class KeysOfLeaversAreLost(Decisions):
    """Who left and joins again cannot be given a key any more: the old one is marked as taken."""

    def __init__(self) -> None:
        self._left: set[tuple[int, str]] = set()

    async def depart(self, state: State, room: Room, session_id: str, user_id: int) -> None:
        self._left.add((room.chat.id, session_id))
        await super().depart(state, room, session_id, user_id)

    def check_key(self, attempt: Attempt) -> Refusal | None:
        who = attempt.room.chat.id, attempt.session.id
        gone = replace(attempt, session=Session("", attempt.session.user))
        return super().check_key(gone if who in self._left else attempt)


@MUTANTS.breaks("SEND-JOINED", "SEND-DISTINCT")
class LateJoinersMayOnlyRead(Decisions):
    """Who tried to send before it joined is let in as a reader."""

    def __init__(self) -> None:
        self._readers: set[tuple[int, int]] = set()

    def check_joined(self, attempt: Attempt) -> Refusal | None:
        refusal = super().check_joined(attempt)
        who = attempt.room.chat.id, attempt.session.user.id
        if refusal is not None and attempt.session.user.id not in attempt.room.ever_joined:
            self._readers.add(who)
        return self.check_readers(attempt) if refusal is None and who in self._readers else refusal

    def check_readers(self, attempt: Attempt) -> Refusal | None:
        """A reader is refused."""
        return Refusal("reader", 403, "you may only read here")
