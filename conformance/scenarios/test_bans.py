"""Chapter bans: what a ban stops, where, and for how long."""

from conformance.client.actor import Actor
from conformance.expect import Expect
from conformance.room import Room
from conformance.scenarios.marks import requirement, side_by_side, thorough
from conformance.stage import Stage
from conformance.waiting import pause, stretched, until_accepted

_SHORT_S = 4
_LONG_S = 600
_ROUNDING_S = 1


@requirement("SEND-BANNED", "SEND-BANNED-LIFTED", "SEND-REFUSED-SILENT", "SEND-DISTINCT", "SEND-ACCEPT")
def test_banned_sender(stage: Stage, expect: Expect) -> None:
    """A banned sender is answered 403, and is accepted again after unban, join and key.

    The owner of a public chat bans a member for good; the member does not leave.
    Expect 403, 200 for another member, no trace, and acceptance afterwards.
    """
    room = stage.room("owner", "sender", "observer")
    sender = room["sender"]
    room.accepted_before(sender)
    bundle = room.bundle()

    # The one cause
    room.ban(sender)
    expect.refused(room.send(sender, bundle), "SEND-BANNED", title="the send of a banned member is refused")
    room.follow()
    other = room.send(room["observer"], room.bundle())
    expect.accepted(other, "SEND-ACCEPT", title="while one member is banned, another one's send is accepted")
    room.no_trace()

    # The cause removed
    room.unban(sender)
    _let_in_again(expect, room, sender)
    after = room.send(sender, room.renewed(bundle))
    expect.accepted(after, "SEND-BANNED-LIFTED", "SEND-DISTINCT", title="after unban and join, the send is accepted")


@thorough
@requirement("SEND-BANNED", "SEND-BANNED-LIFTED", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
def test_banned_sender_in_a_private_chat(stage: Stage, expect: Expect) -> None:
    """In a private chat a banned sender is answered 403, or 404 where the ban ends its membership.

    The owner bans a member for good.
    Expect 403 or 404, no trace, and acceptance once it is unbanned, a member, joined and has the key.
    """
    stage.needs("private_chats")
    room = stage.room("owner", "sender", visibility="private")
    sender = room["sender"]
    room.accepted_before(sender)
    bundle = room.bundle()

    # The one cause
    room.ban(sender)
    refused = room.send(sender, bundle)
    expect.refused(refused, "SEND-BANNED", status=(403, 404), title="the send of a banned member is refused")
    room.no_trace()

    # The cause removed, and with it the lost membership
    room.unban(sender)
    stage.lease.give_membership(room.chat, sender.identity)
    _let_in_again(expect, room, sender)
    after = room.send(sender, room.renewed(bundle))
    expect.accepted(after, "SEND-BANNED-LIFTED", "SEND-DISTINCT", title="a member again, its send is accepted")


@thorough
@requirement("SEND-BANNED", "SEND-BANNED-LIFTED", "SEND-REFUSED-SILENT")
def test_each_ban_stands_for_itself(stage: Stage, expect: Expect) -> None:
    """A ban holds for every session of the banned, whatever is done to others, and whatever else is lifted.

    A muted member with two sessions is banned for good, then another one for a while; the other's ban and the mute
    are lifted.
    Expect 403 for both sessions all along, no trace, and acceptance of the other once it joined again with a key.
    """
    room = stage.room("owner", "sender", "neighbour")
    sessions = [room["sender"], stage.session_of(room["sender"], "sender's second session")]
    room.admit(sessions[1])
    room.accepted_before(room["neighbour"])

    # Banned one after the other: the second ban does not end the first
    room.mute(sessions[0], 0)
    room.ban(sessions[0])
    room.ban(room["neighbour"], _LONG_S)
    _refused(expect, room, sessions, "while another one is banned as well")

    # The other's ban is lifted before its time, and the mute of the banned: its ban stays
    room.unban(room["neighbour"])
    _let_in_again(expect, room, room["neighbour"])
    room.owner.call("unmute", chat_id=room.chat.chat_id, user_id=sessions[0].identity.user_id)
    _refused(expect, room, sessions, "after another one's ban was lifted, and the own mute")
    room.no_trace()

    after = room.send(room["neighbour"], room.bundle())
    expect.accepted(after, "SEND-BANNED-LIFTED", title="whose ban was lifted before its time is accepted")


def _refused(expect: Expect, room: Room, sessions: list[Actor], when: str) -> None:
    for actor in sessions:
        answer = room.send(actor, room.bundle())
        expect.refused(answer, "SEND-BANNED", title=f"the send of the banned is refused {when}: {actor.name}")


def _let_in_again(expect: Expect, room: Room, actor: Actor) -> None:
    """Who is banned no longer can join: without it no send of theirs could be accepted."""
    joined, join = room.try_admit(actor), room.called("join")
    expect.that(
        joined, "SEND-BANNED-LIFTED", title="whose ban was lifted may join again", expected=f"{join} acknowledged",
        observed=f"{join} acknowledged" if joined else f"{join} refused",
    )  # fmt: skip


@requirement("SEND-BANNED", "SEND-BANNED-SCOPE")
def test_ban_counts_for_its_chat_alone(stage: Stage, expect: Expect) -> None:
    """Who is banned from one chat is accepted in another.

    One owner, two chats, a sender in both, banned from the first.
    Expect 403 in the first and 200 in the second.
    """
    room = stage.room("owner", "sender")
    other = stage.room("owner", "sender")
    sender = room["sender"]
    other.accepted_before(sender)

    room.ban(sender)
    expect.refused(room.send(sender, room.bundle()), "SEND-BANNED", title="the send of a banned member is refused")

    elsewhere = other.send_from_inside(sender, other.bundle())
    expect.accepted(elsewhere, "SEND-BANNED-SCOPE", title="banned from one chat, its send to another is accepted")


@side_by_side
@requirement("SEND-BANNED", "SEND-BANNED-LIFTED", "SEND-DISTINCT")
def test_ban_that_runs_out(stage: Stage, expect: Expect) -> None:
    """A ban ends by itself when its time is over.

    The owner bans a member for four seconds.
    Expect 403 until then, and acceptance afterwards, once the member joined again with a key.
    """
    room = stage.room("owner", "sender")
    sender = room["sender"]
    room.accepted_before(sender)
    bundle = room.bundle()

    short_s = stretched(_SHORT_S, room.latency_s)
    banned = room.ban(sender, short_s)
    expect.refused(room.send(sender, bundle), "SEND-BANNED", title="the send of a banned member is refused")

    # More than half of it has passed: a second of rounding must not have ended it
    pause(until=banned.ended + short_s / 2 + 0.1)
    halfway = room.send(sender, bundle)
    expect.reached(
        halfway.ended < banned.started + short_s - _ROUNDING_S, "the target was too slow to be asked in time"
    )
    expect.refused(halfway, "SEND-BANNED", title="halfway through a ban the send is refused")

    # Over: it joins again, and is accepted
    def again() -> bool:
        return room.try_admit(sender) and room.send(sender, room.renewed(bundle)).ok

    over = until_accepted(again, due=banned.ended + short_s)
    expect.that(
        over, "SEND-BANNED-LIFTED", "SEND-DISTINCT", title="after its time a ban is over",
        expected=f"acceptance within 1.5 s after {short_s} s", observed="accepted" if over else "still refused",
    )  # fmt: skip
