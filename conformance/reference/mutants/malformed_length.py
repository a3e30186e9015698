"""Mutants of the chapter malformed: how long content may be, and how it is measured."""

import json
import re

from conformance.reference import refusals
from conformance.reference.bodies import Body
from conformance.reference.bundle import decode_base64
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Bundle
from conformance.reference.refusals import Refusal

MUTANTS = Mutants()

_LONGER = ("SEND-422-LENGTH", "SEND-LENGTH-MAX")
_HELD_UP = {"SEND-BROADCAST": "an event of a MiB ends the connections of those who would hear it"}
_SHORTER = ("SEND-LENGTH-MAX", "SEND-ACCEPT")


def _ct_of(content: str) -> str:
    """The longest run of base64, which is the ciphertext."""
    return max(re.findall(r"[A-Za-z0-9+/=]+", content), key=len, default="")


class _Measured(Decisions):
    """The length is measured otherwise."""

    def length_of(self, content: str) -> int:
        return len(content)

    def is_text_length(self, content: str) -> bool:
        return 0 < self.length_of(content) <= self.max_content_length


class _TooLongAnswered(Decisions):
    """Another status than 422 for content of so many characters and more."""

    other_status = 422
    from_length = 4097

    def validate_bundle(self, content: object) -> Bundle | Refusal:
        if isinstance(content, str) and len(content) >= self.from_length:
            raise Refusal("length", self.other_status, "content is too long")
        return super().validate_bundle(content)


# --- too much ---------------------------------------------------------------------------------------------------------


@MUTANTS.breaks(*_LONGER, collateral=_HELD_UP)
class LengthNotLimited(_Measured):
    """Nobody measures the content."""

    def length_of(self, content: str) -> int:
        return 1


@MUTANTS.breaks(*_LONGER)
class LengthOneMore(Decisions):
    """Content of 4097 characters passes."""

    max_content_length = 4097


@MUTANTS.breaks(*_LONGER)
class LengthFiveThousand(Decisions):
    """The limit is a round number."""

    max_content_length = 5000


@MUTANTS.breaks(*_LONGER)
class LengthOfTheCiphertextAlone(_Measured):
    """Only the ciphertext is measured, and not what is around it."""

    def length_of(self, content: str) -> int:
        return len(_ct_of(content)) or 1


@MUTANTS.breaks(*_LONGER)
class LengthOfTheBytesSealed(_Measured):
    """The limit is held against the bytes that the ciphertext decodes to."""

    def length_of(self, content: str) -> int:
        return len(decode_base64(_ct_of(content)) or content)


@MUTANTS.breaks(*_LONGER)
class LengthWithoutWhitespace(_Measured):
    """Whitespace does not count."""

    def length_of(self, content: str) -> int:
        return len("".join(content.split())) or len(content)


@MUTANTS.breaks("SEND-422-LENGTH", collateral=_HELD_UP)
class LengthIn16Bits(_Measured):
    """The length is kept in 16 bits: 64 KiB are none."""

    def is_text_length(self, content: str) -> bool:
        return content != "" and len(content) % 2**16 <= self.max_content_length


@MUTANTS.breaks("SEND-422-LENGTH")
class VeryLongContentNotMeasured(_Measured):
    """Content of a megabyte is a file, and files have a limit of their own."""

    def length_of(self, content: str) -> int:
        return 1 if len(content) >= 2**20 else len(content)


# --- too little -------------------------------------------------------------------------------------------------------


@MUTANTS.breaks(*_SHORTER)
class LengthBelow4096(Decisions):
    """Content has to have fewer than 4096 characters."""

    max_content_length = 4095


@MUTANTS.breaks(*_SHORTER)
class LengthFourThousand(Decisions):
    """The limit is a round number, and a low one."""

    max_content_length = 4000


@MUTANTS.breaks(*_SHORTER)
class LengthInUtf16Bytes(_Measured):
    """The length is that of two bytes a character."""

    def length_of(self, content: str) -> int:
        return len(content.encode("utf-16-le", errors="surrogatepass"))


@MUTANTS.breaks(*_SHORTER)
class LengthAsQuoted(_Measured):
    """The length is that of the content as a JSON string, its escapes and quotes too."""

    def length_of(self, content: str) -> int:
        return len(json.dumps(content)) if content else 0


@MUTANTS.breaks(*_SHORTER)
class LengthOfTheWholeBody(Decisions):
    """The limit is held against the whole request body."""

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        if len(raw) > self.max_content_length:
            raise refusals.bad_body("the body is too long", 422)
        return super().parse_body(content_type, raw)


@MUTANTS.breaks(*_SHORTER)
class LengthWithItsEnd(_Measured):
    """The null character that ends a text counts as well."""

    def length_of(self, content: str) -> int:
        return len(content) + 1 if content else 0


# --- another answer ---------------------------------------------------------------------------------------------------


@MUTANTS.breaks(*_LONGER)
class TooLongAnswered400(_TooLongAnswered):
    """Content that is too long is a bad request."""

    other_status = 400


@MUTANTS.breaks(*_LONGER)
class TooLongAnswered413(_TooLongAnswered):
    """Content that is too long is an entity too large, by a single character too."""

    other_status = 413


@MUTANTS.breaks("SEND-422-LENGTH")
class VeryLongAnswered400(_TooLongAnswered):
    """Content of 64 KiB and more is a bad request."""

    other_status = 400
    from_length = 2**16


@MUTANTS.breaks("SEND-422-LENGTH")
class VeryLongCrashes(_TooLongAnswered):
    """Content of a megabyte does not fit into the message that the parts of the server pass on."""

    other_status = 500
    from_length = 2**20


@MUTANTS.breaks("SEND-422-LENGTH")
class VeryLongTakenForBusy(_TooLongAnswered):
    """Content of a megabyte takes so long that the gateway gives up."""

    other_status = 504
    from_length = 2**20


@MUTANTS.breaks("SEND-422-LENGTH")
class LongCiphertextDropped(Decisions):
    """Content with a ciphertext of more than 8000 characters is answered as accepted, and dropped."""

    def validate_bundle(self, content: object) -> Bundle | Refusal:
        if isinstance(content, str) and len(_ct_of(content)) > 8000:
            raise Refusal("length", 200, "content is dropped")
        return super().validate_bundle(content)
