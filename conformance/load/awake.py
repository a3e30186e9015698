"""The time for which the generator was awake: while it is held up itself, nothing of the target's is late. Pure."""

import time
from collections.abc import Callable

# A longer gap between two ticks is the generator's own, or the machine's.
_TICK_S = 0.25
_MOST_S = 2 * _TICK_S


class Awake:
    """A clock that is moved on by `tick`, by no more than two of its periods at once."""

    period_s = _TICK_S

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()
        self._now = 0.0
        self.longest_s = 0.0
        """The longest that it was held up since this was last set to 0."""

    def __call__(self) -> float:
        """Seconds awake."""
        return self._now

    def tick(self) -> None:
        """Say that the generator is awake."""
        now = self._clock()
        gap, self._last = now - self._last, now
        self._now += min(gap, _MOST_S)
        self.longest_s = max(self.longest_s, gap - _TICK_S)
