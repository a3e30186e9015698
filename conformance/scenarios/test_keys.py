"""Chapter keys: only who was given the key of the current epoch may send."""

from conformance.client.answers import Answer
from conformance.expect import Expect
from conformance.scenarios.marks import requirement, thorough
from conformance.stage import Stage


@requirement("SEND-NOKEY", "SEND-NOKEY-CODE", "SEND-NOKEY-CURED", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
def test_sender_without_key(stage: Stage, expect: Expect) -> None:
    """A joined sender who was not given the key is answered 403, until it is given it.

    The sender has the key of another chat, but not of this one; the bundle itself is valid.
    Expect 403, no trace, and acceptance of the same bundle once a member shared the key.
    """
    room = stage.room("owner", "sender", "observer", without_key=("sender",))
    stage.room("owner", "sender")
    sender = room["sender"]
    room.accepted_before(room.owner)
    bundle = room.bundle()

    # The one cause
    refused = room.send(sender, bundle)
    expect.refused(refused, "SEND-NOKEY", title="the send of a member without the key is refused")
    _identified(stage, expect, refused)
    room.no_trace()

    # The cause removed
    room.share(sender)
    after = room.send(sender, bundle)
    expect.accepted(after, "SEND-NOKEY-CURED", "SEND-DISTINCT", title="given the key, the same send is accepted")


@requirement("SEND-NOKEY-ROTATED", "SEND-NOKEY-CODE", "SEND-NOKEY-CURED", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
def test_old_key_after_a_rotation(stage: Stage, expect: Expect) -> None:
    """After a rotation the old key no longer counts.

    A sender who has the key and was accepted; the chat is rotated, and everybody else gets the new key.
    Expect 403 for its bundle at the new epoch, no trace, and acceptance once another member shared the new key.
    """
    room = stage.room("owner", "sender", "observer")
    sender = room["sender"]
    room.accepted_before(sender)

    # The one cause: its key is of an earlier epoch
    stage.rotate(room, without=sender)
    bundle = room.bundle()
    refused = room.send(sender, bundle)
    expect.refused(refused, "SEND-NOKEY-ROTATED", title="the send of a member with an old key is refused")
    _identified(stage, expect, refused)
    room.no_trace()

    # The cause removed, not by the owner this time
    room.share(sender, by=room["observer"])
    after = room.send(sender, bundle)
    expect.accepted(after, "SEND-NOKEY-CURED", "SEND-DISTINCT", title="given the new key, the same send is accepted")


@thorough
@requirement("SEND-NOKEY", "SEND-NOKEY-CODE", "SEND-NOKEY-CURED", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
def test_owner_without_key(stage: Stage, expect: Expect) -> None:
    """The chat's owner is no exception: without the key it is answered 403.

    The owner hands the key to the others, which it may as the first to share, and not to itself.
    Expect 403, no trace, and acceptance of the same bundle once a member shared the key with it.
    """
    room = stage.room("owner", "observer", without_key=("owner",))
    bundle = room.bundle()

    # The one cause
    refused = room.send(room.owner, bundle)
    expect.refused(refused, "SEND-NOKEY", title="the send of an owner without the key is refused")
    _identified(stage, expect, refused)
    room.no_trace(after=room.send(room["observer"], room.bundle()))

    # The cause removed
    room.share(room.owner, by=room["observer"])
    after = room.send(room.owner, bundle)
    expect.accepted(after, "SEND-NOKEY-CURED", "SEND-DISTINCT", title="given the key, the same send is accepted")


def _identified(stage: Stage, expect: Expect, refused: Answer) -> None:
    code, other = (stage.link.profile.dialect.codes[name] for name in ("no_room_key", "epoch_mismatch"))
    expect.that(
        code in refused.said and other not in refused.said,
        "SEND-NOKEY-CODE", title="the refusal names its cause",
        expected=f"{code} alone in the body",
        observed=refused.exchange.response_body, exchange=refused.exchange, soft=True,
    )  # fmt: skip
