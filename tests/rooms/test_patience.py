"""Patience: a rate limit is waited out as long as the target says, within bounds, counted, and not for ever."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from conformance.client.patience import Patience, retry_after


@pytest.fixture
def slept() -> list[float]:
    return []


def test_it_waits_as_long_as_the_target_says_and_a_second_for_rounding(slept: list[float]) -> None:
    patience = Patience(sleep=slept.append)
    assert patience.wait({"retry-after": "3"}, 1)
    assert (slept, patience.met, patience.waited_s) == ([4.0], 1, 4.0)


def test_it_does_not_wait_for_hours(slept: list[float]) -> None:
    patience = Patience(sleep=slept.append)
    assert not patience.wait({"retry-after": "86400"}, 1)
    assert slept == []


def test_a_limit_that_says_nothing_is_not_waited_out_unless_it_may_be_guessed(slept: list[float]) -> None:
    assert not Patience(sleep=slept.append).wait({}, 1)
    guessing = Patience(guesses=True, sleep=slept.append)
    assert [guessing.wait({}, tries) for tries in (1, 2, 3)] == [True, True, True]
    assert slept == [1.0, 2.0, 4.0]


def test_after_three_tries_the_429_stands(slept: list[float]) -> None:
    patience = Patience(sleep=slept.append)
    assert [patience.wait({"retry-after": "0"}, tries) for tries in (1, 2, 3, 4)] == [True, True, True, False]
    assert patience.met == 4


def test_who_waited_in_vain_three_times_waits_no_more(slept: list[float]) -> None:
    patience = Patience(sleep=slept.append)
    for _ in range(3):
        patience.wait({"retry-after": "0"}, 4)
    assert not patience.wait({"retry-after": "0"}, 1)
    assert slept == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("99999999999999999999", 999999999.0),
        ("", None),
        ("soon", None),
        ("-1", None),
    ],
)
def test_retry_after_as_a_number(text: str, seconds: float | None) -> None:
    assert retry_after(text) == seconds


def test_retry_after_as_a_date() -> None:
    moment = datetime.now(UTC) + timedelta(seconds=20)
    assert retry_after(format_datetime(moment, usegmt=True)) == pytest.approx(19.5, abs=1)
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0


class Answered:
    """An answer, as far as patience looks at it."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.headers = {"retry-after": "0"}


def test_it_asks_again_until_the_limit_has_passed(slept: list[float]) -> None:
    answers = iter([Answered(429), Answered(429), Answered(200)])
    assert Patience(sleep=slept.append).ask(lambda: next(answers)).status == 200  # type: ignore[arg-type,return-value]
    assert slept == [1.0, 1.0]


def test_where_a_limit_is_what_is_judged_nobody_waits(slept: list[float]) -> None:
    answers = iter([Answered(429), Answered(200)])
    patience = Patience(sleep=slept.append)
    assert patience.ask(lambda: next(answers), minds=False).status == 429  # type: ignore[arg-type,return-value]
    assert slept == []
