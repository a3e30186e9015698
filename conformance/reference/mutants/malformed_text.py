r"""Mutants of the chapter malformed: content that is no JSON text, and is read all the same."""

import base64
import binascii
import json
import re
from typing import Any

from conformance.reference.bundle import decode_base64
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Attempt, Bundle
from conformance.reference.refusals import Refusal

MUTANTS = Mutants()


class _Mended(Decisions):
    """A text that cannot be read is mended first; a text that can is left alone."""

    def mend(self, content: str) -> str:
        return content

    def read_content(self, content: str) -> Any:
        try:
            return super().read_content(content)
        except ValueError:
            return super().read_content(self.mend(content))


@MUTANTS.breaks("SEND-422-TEXT")
class PlainWordsAccepted(Decisions):
    """What does not open like JSON is a message of words."""

    def check_bundle(self, attempt: Attempt) -> Refusal | None:
        content = attempt.content
        words = isinstance(content, str) and content.strip() and content.strip()[0].isalpha()
        return None if words and not decode_base64(content) else super().check_bundle(attempt)


@MUTANTS.breaks("SEND-422-TEXT")
class BareCiphertextAccepted(Decisions):
    """Content that is base64 is the ciphertext, of the current version and epoch."""

    def check_bundle(self, attempt: Attempt) -> Refusal | None:
        bare = decode_base64(attempt.content) or b""
        return None if len(bare) >= 40 and not bare.startswith(b'{"v"') else super().check_bundle(attempt)


@MUTANTS.breaks("SEND-422-TEXT")
class BundleInBase64Accepted(_Mended):
    """Content that is base64 of a bundle is unpacked."""

    def mend(self, content: str) -> str:
        try:
            return base64.b64decode(content, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return content


@MUTANTS.breaks("SEND-422-TEXT")
class ClosingBraceAdded(_Mended):
    """A text that lacks its last brace gets one."""

    def mend(self, content: str) -> str:
        return content + "}"


@MUTANTS.breaks("SEND-422-TEXT")
class CutTextTakenForAPart(Decisions):
    """A text that opens a bundle and breaks off is accepted as the first part of one."""

    def check_bundle(self, attempt: Attempt) -> Refusal | None:
        content = attempt.content
        part = isinstance(content, str) and re.fullmatch(r'\{"v":2,"epoch":\d+,"ct":"[A-Za-z0-9+/]+', content)
        return None if part else super().check_bundle(attempt)


@MUTANTS.breaks("SEND-422-TEXT")
class TrailingTextIgnored(Decisions):
    """The first value of the text is read, and what follows is ignored."""

    def read_content(self, content: str) -> Any:
        return json.JSONDecoder().raw_decode(content.lstrip())[0]


@MUTANTS.breaks("SEND-422-TEXT")
class TextEndsAtNull(_Mended):
    """A text ends at its first null character."""

    def mend(self, content: str) -> str:
        return content.partition("\0")[0]


@MUTANTS.breaks("SEND-422-TEXT")
class LeadingTextIgnored(_Mended):
    """The text is read from its first brace on."""

    def mend(self, content: str) -> str:
        return content[max(0, content.find("{")) :]


@MUTANTS.breaks("SEND-422-TEXT")
class LastOfSeveralObjectsTaken(_Mended):
    """Of several objects one behind the other the last one counts."""

    def mend(self, content: str) -> str:
        return "{" + content.rpartition("{")[2]


@MUTANTS.breaks("SEND-422-TEXT")
class SingleQuotesAccepted(_Mended):
    """Single quotes are as good as double ones."""

    def mend(self, content: str) -> str:
        return content.replace("'", '"')


@MUTANTS.breaks("SEND-422-TEXT")
class UnquotedNamesAccepted(_Mended):
    """Names need no quotes."""

    def mend(self, content: str) -> str:
        return re.sub(r"([{,]\s*)(\w+)(\s*:)", r'\1"\2"\3', content)


@MUTANTS.breaks("SEND-422-TEXT")
class TrailingCommaAccepted(_Mended):
    """A comma may stand behind the last member."""

    def mend(self, content: str) -> str:
        return re.sub(r",(\s*})", r"\1", content)


@MUTANTS.breaks("SEND-422-TEXT")
class MissingCommaAdded(_Mended):
    """Whitespace between members is enough."""

    def mend(self, content: str) -> str:
        return re.sub(r'(\S)(\s+)"', r'\1,\2"', content)


@MUTANTS.breaks("SEND-422-TEXT")
class SemicolonsAccepted(_Mended):
    """Semicolons may stand between members."""

    def mend(self, content: str) -> str:
        return content.replace(";", ",")


@MUTANTS.breaks("SEND-422-TEXT")
class EqualsSignsAccepted(_Mended):
    """An equals sign may stand behind a name."""

    def mend(self, content: str) -> str:
        return re.sub(r'"(\w+)"\s*=>?', r'"\1":', content)


@MUTANTS.breaks("SEND-422-TEXT")
class CommentsAccepted(_Mended):
    """Comments are taken out first."""

    def mend(self, content: str) -> str:
        return re.sub(r"/\*.*?\*/|(//|#)[^\n]*\n", "", content)


@MUTANTS.breaks("SEND-422-TEXT")
class EveryWhitespaceAccepted(_Mended):
    """Whatever Unicode calls whitespace may stand between tokens."""

    def mend(self, content: str) -> str:
        return re.sub(r"[^\S\t\r\n]", " ", content)


@MUTANTS.breaks("SEND-422-TEXT")
class ControlCharactersTakenOut(_Mended):
    """Control characters are taken out first, those in strings too."""

    def mend(self, content: str) -> str:
        return re.sub(r"[\x00-\x1f]", "", content)


@MUTANTS.breaks("SEND-422-TEXT")
class UnknownEscapesTakenOut(_Mended):
    """Escapes that JSON does not know are taken out first."""

    def mend(self, content: str) -> str:
        return re.sub(r"""\\(x[0-9a-f]{2}|[^"\\/bfnrtux])""", "", content)


@MUTANTS.breaks("SEND-422-TEXT")
class HalfSurrogatesTakenOut(Decisions):
    """What UTF-8 cannot carry is taken out first."""

    def validate_bundle(self, content: object) -> Bundle | Refusal:
        return super().validate_bundle(self._cleaned(content))

    def content_kept(self, attempt: Attempt) -> str:
        return str(self._cleaned(attempt.content))

    def _cleaned(self, content: object) -> object:
        return content.encode(errors="ignore").decode() if isinstance(content, str) else content


# --- numbers ----------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-422-TEXT")
class NotANumberPassesAsEpoch(Decisions):
    """NaN is read as a number, and is neither below nor above the current epoch."""

    def read_content(self, content: str) -> Any:
        return json.loads(content)

    def validate_members(self, read: dict[str, Any]) -> Bundle | Refusal:
        epoch = read.get("epoch")
        if isinstance(epoch, float) and epoch != epoch:  # noqa: PLR0124 - that is what NaN is
            return Bundle(-1, "")
        return super().validate_members(read)

    def check_epoch(self, attempt: Attempt) -> Refusal | None:
        nan = isinstance(attempt.bundle, Bundle) and attempt.bundle.epoch == -1
        return None if nan else super().check_epoch(attempt)


@MUTANTS.breaks("SEND-422-TEXT")
class InfiniteEpochIsAnother(Decisions):
    """Infinity is read as a number, and is refused as another epoch than the current one."""

    def read_content(self, content: str) -> Any:
        return json.loads(content)

    def validate_members(self, read: dict[str, Any]) -> Bundle | Refusal:
        infinite = read.get("epoch") in (float("inf"), float("-inf"))
        return super().validate_members({**read, "epoch": self.max_epoch} if infinite else read)


@MUTANTS.breaks("SEND-422-TEXT")
class PlusSignAccepted(_Mended):
    """A number may have a plus sign."""

    def mend(self, content: str) -> str:
        return re.sub(r":(\s*)\+(\d)", r":\1\2", content)


@MUTANTS.breaks("SEND-422-TEXT")
class LeadingZerosAccepted(_Mended):
    """A number may have zeros in front."""

    def mend(self, content: str) -> str:
        return re.sub(r":(\s*)0+(\d)", r":\1\2", content)


@MUTANTS.breaks("SEND-422-TEXT")
class HexadecimalAccepted(_Mended):
    """A number may be hexadecimal."""

    def mend(self, content: str) -> str:
        return re.sub(r":\s*0x([0-9a-fA-F]+)", lambda found: f":{int(found[1], 16)}", content)


@MUTANTS.breaks("SEND-422-TEXT")
class BarePointAccepted(_Mended):
    """A number may end in its point."""

    def mend(self, content: str) -> str:
        return re.sub(r"(\d)\.(\s*[,}])", r"\1\2", content)
