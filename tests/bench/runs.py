"""Whole runs on the embedded server, what their time goes into, and their floor."""

import json
import tempfile
import time
from pathlib import Path
from typing import Any

from conformance.embedded import EmbeddedServer

from . import spying
from .measuring import ROOT, Findings, run
from .replaying import Replay, Replayed, Step, compiled

_RUN = ("-m", "conformance", "run", "--quiet")
_SPIED = ("-m", "pytest", "-q", "-p", "tests.bench.spying", "-p", "no:portal-conformance-audit")


def measure(found: Findings, level: str, times: int) -> None:
    """A run of that level and its floor in turn, so many times each."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as name:
        folder = Path(name)
        phases = _noted(folder, level)["phases"]
        notes = _noted(folder, level, one_by_one=True)
        steps = compiled(notes)
        wait = max(notes["waits"].values(), default=0.0)
        whole, start, replay = [], [], []
        for _ in range(times):
            whole.append(_whole(folder, level))
            began, played = _floor(steps, notes["token"])
            start.append(began)
            replay.append(played.seconds)
    run_s = found.add(f"{level}: run", whole)
    floor_s = found.add(f"{level}: floor", [one + other + wait for one, other in zip(start, replay, strict=True)])
    found.add(f"{level}: floor, the exchanges", replay)
    found.add(f"{level}: floor, the server's start", start)
    found.add(f"{level}: floor, the longest wait that a clause forces", [wait])
    found.ratio(f"{level}: run / floor", run_s, floor_s, 2.0)
    found.notes[f"{level}: phases of a run, seconds"] = {name: round(spent, 3) for name, spent in phases.items()}
    found.notes[f"{level}: exchanged again"] = _counted(played)


def _counted(played: Replayed) -> dict[str, int]:
    return {name: getattr(played, name) for name in ("requests", "sockets", "events", "missed")}


def _whole(folder: Path, level: str) -> float:
    ran = run((*_RUN, f"--level={level}", f"--report-dir={folder / 'reports'}"), folder=folder)
    if ran.status != 0:
        raise RuntimeError(f"the run ended with exit status {ran.status}: conformant was expected")
    return ran.seconds


def _noted(folder: Path, level: str, *, one_by_one: bool = False) -> dict[str, Any]:
    path = folder / "notes.json"
    began = time.monotonic()
    variables = {spying.NOTES: str(path), spying.BEGAN: repr(began), spying.ONE_BY_ONE: "1" if one_by_one else ""}
    scenarios = ROOT / "conformance" / "scenarios"
    command = (*_SPIED, str(scenarios), f"--level={level}", f"--report-dir={folder / 'spied'}")
    ran = run(command, folder=ROOT, variables=variables)
    notes: dict[str, Any] = json.loads(path.read_text("utf-8"))
    notes["phases"]["end"] = ran.seconds - sum(notes["phases"].values())
    path.unlink()
    return notes


def _floor(steps: list[Step], token: str) -> tuple[float, Replayed]:
    began = time.monotonic()
    server = EmbeddedServer(token=token)
    server.start()
    try:
        url, _ = server.wait()
        started = time.monotonic() - began
        return started, Replay(url).play(steps)
    finally:
        server.stop()
