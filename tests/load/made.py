"""Loads in processes of their own, as a user has them, against servers of this process."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance import schemas
from conformance.reference.decisions import Decisions
from conformance.reference.embedded import serving
from conformance.reference.settings import Settings

TOKEN = "control-token-of-the-loads"
# Short deadlines: what is lost is known to be lost soon.
PROFILE = "[target]\nevent_timeout_s = 0.5\ntimeout_s = 3.0\n"
SMALL = {"users": 9, "chats": 3, "duration": 3, "rate": 3, "rotate": 1, "spawn-rate": 50}
PATIENCE_S = 120.0


@dataclass(frozen=True)
class Loaded:
    """A load that is over: its exit status, what it printed, and its results."""

    status: int
    output: str
    folder: Path

    @property
    def results(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.folder / "load.json").read_text("utf-8"))
        assert schemas.faults("load", document) == ()
        return document

    def with_outcome(self, outcome: str) -> set[str]:
        return {one["id"] for one in self.results["requirements"] if one["outcome"] == outcome}

    @property
    def red(self) -> set[str]:
        return self.with_outcome("failed")

    def broken(self, requirement: str) -> str:
        """What was observed where a check of that requirement did not hold."""
        return next(
            one["observed"] for one in self.results["checks"] if requirement in one["requirements"] and not one["held"]
        )


def command(folder: Path, profile: str = PROFILE, **options: object) -> list[str]:
    """The command of a load; an option that is True is a flag."""
    (folder / "profile.toml").write_text(profile, "utf-8")
    given = {"profile": folder / "profile.toml", "report-dir": folder / "reports", **options}
    words = [f"--{name}" if value is True else f"--{name}={value}" for name, value in given.items()]
    return [sys.executable, "-P", "-m", "conformance", "load", *words]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PORTAL_CONTROL_TOKEN": TOKEN, **more}


def load(
    folder: Path, *, profile: str = PROFILE, variables: Mapping[str, str] | None = None, **options: object
) -> Loaded:
    """A small load, but for these options."""
    ran = subprocess.run(
        command(folder, profile, **{**SMALL, **options}),
        check=False,
        env=environment(**(variables or {})),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    return Loaded(ran.returncode, ran.stdout + ran.stderr, folder / "reports")


@contextmanager
def server(decisions: Decisions | None = None) -> Iterator[str]:
    """The URL of a server that is such a one."""
    with serving(Settings(control_token=TOKEN), decisions) as ready:
        yield ready.url
