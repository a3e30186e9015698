"""Chapter clear: what is gone after a clear, who learns of it, and that the epoch moves on."""

from typing import Literal

import pytest

from conformance.dialect import read
from conformance.ears import Ears
from conformance.expect import Expect
from conformance.room import Room
from conformance.scenarios.marks import requirement
from conformance.stage import Stage

_CLEARS = 11


@requirement("CLEAR-OK")
def test_cleared_chat(stage: Stage, expect: Expect) -> None:
    """A cleared chat has none of its messages any more, and everybody in it is told.

    The owner and two members said things in a chat, and one of them in another chat, which is not cleared.
    Expect 200, a count of at least what was said, none of it in anybody's history, and the event at everybody.
    """
    stage.needs("clear")
    room, other = stage.room("owner", "one", "two"), stage.room("owner", "one")
    said = [_say(room, name) for name in ("owner", "one", "two", "two")]
    elsewhere = _say(other, "one")
    if room.history_there:
        expect.reached(_found(room, said) == set(said), "the history does not have what was said")

    # The clear
    ears = Ears(room)
    _cleared(stage, expect, room, least=len(said))
    ears.reaches("cleared", "CLEAR-OK", chat_id=room.chat.chat_id)

    # Nothing of it is left, whoever looks, and nothing else is gone
    if not room.history_there:
        expect.note("CLEAR-OK", "the target has no history", "shown by answer and event alone")
        return
    for name in sorted(room.actors):
        left = _found(room, said, name)
        expect.that(
            not left, "CLEAR-OK", title=f"the history has none of it any more: {name}",
            expected="none of what was said", observed=", ".join(sorted(left)) or "none of what was said",
        )  # fmt: skip
    kept = _found(other, [elsewhere])
    expect.that(
        bool(kept), "CLEAR-OK", title="another chat keeps what was said there", expected="its message in the history",
        observed="there" if kept else "gone",
    )  # fmt: skip


@requirement("CLEAR-OK", "CLEAR-ROTATES")
def test_cleared_again_and_again(stage: Stage, expect: Expect) -> None:
    """A chat in which nobody said anything is cleared like any other, and each clear raises the epoch.

    The owner clears a fresh chat eleven times in a row.
    Expect 200, a count and the event each time, a higher epoch each time, and that a member goes on at the last one.
    """
    stage.needs("clear")
    room = stage.room("owner", "member")
    before = room.epoch
    for number in range(1, _CLEARS + 1):
        ears = Ears(room)
        _cleared(stage, expect, room, least=0)
        ears.reaches("cleared", "CLEAR-OK", chat_id=room.chat.chat_id)
        epoch = room.owner.join(room.chat)
        _raised(expect, before, epoch, f"clear {number} in a row raises the epoch")
        before = epoch

    room.follow()
    after = room.send(room["member"], room.bundle())
    expect.accepted(after, "CLEAR-ROTATES", title="a bundle of the last epoch is accepted")


@pytest.mark.parametrize("visibility", ["public", "private"])
@requirement("CLEAR-ROTATES")
def test_clear_moves_the_epoch_on(stage: Stage, expect: Expect, visibility: Literal["public", "private"]) -> None:
    """A clear moves the epoch on, and everybody in the chat is told.

    A sender with two sessions and a member without the key are in the chat; the sender was accepted before.
    Expect a higher epoch, the event of it at every socket, 403 for the epoch before, and 200 for the new one.
    """
    stage.needs("clear")
    if visibility == "private":
        stage.needs("private_chats")
    room = stage.room("owner", "sender", "keyless", visibility=visibility, without_key=("keyless",))
    sender = room["sender"]
    room.admit(stage.session_of(sender, "sender's second session"))
    room.accepted_before(sender)
    bundle, before = room.bundle(), room.epoch

    # The one cause
    ears = Ears(room)
    expect.answered(room.owner.call("clear", chat_id=room.chat.chat_id), "the owner's clear")
    room.follow()
    _raised(expect, before, room.epoch, "a clear raises the epoch")
    ears.reaches("epoch_changed", "CLEAR-ROTATES", chat_id=room.chat.chat_id, epoch=room.epoch)
    refused = room.send(sender, bundle)
    expect.refused(refused, "CLEAR-ROTATES", title="a bundle of the epoch before the clear is refused")

    # The cause removed: the new epoch
    after = room.send(sender, room.bundle())
    expect.accepted(after, "CLEAR-ROTATES", title="a bundle of the new epoch is accepted")


def _say(room: Room, name: str) -> str:
    answer = room.send(room[name], room.bundle())
    room.expect.answered(answer, f"a message of {name}")
    return room.id_of(answer) or ""


def _found(room: Room, said: list[str], reader: str = "owner") -> set[str]:
    """Those of the messages that the history has, known by their ids or by their ciphertexts."""
    ids = {one.ct: one.id for one in room.ledger.accepted if one.id in said}
    traces = room.history(room[reader])
    return {ids.get(trace.ct, trace.id) for trace in traces} & set(said)


def _cleared(stage: Stage, expect: Expect, room: Room, *, least: int) -> None:
    answer = room.owner.call("clear", chat_id=room.chat.chat_id)
    expect.accepted(answer, "CLEAR-OK", title="the owner's clear is answered")
    pointers = stage.link.profile.dialect.rest["clear"].answer
    ok, count = read(answer.json, pointers["ok"]), read(answer.json, pointers["cleared"])
    expect.that(
        ok is True, "CLEAR-OK", title="the answer says ok", expected=True, observed=ok, exchange=answer.exchange
    )
    number = isinstance(count, int | float) and not isinstance(count, bool) and count == int(count)
    expect.that(
        number and count >= least, "CLEAR-OK", title="the answer counts what was there",
        expected=f"a whole number from {least} on", observed=count, exchange=answer.exchange,
    )  # fmt: skip


def _raised(expect: Expect, before: int, epoch: int, title: str) -> None:
    expect.that(epoch > before, "CLEAR-ROTATES", title=title, expected=f"above {before}", observed=epoch)
