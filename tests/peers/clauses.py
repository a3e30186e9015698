"""Which mutants somebody can find who speaks REST alone, by what clause they break. Pure."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from conformance.catalogue.records import Catalogue, Tier
from conformance.matrix.kills import tier_of
from conformance.reference.lies import Mutant

TABLE = Path(__file__).with_name("clauses.toml")


class Shows(StrEnum):
    """The least that it takes to see a breach, the simplest first; `clauses.toml` says what each means."""

    DOCUMENT = "document"
    KNOWLEDGE = "knowledge"
    STORY = "story"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Clause:
    """What it takes to see a breach of one requirement, and the operations that have to do with it."""

    shows: Shows
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Visible:
    """A mutant that REST can show: what it takes, and all operations that have to do with what it breaks."""

    mutant: Mutant
    shows: Shows
    asks: tuple[str, ...]


def read(path: Path = TABLE) -> dict[str, Clause]:
    """The table, by requirement."""
    tables = tomllib.loads(path.read_text("utf-8"))
    return {name: Clause(Shows(one["shows"]), tuple(one.get("asks", ()))) for name, one in tables.items()}


def visible(mutants: Iterable[Mutant], clauses: Mapping[str, Clause]) -> list[Visible]:
    """Those of ``mutants`` that break at least one clause of which a breach can show in an HTTP answer."""
    return [
        Visible(mutant, shown, asks)
        for mutant in mutants
        if (shown := _simplest(mutant, clauses)) is not Shows.EVENT and (asks := _asks(mutant, clauses))
    ]


def _simplest(mutant: Mutant, clauses: Mapping[str, Clause]) -> Shows:
    order = list(Shows)
    return min((clauses[one].shows for one in mutant.breaks), key=order.index)


def _asks(mutant: Mutant, clauses: Mapping[str, Clause]) -> tuple[str, ...]:
    """Sorted, so that mutants that break the same share a control."""
    return tuple(sorted({operation for one in mutant.breaks for operation in clauses[one].asks}))


def of_tier(mutants: Sequence[Mutant], catalogue: Catalogue, tier: Tier) -> list[Mutant]:
    """The mutants that a run of ``tier`` judges. Those that take a story of several causes are the exploration's."""
    told = [one for one in mutants if not one.told]
    return [one for one in told if tier is Tier.FULL or tier_of(one, catalogue) is tier]
