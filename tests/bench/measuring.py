"""Measurements: a process timed from outside, series of two things in turn, and what is kept of them."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyperf

ROOT = Path(__file__).parents[2]
_QUIET: Mapping[str, str] = {"PYTHONDONTWRITEBYTECODE": ""}


@dataclass(frozen=True, slots=True)
class Ran:
    """A process that is over: seconds by the clock, and its exit status."""

    seconds: float
    status: int


def run(command: Sequence[str], *, folder: Path, variables: Mapping[str, str] = _QUIET) -> Ran:
    """Run ``command`` in ``folder`` to its end, saying nothing; the first word may be a module of this Python."""
    environment = {**os.environ, **_QUIET, **variables}
    began = time.monotonic()
    environment.setdefault("PORTAL_BENCH_BEGAN", repr(began))
    process = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return Ran(time.monotonic() - began, process.returncode)


@dataclass(slots=True)
class Findings:
    """What was measured: series by name, in seconds or in the unit that the name says, and the ratios between them."""

    series: dict[str, list[float]] = field(default_factory=dict)
    ratios: dict[str, tuple[float, float | None]] = field(default_factory=dict)
    """Each with the most that it is meant to be; None where it is only told."""
    notes: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, values: Sequence[float]) -> float:
        """Keep a series, and give its median."""
        self.series[name] = [round(value, 9) for value in values]
        return statistics.median(values)

    def ratio(self, name: str, one: float, other: float, most: float | None = None) -> None:
        """Keep how many times ``other`` goes into ``one``."""
        self.ratios[name] = (round(one / other, 3), most)

    def document(self) -> dict[str, Any]:
        """All of it, with the machine that it was measured on."""
        described = pyperf.Run([1.0], collect_metadata=True).get_metadata()
        wanted = ("cpu_model_name", "cpu_count", "platform", "python_version", "date", "load_avg_1min")
        return {
            "format": "portal-conformance-bench/1",
            "machine": {name: str(described[name]) for name in wanted if name in described},
            "ratios": {name: {"is": value, "at most": most} for name, (value, most) in self.ratios.items()},
            "medians": {name: round(statistics.median(values), 9) for name, values in self.series.items()},
            "spread": {name: _spread(values) for name, values in self.series.items()},
            **self.notes,
        }

    def missed(self) -> list[str]:
        """The ratios that are more than they are meant to be, in words."""
        return [
            f"{name}: {value:.2f}, at most {most:g} is meant"
            for name, (value, most) in self.ratios.items()
            if most is not None and value > most
        ]


def _spread(values: Sequence[float]) -> list[float]:
    return [round(min(values), 9), round(max(values), 9)]


def in_turn(times: int, *what: Callable[[], float]) -> list[list[float]]:
    """Measure each so many times, one after the other and again, so that the machine's moods strike all alike."""
    rounds = [[one() for one in what] for _ in range(times)]
    return [list(series) for series in zip(*rounds, strict=True)]


def changes(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    """How the ratios differ from those of an earlier run, in words; seconds of two machines are not compared."""
    lines = []
    for name, ratio in now["ratios"].items():
        earlier = before["ratios"].get(name)
        if earlier is not None:
            change = ratio["is"] / earlier["is"] - 1
            lines.append(f"{name}: {earlier['is']:.2f} -> {ratio['is']:.2f} ({change:+.0%})")
    return lines
