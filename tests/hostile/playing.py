"""Plays on a hostile target: one scenario in this process, or a whole run in a process of its own."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from conformance.catalogue import loader
from conformance.errors import ConformanceError
from conformance.profile import parse
from conformance.recording import outcome_of
from conformance.run import Options, Run
from conformance.sidebyside import perform
from conformance.verdict import Outcome

from . import peak

TOKEN = "control-token-of-the-hostile"
TIMEOUT_S, EVENT_TIMEOUT_S = 1.0, 0.5
MEMORY_MAX = 300 * 1024 * 1024
# What a terminal obeys, and what turns the direction of writing.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Judged:
    """What a scenario came to. ``written`` is all that a run would have written of it."""

    outcome: Outcome
    sentence: str
    seconds: float
    written: str
    cookies: tuple[str, ...]


def judge(
    url: str,
    scenario: Callable[..., None],
    *,
    transports: Sequence[str] = ("websocket",),
    timeout_s: float = TIMEOUT_S,
) -> Judged:
    """What the suite says of the target at ``url`` by this scenario, reconciled at its end as in every run."""
    profile = parse(
        {
            "target": {"timeout_s": timeout_s, "event_timeout_s": EVENT_TIMEOUT_S, "url": url},
            "dialect": {"socket": {"transports": list(transports)}},
            "provision": {"give_back": False},
        }
    )
    run = Run(Options(profile, loader.load()))
    run.build(url, url, TOKEN, None)
    assert run.theatre is not None
    stage = run.theatre.stage()
    began, outcome, sentence = time.monotonic(), Outcome.PASSED, ""
    try:
        perform(scenario, stage)
        stage.reconcile()
        stage.expect.conclude()
    except ConformanceError as error:
        broken = [check.sentence() for check in stage.expect.checks if not check.held]
        outcome = Outcome.FAILED if broken else outcome_of(error)
        sentence = run.secrets.mask("; ".join([*broken, str(error)]))
    finally:
        stage.close()
        run.close()
    wire = json.dumps(stage.link.wire.as_json(), ensure_ascii=False)
    cookies = tuple(actor.identity.cookie for actor in stage.actors.values())
    return Judged(outcome, sentence, time.monotonic() - began, wire, cookies)


@dataclass(frozen=True)
class Ran:
    """A whole run that is over."""

    status: int
    output: str
    folder: Path
    seconds: float
    peak: int
    """Bytes of memory that the process which judged took at most."""

    @cached_property
    def results(self) -> dict[str, Any]:
        return json.loads((self.folder / "results.json").read_text("utf-8"))

    def outcome(self, requirement: str) -> str:
        return next(one["outcome"] for one in self.results["requirements"] if one["id"] == requirement)

    def messages(self) -> str:
        """What the scenarios came to, in words."""
        return "\n".join(f"{one['outcome']}: {one['message']}" for one in self.results["scenarios"])

    def written(self) -> str:
        """All that the run wrote, to files and to its terminal."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return "\n".join([self.output, *(path.read_text("utf-8") for path in files)])


@dataclass
class Runner:
    """Runs the command in an empty folder."""

    folder: Path
    polling: bool = False
    timeout_s: float = TIMEOUT_S
    options: list[str] = field(default_factory=list)
    command: tuple[str, ...] = ("conformance", "run")

    def run(self, url: str, *requirements: str) -> Ran:
        """Judge the target at ``url`` by what judges these requirements, and wait until it is over."""
        target = f"timeout_s = {self.timeout_s}\nevent_timeout_s = {self.timeout_s / 2}\n"
        socket = '[dialect.socket]\ntransports = ["polling"]\n' if self.polling else ""
        self.folder.joinpath("profile.toml").write_text(f"[target]\n{target}{socket}")
        command = [sys.executable, "-m", *self.command, f"--target={url}", "--profile=profile.toml"]
        command += [f"--requirement={one}" for one in requirements] + self.options
        output = self.folder / "output.txt"
        environment = {**os.environ, "PORTAL_CONTROL_TOKEN": TOKEN}
        note = self.folder / "peak.txt"
        began = time.monotonic()
        with output.open("wb") as out:
            status = subprocess.call(
                [sys.executable, peak.__file__, str(note), *command],
                cwd=self.folder,
                env=environment,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        return Ran(
            status,
            output.read_text("utf-8", "replace"),
            self.folder / "reports",
            time.monotonic() - began,
            int(note.read_text("utf-8")),
        )
