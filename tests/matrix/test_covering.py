from dataclasses import replace

import pytest

from conformance.errors import UsageFault
from conformance.matrix import covering
from conformance.matrix.covering import covering_rows, sampled, uncovered

from .made import mutant, variant

VARIANTS = [
    variant("early", "late"),
    variant("late"),
    variant("loud", "mute", "early"),
    variant("mute"),
    *(variant(f"free-{number}") for number in range(8)),
]


def test_each_two_that_go_together_meet() -> None:
    rows = covering_rows(VARIANTS)
    assert uncovered(VARIANTS, rows) == []
    assert len(rows) < 20


def test_what_is_apart_never_meets() -> None:
    for row in covering_rows(VARIANTS):
        names = {one.name for one in row}
        assert not any(
            {"early", "late"} <= names or {"loud", "mute"} <= names or {"loud", "early"} <= names for _ in "1"
        )


def test_the_rows_are_the_same_every_time() -> None:
    assert covering_rows(VARIANTS) == covering_rows(VARIANTS)


def test_one_alone_has_no_combinations() -> None:
    assert covering_rows(VARIANTS[:1]) == []


def test_a_missing_library_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covering, "make", None)
    with pytest.raises(UsageFault, match="needs the library covertable"):
        covering_rows(VARIANTS)


def test_a_sample_is_repeatable_and_spread() -> None:
    mutants = [mutant(f"m-{number}") for number in range(50)]
    drawn = sampled(mutants, VARIANTS, 40, seed=3)
    assert drawn == sampled(mutants, VARIANTS, 40, seed=3)
    assert drawn != sampled(mutants, VARIANTS, 40, seed=4)
    assert len({one.name for one, _ in drawn}) == 40
    assert {one.name for _, one in drawn} == {one.name for one in VARIANTS}


def test_a_pair_in_which_the_variant_hides_the_lie_is_not_drawn() -> None:
    hidden = replace(mutant("a"), hidden_by={VARIANTS[0].name: "nobody can tell"})
    drawn = sampled([hidden, mutant("b")], VARIANTS[:2], 200, seed=1)
    assert {(one.name, variant.name) for one, variant in drawn} == {
        ("a", VARIANTS[1].name), ("b", VARIANTS[0].name), ("b", VARIANTS[1].name),
    }  # fmt: skip


def test_a_sample_is_no_larger_than_what_there_is() -> None:
    assert len(sampled([mutant("a"), mutant("b")], VARIANTS[:2], 200, seed=1)) == 4
