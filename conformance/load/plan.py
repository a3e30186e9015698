"""What a load run is to do: the user's wishes, checked, and the share of them that one generator carries. Pure."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from conformance.errors import UsageFault
from conformance.limits import Limit

# Whoever is in a hurry is the third of its chat: an owner hands out keys, and somebody else has to be let speak.
HASTY = 2
AT_ONCE = 8
"""So many messages somebody in a hurry has under way, and of its limit it is a divisor."""
_LIMITED_EVERY = 10
# Of the window of a limit that is met on purpose: several of them go by in a run, and the shortest is a second.
_WINDOWS = 3
_WINDOW_LEAST_S, _WINDOW_MOST_S = 1.0, 4.0
# A limit is so many times what a member sends in its window; one who pauses for half as long sends half of it.
_TIMES = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """The wishes. ``rate`` is messages a second of each member, ``rotate_s`` how often each chat rotates, 0 never.

    ``first`` is the number of this generator's first chat, ``chats`` how many it has; ``worker`` is which one it is.
    """

    users: int
    chats: int
    duration_s: float
    spawn_rate: float
    rate: float
    seed: int
    rotate_s: float
    first: int = 0
    worker: int = 0
    workers: int = 1

    def check(self) -> None:
        """Raise `UsageFault` where nothing could be judged by it."""
        if self.users < 2 * self.chats:
            raise UsageFault(f"--users {self.users}: a chat needs two members at least, and there are {self.chats}")
        if self.chats < self.workers:
            raise UsageFault(f"--chats {self.chats}: each of {self.workers} workers needs one at least")

    def shares(self) -> Iterator["Plan"]:
        """The share of each worker: a chat is on one of them with all of its members."""
        first = 0
        for worker in range(self.workers):
            chats = self.chats // self.workers + (worker < self.chats % self.workers)
            values = {**asdict(self), "chats": chats, "first": first, "worker": worker}
            yield Plan(**values)
            first += chats

    @property
    def fewest(self) -> int:
        """How many members each chat has at least."""
        most = -(-self.chats // self.workers)
        return self.users // self.workers // most

    @property
    def limit(self) -> Limit:
        """A limit that somebody in a hurry meets soon, and nobody else: they send half as much at most."""
        window_s = min(max(self.duration_s / _WINDOWS, _WINDOW_LEAST_S), _WINDOW_MOST_S)
        return Limit(AT_ONCE * math.ceil(_TIMES * self.rate * window_s / AT_ONCE), window_s)

    def limited(self, chat: int) -> str:
        """Which limit the hasty one of the generator's ``chat`` is to meet: "chat", "global", or none at all."""
        if self.fewest <= HASTY:
            return ""
        return {0: "chat", 1: "global"}.get(chat % _LIMITED_EVERY, "")

    @property
    def limits(self) -> frozenset[str]:
        """The limits that are to be met by every generator of this plan."""
        fewest = self.chats // self.workers
        return frozenset(self.limited(chat) for chat in range(min(fewest, _LIMITED_EVERY))) - {""}

    def as_json(self) -> dict[str, Any]:
        """The plan for another process."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """The plan that another process told."""
        return cls(**document)
