"""Mutants of the chapter malformed: ciphertexts that are no standard base64."""

import base64
import binascii
import re
from typing import Any
from urllib.parse import unquote

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Bundle
from conformance.reference.refusals import Refusal

MUTANTS = Mutants()


class _Cleaned(Decisions):
    """What is no base64 is cleaned first, and then has to be; what is, is left alone."""

    def clean(self, ct: str) -> str:
        return ct

    def is_ciphertext(self, value: object) -> bool:
        if super().is_ciphertext(value):
            return True
        return isinstance(value, str) and super().is_ciphertext(self.clean(value))


class _Allowed(Decisions):
    """Some values count as a ciphertext though they are none."""

    def allowed(self, value: Any) -> bool:
        return False

    def is_ciphertext(self, value: object) -> bool:
        return self.allowed(value) or super().is_ciphertext(value)


def _padded(ct: str) -> str:
    return ct + "=" * (-len(ct) % 4)


# --- another type -----------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-422-CT")
class CiphertextNotLookedAt(_Allowed):
    """Whatever ``ct`` is, opening it is the clients' business."""

    def allowed(self, value: Any) -> bool:
        return True


@MUTANTS.breaks("SEND-422-CT")
class AnyTextIsACiphertext(_Allowed):
    """A ciphertext only has to be a string with something in it."""

    def allowed(self, value: Any) -> bool:
        return isinstance(value, str) and value != ""


@MUTANTS.breaks("SEND-422-CT")
class NoCiphertextAccepted(_Allowed):
    """Where there is no ciphertext there is nothing to look at, and null counts as absent."""

    def allowed(self, value: Any) -> bool:
        return value is None


@MUTANTS.breaks("SEND-422-CT")
class EmptyCiphertextAccepted(_Allowed):
    """An empty string is base64, of nothing."""

    def allowed(self, value: Any) -> bool:
        return isinstance(value, str) and not value


@MUTANTS.breaks("SEND-422-CT")
class NumberIsACiphertext(_Allowed):
    """A number is as good as its digits."""

    def allowed(self, value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool)


@MUTANTS.breaks("SEND-422-CT")
class TrueIsACiphertext(_Allowed):
    """A ciphertext only has to be true."""

    def allowed(self, value: Any) -> bool:
        return value is True


@MUTANTS.breaks("SEND-422-CT")
class CiphertextInPartsAccepted(_Allowed):
    """A ciphertext may come in parts, as an array of strings."""

    def allowed(self, value: Any) -> bool:
        return isinstance(value, list) and all(isinstance(part, str) for part in value)


@MUTANTS.breaks("SEND-422-CT")
class CiphertextObjectAccepted(_Allowed):
    """A ciphertext may be an object, as a serialised buffer is."""

    def allowed(self, value: Any) -> bool:
        return isinstance(value, dict)


# --- whitespace -------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-422-CT")
class CiphertextTrimmed(_Cleaned):
    """Whitespace around a ciphertext is trimmed."""

    def clean(self, ct: str) -> str:
        return ct.strip()


@MUTANTS.breaks("SEND-422-CT")
class LineBreakBehindCiphertextAccepted(_Cleaned):
    """The dollar in the pattern lets a line break through at the end."""

    def clean(self, ct: str) -> str:
        return ct.removesuffix("\n")


@MUTANTS.breaks("SEND-422-CT")
class SpacesInCiphertextTakenOut(_Cleaned):
    """Spaces and tabs in a ciphertext are taken out first."""

    def clean(self, ct: str) -> str:
        return re.sub(r"[ \t]", "", ct)


@MUTANTS.breaks("SEND-422-CT")
class LinesOfCiphertextJoined(_Cleaned):
    """A ciphertext may be broken into lines, as in mail."""

    def clean(self, ct: str) -> str:
        return "".join(ct.splitlines())


@MUTANTS.breaks("SEND-422-CT")
class BlankCiphertextAccepted(_Allowed):
    """A ciphertext that is blank has no character outside base64, whitespace aside."""

    def allowed(self, value: Any) -> bool:
        return isinstance(value, str) and value.isspace()


# --- characters -------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-422-CT")
class ForeignCharactersTakenOut(_Allowed):
    """A lenient decoder drops what is not in its alphabet, and does without padding."""

    def allowed(self, value: Any) -> bool:
        kept = re.sub(r"[^A-Za-z0-9+/]", "", value) if isinstance(value, str) else ""
        return len(kept) > 1 and len(kept) % 4 != 1


@MUTANTS.breaks("SEND-422-CT")
class LettersOfAllAlphabetsAccepted(_Allowed):
    """Whatever Unicode calls a letter or a digit is one of base64."""

    def allowed(self, value: Any) -> bool:
        return isinstance(value, str) and len(value) % 4 == 0 and bool(re.fullmatch(r"[^\W_+/]+={0,2}", value))

    def is_ciphertext(self, value: object) -> bool:
        return super().is_ciphertext(re.sub(r"[+/]", "A", value) if isinstance(value, str) else value)


@MUTANTS.breaks("SEND-422-CT")
class PercentEncodingDecoded(_Cleaned):
    """A ciphertext may be percent-encoded, as in an address."""

    def clean(self, ct: str) -> str:
        return unquote(ct)


@MUTANTS.breaks("SEND-422-CT")
class DataUrlAccepted(_Cleaned):
    """A ciphertext may have the head of a data URL."""

    def clean(self, ct: str) -> str:
        return ct.rpartition(",")[2]


@MUTANTS.breaks("SEND-422-CT")
class NullCharactersTakenOut(_Cleaned):
    """Null characters in a ciphertext are taken out first."""

    def clean(self, ct: str) -> str:
        return ct.replace("\0", "")


@MUTANTS.breaks("SEND-422-CT")
class CiphertextEndsAtNull(_Cleaned):
    """A ciphertext ends at its first null character."""

    def clean(self, ct: str) -> str:
        return _padded(ct.partition("\0")[0])


@MUTANTS.breaks("SEND-422-CT")
class HalfSurrogatesInCiphertextTakenOut(_Cleaned):
    """What UTF-8 cannot carry is taken out of a ciphertext first."""

    def clean(self, ct: str) -> str:
        return ct.encode(errors="ignore").decode()


@MUTANTS.breaks("SEND-422-CT")
class AlphabetAloneLookedAt(_Allowed):
    """A ciphertext has to be of the right characters, in whatever number and order."""

    def allowed(self, value: Any) -> bool:
        return isinstance(value, str) and bool(re.fullmatch(r"[A-Za-z0-9+/=]+", value))


# --- padding ----------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-422-CT")
class MissingPaddingAdded(_Cleaned):
    """Padding that lacks is added."""

    def clean(self, ct: str) -> str:
        return _padded(ct)


@MUTANTS.breaks("SEND-422-CT")
class PaddingMadeUp(_Cleaned):
    """Padding is taken off, however much it is, and what belongs there is put on."""

    def clean(self, ct: str) -> str:
        return _padded(ct.rstrip("="))


@MUTANTS.breaks("SEND-422-CT")
class PaddingInsideTakenOut(_Cleaned):
    """Padding inside a ciphertext is taken for a seam of two, and taken out."""

    def clean(self, ct: str) -> str:
        bare = ct.rstrip("=")
        return bare.replace("=", "") + ct[len(bare) :]


@MUTANTS.breaks("SEND-422-CT")
class PaddingAloneAccepted(_Allowed):
    """Nothing but padding is base64 of nothing."""

    def allowed(self, value: Any) -> bool:
        return isinstance(value, str) and value != "" and not value.strip("=")


@MUTANTS.breaks("SEND-422-CT")
class LoneLastCharacterDropped(_Cleaned):
    """A last group of one character is dropped, for it holds no byte."""

    def clean(self, ct: str) -> str:
        return ct[:-1] if len(ct) % 4 == 1 else ct


# --- another answer ---------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-422-CT")
class CiphertextAnswered400(Decisions):
    """A ciphertext that is no base64 is a bad request."""

    def validate_members(self, read: dict[str, Any]) -> Bundle | Refusal:
        judged = super().validate_members(read)
        if isinstance(judged, Refusal) and isinstance(read.get("ct"), str) and not self.is_ciphertext(read["ct"]):
            judged.status = 400
        return judged


@MUTANTS.breaks("SEND-422-CT")
class WrongPaddingCrashes(Decisions):
    """That base64 may be padded wrongly is not caught."""

    def is_ciphertext(self, value: object) -> bool:
        if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9+/]+=*", value):
            try:
                base64.b64decode(value)
            except binascii.Error as error:
                raise RuntimeError from error
        return super().is_ciphertext(value)


@MUTANTS.breaks("SEND-422-CT")
class CiphertextOfAnotherTypeCrashes(Decisions):
    """A ciphertext is decoded before its type is looked at."""

    def is_ciphertext(self, value: Any) -> bool:
        value.isascii()
        return super().is_ciphertext(value)


@MUTANTS.breaks("SEND-422-CT")
class NonAsciiCiphertextCrashes(Decisions):
    """A ciphertext is turned into bytes of ASCII before its characters are looked at."""

    def is_ciphertext(self, value: object) -> bool:
        if isinstance(value, str) and not value.isascii():
            raise RuntimeError
        return super().is_ciphertext(value)
