"""Variants of the corners that are observed and never graded: stricter here, more lenient there."""

import json
from typing import Any

from conformance.reference import refusals
from conformance.reference.bodies import Body
from conformance.reference.bundle import no_constant, no_duplicates
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Variants
from conformance.reference.records import Bundle
from conformance.reference.refusals import Refusal

VARIANTS = Variants()

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_SHORTEST = 24 + 16
"""A nonce and a tag."""


@VARIANTS.keeps()
class WholeFloatsAccepted(Decisions):
    """2.0 is a version and 3.0 an epoch: JSON does not tell them from 2 and 3."""

    def is_version(self, value: object) -> bool:
        return super().is_version(int(value) if isinstance(value, float) and value.is_integer() else value)

    def is_epoch(self, value: object) -> bool:
        return super().is_epoch(int(value) if isinstance(value, float) and value.is_integer() else value)


@VARIANTS.keeps()
class UrlSafeAlphabetAccepted(Decisions):
    """The URL-safe alphabet of base64 is taken as well."""

    def is_ciphertext(self, value: object) -> bool:
        standard = value.replace("-", "+").replace("_", "/") if isinstance(value, str) else value
        return super().is_ciphertext(standard)


@VARIANTS.keeps()
class StrayBitsAccepted(Decisions):
    """Bits of the last character of a ciphertext that belong to no byte are ignored."""

    def is_ciphertext(self, value: object) -> bool:
        return super().is_ciphertext(_without_stray_bits(value) if isinstance(value, str) else value)


def _without_stray_bits(text: str) -> str:
    bare = text.rstrip("=")
    padding = len(text) - len(bare)
    if padding not in (1, 2) or not bare or bare[-1] not in _ALPHABET:
        return text
    unused = 2 * padding
    return bare[:-1] + _ALPHABET[_ALPHABET.index(bare[-1]) >> unused << unused] + "=" * padding


@VARIANTS.keeps()
class ShortCiphertextsRefused(Decisions):
    """A ciphertext that cannot hold nonce and tag is refused."""

    def is_ciphertext(self, value: object) -> bool:
        if not super().is_ciphertext(value):
            return False
        return isinstance(value, str) and len(value.rstrip("=")) * 3 // 4 >= _SHORTEST


@VARIANTS.keeps()
class ByteOrderMarkAccepted(Decisions):
    """A byte order mark in front of the content is skipped."""

    def read_content(self, content: str) -> Any:
        return super().read_content(content.removeprefix("\ufeff"))


@VARIANTS.keeps(apart=["first-duplicate-wins"])
class LastDuplicateWins(Decisions):
    """Of a member given twice the last one counts."""

    def read_content(self, content: str) -> Any:
        content.encode()
        return json.loads(content, parse_constant=no_constant)


@VARIANTS.keeps(apart=["last-duplicate-wins"])
class FirstDuplicateWins(Decisions):
    """Of a member given twice the first one counts."""

    def read_content(self, content: str) -> Any:
        content.encode()
        return json.loads(content, parse_constant=no_constant, object_pairs_hook=lambda pairs: dict(reversed(pairs)))


@VARIANTS.keeps()
class UnknownMembersRefused(Decisions):
    """A bundle with a member that the format does not have is refused."""

    def validate_members(self, read: dict[str, Any]) -> Bundle | Refusal:
        if read.keys() - {"v", "epoch", "ct"}:
            return refusals.invalid_bundle("the bundle has an unknown member")
        return super().validate_members(read)


@VARIANTS.keeps()
class UnknownBodyMembersRefused(Decisions):
    """A send's body with a member beside the content is refused."""

    def content_of(self, body: Body) -> object:
        if "content" in body and len(body) > 1:
            raise refusals.bad_body("the body has an unknown member", 422)
        return super().content_of(body)


@VARIANTS.keeps()
class ContentTwiceRefused(Decisions):
    """A body that gives a member twice is refused."""

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        body = super().parse_body(content_type, raw)
        try:
            json.loads(raw, object_pairs_hook=no_duplicates)
        except ValueError:
            raise refusals.bad_body("the body gives a member twice") from None
        return body


@VARIANTS.keeps()
class MissingTypeRefused(Decisions):
    """A body that is not declared as JSON is none, even where nothing is declared."""

    def is_json_type(self, content_type: str | None) -> bool:
        return content_type is not None and super().is_json_type(content_type)
