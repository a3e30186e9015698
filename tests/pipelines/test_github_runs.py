"""Real runs in a workflow: nothing that is printed is obeyed but our own lines, and the summary is in its file."""

import re
from pathlib import Path

import pytest
from judging.conftest import TOKEN, Ran, Runner
from starlette.types import ASGIApp, Receive, Scope, Send

from conformance.reference.embedded import serving
from conformance.reference.settings import Ready, Settings

from .test_github import obeyed


def in_a_workflow(run: Runner) -> Path:
    run.environment |= {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(run.folder / "summary.md")}
    return run.folder / "summary.md"


def commands(ran: Ran) -> list[str]:
    """The lines that a runner obeys, as it reads them: nothing between a stop and its own token."""
    obeys, stopped = [], ""
    for line in ran.output.splitlines():
        if stopped:
            stopped = "" if line.strip() == f"::{stopped}::" else stopped
        elif line.startswith("::stop-commands::"):
            stopped = line.removeprefix("::stop-commands::")
        elif line.strip().startswith("::") or "##[" in line:
            obeys.append(line)
    assert not stopped, "the rest of the step would be deaf"
    return obeys


@pytest.mark.parametrize("more", [[], ["-n2"]])
def test_a_target_that_can_not_be_judged(run: Runner, more: list[str]) -> None:
    summary = in_a_workflow(run)
    summary.write_text("of an earlier step\n")
    ran = run.command("run", "--target", "http://127.0.0.1:1", *more)
    assert ran.status == 2
    (line,) = commands(ran)
    kind, properties, text = obeyed(line)
    assert (kind, properties, text) == ("warning", {"title": "inconclusive"}, ran.results["reason"])
    assert summary.read_text().startswith("of an earlier step\n## ⚠️ inconclusive: ` http://127.0.0.1:1 `\n")


def test_the_runner_obeys_nothing_from_before_the_target_is_asked(run: Runner, server: Ready) -> None:
    in_a_workflow(run)
    ran = run.command("run", "--target", server.url, "--requirement", "SEND-ACCEPT", "-n2")
    lines = [line for line in ran.output.splitlines() if line]
    assert re.fullmatch(r"::stop-commands::[0-9a-f]{32}", lines[0])
    assert lines[-1] == f"::{lines[0].rpartition('::')[2]}::"


def test_elsewhere_nothing_of_it_is_said(run: Runner, server: Ready) -> None:
    run.environment |= {"GITHUB_ACTIONS": "false", "GITHUB_STEP_SUMMARY": str(run.folder / "summary.md")}
    ran = run.command("run", "--target", server.url, "--requirement", "SEND-ACCEPT")
    assert "::stop-commands::" not in ran.output
    assert not (run.folder / "summary.md").exists()


def test_a_summary_that_can_not_be_written_is_a_sentence(run: Runner, server: Ready) -> None:
    in_a_workflow(run)
    run.environment["GITHUB_STEP_SUMMARY"] = str(run.folder)
    ran = run.command("run", "--target", server.url, "--requirement", "SEND-ACCEPT")
    assert f"the job's summary was not written: GITHUB_STEP_SUMMARY is {run.folder} (Is a directory)" in ran.output
    assert "Traceback" not in ran.output


FORGED = b"\n::error title=forged::forged\n##[error]forged\n::add-mask::403\n"


class Forging:
    """Answers every message with lines that a runner would obey."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].endswith("/messages"):
            await self.app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": FORGED})


def test_a_target_can_not_forge_a_line(run: Runner) -> None:
    in_a_workflow(run)
    with serving(Settings(control_token=TOKEN), middlewares=[Forging]) as forging:
        ran = run.command("run", "--target", forging.url, "--requirement", "SEND-ACCEPT")
    assert ran.status in {1, 2}
    assert "forged" in ran.output
    obeys = [obeyed(line) for line in commands(ran)]
    assert obeys
    assert {kind for kind, _, _ in obeys} <= {"error", "warning", "notice"}
    assert not [properties for _, properties, _ in obeys if properties["title"] == "forged"]
