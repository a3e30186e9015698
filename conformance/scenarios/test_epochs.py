"""Chapter epochs: a bundle must be of the chat's current epoch."""

from conformance.client.answers import Answer
from conformance.expect import Expect
from conformance.scenarios.marks import requirement
from conformance.stage import Stage


@requirement("SEND-EPOCH-STALE", "SEND-EPOCH-CODE", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
def test_epoch_of_the_past(stage: Stage, expect: Expect) -> None:
    """A bundle of an earlier epoch is answered 403, though its sender has the current key.

    A bundle is sealed and accepted; the chat is rotated and everybody has the new key.
    Expect 403 for the epoch before the rotation and for the one just below, no trace, and 200 for the current one.
    """
    room = stage.room("owner", "sender", "observer")
    sender = room["sender"]
    room.accepted_before(sender)
    bundle, before = room.bundle(), room.epoch

    # The one cause: the epoch moved on
    stage.rotate(room)
    stale = [bundle] + [room.bundle(epoch=room.epoch - 1)] * (room.epoch - 1 != before)
    for one in stale:
        refused = room.send(sender, one)
        title = f"a bundle of epoch {one.epoch} is refused in epoch {room.epoch}"
        expect.refused(refused, "SEND-EPOCH-STALE", title=title)
        _identified(stage, expect, refused)
    owners = room.send(room.owner, bundle)
    expect.refused(owners, "SEND-EPOCH-STALE", title="the owner's bundle of an earlier epoch is refused")
    room.no_trace()

    # The cause removed: the current epoch
    after = room.send(sender, room.bundle())
    expect.accepted(after, "SEND-DISTINCT", title="a bundle of the current epoch is accepted")


@requirement("SEND-EPOCH-FUTURE", "SEND-EPOCH-CODE", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
def test_epoch_of_the_future(stage: Stage, expect: Expect) -> None:
    """A bundle of a later epoch is answered 403.

    A sender who has the current key sends at the next epoch and at some far ahead.
    Expect 403 for each, no trace, and 200 for the current one.
    """
    room = stage.room("owner", "sender", "observer")
    sender = room["sender"]
    room.accepted_before(sender)

    # The one cause
    for ahead in (1, 1000, 2**32):
        refused = room.send(sender, room.bundle(epoch=room.epoch + ahead))
        title = f"a bundle {ahead} above the current epoch {room.epoch} is refused"
        expect.refused(refused, "SEND-EPOCH-FUTURE", title=title)
        _identified(stage, expect, refused)
    room.no_trace()

    # The cause removed
    after = room.send(sender, room.bundle())
    expect.accepted(after, "SEND-DISTINCT", title="a bundle of the current epoch is accepted")


def _identified(stage: Stage, expect: Expect, refused: Answer) -> None:
    code, other = (stage.link.profile.dialect.codes[name] for name in ("epoch_mismatch", "no_room_key"))
    expect.that(
        code in refused.said and other not in refused.said,
        "SEND-EPOCH-CODE", title="the refusal names its cause",
        expected=f"{code} alone in the body",
        observed=refused.exchange.response_body, exchange=refused.exchange, soft=True,
    )  # fmt: skip
