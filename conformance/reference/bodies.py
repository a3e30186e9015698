"""How a request's body is read, and the fields in it."""

import json
from typing import Any

from conformance.reference import refusals
from conformance.reference.bundle import decode_base64, no_constant

Body = dict[str, Any]
_MISSING: Any = object()
_MAX_NUMBER = 10**10


class BodyRules:
    """The body as a whole."""

    max_body_bytes = 2 * 1024 * 1024
    public_key_bytes = 32

    def is_json_type(self, content_type: str | None) -> bool:
        """Whether the body is declared as JSON; a body that declares nothing is taken for it."""
        if content_type is None:
            return True
        media_type = content_type.partition(";")[0].strip().lower()
        return media_type == "application/json" or media_type.endswith("+json")

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        """The JSON object that the body is; raises a refusal where it is none."""
        if not raw:
            raise refusals.bad_body("the body is empty")
        if not self.is_json_type(content_type):
            raise refusals.bad_body("the body must be application/json", 415)
        try:
            read = json.loads(raw.decode(), parse_constant=no_constant)  # bytes would be read as UTF-16 too
        except (ValueError, RecursionError):
            raise refusals.bad_body("the body is not JSON") from None
        if not isinstance(read, dict):
            raise refusals.bad_body("the body must be a JSON object", 422)
        return read

    def public_key_of(self, body: Body) -> str:
        """The public key in a registration's body; raises a refusal where it is none."""
        return base64_bytes(body, "public_key", size=self.public_key_bytes)

    def content_of(self, body: Body) -> object:
        """What a send's body holds as its content; None where it holds none."""
        return body.get("content")


def integer(
    body: Body, name: str, *, default: int = _MISSING, least: int | None = None, most: int | None = None
) -> int:
    """The integer of that name, within its bounds; a boolean is none, 3.0 is one: JSON does not tell it from 3."""
    value = body.get(name, default)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int:
        raise refusals.invalid(f"{name} must be an integer")
    if (least is not None and value < least) or (most is not None and value > most):
        raise refusals.invalid(f"{name} is out of bounds")
    return value


def number(body: Body, name: str) -> float:
    """The positive number of that name, within what a clock can count."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _MAX_NUMBER:
        raise refusals.invalid(f"{name} must be a positive number")
    return value


def boolean(body: Body, name: str, *, default: bool) -> bool:
    """The boolean of that name."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise refusals.invalid(f"{name} must be a boolean")
    return value


def text(body: Body, name: str, *, default: str = _MISSING, least: int = 0, most: int = 2000) -> str:
    """The string of that name, of a length within its bounds and without half surrogate pairs."""
    value = body.get(name, default)
    if not isinstance(value, str) or not least <= len(value) <= most or not _is_unicode(value):
        raise refusals.invalid(f"{name} must be a text of {least} to {most} characters")
    return value


def optional_text(body: Body, name: str, *, most: int) -> str | None:
    """The string of that name, or None where it is null or absent."""
    return None if body.get(name) is None else text(body, name, most=most)


def array(body: Body, name: str, *, default: list[Any] = _MISSING) -> list[Any]:
    """The array of that name."""
    value = body.get(name, default)
    if not isinstance(value, list):
        raise refusals.invalid(f"{name} must be an array")
    return value


def base64_bytes(body: Body, name: str, *, size: int | None = None) -> str:
    """The base64 text of that name, of so many bytes."""
    value = body.get(name)
    decoded = decode_base64(value)
    if decoded is None or (size is not None and len(decoded) != size):
        raise refusals.invalid(f"{name} must be base64" + (f" of {size} bytes" if size else ""))
    return str(value)


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
