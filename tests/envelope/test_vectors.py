"""Known answers from outside: the vectors of "Cryptography in NaCl", which NaCl and libsodium test themselves with."""

import base64

import pytest
from nacl.bindings import crypto_box_beforenm
from nacl.public import Box, PrivateKey, PublicKey
from nacl.secret import SecretBox

from conformance.envelope import ChatKey, Envelope, KeyPair, build, seal, unseal, unwrap_key, wrap_key

ALICE_SECRET = bytes.fromhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
ALICE_PUBLIC = bytes.fromhex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
BOB_SECRET = bytes.fromhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")
BOB_PUBLIC = bytes.fromhex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")
FIRST_KEY = bytes.fromhex("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389")
NONCE = bytes.fromhex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37")
MESSAGE = bytes.fromhex(
    "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffc"
    "e5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31"
    "0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde"
    "048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f93776384864"
    "5e0705"
)
BOXED = bytes.fromhex(
    "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce"
    "48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c972"
    "71d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae"
    "90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b3"
    "7973f622a43d14a6599b1f654cb45a74e355a5"
)
TAG = 16


def test_the_vectors_agree_with_the_library() -> None:
    assert len(MESSAGE) == 131
    assert crypto_box_beforenm(BOB_PUBLIC, ALICE_SECRET) == FIRST_KEY
    assert SecretBox(FIRST_KEY).encrypt(MESSAGE, NONCE).ciphertext == BOXED
    box = Box(PrivateKey(ALICE_SECRET), PublicKey(BOB_PUBLIC))
    assert box.encrypt(MESSAGE, NONCE).ciphertext == BOXED


def test_seal_and_unseal() -> None:
    assert seal(MESSAGE, ChatKey(FIRST_KEY), nonce=NONCE) == NONCE + BOXED
    assert unseal(NONCE + BOXED, ChatKey(FIRST_KEY)) == MESSAGE


def test_an_envelope_holds_nonce_and_box() -> None:
    envelope = build(MESSAGE, ChatKey(FIRST_KEY), 7, nonce=NONCE)
    assert base64.b64decode(envelope.ct) == NONCE + BOXED
    assert Envelope(7, base64.b64encode(NONCE + BOXED).decode()).open(ChatKey(FIRST_KEY)) == MESSAGE


@pytest.mark.parametrize(("private", "public"), [(ALICE_SECRET, ALICE_PUBLIC), (BOB_SECRET, BOB_PUBLIC)])
def test_public_halves(private: bytes, public: bytes) -> None:
    assert base64.b64decode(KeyPair.from_private(private).public_base64) == public


def test_a_key_is_wrapped_as_nacl_boxes_it() -> None:
    """A chat key has 32 bytes, the published message 131; a stream cipher gives their beginnings in common."""
    alice, bob = KeyPair.from_private(ALICE_SECRET), KeyPair.from_private(BOB_SECRET)
    key = ChatKey(MESSAGE[:32])
    blob = wrap_key(key, recipient_public=bob.public_base64, sender=alice, nonce=NONCE)
    raw = base64.b64decode(blob)
    assert raw[:24] == NONCE
    assert raw[24 + TAG :] == BOXED[TAG : TAG + 32]
    assert Box(PrivateKey(BOB_SECRET), PublicKey(ALICE_PUBLIC)).decrypt(raw) == MESSAGE[:32]
    assert unwrap_key(blob, sender_public=alice.public_base64, recipient=bob) == key


def test_a_key_that_nacl_boxed_is_unwrapped() -> None:
    raw = Box(PrivateKey(ALICE_SECRET), PublicKey(BOB_PUBLIC)).encrypt(FIRST_KEY, NONCE)
    bob = KeyPair.from_private(BOB_SECRET)
    alice_public = base64.b64encode(ALICE_PUBLIC).decode()
    blob = base64.b64encode(raw).decode()
    assert unwrap_key(blob, sender_public=alice_public, recipient=bob) == ChatKey(FIRST_KEY)
