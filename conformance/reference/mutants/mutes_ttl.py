"""Mutants of the chapter mutes: what the refusal of a muted sender says of the time that remains."""

import math
from typing import Any

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import FOREVER, Attempt, Room, Sanction
from conformance.reference.refusals import Refusal
from conformance.reference.shapes import Json
from conformance.reference.state import State

MUTANTS = Mutants()

_STANDS = {"SEND-MUTED-TTL": "a ttl that does not fall is soon not what remains"}
_AN_END = {"MUTE-BOUNDS": "the ttl of an indefinite mute is all that tells it from one with an end"}
_ABSENT = {"SEND-MUTED-TTL-INDEFINITE": "a ttl that cannot be read is neither 0 nor another number"}


class _Rewritten(Decisions):
    """A ttl that is right, and written otherwise into the body."""

    def error_body(self, refusal: Refusal) -> Json:
        body = super().error_body(refusal)
        return body if refusal.ttl is None else self.with_ttl(body, refusal.ttl)

    def with_ttl(self, body: Json, ttl: int) -> Json:
        return body


# --- absent, misplaced, of another type -------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-MUTED-TTL", collateral=_ABSENT)
class TtlMissing(_Rewritten):
    """The refusal does not say how long it will last."""

    def with_ttl(self, body: Json, ttl: int) -> Json:
        del body["ttl"]
        return body


@MUTANTS.breaks("SEND-MUTED-TTL", collateral=_ABSENT)
class TtlMisnamed(_Rewritten):
    """The seconds that remain are in ``expires_in``."""

    def with_ttl(self, body: Json, ttl: int) -> Json:
        body["expires_in"] = body.pop("ttl")
        return body


@MUTANTS.breaks("SEND-MUTED-TTL", collateral=_ABSENT)
class TtlInDetails(_Rewritten):
    """The ttl is one level too deep."""

    def with_ttl(self, body: Json, ttl: int) -> Json:
        body["details"] = {"ttl": body.pop("ttl")}
        return body


@MUTANTS.breaks("SEND-MUTED-TTL", collateral=_ABSENT)
class TtlInHeaderAlone(_Rewritten):
    """The ttl is in Retry-After, and not in the body."""

    def with_ttl(self, body: Json, ttl: int) -> Json:
        del body["ttl"]
        return body

    def error_headers(self, refusal: Refusal) -> dict[str, str]:
        headers = super().error_headers(refusal)
        return headers if refusal.ttl is None else {**headers, "Retry-After": str(refusal.ttl)}


@MUTANTS.breaks("SEND-MUTED-TTL", collateral=_ABSENT)
class TtlAsText(_Rewritten):
    """The ttl is a string of digits."""

    def with_ttl(self, body: Json, ttl: int) -> Json:
        return {**body, "ttl": str(ttl)}


@MUTANTS.breaks("SEND-MUTED-TTL", collateral=_ABSENT)
class TtlWithUnit(_Rewritten):
    """The ttl is a text such as ``600s``."""

    def with_ttl(self, body: Json, ttl: int) -> Json:
        return {**body, "ttl": f"{ttl}s"}


@MUTANTS.breaks("SEND-MUTED-TTL", collateral=_ABSENT)
class TtlInAnArray(_Rewritten):
    """The ttl is an array of one number, as a script in the database returned it."""

    def with_ttl(self, body: Json, ttl: int) -> Json:
        return {**body, "ttl": [ttl]}


@MUTANTS.breaks("SEND-MUTED-TTL", collateral=_ABSENT)
class TtlIsTrue(_Rewritten):
    """The ttl says that there is one."""

    def with_ttl(self, body: Json, ttl: int) -> Json:
        return {**body, "ttl": True}


class _TtlOfMute(Decisions):
    """Another ttl for a timed mute, another one for an indefinite one."""

    def check_mute(self, attempt: Attempt) -> Refusal | None:
        refusal = super().check_mute(attempt)
        if refusal is not None:
            until = attempt.room.mutes[attempt.session.user.id]
            ttl = self.indefinite_ttl() if until == FOREVER else self.timed_ttl(until - attempt.now)
            refusal.ttl = ttl
        return refusal

    def indefinite_ttl(self) -> Any:
        return 0

    def timed_ttl(self, remaining: float) -> Any:
        return max(1, math.ceil(round(remaining, 3)))


@MUTANTS.breaks("SEND-MUTED-TTL")
class TtlWithFraction(_TtlOfMute):
    """The ttl has microseconds behind the point."""

    def timed_ttl(self, remaining: float) -> Any:
        return math.floor(remaining) + 0.123456


@MUTANTS.breaks("SEND-MUTED-TTL")
class TtlMissingForTimed(_TtlOfMute):
    """Only an indefinite mute has a ttl."""

    def timed_ttl(self, remaining: float) -> Any:
        return None


@MUTANTS.breaks("SEND-MUTED-TTL", "SEND-MUTED-TTL-INDEFINITE")
class TtlMissingForIndefinite(_TtlOfMute):
    """Only a timed mute has a ttl."""

    def indefinite_ttl(self) -> Any:
        return None


@MUTANTS.breaks("SEND-MUTED-TTL", "SEND-MUTED-TTL-INDEFINITE")
class TtlNullForIndefinite(_Rewritten):
    """The ttl of an indefinite mute is null."""

    def with_ttl(self, body: Json, ttl: int) -> Json:
        return {**body, "ttl": ttl or None}


@MUTANTS.breaks("SEND-MUTED-TTL", "SEND-MUTED-TTL-INDEFINITE")
class TtlMinusOneForIndefinite(_TtlOfMute):
    """The ttl of an indefinite mute is -1, as the database says of a key that never expires."""

    def indefinite_ttl(self) -> Any:
        return -1


# --- another number ---------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-MUTED-TTL")
class TtlInMilliseconds(_TtlOfMute):
    """The ttl counts milliseconds."""

    def timed_ttl(self, remaining: float) -> Any:
        return round(remaining * 1000)


@MUTANTS.breaks("SEND-MUTED-TTL", "SEND-MUTED-TTL-COUNTS")
class TtlInMinutes(_TtlOfMute):
    """The ttl counts minutes, a begun one as a whole one."""

    def timed_ttl(self, remaining: float) -> Any:
        return math.ceil(remaining / 60)


@MUTANTS.breaks("SEND-MUTED-TTL", "SEND-MUTED-TTL-INDEFINITE", "SEND-MUTED-TTL-COUNTS")
class TtlToTheNearestMinute(_TtlOfMute):
    """The ttl counts seconds, rounded to whole minutes: the last half minute is 0."""

    def timed_ttl(self, remaining: float) -> Any:
        return 60 * round(remaining / 60)


@MUTANTS.breaks("SEND-MUTED-TTL", "SEND-MUTED-TTL-COUNTS")
class TtlInTens(_TtlOfMute):
    """The ttl is rounded up to tens of seconds."""

    def timed_ttl(self, remaining: float) -> Any:
        return 10 * math.ceil(remaining / 10)


@MUTANTS.breaks("SEND-MUTED-TTL")
class TtlOneTooHigh(_TtlOfMute):
    """The ttl is rounded up, and one is added to be sure."""

    def timed_ttl(self, remaining: float) -> Any:
        return super().timed_ttl(remaining) + 1


@MUTANTS.breaks("SEND-MUTED-TTL")
class TtlOfASlowClock(_TtlOfMute):
    """The clock that the ttl is taken from is three seconds ahead."""

    def timed_ttl(self, remaining: float) -> Any:
        return super().timed_ttl(remaining) - 3


@MUTANTS.breaks("SEND-MUTED-TTL")
class TtlAnHourOff(_TtlOfMute):
    """The end of a mute is in local time, the clock in universal time."""

    def timed_ttl(self, remaining: float) -> Any:
        return super().timed_ttl(remaining) + 3600


@MUTANTS.breaks("SEND-MUTED-TTL")
class TtlNegative(_TtlOfMute):
    """Now minus then, and not then minus now."""

    def timed_ttl(self, remaining: float) -> Any:
        return -super().timed_ttl(remaining)


@MUTANTS.breaks("SEND-MUTED-TTL")
class TtlAtMostFiveMinutes(_TtlOfMute):
    """The ttl is never more than the default duration."""

    def timed_ttl(self, remaining: float) -> Any:
        return min(300, super().timed_ttl(remaining))


@MUTANTS.breaks("SEND-MUTED-TTL")
class TtlWithoutFullMinutes(_TtlOfMute):
    """The ttl is the seconds of a clock that shows minutes and seconds."""

    def timed_ttl(self, remaining: float) -> Any:
        return math.floor(remaining) % 60


@MUTANTS.breaks("SEND-MUTED-TTL", "SEND-MUTED-TTL-COUNTS")
class TtlIsTheEnd(_TtlOfMute):
    """The ttl is the time at which the mute ends."""

    def check_mute(self, attempt: Attempt) -> Refusal | None:
        refusal = super().check_mute(attempt)
        if refusal is not None and refusal.ttl:
            refusal.ttl = round(attempt.room.mutes[attempt.session.user.id])
        return refusal


@MUTANTS.breaks("SEND-MUTED-TTL", "SEND-MUTED-TTL-INDEFINITE", "SEND-MUTED-TTL-COUNTS")
class TtlAlwaysZero(_TtlOfMute):
    """The ttl is 0 for every mute."""

    def timed_ttl(self, remaining: float) -> Any:
        return 0


@MUTANTS.breaks("SEND-MUTED-TTL", "SEND-MUTED-TTL-COUNTS")
class TtlAlwaysOne(_TtlOfMute):
    """The ttl of a timed mute is 1, whatever remains."""

    def timed_ttl(self, remaining: float) -> Any:
        return 1


# --- of an indefinite mute --------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-MUTED-TTL-INDEFINITE", collateral=_AN_END)
class TtlOfIndefiniteIsTheLongest(_TtlOfMute):
    """The ttl of an indefinite mute is that of the longest one."""

    def indefinite_ttl(self) -> Any:
        return self.max_mute_s


@MUTANTS.breaks("SEND-MUTED-TTL-INDEFINITE", collateral=_AN_END)
class TtlOfIndefiniteIsHuge(_TtlOfMute):
    """The ttl of an indefinite mute is the largest integer of 32 bits."""

    def indefinite_ttl(self) -> Any:
        return 2**31 - 1


@MUTANTS.breaks("SEND-MUTED-TTL-INDEFINITE", collateral=_AN_END)
class TtlOfIndefiniteIsOne(_TtlOfMute):
    """The ttl is never below 1, not even that of an indefinite mute."""

    def indefinite_ttl(self) -> Any:
        return 1


@MUTANTS.breaks(
    "SEND-MUTED-TTL-INDEFINITE",
    collateral={"MUTE-BOUNDS": "how long a mute lasts is what a send of the muted shows"},
)
class IndefiniteMuteIsFiveMinutes(Decisions):
    """A duration of 0 counts as none given, and takes the default."""

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_mute(state, room, sanction)
        if sanction.duration == 0:
            until = state.now() + self.default_mute_s
            await state.store.chats.mute(room.chat.id, sanction.user.id, until)


# --- as time passes ---------------------------------------------------------------------------------------------------


class _TtlByDuration(Decisions):
    """A ttl which is made of the mute's duration, and of the time since it began."""

    def __init__(self) -> None:
        super().__init__()
        self._begun: dict[tuple[int, int], tuple[float, int]] = {}

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        self._begun[sanction.user.id, room.chat.id] = state.now(), sanction.duration
        await super().apply_mute(state, room, sanction)

    def check_mute(self, attempt: Attempt) -> Refusal | None:
        refusal = super().check_mute(attempt)
        if refusal is not None and refusal.ttl:
            since, duration = self._begun[attempt.session.user.id, attempt.room.chat.id]
            refusal.ttl = self.ttl_at(attempt.now - since, duration)
        return refusal

    def ttl_at(self, passed: float, duration: int) -> int:
        return duration


@MUTANTS.breaks("SEND-MUTED-TTL-COUNTS", collateral=_STANDS)
class TtlIsTheDuration(_TtlByDuration):
    """The ttl is the mute's duration, from its first second to its last."""


@MUTANTS.breaks("SEND-MUTED-TTL", "SEND-MUTED-TTL-COUNTS")
class TtlGrows(_TtlByDuration):
    """The time that passed is added to the duration, and not taken off it."""

    def ttl_at(self, passed: float, duration: int) -> int:
        return duration + math.floor(passed)


@MUTANTS.breaks("SEND-MUTED-TTL", "SEND-MUTED-TTL-INDEFINITE", "SEND-MUTED-TTL-COUNTS")
class TtlIsTheTimePassed(_TtlByDuration):
    """The ttl counts from the mute's beginning, and not to its end."""

    def ttl_at(self, passed: float, duration: int) -> int:
        return math.floor(passed)


@MUTANTS.breaks("SEND-MUTED-TTL-COUNTS", collateral=_STANDS)
class TtlRememberedFromTheFirstRefusal(Decisions):
    """The ttl that a sender was told first is told again until the mute is over."""

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[float, int] = {}

    def ttl_of_mute(self, until: float, now: float) -> int:
        return self._told.setdefault(until, super().ttl_of_mute(until, now))


@MUTANTS.breaks("SEND-MUTED-TTL-COUNTS", collateral=_STANDS)
class TtlInStepsOfFourSeconds(_TtlByDuration):
    """The ttl falls once in four seconds."""

    def ttl_at(self, passed: float, duration: int) -> int:
        return max(1, duration - 4 * math.floor(passed / 4))
