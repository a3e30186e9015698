"""What a valid CiphertextV2 bundle is, rule by rule."""

import base64
import binascii
import json
import re
from typing import Any, NoReturn

from conformance.reference import refusals
from conformance.reference.records import Bundle
from conformance.reference.refusals import Refusal

_STANDARD_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}", re.ASCII)


def no_constant(name: str) -> NoReturn:
    """Refuse NaN and the infinities, which Python would read but JSON does not have."""
    raise ValueError(f"{name} is not JSON")


def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that gives one member twice: two readers could take it differently."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is given twice")
    return members


def decode_base64(text: object) -> bytes | None:
    """The bytes of a standard, padded, canonical base64 text; None where it is anything else."""
    if not isinstance(text, str) or not _STANDARD_BASE64.fullmatch(text):
        return None
    try:
        decoded = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    return decoded if base64.b64encode(decoded).decode() == text else None


class BundleRules:
    """The rules of the content string, each replaceable by itself."""

    max_content_length = 4096
    max_epoch = 2**53 - 1

    def validate_bundle(self, content: object) -> Bundle | Refusal:
        """The bundle that ``content`` is, or why it is none."""
        if not isinstance(content, str):
            return refusals.invalid_bundle("content must be a string")
        if not self.is_text_length(content):
            return refusals.invalid_bundle(f"content must have 1 to {self.max_content_length} characters")
        try:
            read = self.read_content(content)
        except (ValueError, RecursionError):
            return refusals.invalid_bundle("content must be a JSON text")
        if not isinstance(read, dict):
            return refusals.invalid_bundle("content must be a JSON object")
        return self.validate_members(read)

    def validate_members(self, read: dict[str, Any]) -> Bundle | Refusal:
        """The bundle that the object is, or which member is not as it has to be."""
        if not self.is_version(read.get("v")):
            return refusals.invalid_bundle("v must be the integer 2")
        if not self.is_epoch(read.get("epoch")):
            return refusals.invalid_bundle("epoch must be an integer")
        if not self.is_ciphertext(read.get("ct")):
            return refusals.invalid_bundle("ct must be a non-empty standard base64 string")
        return Bundle(read["epoch"], read["ct"])

    def is_text_length(self, content: str) -> bool:
        """Whether the content is neither empty nor too long."""
        return 0 < len(content) <= self.max_content_length

    def read_content(self, content: str) -> Any:
        """The JSON value that the content is; raises ValueError or RecursionError where it is none."""
        content.encode()  # half a surrogate pair is no text, and nothing downstream could send it on
        return json.loads(content, parse_constant=no_constant, object_pairs_hook=no_duplicates)

    def is_version(self, value: object) -> bool:
        """Whether ``v`` is the integer 2, not a float or a boolean that equals it."""
        return type(value) is int and value == 2  # noqa: PLR2004 - the version is in the format's name

    def is_epoch(self, value: object) -> bool:
        """Whether ``epoch`` is an integer that every JSON reader keeps exact."""
        return type(value) is int and 0 <= value <= self.max_epoch

    def is_ciphertext(self, value: object) -> bool:
        """Whether ``ct`` is non-empty standard base64."""
        return decode_base64(value) is not None
