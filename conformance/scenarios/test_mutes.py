"""Chapter mutes: what a mute stops, what its answer tells, and how it ends."""

import math

from conformance.client.answers import Answer
from conformance.dialect import read
from conformance.expect import Expect
from conformance.relation import within
from conformance.scenarios.marks import requirement, side_by_side
from conformance.stage import Stage
from conformance.waiting import pause, stretched, until_accepted

_LONG_S = 600
_SHORT_S = 4
_ROUNDING_S = 1


@requirement("SEND-MUTED", "SEND-MUTED-TTL", "SEND-MUTED-TTL-INDEFINITE")
@requirement("SEND-MUTED-LIFTED", "SEND-REFUSED-SILENT", "SEND-DISTINCT", "SEND-ACCEPT")
def test_muted_for_good(stage: Stage, expect: Expect) -> None:
    """A muted sender is answered 403 with ttl 0, and is accepted after unmute without joining anew.

    The owner mutes a member, who has two sessions, indefinitely, and lifts the mute.
    Expect 403 for both sessions, a ttl of 0, 200 for another member, no trace, and acceptance afterwards.
    """
    room = stage.room("owner", "sender", "observer")
    sender = room["sender"]
    second = stage.session_of(sender, "sender's second session")
    room.admit(second)
    room.accepted_before(sender)
    bundle = room.bundle()

    # The one cause
    room.mute(sender, 0)
    refused = room.send(sender, bundle)
    expect.refused(refused, "SEND-MUTED", title="the send of a muted member is refused")
    ttl = _ttl(stage, expect, refused, "SEND-MUTED-TTL-INDEFINITE")
    expect.that(
        ttl == 0, "SEND-MUTED-TTL-INDEFINITE", title="the ttl of an indefinite mute is 0", expected="0", observed=ttl,
        exchange=refused.exchange, soft=True,
    )  # fmt: skip
    again = room.send(second, room.bundle())
    expect.refused(again, "SEND-MUTED", title="the send of a muted member's second session is refused")
    other = room.send(room["observer"], room.bundle())
    expect.accepted(other, "SEND-ACCEPT", title="while one member is muted, another one's send is accepted")
    room.no_trace()

    # The cause removed
    room.unmute(sender)
    after = room.send(sender, bundle)
    expect.accepted(after, "SEND-MUTED-LIFTED", "SEND-DISTINCT", title="after unmute the send is accepted")


@requirement("SEND-MUTED", "SEND-MUTED-TTL", "SEND-MUTED-TTL-INDEFINITE", "SEND-MUTED-LIFTED")
@requirement("SEND-REFUSED-SILENT", "SEND-DISTINCT")
def test_muted_for_a_while(stage: Stage, expect: Expect) -> None:
    """The ttl of a timed mute is what remains of it in seconds; unmute ends it before its time.

    The owner mutes a member for ten minutes.
    Expect 403, a ttl that is neither 0 nor above 600 and right within a second, and acceptance after unmute.
    """
    room = stage.room("owner", "sender", "observer")
    sender = room["sender"]
    room.accepted_before(sender)
    bundle = room.bundle()

    # The one cause
    muted = room.mute(sender, _LONG_S)
    refused = room.send(sender, bundle)
    expect.refused(refused, "SEND-MUTED", title="the send of a muted member is refused")
    ttl = _ttl(stage, expect, refused)
    expect.that(
        ttl != 0, "SEND-MUTED-TTL-INDEFINITE", title="the ttl of a running mute is not 0", expected="not 0",
        observed=ttl, exchange=refused.exchange, soft=True,
    )  # fmt: skip
    _within(expect, refused, ttl, muted, _LONG_S)
    room.no_trace()

    # The cause removed
    room.unmute(sender)
    after = room.send(sender, bundle)
    expect.accepted(after, "SEND-MUTED-LIFTED", "SEND-DISTINCT", title="after unmute the send is accepted")


@requirement("SEND-MUTED", "SEND-MUTED-SCOPE")
def test_mute_counts_for_its_chat_alone(stage: Stage, expect: Expect) -> None:
    """Who is muted in one chat is accepted in another.

    One owner, two chats, a sender in both, muted in the first.
    Expect 403 in the first and 200 in the second.
    """
    room = stage.room("owner", "sender")
    other = stage.room("owner", "sender")
    sender = room["sender"]
    other.accepted_before(sender)

    room.mute(sender, 0)
    expect.refused(room.send(sender, room.bundle()), "SEND-MUTED", title="the send of a muted member is refused")

    elsewhere = other.send(sender, other.bundle())
    expect.accepted(elsewhere, "SEND-MUTED-SCOPE", title="muted in one chat, its send to another is accepted")


@side_by_side
@requirement("SEND-MUTED", "SEND-MUTED-TTL", "SEND-MUTED-TTL-INDEFINITE", "SEND-MUTED-TTL-COUNTS")
@requirement("SEND-MUTED-LIFTED", "SEND-DISTINCT")
def test_mute_that_runs_out(stage: Stage, expect: Expect) -> None:
    """The ttl falls as time passes, and when the time is over the sender is accepted by itself.

    The owner mutes a member for four seconds; the member sends at once, after two seconds, and when it is over.
    Expect 403 twice with a falling ttl, and acceptance afterwards without joining anew.
    """
    room = stage.room("owner", "sender")
    sender = room["sender"]
    room.accepted_before(sender)
    bundle = room.bundle()

    short_s = stretched(_SHORT_S, room.latency_s)
    muted = room.mute(sender, short_s)
    first = room.send(sender, bundle)
    expect.refused(first, "SEND-MUTED", title="the send of a muted member is refused")
    before = _ttl(stage, expect, first)
    _within(expect, first, before, muted, short_s)
    expect.that(
        before != 0, "SEND-MUTED-TTL-INDEFINITE", title="the ttl of a running mute is not 0", expected="not 0",
        observed=before, exchange=first.exchange, soft=True,
    )  # fmt: skip

    # Two seconds later, by the client's clock and so at least by the server's, a second less must be left
    pause(until=first.ended + 2.1)
    second = room.send(sender, bundle)
    expect.reached(second.ended < muted.started + short_s - _ROUNDING_S, "the target was too slow to be asked in time")
    expect.refused(second, "SEND-MUTED", title="halfway through a mute the send is refused")
    after = _ttl(stage, expect, second)
    _within(expect, second, after, muted, short_s)
    passed = math.floor(second.started - first.ended) - _ROUNDING_S
    expect.that(
        after <= before - passed, "SEND-MUTED-TTL-COUNTS", title="the ttl falls as time passes",
        expected=f"at most {before - passed} after {before} two seconds ago", observed=after, exchange=second.exchange,
        soft=True, by=within(after, most=before - passed),
    )  # fmt: skip

    # Over: no joining, no key
    over = until_accepted(lambda: room.send(sender, bundle).ok, due=muted.ended + short_s)
    expect.that(
        over, "SEND-MUTED-LIFTED", "SEND-DISTINCT", title="after its time a mute is over",
        expected=f"acceptance within 1.5 s after {short_s} s", observed="accepted" if over else "still refused",
    )  # fmt: skip


def _ttl(stage: Stage, expect: Expect, refused: Answer, *more: str) -> int:
    """The ttl in the body of a refusal: a whole number from 0 on. JSON does not tell 5 from 5.0."""
    ttl = read(refused.json, stage.link.profile.dialect.record["error"]["ttl"])
    number = isinstance(ttl, int | float) and not isinstance(ttl, bool) and math.isfinite(ttl)
    expect.that(
        number and ttl >= 0 and ttl == int(ttl), "SEND-MUTED-TTL", *more,
        title="the refusal has a ttl in whole seconds", expected="a whole number >= 0",
        observed=ttl, exchange=refused.exchange,
    )  # fmt: skip
    return int(ttl)


def _within(expect: Expect, refused: Answer, ttl: int, muted: Answer, duration: int) -> None:
    """The ttl is what remains, within a second of rounding; the client's clock says how much that can be."""
    least = max(0, math.floor(duration - (refused.ended - muted.started) - _ROUNDING_S))
    most = min(duration, math.ceil(duration - (refused.started - muted.ended) + _ROUNDING_S))
    expect.that(
        least <= ttl <= most, "SEND-MUTED-TTL", title="the ttl is the seconds that remain of the mute",
        expected=f"from {least} to {most}", observed=ttl, exchange=refused.exchange, soft=True,
        by=within(ttl, least=least, most=most),
    )  # fmt: skip
