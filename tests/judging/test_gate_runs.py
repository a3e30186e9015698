"""A run as a gate: what is known to be broken passes, nothing else does, and the verdict stays what it is."""

import datetime
from collections.abc import Iterator

import pytest
from junitparser import JUnitXml

from conformance.reference.embedded import serving
from conformance.reference.mutants.mutes_ttl import TtlMissing
from conformance.reference.settings import Ready, Settings

from .conftest import TOKEN, Ran, Runner
from .test_usage import told

LIE, BOTH = "SEND-MUTED-TTL", ("SEND-MUTED-TTL", "SEND-MUTED-TTL-INDEFINITE")
NEWS = f"2 MUST requirements broken and not known to be: {', '.join(BOTH)}"
UNTIL = (datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=7)).isoformat()


@pytest.fixture(scope="module")
def lying() -> Iterator[Ready]:
    """A server that breaks one clause: the refusal of a muted sender does not say how long."""
    with serving(Settings(control_token=TOKEN), decisions=TtlMissing()) as ready:
        yield ready


def knows(run: Runner, *ids: str) -> str:
    """The option that names a file in which these are known."""
    entries = [f'[[known]]\nid = "{one}"\nreason = "PORTAL-1234"\nuntil = {UNTIL}\n' for one in ids]
    run.folder.joinpath("known.toml").write_text("".join(entries))
    return "--known-failures=known.toml"


def gate_of(ran: Ran) -> tuple[int, bool, str, str]:
    gate = ran.results["gate"]
    return ran.status, gate["passed"], gate["outcome"], gate["reason"]


def results_of(ran: Ran) -> dict[str, list[str]]:
    """What the JUnit file says, by what became of it."""
    read = JUnitXml.fromfile(str(ran.folder / "junit.xml"))
    said: dict[str, list[str]] = {"failures": [], "skipped": [], "errors": []}
    for suite in read:
        for case in suite:
            for one in case.result:
                said[{"failure": "failures", "skipped": "skipped", "error": "errors"}[one._tag]].append(case.name)
    return said


def test_what_is_known_passes_the_gate_and_not_the_verdict(run: Runner, lying: Ready) -> None:
    ran = run.pytest(f"--target={lying.url}", "--examples=1", knows(run, *BOTH))
    reason = f"2 known failures, and nothing else is broken: {', '.join(BOTH)}"
    assert gate_of(ran)[:3] == (0, True, "passed"), ran.output
    assert gate_of(ran)[3].startswith(reason)
    assert ran.results["verdict"] == "non-conformant"
    assert [(one["id"], one["until"], one["outcome"]) for one in ran.results["gate"]["known"]] == [
        (one, UNTIL, "failed") for one in BOTH
    ]
    # Its scenarios ended there: that a ttl counts down was not seen, which is told, and no fault of its own.
    hidden = {one["id"]: one["behind"] for one in ran.results["gate"]["hidden"]}
    assert "SEND-MUTED" in hidden
    assert {id_ for behind in hidden.values() for id_ in behind} == set(BOTH)
    said = results_of(ran)
    assert (said["failures"], said["errors"]) == ([], [])
    assert LIE in said["skipped"]
    assert f"{LIE} (MUST, page " in ran.output
    assert f") is broken, a known failure until {UNTIL}: PORTAL-1234\n" in ran.output
    assert f"gate     PASSED: {reason}; " in ran.output


def test_what_is_not_known_fails_the_gate(run: Runner, lying: Ready) -> None:
    ran = run.command("gate", "--target", lying.url, "--requirement", LIE, knows(run, "SEND-BANNED"), "-n2")
    assert gate_of(ran) == (1, False, "failed", NEWS), ran.output
    assert len(results_of(ran)["failures"]) >= 1


def test_what_is_known_and_broken_no_more_fails_the_gate(run: Runner, server: Ready) -> None:
    ran = run.command("gate", "--target", server.url, "--requirement", LIE, knows(run, LIE))
    reason = f"1 known failure broken no more, remove from the file: {LIE}"
    assert gate_of(ran) == (1, False, "failed", reason), ran.output
    assert results_of(ran)["failures"] == [LIE]


def test_what_nobody_judged_does_not_pass(run: Runner, server: Ready) -> None:
    ran = run.pytest(f"--target={server.url}", "--requirement=SEND-ACCEPT", knows(run, LIE))
    status, passed, outcome, reason = gate_of(ran)
    assert (status, passed, outcome) == (2, False, "inconclusive"), ran.output
    assert reason.startswith(
        f"the run was narrowed: only SEND-ACCEPT was asked for; 1 known failure not judged: {LIE};"
    )


def test_a_target_that_is_not_there_does_not_pass(run: Runner) -> None:
    ran = run.command("gate", "--target", "http://127.0.0.1:1", knows(run, LIE))
    assert gate_of(ran)[:3] == (2, False, "inconclusive")
    assert gate_of(ran)[3] == ran.results["reason"]


def test_a_gate_without_a_file_knows_of_nothing(run: Runner, lying: Ready) -> None:
    ran = run.command("gate", "--target", lying.url, "--requirement", LIE)
    assert gate_of(ran) == (1, False, "failed", NEWS), ran.output


def test_a_run_that_is_no_gate_says_nothing_of_one(run: Runner, server: Ready) -> None:
    assert "gate" not in run.command("run", "--target", server.url, "--requirement", LIE).results


def test_certification_knows_of_no_exceptions(run: Runner) -> None:
    assert "No such option" in told(run.command("run", knows(run, LIE)))


@pytest.mark.parametrize("way", ["pytest", "gate"])
def test_every_fault_of_the_file_is_told_before_anything_is_judged(run: Runner, way: str) -> None:
    option = knows(run, "NO-SUCH-ID", "RACE-MUTE", LIE, LIE)
    output = told(run.pytest(option) if way == "pytest" else run.command("gate", option))
    for sentence in (
        "known.toml: known[0].id: no requirement matches 'NO-SUCH-ID'",
        "; known[1].id: RACE-MUTE is judged at --level full alone",
        f"; known[3].id: {LIE} is already the id of known[2]",
    ):
        assert sentence in output
