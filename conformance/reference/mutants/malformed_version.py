"""Mutants of the chapter malformed: versions other than the integer 2."""

from typing import Any

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Bundle
from conformance.reference.refusals import Refusal

MUTANTS = Mutants()


class _Cast(Decisions):
    """Whatever ``v`` is, it is made a number first; where that fails it is no version."""

    def cast(self, value: Any) -> Any:
        return value

    def is_version(self, value: object) -> bool:
        try:
            return super().is_version(self.cast(value))
        except (TypeError, ValueError, OverflowError, LookupError):
            return False


class _Answered(Decisions):
    """Another status than 422 for what is no version."""

    other_status = 400

    def validate_members(self, read: dict[str, Any]) -> Bundle | Refusal:
        judged = super().validate_members(read)
        if isinstance(judged, Refusal) and not self.is_version(read.get("v")):
            judged.status = self.other_status
        return judged


# --- it passes --------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-422-V")
class VersionNotLookedAt(Decisions):
    """Nobody looks at ``v``."""

    def is_version(self, value: object) -> bool:
        return True


@MUTANTS.breaks("SEND-422-V")
class AnyIntegerIsAVersion(Decisions):
    """Only the type of ``v`` is looked at."""

    def is_version(self, value: object) -> bool:
        return type(value) is int


@MUTANTS.breaks("SEND-422-V")
class AbsentVersionIsTwo(_Cast):
    """Where there is no ``v`` it is 2, and null counts as absent."""

    def cast(self, value: Any) -> Any:
        return 2 if value is None else value


@MUTANTS.breaks("SEND-422-V")
class FalsyVersionIsTwo(_Cast):
    """Whatever counts as false is replaced by 2: 0, false, null, an empty string."""

    def cast(self, value: Any) -> Any:
        return value or 2


@MUTANTS.breaks("SEND-422-V")
class VersionOneStillAccepted(Decisions):
    """The former version passes, for old clients."""

    def is_version(self, value: object) -> bool:
        return super().is_version(value) or (type(value) is int and value == 1)


@MUTANTS.breaks("SEND-422-V")
class LaterVersionsAccepted(Decisions):
    """A version has to be at least 2."""

    def is_version(self, value: object) -> bool:
        return isinstance(value, int | float) and value >= 2


@MUTANTS.breaks("SEND-422-V")
class EarlierVersionsAccepted(Decisions):
    """A version has to be at most 2."""

    def is_version(self, value: object) -> bool:
        return type(value) is int and value <= 2


@MUTANTS.breaks("SEND-422-V")
class SignOfVersionIgnored(_Cast):
    """The version is taken without its sign."""

    def cast(self, value: Any) -> Any:
        return abs(value)


@MUTANTS.breaks("SEND-422-V")
class VersionByItsFirstDigit(_Cast):
    """A version is of the second kind if it begins with a 2."""

    def cast(self, value: Any) -> Any:
        return int(str(value)[0])


@MUTANTS.breaks("SEND-422-V")
class VersionComparedIn32Bits(_Cast):
    """The version is compared in its lowest 32 bits."""

    def cast(self, value: Any) -> Any:
        return value % 2**32 if type(value) is int else value


@MUTANTS.breaks("SEND-422-V")
class VersionAsDigitAccepted(_Cast):
    """The string 2 equals 2."""

    def cast(self, value: Any) -> Any:
        return 2 if value == "2" else value


@MUTANTS.breaks("SEND-422-V")
class VersionAsPaddedTextAccepted(_Cast):
    """A string is read as a number, blanks and all."""

    def cast(self, value: Any) -> Any:
        return int(value) if isinstance(value, str) else value


@MUTANTS.breaks("SEND-422-V")
class EmptyVersionTextAccepted(_Cast):
    """An empty string is no version given, which is the current one."""

    def cast(self, value: Any) -> Any:
        return 2 if value == "" else value


@MUTANTS.breaks("SEND-422-V")
class TrueIsAVersion(_Cast):
    """A ``v`` that is true says that there is one."""

    def cast(self, value: Any) -> Any:
        return 2 if value is True else value


@MUTANTS.breaks("SEND-422-V")
class FalseIsTheDefaultVersion(_Cast):
    """A ``v`` that is false asks for the default."""

    def cast(self, value: Any) -> Any:
        return 2 if value is False else value


@MUTANTS.breaks("SEND-422-V")
class VersionCutToInteger(_Cast):
    """What stands behind the point of ``v`` is cut off."""

    def cast(self, value: Any) -> Any:
        return int(value) if isinstance(value, float) else value


@MUTANTS.breaks("SEND-422-V")
class VersionTakenOutOfArray(_Cast):
    """Of an array of one version that one is taken."""

    def cast(self, value: Any) -> Any:
        return value[0] if isinstance(value, list) else value


@MUTANTS.breaks("SEND-422-V")
class VersionTakenOutOfObject(_Cast):
    """Of an object its own ``v`` is taken."""

    def cast(self, value: Any) -> Any:
        return value["v"] if isinstance(value, dict) else value


@MUTANTS.breaks("SEND-422-V")
class InfiniteVersionAccepted(Decisions):
    """A number beyond all others is above every version, and supports them all."""

    def is_version(self, value: object) -> bool:
        return super().is_version(value) or value == float("inf")


# --- another answer ---------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-422-V")
class VersionAnswered400(_Answered):
    """Another version is a bad request."""


@MUTANTS.breaks("SEND-422-V")
class VersionAnswered426(_Answered):
    """Another version asks the client to be upgraded."""

    other_status = 426


@MUTANTS.breaks("SEND-422-V")
class VersionLookedUpUnseen(Decisions):
    """``v`` is taken out of the bundle without looking whether it is there."""

    def validate_members(self, read: dict[str, Any]) -> Bundle | Refusal:
        assert read["v"] is not read
        return super().validate_members(read)


@MUTANTS.breaks("SEND-422-V")
class VersionCastCrashes(Decisions):
    """Whatever ``v`` is, it is cast to an integer, and that this may fail is not caught."""

    def is_version(self, value: Any) -> bool:
        return int(value) == 2


@MUTANTS.breaks("SEND-422-V")
class EmptyBundleIsAHeartbeat(Decisions):
    """A bundle without any members keeps the connection alive, and is answered as accepted."""

    def read_content(self, content: str) -> Any:
        read = super().read_content(content)
        if read == {}:
            raise Refusal("heartbeat", 200, "still here")
        return read
