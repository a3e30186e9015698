"""The results document: verdict, reason, the reasons, and files that cannot look whole by accident."""

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from conformance import schemas
from conformance.known import KnownFailure
from conformance.report.results import Findings, Writer
from conformance.verdict import Outcome

from .made import OBSERVATION, check, document, findings, scenario

MUTED = "test_mutes::test_muted_sender"
TTL = "test_mutes::test_ttl"
CODE = "test_keys::test_code"


def requirement(found: dict[str, Any], id_: str) -> dict[str, Any]:
    return next(one for one in found["requirements"] if one["id"] == id_)


def broken(name: str, id_: str, message: str = "expected 403, observed 200") -> dict[str, Any]:
    return scenario(name, Outcome.FAILED, requirements=[id_], checks=[check(id_, held=False)], message=message)


def blocked(name: str, id_: str) -> dict[str, Any]:
    return scenario(name, Outcome.BLOCKED, requirements=[id_], message="the target is gone")


# --- verdict and reason ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scenarios", "circumstances", "verdict", "reason"),
    [
        ([], {}, "conformant", "every MUST requirement of the level holds"),
        ([broken(MUTED, "SEND-MUTED")], {}, "non-conformant", "1 MUST requirement broken: SEND-MUTED"),
        (
            [broken(MUTED, "SEND-MUTED"), broken(TTL, "SEND-MUTED-TTL"), blocked(CODE, "SEND-NOKEY-CODE")],
            {"narrowed": "-k", "interrupted": "the run was interrupted"},
            "non-conformant",
            "2 MUST requirements broken: SEND-MUTED, SEND-MUTED-TTL",
        ),
        ([broken(CODE, "SEND-NOKEY-CODE")], {}, "conformant", "every MUST requirement of the level holds"),
        ([blocked(CODE, "SEND-NOKEY-CODE")], {}, "inconclusive", "1 requirement not judged: SEND-NOKEY-CODE"),
        (
            [blocked(MUTED, "SEND-MUTED"), blocked(CODE, "SEND-NOKEY-CODE")],
            {},
            "inconclusive",
            "2 requirements not judged: SEND-MUTED, SEND-NOKEY-CODE",
        ),
        (
            [scenario(MUTED, Outcome.SUITE_ERROR, message="KeyError: 'x'")],
            {},
            "inconclusive",
            "1 requirement not judged: SEND-MUTED; the suite made mistakes",
        ),
        (
            [scenario("test_other::test_more", Outcome.SUITE_ERROR, requirements=["SEND-429-RETRY-AFTER"])],
            {},
            "inconclusive",
            "the suite made mistakes",
        ),
        (
            [],
            {"narrowed": "only SEND-MUTED was asked for"},
            "inconclusive",
            "the run was narrowed: only SEND-MUTED was asked for",
        ),
        ([], {"interrupted": "the run was interrupted"}, "inconclusive", "the run was interrupted"),
        ([], {"obstacle": "nothing answers at 127.0.0.1:1"}, "inconclusive", "nothing answers at 127.0.0.1:1"),
        (
            [
                scenario(MUTED, Outcome.NOT_APPLICABLE, message="absent"),
                scenario(TTL, Outcome.NOT_APPLICABLE, requirements=["SEND-MUTED-TTL"]),
            ],
            {},
            "inconclusive",
            "no MUST requirement was judged",
        ),
    ],
)
def test_verdict_and_reason(
    scenarios: list[dict[str, Any]], circumstances: dict[str, str], verdict: str, reason: str
) -> None:
    found = document(*scenarios, **circumstances)
    assert (found["verdict"], found["reason"]) == (verdict, reason)
    assert found["end"] == "end of results"
    assert schemas.faults("results", found) == ()


def test_a_run_that_has_not_ended_is_inconclusive_whatever_it_found() -> None:
    for found in (findings(), findings(broken(MUTED, "SEND-MUTED"))):
        cut_off = found.document(ended=False)
        assert (cut_off["verdict"], cut_off["reason"]) == ("inconclusive", "the run has not come to its end")
        assert "end" not in cut_off
        assert schemas.faults("results", cut_off) == ()


def test_a_scenario_that_was_collected_and_never_played_leaves_its_requirement_open() -> None:
    found = findings(claims={"SEND-MUTED": [MUTED, "test_mutes::test_lost"]}).document(ended=True)
    assert found["verdict"] == "inconclusive"
    assert requirement(found, "SEND-MUTED")["outcome"] == "not judged"


# --- the gate -------------------------------------------------------------------------------------------------

KNOWN = [KnownFailure("SEND-MUTED", "PORTAL-1", date(2026, 12, 31))]


def test_a_run_that_is_no_gate_says_nothing_of_one() -> None:
    assert "gate" not in document(broken(MUTED, "SEND-MUTED"))


def test_the_gate_stands_beside_a_verdict_that_knows_of_no_exceptions() -> None:
    found = document(broken(MUTED, "SEND-MUTED"), known=KNOWN)
    assert found["verdict"] == "non-conformant"
    assert found["gate"] == {
        "passed": True,
        "outcome": "passed",
        "reason": "1 known failure, and nothing else is broken: SEND-MUTED",
        "known": [{"id": "SEND-MUTED", "reason": "PORTAL-1", "until": "2026-12-31", "outcome": "failed"}],
        "hidden": [],
    }
    assert schemas.faults("results", found) == ()


@pytest.mark.parametrize(
    ("circumstances", "reason"),
    [
        (
            {"narrowed": "-k", "interrupted": "the run was interrupted"},
            "the run was interrupted; the run was narrowed: -k",
        ),
        ({"obstacle": "nothing answers at 127.0.0.1:1"}, "nothing answers at 127.0.0.1:1"),
        ({"scenarios": []}, "1 known failure not judged: SEND-MUTED; 2 requirements not judged: "),
    ],
)
def test_a_gate_over_a_run_that_is_not_the_whole_story(circumstances: dict[str, Any], reason: str) -> None:
    gate = document(broken(MUTED, "SEND-MUTED"), **{"known": KNOWN, **circumstances})["gate"]
    assert (gate["passed"], gate["outcome"]) == (False, "inconclusive")
    assert gate["reason"].startswith(reason)


def test_a_gate_does_not_pass_where_the_suite_made_mistakes() -> None:
    mistake = scenario("test_other::test_more", Outcome.SUITE_ERROR, requirements=["SEND-429-RETRY-AFTER"])
    gate = document(broken(MUTED, "SEND-MUTED"), mistake, known=KNOWN)["gate"]
    assert (gate["outcome"], gate["reason"]) == ("inconclusive", "the suite made mistakes")


def test_a_gate_has_not_passed_before_the_end() -> None:
    found = findings(broken(MUTED, "SEND-MUTED"), known=KNOWN).document(ended=False)
    assert (found["gate"]["passed"], found["gate"]["reason"]) == (False, "the run has not come to its end")
    assert schemas.faults("results", found) == ()


# --- requirements ---------------------------------------------------------------------------------------------


def test_a_requirement_is_told_with_what_explains_it() -> None:
    found = document(broken(MUTED, "SEND-MUTED", "SEND-MUTED: expected 403"), blocked(TTL, "SEND-MUTED-TTL"))
    assert requirement(found, "SEND-MUTED") == {
        "id": "SEND-MUTED",
        "level": "MUST",
        "chapter": "mutes",
        "text": "What SEND-MUTED says.",
        "pages": ["send-message", "mute-user"],
        "outcome": "failed",
        "scenarios": [MUTED],
        "reason": "SEND-MUTED: expected 403",
    }
    assert requirement(found, "SEND-MUTED-TTL")["reason"] == "the target is gone"
    assert requirement(found, "SEND-NOKEY-CODE")["reason"] == ""
    assert found["counts"] == {"MUST": {"failed": 1, "blocked": 1}, "SHOULD": {"passed": 1}}


def test_what_is_never_graded_is_observed() -> None:
    assert requirement(document(), "SEND-429-RETRY-AFTER")["outcome"] == "observed"
    unseen = scenario("test_limits::test_retry_after", Outcome.BLOCKED, requirements=["SEND-429-RETRY-AFTER"])
    found = document(unseen)
    assert requirement(found, "SEND-429-RETRY-AFTER")["outcome"] == "blocked"
    assert found["verdict"] == "conformant"


def test_what_broke_beside_the_claim_is_red_and_explained() -> None:
    stray = scenario(
        MUTED,
        Outcome.FAILED,
        checks=[check("SEND-MUTED"), check("SEND-MUTED-TTL", held=False)],
        message="SEND-MUTED-TTL: expected none",
        finished=True,
    )
    found = document(stray)
    assert requirement(found, "SEND-MUTED")["outcome"] == "passed"
    assert requirement(found, "SEND-MUTED-TTL")["outcome"] == "failed"
    assert requirement(found, "SEND-MUTED-TTL")["reason"] == "SEND-MUTED-TTL: expected none"


def test_a_scenario_without_a_message_is_named() -> None:
    found = document(scenario(MUTED, Outcome.BLOCKED))
    assert requirement(found, "SEND-MUTED")["reason"] == "test_mutes::test_muted_sender ended blocked"


def test_a_requirement_of_which_nobody_spoke() -> None:
    found = Findings(**{**_fields(findings()), "scenarios": [], "claims": {}}).document(ended=True)
    assert requirement(found, "SEND-MUTED")["reason"] == "no scenario judged it in this run"
    assert found["reason"] == "3 requirements not judged: SEND-MUTED, SEND-MUTED-TTL, SEND-NOKEY-CODE"
    assert found["counts"] == {"MUST": {"not judged": 2}, "SHOULD": {"not judged": 1}}


def _fields(of: Findings) -> dict[str, Any]:
    return {name: getattr(of, name) for name in Findings.__dataclass_fields__}


def test_scenarios_are_in_the_order_of_their_names_and_requests_are_summed() -> None:
    found = document(scenario("test_a::test_first", Outcome.PASSED, observations=[OBSERVATION]))
    names = [one["name"] for one in found["scenarios"]]
    assert names == sorted(names)
    assert names[0] == "test_a::test_first"
    assert found["requests"] == 7 * len(names)


# --- files ----------------------------------------------------------------------------------------------------


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def test_a_run_that_is_killed_leaves_a_document_that_says_so_and_a_journal(tmp_path: Path) -> None:
    writer, told = Writer(tmp_path / "deep" / "reports"), findings()
    writer.begin(told)
    for one in told.scenarios:
        writer.scenario(one)
    assert read(writer.results)["reason"] == "the run has not come to its end"
    assert "end" not in read(writer.results)
    lines = writer.journal.read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == told.scenarios


def test_a_run_that_ends_replaces_the_document(tmp_path: Path) -> None:
    writer, told = Writer(tmp_path), findings()
    writer.begin(told)
    ended = told.document(ended=True)
    writer.end(ended)
    assert read(writer.results) == ended
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.json", "results.jsonl"]


def test_a_new_run_forgets_the_one_before(tmp_path: Path) -> None:
    writer, told = Writer(tmp_path), findings()
    writer.begin(told)
    writer.scenario(told.scenarios[0])
    writer.end(told.document(ended=True))
    Writer(tmp_path).begin(findings())
    assert read(writer.results)["verdict"] == "inconclusive"
    assert writer.journal.read_text("utf-8") == ""


@pytest.mark.skipif(os.name == "nt", reason="permissions as POSIX has them")
def test_whoever_may_read_the_folder_may_read_the_results(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.begin(findings())
    beside = tmp_path / "beside"
    beside.touch()
    assert writer.results.stat().st_mode == writer.journal.stat().st_mode == beside.stat().st_mode


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(FileExistsError):
        Writer(tmp_path / "taken").begin(findings())


# --- what a real run writes -----------------------------------------------------------------------------------


def test_results_of_a_real_run_satisfy_the_schema(real_run: Path) -> None:
    found = read(real_run / "results.json")
    assert schemas.faults("results", found) == ()
    assert found["end"] == "end of results"
    assert {one["kind"] for scenario in found["scenarios"] for one in scenario["wire"]} == {"http", "event"}
    assert any(one["spoiled"] for one in found["scenarios"])
    assert any(one["observations"] for one in found["scenarios"])


def test_the_journal_of_a_real_run_has_the_same_scenarios(real_run: Path) -> None:
    journal = [json.loads(line) for line in (real_run / "results.jsonl").read_text("utf-8").splitlines()]
    assert sorted(journal, key=lambda one: one["name"]) == read(real_run / "results.json")["scenarios"]
