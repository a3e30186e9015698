"""What a member says, and what is made of the answer: valid messages, and such as have to be refused."""

import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.client.answers import Answer, NoAnswer
from conformance.dialect import MISSING, read
from conformance.envelope import Envelope, build
from conformance.expect import GATEWAY_STATUSES
from conformance.limits import TOO_MANY
from conformance.load.chatroom import Chatroom
from conformance.load.ledger import Attempt
from conformance.load.member import Member
from conformance.redact import elide

_SHOWN = 100
_OK = 200
_FORBIDDEN = 403
_WRONG_EVERY = 8
"""One in so many is wrong."""
_AHEAD = 1000
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Wrong:
    """A way to be wrong, and the statuses that are right for it."""

    name: str
    statuses: frozenset[int]


STALE = Wrong("stale", frozenset({_FORBIDDEN}))
FUTURE = Wrong("future", frozenset({_FORBIDDEN}))
VERSION = Wrong("version", frozenset({422}))


def turns() -> Iterator[Wrong | None]:
    """What is said next, whoever speaks: something valid (None), and each way to be wrong now and then.

    In turn, not by chance: each of them comes up, however short the run is.
    """
    return itertools.cycle(one for wrong in (STALE, FUTURE, VERSION) for one in (*[None] * (_WRONG_EVERY - 1), wrong))


class Speaking:
    """How the members of a chat speak."""

    def __init__(self, room: Chatroom) -> None:
        self._room = room
        self._tally = room.tally
        self._said = 0

    # --- valid --------------------------------------------------------------------------------------------------

    def say(self, member: Member) -> Answer | None:
        """``member`` sends a valid message; the answer, None where none came or there was no key to seal it with."""
        epoch, sealed = self._sealed(member)
        if sealed is None:
            return None
        attempt, answer = self._send(member, sealed.ct, epoch, sealed.content())
        if answer is not None:
            self._judge(member, attempt, answer)
        return answer

    def _sealed(self, member: Member) -> tuple[int, Envelope | None]:
        assert self._room.chat is not None
        epoch = self._room.epoch
        key = member.keys.get((str(self._room.chat.chat_id), epoch))
        self._said += 1
        plaintext = self._room.marker + b" %d" % self._said
        return epoch, build(plaintext, key, epoch) if key else None

    def _send(self, member: Member, ct: str, epoch: int, content: str) -> tuple[Attempt, Answer | None]:
        assert self._room.chat is not None
        attempt = self._room.ledger.send(ct, member.number, epoch, time.monotonic(), in_turn=not member.hasty)
        self._tally.count("sent")
        try:
            # Not `member.post`: whoever lost its socket is known here already.
            body = json.dumps({"content": content}).encode()
            spoken = member.link.profile.dialect.rest["send"]
            path = spoken.path_for(chat_id=self._room.chat.chat_id)
            return attempt, member.request(spoken.method, path, body, "application/json")
        except NoAnswer as error:
            self._room.ledger.lose(attempt)
            self._tally.fault("unanswered", elide(str(error), _SHOWN))
            return attempt, None

    def _judge(self, member: Member, attempt: Attempt, answer: Answer) -> None:
        ledger = self._room.ledger
        if answer.status == _OK:
            self._accept(member, attempt, answer)
        elif answer.status == TOO_MANY:
            ledger.refuse(attempt)
            if not member.hasty:
                self._limited(answer)
        elif answer.status in GATEWAY_STATUSES:
            self._gateway(attempt, answer)
        elif answer.ok or answer.status >= _SERVER_ERROR:
            # Nobody knows what became of it.
            ledger.lose(attempt)
            self._tally.fault("not accepted", self._shown(member, answer))
        elif member.out:
            ledger.refuse(attempt)
            self._tally.count("refused without a socket")
        elif answer.status == _FORBIDDEN:
            # Right where the epoch moved on meanwhile, which may be heard of later.
            ledger.refuse(attempt, self._shown(member, answer))
        else:
            ledger.refuse(attempt)
            self._tally.fault("not accepted", self._shown(member, answer))

    def _accept(self, member: Member, attempt: Attempt, answer: Answer) -> None:
        found = read(answer.json, member.link.profile.dialect.rest["send"].answer["id"])
        if not isinstance(found, str):
            self._tally.fault("odd id", "no id at all" if found is MISSING else f"an id that is {type(found).__name__}")
        self._room.ledger.accept(attempt, "" if found in (MISSING, None) else str(found))
        self._tally.count("accepted")
        if self._room.waiting and not member.hasty:
            self._tally.count(f"others accepted, {self._room.limited}")

    def _limited(self, answer: Answer) -> None:
        """A limit that was met by whoever sends less than it allows."""
        where = self._room.limited or "elsewhere"
        self._tally.fault(f"others limited, {where}", f"{self._room.name}: {elide(answer.text, _SHOWN)}")

    def _gateway(self, attempt: Attempt, answer: Answer) -> None:
        self._room.ledger.lose(attempt)
        self._tally.fault("gateway", f"a gateway answered {answer.status}")

    def _shown(self, member: Member, answer: Answer) -> str:
        return elide(member.link.secrets.mask(f"{answer.status} {answer.text}"), _SHOWN)

    # --- wrong --------------------------------------------------------------------------------------------------

    def say_wrong(self, member: Member, wrong: Wrong) -> None:
        """``member`` sends what has to be refused, whatever else happens meanwhile."""
        epoch, sealed = self._sealed(member)
        if sealed is None:
            return
        if wrong is STALE and epoch == 0:
            wrong = FUTURE
        if wrong is VERSION:
            content = json.dumps({"v": 1, "epoch": epoch, "ct": sealed.ct})
        else:
            content = Envelope(epoch - 1 if wrong is STALE else epoch + _AHEAD, sealed.ct).content()
        attempt, answer = self._send(member, sealed.ct, epoch, content)
        if answer is not None:
            self._judge_wrong(member, wrong, attempt, answer)

    def _judge_wrong(self, member: Member, wrong: Wrong, attempt: Attempt, answer: Answer) -> None:
        ledger = self._room.ledger
        if answer.status in wrong.statuses:
            ledger.refuse(attempt)
            self._tally.count(f"refused, {wrong.name}")
        elif answer.status == TOO_MANY:
            ledger.refuse(attempt)
            self._limited(answer)
        elif answer.status in GATEWAY_STATUSES:
            self._gateway(attempt, answer)
        elif answer.status == _FORBIDDEN:
            # Of two causes the target may name either: that of the epoch holds where it moved on meanwhile.
            ledger.refuse(attempt, self._shown(member, answer), f"not refused, {wrong.name}")
        else:
            ledger.lose(attempt)
            self._tally.fault(f"not refused, {wrong.name}", self._shown(member, answer))
