"""Defects of ``ct``, which is a non-empty string of standard base64."""

import base64

from conformance.envelope import NONCE_BYTES, TAG_BYTES
from conformance.strategies.bundles import Bundle
from conformance.strategies.spoiling import (
    REFUSED,
    Change,
    Defect,
    Spoiler,
    Variation,
    change_token,
    member_tokens,
    pick,
    place,
)

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_LINE = 64  # where PEM breaks its lines
_FOREIGN = "!#$%&*.,:;?@^|~"
_LOOKALIKES = "АВеоｂ１é–"  # noqa: RUF001 - letters of other alphabets are the point


def _reworked(twin: Bundle, ct: str) -> Change:
    return change_token(twin, "ct", twin.layout.text(ct))


def _one_replaced(characters: str) -> Spoiler:
    """Put one of these characters in the place of one of the ciphertext's own."""

    def spoil(twin: Bundle, variation: Variation) -> Change:
        at = place(variation, 0, len(twin.ct.rstrip("=")) - 1)
        return _reworked(twin, twin.ct[:at] + pick(variation, characters) + twin.ct[at + 1 :])

    return spoil


def _one_inserted(*texts: str) -> Spoiler:
    """Put one of these texts between two characters of the ciphertext."""

    def spoil(twin: Bundle, variation: Variation) -> Change:
        at = place(variation, 1, len(twin.ct.rstrip("=")) - 1)
        return _reworked(twin, twin.ct[:at] + pick(variation, texts) + twin.ct[at:])

    return spoil


def _around(before: str, after: str) -> Spoiler:
    def spoil(twin: Bundle, _variation: Variation) -> Change:
        return _reworked(twin, before + twin.ct + after)

    return spoil


def _wrapped(twin: Bundle, variation: Variation) -> Change:
    """Break the ciphertext into lines as PEM and MIME do."""
    lines = [twin.ct[at : at + _LINE] for at in range(0, len(twin.ct), _LINE)]
    return _reworked(twin, pick(variation, ("\n", "\r\n")).join(lines) + "\n")


def _padding_missing(twin: Bundle, variation: Variation) -> Change:
    """Leave one ``=`` off, or all; a ciphertext without any loses a character and so lacks one."""
    bare = twin.ct.rstrip("=")
    return _reworked(twin, pick(variation, (twin.ct[:-1], bare if bare != twin.ct else bare[:-1])))


def _one_character_over(twin: Bundle, variation: Variation) -> Change:
    """Leave a last group of a single character: six bits, which are no byte."""
    return _reworked(twin, twin.ct[: len(twin.ct) // 4 * 4 - 4] + pick(variation, _ALPHABET))


def _percent_encoded(twin: Bundle, _variation: Variation) -> Change:
    encoded = twin.ct.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    return _reworked(twin, encoded if encoded != twin.ct else f"%{ord(twin.ct[0]):02X}{twin.ct[1:]}")


def _url_safe(twin: Bundle, _variation: Variation) -> Change:
    other = twin.ct.replace("+", "-").replace("/", "_")
    return _reworked(twin, other if other != twin.ct else "-" + twin.ct[1:])


def _stray_bits(twin: Bundle, variation: Variation) -> Change:
    """Set bits of the last character that belong to no byte."""
    bare = twin.ct.rstrip("=")
    unused = 2 * (len(twin.ct) - len(bare))
    if not unused:
        return _reworked(twin, bare[:-2] + "B=")
    last = _ALPHABET.index(bare[-1]) | place(variation, 1, 2**unused - 1)
    return _reworked(twin, bare[:-1] + _ALPHABET[last] + twin.ct[len(bare) :])


def _short(twin: Bundle, variation: Variation) -> Change:
    """Keep fewer bytes than a nonce and a tag have."""
    kept = pick(variation, (NONCE_BYTES + TAG_BYTES - 1, NONCE_BYTES, NONCE_BYTES - 1, 1))
    return _reworked(twin, base64.b64encode(base64.b64decode(twin.ct)[:kept]).decode("ascii"))


def _ct(name: str, title: str, spoiler: Spoiler, *, graded: bool = True) -> Defect:
    return Defect(name, "ct", "SEND-422-CT", title, spoiler, graded=graded, statuses=REFUSED)


def _token(name: str, title: str, *tokens: str | None) -> Defect:
    return _ct(name, title, member_tokens("ct", *tokens))


DEFECTS = (
    _token("ct-absent", "ct is absent", None),
    _token("ct-null", "ct is null", "null"),
    _token("ct-number", "ct is a number", "2", "0", "-1", "1.5"),
    _token("ct-true", "ct is true", "true"),
    _token("ct-array", "ct is an array with the string", '["<ct>"]', "[]"),
    _token("ct-object", "ct is an object", "{}", '{"ct":"<ct>"}'),
    _token("ct-empty", "ct is an empty string", '""'),
    _token("ct-blank", "ct is a single space", '" "', r'"\n"'),
    _ct("ct-outside-alphabet", "ct has a character outside base64", _one_replaced(_FOREIGN)),
    _ct("ct-percent-encoded", "ct is percent-encoded", _percent_encoded),
    _ct("ct-data-url", "ct has the head of a data URL", _around("data:;base64,", "")),
    _ct("ct-non-ascii", "ct has a letter outside ASCII", _one_replaced(_LOOKALIKES)),
    _ct("ct-lone-surrogate", "ct has half of a surrogate pair", _one_inserted("\ud800", "\udfff")),
    _ct("ct-null-character", "ct has a null character", _one_inserted("\0")),
    _ct("ct-null-character-behind", "ct has a null character behind it", _around("", "\0")),
    _ct("ct-padding-missing", "ct lacks padding", _padding_missing),
    _ct("ct-padding-extra", "ct has one padding character too many", _around("", "=")),
    _ct("ct-padding-inside", "ct has a padding character inside", _one_inserted("=")),
    _ct("ct-padding-only", "ct is nothing but padding", member_tokens("ct", '"===="', '"="')),
    _ct("ct-one-character-over", "ct ends in a group of one character", _one_character_over),
    _ct("ct-space-inside", "ct has a space inside", _one_inserted(" ")),
    _ct("ct-tab-inside", "ct has a tab inside", _one_inserted("\t")),
    _ct("ct-line-break-inside", "ct has a line break inside", _one_inserted("\n", "\r\n", "\r")),
    _ct("ct-line-breaks", "ct is broken into lines", _wrapped),
    _ct("ct-space-in-front", "ct has a space in front", _around(" ", "")),
    _ct("ct-space-behind", "ct has a space behind it", _around("", " ")),
    _ct("ct-line-break-behind", "ct has a line break behind it", _around("", "\n")),
    _ct("ct-url-safe", "ct is in the URL-safe alphabet", _url_safe, graded=False),
    _ct("ct-stray-bits", "ct has stray bits in its last character", _stray_bits, graded=False),
    _ct("ct-short", "ct is shorter than nonce and tag", _short, graded=False),
)
