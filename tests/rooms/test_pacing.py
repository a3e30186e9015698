"""The pace: no stretch of a window holds more than its limit, and what is in a hurry waits beforehand."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from conformance.client.pacing import Pace
from conformance.limits import Limit, Rate


class Clock:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def times(clock: Clock, number: int, send: Callable[[int], None]) -> list[float]:
    """When each of so many was sent, from the first on."""
    began, sent = clock.now, []
    for turn in range(number):
        send(turn)
        sent.append(clock.now - began)
    return sent


def most_within(sent: list[float], window_s: float) -> int:
    """The most of them in any stretch of so many seconds, its end left out."""
    return max(sum(start <= one < start + window_s for one in sent) for start in sent)


def test_without_limits_nobody_waits(clock: Clock) -> None:
    pace = Pace(clock=clock, sleep=clock.sleep)
    assert times(clock, 500, lambda _: pace.wait("one", message_to="7")) == [0.0] * 500
    assert (pace.pause_s, pace.waited_s) == (0.0, 0.0)


@pytest.mark.parametrize(("requests", "window_s"), [(120, 60), (10, 1), (3, 5), (1, 2)])
def test_no_window_holds_more_than_the_rate(clock: Clock, requests: int, window_s: float) -> None:
    pace = Pace(requests=Rate(requests, window_s), clock=clock, sleep=clock.sleep)
    sent = times(clock, 4 * requests, lambda _: pace.wait("one"))
    assert 0.7 * requests - 1 <= most_within(sent, window_s) <= requests
    # and it is used: four windows' worth takes little more than three of them, or twice that where pauses are long
    assert 3 * window_s < sent[-1] < (5.0 if requests > 5 else 8.0) * window_s + 3


def test_a_sixth_goes_at_once_and_the_rest_is_spread_for_good(clock: Clock) -> None:
    pace = Pace(requests=Rate(120, 60), clock=clock, sleep=clock.sleep)
    sent = times(clock, 400, lambda _: pace.wait("one"))
    assert sent[:20] == [0.0] * 20
    gaps = [later - before for before, later in pairwise(sent[19:])]
    # also where the window of the first ones ends: nobody waits for long in the middle of a story
    assert max(gaps) == pytest.approx(pace.pause_s) == pytest.approx(0.61, abs=0.02)


def test_each_client_has_a_limit_of_its_own_unless_they_share_an_address(clock: Clock) -> None:
    own = Pace(requests=Rate(60, 60), clock=clock, sleep=clock.sleep)
    assert times(clock, 40, lambda turn: own.wait(f"client {turn % 4}"))[-1] == 0.0
    shared = Pace(requests=Rate(60, 60), by_address=True, clock=clock, sleep=clock.sleep)
    assert 50 <= most_within(times(clock, 120, lambda turn: shared.wait(f"client {turn % 4}")), 60) <= 60


def test_messages_count_by_chat_and_over_all_chats(clock: Clock) -> None:
    pace = Pace(chat=Limit(30, 10), everywhere=Limit(60, 10), clock=clock, sleep=clock.sleep)
    in_one = times(clock, 90, lambda _: pace.wait("one", message_to="7"))
    assert 24 <= most_within(in_one, 10) <= 30
    clock.now += 60
    in_three = times(clock, 180, lambda turn: pace.wait("one", message_to=f"{turn % 3}"))
    assert 48 <= most_within(in_three, 10) <= 60
    # what is no message counts as none
    assert times(clock, 50, lambda _: pace.wait("one"))[-1] == 0.0


def test_who_hurries_waits_for_room_beforehand_and_then_no_more(clock: Clock) -> None:
    pace = Pace(requests=Rate(20, 60), clock=clock, sleep=clock.sleep)
    before = times(clock, 15, lambda _: pace.wait("one"))
    began = clock.now
    with pace.hurry(["one"], 12):
        waited = clock.now - began
        burst = times(clock, 12, lambda _: pace.wait("one"))
    assert waited > 0
    assert burst == [0.0] * 12
    all_sent = [*before, *(began - 1000 + waited + one for one in burst)]
    assert most_within(all_sent, 60) <= 20


def test_a_limit_that_is_to_be_met_is_not_kept(clock: Clock) -> None:
    pace = Pace(chat=Limit(3, 10), clock=clock, sleep=clock.sleep)
    with pace.hurry(["one"], 8):
        assert times(clock, 8, lambda _: pace.wait("one", message_to="7"))[-1] == 0.0
    # afterwards all of them count
    pace.wait("one", message_to="7")
    assert clock.now - 1000 > 10


def test_messages_in_a_hurry_keep_the_message_limit(clock: Clock) -> None:
    pace = Pace(chat=Limit(6, 10), clock=clock, sleep=clock.sleep)
    before = times(clock, 3, lambda _: pace.wait("one", message_to="7"))
    with pace.hurry(["one"], 5, message_to="7"):
        burst = times(clock, 5, lambda _: pace.wait("one", message_to="7"))
    assert burst == [0.0] * 5
    assert clock.now - 1000 - before[-1] > 5, (
        "there was no room for five of six, so it had to wait for the first three to pass"
    )


def test_a_hurry_within_a_hurry_ends_with_the_outer_one(clock: Clock) -> None:
    pace = Pace(chat=Limit(2, 10), clock=clock, sleep=clock.sleep)
    with pace.hurry(["one"], 9):
        with pace.hurry(["one"], 3, message_to="7"):
            pace.wait("one", message_to="7")
        assert times(clock, 5, lambda _: pace.wait("one", message_to="7"))[-1] == 0.0
