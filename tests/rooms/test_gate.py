"""What a gate says: the table of outcomes, and what can hide behind what is known."""

from collections.abc import Sequence

import pytest

from conformance.gate import Gate, Passage, fails_by, fold_gate
from conformance.verdict import Judged, Outcome

PASSED, FAILED, BLOCKED = Outcome.PASSED, Outcome.FAILED, Outcome.BLOCKED
NOT_APPLICABLE, SUITE_ERROR, NOT_JUDGED = Outcome.NOT_APPLICABLE, Outcome.SUITE_ERROR, Outcome.NOT_JUDGED
MUST, SHOULD = ("A", "B", "C"), ("S",)


def said(requirement: str, outcome: Outcome) -> Judged:
    """One scenario that claims one requirement, and ends so."""
    one = frozenset({requirement})
    return Judged(
        f"test_{requirement}",
        outcome,
        one,
        passed=one if outcome is PASSED else frozenset(),
        failed=one if outcome is FAILED else frozenset(),
        finished=outcome is PASSED,
    )


def fold(known: Sequence[str] = (), *more: Judged, incomplete: str = "", **outcomes: Outcome) -> Gate:
    """The gate over a run in which every requirement passed but those named."""
    told = {**dict.fromkeys((*MUST, *SHOULD), PASSED), **outcomes}
    judged = [*(said(one, outcome) for one, outcome in told.items()), *more]
    return fold_gate(judged, known, must=MUST, should=SHOULD, incomplete=incomplete)


def test_exit_statuses() -> None:
    assert {one.value: one.exit_status for one in Passage} == {"passed": 0, "failed": 1, "inconclusive": 2}


@pytest.mark.parametrize(
    ("known", "outcomes", "passage", "reason"),
    [
        ([], {}, "passed", "every MUST requirement of the level holds"),
        ([], {"A": FAILED}, "failed", "1 MUST requirement broken and not known to be: A"),
        ([], {"S": FAILED}, "passed", "every MUST requirement of the level holds"),
        ([], {"A": BLOCKED}, "inconclusive", "1 requirement not judged: A"),
        ([], {"S": NOT_JUDGED}, "inconclusive", "1 requirement not judged: S"),
        ([], {"A": NOT_APPLICABLE}, "passed", "every MUST requirement of the level holds"),
        ([], dict.fromkeys(MUST, NOT_APPLICABLE), "inconclusive", "no MUST requirement was judged"),
        (["A"], {"A": FAILED}, "passed", "1 known failure, and nothing else is broken: A"),
        (["B", "A"], {"A": FAILED, "B": FAILED}, "passed", "2 known failures, and nothing else is broken: A, B"),
        (["S"], {"S": FAILED}, "passed", "1 known failure, and nothing else is broken: S"),
        (list(MUST), dict.fromkeys(MUST, FAILED), "passed", "3 known failures, and nothing else is broken: A, B, C"),
        (["A"], {}, "failed", "1 known failure broken no more, remove from the file: A"),
        (["S"], {}, "failed", "1 known failure broken no more, remove from the file: S"),
        (["A"], {"A": NOT_APPLICABLE}, "failed", "1 known failure broken no more, remove from the file: A"),
        (["A"], {"A": BLOCKED}, "inconclusive", "1 known failure not judged: A"),
        (["A"], {"A": NOT_JUDGED}, "inconclusive", "1 known failure not judged: A"),
        (["A"], {"A": SUITE_ERROR}, "inconclusive", "1 known failure not judged: A"),
        (["A"], {"A": FAILED, "B": FAILED}, "failed", "1 MUST requirement broken and not known to be: B"),
        (["A"], {"A": FAILED, "B": BLOCKED}, "inconclusive", "1 requirement not judged: B"),
        (["A"], {"A": FAILED, "S": FAILED}, "passed", "1 known failure, and nothing else is broken: A"),
        (
            ["A", "C"],
            {"A": BLOCKED, "B": FAILED},
            "failed",
            "1 MUST requirement broken and not known to be: B; 1 known failure broken no more, remove from the file: C",
        ),
        (
            ["A"],
            {"A": BLOCKED, "B": SUITE_ERROR},
            "inconclusive",
            "1 known failure not judged: A; 1 requirement not judged: B",
        ),
    ],
)
def test_passage_and_reason(known: list[str], outcomes: dict[str, Outcome], passage: str, reason: str) -> None:
    gate = fold(known, **outcomes)
    assert (gate.passage.value, gate.reason) == (passage, reason)
    assert gate.known == {one: outcomes.get(one, PASSED) for one in known}


@pytest.mark.parametrize(
    ("outcomes", "passage"),
    [({"A": FAILED}, "inconclusive"), ({"A": PASSED}, "failed"), ({"A": FAILED, "B": FAILED}, "failed")],
)
def test_a_run_that_is_not_the_whole_story_never_passes(outcomes: dict[str, Outcome], passage: str) -> None:
    gate = fold(["A"], incomplete="the run was interrupted", **outcomes)
    assert gate.passage.value == passage
    assert gate.reason == "the run was interrupted" or passage == "failed"


# --- one scenario, several requirements -----------------------------------------------------------------------


def ended_at(failed: str, *, claimed: str = "AB", passed: str = "", finished: bool = False) -> Judged:
    return Judged("test_both", FAILED, frozenset(claimed), frozenset(passed), frozenset(failed), finished)


def test_what_a_scenario_did_not_come_to_because_of_a_known_failure_is_noticed_and_passes() -> None:
    gate = fold(["A"], ended_at("A"), A=FAILED)
    assert gate.passage is Passage.PASSED
    assert gate.hidden == {"B": ("A",)}
    assert gate.reason == "1 known failure, and nothing else is broken: A; 1 requirement not judged behind it: B"


def test_of_several_known_failures_those_are_named_that_hide_it() -> None:
    gate = fold(["A", "B"], ended_at("A", claimed="AC"), A=FAILED, B=FAILED)
    assert gate.hidden == {"C": ("A",)}
    assert gate.reason.endswith("; 1 requirement not judged behind them: C")


def test_a_scenario_that_breaks_a_known_and_another_requirement_fails_the_gate() -> None:
    gate = fold(["A"], ended_at("AB", finished=True))
    assert (gate.passage, gate.hidden) == (Passage.FAILED, {})
    assert gate.reason == "1 MUST requirement broken and not known to be: B"


def test_what_is_blocked_behind_an_unknown_failure_is_not_hidden() -> None:
    gate = fold(["C"], ended_at("A"), C=FAILED)
    assert (gate.passage, gate.hidden) == (Passage.FAILED, {})


@pytest.mark.parametrize(("other", "passage"), [(FAILED, Passage.FAILED), (BLOCKED, Passage.INCONCLUSIVE)])
def test_what_is_hidden_is_told_whether_the_gate_passes_or_not(other: Outcome, passage: Passage) -> None:
    gate = fold(["A"], ended_at("A"), A=FAILED, C=other)
    assert (gate.passage, gate.hidden) == (passage, {"B": ("A",)})


@pytest.mark.parametrize("outcome", [BLOCKED, NOT_JUDGED, SUITE_ERROR])
def test_what_is_open_for_another_reason_as_well_is_not_hidden(outcome: Outcome) -> None:
    gate = fold(["A"], ended_at("A"), A=FAILED, B=outcome)
    assert (gate.passage, gate.hidden) == (Passage.INCONCLUSIVE, {})


def test_a_known_failure_behind_another_is_not_known_to_be_broken() -> None:
    gate = fold(["A", "B"], ended_at("A"), A=FAILED, B=NOT_APPLICABLE)
    assert (gate.passage, gate.reason) == (Passage.INCONCLUSIVE, "1 known failure not judged: B")


@pytest.mark.parametrize(
    ("failed", "known", "by"),
    [("", "A", False), ("A", "A", True), ("A", "AB", True), ("AB", "A", False), ("A", "", False)],
)
def test_a_scenario_fails_by_what_is_known_alone(failed: str, known: str, by: bool) -> None:
    assert fails_by(failed, known) is by
