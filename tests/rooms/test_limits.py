"""Rates as they are written."""

import pytest

from conformance.limits import TOO_MANY, USUAL_CHAT, USUAL_EVERYWHERE, Limit, Rate, rate_of


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("120/min", Rate(120, 60)),
        ("2/s", Rate(2, 1)),
        ("60/10s", Rate(60, 10)),
        ("1000/h", Rate(1000, 3600)),
        ("5/2min", Rate(5, 120)),
    ],
)
def test_a_rate_is_read_and_written(text: str, rate: Rate) -> None:
    assert rate_of(text) == rate
    assert str(rate) == text


@pytest.mark.parametrize(
    "text", ["", "120", "0/min", "-1/min", "120/m", "1.5/s", "120 / min", "120/min ", "1/0s", "9" * 9 + "/s"]
)
def test_what_is_no_rate(text: str) -> None:
    assert rate_of(text) is None


def test_the_usual_limits_are_those_of_the_documentation() -> None:
    assert (Limit(messages=30, window_s=10), Limit(messages=60, window_s=10)) == (USUAL_CHAT, USUAL_EVERYWHERE)
    assert TOO_MANY == 429
