"""One real run for all tests that read what a run writes."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a run of the command wrote, narrowed to what shows every form of record in little time."""
    folder = tmp_path_factory.mktemp("real-run")
    command = [
        str(Path(sys.executable).with_name("portal-conformance")),
        "run",
        *("--requirement", "SEND-BROADCAST*", "--requirement", "SEND-422-ENVELOPE", "--requirement", "SEND-ID-*"),
        *("--report-dir", str(folder)),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=folder)
    assert ran.returncode == 2, ran.stdout + ran.stderr
    return folder
