"""Mutants of the chapter malformed: content that is no string, or an empty one."""

import json
from typing import Any

from conformance.reference.bodies import Body
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Attempt, Bundle
from conformance.reference.refusals import Refusal

MUTANTS = Mutants()


class _Waved(Decisions):
    """Some content is waved through: it counts as accepted, whatever it is."""

    def passes(self, content: Any) -> bool:
        return False

    def check_bundle(self, attempt: Attempt) -> Refusal | None:
        return None if self.passes(attempt.content) else super().check_bundle(attempt)


class _Answered(Decisions):
    """Some content is refused with another status than 422."""

    other_status = 400

    def answered_otherwise(self, content: Any) -> bool:
        return False

    def validate_bundle(self, content: object) -> Bundle | Refusal:
        judged = super().validate_bundle(content)
        if isinstance(judged, Refusal) and self.answered_otherwise(content):
            judged.status = self.other_status
        return judged


# --- it passes --------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-422-ENVELOPE")
class NoContentIsAnEmptyMessage(_Waved):
    """A body without content is a message without text."""

    def passes(self, content: Any) -> bool:
        return content is None


@MUTANTS.breaks("SEND-422-ENVELOPE")
class FalsyContentIsAnEmptyMessage(_Waved):
    """Whatever counts as false is a message without text."""

    def passes(self, content: Any) -> bool:
        return not content


@MUTANTS.breaks("SEND-422-ENVELOPE")
class EmptyContentAccepted(_Waved):
    """Content has at most 4096 characters, and no least."""

    def passes(self, content: Any) -> bool:
        return isinstance(content, str) and not content


@MUTANTS.breaks("SEND-422-ENVELOPE")
class BlankContentAccepted(_Waved):
    """Whitespace is text."""

    def passes(self, content: Any) -> bool:
        return isinstance(content, str) and content.isspace()


@MUTANTS.breaks("SEND-422-ENVELOPE")
class NumbersAccepted(_Waved):
    """A number is as good as its digits."""

    def passes(self, content: Any) -> bool:
        return isinstance(content, int | float) and not isinstance(content, bool)


@MUTANTS.breaks("SEND-422-ENVELOPE")
class TrueAccepted(_Waved):
    """Content only has to be true."""

    def passes(self, content: Any) -> bool:
        return content is True


@MUTANTS.breaks("SEND-422-ENVELOPE")
class EmptyArrayAccepted(_Waved):
    """An array of no bundles has no bad one among them."""

    def passes(self, content: Any) -> bool:
        return isinstance(content, list) and all(isinstance(one, str) for one in content)


@MUTANTS.breaks("SEND-422-ENVELOPE")
class ContentObjectAccepted(Decisions):
    """Content may be the bundle itself, as an object instead of a string."""

    def content_of(self, body: Body) -> object:
        content = super().content_of(body)
        return json.dumps(content) if isinstance(content, dict) else content


@MUTANTS.breaks("SEND-422-ENVELOPE")
class ContentArrayTakenApart(Decisions):
    """Of an array the first element is taken."""

    def content_of(self, body: Body) -> object:
        content = super().content_of(body)
        return content[0] if isinstance(content, list) and content else content


@MUTANTS.breaks("SEND-422-ENVELOPE")
class ContentUnderItsOldName(Decisions):
    """Where there is no content, the message is taken, as clients of the first version have it."""

    def content_of(self, body: Body) -> object:
        return super().content_of(body) or body.get("message")


@MUTANTS.breaks("SEND-422-ENVELOPE")
class BundleAsBodyAccepted(Decisions):
    """The bundle may be the body itself."""

    def content_of(self, body: Body) -> object:
        return json.dumps(body) if "ct" in body else super().content_of(body)


# --- another answer ---------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-422-ENVELOPE")
class AbsentContentAnswered400(_Answered):
    """A body without content is a bad request."""

    def answered_otherwise(self, content: Any) -> bool:
        return content is None


@MUTANTS.breaks("SEND-422-ENVELOPE")
class ContentOfAnotherTypeAnswered400(_Answered):
    """Content of another type is a bad request."""

    def answered_otherwise(self, content: Any) -> bool:
        return content is not None and not isinstance(content, str)


@MUTANTS.breaks("SEND-422-ENVELOPE")
class EmptyContentAnswered400(_Answered):
    """Content of no characters, or of whitespace, is a bad request."""

    def answered_otherwise(self, content: Any) -> bool:
        return isinstance(content, str) and not content.strip()


@MUTANTS.breaks("SEND-422-ENVELOPE")
class EmptyContentAnswered200(_Answered):
    """An empty message is nothing to send, which is done."""

    other_status = 200

    def answered_otherwise(self, content: Any) -> bool:
        return isinstance(content, str) and not content


# --- it brings the server down ----------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-422-ENVELOPE")
class AbsentContentCrashes(Decisions):
    """The content is taken out of the body without looking whether it is there."""

    def content_of(self, body: Body) -> object:
        return body["content"]


@MUTANTS.breaks("SEND-422-ENVELOPE")
class ContentMeasuredUnseen(Decisions):
    """The content is measured before its type is looked at: numbers, booleans and null have no length."""

    def validate_bundle(self, content: Any) -> Bundle | Refusal:
        len(content)
        return super().validate_bundle(content)


@MUTANTS.breaks("SEND-422-ENVELOPE")
class ContentStrippedUnseen(Decisions):
    """The content is trimmed before its type is looked at."""

    def validate_bundle(self, content: Any) -> Bundle | Refusal:
        content.strip()
        return super().validate_bundle(content)


@MUTANTS.breaks("SEND-422-ENVELOPE")
class BlankContentCrashes(Decisions):
    """The first character of what is left after trimming is looked at, though nothing may be left."""

    def validate_bundle(self, content: object) -> Bundle | Refusal:
        if isinstance(content, str) and content and content.strip(" \t\r\n")[0] != "{":
            return super().validate_bundle("")
        return super().validate_bundle(content)
