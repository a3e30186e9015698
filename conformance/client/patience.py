"""A rate limit that nobody asked for is waited out: as long as the target says, within bounds, and never in silence.

Each try is in the wire log, and the results tell how often a limit was met. Where waiting does not help, the last 429
is what the scenario gets to see, which blocks it.
"""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from conformance.client.answers import Answer
from conformance.limits import TOO_MANY

_MOST_S = 65.0
_FIRST_S = 1.0
_TRIES = 3
_DIGITS = 9
# Whoever waited in vain so often meets no limit that passes.
_IN_VAIN = 3


class Patience:
    """How a process bears rate limits. Safe to share among threads.

    ``guesses``: a 429 that does not say for how long is waited out as well, longer each time.
    """

    def __init__(self, *, guesses: bool = False, sleep: Callable[[float], None] = time.sleep) -> None:
        self._guesses = guesses
        self._sleep = sleep
        self._lock = threading.Lock()
        self._in_vain = 0
        self.met = 0
        self.waited_s = 0.0

    def ask(self, ask: Callable[[], Answer], *, minds: bool = True) -> Answer:
        """What ``ask`` is answered, asked again after limits that are waited out; unless nobody ``minds`` a limit."""
        answer, tries = ask(), 1
        while minds and answer.status == TOO_MANY and self.wait(answer.headers, tries):
            answer, tries = ask(), tries + 1
        return answer

    def wait(self, headers: Mapping[str, str], tries: int) -> bool:
        """Wait before the next try after a 429, the ``tries``-th; False where there is to be none."""
        seconds = self._seconds(headers, tries)
        with self._lock:
            self.met += 1
            if tries > _TRIES:
                self._in_vain += 1
            if seconds is None or tries > _TRIES or self._in_vain >= _IN_VAIN:
                return False
            self.waited_s += seconds
        self._sleep(seconds)
        return True

    def _seconds(self, headers: Mapping[str, str], tries: int) -> float | None:
        told = retry_after(headers.get("retry-after", ""))
        if told is None:
            return _FIRST_S * 2 ** (tries - 1) if self._guesses else None
        # Of whoever asks for more than a minute nothing is heard in time. A whole second may have been rounded away.
        return told + _FIRST_S if told <= _MOST_S else None


def retry_after(text: str) -> float | None:
    """The seconds that a Retry-After asks for, a number or a date; None where it says nothing that makes sense."""
    if text.strip().isdecimal():
        return float(text.strip()[:_DIGITS])
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())
