"""Chapter delivery, over several connections: who lost its socket and comes back, and sessions with more than one."""

from conformance.client.actor import Actor
from conformance.client.answers import Answer
from conformance.expect import Expect
from conformance.relation import heard as by_hearing
from conformance.room import Room
from conformance.scenarios.marks import CLIENT_ERRORS, requirement, thorough
from conformance.stage import Stage
from conformance.strategies.bundles import Bundle

_ROUNDS = 3
_FORBIDDEN = 403


@thorough
@requirement("SEND-BROADCAST", "SEND-JOINED")
def test_member_that_lost_its_socket(stage: Stage, expect: Expect) -> None:
    """Who lost its socket and joins again hears what is said from then on, once, and may send.

    A member loses its connection three times, and comes back each time after somebody else said something.
    Expect each message at all who are there while it is away, and at it once, and its own accepted, when it is back.
    """
    room = stage.room("owner", "lost", "observer")
    lost, heard_there = room["lost"], []
    room.accepted_before(lost)

    for _ in range(_ROUNDS):
        # Away: whether it counts as joined, and is told later what it missed, is left open
        lost.drop()
        room.unsure_of(lost)
        _reaches(expect, room, *_said(room, room.owner))
        lost.connect()
        away = room.send(lost, room.bundle())
        expect.note("SEND-JOINED", "a send before it joined again is answered", away.status)

        # Back
        room.admit(lost)
        heard_there.append(_said(room, room["observer"]))
        _reaches(expect, room, *heard_there[-1])
        answer, bundle = _said(room, lost)
        expect.accepted(answer, "SEND-JOINED", title="joined again, the send is accepted")
        heard_there.append((answer, bundle))
        _reaches(expect, room, answer, bundle)

    # Behind a barrier: once each
    room.barrier()
    for answer, bundle in heard_there:
        _once(expect, room, lost, answer, bundle)


@thorough
@requirement("SEND-BROADCAST", "SEND-ACCEPT")
def test_session_with_two_sockets(stage: Stage, expect: Expect) -> None:
    """A session with two sockets hears everything at both, and goes on when one of them is lost.

    Both sockets join; then the one that joined first is lost, and a third one takes its place.
    Expect every message at each socket that is joined, once, and the session's own to be accepted all the time.
    """
    room = stage.room("owner", "first")
    first = room["first"]
    second = stage.socket_of(first, "second socket")
    room.admit(second)
    said = [_said(room, room.owner), _said(room, first)]
    for answer, bundle in said:
        _reaches(expect, room, answer, bundle)

    # One of them is lost; the session is still there
    first.drop()
    room.unsure_of(first)
    for actor in (room.owner, room.owner, second, second):
        answer, bundle = _said(room, actor)
        expect.accepted(answer, "SEND-ACCEPT", title=f"with one socket lost, the send is accepted: {actor.name}")
        _reaches(expect, room, answer, bundle)
        said.append((answer, bundle))

    # Another one in its place
    third = stage.socket_of(first, "third socket")
    room.admit(third)
    said.append(_said(room, room.owner))
    _reaches(expect, room, *said[-1])
    room.barrier()
    for answer, bundle in said:
        _once(expect, room, second, answer, bundle)


@thorough
@requirement("SEND-BROADCAST", "SEND-BROADCAST-SCOPE", "SEND-JOINED")
def test_joined_thrice_and_left_once(stage: Stage, expect: Expect) -> None:
    """Who joins again while it is there hears everything once; who leaves has left, however often it joined.

    A member of two chats joins one of them three times in a row, and leaves it once.
    Expect each message once, and after the leave a refusal, and no event of what is said then.
    """
    room, other = stage.room("owner", "often"), stage.room("owner", "often")
    often = room["often"]
    for _ in range(2):
        room.admit(often)
    answer, bundle = _said(room, room.owner)
    _reaches(expect, room, answer, bundle)
    room.barrier()
    _once(expect, room, often, answer, bundle)

    # It leaves
    room.leave(often)
    room.follow()
    refused = room.send(often, room.bundle())
    expect.refused(refused, "SEND-JOINED", status=CLIENT_ERRORS, title="the send of one who left is refused")
    later, _ = _said(room, room.owner)
    other.barrier()
    heard, event = [one for one in room.heard(often) if one.id == room.id_of(later)], room.called("message_new")
    expect.that(
        not heard, "SEND-BROADCAST-SCOPE", title="who left hears nothing more", expected=f"no {event}",
        observed=f"{len(heard)} of it" if heard else f"no {event}",
    )  # fmt: skip


# --- steps --------------------------------------------------------------------------------------------------------


def _said(room: Room, actor: Actor) -> tuple[Answer, Bundle]:
    """What ``actor`` says; once more where the epoch moved on meanwhile, as losing somebody may make it."""
    bundle = room.bundle()
    answer = room.send(actor, bundle)
    if answer.status == _FORBIDDEN:
        room.follow()
        bundle = room.bundle()
        answer = room.send(actor, bundle)
    return answer, bundle


def _reaches(expect: Expect, room: Room, answer: Answer, bundle: Bundle) -> None:
    """It reaches everybody inside: a check."""
    expect.answered(answer, "the send that is to be heard")
    event = room.called("message_new")
    for name in sorted(room.inside):
        heard = room.hear_bundle(room[name], answer, bundle)
        expect.that(
            heard is not None, "SEND-BROADCAST", title=f"an accepted message reaches {name}", expected=event,
            observed=event if heard else "no such event in time", exchange=answer.exchange,
            by=by_hearing(event, name, heard),
        )  # fmt: skip


def _once(expect: Expect, room: Room, actor: Actor, answer: Answer, bundle: Bundle) -> None:
    """It reached ``actor`` once, over whatever connections: a check."""
    times = len([one for one in room.heard(actor) if one.id == room.id_of(answer) or one.ct == bundle.ct])
    title = f"an accepted message reaches {actor.name} once"
    expect.equal(times, 1, "SEND-BROADCAST", title=title, exchange=answer.exchange)
