"""What only reckons: plans and their shares, tallies, latencies, and the clock that stands still with the generator."""

from dataclasses import replace

import pytest

from conformance.errors import UsageFault
from conformance.limits import Limit
from conformance.load.awake import Awake
from conformance.load.latency import Latencies
from conformance.load.plan import AT_ONCE, Plan
from conformance.load.tally import Tally

PLAN = Plan(users=100, chats=7, duration_s=60, spawn_rate=20, rate=0.5, seed=1, rotate_s=60, workers=3)

# --- plans --------------------------------------------------------------------------------------------------------


def test_every_chat_is_on_one_worker() -> None:
    shares = list(PLAN.shares())
    assert [(one.worker, one.first, one.chats) for one in shares] == [(0, 0, 3), (1, 3, 2), (2, 5, 2)]
    assert Plan.of(shares[1].as_json()) == shares[1]


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (replace(PLAN, users=13), "--users 13: a chat needs two members at least, and there are 7"),
        (replace(PLAN, workers=8), "--chats 7: each of 8 workers needs one at least"),
    ],
)
def test_a_plan_by_which_nothing_could_be_judged_is_refused(plan: Plan, said: str) -> None:
    with pytest.raises(UsageFault) as caught:
        plan.check()
    assert str(caught.value) == said


@pytest.mark.parametrize("rate", [0.01, 0.5, 1, 3, 7.5])
def test_who_is_in_no_hurry_sends_half_of_what_the_limit_allows_at_most(rate: float) -> None:
    limit = replace(PLAN, rate=rate).limit
    # A pause is half of the usual one at least.
    assert limit.messages >= 2 * (rate / 0.5) * limit.window_s
    assert limit.messages % AT_ONCE == 0


def test_a_short_run_has_a_short_window() -> None:
    assert replace(PLAN, duration_s=2).limit == Limit(8, 1.0)
    assert PLAN.limit == Limit(8, 4.0)


def test_limits_are_met_where_there_are_members_enough() -> None:
    assert PLAN.limits == {"chat", "global"}
    assert replace(PLAN, chats=3).limits == {"chat"}
    assert replace(PLAN, users=14).limits == set()


# --- tallies ------------------------------------------------------------------------------------------------------


def test_tallies_of_generators_add_up() -> None:
    one, other = Tally(), Tally()
    one.count("heard", 3)
    one.fault("lost", "a")
    other.count("heard", 4)
    other.fault("lost", "b")
    one.add(Tally(**other.as_json()))
    assert one.as_json() == {"counts": {"heard": 7, "lost": 2}, "samples": {"lost": ["a", "b"]}}


def test_of_many_faults_the_first_few_are_kept() -> None:
    tally = Tally()
    for number in range(1000):
        tally.fault("lost", str(number))
    assert tally.shown("lost") == "1000: 0; 1; 2; 3; 4"


# --- latencies ----------------------------------------------------------------------------------------------------


def test_percentiles_are_those_of_a_sorted_list() -> None:
    latencies = Latencies()
    for number in range(1, 101):
        latencies.note(number / 1000)
    told = latencies.as_json()
    assert (told["number"], told["p50"], told["p90"], told["p99"], told["max"]) == (100, 50, 90, 99, 100)


@pytest.mark.parametrize(("seconds", "shown"), [(0.0, 0), (0.0012345, 1.2), (0.0567, 57), (1.234, 1200), (12.3, 12000)])
def test_two_digits_are_kept(seconds: float, shown: float) -> None:
    latencies = Latencies()
    latencies.note(seconds)
    assert latencies.percentile(50) == shown


def test_latencies_of_generators_add_up_and_stay_small() -> None:
    one, other = Latencies(), Latencies()
    for number in range(100_000):
        one.note(number / 10_000)
    other.note(0.001)
    other.add(one.counted())
    assert other.as_json()["number"] == 100_001
    assert len(one.counted()) < 500


def test_no_latency_at_all() -> None:
    assert Latencies().as_json() == {"number": 0, "p50": 0, "p90": 0, "p95": 0, "p99": 0, "p99.9": 0, "max": 0}


# --- the clock ----------------------------------------------------------------------------------------------------


def test_nothing_is_late_while_the_generator_is_held_up() -> None:
    times = iter([0.0, 0.25, 0.5, 60.5, 60.75])
    awake = Awake(lambda: next(times))
    readings = []
    for _ in range(4):
        awake.tick()
        readings.append(awake())
    assert readings == [0.25, 0.5, 1.0, 1.25]
    assert awake.longest_s == 59.75
