"""What was counted: numbers by name, and of each fault the first few in words. Tallies of generators add up. Pure."""

import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any

_SHOWN = 5


class Tally:
    """Counts, and samples of what was wrong. Safe to share among threads; its size does not grow with the run."""

    def __init__(self, counts: Mapping[str, int] | None = None, samples: Mapping[str, list[str]] | None = None) -> None:
        self._lock = threading.Lock()
        self._counts = Counter(counts or {})
        self._samples = {name: list(some) for name, some in (samples or {}).items()}

    def count(self, name: str, number: int = 1) -> None:
        """Count something."""
        with self._lock:
            self._counts[name] += number

    def fault(self, name: str, sample: str) -> None:
        """Count a fault, and keep the words for it where there are not enough yet."""
        with self._lock:
            self._counts[name] += 1
            some = self._samples.setdefault(name, [])
            if len(some) < _SHOWN:
                some.append(sample)

    def __getitem__(self, name: str) -> int:
        with self._lock:
            return self._counts[name]

    def samples(self, name: str) -> tuple[str, ...]:
        """The first few faults of that name, in words."""
        with self._lock:
            return tuple(self._samples.get(name, ()))

    def shown(self, *names: str) -> str:
        """How many of these there were, and some of them."""
        number = sum(self[name] for name in names)
        some = [sample for name in names for sample in self.samples(name)][:_SHOWN]
        return f"{number}: {'; '.join(some)}" if some else str(number)

    def add(self, other: "Tally") -> None:
        """Add what another generator counted."""
        told = other.as_json()
        with self._lock:
            self._counts.update(told["counts"])
            for name, some in told["samples"].items():
                mine = self._samples.setdefault(name, [])
                mine.extend(some[: _SHOWN - len(mine)])

    def as_json(self) -> dict[str, Any]:
        """The tally for another process, or a document."""
        with self._lock:
            return {
                "counts": {name: number for name, number in sorted(self._counts.items()) if number},
                "samples": {name: list(some) for name, some in sorted(self._samples.items())},
            }
