"""What can be said of the ciphertexts in a stored body, without any key: version, epoch, and the sizes inside.

What is stored came from the suite or from a target, and may be spoiled in any way: whatever cannot be read is told as
such, and nothing raises.
"""

import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance import envelope, foreign
from conformance.redact import elide

_MOST = 6
"""Ciphertexts told of one body: a history has hundreds."""
_DEEPEST = 8
_SHOWN = 60
_NONCE_SHOWN = 8
_CONTENT = "content"
_OVERHEAD = envelope.NONCE_BYTES + envelope.TAG_BYTES


@dataclass(frozen=True, slots=True)
class Sealed:
    """One ciphertext: where it was found, what it consists of by name, and what is wrong with it, if anything is."""

    where: str
    facts: tuple[tuple[str, str], ...]
    fault: str = ""


def found_in(body: str) -> tuple[Sealed, ...]:
    """The first ciphertexts in ``body``, which is JSON or not; none where it has none."""
    try:
        value = foreign.loads(body)
    except ValueError:
        return ()
    found = _bundles(value, "", 0)
    return tuple(_told(where, bundle) for (where, bundle), _ in zip(found, range(_MOST), strict=False))


def _bundles(value: Any, where: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        if "ct" in value:
            yield where or "body", value
            return
        for name, one in value.items():
            here = f"{where}.{name}".removeprefix(".")
            if name == _CONTENT:
                yield here, one
            else:
                yield from _bundles(one, here, depth + 1)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _bundles(one, f"{where}[{index}]", depth + 1)


def _told(where: str, content: Any) -> Sealed:
    members = _members(content)
    facts = (
        *((name, elide(repr(members[name]), _SHOWN)) for name in ("v", "epoch") if name in members),
        *_of_ct(members.get("ct")),
    )
    return Sealed(elide(where, _SHOWN), facts, _fault(content))


def _members(content: Any) -> Mapping[str, Any]:
    """The members of a bundle, also where it is not a valid one; none where it is no object at all."""
    if isinstance(content, str):
        try:
            content = foreign.loads(content)
        except ValueError:
            return {}
    return content if isinstance(content, Mapping) else {}


def _of_ct(ct: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(ct, str):
        return
    yield "ct", f"{len(ct)} characters of base64"
    try:
        raw = binascii.a2b_base64(ct, strict_mode=True)
    except ValueError:
        return
    if len(raw) < _OVERHEAD:
        yield "sizes", f"{len(raw)} bytes, too few for a nonce of {envelope.NONCE_BYTES} and a tag"
        return
    yield "nonce", f"{envelope.NONCE_BYTES} bytes, {raw[:_NONCE_SHOWN].hex(' ')} …"
    yield "tag", f"{envelope.TAG_BYTES} bytes (Poly1305)"
    yield "sealed", f"{len(raw) - _OVERHEAD} bytes, as many as the plaintext has"


def _fault(content: Any) -> str:
    try:
        bundle = envelope.parse(content)
        short = len(binascii.a2b_base64(bundle.ct)) < _OVERHEAD
    except (envelope.EnvelopeError, ValueError) as error:
        return elide(f"no valid CiphertextV2: {error}")
    return "no valid CiphertextV2: too short to hold anything sealed" if short else ""
