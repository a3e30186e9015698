"""Mutants of the chapter malformed: request bodies that are no JSON, no object, of another type, or not there."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl

from conformance.reference.bodies import Body
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.refusals import Refusal

MUTANTS = Mutants()

_FORM = "application/x-www-form-urlencoded"


class _Mended(Decisions):
    """A body that cannot be read is mended first; a body that can is left alone."""

    def mend(self, raw: bytes) -> bytes:
        return raw

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        try:
            return super().parse_body(content_type, raw)
        except Refusal as refusal:
            mended = self.mend(raw) if refusal.status == 400 else raw
            if mended == raw:
                raise
            return super().parse_body(content_type, mended)


class _Answered(Decisions):
    """Another status for some of the refusals of a body."""

    def answered(self, content_type: str | None, raw: bytes, refusal: Refusal) -> int:
        return refusal.status

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        try:
            return super().parse_body(content_type, raw)
        except Refusal as refusal:
            refusal.status = self.answered(content_type, raw, refusal)
            raise


# --- no JSON ----------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-BODY-NOT-JSON")
class UnreadableBodyCrashes(_Answered):
    """That a body is no JSON is not caught."""

    def answered(self, content_type: str | None, raw: bytes, refusal: Refusal) -> int:
        return 500 if raw and refusal.status == 400 and not raw.startswith(b"[") else refusal.status


@MUTANTS.breaks("SEND-BODY-NOT-JSON")
class UnreadableBodyAnswered200(_Answered):
    """A body that is no JSON is answered with an error text, under the status of success."""

    def answered(self, content_type: str | None, raw: bytes, refusal: Refusal) -> int:
        return 200 if raw and refusal.status == 400 and not raw.startswith(b"[") else refusal.status


@MUTANTS.breaks("SEND-BODY-NOT-JSON")
class UnreadableBodyAnswered406(_Answered):
    """A body that is no JSON is not acceptable."""

    def answered(self, content_type: str | None, raw: bytes, refusal: Refusal) -> int:
        return 406 if raw and refusal.status == 400 and not raw.startswith(b"[") else refusal.status


@MUTANTS.breaks("SEND-BODY-NOT-JSON")
class BodyTailIgnored(_Mended):
    """The first value of the body is read, and what follows is ignored."""

    def mend(self, raw: bytes) -> bytes:
        try:
            return raw[: json.JSONDecoder().raw_decode(raw.decode())[1]]
        except (ValueError, RecursionError):
            return raw


@MUTANTS.breaks("SEND-BODY-NOT-JSON")
class CutBodyCrashes(_Answered):
    """The end of a body that is cut short is waited for, until the reader gives up."""

    def answered(self, content_type: str | None, raw: bytes, refusal: Refusal) -> int:
        return 500 if raw.startswith(b'{"') and not raw.rstrip().endswith(b"}") else refusal.status


@MUTANTS.breaks("SEND-BODY-NOT-JSON")
class BlankBodyCrashes(_Answered):
    """The first character that is no whitespace is looked at, though there may be none."""

    def answered(self, content_type: str | None, raw: bytes, refusal: Refusal) -> int:
        return 500 if raw.isspace() else refusal.status


@MUTANTS.breaks("SEND-BODY-NOT-JSON")
class BodyWordsLoggedOut(_Answered):
    """A body that does not begin like JSON is taken for that of another service, and answered 404."""

    def answered(self, content_type: str | None, raw: bytes, refusal: Refusal) -> int:
        return 404 if re.match(rb"[a-z<]", raw) and refusal.status == 400 else refusal.status


@MUTANTS.breaks("SEND-BODY-NOT-JSON")
class SingleQuotesInBodyAccepted(_Mended):
    """A name in the body may be in single quotes."""

    def mend(self, raw: bytes) -> bytes:
        return raw.replace(b"'", b'"')


@MUTANTS.breaks("SEND-BODY-NOT-JSON")
class UnquotedNamesInBodyAccepted(_Mended):
    """A name in the body needs no quotes."""

    def mend(self, raw: bytes) -> bytes:
        return re.sub(rb"^\{(\w+):", rb'{"\1":', raw)


@MUTANTS.breaks("SEND-BODY-NOT-JSON")
class TrailingCommaInBodyAccepted(_Mended):
    """A comma may stand behind the last member of the body."""

    def mend(self, raw: bytes) -> bytes:
        return re.sub(rb",\s*\}\Z", b"}", raw)


@MUTANTS.breaks("SEND-BODY-NOT-JSON")
class CommentsInBodyAccepted(_Mended):
    """Comments are taken out of the body first."""

    def mend(self, raw: bytes) -> bytes:
        return re.sub(rb"/\*.*?\*/", b"", raw)


@MUTANTS.breaks("SEND-BODY-NOT-JSON")
class ControlCharactersInBodyAccepted(_Mended):
    """A string in the body may have bare control characters."""

    def mend(self, raw: bytes) -> bytes:
        return raw.replace(b"\n", b"\\n").replace(b"\t", b"\\t")


@MUTANTS.breaks("SEND-BODY-NOT-JSON")
class BodyDecodedWithLoss(_Mended):
    """What is no UTF-8 in the body is taken out."""

    def mend(self, raw: bytes) -> bytes:
        return raw.decode(errors="ignore").encode()


@MUTANTS.breaks("SEND-BODY-NOT-JSON")
class FormAnnouncedAsJsonAccepted(_Mended):
    """A body that is no JSON is read as a form."""

    def mend(self, raw: bytes) -> bytes:
        return _form_as_json(raw) or raw


# --- no object --------------------------------------------------------------------------------------------------------


class _Unwrapped(Decisions):
    """A body that is no object is made one."""

    def unwrap(self, read: Any) -> Any:
        return read

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        try:
            return super().parse_body(content_type, raw)
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            read = self.unwrap(json.loads(raw))
            if not isinstance(read, dict):
                raise
            return read


@MUTANTS.breaks("SEND-BODY-NOT-OBJECT")
class BodyOfOneInAnArrayAccepted(_Unwrapped):
    """Of an array the first object is taken."""

    def unwrap(self, read: Any) -> Any:
        return read[0] if isinstance(read, list) and read else read


@MUTANTS.breaks("SEND-BODY-NOT-OBJECT")
class BodyOfContentAloneAccepted(_Unwrapped):
    """A body that is a string is the content."""

    def unwrap(self, read: Any) -> Any:
        return {"content": read} if isinstance(read, str) else read


@MUTANTS.breaks("SEND-BODY-NOT-OBJECT")
class MembersOfNoBodyLookedUp(Decisions):
    """Members are looked up in whatever the body is: what is no object has none to look up."""

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        try:
            return super().parse_body(content_type, raw)
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            return json.loads(raw)  # type: ignore[no-any-return]


@MUTANTS.breaks("SEND-BODY-NOT-OBJECT")
class EmptyBatchAnswered200(_Answered):
    """An array is a batch, and one with nothing in it is done."""

    def answered(self, content_type: str | None, raw: bytes, refusal: Refusal) -> int:
        return 200 if raw == b"[]" else refusal.status


@MUTANTS.breaks("SEND-BODY-NOT-OBJECT")
class DeepBodyCrashes(Decisions):
    """The reader of the body calls itself for each level and runs out of stack, which is not caught."""

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        if raw.startswith(b"[") and raw.count(b"[") > 1000:
            raise RuntimeError
        return super().parse_body(content_type, raw)


@MUTANTS.breaks("SEND-BODY-NOT-OBJECT")
class ScalarBodyAnswered404(_Answered):
    """A body that is a number, a boolean or null is taken for the number of something that is not there."""

    def answered(self, content_type: str | None, raw: bytes, refusal: Refusal) -> int:
        scalar = refusal.status == 422 and not raw.startswith((b"[", b'"'))
        return 404 if scalar else refusal.status


# --- another type -----------------------------------------------------------------------------------------------------


class _Typed(Decisions):
    """More types than that of JSON."""

    def also(self, media_type: str) -> bool:
        return False

    def is_json_type(self, content_type: str | None) -> bool:
        return super().is_json_type(content_type) or self.also((content_type or "").partition(";")[0].strip())


@MUTANTS.breaks("SEND-BODY-TYPE")
class BodyTypeNotLookedAt(_Typed):
    """The type of a body is not looked at."""

    def also(self, media_type: str) -> bool:
        return True


@MUTANTS.breaks("SEND-BODY-TYPE")
class TextBodyAccepted(_Typed):
    """JSON is text, and so text is JSON."""

    def also(self, media_type: str) -> bool:
        return media_type.startswith("text/")


@MUTANTS.breaks("SEND-BODY-TYPE")
class ApplicationBodyAccepted(_Typed):
    """The type of a body only has to begin with ``application``."""

    def also(self, media_type: str) -> bool:
        return media_type.startswith("application/") and media_type != _FORM


@MUTANTS.breaks("SEND-BODY-TYPE")
class JsonUnderTheTypeOfFormsAccepted(_Typed):
    """JSON may be announced as a form, which is what some clients do where nobody tells them otherwise."""

    def also(self, media_type: str) -> bool:
        return media_type == _FORM


@MUTANTS.breaks("SEND-BODY-TYPE")
class FormBodyAccepted(Decisions):
    """A body may be a form."""

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        read = _form_as_json(raw) if content_type == _FORM else None
        return super().parse_body(None, read) if read else super().parse_body(content_type, raw)


@MUTANTS.breaks("SEND-BODY-TYPE")
class BodyTypeAnswered406(_Answered):
    """A body of another type is not acceptable."""

    def answered(self, content_type: str | None, raw: bytes, refusal: Refusal) -> int:
        return 406 if refusal.status == 415 else refusal.status


@MUTANTS.breaks("SEND-BODY-TYPE")
class BodyTypeCrashes(_Answered):
    """For a body of another type there is no reader, and that is not caught."""

    def answered(self, content_type: str | None, raw: bytes, refusal: Refusal) -> int:
        return 500 if refusal.status == 415 else refusal.status


# --- no body ----------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-BODY-ABSENT")
class NoBodyCrashes(_Answered):
    """A body is read without looking whether there is one."""

    def answered(self, content_type: str | None, raw: bytes, refusal: Refusal) -> int:
        return refusal.status if raw else 500


@MUTANTS.breaks("SEND-BODY-ABSENT")
class NoBodyIsNothingToDo(_Answered):
    """Without a body there is nothing to do, which is done."""

    def answered(self, content_type: str | None, raw: bytes, refusal: Refusal) -> int:
        return refusal.status if raw else 200


@MUTANTS.breaks("SEND-BODY-ABSENT")
class NoBodyAnswered411(_Answered):
    """Without a body the length is asked for."""

    def answered(self, content_type: str | None, raw: bytes, refusal: Refusal) -> int:
        return refusal.status if raw else 411


@MUTANTS.breaks("SEND-BODY-ABSENT")
class NoTypeCrashes(Decisions):
    """The type of a body is taken apart without looking whether there is one."""

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        if content_type is None:
            raise RuntimeError
        return super().parse_body(content_type, raw)


@MUTANTS.breaks("SEND-BODY-ABSENT")
class AnnouncedBodyWaitedFor(Decisions):
    """Where JSON is announced and none comes, the reader waits, and the gateway gives up."""

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        if content_type is not None and not raw:
            raise Refusal("body", 504, "the body did not come")
        return super().parse_body(content_type, raw)


def _form_as_json(raw: bytes) -> bytes | None:
    """The form that the body is, as JSON; None where it has no content."""
    fields = dict(parse_qsl(raw.decode(errors="replace")))
    return json.dumps(fields).encode() if "content" in fields else None
