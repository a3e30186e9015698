"""What a run shows while it goes on: a live progress on a terminal, letters in a log, and little where it is quiet."""

import re
from collections.abc import Iterator

import pytest
from judging.conftest import TOKEN, Runner

from conformance.reference.embedded import serving
from conformance.reference.mutants.mutes_ttl import TtlMissing
from conformance.reference.settings import Ready, Settings

from .screen import watch

ASKED = ("--requirement", "SEND-BROADCAST*", "--requirement", "SEND-MUTED-TTL*")


@pytest.fixture(scope="module")
def lying() -> Iterator[Ready]:
    with serving(Settings(control_token=TOKEN), decisions=TtlMissing()) as ready:
        yield ready


@pytest.mark.parametrize("more", [(), ("-n2",)], ids=["one process", "two"])
def test_on_a_terminal_chapters_are_counted_and_the_time_that_is_left(
    run: Runner, lying: Ready, more: tuple[str, ...]
) -> None:
    seen = watch(run.folder, "run", "--target", lying.url, *ASKED, *more)
    assert seen.status == 1
    whole = seen.lines("all chapters")
    assert any("getting ready" in line for line in whole) or not more
    assert [line for line in whole if re.search(r" \d+/\d+ about \d+ s left$", line)]
    numbers = [int(found[1]) for line in whole if (found := re.search(r" (\d+)/\d+ ", line))]
    assert numbers == sorted(numbers)
    assert numbers[-1] > 0
    # One line of it at a time, and what is red is said; the last screen with it may be gone too soon to be seen.
    assert max(sum(line.startswith("all chapters") for line in screen) for screen in seen.screens) == 1
    assert re.search(rb"mutes .*\d/\d.*[1-9] not passed", seen.written)
    # None of pytest's letters, and nothing of it is left beneath the verdict.
    assert not [line for screen in seen.screens for line in screen if re.fullmatch(r"[.FBnE]+( +\[ *\d+%\])?", line)]
    assert not [line for line in seen.screens[-1] if "all chapters" in line or "mutes  " in line]
    assert [line for line in seen.screens[-1] if line.startswith("verdict  NON-CONFORMANT: ")]


@pytest.mark.parametrize("why", [{"CI": "true"}, {"TERM": "dumb"}])
def test_a_terminal_that_nobody_looks_at_has_letters(run: Runner, lying: Ready, why: dict[str, str]) -> None:
    seen = watch(run.folder, "run", "--target", lying.url, "--requirement", "SEND-MUTED-TTL", **why)
    assert not seen.lines("all chapters")
    assert [line for screen in seen.screens for line in screen if re.match(r"[.F]+ +\[100%\]", line)]


def test_a_log_has_letters_and_no_escapes_whatever_asks_for_colour(run: Runner, lying: Ready) -> None:
    run.environment["TTY_COMPATIBLE"] = "1"
    ran = run.command("run", "--target", lying.url, "--requirement", "SEND-MUTED-TTL")
    assert re.search(r"^[.F]+ +\[100%\]$", ran.output, re.MULTILINE)
    assert "\x1b" not in ran.output


def test_verbose_keeps_the_lines_of_pytest(run: Runner, lying: Ready) -> None:
    seen = watch(run.folder, "run", "--target", lying.url, "--requirement", "SEND-MUTED-TTL", "-v")
    assert not seen.lines("all chapters")
    # A long path takes more than a line of this terminal.
    shown = ["".join(screen) for screen in seen.screens]
    assert any(re.search(r"test_mutes\.py::test_\w+(\[\w+\])? +FAILED", screen) for screen in shown), shown[-1]


@pytest.mark.parametrize("more", [(), ("-n2",)], ids=["one process", "two"])
def test_a_quiet_run_says_what_is_red_and_the_verdict(run: Runner, lying: Ready, more: tuple[str, ...]) -> None:
    ran = run.command("gate", "--target", lying.url, *ASKED, "--quiet", *more)
    lines = [line for line in ran.output.splitlines() if line]
    assert lines[0].startswith("SEND-MUTED-TTL (MUST, page ")
    assert lines[-2].startswith("verdict  NON-CONFORMANT: 2 MUST requirements broken: SEND-MUTED-TTL, ")
    assert lines[-1].startswith("gate     FAILED: 2 MUST requirements broken and not known to be: ")
    assert {line.partition(" ")[0] for line in lines if not line.startswith(" ")} <= {
        *("SEND-MUTED-TTL", "SEND-MUTED-TTL-INDEFINITE", "verdict", "gate")
    }


def test_a_quiet_run_without_fault_says_its_verdict_alone(run: Runner, server: Ready) -> None:
    ran = run.command("run", "--target", server.url, "--requirement", "SEND-ACCEPT", "-q")
    (line,) = [line for line in ran.output.splitlines() if line]
    assert line.startswith("verdict  INCONCLUSIVE: the run was narrowed: only SEND-ACCEPT was asked for; ")


def test_a_quiet_run_on_a_terminal_is_quiet(run: Runner, server: Ready) -> None:
    seen = watch(run.folder, "run", "--target", server.url, "--requirement", "SEND-ACCEPT", "-q")
    assert seen.lines("verdict  INCONCLUSIVE: ")
    assert not [line for screen in seen.screens for line in screen if "chapters" in line or "plan" in line]


def test_quiet_and_verbose_contradict_each_other(run: Runner) -> None:
    ran = run.command("run", "-q", "-v")
    assert ran.status == 4
    assert "--verbose and --quiet contradict each other: give one of them" in ran.output
