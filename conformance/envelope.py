"""CiphertextV2: what a chat message looks like to everybody who lacks the chat key. Pure, no I/O.

A message travels as ``{"v": 2, "epoch": N, "ct": "<base64>"}``, where ``ct`` is the 24-byte nonce followed by
NaCl's ``secretbox`` of the plaintext. A chat key travels from member to member as NaCl's ``box`` of its 32
bytes, the nonce in front, base64.
"""

import base64
import binascii
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, Self

from nacl.exceptions import CryptoError
from nacl.public import Box, PrivateKey, PublicKey
from nacl.secret import SecretBox

from conformance.errors import ConformanceError

NONCE_BYTES = 24
TAG_BYTES = 16
KEY_BYTES = 32
VERSION = 2
CONTENT_MAX = 4096
"""The longest content that the contract allows, in characters."""

EPOCH_END = 2**64  # the history pages write an epoch as eight bytes
_SHOWN_MAX = 40
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_BARE_CIPHERTEXT = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")


class EnvelopeError(ConformanceError, ValueError):
    """Something is no envelope, key or sealed text, or cannot be opened with this key."""


class ShownByRepr:
    """Has Hypothesis show a record by its own repr.

    Left to itself it prints every field of a dataclass in a failing example, ``repr=False`` or not.
    """

    def _repr_pretty_(self, printer: Any, _cycle: object) -> None:
        printer.text(repr(self))


@dataclass(frozen=True, eq=False)
class ChatKey(ShownByRepr):
    """The 32 bytes that seal and open the messages of one epoch; nothing that prints it shows them."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _expect_length(self.secret, KEY_BYTES, "a chat key")

    # Written out: where a dataclass's own comparison fails in an assertion, pytest prints the fields.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, ChatKey) and secrets.compare_digest(self.secret, other.secret)

    def __hash__(self) -> int:
        return hash(self.secret)

    @classmethod
    def generate(cls) -> Self:
        """Make a key from the system's randomness."""
        return cls(secrets.token_bytes(KEY_BYTES))


@dataclass(frozen=True, repr=False)
class KeyPair(ShownByRepr):
    """An X25519 pair, as each session of a user has one; its repr shows the public half only."""

    private: PrivateKey

    @classmethod
    def generate(cls) -> Self:
        """Make a pair from the system's randomness."""
        return cls(PrivateKey.generate())

    @classmethod
    def from_private(cls, private: bytes) -> Self:
        """Rebuild a pair from the 32 bytes of its private half."""
        _expect_length(private, KEY_BYTES, "a private key")
        return cls(PrivateKey(private))

    @property
    def public_base64(self) -> str:
        """The public half as it is registered and shown to others: base64 of 32 bytes."""
        return _encode(bytes(self.private.public_key))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(public={self.public_base64!r})"


@dataclass(frozen=True)
class Envelope:
    """One sealed message: the epoch of its key and the ciphertext in base64, nonce in front."""

    epoch: int
    ct: str

    def content(self) -> str:
        """Spell it as the canonical compact JSON text ``{"v":2,"epoch":N,"ct":"…"}``."""
        return json.dumps({"v": VERSION, "epoch": self.epoch, "ct": self.ct}, separators=(",", ":"))

    def open(self, key: ChatKey) -> bytes:
        """Return the plaintext; `EnvelopeError` where the key is another one or a bit was changed."""
        return unseal(_decode(self.ct, "ct"), key)


def seal(plaintext: bytes, key: ChatKey, *, nonce: bytes | None = None) -> bytes:
    """Return nonce and secretbox in one, 40 bytes longer than the plaintext; a nonce not given is random."""
    return bytes(SecretBox(key.secret).encrypt(plaintext, _nonce(nonce)))


def unseal(sealed: bytes, key: ChatKey) -> bytes:
    """Return the plaintext of what `seal` made; `EnvelopeError` where short, changed or another key's."""
    _expect_room_for_tag(sealed)
    try:
        return SecretBox(key.secret).decrypt(sealed)
    except CryptoError as error:
        raise EnvelopeError("the ciphertext does not open with this chat key") from error


def build(plaintext: bytes, key: ChatKey, epoch: int, *, nonce: bytes | None = None) -> Envelope:
    """Seal a plaintext into the envelope of an epoch."""
    return Envelope(epoch, _encode(seal(plaintext, key, nonce=nonce)))


def plaintext_for_length(content_length: int, epoch: int) -> int:
    """Count the plaintext bytes that give a content of ``content_length`` characters, or up to three fewer.

    Base64 grows in steps of four, so not every length can be met without whitespace: see `build_exact`.
    """
    room = content_length - len(Envelope(epoch, "").content())
    count = room // 4 * 3 - NONCE_BYTES - TAG_BYTES
    if count < 0:
        raise EnvelopeError(f"{content_length} characters are too few for a sealed message")
    return count


def build_exact(length: int, key: ChatKey, epoch: int) -> tuple[str, bytes]:
    """Return a valid bundle of exactly ``length`` characters, also beyond 4096, and its random plaintext.

    Where base64 cannot meet the length, up to three spaces after the opening brace fill the rest.
    """
    count = plaintext_for_length(length, epoch)
    plaintext = secrets.token_hex(count)[:count].encode()
    compact = build(plaintext, key, epoch).content()
    return "{" + " " * (length - len(compact)) + compact[1:], plaintext


def parse(content: object) -> Envelope:
    """Read content that arrived in an event or a history entry: a bundle as JSON text or as an object.

    Strict: ``v`` is 2, ``epoch`` an integer of at most eight bytes, ``ct`` standard base64, no member twice,
    a text has at most 4096 characters. Unknown members are passed over, and 2.0 is 2, since JSON does not
    tell them apart. Everything else, however hostile, is an `EnvelopeError`.
    """
    members = _members(content)
    if _integer(members.get("v")) != VERSION:
        raise EnvelopeError(f"v is {_shown(members.get('v'))}, expected {VERSION}")
    epoch = _integer(members.get("epoch"))
    if epoch is None or not 0 <= epoch < EPOCH_END:
        raise EnvelopeError(f"epoch is {_shown(members.get('epoch'))}, expected an integer of up to 8 bytes")
    ct = members.get("ct")
    if not isinstance(ct, str) or not ct or not _BASE64.fullmatch(ct):
        raise EnvelopeError(f"ct is {_shown(ct)}, expected standard base64")
    return Envelope(epoch, ct)


def ciphertext_of(content: object) -> str | None:
    """Find the ``ct`` in any form that an event may carry: a bundle as text or object, or the bare ``ct``.

    Tells what the content carries, not whether it is valid (`parse` does), so that observed oddities are
    found as well. None where there is no ciphertext at all.
    """
    if isinstance(content, str):
        read = _lenient_object(content)
        if read is None:
            return content if _BARE_CIPHERTEXT.fullmatch(content) else None
        content = read
    ct = content.get("ct") if isinstance(content, Mapping) else None
    return ct if isinstance(ct, str) and ct else None


def wrap_key(key: ChatKey, *, recipient_public: str, sender: KeyPair, nonce: bytes | None = None) -> str:
    """Return the base64 blob that hands a chat key to the owner of a public key (base64 of 32 bytes)."""
    return _encode(_box(recipient_public, sender).encrypt(key.secret, _nonce(nonce)))


def unwrap_key(blob: str, *, sender_public: str, recipient: KeyPair) -> ChatKey:
    """Return the chat key in a blob; `EnvelopeError` where that sender did not make it for this recipient."""
    wrapped = _decode(blob, "the key blob")
    _expect_room_for_tag(wrapped)
    try:
        return ChatKey(_box(sender_public, recipient).decrypt(wrapped))
    except CryptoError as error:
        raise EnvelopeError("the key blob was changed, or is from or for somebody else") from error


def _box(public: str, own: KeyPair) -> Box:
    raw = _decode(public, "a public key")
    _expect_length(raw, KEY_BYTES, "a public key")
    try:
        return Box(own.private, PublicKey(raw))
    except CryptoError as error:  # the few keys that give the same secret with everybody
        raise EnvelopeError("the public key is one that cannot be used") from error


def _members(content: object) -> Mapping[str, Any]:
    if isinstance(content, str):
        if not 1 <= len(content) <= CONTENT_MAX:
            raise EnvelopeError(f"content has {len(content)} characters, expected 1 to {CONTENT_MAX}")
        content = _read(content)
    if not isinstance(content, Mapping):
        raise EnvelopeError(f"content is {_shown(content)}, expected an object")
    return content


def _read(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as error:
        raise EnvelopeError(f"content is not JSON: {_shown(text)}") from error


def _lenient_object(text: str) -> Mapping[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refuse_constant(name: str) -> NoReturn:
    raise EnvelopeError(f"{name} is no JSON number")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise EnvelopeError("a member occurs twice")
    return members


def _integer(value: object) -> int | None:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _shown(value: object) -> str:
    """Show a foreign value in a few ASCII characters, without walking through all of it."""
    if isinstance(value, str):
        return ascii(value) if len(value) <= _SHOWN_MAX else f"{value[:_SHOWN_MAX]!a}…"
    return ascii(value) if isinstance(value, bool | float | None) else f"of type {type(value).__name__}"


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _decode(text: object, what: str) -> bytes:
    if not isinstance(text, str) or not _BASE64.fullmatch(text):
        raise EnvelopeError(f"{what} is {_shown(text)}, expected standard base64")
    return binascii.a2b_base64(text)


def _nonce(nonce: bytes | None) -> bytes:
    if nonce is None:
        return secrets.token_bytes(NONCE_BYTES)
    _expect_length(nonce, NONCE_BYTES, "a nonce")
    return nonce


def _expect_length(raw: bytes, length: int, what: str) -> None:
    if len(raw) != length:
        raise EnvelopeError(f"{what} has {len(raw)} bytes, expected {length}")


def _expect_room_for_tag(sealed: bytes) -> None:
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise EnvelopeError(f"{len(sealed)} bytes are too few for a nonce and a tag")
