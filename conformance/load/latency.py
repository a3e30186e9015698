"""How long things took, so that percentiles can be told: rounded to two digits, and so of bounded size. Pure."""

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

PERCENTILES = (50, 90, 95, 99, 99.9)


class Latencies:
    """Durations, counted in milliseconds of two significant digits."""

    def __init__(self, counted: Iterable[tuple[float, int]] = ()) -> None:
        self._counts: Counter[float] = Counter(dict(counted))

    def note(self, seconds: float) -> None:
        """Count one."""
        self._counts[_rounded(seconds * 1000)] += 1

    def add(self, counted: Iterable[tuple[float, int]]) -> None:
        """Add what another generator counted."""
        for value, number in counted:
            self._counts[value] += number

    def clear(self) -> None:
        """Begin anew."""
        self._counts.clear()

    def counted(self) -> list[tuple[float, int]]:
        """The milliseconds, and how often they came."""
        return sorted(self._counts.items())

    def percentile(self, percent: float) -> float:
        """The milliseconds within which so many in a hundred were."""
        left = math.ceil(self._counts.total() * percent / 100)
        for value, number in self.counted():
            left -= number
            if left <= 0:
                return value
        return 0.0

    def as_json(self) -> dict[str, Any]:
        """Percentiles for a document, in milliseconds."""
        told = {f"p{percent:g}": self.percentile(percent) for percent in PERCENTILES}
        return {"number": self._counts.total(), **told, "max": max(self._counts, default=0.0)}


def _rounded(milliseconds: float) -> float:
    if milliseconds <= 0:
        return 0.0
    digits = 1 - math.floor(math.log10(milliseconds))
    return round(milliseconds, min(digits, 2))
