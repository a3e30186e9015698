"""Mutants of the chapter mutes: mutes that do not hold, are answered otherwise, or hold too widely."""

from conformance.reference import refusals
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import FOREVER, Attempt, Message, Room, Sanction, Session, User
from conformance.reference.refusals import Refusal
from conformance.reference.state import State

MUTANTS = Mutants()

_LATE = {"RACE-MUTE": "a mute that does not hold at once does not hold under concurrent sending either"}
_NO_EFFECT = {**_LATE, "MUTE-BOUNDS": "how long a mute lasts is what a send of the muted shows"}


# --- it does not hold -------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-MUTED", collateral=_LATE)
class MutesNotLookedAt(Decisions):
    """A mute is stored and announced, and no send asks for it."""

    def is_muted(self, user: User, room: Room, now: float) -> bool:
        return False


@MUTANTS.breaks("SEND-MUTED", collateral=_LATE)
class TimedMutesIgnored(Decisions):
    """Only an indefinite mute holds."""

    def is_muted(self, user: User, room: Room, now: float) -> bool:
        return room.mutes.get(user.id) == FOREVER


@MUTANTS.breaks("SEND-MUTED", collateral=_NO_EFFECT)
class IndefiniteMuteOverAtOnce(Decisions):
    """A duration of 0 ends now, as arithmetic has it."""

    def is_muted(self, user: User, room: Room, now: float) -> bool:
        return super().is_muted(user, room, now) and room.mutes[user.id] != FOREVER


@MUTANTS.breaks("SEND-MUTED", collateral=_LATE)
class MuteVerdictCachedForGood(Decisions):
    """Whether a user is muted in a chat is looked up at the first send, and remembered."""

    def __init__(self) -> None:
        super().__init__()
        self._verdicts: dict[tuple[int, int], bool] = {}

    def is_muted(self, user: User, room: Room, now: float) -> bool:
        return self._verdicts.setdefault((user.id, room.chat.id), super().is_muted(user, room, now))


@MUTANTS.breaks("SEND-MUTED", collateral=_LATE)
class MuteCheckedAtJoining(Decisions):
    """Whether a user is muted is looked at when it joins, and not when it sends."""

    def __init__(self) -> None:
        super().__init__()
        self._muted: set[tuple[int, int]] = set()

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        if super().is_muted(session.user, room, state.now()):
            self._muted.add((session.user.id, room.chat.id))
        return await super().enter(state, room, session, sid)

    def is_muted(self, user: User, room: Room, now: float) -> bool:
        return (user.id, room.chat.id) in self._muted


@MUTANTS.breaks("SEND-MUTED", collateral=_LATE)
class MuteHoldsASecondLate(Decisions):
    """A mute is noticed when a cache of one second has run out."""

    def __init__(self) -> None:
        super().__init__()
        self._since: dict[tuple[int, int], float] = {}

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        self._since[sanction.user.id, room.chat.id] = state.now()
        await super().apply_mute(state, room, sanction)

    def is_muted(self, user: User, room: Room, now: float) -> bool:
        return super().is_muted(user, room, now) and now - self._since[user.id, room.chat.id] > 1


@MUTANTS.breaks("SEND-MUTED", collateral=_LATE)
class MuteHoldsForOneSend(Decisions):
    """The refusal that tells of a mute lifts it."""

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        await super().refused(state, attempt, refusal)
        if refusal.cause == "muted":
            await state.store.chats.unmute(attempt.room.chat.id, attempt.session.user.id)


@MUTANTS.breaks("SEND-MUTED")
class MuteForgivesItsLastSeconds(Decisions):
    """A mute is over as soon as it has less than three seconds to run."""

    def is_muted(self, user: User, room: Room, now: float) -> bool:
        return super().is_muted(user, room, now + 3)


@MUTANTS.breaks("SEND-MUTED", "SEND-MUTED-TTL")
class MuteHalfAsLong(Decisions):
    """A mute lasts half of what was asked for."""

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_mute(state, room, sanction)
        if sanction.duration:
            until = state.now() + sanction.duration / 2
            await state.store.chats.mute(room.chat.id, sanction.user.id, until)


@MUTANTS.breaks("SEND-MUTED", "SEND-MUTED-TTL")
class MuteDurationInMilliseconds(Decisions):
    """The duration of a mute is taken for milliseconds."""

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_mute(state, room, sanction)
        if sanction.duration:
            until = state.now() + sanction.duration / 1000
            await state.store.chats.mute(room.chat.id, sanction.user.id, until)


@MUTANTS.breaks("SEND-MUTED", collateral=_LATE)
class MuteOfOneSessionAlone(Decisions):
    """A mute stops the session that was first refused under it; another one of the same user sends on."""

    def __init__(self) -> None:
        super().__init__()
        self._stopped: dict[tuple[int, int], str] = {}

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        self._stopped.pop((sanction.user.id, room.chat.id), None)
        await super().apply_mute(state, room, sanction)

    def check_mute(self, attempt: Attempt) -> Refusal | None:
        refusal = super().check_mute(attempt)
        if refusal is None:
            return None
        session = attempt.session
        stopped = self._stopped.setdefault((session.user.id, attempt.room.chat.id), session.id)
        return refusal if stopped == session.id else None


# --- it is answered otherwise -----------------------------------------------------------------------------------------


class _MutedAnswered(Decisions):
    """Another status than 403."""

    muted_status = 403

    def status_of(self, refusal: Refusal) -> int:
        return self.muted_status if refusal.cause == "muted" else super().status_of(refusal)


@MUTANTS.breaks("SEND-MUTED")
class MutedAnswered400(_MutedAnswered):
    """A muted sender is told that its request is bad."""

    muted_status = 400


@MUTANTS.breaks("SEND-MUTED")
class MutedAnswered401(_MutedAnswered):
    """A muted sender is told to log in."""

    muted_status = 401


@MUTANTS.breaks("SEND-MUTED")
class MutedAnswered404(_MutedAnswered):
    """A muted sender is told that there is no such chat."""

    muted_status = 404


@MUTANTS.breaks("SEND-MUTED")
class MutedAnswered423(_MutedAnswered):
    """A muted sender is told that the chat is locked."""

    muted_status = 423


@MUTANTS.breaks("SEND-MUTED")
class MutedAnswered200(_MutedAnswered):
    """A muted sender gets the body of a refusal, under the status of success."""

    muted_status = 200


@MUTANTS.breaks("SEND-MUTED", collateral=_LATE)
class MutedAreNotToldSo(Decisions):
    """A muted sender's message is answered with an id like any other, and nobody hears it."""

    def check_mute(self, attempt: Attempt) -> Refusal | None:
        return None

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        if message.sender is None or not self.is_muted(message.sender, room, state.now()):
            await super().broadcast(state, room, message)


# --- it holds too widely ----------------------------------------------------------------------------------------------


class _MutedElsewhere(Decisions):
    """Mutes under a key that more than one chat shares; the store keeps them for their own chat as well."""

    def __init__(self) -> None:
        super().__init__()
        self._mutes: dict[object, float] = {}

    def mute_key(self, room: Room, user: User) -> object:
        return user.id

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        self._mutes[self.mute_key(room, sanction.user)] = self.end_of(sanction.duration, state.now())
        await super().apply_mute(state, room, sanction)

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        self._mutes.pop(self.mute_key(room, target), None)
        await super().lift_mute(state, room, target)

    def check_mute(self, attempt: Attempt) -> Refusal | None:
        until = self._mutes.get(self.mute_key(attempt.room, attempt.session.user))
        if until is not None and self.still_holds(until, attempt.now):
            return refusals.muted(self.ttl_of_mute(until, attempt.now))
        return super().check_mute(attempt)


@MUTANTS.breaks("SEND-MUTED-SCOPE")
class MuteKeyedByUserAlone(_MutedElsewhere):
    """Mutes are kept by user, and so hold in every chat."""


@MUTANTS.breaks("SEND-MUTED-SCOPE")
class MuteInAllChatsOfTheOwner(_MutedElsewhere):
    """Whom a chat's owner mutes is muted in all chats of that owner."""

    def mute_key(self, room: Room, user: User) -> object:
        return room.chat.owner_id, user.id


@MUTANTS.breaks("SEND-MUTED-SCOPE")
class MuteInAllChatsOfAKind(_MutedElsewhere):
    """Mutes are kept by user and visibility: muted in one public chat, muted in all of them."""

    def mute_key(self, room: Room, user: User) -> object:
        return room.chat.visibility, user.id


@MUTANTS.breaks("SEND-MUTED-SCOPE")
class MuteKeptAsHardMute(Decisions):
    """A mute is stored where hard mutes are, and lifted there."""

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_mute(state, room, sanction)
        until = self.end_of(sanction.duration, state.now())
        await state.store.accounts.hard_mute(sanction.user.id, until)

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        await state.store.accounts.hard_mute(target.id, 0)
        await super().lift_mute(state, room, target)


@MUTANTS.breaks("SEND-MUTED-SCOPE")
class MuteInEveryJoinedChat(Decisions):
    """A mute is written into every chat that the user's connected sessions have joined."""

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_mute(state, room, sanction)
        until = self.end_of(sanction.duration, state.now())
        for chat_id in await _joined_chats(state, sanction.user):
            await state.store.chats.mute(chat_id, sanction.user.id, until)

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        for chat_id in await _joined_chats(state, target):
            await state.store.chats.unmute(chat_id, target.id)
        await super().lift_mute(state, room, target)


async def _joined_chats(state: State, user: User) -> list[int]:
    sessions = {socket.session_id for socket in state.hub.of_user(user.id)}
    return [chat_id for session_id in sessions for chat_id in await state.store.chats.joined_by(session_id)]


@MUTANTS.breaks("SEND-MUTED-SCOPE")
class MuteVerdictCachedByUser(Decisions):
    """That a user is muted is cached for a second under the user's id, whichever chat it was."""

    def __init__(self) -> None:
        super().__init__()
        self._until: dict[int, float] = {}

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        self._until.pop(target.id, None)
        await super().lift_mute(state, room, target)

    def check_mute(self, attempt: Attempt) -> Refusal | None:
        user_id, refusal = attempt.session.user.id, super().check_mute(attempt)
        if refusal is not None:
            self._until[user_id] = attempt.now + 1
        elif attempt.now < self._until.get(user_id, 0):
            return refusals.muted(1)
        return refusal


@MUTANTS.breaks("SEND-ACCEPT")
class MuteSilencesTheWholeChat(Decisions):
    """While anybody is muted in a chat, nobody but its owner may send there."""

    def is_muted(self, user: User, room: Room, now: float) -> bool:
        if self.owns(user, room.chat):
            return super().is_muted(user, room, now)
        return any(self.still_holds(until, now) for until in room.mutes.values())

    def check_mute(self, attempt: Attempt) -> Refusal | None:
        user, room, now = attempt.session.user, attempt.room, attempt.now
        if not self.is_muted(user, room, now):
            return None
        return refusals.muted(self.ttl_of_mute(room.mutes.get(user.id, FOREVER), now))


# --- it is refused, and yet -------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class MutedIsStoredThoughRefused(Decisions):
    """A muted sender's message is refused, and is in the history."""

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        await super().refused(state, attempt, refusal)
        if refusal.cause == "muted":
            await self.store_message(state, attempt)


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class MutedIsHeardByItself(Decisions):
    """A muted sender's message is refused, and sent to the sender's own client as if nothing were."""

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        await super().refused(state, attempt, refusal)
        if refusal.cause == "muted":
            message_id = f"{attempt.now * 1000:.0f}-999"
            user, chat_id = attempt.session.user, attempt.room.chat.id
            message = Message(message_id, chat_id, user, str(attempt.content), 0, attempt.now)
            sids = [socket.sid for socket in state.hub.of_user(attempt.session.user.id)]
            await self.deliver(state, "message:new", self.event_payload(message, attempt.room), sids)


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class MutedIsPostedAfterUnmute(Decisions):
    """What a muted sender was refused is kept in a queue, and posted when the mute is lifted."""

    def __init__(self) -> None:
        super().__init__()
        self._queues: dict[tuple[int, int], list[Attempt]] = {}

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        await super().refused(state, attempt, refusal)
        if refusal.cause == "muted":
            self._queues.setdefault((attempt.session.user.id, attempt.room.chat.id), []).append(attempt)

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        await super().lift_mute(state, room, target)
        for attempt in self._queues.pop((target.id, room.chat.id), []):
            await self.broadcast(state, room, await self.store_message(state, attempt))
