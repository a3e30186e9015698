"""From TOML files to the records of the catalogue; every fault of all files is reported at once."""

import difflib
import hashlib
import json
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from conformance import schemas
from conformance.catalogue.records import Catalogue, Chapter, Level, Requirement, Tier
from conformance.errors import CatalogueFault

MANIFEST = "edition"

_Document = Mapping[str, Any]
_Documents = Mapping[str, _Document]


def load(folder: Path | None = None) -> Catalogue:
    """Return the catalogue in ``folder``, or the packaged one, which is read once.

    Raises `CatalogueFault`, with every fault of every file, where it contradicts itself.
    """
    return _packaged() if folder is None else _load(folder)


@cache
def _packaged() -> Catalogue:
    return _load(Path(__file__).parent)


def _load(folder: Path) -> Catalogue:
    stems = sorted({path.stem for path in folder.glob("*.toml")} | {MANIFEST})
    faults: list[str] = []
    documents = {stem: one for stem in stems if (one := _read(folder / f"{stem}.toml", faults)) is not None}
    manifest = documents.pop(MANIFEST, None)
    if manifest is not None:
        faults += [*_unlisted(manifest, stems), *_pages(manifest, documents)]
    faults += [*_misnamed(documents), *_twice(documents)]
    if faults or manifest is None:
        raise CatalogueFault("\n".join(faults))
    return _catalogue(manifest, [documents[name] for name in manifest["chapters"]])


# --- reading and checking -----------------------------------------------------------------------------------


def _read(path: Path, faults: list[str]) -> _Document | None:
    """Return the document at ``path``; None, the reasons added to ``faults``, where its shape is wrong."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        found: Sequence[str] = [f"cannot be read ({error.strerror})"]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        found = [f"is not valid TOML ({error})"]
    else:
        found = schemas.faults("catalogue", document, MANIFEST if path.stem == MANIFEST else None)
    faults += [f"{path.name}: {fault}" for fault in found]
    return None if found else document


def _unlisted(manifest: _Document, stems: Collection[str]) -> Iterator[str]:
    listed = manifest["chapters"]
    for index, name in enumerate(listed):
        if name not in stems:
            yield f"{MANIFEST}.toml: chapters[{index}]: there is no file {name}.toml"
    for stem in stems:
        if stem not in (*listed, MANIFEST):
            yield f"{MANIFEST}.toml: chapters: {stem}.toml is not listed"


def _pages(manifest: _Document, documents: _Documents) -> Iterator[str]:
    for path, one in _entries(documents):
        for index, page in enumerate(one["pages"]):
            if page not in manifest["pages"]:
                near = difflib.get_close_matches(page, manifest["pages"], n=1)
                hint = f" (did you mean {near[0]!r}?)" if near else ""
                yield f"{path}.pages[{index}]: {MANIFEST}.toml knows no page {page!r}{hint}"


def _misnamed(documents: _Documents) -> Iterator[str]:
    for stem, document in documents.items():
        name = document["chapter"]
        if name != stem:
            yield f"{stem}.toml: chapter: expected {stem!r}, as the file is called, got {name!r}"


def _twice(documents: _Documents) -> Iterator[str]:
    first: dict[str, str] = {}
    for path, one in _entries(documents):
        known = first.setdefault(one["id"], path)
        if known != path:
            yield f"{path}.id: {one['id']} is already the id of {known}"


def _entries(documents: _Documents) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for stem, document in documents.items():
        for index, one in enumerate(document["requirement"]):
            yield f"{stem}.toml: requirement[{index}]", one


# --- building -----------------------------------------------------------------------------------------------


def _catalogue(manifest: _Document, documents: Sequence[_Document]) -> Catalogue:
    chapters = tuple(Chapter(one["chapter"], _prose(one["title"]), Tier(one["tier"])) for one in documents)
    requirements = {
        entry["id"]: _requirement(chapter, entry)
        for chapter, document in zip(chapters, documents, strict=True)
        for entry in document["requirement"]
    }
    return Catalogue(
        edition=manifest["edition"],
        chapters=chapters,
        requirements=MappingProxyType(requirements),
        digest=_digest(requirements),
        pages=MappingProxyType(dict(manifest["pages"])),
    )


def _requirement(chapter: Chapter, entry: Mapping[str, Any]) -> Requirement:
    return Requirement(
        id=entry["id"],
        level=Level(entry["level"]),
        tier=chapter.tier,
        chapter=chapter.name,
        pages=tuple(entry["pages"]),
        text=_prose(entry["text"]),
        conditions=tuple(_prose(one) for one in entry.get("conditions", ())),
        feature=entry.get("feature", ""),
        unjudged=_prose(entry.get("unjudged", "")),
    )


def _prose(text: str) -> str:
    # A paragraph may be wrapped in its file in any way; the record, and so the digest, does not see how.
    return " ".join(text.split())


def _digest(requirements: Mapping[str, Requirement]) -> str:
    records = [asdict(requirements[id_]) for id_ in sorted(requirements)]
    canonical = json.dumps(records, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "sha256:" + hashlib.sha256(canonical.encode("ascii")).hexdigest()
