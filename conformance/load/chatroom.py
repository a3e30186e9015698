"""One chat under load: its members, its epoch and key, and who keeps both up to date.

Its keeper, a thread of its own, speaks for the owner: it hands out the key to whoever comes in and after each rotation,
and clears the chat now and then, which rotates the epoch. The threads that read only note what came, and wake it.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from conformance.client.actor import same_id
from conformance.client.answers import NoAnswer
from conformance.dialect import read
from conformance.envelope import ChatKey, Envelope, EnvelopeError, ciphertext_of
from conformance.errors import Blocked
from conformance.load.ledger import PULSES, Attempt, Ledger
from conformance.load.member import Member
from conformance.load.tally import Tally
from conformance.profile import Profile
from conformance.provision.base import Chat

# Of what a member hears so many are one that it opens with the key that it was handed.
_OPENED_EVERY = 16
_SHOWN = 160
_NOT_YET = float("inf")


@dataclass(slots=True)
class Rising:
    """A rotation: the new epoch, when it was heard of first, and the members who have to be told of it."""

    epoch: int
    at: float
    members: tuple[Member, ...]


@dataclass(slots=True)
class Chatroom:
    """One chat. ``delivered`` is told the seconds from a send to each of its events, ``left`` that somebody is gone."""

    name: str
    profile: Profile
    tally: Tally
    ledger: Ledger
    marker: bytes
    clock: Callable[[], float]
    late_s: float
    patience_s: float
    delivered: Callable[[float], None]
    rotate_s: float
    rng: random.Random
    left: Callable[[], None]
    limited: str = ""
    chat: Chat | None = None
    owner: Member | None = None
    members: list[Member] = field(default_factory=list)
    epoch: int = -1
    keys: dict[int, ChatKey] = field(default_factory=dict)
    waiting: bool = False
    """Whether somebody in a hurry has met the limit, and waits."""
    opened: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    _wanted: threading.Event = field(default_factory=threading.Event)
    _rose: threading.Event = field(default_factory=threading.Event)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _risings: deque[Rising] = field(default_factory=deque)
    _shared: dict[int, tuple[int, float]] = field(default_factory=dict)
    _keeper: threading.Thread | None = None
    _heard: int = 0
    _counted: int = 0
    _last: tuple[Any, Any, str, str | None] = (None, None, "", None)

    # --- who comes in -------------------------------------------------------------------------------------------

    def open(self, chat: Chat, owner: Member) -> None:
        """The chat was made, and ``owner`` owns it."""
        self.chat, self.owner = chat, owner
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def enter(self, member: Member) -> None:
        """``member`` joins and is handed the key; raises `Blocked` where that fails."""
        assert self.chat is not None
        self.ledger.ask_in(member.number)
        epoch = member.join(self.chat)
        with self._lock:
            member.told = max(member.told, epoch)
            self._note(epoch)
            member.joined = True
            self.members.append(member)
            self.ledger.let_in(member.number)
        self._wanted.set()
        if not member.keyed.wait(self.patience_s) or member.out:
            why = "it lost its socket" if member.out else "it was not handed the key of its chat"
            member.out = True
            self.ledger.excuse(member.number)
            raise Blocked(why)

    def _note(self, epoch: int) -> None:
        """The chat's epoch is this one at least."""
        if epoch <= self.epoch:
            return
        before, self.epoch, self.ledger.epoch = self.epoch, epoch, epoch
        self.keys = {one: key for one, key in self.keys.items() if one == before} | {epoch: ChatKey.generate()}
        self._shared.clear()
        for member in self.members:
            if not member.out:
                member.keyed.clear()
        if before >= 0:
            inside = tuple(member for member in self.members if not member.out)
            self._risings.append(Rising(epoch, self.clock(), inside))
        self._rose.set()
        self._wanted.set()

    # --- what comes ---------------------------------------------------------------------------------------------

    def message_came(self, member: Member, payload: Any) -> None:
        """``member`` heard a message: of this chat, or of one that it has nothing to do with."""
        known, chat_id, message_id, ct = self._last
        if known is not payload:
            fields = self.profile.dialect.event["message_new"].fields
            chat_id, message_id = read(payload, fields["chat_id"]), str(read(payload, fields["id"]))
            ct = ciphertext_of(read(payload, fields["content"]))
            self._last = payload, chat_id, message_id, ct
        self._heard += 1
        if self.chat is None or not same_id(chat_id, self.chat.chat_id):
            self.tally.fault("overheard", f"{message_id[:24]!r} of chat {chat_id!r:.40} at a member of {self.name}")
            return
        attempt = self.ledger.hear(member.number, message_id, ct)
        if attempt is not None:
            self.delivered(time.monotonic() - attempt.began)
            if not self._heard % _OPENED_EVERY:
                self._open(member, attempt)

    def _open(self, member: Member, attempt: Attempt) -> None:
        assert self.chat is not None
        key = member.keys.get((str(self.chat.chat_id), attempt.epoch))
        if key is None:
            return
        try:
            opened = Envelope(attempt.epoch, attempt.ct).open(key).startswith(self.marker)
        except EnvelopeError:
            opened = False
        if opened:
            self.tally.count("opened")
        else:
            self.tally.fault("not opened", f"{attempt.name} in {self.name} at member {member.number}")

    def epoch_came(self, member: Member, payload: Any) -> None:
        """``member`` was told of an epoch: never of a lower one than before."""
        fields = self.profile.dialect.event["epoch_changed"].fields
        epoch = read(payload, fields["epoch"])
        if not isinstance(epoch, int) or not self._is_here(read(payload, fields["chat_id"])):
            return
        with self._lock:
            if epoch < member.told:
                self.tally.fault("epoch fell", f"{epoch} after {member.told} in {self.name} at member {member.number}")
            member.told = max(member.told, epoch)
            self._note(epoch)

    def _is_here(self, chat_id: Any) -> bool:
        return self.chat is not None and same_id(chat_id, self.chat.chat_id)

    def key_came(self, member: Member, epoch: int, key: ChatKey | None, why: str) -> None:
        """``member`` was handed a key: the one that the owner gave away."""
        assert self.chat is not None
        with self._lock:
            given = self.keys.get(epoch)
            if given is None:
                return
            if self._shared.get(member.number, (-1, 0.0))[0] == epoch:
                del self._shared[member.number]
            if key != given:
                said = f"{why or 'another key'} in {self.name} at member {member.number}"
                self.tally.fault("other key", said)
                return
            self.tally.count("keys")
            here = str(self.chat.chat_id)
            old = {place: kept for place, kept in member.keys.items() if place[1] in self.keys}
            member.keys = old | {(here, epoch): given}
            if epoch == self.epoch:
                member.keyed.set()

    def member_alive(self, member: Member) -> None:
        """Something came over the line of ``member``."""
        self.ledger.beat(member.number)

    def member_gone(self, member: Member, why: str) -> None:
        """``member`` lost its socket."""
        self.ledger.excuse(member.number)
        with self._lock:
            self._shared.pop(member.number, None)
        self.tally.fault("dropped", f"{why} (member {member.number} of {self.name})")
        self._wanted.set()
        if member.joined:
            self.left()

    # --- the keeper ---------------------------------------------------------------------------------------------

    def _keep(self) -> None:
        due = time.monotonic() + self._pause()
        while not self.over.is_set():
            self._wanted.wait(max(0.0, due - time.monotonic()) if self.rotate_s else None)
            self._wanted.clear()
            try:
                if self.rotate_s and time.monotonic() >= due and not self.over.is_set():
                    due = time.monotonic() + self._pause()
                    self._rotate()
                self._hand_out()
            except Blocked as error:
                if not self.over.is_set():
                    self.tally.fault("not kept", f"{error} ({self.name})"[:_SHOWN])

    def _pause(self) -> float:
        return self.rotate_s * self.rng.uniform(0.5, 1.5)

    def _hand_out(self) -> None:
        """The owner hands the key of the epoch to itself first, and then to everybody who has not got it."""
        assert self.owner is not None
        assert self.chat is not None
        for member in sorted(self.members, key=lambda one: one is not self.owner):
            if self.owner.out:
                raise Blocked("the owner lost its socket, so nobody hands out keys")
            if member.out or (str(self.chat.chat_id), self.epoch) in member.keys or self._is_handed(member):
                continue
            self._hand_to(member)

    def _is_handed(self, member: Member) -> bool:
        with self._lock:
            return self._shared.get(member.number, (-1, 0.0))[0] == self.epoch

    def _hand_to(self, member: Member) -> None:
        assert self.owner is not None
        assert self.chat is not None
        with self._lock:
            epoch = self.epoch
            key = self.keys[epoch]
            self._shared[member.number] = epoch, _NOT_YET
        try:
            self.owner.share_key(self.chat, epoch, key, member)
            with self._lock:
                if self._is_handed(member):
                    # From now on it is awaited.
                    self._shared[member.number] = epoch, self.clock()
        except Blocked:
            with self._lock:
                self._shared.pop(member.number, None)
            # It moved on meanwhile, which wakes the keeper again, or the member is gone.
            if self.epoch == epoch and not member.out and not self._moved_on(epoch):
                raise

    def _moved_on(self, epoch: int) -> bool:
        """Whether the epoch is another one by now, asked for by joining once more."""
        assert self.owner is not None
        assert self.chat is not None
        told = self.owner.join(self.chat)
        with self._lock:
            self._note(told)
        return told > epoch

    def _rotate(self) -> None:
        """The owner clears the chat, which has to raise the epoch."""
        assert self.owner is not None
        assert self.chat is not None
        before = self.epoch
        self._rose.clear()
        try:
            answer = self.owner.call("clear", chat_id=self.chat.chat_id)
        except NoAnswer as error:
            self.tally.fault("unanswered", str(error)[:_SHOWN])
            return
        if not answer.ok:
            self.tally.fault("not cleared", f"a clear of {self.name} was answered {answer.status}")
            return
        if self.epoch > before or self._rose.wait(self.profile.target.event_timeout_s) or self._moved_on(before):
            self.tally.count("rotated")
        else:
            self.tally.fault("not rotated", f"epoch {before} of {self.name} after a clear")

    # --- settling -----------------------------------------------------------------------------------------------

    def settle(self, *, finally_: bool = False) -> None:
        """Judge, and forget, what cannot be late any more; ``finally_`` all there is."""
        self.ledger.settle(finally_=finally_)
        # Counted here, as each event would wait for the tally's lock.
        heard, self._counted = self._heard - self._counted, self._heard
        self.tally.count("heard", heard)
        due = float("inf") if finally_ else self.clock() - self.late_s
        with self._lock:
            while self._risings and (_told(self._risings[0]) or self._is_over(self._risings[0], due)):
                self._judge_rising(self._risings.popleft())
            for number, (_, at) in list(self._shared.items()):
                if at != _NOT_YET and at <= due and not self._may_be_dead(number, at, due):
                    del self._shared[number]
                    self._missed("key lost", number, at, f"shared with member {number} of {self.name}, and never came")

    def _may_be_dead(self, number: int, since: float, due: float) -> bool:
        """Whether the line over which something did not come may be dead without anybody's having noticed yet."""
        return not self.ledger.stands(number, since) and since > due - PULSES * self.late_s

    def _missed(self, fault: str, number: int, since: float, what: str) -> None:
        self.tally.fault(fault if self.ledger.stands(number, since) else "silent line", what)

    def _is_over(self, rising: Rising, due: float) -> bool:
        return rising.at <= due and not any(
            self._may_be_dead(member.number, rising.at, due) for member in _untold(rising)
        )

    def _judge_rising(self, rising: Rising) -> None:
        for member in _untold(rising):
            what = f"{rising.epoch} in {self.name} at member {member.number}"
            self._missed("epoch not told", member.number, rising.at, what)
        self.tally.count("risings")

    @property
    def settled(self) -> bool:
        """Whether nothing is awaited any more."""
        with self._lock:
            return not self.ledger.open and not self._shared and all(map(_told, self._risings))

    def end(self) -> None:
        """No more rotations; wait until the keeper has done what it was about."""
        self.over.set()
        self._wanted.set()
        if self._keeper is not None:
            self._keeper.join()


def _untold(rising: Rising) -> list[Member]:
    return [member for member in rising.members if not member.out and member.told < rising.epoch]


def _told(rising: Rising) -> bool:
    return not _untold(rising)
