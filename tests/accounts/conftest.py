"""A reference server without a control API, which has the accounts of a profile from the start."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest
from judging.conftest import Ran, Runner

from conformance.reference.decisions import Middleware
from conformance.reference.embedded import serving
from conformance.reference.settings import Ready, Settings

from .profile import BOT_KEY, ENVIRONMENT


class Judging(Protocol):
    """Runs a command against a server with a profile's accounts."""

    def __call__(self, profile: Path, *arguments: str, command: str = "run", name: str = "reports") -> Ran: ...


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORTAL_CONTROL_TOKEN", raising=False)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@contextmanager
def staging(profile: Path, middlewares: Sequence[Middleware] = ()) -> Iterator[Ready]:
    """A server as a staging system is: accounts that are there, a login by a bot's key, no control API."""
    with serving(Settings(bot_api_key=BOT_KEY, seed=profile), middlewares=middlewares) as ready:
        yield ready


@pytest.fixture
def judging(tmp_path: Path) -> Judging:
    def judge(profile: Path, *arguments: str, command: str = "run", name: str = "reports") -> Ran:
        runner = Runner(tmp_path)
        runner.environment = {}
        with staging(profile) as ready:
            folder = [] if command == "doctor" else [f"--report-dir={name}"]
            ran = runner.command(command, f"--target={ready.url}", f"--profile={profile}", *folder, *arguments)
        return Ran(ran.status, ran.output, tmp_path / name)

    return judge
