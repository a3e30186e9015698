"""Mutants of the chapter epochs: bundles of another epoch than the current one that pass, or are answered otherwise."""

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Attempt, Bundle, Cause, KeyHolder, Message, Room, Session, User
from conformance.reference.refusals import Refusal
from conformance.reference.state import State

MUTANTS = Mutants()

_OLD = {
    "CLEAR-ROTATES": "the old epoch after a clear is a stale one",
    "RACE-CLEAR": "the old epoch after a clear is a stale one, under concurrent sending too",
}


# --- epochs of the past -----------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-EPOCH-STALE", collateral=_OLD)
class LastEpochTolerated(Decisions):
    """The epoch before the current one is good as well, so that no message gets lost in a rotation."""

    def epoch_matches(self, bundle: Bundle, room: Room) -> bool:
        return bundle.epoch in (room.epoch, room.epoch - 1)


@MUTANTS.breaks("SEND-EPOCH-STALE", collateral=_OLD)
class OlderEpochsAccepted(Decisions):
    """Only an epoch above the current one is wrong."""

    def epoch_matches(self, bundle: Bundle, room: Room) -> bool:
        return bundle.epoch <= room.epoch


@MUTANTS.breaks("SEND-EPOCH-STALE", collateral=_OLD)
class OldEpochGoodForHalfAMinute(Decisions):
    """For half a minute after a rotation the epoch before it is good as well."""

    def __init__(self) -> None:
        super().__init__()
        self._rotated: dict[int, float] = {}

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        self._rotated[room.chat.id] = state.now()
        return await super().rotate(state, room, cause, user)

    def check_epoch(self, attempt: Attempt) -> Refusal | None:
        bundle, room = attempt.bundle, attempt.room
        recent = attempt.now - self._rotated.get(room.chat.id, 0) < 30
        if recent and isinstance(bundle, Bundle) and bundle.epoch == room.epoch - 1:
            return None
        return super().check_epoch(attempt)


@MUTANTS.breaks("SEND-EPOCH-STALE", collateral=_OLD)
class AnyEpochWhoseKeyIsHeld(Decisions):
    """An epoch is good as long as the sender holds its key."""

    def check_epoch(self, attempt: Attempt) -> Refusal | None:
        bundle, session = attempt.bundle, attempt.session
        if isinstance(bundle, Bundle):
            holder = KeyHolder(bundle.epoch, session.user.id, session.id)
            return None if holder in attempt.room.key_holders else super().check_epoch(attempt)
        return None


@MUTANTS.breaks("SEND-EPOCH-STALE", collateral=_OLD)
class EpochOfTheFirstSendRemembered(Decisions):
    """The epoch at which a session was accepted first stays good for it."""

    def __init__(self) -> None:
        super().__init__()
        self._first: dict[tuple[str, int], int] = {}

    async def store_message(self, state: State, attempt: Attempt) -> Message:
        self._first.setdefault((attempt.session.id, attempt.room.chat.id), attempt.room.epoch)
        return await super().store_message(state, attempt)

    def check_epoch(self, attempt: Attempt) -> Refusal | None:
        first = self._first.get((attempt.session.id, attempt.room.chat.id))
        same = isinstance(attempt.bundle, Bundle) and attempt.bundle.epoch == first
        return None if same else super().check_epoch(attempt)


@MUTANTS.breaks("SEND-EPOCH-STALE", collateral=_OLD)
class EpochOfTheJoinIsEnough(Decisions):
    """Every epoch from the one at the session's join on is good."""

    def __init__(self) -> None:
        super().__init__()
        self._joined_at: dict[tuple[str, int], int] = {}

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        self._joined_at.setdefault((session.id, room.chat.id), room.epoch)
        return await super().enter(state, room, session, sid)

    def check_epoch(self, attempt: Attempt) -> Refusal | None:
        bundle, epoch = attempt.bundle, attempt.room.epoch
        since = self._joined_at.get((attempt.session.id, attempt.room.chat.id), epoch)
        if isinstance(bundle, Bundle) and since <= bundle.epoch <= epoch:
            return None
        return super().check_epoch(attempt)


@MUTANTS.breaks("SEND-EPOCH-STALE", collateral=_OLD)
class OneStaleMessageForgiven(Decisions):
    """A session's first message of an old epoch passes, the second one does not."""

    def __init__(self) -> None:
        super().__init__()
        self._forgiven: set[tuple[str, int, int]] = set()

    def check_epoch(self, attempt: Attempt) -> Refusal | None:
        refusal = super().check_epoch(attempt)
        once = attempt.session.id, attempt.room.chat.id, attempt.room.epoch
        if refusal is None or once in self._forgiven or not _stale(attempt):
            return refusal
        self._forgiven.add(once)
        return None


@MUTANTS.breaks("SEND-EPOCH-STALE", collateral=_OLD)
class OwnerMaySendStale(Decisions):
    """The chat's owner, who rotates, may send at old epochs."""

    def check_epoch(self, attempt: Attempt) -> Refusal | None:
        if _stale(attempt) and self.owns(attempt.session.user, attempt.room.chat):
            return None
        return super().check_epoch(attempt)


@MUTANTS.breaks("SEND-EPOCH-STALE", collateral=_OLD)
class StaleIsDroppedAsAccepted(Decisions):
    """A message of an old epoch is answered with an id, and nobody hears it."""

    def check_epoch(self, attempt: Attempt) -> Refusal | None:
        return None if _stale(attempt) else super().check_epoch(attempt)

    async def store_message(self, state: State, attempt: Attempt) -> Message:
        if _stale(attempt):
            return Message("0-1", attempt.room.chat.id, attempt.session.user, "", 0, attempt.now)
        return await super().store_message(state, attempt)

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        if message.content:
            await super().broadcast(state, room, message)


def _stale(attempt: Attempt) -> bool:
    return isinstance(attempt.bundle, Bundle) and attempt.bundle.epoch < attempt.room.epoch


def _future(attempt: Attempt) -> bool:
    return isinstance(attempt.bundle, Bundle) and attempt.bundle.epoch > attempt.room.epoch


# --- epochs of the future ---------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-EPOCH-FUTURE")
class NewerEpochsAccepted(Decisions):
    """Only an epoch below the current one is wrong."""

    def epoch_matches(self, bundle: Bundle, room: Room) -> bool:
        return bundle.epoch >= room.epoch


@MUTANTS.breaks("SEND-EPOCH-FUTURE")
class NextEpochAccepted(Decisions):
    """The next epoch is good as well, for the rotation may be under way."""

    def epoch_matches(self, bundle: Bundle, room: Room) -> bool:
        return bundle.epoch in (room.epoch, room.epoch + 1)


@MUTANTS.breaks("SEND-EPOCH-FUTURE")
class FarEpochTakenForAnotherCount(Decisions):
    """An epoch far above the current one is taken for a timestamp, and passes."""

    def epoch_matches(self, bundle: Bundle, room: Room) -> bool:
        return bundle.epoch == room.epoch or bundle.epoch > room.epoch + 100


@MUTANTS.breaks("SEND-EPOCH-FUTURE")
class EpochComparedIn32Bits(Decisions):
    """Epochs are compared in their lowest 32 bits."""

    def epoch_matches(self, bundle: Bundle, room: Room) -> bool:
        return bundle.epoch % 2**32 == room.epoch % 2**32


@MUTANTS.breaks("SEND-EPOCH-FUTURE", collateral={"EPOCH-MONOTONE": "the epoch moves without an event"})
class FutureEpochAdopted(Decisions):
    """The chat moves on to the epoch of whoever sends a higher one."""

    def epoch_matches(self, bundle: Bundle, room: Room) -> bool:
        return bundle.epoch >= room.epoch

    async def store_message(self, state: State, attempt: Attempt) -> Message:
        if isinstance(attempt.bundle, Bundle):
            await state.store.chats.set_epoch(attempt.room.chat.id, attempt.bundle.epoch)
        return await super().store_message(state, attempt)


# --- another status ---------------------------------------------------------------------------------------------------


class _OtherEpochAnswered(Decisions):
    """Another status for the refusal of an old epoch, or of a future one."""

    stale_status = 403
    future_status = 403

    def check_epoch(self, attempt: Attempt) -> Refusal | None:
        refusal = super().check_epoch(attempt)
        if refusal is not None:
            refusal.status = self.stale_status if _stale(attempt) else self.future_status
        return refusal


@MUTANTS.breaks("SEND-EPOCH-STALE", "SEND-EPOCH-FUTURE", collateral={"CLEAR-ROTATES": _OLD["CLEAR-ROTATES"]})
class OtherEpochAnswered409(_OtherEpochAnswered):
    """Another epoch is a conflict."""

    stale_status = 409
    future_status = 409


@MUTANTS.breaks("SEND-EPOCH-STALE", "SEND-EPOCH-FUTURE", collateral={"CLEAR-ROTATES": _OLD["CLEAR-ROTATES"]})
class OtherEpochAnswered422(_OtherEpochAnswered):
    """A bundle of another epoch is no valid bundle."""

    stale_status = 422
    future_status = 422


@MUTANTS.breaks("SEND-EPOCH-STALE", collateral=_OLD)
class StaleAnswered410(_OtherEpochAnswered):
    """An old epoch is gone."""

    stale_status = 410


@MUTANTS.breaks("SEND-EPOCH-FUTURE")
class FutureAnswered400(_OtherEpochAnswered):
    """An epoch that there has not been is a bad request."""

    future_status = 400


@MUTANTS.breaks("SEND-EPOCH-FUTURE")
class FutureAnswered500(_OtherEpochAnswered):
    """The lookup of an epoch that there has not been fails."""

    future_status = 500


@MUTANTS.breaks("SEND-EPOCH-FUTURE")
class FutureAnswered202(_OtherEpochAnswered):
    """A bundle of a future epoch is said to be held until that epoch comes."""

    future_status = 202


# --- it is refused, and yet -------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class StaleIsStoredThoughRefused(Decisions):
    """A message of another epoch is refused, and is in the history."""

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        await super().refused(state, attempt, refusal)
        if refusal.cause == "epoch":
            await self.store_message(state, attempt)


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class FutureIsHeardThoughRefused(Decisions):
    """A message of a future epoch is refused, and everybody hears it."""

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        await super().refused(state, attempt, refusal)
        if refusal.cause == "epoch" and _future(attempt):
            message_id = f"{attempt.now * 1000:.0f}-999"
            user, chat_id = attempt.session.user, attempt.room.chat.id
            message = Message(message_id, chat_id, user, str(attempt.content), 0, attempt.now)
            await self.broadcast(state, attempt.room, message)
