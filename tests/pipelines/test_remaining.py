"""How long a run still takes: by its plan, then by what was measured."""

import pytest

from conformance.report.remaining import Remaining


def halves() -> Remaining:
    return Remaining(100.0, {"first": 1.0, "second": 1.0})


def test_at_first_it_is_the_plan_that_runs_down() -> None:
    assert [halves().seconds(now) for now in (0.0, 30.0, 100.0, 130.0)] == [100.0, 70.0, 0.0, 0.0]


@pytest.mark.parametrize(("took_s", "left_s"), [(50.0, 50.0), (150.0, 100.0), (10.0, 30.0)])
def test_what_was_measured_bends_the_plan_by_its_share(took_s: float, left_s: float) -> None:
    # Half of it is over: half of the tempo is what was planned, half of it what was measured.
    remaining = halves()
    remaining.ended("first", took_s)
    assert remaining.seconds(took_s) == pytest.approx(left_s)
    assert remaining.seconds(took_s + 10) == pytest.approx(left_s - 10)


def test_a_scenario_counts_once_and_at_the_end_nothing_is_left() -> None:
    remaining = halves()
    for _ in range(2):
        remaining.ended("first", 50.0)
    assert remaining.share == 0.5
    remaining.ended("second", 90.0)
    assert (remaining.share, remaining.seconds(90.0)) == (1.0, 0.0)


def test_what_no_plan_knows_of_changes_nothing() -> None:
    remaining = Remaining(0.0, {})
    remaining.ended("unheard of", 3.0)
    assert (remaining.share, remaining.seconds(4.0)) == (0.0, 0.0)
