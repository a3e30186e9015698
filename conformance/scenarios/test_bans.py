"""Chapter bans: what a ban stops, where, and for how long."""

from conformance.expect import Expect
from conformance.scenarios.marks import requirement, side_by_side
from conformance.stage import Stage
from conformance.waiting import pause, stretched, until_accepted

_SHORT_S = 2


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
    room.admit(sender)
    after = room.send(sender, room.renewed(bundle))
    expect.accepted(after, "SEND-BANNED-LIFTED", "SEND-DISTINCT", title="after unban and join, the send is accepted")


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
    room.admit(sender)
    after = room.send(sender, room.renewed(bundle))
    expect.accepted(after, "SEND-BANNED-LIFTED", "SEND-DISTINCT", title="a member again, its send is accepted")


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

    The owner bans a member for two seconds.
    Expect 403 until then, and acceptance afterwards, once the member joined again with a key.
    """
    room = stage.room("owner", "sender")
    sender = room["sender"]
    room.accepted_before(sender)
    bundle = room.bundle()

    short_s = stretched(_SHORT_S, room.latency_s)
    banned = room.ban(sender, short_s)
    expect.refused(room.send(sender, bundle), "SEND-BANNED", title="the send of a banned member is refused")

    # Half of it has passed: a second of rounding must not have ended it
    pause(until=banned.ended + short_s / 2 - 0.2)
    halfway = room.send(sender, bundle)
    expect.reached(halfway.ended < banned.started + short_s - 0.5, "the target was too slow to be asked in time")
    expect.refused(halfway, "SEND-BANNED", title="halfway through a ban the send is refused")

    # Over: it joins again, and is accepted
    def again() -> bool:
        return room.try_admit(sender) and room.send(sender, room.renewed(bundle)).ok

    over = until_accepted(again, due=banned.ended + short_s)
    expect.that(
        over, "SEND-BANNED-LIFTED", "SEND-DISTINCT", title="after its time a ban is over",
        expected=f"acceptance within 1.5 s after {short_s} s", observed="accepted" if over else "still refused",
    )  # fmt: skip
