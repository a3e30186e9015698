"""What a run keeps in memory does not grow with the examples that it draws."""

import json
import subprocess
import sys
from pathlib import Path

from conformance import packaged

from . import peak

# Those that draw examples.
_DRAWING = ("--requirement=SEND-422-*", "--requirement=SEND-ACCEPT")


def peak_mb(folder: Path, examples: int) -> tuple[float, int]:
    """The most memory that a run takes, and the requests that it makes."""
    options = (f"--report-dir={folder}", f"--examples={examples}", *_DRAWING)
    command = [sys.executable, "-P", "-m", "pytest", *packaged.arguments(*options)]
    note = folder.with_suffix(".txt")
    subprocess.call(
        [sys.executable, peak.__file__, str(note), *command], stdout=subprocess.DEVNULL, env=packaged.environment()
    )
    document = json.loads((folder / "results.json").read_text("utf-8"))
    assert {one["outcome"] for one in document["scenarios"]} == {"passed"}
    return int(note.read_text("utf-8")) / 2**20, document["requests"]


def test_ten_times_the_examples_take_no_more_memory(tmp_path: Path) -> None:
    once, requests = peak_mb(tmp_path / "one", 5)
    ten_times, more = peak_mb(tmp_path / "ten", 50)
    assert more > 1.5 * requests, "it was to draw more"
    assert ten_times < 1.15 * once
