"""Mutants of the chapters epochs and keys: refusals that do not say which of the two is wrong."""

from conformance.reference import refusals
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Attempt, Bundle
from conformance.reference.refusals import Refusal
from conformance.reference.shapes import Json

MUTANTS = Mutants()


# --- of another epoch ------------------------------------------------------------------------------------------------


class _OtherEpochCode(Decisions):
    """Another code in the refusal of another epoch."""

    epoch_code: str | None = None

    def error_body(self, refusal: Refusal) -> Json:
        body = super().error_body(refusal)
        return {**body, "code": self.epoch_code} if refusal.cause == "epoch" else body


@MUTANTS.breaks("SEND-EPOCH-CODE")
class EpochCodeIsNull(_OtherEpochCode):
    """The refusal of another epoch has no code."""


@MUTANTS.breaks("SEND-EPOCH-CODE")
class EpochCodeIsThatOfEverything(_OtherEpochCode):
    """The refusal of another epoch has the code of every 403."""

    epoch_code = "ERR_FORBIDDEN"


@MUTANTS.breaks("SEND-EPOCH-CODE")
class EpochCodeInLowerCase(_OtherEpochCode):
    """The code is written in small letters."""

    epoch_code = "err_epoch_mismatch"


@MUTANTS.breaks("SEND-EPOCH-CODE")
class EpochCodeWithoutPrefix(_OtherEpochCode):
    """The code lacks its prefix."""

    epoch_code = "EPOCH_MISMATCH"


@MUTANTS.breaks("SEND-EPOCH-CODE")
class EpochCodeMisspelled(_OtherEpochCode):
    """The code has a letter too many."""

    epoch_code = "ERR_EPOCH_MISSMATCH"


@MUTANTS.breaks("SEND-EPOCH-CODE")
class EpochCodeInHeaderAlone(_OtherEpochCode):
    """The code is in a header, and not in the body."""

    def error_headers(self, refusal: Refusal) -> dict[str, str]:
        headers = super().error_headers(refusal)
        return {**headers, "X-Error-Code": refusal.code or ""} if refusal.cause == "epoch" else headers


@MUTANTS.breaks("SEND-EPOCH-CODE")
class EpochCodeForStaleAlone(Decisions):
    """Only an old epoch is called a mismatch; a future one is just forbidden."""

    def check_epoch(self, attempt: Attempt) -> Refusal | None:
        refusal = super().check_epoch(attempt)
        return refusals.forbidden() if refusal is not None and _future(attempt) else refusal


@MUTANTS.breaks("SEND-EPOCH-CODE")
class EpochCodeForFutureAlone(Decisions):
    """Only a future epoch is called a mismatch; an old one is said to be outdated."""

    def check_epoch(self, attempt: Attempt) -> Refusal | None:
        refusal = super().check_epoch(attempt)
        if refusal is not None and _stale(attempt):
            refusal.code = "ERR_EPOCH_OUTDATED"
        return refusal


@MUTANTS.breaks("SEND-EPOCH-CODE")
class FutureEpochSaidToLackItsKey(Decisions):
    """Who sends at a future epoch is told that it has no key, for of that epoch it has none."""

    def check_epoch(self, attempt: Attempt) -> Refusal | None:
        refusal = super().check_epoch(attempt)
        return refusals.no_room_key() if refusal is not None and _future(attempt) else refusal


@MUTANTS.breaks("SEND-EPOCH-CODE", "SEND-NOKEY-CODE")
class EpochAndKeyCodesSwapped(Decisions):
    """A wrong epoch is told the code of a missing key, and a missing key that of a wrong epoch."""

    def error_body(self, refusal: Refusal) -> Json:
        body, swapped = (
            super().error_body(refusal),
            {"epoch": refusals.no_room_key(), "no_key": refusals.epoch_mismatch()},
        )
        other = swapped.get(refusal.cause)
        return {**body, "code": other.code} if other else body


@MUTANTS.breaks("SEND-EPOCH-CODE", "SEND-NOKEY-CODE")
class EpochAndKeyCodesInOne(Decisions):
    """A wrong epoch and a missing key have one code, which names both."""

    def error_body(self, refusal: Refusal) -> Json:
        body = super().error_body(refusal)
        if refusal.cause in ("epoch", "no_key"):
            body["code"] = "ERR_EPOCH_MISMATCH_OR_ERR_NO_ROOM_KEY"
        return body


def _stale(attempt: Attempt) -> bool:
    return isinstance(attempt.bundle, Bundle) and attempt.bundle.epoch < attempt.room.epoch


def _future(attempt: Attempt) -> bool:
    return isinstance(attempt.bundle, Bundle) and attempt.bundle.epoch > attempt.room.epoch


# --- without the key --------------------------------------------------------------------------------------------------


class _OtherKeyCode(Decisions):
    """Another code in the refusal of a sender without the key."""

    key_code: str | None = None

    def error_body(self, refusal: Refusal) -> Json:
        body = super().error_body(refusal)
        return {**body, "code": self.key_code} if refusal.cause == "no_key" else body


@MUTANTS.breaks("SEND-NOKEY-CODE")
class KeyCodeIsNull(_OtherKeyCode):
    """The refusal of a sender without the key has no code."""


@MUTANTS.breaks("SEND-NOKEY-CODE")
class KeyCodeIsThatOfEverything(_OtherKeyCode):
    """The refusal of a sender without the key has the code of every 403."""

    key_code = "ERR_FORBIDDEN"


@MUTANTS.breaks("SEND-NOKEY-CODE")
class KeyCodeOfNotJoined(_OtherKeyCode):
    """Who has no key is told to join first."""

    key_code = "ERR_NOT_JOINED"


@MUTANTS.breaks("SEND-NOKEY-CODE")
class KeyCodeAbridged(_OtherKeyCode):
    """The code is abridged."""

    key_code = "ERR_NO_KEY"


@MUTANTS.breaks("SEND-NOKEY-CODE")
class KeyCodeWithHyphens(_OtherKeyCode):
    """The code has hyphens."""

    key_code = "ERR-NO-ROOM-KEY"


@MUTANTS.breaks("SEND-NOKEY-CODE")
class OldKeyCalledWrongEpoch(Decisions):
    """Who has an old key and sends at the new epoch is told that its epoch is wrong."""

    def check_key(self, attempt: Attempt) -> Refusal | None:
        refusal = super().check_key(attempt)
        held = any(holder.session_id == attempt.session.id for holder in attempt.room.key_holders)
        return refusals.epoch_mismatch() if refusal is not None and held else refusal
