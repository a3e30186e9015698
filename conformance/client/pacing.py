"""Keeping below a target's limits: a client's requests, and a sender's messages, are counted before they are sent.

A limit of N in W seconds is kept in *every* stretch of W seconds, whatever window the target counts by. A sixth of N
may go at once; the rest is spread over the whole window, so that no request has to wait for long in the middle of a
story. What has to be quick, a burst that is to meet a limit, waits beforehand until there is room for all of it.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from conformance.limits import Limit, Rate

# The target's clock and the way there are not ours: what is a window apart here may be a little less there.
_MARGIN = 1.02
_MARGIN_S = 0.25


@dataclass(frozen=True, slots=True)
class Rule:
    """At most ``most`` in any ``window_s`` seconds of ours."""

    most: int
    window_s: float

    @property
    def at_once(self) -> int:
        """So many may go without a pause."""
        return max(1, self.most // 6)

    @property
    def pause_s(self) -> float:
        """How far apart the others go."""
        return self.window_s / max(1, self.most - self.at_once)


def _rule(most: int, window_s: float) -> Rule:
    return Rule(most, window_s * _MARGIN + _MARGIN_S)


@dataclass(slots=True)
class _Log:
    """When the last ones went, oldest first."""

    rule: Rule
    times: deque[float] = field(default_factory=deque)

    def due(self, now: float, *, hurry: bool) -> float:
        """From when on another one may go."""
        rule, times = self.rule, self.times
        while times and times[0] <= now - rule.window_s:
            times.popleft()
        if len(times) >= rule.most:
            return times[-rule.most] + rule.window_s
        if hurry or len(times) < rule.at_once:
            return now
        return max(now, times[-1] + rule.pause_s)

    def room(self, number: int) -> float:
        """From when on ``number`` more may go at once: as many as there may be, where that is less."""
        number = min(number, self.rule.most)
        beyond = len(self.times) + number - self.rule.most
        return self.times[beyond - 1] + self.rule.window_s if beyond > 0 else 0.0


class Pace:
    """The limits that a process keeps, and what it has sent. Safe to share among threads.

    ``requests`` is a client's rate; by ``address`` all clients of this process are one. ``chat`` and ``everywhere`` are
    the message limits of a sender in a chat and over all chats; what is None is not kept.
    """

    def __init__(
        self,
        *,
        requests: Rate | None = None,
        by_address: bool = False,
        chat: Limit | None = None,
        everywhere: Limit | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._requests = requests and _rule(requests.requests, requests.window_s)
        self._by_address = by_address
        self._chat = chat and _rule(chat.messages, chat.window_s)
        self._everywhere = everywhere and _rule(everywhere.messages, everywhere.window_s)
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._logs: dict[Hashable, _Log] = {}
        self._hurried: set[str] = set()
        self._past_limits: set[str] = set()
        self.waited_s = 0.0

    @property
    def pause_s(self) -> float:
        """The pause before an ordinary request, but after a burst: a story of limited time has to allow for it."""
        rules = (self._requests, self._chat, self._everywhere)
        return max((rule.pause_s for rule in rules if rule), default=0.0)

    @property
    def at_once(self) -> float:
        """How many requests of a client may go at once, where there is room for all of them."""
        return self._requests.most if self._requests else math.inf

    def wait(self, client: str, *, message_to: str = "") -> None:
        """Wait until ``client`` may send a request, or a message to the chat ``message_to``, and count it."""
        while True:
            with self._lock:
                now, hurry = self._clock(), client in self._hurried
                counted = list(self._logs_of(client, message_to))
                kept = counted if client not in self._past_limits else counted[: self._requests is not None]
                due = max((log.due(now, hurry=hurry) for log in kept), default=now)
                if due <= now:
                    for log in counted:
                        log.times.append(now)
                    return
                self.waited_s += due - now
            self._sleep(due - now)

    def _logs_of(self, client: str, message_to: str) -> Iterator[_Log]:
        if self._requests:
            yield self._log("" if self._by_address else client, self._requests)
        if message_to and self._everywhere:
            yield self._log((client, "everywhere"), self._everywhere)
        if message_to and self._chat:
            yield self._log((client, message_to), self._chat)

    def _log(self, key: Hashable, rule: Rule) -> _Log:
        return self._logs.setdefault(key, _Log(rule))

    @contextmanager
    def hurry(self, clients: Iterable[str], number: int, *, message_to: str = "") -> Iterator[None]:
        """Within this block these clients make no pauses; before it there is a wait, for room for ``number`` each.

        They are messages to the chat ``message_to``; without one, the message limits are what is to be met, and are not
        kept.
        """
        with self._lock:
            hurried = set(clients)
            now = self._clock()
            due = max(
                (at for one in hurried for at in self._room_for(one, number, message_to, len(hurried))), default=now
            )
            # Whoever is in a hurry already stays so afterwards.
            hurried -= self._hurried
            self._hurried |= hurried
            self._past_limits |= hurried if not message_to else set()
            self.waited_s += max(0.0, due - now)
        try:
            self._sleep(max(0.0, due - now))
            yield
        finally:
            with self._lock:
                self._hurried -= hurried
                self._past_limits -= hurried

    def _room_for(self, client: str, number: int, message_to: str, clients: int) -> Iterator[float]:
        for log in self._logs_of(client, "" if client in self._past_limits else message_to):
            shared = log.rule is self._requests and self._by_address
            yield log.room(number * clients if shared else number)
