"""Waiting for what a clause says runs out: from when it is due until the grace is over, and once more."""

import time

from conformance.waiting import pause, until_accepted


def test_a_time_that_has_passed_is_not_waited_for() -> None:
    began = time.monotonic()
    pause(until=began - 100)
    assert time.monotonic() - began < 5


def test_what_is_due_is_waited_for() -> None:
    due = time.monotonic() + 0.05
    pause(until=due)
    assert time.monotonic() >= due


def test_nothing_is_tried_before_it_is_due() -> None:
    due, tried = time.monotonic() + 0.05, list[float]()
    assert until_accepted(lambda: not tried.append(time.monotonic()), due=due)
    assert len(tried) == 1
    assert tried[0] >= due


def test_tried_again_until_it_succeeds() -> None:
    answers = iter([False, False, True])
    assert until_accepted(lambda: next(answers), due=time.monotonic(), grace_s=60)
    assert list(answers) == []


def test_given_up_after_the_grace() -> None:
    due, tried = time.monotonic(), list[float]()

    def attempt() -> bool:
        tried.append(time.monotonic())
        return False

    assert not until_accepted(attempt, due=due, grace_s=0.2)
    assert len(tried) >= 2
    assert tried[-1] >= due + 0.2


def test_the_last_attempt_starts_when_the_grace_is_over() -> None:
    # An answer so slow that the grace runs out while it is on its way is not the last one.
    due, tried = time.monotonic() - 10, list[float]()
    assert not until_accepted(lambda: bool(tried.append(0.0)), due=due, grace_s=1)
    assert len(tried) == 1
    answers = iter([False, True])

    def slow() -> bool:
        pause(until=time.monotonic() + 0.1)
        return next(answers)

    assert until_accepted(slow, due=time.monotonic(), grace_s=0.05)
