"""Mutants of the chapter malformed: epochs that are no integers."""

import math
from typing import Any

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Attempt, Bundle
from conformance.reference.refusals import Refusal

MUTANTS = Mutants()

_CURRENT = -(2**100)
"""Stands for the chat's current epoch, whichever it is."""


class _Cast(Decisions):
    """Whatever ``epoch`` is, it is made an integer first; where that fails it is no epoch."""

    def cast(self, value: Any) -> Any:
        return value

    def validate_members(self, read: dict[str, Any]) -> Bundle | Refusal:
        try:
            value = self.cast(read.get("epoch"))
        except (TypeError, ValueError, OverflowError, LookupError):
            value = None
        return super().validate_members({**read, "epoch": value})


class _Current(_Cast):
    """Some values stand for the chat's current epoch."""

    def cast(self, value: Any) -> Any:
        return _CURRENT if self.stands_for_current(value) else value

    def stands_for_current(self, value: Any) -> bool:
        return False

    def is_epoch(self, value: object) -> bool:
        return value is _CURRENT or super().is_epoch(value)

    def check_epoch(self, attempt: Attempt) -> Refusal | None:
        current = isinstance(attempt.bundle, Bundle) and attempt.bundle.epoch == _CURRENT
        return None if current else super().check_epoch(attempt)


class _Answered(Decisions):
    """Another status than 422 for what is no epoch."""

    other_status = 400

    def validate_members(self, read: dict[str, Any]) -> Bundle | Refusal:
        judged = super().validate_members(read)
        if isinstance(judged, Refusal) and self.is_version(read.get("v")) and not self.is_epoch(read.get("epoch")):
            judged.status = self.other_status
        return judged


# --- it passes --------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-422-EPOCH")
class AbsentEpochIsCurrent(_Current):
    """Where there is no epoch it is the current one, and null counts as absent."""

    def stands_for_current(self, value: Any) -> bool:
        return value is None


@MUTANTS.breaks("SEND-422-EPOCH")
class EmptyEpochIsCurrent(_Current):
    """An empty string or array is no epoch given, which is the current one."""

    def stands_for_current(self, value: Any) -> bool:
        return value in ("", [])


@MUTANTS.breaks("SEND-422-EPOCH")
class FalseEpochIsCurrent(_Current):
    """An epoch that is false asks for the default, which is the current one."""

    def stands_for_current(self, value: Any) -> bool:
        return value is False


@MUTANTS.breaks("SEND-422-EPOCH")
class ObjectEpochIsCurrent(_Current):
    """An object without an id is the current epoch's."""

    def stands_for_current(self, value: Any) -> bool:
        return isinstance(value, dict) and "id" not in value


@MUTANTS.breaks("SEND-422-EPOCH")
class EpochAsDigitsAccepted(_Cast):
    """A string of digits is read as a number."""

    def cast(self, value: Any) -> Any:
        return int(value) if isinstance(value, str) and value.isdecimal() else value


@MUTANTS.breaks("SEND-422-EPOCH")
class EpochAsPaddedTextAccepted(_Cast):
    """A string is read as a number, blanks and all."""

    def cast(self, value: Any) -> Any:
        return int(value) if isinstance(value, str) else value


@MUTANTS.breaks("SEND-422-EPOCH")
class EpochInHexadecimalAccepted(_Cast):
    """A string of sixteen digits is read as eight bytes in hexadecimal, the form that the history shows."""

    def cast(self, value: Any) -> Any:
        return int(value, 16) if isinstance(value, str) and len(value) == 16 else value


@MUTANTS.breaks("SEND-422-EPOCH")
class TrueIsTheFirstEpoch(_Cast):
    """True is 1, and false is 0."""

    def cast(self, value: Any) -> Any:
        return int(value) if isinstance(value, bool) else value


@MUTANTS.breaks("SEND-422-EPOCH")
class EpochCutToInteger(_Cast):
    """What stands behind the point of the epoch is cut off."""

    def cast(self, value: Any) -> Any:
        return math.floor(value) if isinstance(value, float) else value


@MUTANTS.breaks("SEND-422-EPOCH")
class EpochTakenOutOfArray(_Cast):
    """Of an array of one epoch that one is taken."""

    def cast(self, value: Any) -> Any:
        return value[0] if isinstance(value, list) else value


@MUTANTS.breaks("SEND-422-EPOCH")
class EpochTakenOutOfObject(_Cast):
    """Of an object its own epoch is taken, and where it has none the first one is meant."""

    def cast(self, value: Any) -> Any:
        return value.get("epoch", self.first_epoch()) if isinstance(value, dict) else value


@MUTANTS.breaks("SEND-422-EPOCH")
class SignOfEpochIgnored(_Cast):
    """The epoch is taken without its sign."""

    def cast(self, value: Any) -> Any:
        return abs(value) if type(value) is int else value


@MUTANTS.breaks("SEND-422-EPOCH")
class HugeEpochCutToTheCurrent(_Current):
    """An epoch that does not fit is cut down to the largest that there is, the current one."""

    def stands_for_current(self, value: Any) -> bool:
        return type(value) is int and value > self.max_epoch


@MUTANTS.breaks("SEND-422-EPOCH")
class EpochOfAThousandDigitsAccepted(_Current):
    """An epoch whose number of digits does not fit into a byte has none."""

    def stands_for_current(self, value: Any) -> bool:
        return type(value) is int and value > 10**255


@MUTANTS.breaks("SEND-422-EPOCH")
class InfiniteEpochAccepted(_Current):
    """A number beyond all others is never stale."""

    def stands_for_current(self, value: Any) -> bool:
        return isinstance(value, float) and value == float("inf")


# --- another answer ---------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-422-EPOCH")
class EpochOfAnyTypeIsAnother(_Cast):
    """The type of the epoch is not looked at: what does not equal the current one is another."""

    def cast(self, value: Any) -> Any:
        return value if super().is_epoch(value) else self.max_epoch


@MUTANTS.breaks("SEND-422-EPOCH")
class FractionOfEpochIsAnother(_Cast):
    """An epoch with a fraction is no integer, but a number: it is refused as another than the current one."""

    def cast(self, value: Any) -> Any:
        return self.max_epoch if isinstance(value, float) and value % 1 else value


@MUTANTS.breaks("SEND-422-EPOCH")
class EpochAnswered400(_Answered):
    """What is no epoch is a bad request."""


@MUTANTS.breaks("SEND-422-EPOCH")
class EpochAnswered409(_Answered):
    """What is no epoch is in conflict with the current one."""

    other_status = 409


@MUTANTS.breaks("SEND-422-EPOCH")
class EpochLookedUpUnseen(Decisions):
    """The epoch is taken out of the bundle without looking whether it is there."""

    def is_epoch(self, value: Any) -> bool:
        assert value is not None
        return super().is_epoch(value)


@MUTANTS.breaks("SEND-422-EPOCH")
class EpochCastCrashes(Decisions):
    """Whatever the epoch is, it is cast to an integer, and that this may fail is not caught."""

    def is_epoch(self, value: Any) -> bool:
        return super().is_epoch(value) or int(value) < 0


@MUTANTS.breaks("SEND-422-EPOCH")
class HugeEpochCrashes(Decisions):
    """An epoch that does not fit into the database's column brings the query down."""

    def is_epoch(self, value: Any) -> bool:
        if type(value) is int:
            assert value <= self.max_epoch
        return super().is_epoch(value)


@MUTANTS.breaks("SEND-422-EPOCH")
class NegativeEpochCrashes(Decisions):
    """An epoch below 0 has no form of eight bytes, and that is not caught."""

    def is_epoch(self, value: Any) -> bool:
        if type(value) is int and value < 0:
            value.to_bytes(8, "big")
        return super().is_epoch(value)
