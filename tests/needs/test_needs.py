"""The table of needs is true of the scenarios of today: a run is measured, and its plan held against it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conformance import costing, needs
from conformance import run as runs
from conformance.planning import Terms, plan
from conformance.scenarios.index import functions_judging

_ACCOUNTS = """
[provision]
driver = "accounts"
[[accounts]]
name = "alice"
premium = true
cookie_env = "ALICE"
[[accounts]]
name = "bob"
login = { platform = "p", user = "bob-{run}" }
[limits]
chat = { messages = 30, window_s = 10 }
"""


def test_the_table_says_what_scenarios_ask_for_today(tmp_path: Path) -> None:
    # In a process of its own: it is a whole run, with hooks that stay.
    script = "import json, sys; from tests.needs.measure import measured; json.dump(measured(), open(sys.argv[1], 'w'))"
    root = Path(__file__).parents[2]
    told = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "needs.json")],
        cwd=root, capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout[-800:] + told.stderr[-2000:]
    today = json.loads((tmp_path / "needs.json").read_text())
    known = needs.load()
    again = "measure it anew: python -m tests.needs.measure"
    assert set(today) == set(known), again
    assert {name: today[name]["lent"] for name in known} == {name: list(need.lent) for name, need in known.items()}, (
        again
    )
    marks = {name: (need.side_by_side, need.thorough) for name, need in known.items()}
    assert {name: (one.get("side_by_side", False), one.get("thorough", False)) for name, one in today.items()} == marks
    asked = sum(sum(one["requests"]) + one["provisioning"] for one in today.values())
    foretold = sum(sum(need.requests) + need.provisioning for need in known.values())
    assert foretold == pytest.approx(asked, rel=0.05), again


def test_every_scenario_of_the_suite_is_in_the_table() -> None:
    functions = {name.partition("[")[0] for name in needs.load()}
    everything = {one.id for one in runs.options().catalogue.of_tier(runs.options(level="full").tier)}
    assert functions == set(functions_judging(everything))


def test_an_economical_plan_keeps_its_promise() -> None:
    options = runs.options(economy=True, target="http://127.0.0.1:1")
    assert costing.plan_of(options).requests <= 400
    whole = runs.options(target="http://127.0.0.1:1")
    assert costing.plan_of(whole).requests > 2 * costing.plan_of(options).requests


def test_an_economical_run_judges_every_requirement() -> None:
    options = runs.options(economy=True)
    played = {name.partition("[")[0] for name in costing.needed(options)}
    for one in options.requirements:
        assert played.intersection(functions_judging([one.id])), one.id


def test_a_rate_costs_time_and_no_requests() -> None:
    known = costing.needed(runs.options())
    free, paced = plan(known, Terms()), plan(known, Terms(runs.rate_of("120/min")))
    assert (free.requests, paced.seconds > 3 * free.seconds) == (paced.requests, True)


def test_two_workers_take_less_time_than_one() -> None:
    """Where there is work to share: a core run is as long as its longest wait already."""
    known = costing.needed(runs.options(level="full"))
    assert plan(known, Terms(workers=2)).seconds < plan(known, Terms()).seconds


def test_who_does_not_give_back_asks_less() -> None:
    known = costing.needed(runs.options())
    assert plan(known, Terms(gives_back=False)).requests < plan(known, Terms()).requests


def test_accounts_ask_for_chats_themselves_and_meet_limits_that_cannot_be_set(tmp_path: Path) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text(_ACCOUNTS)
    options = runs.options(profile=str(profile), target="http://127.0.0.1:1", requirement=["SEND-429-CHAT"])
    terms = costing.terms_of(options)
    assert terms.names == {0: ["alice", "bob"]}
    by_control = plan(costing.needed(options), Terms()).requests
    assert plan(costing.needed(options), terms).requests > by_control + 26


def test_effects_are_named_with_the_scenarios_that_have_them() -> None:
    options = runs.options()
    lines = list(costing.effects(options, costing.plan_of(options)))
    assert lines[0].startswith("side effects, in chats and to users that the target makes for the run")
    bans = next(line for line in lines if line.startswith("  ban "))
    assert "test_bans::test_banned_sender" in bans


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 s"), (59.4, "59 s"), (60, "1 min 0 s"), (221.6, "3 min 42 s")])
def test_time_in_words(seconds: float, words: str) -> None:
    assert costing.told(seconds) == words
