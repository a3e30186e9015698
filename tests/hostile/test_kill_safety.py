"""Runs that are killed at any moment: what they wrote can be read, says nothing wrong, and the next one clears up."""

import json
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conformance.provision.borrowed import FILE

from .killing import Killed, Lane, plans
from .playing import TOKEN

LANES, KILLS = 2, 25


@pytest.fixture(scope="module")
def lanes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Lane]]:
    """Two servers, and the runs that were killed on each."""
    with ThreadPoolExecutor(LANES) as pool:
        made = [Lane(tmp_path_factory.mktemp("lane")) for _ in range(LANES)]
        yield list(pool.map(lambda number: made[number].run(plans(number, KILLS)), range(LANES)))


@pytest.fixture(scope="module")
def killed(lanes: list[Lane]) -> list[Killed]:
    return [one for lane in lanes for one in lane.killed]


def by(signals: set[signal.Signals], killed: list[Killed]) -> list[Killed]:
    return [one for one in killed if one.plan.signal in signals]


def test_fifty_runs_are_killed_in_all_three_ways(killed: list[Killed]) -> None:
    assert len(killed) == LANES * KILLS == 50
    assert {one.plan.signal for one in killed} == {signal.SIGINT, signal.SIGTERM, signal.SIGKILL}
    assert {one.status for one in by({signal.SIGKILL}, killed)} == {-signal.SIGKILL}
    # They were in the middle of something: much was on the target when they ended.
    assert sum(bool(one.noted) for one in by({signal.SIGKILL}, killed)) > 8


def test_the_journal_of_a_killed_run_is_readable(killed: list[Killed]) -> None:
    for one in killed:
        *whole, last = one.journal.split(b"\n")
        assert all(json.loads(line)["outcome"] for line in whole)
        assert not last or one.plan.signal is signal.SIGKILL


def test_no_killed_run_is_called_conformant(killed: list[Killed]) -> None:
    for one in killed:
        if one.document is not None:
            assert one.document["verdict"] == "inconclusive", one.document["reason"]
            assert "not come to its end" in one.document["reason"] or "interrupted" in one.document["reason"]


def test_a_signal_to_end_leaves_nothing_on_the_target(killed: list[Killed]) -> None:
    for one in by({signal.SIGINT, signal.SIGTERM}, killed):
        assert not one.lost, one.output
        # One that was told to end before it began has not cleared up behind the one before it either.
        assert not one.noted or one.plan.request == 0, one.output


def test_what_a_killed_run_leaves_is_noted_but_for_what_was_in_flight(killed: list[Killed]) -> None:
    for one in by({signal.SIGKILL}, killed):
        assert len(one.lost) <= one.plan.in_flight, one.plan


def test_the_next_run_gives_back_what_killed_ones_left(lanes: list[Lane]) -> None:
    for lane in lanes:
        assert lane.last is not None
        assert lane.last.document is not None
        assert lane.last.document["leftovers"] == []
        assert lane.last.alive == lane.lost
        assert not (lane.folder / "reports" / FILE).exists()


def test_no_secret_is_noted(lanes: list[Lane]) -> None:
    for lane in lanes:
        written = b"\n".join(path.read_bytes() for path in Path(lane.folder).rglob("*") if path.is_file())
        assert TOKEN.encode() not in written
