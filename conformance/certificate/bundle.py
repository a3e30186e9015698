"""The one file of a certificate: a zip archive of five members, written the same each time, and read with bounds."""

import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from conformance.errors import BundleFault
from conformance.redact import elide

ATTESTATION = "attestation.json"
ENVIRONMENT = "environment.json"
JOURNAL = "journal.jsonl"
RESULTS = "results.json"
TRANSCRIPT = "transcript.jsonl"
SUFFIX = ".portal-bundle.zip"

_MIB = 1024 * 1024
# What a member may have when it is unpacked: some ten times what a run of the full level writes.
_LARGEST = {ATTESTATION: 4 * _MIB, ENVIRONMENT: _MIB, JOURNAL: 16 * _MIB, RESULTS: 128 * _MIB, TRANSCRIPT: 512 * _MIB}
_LARGEST_FILE = 256 * _MIB
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_BLOCK = _MIB
_ENCRYPTED = 1


def pack(members: Mapping[str, bytes]) -> bytes:
    """The archive of ``members``: by name, of no date and nobody's, so that the same members make the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, members[name])
    return packed.getvalue()


def read(path: Path) -> bytes:
    """The file at ``path``, which may be no bundle; raises `BundleFault` where it cannot be read, or is too large."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise BundleFault(str(path), [f"cannot be read ({error.strerror})"]) from None
    if len(content) > _LARGEST_FILE:
        raise BundleFault(str(path), [f"is larger than {_LARGEST_FILE // _MIB} MiB, which no bundle is"])
    return content


def unpack(content: bytes, source: str) -> dict[str, bytes]:
    """The members of the archive ``content``, by name.

    Raises `BundleFault`, with every fault, where it is no archive of exactly the five members of a bundle, or where
    one is larger than any run makes it. Nothing is ever written to a path.
    """
    if not content:
        raise BundleFault(source, ["is empty: nothing was written to it, or all of it was lost"])
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            faults = [*_wrong_names(archive.infolist()), *_wrong_form(archive)]
            if faults:
                raise BundleFault(source, faults)
            return {one.filename: _unpacked(archive, one, source) for one in archive.infolist()}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        cut = content.startswith(b"PK\x03\x04")
        said = "is a zip archive that was cut off or damaged" if cut else "is no zip archive, and so no bundle"
        raise BundleFault(source, [f"{said} ({elide(str(error))})"]) from None


def _wrong_names(infos: Sequence[zipfile.ZipInfo]) -> Iterator[str]:
    for name, times in Counter(one.filename for one in infos).items():
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
            yield f"has a member that points out of the archive ({elide(name)}): whoever unpacks it is to be harmed"
        elif name not in _LARGEST:
            yield f"has a member that no bundle has ({elide(name)}): nobody signed it"
        if times > 1:
            yield f"has the member {elide(name)} {times} times: two readers would see two certificates"
    for name in sorted(_LARGEST.keys() - {one.filename for one in infos}):
        yield f"lacks its member {name}: what it proves cannot be seen"


def _wrong_form(archive: zipfile.ZipFile) -> Iterator[str]:
    infos = archive.infolist()
    if archive.comment or min((one.header_offset for one in infos), default=0) > 0:
        yield "has bytes before or behind its members: something is hidden in the file"
    for one in infos:
        if one.flag_bits & _ENCRYPTED:
            yield f"has an encrypted member ({elide(one.filename)}): what it holds cannot be seen"
        if one.file_size > _LARGEST.get(one.filename, _LARGEST_FILE):
            yield f"{_too_large(one.filename)}"


def _too_large(name: str) -> str:
    return f"has a member that no run makes so large ({elide(name)}): it would fill the memory of whoever reads it"


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: str) -> bytes:
    # What the archive says of a size is anybody's word: it is read in blocks, and no further than a run goes.
    blocks, size = [], 0
    with archive.open(info) as member:
        while block := member.read(_BLOCK):
            size += len(block)
            if size > _LARGEST[info.filename]:
                raise BundleFault(source, [_too_large(info.filename)])
            blocks.append(block)
    return b"".join(blocks)
