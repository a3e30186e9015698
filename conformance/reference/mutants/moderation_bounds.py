"""Mutants of the chapter moderation: how long a mute may be, and how long its reason."""

from dataclasses import replace

from conformance.reference import refusals
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Room, Sanction
from conformance.reference.state import State

MUTANTS = Mutants()


class Longest(Decisions):
    """Bounds a mute otherwise, and leaves bans alone."""

    def is_mute(self, duration: int) -> bool:
        """Whether a mute may last so long."""
        raise NotImplementedError

    def is_duration(self, duration: int, longest: int) -> bool:
        return self.is_mute(duration) if longest == self.max_mute_s else super().is_duration(duration, longest)


# --- the duration -----------------------------------------------------------------------------------------------------


@MUTANTS.breaks("MUTE-BOUNDS")
class MuteOfADayAndASecond(Longest):
    """The longest mute is a second longer than a day."""

    def is_mute(self, duration: int) -> bool:
        return 0 <= duration <= self.max_mute_s + 1


@MUTANTS.breaks("MUTE-BOUNDS")
class MuteOfADayIsTooLong(Longest):
    """A mute has to be shorter than a day."""

    def is_mute(self, duration: int) -> bool:
        return 0 <= duration < self.max_mute_s


@MUTANTS.breaks("MUTE-BOUNDS")
class MuteAsLongAsABan(Longest):
    """Mutes are bounded as bans are."""

    def is_mute(self, duration: int) -> bool:
        return 0 <= duration <= self.max_ban_s


@MUTANTS.breaks("MUTE-BOUNDS")
class MuteHasALowerBoundAlone(Longest):
    """A mute may last as long as anybody likes."""

    def is_mute(self, duration: int) -> bool:
        return duration >= 0


@MUTANTS.breaks("MUTE-BOUNDS")
class MuteHasAnUpperBoundAlone(Longest):
    """A negative mute is answered ok, and is over before it begins."""

    def is_mute(self, duration: int) -> bool:
        return duration <= self.max_mute_s


@MUTANTS.breaks("MUTE-BOUNDS")
class NegativeMuteIsForGood(Longest):
    """A duration of -1 is one without an end."""

    def is_mute(self, duration: int) -> bool:
        return -1 <= duration <= self.max_mute_s

    def end_of(self, duration: int, now: float) -> float:
        return super().end_of(max(duration, 0), now)


@MUTANTS.breaks("MUTE-BOUNDS")
class TooLongAMuteIsCut(Longest):
    """A mute that is too long is one of a day."""

    def is_mute(self, duration: int) -> bool:
        return duration >= 0

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_mute(state, room, replace(sanction, duration=min(sanction.duration, self.max_mute_s)))


@MUTANTS.breaks("MUTE-BOUNDS")
class TooLongAMuteIsRefusedAndKept(Longest):
    """A mute is kept first and measured then."""

    def is_mute(self, duration: int) -> bool:
        return duration >= 0

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_mute(state, room, sanction)
        if sanction.duration > self.max_mute_s:
            raise refusals.invalid("duration is out of bounds")


@MUTANTS.breaks("MUTE-BOUNDS")
class TooLongAMuteIsRefusedAndTold(Longest):
    """A mute is told first and measured then."""

    def is_mute(self, duration: int) -> bool:
        return duration >= 0

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        if sanction.duration <= self.max_mute_s:
            await super().apply_mute(state, room, sanction)
            return
        await self.announce(state, "user:muted", self.sanction_payload(room.chat.id, sanction), room.chat.id)
        raise refusals.invalid("duration is out of bounds")


@MUTANTS.breaks("MUTE-BOUNDS")
class MuteOfManyYearsCrashes(Longest):
    """A duration that the calendar does not hold ends in an accident, and a 500."""

    def is_mute(self, duration: int) -> bool:
        if duration > 2**31:
            raise OverflowError
        return 0 <= duration <= self.max_mute_s


@MUTANTS.breaks("MUTE-BOUNDS")
class MuteOfADayIsForgotten(Decisions):
    """The longest mute is answered and told, and not kept."""

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_mute(state, room, sanction)
        if sanction.duration == self.max_mute_s:
            await state.store.chats.unmute(room.chat.id, sanction.user.id)


# --- durations that stand for others ----------------------------------------------------------------------------------


@MUTANTS.breaks("MUTE-BOUNDS")
class MuteByDefaultIsForGood(Decisions):
    """A mute without a duration has no end."""

    default_mute_s = 0


@MUTANTS.breaks("MUTE-BOUNDS")
class MuteByDefaultIsAMinute(Decisions):
    """A mute without a duration lasts a minute."""

    default_mute_s = 60


@MUTANTS.breaks("MUTE-BOUNDS")
class MuteByDefaultIsTenMinutes(Decisions):
    """A mute without a duration lasts ten minutes."""

    default_mute_s = 600


@MUTANTS.breaks("MUTE-BOUNDS")
class MuteByDefaultIsFiveHours(Decisions):
    """The default of 300 is counted in minutes."""

    default_mute_s = 300 * 60


@MUTANTS.breaks("MUTE-BOUNDS")
class MuteByDefaultIsTheLongest(Decisions):
    """A mute without a duration is as long as can be."""

    default_mute_s = Decisions.max_mute_s


@MUTANTS.breaks("MUTE-BOUNDS")
class MuteNeedsADuration(Decisions):
    """A mute without a duration is refused."""

    default_mute_s = -1


@MUTANTS.breaks("MUTE-BOUNDS")
class MuteByDefaultHasNoEffect(Decisions):
    """A mute without a duration is answered and told, and not kept."""

    default_mute_s = 86_399

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_mute(state, room, sanction)
        if sanction.duration == self.default_mute_s:
            await state.store.chats.unmute(room.chat.id, sanction.user.id)


@MUTANTS.breaks("MUTE-BOUNDS", collateral={"MUTE-OK": "a mute for good is not answered ok"})
class MuteOf0IsRefused(Longest):
    """A mute has to last a second at least."""

    def is_mute(self, duration: int) -> bool:
        return 1 <= duration <= self.max_mute_s


class _ForGood(Decisions):
    """Gives a mute of 0 an end."""

    lasts: int

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_mute(state, room, sanction)
        if sanction.duration == 0:
            await state.store.chats.mute(room.chat.id, sanction.user.id, state.now() + self.lasts)


_NO_LONGER_0 = {"SEND-MUTED-TTL-INDEFINITE": "the ttl of such a mute is that of one with an end"}


@MUTANTS.breaks("MUTE-BOUNDS", collateral=_NO_LONGER_0)
class MuteOf0LastsADay(_ForGood):
    """A mute of 0 is one of the longest duration."""

    lasts = 86_400


@MUTANTS.breaks("MUTE-BOUNDS", collateral=_NO_LONGER_0)
class MuteOf0LastsTheDefault(_ForGood):
    """A mute of 0 is one without a duration: both are falsy."""

    lasts = 300


# --- the reason -------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("MUTE-BOUNDS")
class ReasonOf501Characters(Decisions):
    """A reason may be a character too long."""

    max_reason_length = 501


@MUTANTS.breaks("MUTE-BOUNDS")
class ReasonOf500CharactersIsTooLong(Decisions):
    """A reason has to be shorter than 500 characters."""

    max_reason_length = 499


@MUTANTS.breaks("MUTE-BOUNDS")
class ReasonOfAnyLength(Decisions):
    """A reason may be as long as anybody likes; what is too long of it is cut off."""

    def is_reason(self, reason: str) -> bool:
        return True


@MUTANTS.breaks("MUTE-BOUNDS")
class ReasonMeasuredInBytes(Decisions):
    """A reason of 500 characters is too long where these are not ASCII."""

    def is_reason(self, reason: str) -> bool:
        return len(reason.encode()) <= self.max_reason_length


@MUTANTS.breaks("MUTE-BOUNDS")
class LongReasonRefusedAndKept(Decisions):
    """A reason that is too long does not fit into the protocol, by when the mute has been kept."""

    def is_reason(self, reason: str) -> bool:
        return True

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_mute(state, room, sanction)
        if len(sanction.reason or "") > self.max_reason_length:
            raise refusals.invalid("reason is too long")
