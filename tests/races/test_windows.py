"""The proof of the chapter races: a window of 50 ms is found, and a slow network makes nobody red.

Each server is judged five times here, with windows of 200 ms: a spot check. The proof, a hundred times each with 50 ms,
takes some ten minutes of a machine that does nothing else:

    RACES_RUNS=100 pytest tests/races -s

It prints how often each scenario came to what. At least 95 of 100 runs have to find a window; none may raise an alarm
about a right server whose requests and answers take 20 to 80 ms longer, each another time.
"""

import os
import sys

import pytest

from conformance.reference.decisions import Decisions
from conformance.scenarios import test_races as races

from .arena import Scenario, tally
from .windows import WINDOWS, Jitter

RUNS = int(os.environ.get("RACES_RUNS", "5"))
SCENARIOS: dict[str, Scenario] = {
    "RACE-MUTE": races.test_mute_while_sending,
    "RACE-BAN": races.test_ban_while_sending,
    "RACE-CLEAR": races.test_clear_while_sending,
}
OTHERS: tuple[Scenario, ...] = (races.test_ids_while_everybody_sends, races.test_limit_while_sending_at_once)
# One in twenty may be missed; in a spot check of five, one.
MISSED_AT_MOST = max(1, RUNS // 20)


@pytest.mark.parametrize("server", WINDOWS)
@pytest.mark.parametrize("requirement", SCENARIOS)
def test_a_window_of_50_ms_is_found(requirement: str, server: type[Decisions]) -> None:
    outcomes = tally(SCENARIOS[requirement], server(), RUNS)
    sys.stdout.write(f"{requirement} {server.__name__}: {dict(outcomes)}\n")
    assert RUNS - outcomes[requirement] <= MISSED_AT_MOST, outcomes


@pytest.mark.parametrize("scenario", [*SCENARIOS.values(), *OTHERS])
def test_jitter_raises_no_alarm(scenario: Scenario) -> None:
    outcomes = tally(scenario, Jitter(), RUNS, at_once=4)
    sys.stdout.write(f"{scenario.__name__} under jitter: {dict(outcomes)}\n")
    assert outcomes == {"green": RUNS}
