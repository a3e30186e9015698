"""One run that is certified, for all tests that read, spoil or render a bundle."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conformance.certificate.reading import results_in
from conformance.reference.chosen import chosen
from conformance.reference.embedded import serving
from conformance.reference.settings import Settings

from .forging import Forge

COMMAND = str(Path(sys.executable).with_name("portal-conformance"))


@dataclass(frozen=True)
class Done:
    """A command that is over."""

    status: int
    output: str


def command(*arguments: str | Path, folder: Path, environment: dict[str, str] | None = None) -> Done:
    done = subprocess.run(
        [COMMAND, *map(str, arguments)], cwd=folder, capture_output=True, text=True, timeout=180, check=False,
        env=environment,
    )  # fmt: skip
    return Done(done.returncode, done.stdout + done.stderr)


@dataclass(frozen=True)
class Certified:
    """What `keygen` and `certify` left in a folder."""

    folder: Path
    made: Done
    done: Done

    @property
    def key(self) -> Path:
        return self.folder / "vendor.key"

    @property
    def public(self) -> Path:
        return self.folder / "vendor.key.pub"

    @property
    def bundle(self) -> Path:
        return self.folder / "reports" / "certificate.portal-bundle.zip"


@pytest.fixture(scope="session")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    folder = tmp_path_factory.mktemp("certified")
    made = command("keygen", "--out", "vendor.key", folder=folder)
    done = command("certify", "--level", "core", "--key", "vendor.key", folder=folder)
    assert done.status == 0, done.output
    return Certified(folder, made, done)


@pytest.fixture(scope="session")
def forge(certified: Certified) -> Forge:
    return Forge.of(certified.folder, certified.bundle, certified.key)


@pytest.fixture(scope="session")
def mutant() -> Iterator[str]:
    """The URL of a server that breaks a clause."""
    with serving(Settings(control_token="control-token-of-the-tests"), chosen("ttl-in-milliseconds")) as ready:
        yield ready.url


@pytest.fixture
def results(certified: Certified) -> dict[str, Any]:
    """The results of the run, to be changed at will; without their wire logs."""
    return results_in(certified.bundle)
