"""Mutants of the chapter malformed: JSON of something else than an object, JSON too deep, and other answers to both."""

import json
from typing import Any

from conformance.reference import refusals
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Attempt, Bundle
from conformance.reference.refusals import Refusal

MUTANTS = Mutants()

_DEEPEST = 1000


def _depth(content: str) -> int:
    """At least as deep as this, as far as brackets tell."""
    return max(content.count("["), content.count("{"))


# --- no object --------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-422-TEXT")
class EncodedTwiceAccepted(Decisions):
    """A JSON string is read once more."""

    def read_content(self, content: str) -> Any:
        read = super().read_content(content)
        return super().read_content(read) if isinstance(read, str) else read


@MUTANTS.breaks("SEND-422-TEXT")
class ArrayOfOneBundleAccepted(Decisions):
    """Of an array the first bundle is taken."""

    def read_content(self, content: str) -> Any:
        read = super().read_content(content)
        return read[0] if isinstance(read, list) and read else read


@MUTANTS.breaks("SEND-422-TEXT")
class JsonScalarsAccepted(Decisions):
    """A JSON text of a number or a boolean is a message, though a short one."""

    def check_bundle(self, attempt: Attempt) -> Refusal | None:
        try:
            read = json.loads(str(attempt.content))
        except (ValueError, RecursionError):
            return super().check_bundle(attempt)
        scalar = isinstance(attempt.content, str) and isinstance(read, bool | int | float)
        return None if scalar else super().check_bundle(attempt)


@MUTANTS.breaks("SEND-422-TEXT")
class JsonNullAccepted(Decisions):
    """A JSON text of null, or of an empty array, is a message without text."""

    def check_bundle(self, attempt: Attempt) -> Refusal | None:
        return None if attempt.content in ("null", "[]") else super().check_bundle(attempt)


@MUTANTS.breaks("SEND-422-TEXT")
class MembersOfNoObjectLookedUp(Decisions):
    """Members are looked up in whatever the text is of: what is no object has none to look up."""

    def read_content(self, content: str) -> Any:
        read = super().read_content(content)
        read.get("v")
        return read


@MUTANTS.breaks("SEND-422-TEXT")
class NoObjectAnswered400(Decisions):
    """JSON of something else than an object is a bad request."""

    def read_content(self, content: str) -> Any:
        read = super().read_content(content)
        if not isinstance(read, dict):
            raise refusals.bad_body("content must be an object")
        return read


# --- not read ---------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-422-TEXT")
class UnreadableTextAnswered400(Decisions):
    """Content that is no JSON is a bad request."""

    def read_content(self, content: str) -> Any:
        try:
            return super().read_content(content)
        except ValueError:
            if not content.strip():
                raise
            raise refusals.bad_body("content must be JSON") from None


@MUTANTS.breaks("SEND-422-TEXT")
class UnreadableTextCrashes(Decisions):
    """That a text is no JSON is not caught."""

    def read_content(self, content: str) -> Any:
        try:
            return super().read_content(content)
        except ValueError as error:
            if not content.strip():
                raise
            raise RuntimeError from error


@MUTANTS.breaks("SEND-422-TEXT")
class HalfSurrogateCrashes(Decisions):
    """A text is written to a log in UTF-8 before anything else."""

    def validate_bundle(self, content: object) -> Bundle | Refusal:
        if isinstance(content, str):
            content.encode()
        return super().validate_bundle(content)


# --- too deep ---------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-422-TEXT")
class DeepTextCrashes(Decisions):
    """The reader calls itself for each level and runs out of stack, which is not caught."""

    def read_content(self, content: str) -> Any:
        if _depth(content) > _DEEPEST:
            raise RuntimeError
        return super().read_content(content)


@MUTANTS.breaks("SEND-422-TEXT")
class VeryDeepTextCrashes(Decisions):
    """A text is read before it is measured, and what is too deep brings the reader down."""

    def validate_bundle(self, content: object) -> Bundle | Refusal:
        if isinstance(content, str) and _depth(content) > 50 * _DEEPEST:
            raise RuntimeError
        return super().validate_bundle(content)


@MUTANTS.breaks("SEND-422-TEXT")
class DeepTextTakenForBusy(Decisions):
    """A text that takes too much of the stack is said to be too much for now."""

    def read_content(self, content: str) -> Any:
        if _depth(content) > _DEEPEST:
            raise Refusal("depth", 503, "try again later")
        return super().read_content(content)


@MUTANTS.breaks("SEND-422-TEXT")
class DeepEpochNotLookedInto(Decisions):
    """An epoch that is nested too deep to be read counts as the current one."""

    def validate_bundle(self, content: object) -> Bundle | Refusal:
        if isinstance(content, str) and '"epoch":[[' in content:
            return Bundle(-1, "")
        return super().validate_bundle(content)

    def check_epoch(self, attempt: Attempt) -> Refusal | None:
        deep = isinstance(attempt.bundle, Bundle) and attempt.bundle.epoch == -1
        return None if deep else super().check_epoch(attempt)
