"""What is told while a matrix is played, where nobody looks at a terminal."""

import pytest

from conformance.matrix.watched import counted


def test_a_log_hears_of_each_tenth_once(capfd: pytest.CaptureFixture[str]) -> None:
    with counted("mutants", 25) as told:
        for number in range(25):
            told(f"mutant {number}")
    assert capfd.readouterr().err.split("\n") == [*(f"mutants: {part} %" for part in range(10, 101, 10)), ""]


def test_a_few_are_told_one_by_one(capfd: pytest.CaptureFixture[str]) -> None:
    with counted("targets", 2) as told:
        told("eu")
        told("us")
    assert capfd.readouterr().err == "targets: 50 %\ntargets: 100 %\n"
