"""Mutants of the chapter keys: senders without the chat key that pass, or who are not cured by it."""

from conformance.reference import refusals
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Attempt, Bundle, Cause, KeyHolder, Message, Room, Session, Share, User
from conformance.reference.refusals import Refusal
from conformance.reference.state import State

MUTANTS = Mutants()

_SESSION = {"KEY-SESSION": "another session of the user without the key is a sender without it"}
_KICKED = {"KICK-OK": "who was kicked has the key of an earlier epoch only"}
_ANYONE = {**_SESSION, **_KICKED}
_CURED = ("SEND-NOKEY-CURED", "SEND-DISTINCT")


# --- without any key --------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-NOKEY", "SEND-NOKEY-ROTATED", collateral=_ANYONE)
class KeyNotAskedFor(Decisions):
    """Who has joined may send, with or without the key."""

    def has_key(self, session: Session, room: Room) -> bool:
        return True


@MUTANTS.breaks("SEND-NOKEY", "SEND-NOKEY-ROTATED", collateral=_ANYONE)
class KeyOfAnybodyCounts(Decisions):
    """The chat has a key as soon as anybody was given it."""

    def has_key(self, session: Session, room: Room) -> bool:
        return any(holder.epoch == room.epoch for holder in room.key_holders)


@MUTANTS.breaks("SEND-NOKEY", "SEND-NOKEY-ROTATED", collateral=_ANYONE)
class PublicKeyCountsAsChatKey(Decisions):
    """A session that registered its public key counts as having been given the chat's."""

    def __init__(self) -> None:
        super().__init__()
        self._registered: set[str] = set()

    async def register_key(self, state: State, session: Session, public_key: str) -> bool:
        self._registered.add(session.id)
        return await super().register_key(state, session, public_key)

    def has_key(self, session: Session, room: Room) -> bool:
        return session.id in self._registered or super().has_key(session, room)


@MUTANTS.breaks("SEND-NOKEY", "SEND-NOKEY-ROTATED", collateral=_ANYONE)
class KeyNotAskedForAfterJoining(Decisions):
    """For a minute after its join a session needs no key, so that others have time to share it."""

    def __init__(self) -> None:
        super().__init__()
        self._joined_at: dict[tuple[str, int], float] = {}

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        self._joined_at[session.id, room.chat.id] = state.now()
        return await super().enter(state, room, session, sid)

    def check_key(self, attempt: Attempt) -> Refusal | None:
        since = self._joined_at.get((attempt.session.id, attempt.room.chat.id), 0)
        return None if attempt.now - since < 60 else super().check_key(attempt)


@MUTANTS.breaks("SEND-NOKEY", collateral=_SESSION)
class KeyOfAnotherChatCounts(Decisions):
    """Keys are kept by epoch and session, and the chat is forgotten."""

    def __init__(self) -> None:
        super().__init__()
        self._holders: set[tuple[int, str]] = set()

    async def keep_key(self, state: State, share: Share) -> None:
        self._holders.add((share.epoch, share.session_id))
        await super().keep_key(state, share)

    def has_key(self, session: Session, room: Room) -> bool:
        return (room.epoch, session.id) in self._holders


@MUTANTS.breaks("SEND-NOKEY", collateral=_SESSION)
class FirstEpochNeedsNoKey(Decisions):
    """Before the first rotation nobody is asked for a key."""

    def has_key(self, session: Session, room: Room) -> bool:
        return room.epoch == self.first_epoch() or super().has_key(session, room)


@MUTANTS.breaks("SEND-NOKEY", collateral=_SESSION)
class FirstMessageNeedsNoKey(Decisions):
    """A session's first message in a chat passes without the key."""

    def __init__(self) -> None:
        super().__init__()
        self._spoke: set[tuple[str, int]] = set()

    async def store_message(self, state: State, attempt: Attempt) -> Message:
        self._spoke.add((attempt.session.id, attempt.room.chat.id))
        return await super().store_message(state, attempt)

    def check_key(self, attempt: Attempt) -> Refusal | None:
        spoke = (attempt.session.id, attempt.room.chat.id) in self._spoke
        return super().check_key(attempt) if spoke else None


@MUTANTS.breaks("SEND-NOKEY")
class OwnerNeedsNoKey(Decisions):
    """The chat's owner is not asked for a key."""

    def has_key(self, session: Session, room: Room) -> bool:
        return self.owns(session.user, room.chat) or super().has_key(session, room)


@MUTANTS.breaks("SEND-NOKEY", "SEND-NOKEY-ROTATED", collateral=_ANYONE)
class KeylessAreNotToldSo(Decisions):
    """A message of somebody without the key is answered with an id, and nobody hears it."""

    def check_key(self, attempt: Attempt) -> Refusal | None:
        return None

    async def store_message(self, state: State, attempt: Attempt) -> Message:
        if self.has_key(attempt.session, attempt.room):
            return await super().store_message(state, attempt)
        return Message("0-1", attempt.room.chat.id, attempt.session.user, "", 0, attempt.now)

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        if message.content:
            await super().broadcast(state, room, message)


# --- another status ---------------------------------------------------------------------------------------------------


class _KeylessAnswered(Decisions):
    """Another status than 403."""

    keyless_status = 403

    def status_of(self, refusal: Refusal) -> int:
        return self.keyless_status if refusal.cause == "no_key" else super().status_of(refusal)


@MUTANTS.breaks("SEND-NOKEY", "SEND-NOKEY-ROTATED", collateral=_SESSION)
class KeylessAnswered404(_KeylessAnswered):
    """There is no such key, so it is not found."""

    keyless_status = 404


@MUTANTS.breaks("SEND-NOKEY", "SEND-NOKEY-ROTATED", collateral=_SESSION)
class KeylessAnswered409(_KeylessAnswered):
    """A missing key is a conflict."""

    keyless_status = 409


@MUTANTS.breaks("SEND-NOKEY", "SEND-NOKEY-ROTATED", collateral=_SESSION)
class KeylessAnswered428(_KeylessAnswered):
    """A missing key is a missing precondition."""

    keyless_status = 428


@MUTANTS.breaks("SEND-NOKEY", "SEND-NOKEY-ROTATED", collateral=_SESSION)
class KeylessAnswered500(_KeylessAnswered):
    """The lookup of a key that is not there fails."""

    keyless_status = 500


# --- with an old key --------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-NOKEY-ROTATED", collateral=_KICKED)
class KeyOfAnyEpochCounts(Decisions):
    """Keys are kept by chat and session, and the epoch is forgotten."""

    def has_key(self, session: Session, room: Room) -> bool:
        return any(holder.session_id == session.id for holder in room.key_holders)


@MUTANTS.breaks("SEND-NOKEY-ROTATED", collateral=_KICKED)
class KeyOfTheLastEpochCounts(Decisions):
    """The key before the current one counts as well."""

    def has_key(self, session: Session, room: Room) -> bool:
        before = KeyHolder(room.epoch - 1, session.user.id, session.id)
        return before in room.key_holders or super().has_key(session, room)


@MUTANTS.breaks("SEND-NOKEY-ROTATED", collateral=_KICKED)
class KeysCarriedOver(Decisions):
    """A rotation writes down everybody's key again, for the new epoch."""

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        epoch = await super().rotate(state, room, cause, user)
        for holder in room.key_holders:
            giver = Session(holder.session_id, User(holder.user_id, ""))
            share = Share(room.chat.id, epoch, giver, holder.user_id, holder.session_id, "AAAA")
            await state.store.chats.put_key(share)
        return epoch


@MUTANTS.breaks("SEND-NOKEY-ROTATED", collateral=_KICKED)
class KeyVerdictCachedForGood(Decisions):
    """Once a session was seen with the key of a chat, that is remembered."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: set[tuple[str, int]] = set()

    def has_key(self, session: Session, room: Room) -> bool:
        if super().has_key(session, room):
            self._seen.add((session.id, room.chat.id))
        return (session.id, room.chat.id) in self._seen


@MUTANTS.breaks("SEND-NOKEY-ROTATED", collateral=_KICKED)
class OldKeyGoodForHalfAMinute(Decisions):
    """For half a minute after a rotation the old key counts."""

    def __init__(self) -> None:
        super().__init__()
        self._rotated: dict[int, float] = {}

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        self._rotated[room.chat.id] = state.now()
        return await super().rotate(state, room, cause, user)

    def check_key(self, attempt: Attempt) -> Refusal | None:
        room, session = attempt.room, attempt.session
        recent = attempt.now - self._rotated.get(room.chat.id, 0) < 30
        before = KeyHolder(room.epoch - 1, session.user.id, session.id)
        return None if recent and before in room.key_holders else super().check_key(attempt)


@MUTANTS.breaks("SEND-NOKEY-ROTATED", collateral=_KICKED)
class KeyAskedForInTheFirstEpochAlone(Decisions):
    """After the first rotation nobody is asked for a key any more."""

    def has_key(self, session: Session, room: Room) -> bool:
        return room.epoch > self.first_epoch() or super().has_key(session, room)


# --- not cured --------------------------------------------------------------------------------------------------------


@MUTANTS.breaks(*_CURED)
class KeylessVerdictCached(Decisions):
    """Once a session was seen without the key of an epoch, that is remembered."""

    def __init__(self) -> None:
        super().__init__()
        self._without: set[tuple[str, int, int]] = set()

    def check_key(self, attempt: Attempt) -> Refusal | None:
        name = attempt.session.id, attempt.room.chat.id, attempt.room.epoch
        if super().check_key(attempt) is not None:
            self._without.add(name)
        return refusals.no_room_key() if name in self._without else None


@MUTANTS.breaks(*_CURED)
class KeyCountsAfterRejoin(Decisions):
    """Who was refused for want of the key has to join again, key or not."""

    def __init__(self) -> None:
        super().__init__()
        self._refused: set[tuple[str, int]] = set()

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        self._refused.discard((session.id, room.chat.id))
        return await super().enter(state, room, session, sid)

    def check_key(self, attempt: Attempt) -> Refusal | None:
        name = attempt.session.id, attempt.room.chat.id
        if super().check_key(attempt) is not None:
            self._refused.add(name)
        return refusals.no_room_key() if name in self._refused else None


@MUTANTS.breaks(*_CURED)
class LateKeySeenASecondLate(Decisions):
    """That a session has no key is cached for a second, also where it is given one meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._refused: dict[tuple[str, int], float] = {}

    def check_key(self, attempt: Attempt) -> Refusal | None:
        name, refusal = (attempt.session.id, attempt.room.chat.id), super().check_key(attempt)
        if refusal is not None:
            self._refused[name] = attempt.now
        elif attempt.now - self._refused.get(name, 0) < 1:
            return refusals.no_room_key()
        return refusal


@MUTANTS.breaks(*_CURED)
class KeylessBundleTakenForReplay(Decisions):
    """A bundle that was refused for want of the key is refused as a replay ever after."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: set[str] = set()

    def check_key(self, attempt: Attempt) -> Refusal | None:
        ct, refusal = attempt.bundle.ct if isinstance(attempt.bundle, Bundle) else "", super().check_key(attempt)
        if refusal is not None:
            self._seen.add(ct)
        elif ct in self._seen:
            return Refusal("replay", 409, "this message was sent before")
        return refusal


@MUTANTS.breaks(*_CURED)
class KeyShareLostOnTheRefused(Decisions):
    """A key for a session that was refused for want of it is forwarded, and not stored."""

    def __init__(self) -> None:
        super().__init__()
        self._refused: set[str] = set()

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        await super().refused(state, attempt, refusal)
        if refusal.cause == "no_key":
            self._refused.add(attempt.session.id)

    async def keep_key(self, state: State, share: Share) -> None:
        if share.session_id not in self._refused:
            await super().keep_key(state, share)


@MUTANTS.breaks("SEND-NOKEY-CURED", "SEND-DISTINCT")
class KeyOfTheDistributorAlone(Decisions):
    """Only what the first sharer of an epoch hands on is stored."""

    async def keep_key(self, state: State, share: Share) -> None:
        room = await self.look_at(state, share.chat_id)
        if room is None or room.distributors.get(share.epoch, share.giver.id) == share.giver.id:
            await super().keep_key(state, share)


@MUTANTS.breaks("SEND-ACCEPT", "SEND-NOKEY", "SEND-NOKEY-CURED", "SEND-DISTINCT")
class KeyCountsForItsGiver(Decisions):
    """A shared key is stored under the session that hands it on, and not under the one that receives it."""

    async def keep_key(self, state: State, share: Share) -> None:
        giver = share.giver
        await super().keep_key(state, Share(share.chat_id, share.epoch, giver, giver.user.id, giver.id, share.blob))


# --- it is refused, and yet -------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class KeylessIsStoredThoughRefused(Decisions):
    """A message of a sender without the key is refused, and is in the history."""

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        await super().refused(state, attempt, refusal)
        if refusal.cause == "no_key":
            await self.store_message(state, attempt)
