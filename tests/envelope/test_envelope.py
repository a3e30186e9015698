"""The envelope of a message: its literal text, its lengths, and that no tampering passes."""

import base64
import json
from collections.abc import Callable

import pytest

from conformance.envelope import (
    CONTENT_MAX,
    NONCE_BYTES,
    TAG_BYTES,
    VERSION,
    ChatKey,
    Envelope,
    EnvelopeError,
    KeyPair,
    build,
    build_exact,
    parse,
    plaintext_for_length,
    seal,
    unseal,
    unwrap_key,
    wrap_key,
)
from conformance.errors import ConformanceError

KEY = ChatKey(bytes(range(32)))
OTHER = ChatKey(bytes(range(1, 33)))
ALICE, BOB, EVE = (KeyPair.from_private(bytes([n]) * 32) for n in (1, 2, 3))


def test_constants_of_the_contract() -> None:
    assert (NONCE_BYTES, TAG_BYTES, VERSION, CONTENT_MAX) == (24, 16, 2, 4096)


def test_the_canonical_text() -> None:
    assert Envelope(3, "AbC+/w==").content() == '{"v":2,"epoch":3,"ct":"AbC+/w=="}'


def test_round_trip() -> None:
    envelope = build("grüß dich".encode(), KEY, 3)
    assert parse(envelope.content()) == envelope
    assert envelope.open(KEY).decode() == "grüß dich"


def test_nonces_are_fresh_unless_given() -> None:
    assert seal(b"x", KEY) != seal(b"x", KEY)
    assert seal(b"x", KEY, nonce=bytes(24)) == seal(b"x", KEY, nonce=bytes(24))
    assert seal(b"x", KEY, nonce=bytes(24))[:24] == bytes(24)
    with pytest.raises(EnvelopeError, match="a nonce has 23 bytes, expected 24"):
        seal(b"x", KEY, nonce=bytes(23))


def test_every_changed_byte_is_noticed() -> None:
    sealed = seal(b"attack at dawn", KEY)
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(EnvelopeError, match="does not open with this chat key"):
            unseal(changed, KEY)


def test_another_key_does_not_open() -> None:
    with pytest.raises(EnvelopeError, match="does not open with this chat key"):
        build(b"x", KEY, 3).open(OTHER)


@pytest.mark.parametrize("length", [0, 1, 24, 39])
def test_too_short_to_be_sealed(length: int) -> None:
    with pytest.raises(EnvelopeError, match=f"^{length} bytes are too few for a nonce and a tag$"):
        unseal(bytes(length), KEY)


@pytest.mark.parametrize("ct", ["", "AAAA", "not base64", "AAA", "é", "\ud800", "A\n==", None, 3])
def test_an_envelope_made_of_rubbish_does_not_open(ct: str) -> None:
    with pytest.raises(EnvelopeError):
        Envelope(3, ct).open(KEY)


@pytest.mark.parametrize("length", [81, 82, 83, 84, 85, 100, 4095, 4096, 4097, 65536])
@pytest.mark.parametrize("epoch", [0, 3])
def test_a_content_of_exactly_so_many_characters(length: int, epoch: int) -> None:
    content, plaintext = build_exact(length, KEY, epoch)
    assert len(content) == length
    members = json.loads(content)
    assert (members["v"], members["epoch"]) == (2, epoch)
    assert Envelope(epoch, members["ct"]).open(KEY) == plaintext


def test_as_many_plaintext_bytes_as_a_length_takes() -> None:
    assert plaintext_for_length(81, 0) == 2
    assert plaintext_for_length(4096, 3) == 3011
    assert len(build(bytes(3011), KEY, 3).content()) <= 4096 < len(build(bytes(3012), KEY, 3).content())
    with pytest.raises(EnvelopeError, match="80 characters are too few for a sealed message"):
        plaintext_for_length(80, 0)


def test_a_wrapped_key_opens_for_its_recipient_alone() -> None:
    blob = wrap_key(KEY, recipient_public=BOB.public_base64, sender=ALICE)
    assert len(base64.b64decode(blob)) == 24 + 16 + 32
    assert unwrap_key(blob, sender_public=ALICE.public_base64, recipient=BOB) == KEY
    with pytest.raises(EnvelopeError, match="is from or for somebody else"):
        unwrap_key(blob, sender_public=ALICE.public_base64, recipient=EVE)
    with pytest.raises(EnvelopeError, match="is from or for somebody else"):
        unwrap_key(blob, sender_public=EVE.public_base64, recipient=BOB)


def test_a_changed_blob_is_noticed() -> None:
    raw = base64.b64decode(wrap_key(KEY, recipient_public=BOB.public_base64, sender=ALICE))
    for at in range(len(raw)):
        changed = base64.b64encode(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]).decode()
        with pytest.raises(EnvelopeError, match="was changed"):
            unwrap_key(changed, sender_public=ALICE.public_base64, recipient=BOB)


@pytest.mark.parametrize("blob", ["", "AAAA", "no base64", "\ud800", None, 7, {}, base64.b64encode(bytes(72)).decode()])
def test_a_blob_of_rubbish(blob: str) -> None:
    with pytest.raises(EnvelopeError):
        unwrap_key(blob, sender_public=ALICE.public_base64, recipient=BOB)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_boxed_text_that_is_no_key(size: int) -> None:
    from nacl.public import Box  # the library itself, since wrap_key makes no such blob

    blob = base64.b64encode(Box(ALICE.private, BOB.private.public_key).encrypt(bytes(size))).decode()
    with pytest.raises(EnvelopeError, match=f"a chat key has {size} bytes, expected 32"):
        unwrap_key(blob, sender_public=ALICE.public_base64, recipient=BOB)


@pytest.mark.parametrize("public", ["", "AAAA", "no base64", None, 7, base64.b64encode(bytes(32)).decode(), "A" * 44])
def test_a_public_key_of_rubbish(public: str) -> None:
    with pytest.raises(EnvelopeError):
        wrap_key(KEY, recipient_public=public, sender=ALICE)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(EnvelopeError) as refused:
        act()
    return str(refused.value)


def test_a_refusal_is_a_sentence() -> None:
    blob, changed = (
        wrap_key(KEY, recipient_public=BOB.public_base64, sender=ALICE),
        base64.b64encode(bytes(72)).decode(),
    )
    mine = ALICE.public_base64
    assert [
        refusal(lambda: unseal(bytes(40), KEY)),
        refusal(lambda: Envelope(3, "no base64").open(KEY)),
        refusal(lambda: unwrap_key("no base64", sender_public=mine, recipient=BOB)),
        refusal(lambda: unwrap_key("AAAA", sender_public=mine, recipient=BOB)),
        refusal(lambda: unwrap_key(changed, sender_public=mine, recipient=BOB)),
        refusal(lambda: unwrap_key(blob, sender_public="no base64", recipient=BOB)),
        refusal(lambda: unwrap_key(blob, sender_public="AAAA", recipient=BOB)),
        refusal(lambda: unwrap_key(blob, sender_public=base64.b64encode(bytes(32)).decode(), recipient=BOB)),
        refusal(lambda: plaintext_for_length(80, 0)),
    ] == [
        "the ciphertext does not open with this chat key",
        "ct is 'no base64', expected standard base64",
        "the key blob is 'no base64', expected standard base64",
        "3 bytes are too few for a nonce and a tag",
        "the key blob was changed, or is from or for somebody else",
        "a public key is 'no base64', expected standard base64",
        "a public key has 3 bytes, expected 32",
        "the public key is one that cannot be used",
        "80 characters are too few for a sealed message",
    ]


def test_the_plaintext_of_an_exact_bundle_is_text_by_chance() -> None:
    first, second = (build_exact(4096, KEY, 3)[1] for _ in range(2))
    assert first != second
    assert set(first) == set(b"0123456789abcdef")
    assert len(first) == 3011


def test_an_exact_bundle_is_filled_behind_its_brace() -> None:
    assert [build_exact(length, KEY, 0)[0][:5] for length in (81, 82, 83, 84, 85)] == [
        '{"v":',
        '{ "v"',
        '{  "v',
        '{   "',
        '{"v":',
    ]


def test_keys_have_32_bytes() -> None:
    assert len(ChatKey.generate().secret) == 32
    assert ChatKey.generate() != ChatKey.generate()
    assert KeyPair.generate().public_base64 != KeyPair.generate().public_base64
    with pytest.raises(EnvelopeError, match="a chat key has 31 bytes, expected 32"):
        ChatKey(bytes(31))
    with pytest.raises(EnvelopeError, match="a private key has 33 bytes, expected 32"):
        KeyPair.from_private(bytes(33))


def test_keys_compare_by_value() -> None:
    assert ChatKey(bytes(32)) == ChatKey(bytes(32))
    assert {ChatKey(bytes(32)), ChatKey(bytes(32)), KEY} == {ChatKey(bytes(32)), KEY}
    assert KEY.secret != KEY
    assert KeyPair.from_private(bytes([1]) * 32) == ALICE


def test_no_secret_shows() -> None:
    key = ChatKey(b"s" * 32)
    assert repr(key) == str(key) == "ChatKey()"
    pair = KeyPair.from_private(b"s" * 32)
    assert repr(pair) == f"KeyPair(public='{pair.public_base64}')"


def test_a_failed_comparison_shows_no_key() -> None:
    key = ChatKey(b"open sesame, open sesame, please")
    with pytest.raises(AssertionError) as failed:
        assert key == KEY
    assert "sesame" not in str(failed.value)


def test_whose_fault_it_is() -> None:
    assert issubclass(EnvelopeError, ValueError)
    assert issubclass(EnvelopeError, ConformanceError)
