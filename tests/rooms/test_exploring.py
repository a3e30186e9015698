"""Exploration: the simplest failure is reported, what blocks ends it, the seed repeats it."""

import itertools
from pathlib import Path

import pytest
from hypothesis import strategies as st

from conformance.errors import Blocked, NonConformance, SuiteFault
from conformance.exploring import explore
from conformance.profile import Profile
from conformance.run import Options

from .made import CATALOGUE

NUMBERS = st.integers(0, 10_000)


def options(seed: int = 1, examples: int = 50) -> Options:
    return Options(Profile(), CATALOGUE, examples=examples, seed=seed)


def test_so_many_examples_as_were_asked_for() -> None:
    judged: list[int] = []
    explore(NUMBERS, judged.append, options=options(examples=7))
    assert len(judged) == 7


def test_the_simplest_failure_is_raised() -> None:
    def judge(number: int) -> None:
        if number >= 17:
            raise NonConformance(f"{number} was accepted", ["SEND-422-CT"])

    with pytest.raises(NonConformance) as caught:
        explore(NUMBERS, judge, options=options())
    assert (str(caught.value), caught.value.requirements) == ("17 was accepted", ("SEND-422-CT",))


def test_what_blocks_ends_it_at_once() -> None:
    judged: list[int] = []

    def judge(number: int) -> None:
        judged.append(number)
        if len(judged) == 3:
            raise Blocked("the target is gone")

    with pytest.raises(Blocked, match=r"\Athe target is gone\Z"):
        explore(NUMBERS, judge, options=options())
    assert len(judged) == 3


def test_a_target_that_dies_while_a_failure_is_shrunk_is_still_red() -> None:
    judged: list[int] = []

    def judge(number: int) -> None:
        judged.append(number)
        if any(before >= 17 for before in judged[:-1]):
            raise Blocked("the target is gone")
        if number >= 17:
            raise NonConformance(f"{number} was accepted")

    with pytest.raises(NonConformance, match="was accepted"):
        explore(NUMBERS, judge, options=options())
    assert sum(number >= 17 for number in judged[:-1]) == 1


def test_a_target_that_answers_differently_the_second_time_is_still_red() -> None:
    seen: set[int] = set()

    def judge(number: int) -> None:
        if number not in seen and number > 100:
            seen.add(number)
            raise NonConformance(f"{number} was accepted")

    with pytest.raises(NonConformance, match="was accepted"):
        explore(NUMBERS, judge, options=options())


def test_a_target_that_is_wrong_once_is_still_red() -> None:
    turn = itertools.count()

    def judge(number: int) -> None:
        if next(turn) == 5:
            raise NonConformance(f"{number} was accepted")

    with pytest.raises(NonConformance, match="was accepted"):
        explore(NUMBERS, judge, options=options())


def test_our_own_mistake_is_raised_as_it_is() -> None:
    def judge(_: int) -> None:
        raise SuiteFault("a mistake of ours")

    with pytest.raises(SuiteFault, match="a mistake of ours"):
        explore(NUMBERS, judge, options=options())


def test_the_seed_repeats_the_examples() -> None:
    def examples(seed: int) -> list[int]:
        judged: list[int] = []
        explore(NUMBERS, judged.append, options=options(seed=seed))
        return judged

    assert examples(1) == examples(1)
    assert examples(1) != examples(2)


def test_nothing_is_remembered_between_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def judge(number: int) -> None:
        raise NonConformance(f"{number} was accepted")

    with pytest.raises(NonConformance):
        explore(NUMBERS, judge, options=options())
    assert list(tmp_path.iterdir()) == []
