"""Chapter races: what holds while many send at once.

Judged by real time: what began when a measure had been answered comes under it, what had been answered before does
not, and what overlaps may go either way. First each measure is seen to hold in peace: what goes red is the race.
"""

import math
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from conformance.client.actor import Actor
from conformance.client.answers import Answer
from conformance.crowd import Act, Crowd
from conformance.expect import Expect
from conformance.limits import TOO_MANY, Limit
from conformance.racing import Sent, Span, begun_after, given_twice, out_of_order, over_before, under_way
from conformance.room import Room
from conformance.scenarios.marks import CLIENT_ERRORS, STREAM_ID, requirement, thorough
from conformance.stage import Stage
from conformance.waiting import until_accepted

_PEACE_S = 0.7
# Each race is run three times, each with another start: how a window lies to the measure is a matter of luck.
_VICTIMS = {"one": 1, "two": 3, "three": 2}
_LIMIT, _ATTEMPTS = Limit(4, 30), 3
_AT_ONCE = 12


@requirement("RACE-MUTE")
def test_mute_while_sending(stage: Stage, expect: Expect) -> None:
    """No send that started after a mute was answered is accepted, however many are under way.

    A member sends from two sessions, and another one with it, while the owner mutes the first, and mutes it once more.
    Expect nothing of theirs accepted that began after the first answer, and what was accepted heard once by everybody.
    """
    room = stage.room("owner", "talker", "calm", *_VICTIMS)

    calm = _two_sessions(stage, room, "calm")
    _holds_in_peace(room, calm, _sanction(room, "mute", calm[0]), "a mute")

    for name, before in _VICTIMS.items():
        sessions = _two_sessions(stage, room, name)
        mute = _sanction(room, "mute", sessions[0])
        crowd = Crowd(room, *sessions, room["talker"])
        sent, [muted, _] = crowd.race(partial(_works, expect, mute), mute, before=before)
        crowd.enter(sent)
        theirs = [one for one in sent if one.sender != "talker"]
        _all_accepted(expect, over_before(sent, muted))
        _none_later(expect, theirs, muted, "RACE-MUTE", "a mute")
        _heard_once(room, "RACE-MUTE")


@requirement("RACE-BAN")
def test_ban_while_sending(stage: Stage, expect: Expect) -> None:
    """No send that started after a ban was answered is accepted, however many are under way.

    A member sends from two sessions, and another one with it, while the owner bans the first, and bans it once more.
    Expect nothing of theirs accepted that began after the first answer, and what was accepted heard once by everybody.
    """
    room = stage.room("owner", "talker", "calm", *_VICTIMS)

    calm = _two_sessions(stage, room, "calm")
    for session in calm:
        room.unsure_of(session)
    _holds_in_peace(room, calm, _sanction(room, "ban", calm[0]), "a ban")

    for name, before in _VICTIMS.items():
        sessions = _two_sessions(stage, room, name)
        for session in sessions:
            room.unsure_of(session)
        ban = _sanction(room, "ban", sessions[0])
        crowd = Crowd(room, *sessions, room["talker"])
        sent, [banned, _] = crowd.race(partial(_works, expect, ban), ban, before=before)
        crowd.enter(sent, {one.name: banned for one in sessions})
        theirs = [one for one in sent if one.sender != "talker"]
        _all_accepted(expect, over_before(sent, banned))
        _none_later(expect, theirs, banned, "RACE-BAN", "a ban")
        _heard_once(room, "RACE-BAN")


@requirement("RACE-CLEAR")
def test_clear_while_sending(stage: Stage, expect: Expect) -> None:
    """No send at the old epoch that started after a clear was answered is accepted, however many are under way.

    Three members and the owner send at one epoch, while the owner asks for a clear twice at the same time.
    Expect nothing accepted that began after the first answer, and what was accepted heard once by everybody.
    """
    stage.needs("clear")
    room = stage.room("owner", "one", "two", "three")
    members = list(room.actors.values())

    clear = partial(room.owner.call, "clear", chat_id=room.chat.chat_id)
    _holds_in_peace(room, members, clear, "a clear")

    for before in _VICTIMS.values():
        crowd = Crowd(room, *members[1:], room.owner)
        sent, [cleared] = crowd.race(partial(_twice_at_once, expect, clear), before=before)
        crowd.enter(sent)
        _all_accepted(expect, over_before(sent, cleared))
        _none_later(expect, sent, cleared, "RACE-CLEAR", "a clear")
        _heard_once(room, "RACE-CLEAR")


@thorough
@requirement("SEND-ID-UNIQUE", "SEND-ID-ORDER")
def test_ids_while_everybody_sends(stage: Stage, expect: Expect) -> None:
    """Ids are unique, and grow with those sends that did not overlap, however many did.

    Three members, one of them from two sessions, send five messages each at the same time, and then one alone.
    Expect different ids, and above each id those of all sends that began when it had been answered.
    """
    room = stage.room("owner", "one", "two")
    crowd = Crowd(room, *_two_sessions(stage, room, "one"), room["two"], room.owner)
    sent, _ = crowd.race(before=4)
    sent += Crowd(room, room["two"]).race()[0]
    crowd.enter(sent)
    _all_accepted(expect, sent)

    twice = given_twice(sent)
    expect.that(
        not twice, "SEND-ID-UNIQUE", title="concurrent sends have different ids",
        expected="none given twice", observed=", ".join(twice) or "none given twice",
    )  # fmt: skip
    odd = [one.id for one in sent if one.id is not None and not STREAM_ID.fullmatch(one.id)]
    expect.reached(not odd, f"ids that are not in stream form have no order: {odd[:3]}")
    falling = [f"{later} after {before}" for before, later in out_of_order(sent)]
    expect.that(
        not falling, "SEND-ID-ORDER", title="a send that began when another had been answered has the higher id",
        expected="growing ids", observed=", ".join(falling) or "growing ids", soft=True,
    )  # fmt: skip


@thorough
@requirement("SEND-429-CHAT")
def test_limit_while_sending_at_once(stage: Stage, expect: Expect) -> None:
    """The last message that a limit of a chat leaves room for is one, also where several are sent at once.

    The chat's limit is four; a member sends three messages, and then twelve by six threads from two sessions.
    Expect four accepted and eleven answered 429. What the border of a window may explain is tried again.
    """
    room = stage.room("owner", "one")
    sessions = _two_sessions(stage, room, "one")
    stage.limits_are_judged()
    for attempt in range(_ATTEMPTS):
        limit = stage.lease.limit_chat(room.chat, _LIMIT)
        with stage.hurry(sessions[0], number=limit.messages + _AT_ONCE):
            sent, seconds = _one_left(room, sessions, limit)
        accepted = limit.messages - 1 + sum(one.accepted for one in sent)
        most = limit.messages + math.floor(seconds * limit.messages / limit.window_s)
        if accepted <= most or attempt == _ATTEMPTS - 1:
            break
    others = {one.status for one in sent if not one.accepted} - {TOO_MANY}
    expect.reached(not others, f"a send past the limit was answered {sorted(others)}")
    expect.reached(seconds < limit.window_s / 2, "the target is too slow for its limit")
    expect.that(
        limit.messages <= accepted <= most, "SEND-429-CHAT",
        title=f"a limit of {limit.messages} of which one is left lets one of {len(sent)} concurrent sends through",
        expected=f"{limit.messages} accepted, the others 429", observed=f"{accepted} accepted",
    )  # fmt: skip


def _one_left(room: Room, sessions: list[Actor], limit: Limit) -> tuple[list[Sent], float]:
    """All but one of what the limit allows, and then twelve at once; these, and the seconds that all took."""
    began = time.monotonic()
    for _ in range(limit.messages - 1):
        room.accepted_before(sessions[0])
    crowd = Crowd(room, *sessions * 3)
    sent, _ = crowd.race()
    crowd.enter(sent)
    return sent, time.monotonic() - began


def _two_sessions(stage: Stage, room: Room, name: str) -> list[Actor]:
    """The member of that name by two sessions, both in the room with its key."""
    second = stage.session_of(room[name], f"{name}'s second session")
    room.admit(second)
    return [room[name], second]


def _sanction(room: Room, what: str, actor: Actor) -> Act:
    """The owner's measure against a member, for good."""
    asked = {"user_id": actor.identity.user_id, "duration": 0, "reason": "conformance"}
    return partial(room.owner.call, what, chat_id=room.chat.chat_id, **asked)


def _works(expect: Expect, measure: Act) -> Answer:
    answer = measure()
    expect.answered(answer, "the owner's measure while others send")
    return answer


def _twice_at_once(expect: Expect, measure: Act) -> Answer:
    """Asked for twice at the same time: whichever is answered first, it counts from then on."""
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(measure) for _ in range(2)]
    answers = sorted((one.result() for one in running), key=lambda answer: answer.ended)
    # No page says that what is under way may be asked for once more.
    first = next((one for one in answers if one.ok), answers[0])
    expect.answered(first, "one of two clears at the same time")
    return first


def _holds_in_peace(room: Room, senders: Sequence[Actor], measure: Act, what: str) -> None:
    """The legal step before the illegal one: while nobody else sends the measure holds, and no message gets lost."""
    for one in senders:
        room.accepted_before(one)
    bundle = room.bundle()
    room.expect.answered(measure(), f"{what} in peace")

    def refused() -> bool:
        return not any(room.send(one, bundle).ok for one in senders)

    holds = until_accepted(refused, due=time.monotonic(), grace_s=_PEACE_S)
    room.expect.reached(holds, f"{what} does not stop a sender even while nobody else sends")
    lost = _lost_or_doubled(room)
    room.expect.reached(not lost, f"messages get lost or doubled even while nobody else sends: {'; '.join(lost)}")


def _none_later(expect: Expect, sent: Sequence[Sent], measure: Span, requirement: str, what: str) -> None:
    """None of the sends that began after the answer to ``measure`` is accepted."""
    expect.note(requirement, f"sends under way while {what} was", len(under_way(sent, measure)))
    late = begun_after(sent, measure)
    let_in = [one for one in late if one.accepted]
    statuses = {one.status for one in late}
    expect.reached(
        bool(let_in) or statuses <= CLIENT_ERRORS, f"sends after {what} were answered {sorted(statuses)}: nothing known"
    )
    expect.that(
        not let_in, requirement, title=f"no send that began when {what} had been answered is accepted",
        expected=f"none of {len(late)}", observed=f"{len(let_in)} of {len(late)} accepted",
        exchange=let_in[0].exchange if let_in else None,
    )  # fmt: skip


def _heard_once(room: Room, requirement: str) -> None:
    """Whoever was in the room all the time heard every accepted message, and none twice."""
    lost = _lost_or_doubled(room)
    room.expect.that(
        not lost, requirement, title="every accepted message reaches each client that was joined throughout once",
        expected="each of them once", observed="; ".join(lost) or "each of them once",
    )  # fmt: skip


def _lost_or_doubled(room: Room) -> list[str]:
    """What somebody in the room did not hear, or heard more than once: a sentence each."""
    room.follow()
    _await_late(room)
    room.barrier(_said_in_the_end(room))
    found = []
    for name in sorted(room.inside):
        traces = room.heard(room[name])
        found += [f"{one.id} did not reach {name}" for one in room.ledger.missing(name, traces)]
        found += [f"{one} reached {name} more than once" for one in room.ledger.repeated(traces)]
    return found


def _said_in_the_end(room: Room) -> Answer:
    """What the owner says, once it may: it may take a moment until a new epoch is known everywhere."""
    said: list[Answer] = []

    def accepted() -> bool:
        said.append(room.say(room.owner)[0])
        return said[-1].ok

    until_accepted(accepted, due=time.monotonic(), grace_s=_PEACE_S)
    return said[-1]


def _await_late(room: Room) -> None:
    """Wait for what is still to come, until it is known that something does not come in time."""
    for name in sorted(room.inside):
        for one in room.ledger.missing(name, room.heard(room[name])):
            if room.hear(room[name], one.id) is None:
                return


def _all_accepted(expect: Expect, sent: Iterable[Sent]) -> None:
    others = sorted({one.status for one in sent if not one.accepted})
    expect.reached(not others, f"valid sends that nothing forbids were answered {others} while others sent")
