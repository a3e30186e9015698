"""From outcomes to a verdict: the tables, and what holds of every fold."""

import dataclasses
import itertools
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.verdict import Judged, Outcome, Verdict, counted, fold_requirement, fold_run, some

from .made import UNHURRIED

PASSED, FAILED, BLOCKED = Outcome.PASSED, Outcome.FAILED, Outcome.BLOCKED
NOT_APPLICABLE, SUITE_ERROR, NOT_JUDGED = Outcome.NOT_APPLICABLE, Outcome.SUITE_ERROR, Outcome.NOT_JUDGED
CONFORMANT, NON_CONFORMANT, INCONCLUSIVE = Verdict.CONFORMANT, Verdict.NON_CONFORMANT, Verdict.INCONCLUSIVE

ID = "SEND-MUTED"
MINE = frozenset({ID})
NONE: frozenset[str] = frozenset()


def ended(outcome: Outcome, *, passed: frozenset[str] = MINE, failed: frozenset[str] = NONE) -> Judged:
    """A scenario that claims the one requirement."""
    return Judged("test_mutes::test_muted", outcome, MINE, passed, failed)


# --- words ----------------------------------------------------------------------------------------------------


def test_exit_statuses() -> None:
    assert {one.value: one.exit_status for one in Verdict} == {"conformant": 0, "non-conformant": 1, "inconclusive": 2}


def test_the_outcomes_are_a_closed_set() -> None:
    assert [one.value for one in Outcome] == [
        "passed",
        "failed",
        "blocked",
        "not applicable",
        "suite error",
        "not judged",
    ]


# --- what one scenario says of a requirement ------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [PASSED, BLOCKED, NOT_APPLICABLE, SUITE_ERROR, NOT_JUDGED])
def test_each_outcome_is_said_of_what_is_claimed(outcome: Outcome) -> None:
    passed = MINE if outcome is PASSED else NONE
    assert ended(outcome, passed=passed).says_of(ID) is outcome


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_broken_check_is_a_failure_however_the_scenario_ended(outcome: Outcome) -> None:
    assert ended(outcome, failed=MINE).says_of(ID) is FAILED


def test_a_broken_check_counts_for_what_was_not_claimed() -> None:
    assert ended(FAILED, failed=frozenset({"SEND-REFUSED-SILENT"})).says_of("SEND-REFUSED-SILENT") is FAILED


def test_a_check_that_held_counts_for_nothing_that_was_not_claimed() -> None:
    assert ended(PASSED, passed=frozenset({ID, "SEND-ACCEPT"})).says_of("SEND-ACCEPT") is None


def test_what_was_claimed_and_never_checked_is_blocked() -> None:
    assert ended(PASSED, passed=NONE).says_of(ID) is BLOCKED


@pytest.mark.parametrize("outcome", [PASSED, FAILED, BLOCKED])
def test_a_check_that_held_says_nothing_before_the_end_of_the_story(outcome: Outcome) -> None:
    assert dataclasses.replace(ended(outcome), finished=False).says_of(ID) is BLOCKED


@pytest.mark.parametrize("outcome", [FAILED, BLOCKED])
def test_another_requirement_broken_at_the_end_leaves_this_one_passed(outcome: Outcome) -> None:
    assert ended(outcome, failed=frozenset({"SEND-REFUSED-SILENT"})).says_of(ID) is PASSED


@pytest.mark.parametrize("outcome", [NOT_APPLICABLE, SUITE_ERROR, NOT_JUDGED])
def test_checks_that_held_do_not_outweigh_how_the_scenario_ended(outcome: Outcome) -> None:
    assert ended(outcome, passed=MINE).says_of(ID) is outcome


# --- what all scenarios say of a requirement ------------------------------------------------------------------

WORST_FIRST = (FAILED, SUITE_ERROR, BLOCKED, NOT_JUDGED, PASSED, NOT_APPLICABLE)


def saying(outcome: Outcome) -> Judged:
    return ended(outcome, passed=MINE if outcome is PASSED else NONE, failed=MINE if outcome is FAILED else NONE)


@pytest.mark.parametrize(("worse", "better"), list(itertools.combinations(WORST_FIRST, 2)))
def test_the_worse_of_two_counts(worse: Outcome, better: Outcome) -> None:
    assert fold_requirement(ID, [saying(better), saying(worse)]) is worse
    assert fold_requirement(ID, [saying(worse), saying(better)]) is worse


def test_where_no_scenario_speaks_it_is_not_judged() -> None:
    assert fold_requirement(ID, []) is NOT_JUDGED
    assert fold_requirement(ID, [Judged("test_bans::test_banned", PASSED, frozenset({"SEND-BANNED"}))]) is NOT_JUDGED


# --- the run --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("musts", "shoulds", "verdict"),
    [
        ([PASSED], [], CONFORMANT),
        ([PASSED, PASSED], [PASSED], CONFORMANT),
        ([PASSED, NOT_APPLICABLE], [NOT_APPLICABLE], CONFORMANT),
        ([PASSED], [FAILED], CONFORMANT),
        ([PASSED], [BLOCKED], INCONCLUSIVE),
        ([PASSED], [SUITE_ERROR], INCONCLUSIVE),
        ([PASSED], [NOT_JUDGED], INCONCLUSIVE),
        ([PASSED, BLOCKED], [], INCONCLUSIVE),
        ([PASSED, SUITE_ERROR], [], INCONCLUSIVE),
        ([PASSED, NOT_JUDGED], [], INCONCLUSIVE),
        ([NOT_APPLICABLE, NOT_APPLICABLE], [PASSED], INCONCLUSIVE),
        ([], [PASSED], INCONCLUSIVE),
        ([], [], INCONCLUSIVE),
        ([FAILED], [], NON_CONFORMANT),
        ([FAILED, PASSED, NOT_APPLICABLE], [FAILED], NON_CONFORMANT),
        ([FAILED, BLOCKED, SUITE_ERROR, NOT_JUDGED], [NOT_JUDGED], NON_CONFORMANT),
    ],
)
def test_verdict_of_a_complete_run(musts: Sequence[Outcome], shoulds: Sequence[Outcome], verdict: Verdict) -> None:
    assert verdict_of(musts, shoulds) is verdict


@pytest.mark.parametrize("must", list(Outcome))
def test_an_incomplete_run_is_never_conformant(must: Outcome) -> None:
    expected = NON_CONFORMANT if must is FAILED else INCONCLUSIVE
    assert verdict_of([must, PASSED], [PASSED], complete=False) is expected


def test_an_outcome_that_is_missing_is_not_judged() -> None:
    assert fold_run({"A": PASSED}, must=["A", "B"], should=[], complete=True) is INCONCLUSIVE
    assert fold_run({"A": PASSED}, must=["A"], should=["B"], complete=True) is INCONCLUSIVE


def test_what_is_neither_must_nor_should_has_no_say() -> None:
    assert fold_run({"A": PASSED, "B": FAILED}, must=["A"], should=[], complete=True) is CONFORMANT


def verdict_of(musts: Sequence[Outcome], shoulds: Sequence[Outcome], *, complete: bool = True) -> Verdict:
    must = {f"MUST-{place}": outcome for place, outcome in enumerate(musts)}
    should = {f"SHOULD-{place}": outcome for place, outcome in enumerate(shoulds)}
    return fold_run(must | should, must=must, should=should, complete=complete)


# --- what holds of every run ----------------------------------------------------------------------------------

MUSTS, SHOULDS = ("M1", "M2", "M3"), ("S1", "S2")
GREENNESS = {NON_CONFORMANT: 0, INCONCLUSIVE: 1, CONFORMANT: 2}
some_ids = st.frozensets(st.sampled_from((*MUSTS, *SHOULDS)))
scenarios = st.builds(
    Judged, st.just("test_x::test_y"), st.sampled_from(Outcome), some_ids, some_ids, some_ids, st.booleans()
)
runs = st.lists(scenarios, max_size=6)
# Runs of which many are green: every requirement is judged, and little else happened.
green = Judged("test_x::test_all", PASSED, frozenset((*MUSTS, *SHOULDS)), frozenset((*MUSTS, *SHOULDS)))
greenish_runs = st.lists(scenarios, max_size=2).map(lambda more: [green, *more])
any_runs = st.one_of(runs, greenish_runs)


def folded(judged: Sequence[Judged], *, complete: bool = True) -> Verdict:
    outcomes = {one: fold_requirement(one, judged) for one in (*MUSTS, *SHOULDS)}
    return fold_run(outcomes, must=MUSTS, should=SHOULDS, complete=complete)


@UNHURRIED
@given(any_runs, st.sampled_from(MUSTS), st.data())
def test_a_broken_check_of_a_must_makes_any_run_red(judged: list[Judged], must: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(judged)))
    if place == len(judged):
        judged = [*judged, Judged("test_x::test_new", FAILED, NONE, failed=frozenset({must}))]
    else:
        one = judged[place]
        judged = [*judged[:place], dataclasses.replace(one, failed=one.failed | {must}), *judged[place + 1 :]]
    assert folded(judged) is NON_CONFORMANT


@UNHURRIED
@given(any_runs, scenarios)
def test_one_more_scenario_never_makes_what_was_judged_greener(judged: list[Judged], more: Judged) -> None:
    if all(fold_requirement(one, judged) is not NOT_JUDGED for one in (*MUSTS, *SHOULDS)):
        before, after = folded(judged), folded([*judged, more])
        # Passed beside not applicable is passed: that alone may turn "nothing was judged" into a certificate.
        if Outcome.PASSED in {fold_requirement(one, judged) for one in MUSTS}:
            assert GREENNESS[after] <= GREENNESS[before]


@UNHURRIED
@given(any_runs)
def test_a_scenario_that_did_not_finish_never_makes_a_run_greener(judged: list[Judged]) -> None:
    for place, one in enumerate(judged):
        cut_off = [*judged[:place], dataclasses.replace(one, finished=False), *judged[place + 1 :]]
        assert GREENNESS[folded(cut_off)] <= GREENNESS[folded(judged)]


@UNHURRIED
@given(any_runs)
def test_an_incomplete_run_is_never_greener_than_a_complete_one(judged: list[Judged]) -> None:
    assert folded(judged, complete=False) is not CONFORMANT
    assert GREENNESS[folded(judged, complete=False)] <= GREENNESS[folded(judged)]


@UNHURRIED
@given(any_runs, st.randoms(use_true_random=False))
def test_the_order_of_scenarios_has_no_say(judged: list[Judged], chance: random.Random) -> None:
    shuffled = list(judged)
    chance.shuffle(shuffled)
    assert folded(shuffled) is folded(judged)


@UNHURRIED
@given(any_runs)
def test_to_be_told_twice_changes_nothing(judged: list[Judged]) -> None:
    assert folded([*judged, *judged]) is folded(judged)


@UNHURRIED
@given(any_runs)
def test_a_certificate_means_that_each_must_was_settled_and_one_held(judged: list[Judged]) -> None:
    if folded(judged) is CONFORMANT:
        musts = {fold_requirement(one, judged) for one in MUSTS}
        assert PASSED in musts
        assert musts <= {PASSED, NOT_APPLICABLE}
        assert {fold_requirement(one, judged) for one in SHOULDS} <= {PASSED, NOT_APPLICABLE, FAILED}


@UNHURRIED
@given(any_runs)
def test_red_is_said_for_a_broken_must_and_for_nothing_else(judged: list[Judged]) -> None:
    broken = any(fold_requirement(one, judged) is FAILED for one in MUSTS)
    assert (folded(judged) is NON_CONFORMANT) is broken


# --- sentences ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ids", "words"), [([], "0 gates"), (["A"], "1 gate"), (["A", "B"], "2 gates")])
def test_ids_are_counted(ids: list[str], words: str) -> None:
    assert counted(ids, "gate") == words


@pytest.mark.parametrize(
    ("ids", "words"), [("A", "A"), ("ABCDEF", "A, B, C, D, E, F"), ("ABCDEFGH", "A, B, C, D, E, F and 2 more")]
)
def test_many_ids_are_cut_short(ids: str, words: str) -> None:
    assert some(list(ids)) == words
