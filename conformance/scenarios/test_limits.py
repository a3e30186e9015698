"""Chapter limits: how many messages are too many, for whom, and for how long.

Sliding, fixed and refilling windows are all right, and so is counting what was refused. A burst that takes its time
may therefore get a few more through than the limit says, and one that straddles the border of two fixed windows up
to twice as many: what such an excuse explains is tried again before it is held against the target.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from conformance.client.actor import Actor
from conformance.client.answers import Answer
from conformance.dialect import MISSING
from conformance.expect import Expect
from conformance.limits import TOO_MANY, Limit
from conformance.room import Room
from conformance.scenarios.marks import requirement, side_by_side
from conformance.stage import Stage
from conformance.waiting import pause, stretched, until_accepted

_MESSAGES, _WINDOW_S = 4, 3
_AFTERSHOCKS = 2
_ATTEMPTS = 3
_QUIET_S = 0.3
_GRACE_S = 1.2


@dataclass(frozen=True, slots=True)
class _Burst:
    """Sends as fast as they are answered, until one is refused, and a little further."""

    accepted: int
    refused: Answer
    seconds: float

    def exact(self, limit: Limit) -> bool:
        """Whether it went to the letter, however long it took."""
        return self.accepted == limit.messages and self.refused.status == TOO_MANY

    def excused(self, limit: Limit) -> int:
        """How many a right server may have let through: a bucket refills while the burst goes on."""
        return limit.messages + math.floor(self.seconds * limit.messages / limit.window_s)


def _burst(send: Callable[[int], Answer], limit: Limit) -> _Burst:
    """At most a message more than twice the limit, which no kind of window lets through at once.

    After the first refusal the sender tries twice more: that one message too many was refused opens nothing.
    """
    answers: list[Answer] = []
    for turn in range(2 * limit.messages + 1):
        answers.append(send(turn))
        if not answers[-1].ok:
            break
    refused = answers[-1]
    answers += [send(len(answers) + more) for more in range(_AFTERSHOCKS)]
    return _Burst(sum(answer.ok for answer in answers), refused, _seconds(answers, limit))


def _seconds(answers: list[Answer], limit: Limit) -> float:
    """How long the burst took, at the pace of what was within the limit.

    A target that keeps one message too many waiting must not be excused by the very time that it took.
    """
    pace = max(answer.ended - answer.started for answer in answers[: limit.messages])
    return sum(min(answer.ended - answer.started, pace) for answer in answers)


def _limited(  # noqa: PLR0917 - who sends how, up to what, and which clause says so
    stage: Stage,
    sender: Actor,
    send: Callable[[int], Answer],
    impose: Callable[[Limit], Limit],
    limit: Limit,
    requirement: str,
) -> Limit:
    """N at once are accepted, the next at once is answered 429; gives the limit that was met.

    Each attempt follows a quiet window. A burst across the border of two fixed windows is no proof: it is tried
    again, and only a target that lets too many through each time has no such excuse. A burst that filled its window
    is no proof either: a longer window is asked for.
    """
    expect, limit = stage.expect, impose(limit)
    for attempt in range(_ATTEMPTS):
        with stage.hurry(sender, number=2 * limit.messages + 1 + _AFTERSHOCKS):
            burst = _burst(send, limit)
        slow = burst.seconds > limit.window_s / 2 and not burst.exact(limit)
        if (not slow and burst.accepted <= burst.excused(limit)) or attempt == _ATTEMPTS - 1:
            break
        if slow:
            limit = impose(Limit(limit.messages, limit.window_s + math.ceil(4 * burst.seconds)))
        else:
            pause(until=burst.refused.ended + limit.window_s + _QUIET_S)
    expect.reached(not slow, f"{limit.messages} sends took {burst.seconds:.1f} s: the target is too slow for its limit")
    most = burst.excused(limit)
    last = burst.refused.status
    expect.that(
        limit.messages <= burst.accepted <= most, requirement,
        title=f"with a limit of {limit.messages} in {limit.window_s:g} s, as many at once are accepted and no more",
        expected=f"{limit.messages} accepted, then 429", observed=f"{burst.accepted} accepted, then {last}",
        exchange=burst.refused.exchange,
    )  # fmt: skip
    title = "the send past the limit is refused"
    expect.refused(burst.refused, requirement, status=(429,), title=title, never_5xx=True)
    expect.note("SEND-429-RETRY-AFTER", "Retry-After of a 429", burst.refused.headers.get("retry-after", MISSING))
    return limit


def _limit(room: Room) -> Limit:
    """A limit whose window is long enough for a burst to this target."""
    return Limit(_MESSAGES, stretched(_WINDOW_S, 4 * room.latency_s))


def _accepted_again(expect: Expect, room: Room, sender: Actor, limit: Limit, *requirements: str) -> None:
    """After a window without sends, sends are accepted again."""
    bundle = room.bundle()
    # One try alone: where refused attempts count, each starts the window anew. With a second of rounding.
    due = time.monotonic() + limit.window_s + _GRACE_S
    again = until_accepted(lambda: room.send(sender, bundle).ok, due=due, grace_s=0)
    expect.that(
        again, *requirements, title="after the window sends are accepted again",
        expected=f"acceptance after {limit.window_s:g} s without sends", observed="accepted" if again else "refused",
    )  # fmt: skip


@side_by_side
@requirement("SEND-429-CHAT", "SEND-429-RETRY-AFTER", "SEND-429-SCOPE", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
def test_limit_of_a_chat(stage: Stage, expect: Expect) -> None:
    """Past the per-chat limit a send is answered 429, others are not touched by it, and it passes.

    The chat's limit is four in three seconds; a member who has two sessions sends as fast as it can.
    Expect four accepted, a 429 for whatever follows, 200 for another member and in another chat, no trace, and 200
    after the window.
    """
    room = stage.room("owner", "sender", "other")
    elsewhere = stage.room("owner", "sender")
    sender = room["sender"]
    sessions = [sender, stage.session_of(sender, "sender's second session")]
    room.admit(sessions[1])
    for session in sessions:
        room.accepted_before(session)

    def impose(limit: Limit) -> Limit:
        return stage.lease.limit_chat(room.chat, limit)

    def in_turn(turn: int) -> Answer:
        return room.send(sessions[turn % 2], room.bundle())

    stage.limits_are_judged()
    limit = _limited(stage, sender, in_turn, impose, _limit(room), "SEND-429-CHAT")

    # The limit is this chat's, and another sender in it has one of its own
    there = elsewhere.send(sender, elsewhere.bundle())
    title = "a spent limit of one chat does not refuse the sender in another"
    expect.accepted(there, "SEND-429-CHAT", title=title, limits_judged=True)
    other = room.send(room["other"], room.bundle())
    title = "one sender's exhausted limit does not refuse another"
    expect.accepted(other, "SEND-429-SCOPE", title=title, limits_judged=True)
    room.no_trace(after=other)

    _accepted_again(expect, room, sender, limit, "SEND-429-CHAT", "SEND-DISTINCT")


@side_by_side
@requirement("SEND-429-GLOBAL", "SEND-429-RETRY-AFTER", "SEND-429-SCOPE", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
def test_limit_over_all_chats(stage: Stage, expect: Expect) -> None:
    """Past the sender's global limit a send is answered 429, though no chat's limit is met.

    The sender's limit is four in three seconds over all chats; its two sessions send to three chats in turn.
    Expect four accepted, a 429 for whatever follows, 200 for another member, no trace, and 200 after the window.
    """
    rooms = [stage.room("owner", "sender", "other") for _ in range(3)]
    sender = stage.actors["sender"]
    sessions = [sender, stage.session_of(sender, "sender's second session")]
    for room in rooms:
        room.admit(sessions[1])
    for session in sessions:
        rooms[0].accepted_before(session)

    def impose(limit: Limit) -> Limit:
        return stage.lease.limit_user(sender.identity, limit)

    def to_each_in_turn(turn: int) -> Answer:
        room = rooms[turn % len(rooms)]
        return room.send(sessions[turn % len(sessions)], room.bundle())

    stage.limits_are_judged()
    limit = _limited(stage, sender, to_each_in_turn, impose, _limit(rooms[0]), "SEND-429-GLOBAL")

    # Another sender has a limit of its own
    for room in rooms:
        other = room.send(room["other"], room.bundle())
        title = "one sender's exhausted limit does not refuse another"
        expect.accepted(other, "SEND-429-SCOPE", title=title, limits_judged=True)
        room.no_trace(after=other)

    _accepted_again(expect, rooms[0], sender, limit, "SEND-DISTINCT")
