"""Who hears the events of a chat: every client in it, however it came to be there, and of keys nobody else.

That they come at all, to whom else and how often is looked at where the measures are. Here are those clients that a
server forgets first, and what an event must not say.
"""

import json
from collections.abc import Iterable

import pytest

from conformance.client.actor import Actor
from conformance.client.answers import Answer
from conformance.dialect import read
from conformance.ears import Ears
from conformance.envelope import KeyPair
from conformance.expect import Expect
from conformance.provision.base import type_of_chat
from conformance.room import Room
from conformance.scenarios.marks import requirement
from conformance.stage import Stage

_LONG_S = 600
_SHORT_S = 1

in_both = pytest.mark.parametrize("visibility", ["public", "private"])


# --- who gets it --------------------------------------------------------------------------------------------------


@in_both
@requirement("DEL-EVENT")
def test_deletion_is_told_to_all_who_are_there(stage: Stage, expect: Expect, visibility: type_of_chat) -> None:
    """Every client in the chat hears what is gone, however it came to be there, and of nothing that is not.

    In the chat are those whom a server forgets first. The owner deletes the first and the last of three messages.
    Expect message:bulk_deleted with both ids at each client, and nowhere the id of the message that stays.
    """
    stage.needs("deletion")
    room, other = _everybody(stage, visibility)
    first, kept, last = (room.must_have_id(_said(room)) for _ in range(3))

    ears = Ears(room)
    answer = room.owner.call("delete", chat_id=room.chat.chat_id, ids=[first, last])
    expect.answered(answer, "the owner's deletion of two messages")
    told = {name: ears.told_ids(name, (first, last)) for name in sorted(room.inside)}
    without, event = [name for name, ids in told.items() if not ids >= {first, last}], room.called("bulk_deleted")
    expect.that(
        not without, "DEL-EVENT", title=f"{event} names what is gone to all who are there",
        expected=f"{first} and {last} at each", observed=f"not at {', '.join(without)}" if without else "at each",
    )  # fmt: skip

    # Behind a barrier: what is still there is told gone to nobody
    _all_is_heard(room, other)
    misled = [name for name in sorted(room.inside) if kept in ears.told_ids(name, ())]
    expect.that(
        not misled, "DEL-EVENT", title=f"{event} does not name what is still there",
        expected=f"no {kept}", observed=f"it is named to {', '.join(misled)}" if misled else "it is not named",
    )  # fmt: skip
    _note_times(ears, room, "bulk_deleted", "DEL-EVENT")


@in_both
@requirement("KEY-EVENT")
def test_new_key_is_told_to_all_who_are_there(stage: Stage, expect: Expect, visibility: type_of_chat) -> None:
    """Every client in the chat hears of a new key, however it came to be there.

    In the chat are those whom a server forgets first; one of them registers another key.
    Expect portal:key_added with user, session and key at all others.
    """
    stage.needs("keys")
    room, other = _everybody(stage, visibility)
    member, ears = room["returned"], Ears(room)
    member.pair = KeyPair.generate()
    member.register_key()

    where = {"user_id": member.identity.user_id, "session_id": member.identity.session_id}
    key = member.pair.public_base64
    others = room.inside - {member.name}  # whether its own socket is told is left open
    _reaches_all(expect, ears, room, "key_added", "KEY-EVENT", at=others, public_key=key, **where)
    _all_is_heard(room, other)
    _note_times(ears, room, "key_added", "KEY-EVENT", public_key=key)


@in_both
@requirement("MUTE-EVENT", "UNMUTE-OK", "BAN-EVENT")
def test_sanctions_are_told_to_all_who_are_there(stage: Stage, expect: Expect, visibility: type_of_chat) -> None:
    """Every client in the chat hears of mutes, their end, and bans, however it came to be there.

    In the chat are those whom a server forgets first; one of them is muted, unmuted, and then banned.
    Expect user:muted, user:unmuted and user:banned at each who is in the chat still.
    """
    room, other = _everybody(stage, visibility)
    target, ears = room["lost"], Ears(room)

    room.mute(target, _LONG_S)
    _reaches_all(expect, ears, room, "muted", "MUTE-EVENT")
    room.unmute(target)
    _reaches_all(expect, ears, room, "unmuted", "UNMUTE-OK")
    room.ban(target)
    _reaches_all(expect, ears, room, "banned", "BAN-EVENT")

    # What no page promises: who hears that a ban ends, and of a mute everywhere
    room.unban(target)
    room.unsure_of(target)
    room.follow()
    _all_is_heard(room, other)
    for what, clause in (("muted", "MUTE-EVENT"), ("unmuted", "UNMUTE-OK"), ("banned", "BAN-EVENT")):
        _note_times(ears, room, what, clause)
    _note_times(ears, room, "unbanned", "BAN-EVENT")
    _note_hard_mute(stage, room, other)


@in_both
@requirement("CLEAR-OK", "CLEAR-ROTATES")
def test_clear_is_told_to_all_who_are_there(stage: Stage, expect: Expect, visibility: type_of_chat) -> None:
    """Every client in the chat hears of a clear and of the epoch after it, however it came to be there.

    In the chat are those whom a server forgets first; the owner clears it.
    Expect portal:cleared and room:epoch_changed at each of them.
    """
    stage.needs("clear")
    room, other = _everybody(stage, visibility)
    ears = Ears(room)
    room.clear(without=room["keyless"])

    _reaches_all(expect, ears, room, "cleared", "CLEAR-OK")
    _reaches_all(expect, ears, room, "epoch_changed", "CLEAR-ROTATES", epoch=room.epoch)
    _all_is_heard(room, other)
    _note_times(ears, room, "cleared", "CLEAR-OK")
    _note_times(ears, room, "epoch_changed", "CLEAR-ROTATES", epoch=room.epoch)


@in_both
@requirement("KICK-OK", "EPOCH-MONOTONE")
def test_kick_is_told_to_all_whom_it_concerns(stage: Stage, expect: Expect, visibility: type_of_chat) -> None:
    """Every client of whom is kicked hears it, and every other one in the chat hears of the epoch after it.

    In the chat are those whom a server forgets first; they are kicked one after the other, one with a ban.
    Expect room:kicked at each socket of the kicked, and room:epoch_changed at each who is in the chat still.
    """
    stage.needs("kick")
    room, other = _everybody(stage, visibility)

    for name, ban in (("lost", True), ("twice", False), ("muted", False), ("keyless", False), ("back", False)):
        ears, kicked = Ears(room), room[name]
        sockets = [one for one in sorted(room.inside) if room[one].identity.user_id == kicked.identity.user_id]
        room.owner.must_emit("kick", chat_id=room.chat.chat_id, user_id=kicked.identity.user_id, ban=ban)
        room.put_out(kicked)
        _reaches_all(expect, ears, room, "kicked", "KICK-OK", at=sockets)
        room.rotated(without=room["keyless"])
        _reaches_all(expect, ears, room, "epoch_changed", "EPOCH-MONOTONE", epoch=room.epoch)
        if ban:
            _all_is_heard(room, other)
            for what in ("kicked", "banned", "members", "key_removed"):
                _note_times(ears, room, what, "KICK-OK")


# --- who does not, and what an event must not say -----------------------------------------------------------------


@requirement("E2EE-ROUNDTRIP")
def test_key_is_handed_to_nobody_outside(stage: Stage, expect: Expect) -> None:
    """A key that is handed to a session reaches none that is not in the chat, though it was, or its user is.

    One left the chat, one was banned, one was kicked; the reader's other session is in another chat alone, as they are.
    Expect the blob for the reader's session at that session, and at none of them, shown behind a barrier there.
    """
    former = ["left", "banned", *(["kicked"] if stage.has("kick") else [])]
    room, other = stage.room("owner", *former), stage.room("owner", "reader", *former)
    elsewhere = stage.session_of(other["reader"], "reader's session elsewhere")
    other.admit(elsewhere)
    _put_out(room, other, former)
    reader, ears = other["reader"], Ears(room, *other.actors.values())

    # The reader comes and is handed the key
    room.enter(reader)
    blob = room.share(reader)
    handed = ears.wait("reader", "key_shared", chat_id=room.chat.chat_id)
    expect.reached(handed is not None, "the key did not arrive at the session it is for")
    _all_is_heard(room, other)
    for actor in (elsewhere, *(other[name] for name in former)):
        leaked = actor.inbox.wait_for(lambda event: blob in json.dumps(event.payload, default=repr), 0)
        expect.that(
            leaked is None, "E2EE-ROUNDTRIP", title=f"the blob does not reach who is not in the chat: {actor.name}",
            expected="nowhere", observed=f"in an event {leaked.name}" if leaked else "nowhere",
        )  # fmt: skip
    times = len(ears.heard("reader", "key_shared", chat_id=room.chat.chat_id))
    expect.note("E2EE-ROUNDTRIP", "times that the key arrived at the session it is for", times)


@requirement("EPOCH-MONOTONE")
def test_no_epoch_is_told_that_does_not_hold(stage: Stage, expect: Expect) -> None:
    """Whose client is told of an epoch never finds the chat at an earlier one, in whatever chat it is.

    Two chats of one owner. In one of them a member tries what it may not, and then the epoch moves on, twice.
    Expect no event of an epoch, in either chat, that is above the one which a join tells afterwards.
    """
    room, other = stage.room("owner", "member", "target"), stage.room("owner", "member", "target")
    ears = {"one chat": Ears(room), "the other chat": Ears(other)}

    _tries(stage, room, room["member"], room["target"])
    _none_is_ahead(expect, ears["one chat"], room, "after attempts that were refused")
    for _ in range(2):
        stage.rotate(room)
    _none_is_ahead(expect, ears["one chat"], room, "after rotations")
    _none_is_ahead(expect, ears["the other chat"], other, "after rotations of another chat")


# --- the cast -----------------------------------------------------------------------------------------------------


def _everybody(stage: Stage, visibility: type_of_chat) -> tuple[Room, Room]:
    """A chat with those in it whom a server forgets first, and another chat, with one who left the first."""
    if visibility == "private":
        stage.needs("private_chats")
    names = ("owner", "twice", "returned", "lost", "muted", "keyless", "back", "gone")
    room = stage.room(*names, visibility=visibility, without_key=("keyless",))
    other = stage.room("owner", "gone")
    room.mute(room["muted"], 0)
    room.admit(stage.socket_of(room["twice"], "twice's second socket"))

    # Out and in again: by itself, by a lost socket, by a ban; and out for good
    room.leave(room["returned"])
    room.admit(room["returned"])
    room["lost"].drop()
    room.unsure_of(room["lost"])
    room.admit(room["lost"])
    room.ban(room["back"])
    room.unban(room["back"])
    if visibility == "private":
        stage.lease.give_membership(room.chat, room["back"].identity)
    room.let_back_in(room["back"])
    room.leave(room["gone"])
    room.follow()
    # What was told of all this has come
    _all_is_heard(room, other)
    return room, other


def _put_out(room: Room, other: Room, former: Iterable[str]) -> None:
    """Those of these names are in the room no longer, as each of them says, and in the other one still."""
    room.leave(room["left"])
    room.ban(room["banned"])
    room.follow()
    if "kicked" in former:
        room.kick(room["kicked"])
    for name in former:
        # A target may drop the socket of whom it bans or kicks
        if name != "left":
            other.let_back_in(other[name])


def _tries(stage: Stage, room: Room, member: Actor, target: Actor) -> None:
    """A plain member tries what would rotate; whether it is refused is not judged here."""
    room.unsure_of(target)
    ids = {"chat_id": room.chat.chat_id}
    if stage.has("clear"):
        member.call("clear", **ids)
    if stage.has("kick"):
        member.call("kick", user_id=target.identity.user_id, **ids)


def _said(room: Room) -> Answer:
    answer = room.send(room.owner, room.bundle())
    room.expect.answered(answer, "a message of the owner")
    return answer


# --- the checks ---------------------------------------------------------------------------------------------------


def _reaches_all(
    expect: Expect,
    ears: Ears,
    room: Room,
    what: str,
    clause: str,
    *,
    at: Iterable[str] | None = None,
    **where: object,
) -> None:
    """The event reaches everybody inside, or each of ``at``: a check, which what comes after does not depend on."""
    kind, missing = room.owner.link.profile.dialect.event[what].name, list[str]()
    for name in sorted(room.inside if at is None else at):
        # What one of them has not heard when the time is over, the others have had the same time to hear.
        hears = ears.heard if missing else ears.wait
        if not hears(name, what, chat_id=room.chat.chat_id, **where):
            missing.append(name)
    expect.that(
        not missing, clause, title=f"{kind} reaches all whom it concerns", soft=True,
        expected=f"{kind} at each", observed=f"not in time at {', '.join(missing)}" if missing else f"{kind} at each",
    )  # fmt: skip


def _none_is_ahead(expect: Expect, ears: Ears, room: Room, when: str) -> None:
    """No epoch was told of the chat which a join does not know of afterwards: a check, behind a barrier."""
    room.barrier()
    pointer = room.owner.link.profile.dialect.event["epoch_changed"].fields["epoch"]
    for name in ("owner", "member"):
        events = ears.heard(name, "epoch_changed", chat_id=room.chat.chat_id)
        told = max((epoch for one in events if isinstance(epoch := read(one.payload, pointer), int)), default=None)
        # Asked after it was told: a rotation meanwhile makes it higher, and never lower.
        epoch = room.owner.join(room.chat)
        expect.that(
            told is None or told <= epoch, "EPOCH-MONOTONE",
            title=f"no epoch is told that does not hold, {when}: {name}",
            expected=f"at most {epoch}", observed="none" if told is None else told,
        )  # fmt: skip


def _all_is_heard(room: Room, other: Room) -> None:
    """A barrier in both chats: what went to anybody in either of them has come."""
    room.barrier()
    other.barrier()


def _note_times(ears: Ears, room: Room, what: str, clause: str, **where: object) -> None:
    """How often everybody heard it, who is outside as well, is printed."""
    ears.note_times(what, clause, at=room.actors, chat_id=room.chat.chat_id, **where)


def _note_hard_mute(stage: Stage, room: Room, other: Room) -> None:
    """Who hears of a mute everywhere is printed, where the target has such mutes."""
    if not (stage.has("hard_mute") and stage.has("moderators")):
        return
    ears, admin = Ears(room), stage.actor("admin", permission_level=2)
    target = room["returned"].identity.user_id
    # Nothing else hangs on it: where it does not work nobody hears of it.
    admin.call("hard_mute", user_id=target, duration=_SHORT_S, reason="conformance")
    _all_is_heard(room, other)
    ears.note_times("hard_muted", "MUTE-EVENT", at=room.actors, user_id=target)
