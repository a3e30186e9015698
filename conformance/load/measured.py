"""What a generator costs, and what it carried: measured from the moment when everybody was there."""

import time
from collections.abc import Mapping
from typing import Any

import psutil

from conformance.load.awake import Awake
from conformance.load.tally import Tally

_COUNTED = ("sent", "accepted", "heard")
_MINUTE_S = 60.0
_MOST = 240


class Measured:
    """Processor time, memory, and what was sent and heard meanwhile. Its size does not grow with the run."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._began = self._ended = time.monotonic()
        self._cpu = self._cpu_ended = time.process_time()
        self._before: Mapping[str, int] = dict.fromkeys(_COUNTED, 0)
        self._after: Mapping[str, int] = self._before
        self._memory: list[tuple[float, float]] = []
        self._every_s = _MINUTE_S
        self._longest_s = 0.0

    def begin(self, tally: Tally) -> None:
        """Everybody is there."""
        self._began, self._cpu = time.monotonic(), time.process_time()
        self._before = {name: tally[name] for name in _COUNTED}
        self._longest_s = 0.0
        self._memory = [(0.0, self._rss())]

    def end(self, tally: Tally) -> None:
        """Nobody speaks any more."""
        self._ended, self._cpu_ended = time.monotonic(), time.process_time()
        self._after = {name: tally[name] for name in _COUNTED}
        self._memory.append((self._ended - self._began, self._rss()))

    def look(self, awake: Awake) -> None:
        """Note how long the generator was held up, and every minute how large it is."""
        self._longest_s = max(self._longest_s, awake.longest_s)
        awake.longest_s = 0.0
        at = time.monotonic() - self._began
        if self._memory and at - self._memory[-1][0] >= self._every_s:
            self._memory.append((at, self._rss()))
        if len(self._memory) > _MOST:
            self._memory, self._every_s = self._memory[::2], 2 * self._every_s

    def _rss(self) -> float:
        return float(self._process.memory_info().rss) / 1024 / 1024

    def as_json(self) -> dict[str, Any]:
        """What was measured."""
        return {
            "seconds": round(self._ended - self._began, 3),
            "cpu_s": round(self._cpu_ended - self._cpu, 3),
            **{name: self._after[name] - self._before[name] for name in _COUNTED},
            "held_up_s": round(self._longest_s, 3),
            "memory": [{"at_s": round(at, 1), "mib": round(size, 1)} for at, size in self._memory],
        }
