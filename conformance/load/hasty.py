"""Somebody in a hurry: it sends until a limit is met, and comes back when it is told to.

Judged is what every kind of window has in common, sliding, fixed or refilling, whether refused attempts count or not: a
limit of N in W seconds is met by nobody who made less than N attempts in W seconds, lets pass no more than 2 N, and
is over after W seconds of silence.
"""

import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor

from conformance.client.answers import Answer
from conformance.client.patience import retry_after
from conformance.limits import TOO_MANY, Limit
from conformance.load.chatroom import Chatroom
from conformance.load.member import Member
from conformance.load.plan import AT_ONCE
from conformance.load.speaking import Speaking

_OK = 200
# The target's clock is not ours, and what is told in whole seconds was rounded.
_MARGIN = 0.125


class Hasty:
    """The bursts of one member, which is the only one in its chat that comes near to ``limit``."""

    def __init__(self, member: Member, speaking: Speaking, room: Chatroom, limit: Limit) -> None:
        self._member = member
        self._speaking = speaking
        self._room = room
        self._limit = limit
        self._margin_s = _MARGIN * limit.window_s
        self._attempts: deque[tuple[float, float, bool]] = deque(maxlen=4 * limit.messages + 8)

    def burst(self) -> None:
        """Send until the limit is met, and wait until it is over; nothing is judged where it is not met in time."""
        began = time.monotonic()
        while not self._over and time.monotonic() < began + self._limit.window_s - self._margin_s:
            answers = self._say(AT_ONCE)
            if limited := [one for one in answers if one.status == TOO_MANY]:
                self._met(limited[0])
                return
            if not answers:
                break
            if (passed := sum(ok for started, _, ok in self._attempts if started >= began)) > 2 * self._limit.messages:
                self._fault("limit not kept", f"{passed} messages passed")
                break
        self._rest(self._limit.window_s + self._margin_s)

    @property
    def _over(self) -> bool:
        return self._room.over.is_set() or self._member.out

    def _say(self, number: int) -> list[Answer]:
        """So many messages at once; the answers that came."""
        if not self._member.keyed.wait(self._room.profile.target.event_timeout_s):
            return []
        with ThreadPoolExecutor(number) as pool:
            said = pool.map(lambda _: self._speaking.say(self._member), range(number))
            answers = [one for one in said if one is not None]
        self._attempts.extend((one.started, one.ended, one.status == _OK) for one in answers)
        return answers

    def _met(self, answer: Answer) -> None:
        """The limit was met: rightly, and for no longer than it says."""
        since = answer.started - self._limit.window_s - self._margin_s
        made = sum(ended >= since for _, ended, _ in self._attempts) - 1
        self._room.tally.count(f"limits met, {self._room.limited}")
        if made < self._limit.messages:
            self._fault("limited too early", f"after {made} attempts")
        self._room.waiting = True
        try:
            self._come_back(answer)
        finally:
            self._room.waiting = False

    def _come_back(self, answer: Answer) -> None:
        told = retry_after(answer.headers.get("retry-after", ""))
        self._room.tally.count("told when" if told is not None else "not told when")
        if told is not None and told <= self._limit.window_s + 1:
            if not self._rest(told + self._margin_s) or self._is_let(after=answer):
                return
            self._room.tally.count("told too early")
        if self._rest(self._limit.window_s + self._margin_s) and not self._is_let(after=answer):
            self._fault("limited for ever", f"after {self._limit.window_s:g} s of silence")

    def _is_let(self, *, after: Answer) -> bool:
        """Whether a message is accepted again; where none could be judged, nothing is said against the limit."""
        answers = self._say(1)
        if any(one.status == _OK and one.started > after.ended for one in answers):
            self._room.tally.count(f"let again, {self._room.limited}")
        return all(one.status != TOO_MANY for one in answers)

    def _rest(self, seconds: float) -> bool:
        """Be silent for so long; False where the run ends meanwhile."""
        return not self._room.over.wait(seconds)

    def _fault(self, name: str, what: str) -> None:
        limit = f"{self._limit.messages} messages in {self._limit.window_s:g} s"
        self._room.tally.fault(f"{name}, {self._room.limited}", f"{what}, with a limit of {limit} ({self._room.name})")
