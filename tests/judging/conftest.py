"""Whole runs in processes of their own, against a reference server that is one for all tests."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conformance.reference.embedded import serving
from conformance.reference.settings import Ready, Settings

TOKEN = "control-token-of-the-tests"


@dataclass(frozen=True)
class Ran:
    """A run that is over: its exit status, what it printed, and its results."""

    status: int
    output: str
    folder: Path

    @property
    def results(self) -> dict[str, Any]:
        return json.loads((self.folder / "results.json").read_text("utf-8"))

    def outcome(self, requirement: str) -> str:
        return next(one["outcome"] for one in self.results["requirements"] if one["id"] == requirement)


class Runner:
    """Runs pytest, or the command, in an empty folder."""

    def __init__(self, folder: Path, *, patience_s: float = 120) -> None:
        self.folder = folder
        self.patience_s = patience_s
        self.environment = {"PORTAL_CONTROL_TOKEN": TOKEN}

    def pytest(self, *arguments: str) -> Ran:
        return self._run([sys.executable, "-m", "pytest", *arguments])

    def command(self, *arguments: str) -> Ran:
        return self._run([str(Path(sys.executable).with_name("portal-conformance")), *arguments])

    def _run(self, command: list[str]) -> Ran:
        environment = {**os.environ, **self.environment}
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=self.patience_s,
            check=False,
        )
        return Ran(done.returncode, done.stdout + done.stderr, self.folder / "reports")


@pytest.fixture
def run(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


@pytest.fixture(scope="session")
def server() -> Iterator[Ready]:
    with serving(Settings(control_token=TOKEN)) as ready:
        yield ready


@pytest.fixture(scope="session")
def two_ports() -> Iterator[Ready]:
    with serving(Settings(control_token=TOKEN, ws_port=0)) as ready:
        yield ready
