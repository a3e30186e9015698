"""Whole runs: the same verdict by every way, and never a green one that was not judged."""

import pytest

from conformance.concluding import PAGE
from conformance.reference.chosen import one_named
from conformance.reference.embedded import serving
from conformance.reference.mutants.index import mutants
from conformance.reference.settings import Ready, Settings

from .conftest import TOKEN, Runner


def test_embedded_server_is_conformant(run: Runner) -> None:
    ran = run.command("run")
    assert (ran.status, ran.results["verdict"]) == (0, "conformant"), ran.output
    assert ran.results["counts"] == {"MUST": {"passed": 41}, "SHOULD": {"passed": 3}}
    assert ran.results["end"] == "end of results"
    assert ran.results["leftovers"] == []
    assert [path.name for path in run.folder.iterdir()] == ["reports"], "a run leaves its reports and nothing else"


def test_plain_pytest_in_an_empty_folder_judges_when_asked(run: Runner, server: Ready) -> None:
    ran = run.pytest(f"--target={server.url}")
    assert (ran.status, ran.results["verdict"]) == (0, "conformant"), ran.output
    assert ran.results["target"]["url"] == server.url


def test_two_processes_give_the_same_verdict(run: Runner, server: Ready) -> None:
    ran = run.pytest(f"--target={server.url}", "-n2")
    assert (ran.status, ran.results["counts"]) == (0, {"MUST": {"passed": 41}, "SHOULD": {"passed": 3}}), ran.output


def test_two_ports(run: Runner, two_ports: Ready) -> None:
    assert two_ports.url != two_ports.ws_url
    ran = run.pytest(f"--target={two_ports.url}", f"--ws-target={two_ports.ws_url}")
    assert (ran.status, ran.results["verdict"]) == (0, "conformant"), ran.output


@pytest.mark.parametrize(
    "narrowing",
    [
        ["-k", "banned_sender"],
        ["--requirement", "SEND-BANNED"],
        ["--requirement", "send-banned*", "-n2"],
    ],
)
def test_narrowed_run_is_never_conformant(run: Runner, server: Ready, narrowing: list[str]) -> None:
    ran = run.pytest(f"--target={server.url}", *narrowing)
    assert (ran.status, ran.results["verdict"]) == (2, "inconclusive"), ran.output


def test_asked_for_alone_it_is_judged_and_the_rest_is_not(run: Runner, server: Ready) -> None:
    ran = run.pytest(f"--target={server.url}", "--requirement", "SEND-EPOCH-STALE")
    assert ran.outcome("SEND-EPOCH-STALE") == "passed"
    assert ran.outcome("SEND-BANNED") == "not judged"
    assert ran.results["reason"].startswith("the run was narrowed: only SEND-EPOCH-STALE was asked for; ")


def test_full_level_says_that_it_is_not_judged_yet(run: Runner, server: Ready) -> None:
    ran = run.pytest(f"--target={server.url}", "--level=full", "-k", "nothing_of_that_name")
    assert (ran.status, ran.outcome("RACE-MUTE")) == (2, "not judged")


def test_absent_feature_is_not_applicable_and_printed(run: Runner, server: Ready) -> None:
    run.folder.joinpath("profile.toml").write_text('[features]\nabsent = ["deletion", "private_chats", "history"]\n')
    ran = run.pytest(f"--target={server.url}", "--profile=profile.toml")
    assert (ran.status, ran.results["verdict"]) == (0, "conformant"), ran.output
    assert ran.outcome("SEND-ID-DELETES") == "not applicable"
    assert ran.outcome("SEND-PRIVATE") == "not applicable"
    assert "not applicable (declared absent): SEND-ID-DELETES, SEND-PRIVATE" in ran.output


@pytest.mark.parametrize("absent", [["clear"], ["clear", "kick"]])
def test_epochs_are_rotated_by_what_is_left(run: Runner, server: Ready, absent: list[str]) -> None:
    names = ", ".join(f'"{name}"' for name in absent)
    run.folder.joinpath("profile.toml").write_text(f"[features]\nabsent = [{names}]\n")
    ran = run.pytest(f"--target={server.url}", "--profile=profile.toml", "--requirement=SEND-EPOCH-*")
    assert {ran.outcome("SEND-EPOCH-STALE"), ran.outcome("SEND-EPOCH-CODE")} == {"passed"}, ran.output


def test_nothing_that_rotates_makes_its_clauses_not_applicable(run: Runner, server: Ready) -> None:
    run.folder.joinpath("profile.toml").write_text('[features]\nabsent = ["clear", "kick", "hidden_history"]\n')
    ran = run.pytest(f"--target={server.url}", "--profile=profile.toml", "--requirement=SEND-EPOCH-STALE")
    assert ran.outcome("SEND-EPOCH-STALE") == "not applicable"


def test_report_folder_is_chosen(run: Runner, server: Ready) -> None:
    run.pytest(f"--target={server.url}", "--requirement=SEND-ACCEPT", "--report-dir=elsewhere/deep")
    folder = run.folder / "elsewhere" / "deep"
    written = ["junit.xml", "report.html", "results.json", "results.jsonl"]
    assert sorted(path.name for path in folder.iterdir()) == written


def test_a_run_leaves_its_page_and_says_where(run: Runner, server: Ready) -> None:
    ran = run.pytest(f"--target={server.url}", "--requirement=SEND-ACCEPT")
    assert "page     reports/report.html" in ran.output.replace(f"{run.folder}/", "")
    html = (ran.folder / "report.html").read_text("utf-8")
    assert '<article id="SEND-ACCEPT" class="requirement good"' in html
    assert "The run was narrowed" in html


def test_who_plays_many_runs_does_without_the_page(run: Runner, server: Ready) -> None:
    ran = run.pytest(f"--target={server.url}", "--requirement=SEND-ACCEPT", "-p", f"no:{PAGE}")
    assert "page  " not in ran.output
    assert sorted(path.name for path in ran.folder.iterdir()) == ["junit.xml", "results.json", "results.jsonl"]


def test_a_curl_line_sends_what_broke_again(run: Runner) -> None:
    lie = one_named("next-epoch-accepted", mutants()).decisions
    with serving(Settings(control_token=TOKEN), lie()) as ready:
        ran = run.pytest(f"--target={ready.url}", "--requirement=SEND-EPOCH-FUTURE")
        [line] = [one for one in ran.output.splitlines() if one.startswith("  curl: ")]
    assert line.startswith('  curl: curl -sS -i --globoff --path-as-is -X POST -H "Cookie: psession=$PORTAL_SESSION"')
    assert f" {ready.url}/v1/portal/chats/" in line
    assert "SEND-EPOCH-FUTURE" in (ran.folder / "report.html").read_text("utf-8")


def test_scenarios_of_a_checkout_are_those_of_the_package(run: Runner, server: Ready) -> None:
    ran = run.pytest(f"--target={server.url}", "--collect-only", "-q")
    assert ran.status == 0
    assert "test_bans.py::test_banned_sender" in ran.output
    assert not ran.folder.exists()
