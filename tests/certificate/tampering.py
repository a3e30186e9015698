"""One way to tamper with a bundle."""

from collections.abc import Callable
from dataclasses import dataclass

from .forging import Forge


@dataclass(frozen=True)
class Tampering:
    """What is done, and a part of the sentence that finds it. ``later`` is when it is looked at, in days."""

    name: str
    done: Callable[[Forge], bytes]
    sentence: str
    later: int = 0
