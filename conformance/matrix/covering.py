"""Combinations of variants: a covering array of all pairs, and a sample of mutants on variants. Repeatable."""

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any

from conformance.errors import UsageFault
from conformance.reference.lies import Mutant, Variant

try:
    from covertable import criteria, make
except ImportError:  # only who maintains the suite needs it
    criteria = make = None


def together(one: Variant, other: Variant) -> bool:
    """Whether the two can be combined: neither says that they are about the same choice."""
    return other.name not in one.apart and one.name not in other.apart


def covering_rows(variants: Sequence[Variant]) -> list[tuple[Variant, ...]]:
    """Combinations in which each two variants that go together meet, and each is there without each other.

    Raises `UsageFault` where the library that finds them is not installed.
    """
    if make is None:
        raise UsageFault("--pairs needs the library covertable: pip install 'portal-conformance[matrix]'")
    if len(variants) < 2:  # noqa: PLR2004 - a pair is two
        return []
    choices = _choices(variants)
    factors = {choice[0].name: ["", *(variant.name for variant in choice)] for choice in choices}
    # A few rows more than the greedy criterion finds, in a thirtieth of the time that it takes.
    rows: list[dict[str, str]] = make(
        factors, strength=2, constraints=list(_constraints(choices)), criterion=criteria.simple
    )
    return [tuple(variant for variant in variants if variant.name in row.values()) for row in rows]


def _choices(variants: Sequence[Variant]) -> list[list[Variant]]:
    """The variants in groups of which each two are about the same choice: one at most is taken of a group."""
    choices: list[list[Variant]] = []
    for variant in variants:
        home = next((one for one in choices if not any(together(variant, other) for other in one)), None)
        if home is None:
            choices.append([variant])
        else:
            home.append(variant)
    return choices


def _constraints(choices: Sequence[Sequence[Variant]]) -> Iterator[Mapping[str, Any]]:
    for here, there in combinations(choices, 2):
        for one, other in product(here, there):
            if not together(one, other):
                without = ((here[0].name, one.name), (there[0].name, other.name))
                yield {"operator": "or", "conditions": [_not_taken(*pair) for pair in without]}


def _not_taken(factor: str, name: str) -> Mapping[str, Any]:
    return {"operator": "ne", "left": factor, "value": name}


def uncovered(variants: Sequence[Variant], rows: Sequence[Sequence[Variant]]) -> list[tuple[str, str]]:
    """The pairs that go together and meet in no row; none, if the rows are right."""
    met = {pair for row in rows for pair in combinations([variant.name for variant in row], 2)}
    pairs = [(one.name, other.name) for one, other in combinations(variants, 2) if together(one, other)]
    return [pair for pair in pairs if pair not in met]


def sampled(
    mutants: Sequence[Mutant], variants: Sequence[Variant], number: int, seed: int
) -> list[tuple[Mutant, Variant]]:
    """So many different pairs, drawn with ``seed``; every mutant and every variant as often as any other, or nearly.

    All pairs where there are fewer; none of a mutant and a variant that hides it.
    """
    rnd = random.Random(seed)  # noqa: S311 - a sample to be repeated, not a secret
    drawn: dict[tuple[str, str], tuple[Mutant, Variant]] = {}
    hidden = sum(variant.name in mutant.hidden_by for mutant in mutants for variant in variants)
    most = min(number, len(mutants) * len(variants) - hidden)
    while len(drawn) < most:
        for mutant, variant in zip(_shuffled(mutants, rnd), _cycled(variants, len(mutants), rnd), strict=True):
            if len(drawn) < most and variant.name not in mutant.hidden_by:
                drawn.setdefault((mutant.name, variant.name), (mutant, variant))
    return list(drawn.values())


def _shuffled(mutants: Sequence[Mutant], rnd: random.Random) -> list[Mutant]:
    return rnd.sample(mutants, len(mutants))


def _cycled(variants: Sequence[Variant], length: int, rnd: random.Random) -> list[Variant]:
    drawn: list[Variant] = []
    while len(drawn) < length:
        drawn += rnd.sample(variants, len(variants))
    return drawn[:length]
