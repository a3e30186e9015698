"""The tools of a forger: a bundle taken apart, spoiled, and put together again, with the vendor's key or without it."""

import base64
import io
import json
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner

from conformance.certificate import bundle, keys
from conformance.certificate.making import Left, files_of, left_in, sealed, terms_of_run
from conformance.certificate.sealed import seal
from conformance.certificate.statement import terms_of
from conformance.certificate.terms import Terms

Document = dict[str, Any]
Members = dict[str, bytes]


@dataclass(frozen=True)
class Forge:
    """A certified run, and the key of its vendor, who may be the forger."""

    content: bytes
    written: bytes
    order: tuple[str, ...]
    signer: CryptoSigner

    @classmethod
    def of(cls, folder: Path, path: Path, key: Path) -> "Forge":
        left = left_in(folder / "reports")
        written = json.dumps(left.document).encode()
        return cls(path.read_bytes(), written, tuple(left.order), keys.signer_of(str(key)))

    # --- without the key ----------------------------------------------------------------------------------------

    def members(self) -> Members:
        return bundle.unpack(self.content, "the original")

    def altered(self, name: str, edit: Callable[[bytes], bytes]) -> bytes:
        """One member is another; the signature is left as it is."""
        members = self.members()
        return bundle.pack({**members, name: edit(members[name])})

    def reordered(self, edit: Callable[[list[bytes]], list[bytes]]) -> bytes:
        """The lines of the transcript are others."""
        return self.altered(bundle.TRANSCRIPT, lambda text: b"".join(edit(text.splitlines(keepends=True))))

    def zipped(self, *more: tuple[str, bytes], comment: bytes = b"") -> bytes:
        """The same members, and more of them."""
        packed = io.BytesIO(self.content)
        with warnings.catch_warnings(), zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
            warnings.simplefilter("ignore")  # that a name comes twice is what is wanted
            for name, content in more:
                archive.writestr(name, content)
            archive.comment = comment
        return packed.getvalue()

    def enveloped(self, **members: object) -> bytes:
        """The envelope says otherwise."""
        return self.altered(bundle.ATTESTATION, lambda text: json.dumps({**json.loads(text), **members}).encode())

    # --- with the key -------------------------------------------------------------------------------------------

    @property
    def statement(self) -> Document:
        return dict(json.loads(base64.b64decode(json.loads(self.members()[bundle.ATTESTATION])["payload"])))

    @property
    def terms(self) -> Terms:
        return terms_of(self.statement)

    def restated(self, edit: Callable[[Document], object], **members: bytes) -> bytes:
        """The statement says otherwise, and is signed anew."""
        statement = self.statement
        edit(statement)
        return bundle.pack({**self.members(), **members, bundle.ATTESTATION: seal(statement, self.signer)})

    def remade(
        self,
        edit: Callable[[Document], object] = lambda _: None,
        *,
        files: Callable[[Members], Mapping[str, bytes]] = lambda members: members,
        signer: CryptoSigner | None = None,
        stated: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The run went otherwise: results, journal, transcript and statement all agree on it, and all are signed.

        ``files`` spoils what is written before it is signed, ``stated`` what the statement says of the run.
        """
        document = json.loads(self.written)
        edit(document)
        names = {one["name"] for one in document["scenarios"]}
        order = [name for name in self.order if name in names]
        order += [name for name in names if name not in order]
        left = Left(document, order)
        terms = terms_of_run(left, signed=datetime.now(UTC), valid_days=365)
        written, ends = files_of(left, terms)
        written = {**written, **files(dict(written))}
        terms = replace(terms, chain=ends, **(stated or {}))
        attestation = sealed(document, terms, written, signer or self.signer)
        return bundle.pack({**written, bundle.ATTESTATION: attestation})


def stranger() -> CryptoSigner:
    """A key that nobody trusts."""
    return CryptoSigner(Ed25519PrivateKey.generate())
