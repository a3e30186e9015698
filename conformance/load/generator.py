"""All that one process carries: its chats, its members, and what came of them."""

import itertools
import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from conformance.client.actor import Link
from conformance.errors import Blocked
from conformance.load.awake import Awake
from conformance.load.chatroom import Chatroom
from conformance.load.clients import Clients, Unlogged
from conformance.load.guest import Guest
from conformance.load.hasty import Hasty
from conformance.load.leaver import Outside
from conformance.load.ledger import Ledger
from conformance.load.measured import Measured
from conformance.load.member import Member
from conformance.load.plan import HASTY, Plan
from conformance.load.speaking import Speaking, turns
from conformance.load.tally import Tally
from conformance.profile import Profile
from conformance.redact import elide
from conformance.run import Run

_AT_ONCE = 16
_SHOWN = 200
# How many times the profile's deadline an event may be late under load before it is lost, and how late at least.
_LATE = 4
# How many times an answer's deadline somebody waits to be let in: others may come in at the same time.
_PATIENCE = 6


class Generator:
    """The members of one process. ``answered`` and ``delivered`` are told seconds, for whoever measures."""

    def __init__(
        self,
        plan: Plan,
        run: Run,
        *,
        answered: Callable[[float], None],
        delivered: Callable[[float], None],
    ) -> None:
        assert run.theatre is not None
        self.plan = plan
        self._run = run
        self._answered = answered
        self._delivered = delivered
        self._awake = Awake()
        self._link = self._linked()
        self._lease = run.theatre.driver.lease(self._link.wire)
        self._numbers = itertools.count()
        self._turns = turns()
        self._leavers: list[Member] = []
        self.arrived = 0
        """How many came, whether they got in or not."""
        self.out = 0
        """How many of them are in no chat any more, or never were."""
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._changed = threading.Event()
        self.tally = Tally()
        self.came: Callable[[], object] = lambda: None
        self.all_out: Callable[[], object] = lambda: None
        self.measured = Measured()
        self._patience_s = _PATIENCE * self._profile.target.timeout_s
        self._late_s = max(_LATE * self._profile.target.event_timeout_s, 1.0)
        self.rooms = [self._room(number) for number in range(plan.chats)]
        threading.Thread(target=self._tick, daemon=True).start()

    @property
    def _controlled(self) -> bool:
        """Whether the target lends as many users, and such limits, as it is asked for."""
        return self._profile.provision.driver == "control"

    @property
    def _profile(self) -> Profile:
        return self._run.profile

    def _linked(self) -> Link:
        theatre = self._run.theatre
        assert theatre is not None
        http = Clients(self._profile.target.url, timeout_s=self._profile.target.timeout_s, context=theatre.context)
        link = Link(http, self._profile, theatre.context, theatre.secrets, Unlogged(theatre.secrets), theatre.pace)
        link.limits_judged.set()
        return link

    def _room(self, number: int) -> Chatroom:
        name = f"chat {self.plan.first + number}"
        ledger = Ledger(name, self.tally, late_s=self._late_s, clock=self._awake)
        ledger.settled = self._changed.set
        rotates = "clear" not in self._profile.absent
        return Chatroom(
            name=name,
            profile=self._profile,
            tally=self.tally,
            ledger=ledger,
            marker=self._run.marker.encode(),
            clock=self._awake,
            late_s=self._late_s,
            patience_s=self._patience_s,
            delivered=self._delivered,
            rotate_s=self.plan.rotate_s if rotates else 0,
            rng=random.Random(f"{self.plan.seed} {name}"),  # noqa: S311 - chance varies, and keeps no secret
            left=self._left,
            limited=self.plan.limited(number) if self._controlled else "",
        )

    # --- who comes in -------------------------------------------------------------------------------------------

    def admit(self) -> Guest | None:
        """One more member, in its chat and with the key; None where it could not get in."""
        place, room_number = divmod(next(self._numbers), self.plan.chats)
        room = self.rooms[room_number]
        try:
            guest = self._let_in(room, place)
        except Blocked as error:
            self.tally.fault("kept out", elide(f"{error} ({room.name})", _SHOWN))
            guest = None
        with self._lock:
            self.arrived += 1
            self.out += guest is None
        self.came()
        return guest

    def _let_in(self, room: Chatroom, place: int) -> Guest:
        if room.over.is_set():
            raise Blocked("the run was over before its turn")
        if not place:
            try:
                return self._seated(room, place)
            finally:
                room.opened.set()
        if not room.opened.wait(self._patience_s) or room.chat is None:
            raise Blocked("its chat was not made")
        return self._seated(room, place)

    def _seated(self, room: Chatroom, place: int) -> Guest:
        member = self._member(room, place)
        try:
            self._bring_in(room, member)
        except Blocked:
            member.close()
            raise
        self.tally.count("joined")
        if room is self.rooms[0] and not place and self._controlled:
            self._come_and_go(room)
        speaking = Speaking(room)
        hasty = Hasty(member, speaking, room, self.plan.limit) if member.hasty else None
        return Guest(member, room, speaking, hasty, turns=self._turns, rate=self.plan.rate, answered=self._answered)

    def _bring_in(self, room: Chatroom, member: Member) -> None:
        member.connect()
        member.register_key()
        assert room.chat is not None
        self._lease.doors(room.chat).open_to(member.identity)
        room.enter(member)

    def _come_and_go(self, room: Chatroom) -> None:
        """Somebody comes to ``room`` and leaves it, and listens on."""
        outside = Outside(room.name, self.tally)
        rng = random.Random(self.plan.seed)  # noqa: S311 - it does nothing by chance
        who = f"who left {room.name}"
        leaver = Member(who, self._lease.user(), self._link, room=outside, number=0, rng=rng)
        leaver.connect()
        self._leavers.append(leaver)
        assert room.chat is not None
        leaver.join(room.chat)
        leaver.leave(room.chat)
        outside.left = True

    def _member(self, room: Chatroom, place: int) -> Member:
        identity = self._lease.user(premium=not place)
        hasty = bool(room.limited) and place == HASTY
        rng = random.Random(f"{self.plan.seed} {room.name} {place}")  # noqa: S311 - chance varies, and keeps no secret
        name = f"member {place} of {room.name}"
        member = Member(name, identity, self._link, room=room, number=place, rng=rng, hasty=hasty)
        if hasty and room.limited == "global":
            self._lease.limit_user(identity, self.plan.limit)
        else:
            self._lease.unlimited(None, [identity])
        if not place:
            self._make(room, member)
        return member

    def _make(self, room: Chatroom, owner: Member) -> None:
        chat = self._lease.chat(owner=owner.identity)
        if room.limited == "chat":
            self._lease.limit_chat(chat, self.plan.limit)
        else:
            self._lease.unlimited(chat, [])
        room.open(chat, owner)

    def _left(self) -> None:
        with self._lock:
            self.out += 1
            nobody = self.out >= self.arrived
        if nobody:
            self.all_out()

    def mistaken(self, error: BaseException) -> None:
        """Something went wrong that is no fault of the target's."""
        self.tally.fault("mistake", elide(f"{type(error).__name__}: {error}", _SHOWN))

    # --- the course of it ---------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Everybody is there: what is measured begins now."""
        self.measured.begin(self.tally)

    def finish(self) -> dict[str, Any]:
        """Let nobody speak any more, see what was said heard, and tell what came of it all."""
        self.measured.end(self.tally)
        for room in self.rooms:
            room.over.set()
        self._close_with_a_word(self.rooms)
        # Who missed the last word, and hears one more, has a line that stands: that word was lost.
        self._close_with_a_word([room for room in self.rooms if not room.settled])
        for room in self.rooms:
            room.settle(finally_=True)
        self._closed.set()
        left = self._give_back()
        told = {
            "plan": self.plan.as_json(),
            "tally": self.tally.as_json(),
            "measured": self.measured.as_json(),
            "leftovers": left,
        }
        return dict(self._run.secrets.mask_json(told))

    def _close_with_a_word(self, rooms: Sequence[Chatroom]) -> None:
        """Each owner says something when all others are silent: what was to be heard before it was heard by then."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(self._say_at_the_end, rooms))
        self._await(lambda: all(room.settled for room in rooms), self._late_s)

    def _say_at_the_end(self, room: Chatroom) -> None:
        room.end()
        self._await(lambda: not room.ledger.in_flight, self._profile.target.timeout_s)
        if room.owner is not None and room.owner.joined and not room.owner.out:
            room.owner.keyed.wait(self._late_s)
            try:
                Speaking(room).say(room.owner)
            except Blocked as error:
                self.tally.fault("kept out", elide(str(error), _SHOWN))

    def _await(self, true: Callable[[], bool], seconds: float) -> None:
        """Wait until ``true`` holds, or for so many seconds in which the generator is awake."""
        due = self._awake() + seconds
        while not true() and self._awake() < due:
            self._changed.wait(self._awake.period_s)
            # One that stays set would never let anybody else have a turn.
            self._changed.clear()

    def _give_back(self) -> list[str]:
        for member in (*self._leavers, *(member for room in self.rooms for member in room.members)):
            member.close()
        left = list(self._lease.close())
        self._link.http.close()
        return left

    def _tick(self) -> None:
        while not self._closed.wait(self._awake.period_s):
            self._awake.tick()
            for room in self.rooms:
                room.settle()
            self._changed.set()
            self.measured.look(self._awake)
