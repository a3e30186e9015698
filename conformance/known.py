"""The file of known failures: what a gate lets pass for a while, each with a reason and a last day.

TOML to frozen records, every fault of a file reported at once with its path. A certificate never looks at it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from conformance import schemas, toml
from conformance.catalogue.records import Catalogue, Level, Requirement, Tier
from conformance.errors import KnownFailuresFault


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """One requirement that the target is known to fail, why that is so, and the last day on which it may."""

    id: str
    reason: str
    until: date


def today() -> date:
    """The day by which entries are dated: UTC, the same on every machine of a pipeline."""
    return datetime.now(UTC).date()


def load(path: Path, catalogue: Catalogue, tier: Tier, *, on: date) -> tuple[KnownFailure, ...]:
    """The entries of the TOML file at ``path``, in its order, as they hold ``on`` that day.

    Raises `KnownFailuresFault`, with all faults, where it cannot be read, is no TOML, or has an entry that can never
    be a known failure at this level.
    """
    document = toml.read(path, KnownFailuresFault)
    return parse(document, catalogue, tier, on=on, source=str(path))


def parse(
    document: Mapping[str, Any], catalogue: Catalogue, tier: Tier, *, on: date, source: str = "known failures"
) -> tuple[KnownFailure, ...]:
    """The entries that ``document`` (the value of the TOML) holds; raises `KnownFailuresFault` with all faults."""
    plain = {name: _plain(value) for name, value in document.items()}
    entries = plain.get("known", ())
    faults = [*schemas.faults("known-failures", plain), *_impossible(entries, catalogue, tier, on)]
    if faults:
        raise KnownFailuresFault(source, faults)
    return tuple(KnownFailure(one["id"], one["reason"], date.fromisoformat(one["until"])) for one in entries)


def _plain(value: Any) -> Any:
    """``value`` as JSON has it: TOML has dates, a schema knows texts that look like one."""
    match value:
        case date():
            return value.isoformat()
        case list():
            return [_plain(one) for one in value]
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case _:
            return value


def _impossible(entries: object, catalogue: Catalogue, tier: Tier, on: date) -> Iterator[str]:
    """What is wrong beyond the form; a member of the wrong form is told by the schema alone."""
    first: dict[str, int] = {}
    for index, one in enumerate(entries if isinstance(entries, list) else ()):
        malformed = {fault.partition(":")[0] for fault in schemas.faults("known-failures", one, "entry")}
        if not isinstance(one, dict):
            continue
        if "id" not in malformed:
            yield from _wrong_id(f"known[{index}].id", one["id"], catalogue, tier)
            if first.setdefault(one["id"], index) != index:
                yield f"known[{index}].id: {one['id']} is already the id of known[{first[one['id']]}]"
        if "until" not in malformed and date.fromisoformat(one["until"]) < on:
            yield f"known[{index}].until: {one['until']} has passed: have it mended, or agree on another day"


def _wrong_id(path: str, id_: str, catalogue: Catalogue, tier: Tier) -> Iterator[str]:
    if wrong := _never_fails(id_, catalogue, tier):
        yield f"{path}: {wrong}"


def _never_fails(id_: str, catalogue: Catalogue, tier: Tier) -> str:
    """Why no run of the level could find this requirement broken; empty where it could."""
    one: Requirement | None = catalogue.requirements.get(id_)
    if one is None:
        return catalogue.no_match(id_)
    if one not in catalogue.of_tier(tier):
        return f"{id_} is judged at --level full alone"
    if one.level is Level.INFO:
        return f"{id_} is printed and never graded"
    return f"{id_} is judged by no scenario ({one.unjudged})" if one.unjudged else ""
