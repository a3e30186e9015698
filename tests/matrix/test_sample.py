"""The kill matrix that is kept in reports/sample: every scenario of the core level against every mutant."""

import json
from pathlib import Path

from conformance.catalogue import loader
from conformance.catalogue.records import Tier
from conformance.matrix import documents
from conformance.matrix.existence import unexplained
from conformance.reference.mutants.index import mutants
from conformance.scenarios.index import functions_judging

SAMPLE = Path(__file__).parents[2] / "reports" / "sample"
MATRIX = json.loads((SAMPLE / "mutants.json").read_text("utf-8"))


def test_it_is_the_whole_matrix_of_the_core_level_and_nobody_survives() -> None:
    assert (MATRIX["mode"], MATRIX["level"]) == ("full", "core")
    assert len(MATRIX["matrix"]) >= 250
    assert [row["mutant"] for row in MATRIX["matrix"] if row["fate"] != "killed"] == []
    assert MATRIX["digest"] == documents.digest(MATRIX["matrix"])


def test_no_mutant_went_red_beyond_what_its_record_says() -> None:
    for row in MATRIX["matrix"]:
        assert set(row["breaks"]) <= set(row["red"]) <= {*row["breaks"], *row["collateral"]}, row["mutant"]


def test_its_mutants_tell_the_lies_of_today() -> None:
    breaks = {one.name: list(one.breaks) for one in mutants()}
    assert [row["mutant"] for row in MATRIX["matrix"] if breaks.get(row["mutant"]) != row["breaks"]] == []


def test_every_scenario_of_today_killed_a_mutant_that_no_other_kills_or_has_a_reason() -> None:
    core = [one.id for one in loader.load().of_tier(Tier.CORE)]
    assert unexplained(functions_judging(core), documents.victims(MATRIX)) == []


def test_the_page_beside_it_is_of_this_matrix() -> None:
    assert MATRIX["digest"] in (SAMPLE / "mutants.html").read_text("utf-8")
