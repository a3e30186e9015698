"""The ledger of one chat under load: who has to hear what, told from what was heard. Pure, and it forgets.

A message is entered under its ciphertext before it is sent, since its event may come before its answer. It is
forgotten a while after its answer, once no event of it can be late any more, so that the ledger is as large after an
hour as after a minute. Members are bits: `expected` are those who were inside when it was sent.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from conformance.load.tally import Tally

_STREAM_ID = re.compile(r"([0-9]{1,20})-([0-9]{1,20})")
_SHOWN = 24
_STRAYS_MAX = 1000
# So many times the deadline a line may take to show whether it stands: servers ping it within.
PULSES = 3


class State(StrEnum):
    """What became of an attempt to send."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNANSWERED = "unanswered"


@dataclass(slots=True)
class Attempt:
    """One attempt to send: what is expected of it, and what came of it; times are those of the ledger's clock.

    ``began`` is the caller's own. ``doubt`` is what is wrong with a refusal, and ``fault`` what that is called, unless
    the epoch turns out to have moved on.
    """

    ct: str
    sender: int
    epoch: int
    expected: int
    began: float
    in_turn: bool = True
    state: State = State.ASKED
    id: str = ""
    heard: int = 0
    shown_id: str = ""
    differs: bool = False
    answered: float = 0.0
    doubt: str = ""
    fault: str = "not accepted"
    open: bool = True

    @property
    def name(self) -> str:
        """The attempt in a word: its id, or how its ciphertext begins."""
        return self.id or self.shown_id or f"ct {self.ct[:_SHOWN]}…"


class Ledger:
    """The messages of one chat. Safe to share among threads.

    ``late_s`` is how long after its answer an event may be late; ``clock`` stands still where the generator does.
    """

    def __init__(self, chat: str, tally: Tally, *, late_s: float, clock: Callable[[], float]) -> None:
        self._chat = chat
        self._tally = tally
        self._late = late_s
        self._clock = clock
        self._lock = threading.RLock()
        self._attempts: OrderedDict[str, Attempt] = OrderedDict()
        self._ids: dict[str, Attempt] = {}
        self._last_of: dict[int, tuple[int, int]] = {}
        self._strays: list[tuple[float, int, str]] = []
        self._alive: dict[int, float] = {}
        self.inside = 0
        self.asking = 0
        """The members who asked to be let in: whether they hear what is said now is left open."""
        self.epoch = -1
        self.open = 0
        self.settled: Callable[[], None] = lambda: None

    @property
    def in_flight(self) -> bool:
        """Whether any answer is awaited."""
        with self._lock:
            return any(attempt.state is State.ASKED for attempt in self._attempts.values())

    def __len__(self) -> int:
        return len(self._attempts)

    # --- who is inside ------------------------------------------------------------------------------------------

    def ask_in(self, member: int) -> None:
        """``member`` asks to be let in."""
        with self._lock:
            self.asking |= 1 << member

    def let_in(self, member: int) -> None:
        """``member`` is inside: what is sent from now on is for it too."""
        with self._lock:
            self.inside |= 1 << member

    def excuse(self, member: int) -> None:
        """``member`` lost its socket: what it ought to have heard, and did not yet, nobody knows."""
        with self._lock:
            self.inside &= ~(1 << member)
            for attempt in self._attempts.values():
                attempt.expected &= ~(1 << member)
                self._look(attempt)

    def beat(self, member: int) -> None:
        """Something came over the line of ``member``: so it stands."""
        self._alive[member] = self._clock()

    # --- sending ------------------------------------------------------------------------------------------------

    def send(self, ct: str, sender: int, epoch: int, began: float, *, in_turn: bool = True) -> Attempt:
        """Enter what is about to be sent; ``in_turn`` by a sender who awaits each answer before the next one."""
        with self._lock:
            attempt = Attempt(ct, sender, epoch, self.inside, began, in_turn)
            self._attempts[ct] = attempt
            self.open += 1
            return attempt

    def accept(self, attempt: Attempt, message_id: str) -> None:
        """It was answered with this id, empty where it had none."""
        with self._lock:
            attempt.state, attempt.id, attempt.answered = State.ACCEPTED, message_id, self._clock()
            if message_id:
                self._enter(attempt)
            self._compare(attempt, attempt.shown_id)
            self._look(attempt)

    def refuse(self, attempt: Attempt, doubt: str = "", fault: str = "not accepted") -> None:
        """It was refused; ``doubt`` is what is wrong with that, unless the epoch turns out to have moved on."""
        with self._lock:
            attempt.state, attempt.answered = State.REFUSED, self._clock()
            attempt.doubt, attempt.fault = doubt, fault
            self._look(attempt)

    def lose(self, attempt: Attempt) -> None:
        """No answer came, so that it may have been accepted or not."""
        with self._lock:
            attempt.state, attempt.answered = State.UNANSWERED, self._clock()
            self._look(attempt)

    def _enter(self, attempt: Attempt) -> None:
        """Hold an id against the ones before it, and look whether events of it came with another ciphertext."""
        if attempt.id in self._ids:
            self._tally.fault("repeated id", f"{self._at(attempt)}, and before of another message")
            return
        self._ids[attempt.id] = attempt
        self._order(attempt)
        changed = [one for one in self._strays if one[2] == attempt.id]
        self._strays = [one for one in self._strays if one[2] != attempt.id]
        for _, member, message_id in changed:
            self._hear_changed(attempt, member, message_id)

    def _order(self, attempt: Attempt) -> None:
        """An id is of the right form, and above the one before to the same sender, who awaits each answer."""
        form = _STREAM_ID.fullmatch(attempt.id)
        if form is None:
            self._tally.fault("odd id", f"{attempt.id[:_SHOWN]!r} in {self._chat}")
            return
        number = int(form[1]), int(form[2])
        if attempt.in_turn and number <= self._last_of.get(attempt.sender, (-1, -1)):
            self._tally.fault("disordered id", f"{self._at(attempt)}, after a later one to the same sender")
        self._last_of[attempt.sender] = number

    # --- hearing ------------------------------------------------------------------------------------------------

    def hear(self, member: int, message_id: str, ct: str | None) -> Attempt | None:
        """``member`` heard a message; the attempt that it is of, None where it is of none that is known yet."""
        with self._lock:
            if ct and (attempt := self._attempts.get(ct)) is not None:
                self._hear(attempt, member, message_id)
                return attempt
            if (attempt := self._ids.get(message_id)) is not None:
                self._hear_changed(attempt, member, message_id)
            elif len(self._strays) < _STRAYS_MAX:
                # Its id may be of one whose answer is still on its way.
                self._strays.append((self._clock(), member, message_id))
            else:
                self._stray(member, message_id)
            return attempt

    def _hear(self, attempt: Attempt, member: int, message_id: str) -> None:
        bit = 1 << member
        if attempt.heard & bit:
            self._tally.fault("heard twice", f"{self._at(attempt)} at member {member}")
        if not (self.inside | self.asking) & bit:
            self._tally.fault("overheard", f"{self._at(attempt)} at member {member}, who is not inside")
        attempt.heard |= bit
        self._compare(attempt, message_id)
        if attempt.open:
            self._look(attempt)

    def _hear_changed(self, attempt: Attempt, member: int, message_id: str) -> None:
        self._tally.fault("changed", f"{self._at(attempt)} at member {member}")
        self._hear(attempt, member, message_id)

    def _compare(self, attempt: Attempt, message_id: str) -> None:
        """The id in each event is that of the answer, and the same in all of them; told once a message."""
        known = attempt.id or attempt.shown_id
        attempt.shown_id = attempt.shown_id or message_id
        if message_id and message_id != known and known and not attempt.differs:
            attempt.differs = True
            self._tally.fault("other id", f"{message_id[:_SHOWN]!r} in an event of {self._at(attempt)}")

    def _stray(self, member: int, message_id: str) -> None:
        self._tally.fault("stray", f"{message_id[:_SHOWN]!r} in {self._chat} at member {member}")

    # --- settling -----------------------------------------------------------------------------------------------

    def _look(self, attempt: Attempt) -> None:
        """Close what is answered and heard by everybody who has to hear it."""
        done = attempt.state in (State.REFUSED, State.UNANSWERED) or (
            attempt.state is State.ACCEPTED and not attempt.expected & ~attempt.heard
        )
        if attempt.open and done:
            attempt.open = False
            self.open -= 1
            if not self.open:
                self.settled()

    def settle(self, *, finally_: bool = False) -> None:
        """Judge, and forget, what cannot be late any more; ``finally_`` all there is."""
        due = float("inf") if finally_ else self._clock() - self._late
        with self._lock:
            while self._attempts:
                ct, attempt = next(iter(self._attempts.items()))
                if attempt.state is State.ASKED or attempt.answered > due or self._may_be_dead(attempt, due):
                    break
                del self._attempts[ct]
                self._ids.pop(attempt.id, None)
                self._judge(attempt)
            for _, member, message_id in [one for one in self._strays if one[0] <= due]:
                self._stray(member, message_id)
            self._strays = [one for one in self._strays if one[0] > due]

    def _may_be_dead(self, attempt: Attempt, due: float) -> bool:
        """Whether a line over which it did not come may be dead without anybody's having noticed yet."""
        if attempt.state is not State.ACCEPTED or attempt.answered <= due - PULSES * self._late:
            return False
        missing = _members(attempt.expected & ~attempt.heard)
        return any(not self.stands(member, attempt.answered) for member in missing)

    def stands(self, member: int, since: float) -> bool:
        """Whether anything came over the line of ``member`` after then: at the same tick of the clock says nothing."""
        return self._alive.get(member, -1.0) > since

    def _judge(self, attempt: Attempt) -> None:
        if attempt.open:
            attempt.open = False
            self.open -= 1
        if attempt.state is State.ACCEPTED:
            self._tally.count("settled")
            for member in _members(attempt.expected & ~attempt.heard):
                # Nothing at all came since: no event was lost that anybody could know of.
                what = "lost" if self.stands(member, attempt.answered) else "silent line"
                self._tally.fault(what, f"{self._at(attempt)} at member {member}")
        elif attempt.state is State.REFUSED:
            self._judge_refused(attempt)

    def _judge_refused(self, attempt: Attempt) -> None:
        for member in _members(attempt.heard):
            self._tally.fault("refused yet heard", f"{self._at(attempt)} at member {member}")
        if not attempt.heard:
            self._tally.count("refused and silent")
        if attempt.doubt and attempt.epoch < self.epoch:
            self._tally.count("overtaken")
        elif attempt.doubt:
            self._tally.fault(attempt.fault, f"{attempt.doubt} in {self._chat}")

    def _at(self, attempt: Attempt) -> str:
        return f"{attempt.name} in {self._chat}"


def _members(bits: int) -> list[int]:
    return [member for member in range(bits.bit_length()) if bits >> member & 1]
