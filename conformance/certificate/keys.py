"""Ed25519 keys: made, written, and read. What a private key holds is never shown, nor said in an error."""

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from securesystemslib.signer import CryptoSigner, Key, SSlibKey

from conformance.errors import KeyFault

ENV = "PORTAL_CERTIFY_KEY"
_BEGINS = "-----BEGIN"
_LARGEST = 64 * 1024
"""Bytes of a key file; a key has some hundred."""


def public_path(private: Path) -> Path:
    """Where the public key of a private one is written: beside it."""
    return private.with_name(f"{private.name}.pub")


def write_pair(path: Path) -> str:
    """Make a key pair, write the private key to ``path`` and the public one beside it; its id.

    Raises `KeyFault` where either is there already, or cannot be written.
    """
    for one in (path, public_path(path)):
        if one.exists():
            raise KeyFault(str(one), ["is there already, and a key is never overwritten: name another file by --out"])
    private = Ed25519PrivateKey.generate()
    signer = CryptoSigner(private)
    _create(path, signer.private_bytes, mode=0o600)
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _create(public_path(path), public, mode=0o644)
    return str(signer.public_key.keyid)


def _create(path: Path, content: bytes, *, mode: int) -> None:
    try:
        # Created with its mode, and only where nothing is: there is no moment in which others could read it.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except OSError as error:
        raise KeyFault(str(path), [f"cannot be written ({error.strerror})"]) from None


def signer_of(given: str) -> CryptoSigner:
    """The signer with a private key, which is ``given`` as the path of its file or as PEM itself.

    Raises `KeyFault` where it is no Ed25519 key in PEM.
    """
    named = "the private key" if given.startswith(_BEGINS) else given
    content = given.encode() if given.startswith(_BEGINS) else _read(Path(given))
    try:
        private = load_pem_private_key(content, password=None)
    except TypeError:
        raise KeyFault(named, ["is locked by a password: give a key without one"]) from None
    except (ValueError, UnsupportedAlgorithm):
        raise KeyFault(named, ["is no private key in PEM; `portal-conformance keygen` makes one"]) from None
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyFault(named, ["is no Ed25519 key; `portal-conformance keygen` makes one"])
    return CryptoSigner(private)


def public_key(path: Path) -> Key:
    """The public key in the PEM file at ``path``; raises `KeyFault` where it is no Ed25519 key."""
    content = _read(path)
    if b"PRIVATE KEY" in content:
        raise KeyFault(str(path), ["is a private key, which a verifier has no need of: give the .pub file beside it"])
    try:
        public = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        raise KeyFault(str(path), ["is no public key in PEM; `portal-conformance keygen` writes it as .pub"]) from None
    if not isinstance(public, Ed25519PublicKey):
        raise KeyFault(str(path), ["is no Ed25519 key, and certificates are signed by no other kind"])
    return SSlibKey.from_crypto(public)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except OSError as error:
        raise KeyFault(str(path), [f"cannot be read ({error.strerror})"]) from None
