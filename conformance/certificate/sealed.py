"""The envelope of a statement: DSSE, signed with Ed25519, by securesystemslib."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import CryptoSigner, Key

from conformance import schemas
from conformance.certificate.texts import canonical, parsed
from conformance.redact import elide

PAYLOAD_TYPE = "application/vnd.in-toto+json"


class Unsealed(Exception):
    """The envelope proves nothing; the message is the sentence of the finding."""


def seal(statement: Mapping[str, Any], signer: CryptoSigner) -> bytes:
    """The ``statement`` in an envelope that ``signer`` signed, as JSON."""
    envelope = Envelope(canonical(statement), PAYLOAD_TYPE, {})
    envelope.sign(signer)
    return canonical(envelope.to_dict()) + b"\n"


def signatures_of(attestation: bytes) -> list[str]:
    """The ids of the keys by which it says to be signed; none where it is no envelope."""
    try:
        return list(_envelope(attestation).signatures)
    except Unsealed:
        return []


def unseal(attestation: bytes, key: Key) -> Any:
    """The statement in an envelope, once ``key`` has vouched for it.

    Raises `Unsealed` with a sentence where it is no envelope, of another type, or signed by others.
    """
    envelope = _envelope(attestation)
    if envelope.payload_type != PAYLOAD_TYPE:
        raise Unsealed(
            f"attestation.json: its payload is of the type {elide(envelope.payload_type)}, not {PAYLOAD_TYPE}: "
            "what was signed is not to be read as a statement"
        )
    if key.keyid not in envelope.signatures:
        others = ", ".join(elide(one, 80) for one in list(envelope.signatures)[:3]) or "nobody"
        raise Unsealed(
            f"attestation.json: it is signed by {others}, not by the key {key.keyid}: "
            "whoever made this certificate is not who you trust"
        )
    try:
        # One signature, looked up by its key: no other one is asked.
        key.verify_signature(envelope.signatures[key.keyid], envelope.pae())
    except UnverifiedSignatureError:
        raise Unsealed(
            "attestation.json: the signature is not that of this statement: it was changed after it was signed, or "
            "the signature was taken from elsewhere"
        ) from None
    return payload_of(envelope)


def payload_of(envelope: Envelope) -> Any:
    """The statement, as JSON; raises `Unsealed` where it is none."""
    try:
        return parsed(envelope.payload)
    except ValueError as error:
        raise Unsealed(f"attestation.json: what was signed is no JSON ({elide(str(error))})") from None


def _envelope(attestation: bytes) -> Envelope:
    try:
        document = parsed(attestation)
        faults = schemas.faults("certificate", document, "envelope")
        if faults:
            raise Unsealed(f"attestation.json: is no DSSE envelope ({faults[0]}): nothing is signed")
        for encoded in (document["payload"], *(one["sig"] for one in document["signatures"])):
            base64.b64decode(encoded, validate=True)
        return Envelope.from_dict(document)
    except (ValueError, binascii.Error) as error:
        raise Unsealed(f"attestation.json: is no DSSE envelope ({elide(str(error))}): nothing is signed") from None
