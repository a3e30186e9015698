"""A member as Locust sees it: it acts, pauses, and is gone at some time."""

from collections.abc import Callable, Iterator

from conformance.client.answers import Answer
from conformance.errors import Blocked
from conformance.load.chatroom import Chatroom
from conformance.load.hasty import Hasty
from conformance.load.member import Member
from conformance.load.speaking import Speaking, Wrong

_OK = 200


class Guest:
    """What a member does: it says what ``turns`` ask for, ``rate`` times a second."""

    def __init__(
        self,
        member: Member,
        room: Chatroom,
        speaking: Speaking,
        hasty: Hasty | None,
        *,
        turns: Iterator[Wrong | None],
        rate: float,
        answered: Callable[[float], None],
    ) -> None:
        self._member = member
        self._room = room
        self._speaking = speaking
        self._hasty = hasty
        self._turns = turns
        self._rate = rate
        self._answered = answered

    @property
    def out(self) -> bool:
        """Whether it is here no longer."""
        return self._member.out

    def pause(self) -> float:
        """Seconds until it acts again: never less than half of its rate, so that no limit is met by chance."""
        return self._member.rng.uniform(0.5, 1.5) / self._rate

    def act(self) -> None:
        """Say something, once; nothing where the run is over."""
        if self._room.over.is_set() or self._member.out:
            return
        try:
            self._act()
        except Blocked as error:
            self._room.tally.fault("kept out", f"{error} ({self._room.name})")

    def _act(self) -> None:
        if self._hasty is not None:
            self._hasty.burst()
        elif not self._member.keyed.wait(self._room.profile.target.event_timeout_s) or self._room.over.is_set():
            self._room.tally.count("silent without a key")
        elif (wrong := next(self._turns)) is not None:
            self._speaking.say_wrong(self._member, wrong)
        else:
            self._measure(self._speaking.say(self._member))

    def _measure(self, answer: Answer | None) -> None:
        if answer is not None and answer.status == _OK:
            self._answered(answer.ended - answer.started)
