"""The only sleeps of the suite: for what a clause says lasts so and so long."""

import time
from collections.abc import Callable

GRACE_S = 1.5
"""How long after its time something may still hold: a second of rounding, and the way there and back."""
_EVERY_S = 0.15


def stretched(seconds: int, latency_s: float) -> int:
    """``seconds``, and more on a target so far away that some exchanges would fill them."""
    return seconds + max(0, round(5 * latency_s))


def pause(*, until: float) -> None:
    """Wait until the `time.monotonic` reading ``until``."""
    time.sleep(max(0.0, until - time.monotonic()))


def until_accepted(attempt: Callable[[], bool], *, due: float, grace_s: float = GRACE_S) -> bool:
    """Try from ``due`` on, a `time.monotonic` reading, until ``attempt`` succeeds; False after the grace time.

    The last attempt starts when the grace is over, so a slow answer cannot cut it short.
    """
    pause(until=due)
    while True:
        last = time.monotonic() >= due + grace_s
        if attempt():
            return True
        if last:
            return False
        time.sleep(_EVERY_S)
