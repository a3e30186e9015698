"""Chapter membership: who may send at all."""

from conformance.expect import Expect
from conformance.scenarios.marks import CLIENT_ERRORS, requirement, thorough
from conformance.stage import Stage

_HIDDEN = (403, 404)


@requirement("SEND-JOINED", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
def test_sender_who_left(stage: Stage, expect: Expect) -> None:
    """Who left the chat is refused until it joins again.

    A member joins, gets the key, sends, and leaves; it stays joined to another chat.
    Expect a 4xx while it is outside, no trace, and acceptance once it is back.
    """
    room = stage.room("owner", "sender", "observer")
    stage.room("owner", "sender")
    sender = room["sender"]
    room.accepted_before(sender)
    bundle = room.bundle()

    # The one cause: it left
    room.leave(sender)
    refused = room.send(sender, bundle)
    expect.refused(refused, "SEND-JOINED", status=CLIENT_ERRORS, title="the send of one who left is refused")
    expect.note("SEND-JOINED", "the status for a sender who left", refused.status)
    room.no_trace()

    # The cause removed: it joined again, with a key
    room.admit(sender)
    after = room.send(sender, room.renewed(bundle))
    expect.accepted(after, "SEND-JOINED", "SEND-DISTINCT", title="joined again, the send is accepted")


@thorough
@requirement("SEND-JOINED", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
def test_owner_who_left(stage: Stage, expect: Expect) -> None:
    """The chat's owner is no exception: who left is refused.

    The owner joins, gets the key, sends, and leaves.
    Expect a 4xx while it is outside, no trace, and acceptance once it is back.
    """
    room = stage.room("owner", "member")
    room.accepted_before(room.owner)
    bundle = room.bundle()

    # The one cause: it left
    room.leave(room.owner)
    refused = room.send(room.owner, bundle)
    expect.refused(refused, "SEND-JOINED", status=CLIENT_ERRORS, title="the send of an owner who left is refused")

    # The cause removed: it joined again, with a key
    room.admit(room.owner)
    after = room.send(room.owner, room.renewed(bundle))
    expect.accepted(after, "SEND-JOINED", "SEND-DISTINCT", title="joined again, the send is accepted")
    room.no_trace(after=after)


@thorough
@requirement("SEND-JOINED", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
def test_sender_who_never_joined(stage: Stage, expect: Expect) -> None:
    """Who never joined the chat is refused, though it is connected and joined to another.

    The sender is joined to another chat, has its key and sends there.
    Expect a 4xx in this chat, no trace, and acceptance once it joined and has the key.
    """
    room = stage.room("owner", "observer")
    other = stage.room("owner", "sender")
    sender = other["sender"]
    other.accepted_before(sender)
    bundle = room.bundle()

    # The one cause: it is not in this chat
    refused = room.send(sender, bundle)
    expect.refused(refused, "SEND-JOINED", status=CLIENT_ERRORS, title="the send of one who never joined is refused")
    room.no_trace()

    # The cause removed
    room.admit(sender)
    after = room.send(sender, room.renewed(bundle))
    expect.accepted(after, "SEND-JOINED", "SEND-DISTINCT", title="joined and given the key, the send is accepted")


@requirement("SEND-PRIVATE", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
def test_outsider_of_a_private_chat(stage: Stage, expect: Expect) -> None:
    """Who is neither owner nor member of a private chat is refused.

    The outsider asks to join all the same; whether the target lets its socket in is not judged.
    Expect 403 or 404, no trace, and acceptance once it was made a member, joined and has the key.
    """
    stage.needs("private_chats")
    room = stage.room("owner", "member", visibility="private")
    outsider = stage.actor("outsider")
    room.accepted_before(room["member"])
    bundle = room.bundle()

    # The one cause: it is no member
    room.knock(outsider)
    refused = room.send(outsider, bundle)
    expect.refused(refused, "SEND-PRIVATE", status=_HIDDEN, title="the send of an outsider is refused")
    room.no_trace()

    # The cause removed
    stage.lease.give_membership(room.chat, outsider.identity)
    room.admit(outsider)
    after = room.send(outsider, room.renewed(bundle))
    expect.accepted(after, "SEND-PRIVATE", "SEND-DISTINCT", title="made a member, its send is accepted")


@thorough
@requirement("SEND-PRIVATE", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
def test_former_member_of_a_private_chat(stage: Stage, expect: Expect) -> None:
    """Who lost its membership is refused, though its socket has joined and it has the key.

    A member sends; then its membership is taken, while it is joined. It stays a member of another private chat.
    Expect 403 or 404, no trace, and acceptance once it is a member again, joined and has the key.
    """
    stage.needs("private_chats")
    room = stage.room("owner", "sender", "member", visibility="private")
    stage.room("owner", "sender", visibility="private")
    sender = room["sender"]
    room.accepted_before(sender)
    bundle = room.bundle()

    # The one cause: it is no member any more
    stage.lease.take_membership(room.chat, sender.identity)
    room.unsure_of(sender)
    refused = room.send(sender, bundle)
    expect.refused(refused, "SEND-PRIVATE", status=_HIDDEN, title="the send of a former member is refused")
    room.no_trace()

    # The cause removed
    stage.lease.give_membership(room.chat, sender.identity)
    room.admit(sender)
    after = room.send(sender, room.renewed(bundle))
    expect.accepted(after, "SEND-PRIVATE", "SEND-DISTINCT", title="a member again, its send is accepted")
