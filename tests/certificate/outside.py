"""What a stranger may do to a bundle, who has no key: the signature finds most of it, the rest says what it was."""

import json
from typing import Any

from conformance.certificate import bundle, chain
from conformance.certificate.texts import canonical, sha256

from .forging import Forge, stranger
from .tampering import Tampering


def _wire_line(lines: list[bytes], number: int, **members: Any) -> bytes:
    line = json.loads(lines[number])
    line["entry"].update(members)
    return canonical(line) + b"\n"


def _rechained(lines: list[bytes]) -> list[bytes]:
    before, found = chain.NOTHING, []
    for line in lines:
        text = canonical({**json.loads(line), "prev": before})
        found.append(text + b"\n")
        before = sha256(text)
    return found


def _edited(lines: list[bytes]) -> list[bytes]:
    return [*lines[:9], _wire_line(lines, 9, actor="nobody"), *lines[10:]]


def _another_head(lines: list[bytes]) -> list[bytes]:
    head = json.loads(lines[0])
    head["head"]["run"] = "b2b4c6a8-0000-4000-8000-000000000000"
    return [canonical(head) + b"\n", *lines[1:]]


def _flipped(text: bytes) -> bytes:
    place = text.index(b'"reason":"') + len(b'"reason":"')
    return text[:place] + bytes([text[place] ^ 1]) + text[place + 1 :]


def _signature_of_another(forge: Forge) -> bytes:
    other = bundle.unpack(forge.remade(lambda document: document.update(seconds=1.0)), "another")
    signatures = json.loads(other[bundle.ATTESTATION])["signatures"]
    return forge.enveloped(signatures=signatures)


def _bomb(forge: Forge) -> bytes:
    return forge.altered(bundle.ENVIRONMENT, lambda _: b" " * (3 * 1024 * 1024))


OUTSIDE = [
    Tampering("nothing is left", lambda forge: b"", "is empty"),  # noqa: ARG005 - every way is handed the forge
    Tampering("no archive", lambda forge: forge.members()[bundle.RESULTS], "is no zip archive"),
    Tampering("cut off", lambda forge: forge.content[: len(forge.content) // 2], "cut off or damaged"),
    Tampering("a bomb", _bomb, "no run makes so large"),
    Tampering("a file more", lambda forge: forge.zipped(("extra.json", b"{}")), "a member that no bundle has"),
    Tampering("a member twice", lambda forge: forge.zipped((bundle.RESULTS, b"{}")), "would see two certificates"),
    Tampering("a path", lambda forge: forge.zipped(("../../.bashrc", b"")), "points out of the archive"),
    Tampering("bytes hidden", lambda forge: forge.zipped(comment=b"hello"), "bytes before or behind its members"),
    Tampering(
        "a member gone",
        lambda forge: bundle.pack({name: one for name, one in forge.members().items() if name != bundle.TRANSCRIPT}),
        "lacks its member transcript.jsonl",
    ),
    Tampering("no envelope", lambda forge: forge.altered(bundle.ATTESTATION, lambda _: b"{}"), "is no DSSE envelope"),
    Tampering("another payload type", lambda forge: forge.enveloped(payloadType="text/plain"), "is of the type text"),
    Tampering("another signer", lambda forge: forge.remade(signer=stranger()), "is not who you trust"),
    Tampering("another's signature", _signature_of_another, "the signature is not that of this statement"),
    Tampering(
        "a bit flipped in the results",
        lambda forge: forge.altered(bundle.RESULTS, _flipped),
        "results.json: it is not the file that was signed",
    ),
    Tampering(
        "the environment edited",
        lambda forge: forge.altered(bundle.ENVIRONMENT, lambda text: text.replace(b"CPython", b"PyPython")),
        "environment.json: it is not the file that was signed",
    ),
    Tampering(
        "the journal rewritten",
        lambda forge: forge.altered(bundle.JOURNAL, lambda text: text.rstrip(b"\n")),
        "journal.jsonl: it is not the file that was signed",
    ),
    Tampering("a line edited", lambda forge: forge.reordered(_edited), "does not follow from line"),
    Tampering("a line taken out", lambda forge: forge.reordered(lambda lines: lines[:9] + lines[10:]), "taken out\n"),
    Tampering(
        "a line put in",
        lambda forge: forge.reordered(lambda lines: [*lines[:9], _wire_line(lines, 9, actor="x"), *lines[9:]]),
        "put in\n",
    ),
    Tampering(
        "two lines exchanged",
        lambda forge: forge.reordered(lambda lines: [*lines[:9], lines[10], lines[9], *lines[11:]]),
        "the order was changed",
    ),
    Tampering(
        "a line twice", lambda forge: forge.reordered(lambda lines: [*lines[:9], lines[8], *lines[9:]]), "twice\n"
    ),
    Tampering("lines cut", lambda forge: forge.reordered(lambda lines: lines[:-4]), "it ends 4 lines early"),
    Tampering(
        "half a line cut",
        lambda forge: forge.altered(bundle.TRANSCRIPT, lambda text: text[:-30]),
        "cut off in the middle of a line",
    ),
    Tampering(
        "lines appended",
        lambda forge: forge.reordered(lambda lines: _rechained([*lines, lines[-1]])),
        "it goes on for 1 lines",
    ),
    Tampering(
        "all chained anew", lambda forge: forge.reordered(lambda lines: _rechained(_edited(lines))), "all was written"
    ),
    Tampering("another head", lambda forge: forge.reordered(_another_head), "its head is not the one that was signed"),
    Tampering("too old", lambda forge: forge.content, "which is over", later=366),
]
