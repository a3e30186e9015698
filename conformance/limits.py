"""How much is allowed in which time: message limits of a target, and the rate that requests keep to. Pure."""

import re
from dataclasses import dataclass

TOO_MANY = 429
"""The status of what is past a limit."""

_RATE = re.compile(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,3})?(s|min|h)")
_SECONDS = {"s": 1, "min": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``messages`` in ``window_s`` seconds."""

    messages: int
    window_s: float


# What a server that nobody configured allows: kept where the profile does not tell the target's own.
USUAL_CHAT, USUAL_EVERYWHERE = Limit(30, 10), Limit(60, 10)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``requests`` in any ``window_s`` seconds."""

    requests: int
    window_s: float

    def __str__(self) -> str:
        """The rate as it is written: 120/min."""
        unit = next(name for name in ("h", "min", "s") if self.window_s % _SECONDS[name] == 0)
        number = round(self.window_s / _SECONDS[unit])
        return f"{self.requests}/{'' if number == 1 else number}{unit}"


def rate_of(text: str) -> Rate | None:
    """The rate written as "120/min", "2/s" or "60/10s"; None where ``text`` is none."""
    found = _RATE.fullmatch(text)
    if found is None:
        return None
    return Rate(int(found[1]), float(int(found[2] or 1) * _SECONDS[found[3]]))
