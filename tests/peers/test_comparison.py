"""Counts, the journal and the page of a comparison."""

from pathlib import Path
from typing import Any

import pytest
from matrix import made

from conformance.matrix.jobs import Job, Playback, Reached, Scene
from conformance.verdict import Judged, Outcome
from peers import arena, document, suite, summary
from peers.clauses import Shows, Visible
from peers.finding import Finding, from_json

TERMS = {"schemathesis": "4.32.5", "seed": 7, "examples": 50}
NOTHING = Finding(requests=99, seconds=9.0)


def row(name: str, shows: str, *findings: Finding) -> dict[str, Any]:
    given = dict(zip(summary.CONTENDERS, (one.as_json() for one in findings), strict=True))
    return {"mutant": name, "lie": "It lies.", "breaks": ["SEND-MUTED"], "shows": shows, "asks": ["send"], **given}


ROWS = [
    row("open", "document", Finding(("A",), 9, 0.5, prepared=3), Finding(("x",), 3, 1.0), Finding(("y",), 6, 0.1)),
    row("deep", "document", Finding(("A",), 14, 0.7, prepared=4), Finding(("x",), 124, 3.0), NOTHING),
    row("state", "knowledge", Finding(("A",), 9, 0.6), NOTHING, Finding(error="it did not begin")),
    row("missed", "story", NOTHING, NOTHING, Finding(("y",), 20, 0.2)),
]


def test_what_was_found_is_counted_by_kind() -> None:
    counts = summary.of(ROWS)
    assert [counts[kind]["mutants"] for kind in ("document", "knowledge", "story", "all")] == [2, 1, 1, 4]
    assert [counts["all"][name]["found"] for name in summary.CONTENDERS] == [3, 2, 2]
    assert [counts["document"][name]["found"] for name in summary.CONTENDERS] == [2, 2, 1]
    assert counts["all"]["baseline"]["errors"] == 1
    assert (counts["document"]["suite"]["asked"], counts["document"]["suite"]["requests"]) == (8, 11.5)


def test_who_needs_fewer_is_counted_where_both_find_it() -> None:
    counts = summary.of(ROWS)["all"]
    assert counts["schemathesis"]["beside_the_suite"] == {
        "found_by_both": 2,
        "suite_needs_fewer": 1,
        "as_many": 0,
        "peer_needs_fewer": 1,
        "suite": {"asked": 8, "requests": 11.5, "seconds": 0.6},
        "peer": {"asked": 63.5, "requests": 63.5, "seconds": 2},
        "not_found_by_the_suite": 0,
    }
    assert counts["baseline"]["beside_the_suite"]["not_found_by_the_suite"] == 1


def test_a_finding_is_read_as_it_was_written() -> None:
    finding = Finding(("A", "B"), 3, 1.25, "", 4, 2)
    assert from_json(finding.as_json()) == finding


def test_a_journal_goes_on_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "peers.jsonl"
    first = arena.Journal(path, TERMS)
    first.note(["suite", "liar"], {"requests": 5})
    again = arena.Journal(path, TERMS)
    assert again.found("suite", "liar") == {"requests": 5}
    assert again.found("suite", "other") is None


def test_a_journal_on_other_terms_is_not_gone_on_with(tmp_path: Path) -> None:
    arena.Journal(tmp_path / "peers.jsonl", TERMS)
    with pytest.raises(ValueError, match="on other terms"):
        arena.Journal(tmp_path / "peers.jsonl", {**TERMS, "examples": 10})


def scene(name: str, *failed: str, asked: int, until_red: int | None = None, keys: int = 0) -> Scene:
    judged = Judged(name, Outcome.FAILED if failed else Outcome.PASSED, frozenset(), frozenset(), frozenset(failed))
    return Scene(judged, "", asked + 2, asked, until_red, keys)


def liar(*asks: str) -> Visible:
    return Visible(made.mutant("liar", "MINE"), Shows.DOCUMENT, asks)


def test_the_suite_is_counted_to_the_first_red_check_of_what_is_broken() -> None:
    scenes = scene("a", asked=8), scene("b", "OTHER", asked=7, until_red=1), scene("c", "MINE", asked=20, until_red=4)
    play = Playback(Job("liar"), scenes, seconds=3.0, reached=Reached(50, 1.5))
    found = suite.finding([play], liar("send"), preflight=3)
    assert found == Finding(("MINE",), 3 + 8 + 7 + 4, 1.5, lent=6, prepared=3)


def test_keys_are_prepared_unless_registering_is_what_may_be_wrong() -> None:
    scenes = scene("a", asked=8, keys=2), scene("b", "MINE", asked=20, until_red=4, keys=1)
    play = Playback(Job("liar"), scenes, seconds=3.0, reached=Reached(50, 1.5))
    assert suite.finding([play], liar("send"), preflight=3).prepared == 3 + 2 + 1
    assert suite.finding([play], liar("register_key", "send"), preflight=3).prepared == 3


def test_a_second_look_is_paid_for_as_well() -> None:
    first = Playback(Job("liar"), (scene("a", asked=8),), seconds=3.0)
    second = Playback(Job("liar"), (scene("b", "MINE", asked=5, until_red=5),), seconds=2.0, reached=Reached(5, 1.0))
    found = suite.finding([first, second], liar("send"), preflight=3)
    assert found == Finding(("MINE",), 3 + 8 + 3 + 5, 4.0, lent=4, prepared=6)


def test_what_could_not_be_judged_is_an_error_and_what_stayed_green_is_not_found() -> None:
    assert suite.finding([Playback(Job("liar"), obstacle="no server")], liar(), 3).error == "no server"
    green = Playback(Job("liar"), (scene("a", asked=8),), seconds=3.0)
    assert not suite.finding([green], liar(), 3).found


def journal(tmp_path: Path) -> arena.Journal:
    made_up = arena.Journal(tmp_path / "peers.jsonl", TERMS)
    made_up.note(["preflight"], {"requests": 3})
    for one in ROWS:
        made_up.note(["suite", one["mutant"]], one["suite"])
        made_up.note(["peers", one["mutant"]], {name: one[name] for name in summary.CONTENDERS[1:]})
    clean, loud = NOTHING.as_json(), Finding(("x",), 4, 1.0).as_json()
    made_up.note(["control", "0", "send"], {"schemathesis": clean, "baseline": clean})
    made_up.note(["control", "1", "send"], {"schemathesis": loud, "baseline": clean})
    return made_up


CHOSEN = [Visible(made.mutant(one["mutant"], "SEND-MUTED"), Shows(one["shows"]), ("send",)) for one in ROWS]


def test_the_document_has_all_that_the_journal_has(tmp_path: Path) -> None:
    found = document.made(CHOSEN, journal(tmp_path), terms=TERMS, level="core", workers=2)
    assert found["mutants"] == ROWS
    assert found["summary"] == summary.of(ROWS)
    assert found["terms"] == {**TERMS, "workers": 2, "preflight": 3}
    assert document.alarms(found) == ["schemathesis: x"]


def test_a_mutant_that_was_not_met_is_left_and_counts_for_nobody(tmp_path: Path) -> None:
    late = Visible(made.mutant("late", "SEND-MUTED"), Shows.STORY, ("send",))
    found = document.made([late, *CHOSEN], journal(tmp_path), terms=TERMS, level="core", workers=2)
    assert found["left"] == ["late"]
    assert document.still(found).startswith("4 of 5 were met so far")
    assert "still to be met: `late`." in document.page(found)
    assert found["summary"] == summary.of(ROWS)


def test_the_page_says_who_needs_fewer_and_what_went_wrong(tmp_path: Path) -> None:
    page = document.page(document.made(CHOSEN, journal(tmp_path), terms=TERMS, level="core", workers=2))
    assert "- `open`: 6 and 3. It lies." in page
    assert "- Hypothesis and schemas on `state`: it did not begin" in page
    assert "| `deep` | SEND-MUTED | document | 10 | 124 | - |" in page
    assert "| all | 4 | 3 | 2 | 2 |" in page
