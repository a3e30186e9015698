"""The comparison that is kept in reports/sample, and what the README says of it."""

import json
from pathlib import Path

from conformance.catalogue import loader
from conformance.catalogue.records import Tier
from conformance.reference.mutants.index import mutants
from peers import clauses, document, summary

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "reports" / "sample"
FOUND = json.loads((SAMPLE / "peers.json").read_text("utf-8"))
ROWS = FOUND["mutants"]


def test_it_has_every_mutant_of_its_level_that_rest_shows_and_no_other() -> None:
    of_level = clauses.of_tier(mutants(), loader.load(), Tier(FOUND["level"]))
    shown = clauses.visible(of_level, clauses.read())
    assert {row["mutant"] for row in ROWS}.isdisjoint(FOUND["left"])
    assert sorted([*(row["mutant"] for row in ROWS), *FOUND["left"]]) == sorted(one.mutant.name for one in shown)
    assert [(row["mutant"], row["breaks"], row["shows"], row["asks"]) for row in ROWS] == [
        (one.mutant.name, list(one.mutant.breaks), one.shows.value, list(one.asks))
        for one in shown
        if one.mutant.name not in FOUND["left"]
    ]


def test_the_suite_found_every_one_of_them() -> None:
    assert [row["mutant"] for row in ROWS if not row["suite"]["what"]] == []


def test_what_the_suite_found_is_what_the_mutant_breaks() -> None:
    for row in ROWS:
        assert set(row["suite"]["what"]) <= set(row["breaks"]), row["mutant"]


def test_a_server_that_keeps_the_contract_was_asked_everything_and_accused_of_nothing() -> None:
    asked = [tuple(one["asks"]) for one in FOUND["controls"]]
    assert set(asked) >= {tuple(row["asks"]) for row in ROWS}
    assert len(asked) == 3 * len(set(asked))
    assert document.alarms(FOUND) == []


def test_its_counts_are_those_of_its_rows() -> None:
    assert FOUND["summary"] == summary.of(ROWS)


def test_the_page_beside_it_is_of_this_comparison() -> None:
    assert (SAMPLE / "peers.md").read_text("utf-8") == document.page(FOUND)


def test_the_readme_has_its_table_and_its_figures() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert document.table(FOUND) in readme
    assert document.still(FOUND) in " ".join(readme.split())
    beside = FOUND["summary"]["all"]["schemathesis"]["beside_the_suite"]
    for words in document.sentences(beside):
        assert words in " ".join(readme.split())
