"""Chapter kick: what a kick takes away and for how long, that it moves the epoch on, and that nobody kicks oneself."""

import contextlib
from typing import Literal

import pytest

from conformance.client.actor import Actor
from conformance.dialect import read
from conformance.ears import Ears
from conformance.errors import Blocked
from conformance.expect import Expect
from conformance.relation import heard as by_hearing
from conformance.relation import within
from conformance.room import Room
from conformance.scenarios.marks import CLIENT_ERRORS, requirement
from conformance.stage import Stage

_BY_REST, _BY_SOCKET, _WITH_BAN = "by REST", "over the socket", "over the socket, with a ban"


@requirement("KICK-OK")
def test_kick_by_rest(stage: Stage, expect: Expect) -> None:
    """The plain case: the owner kicks a member, which may not send any more.

    Expect 200 and `ok`, and 4xx for the send of who was kicked.
    """
    stage.needs("kick")
    room = stage.room("owner", "kicked")
    kicked = room["kicked"]
    room.accepted_before(kicked)

    # The one cause
    _kick(stage, expect, room, kicked, _BY_REST)
    room.follow()
    refused = room.send(kicked, room.bundle())
    expect.refused(refused, "KICK-OK", status=CLIENT_ERRORS, title="the send of who was kicked is refused")


@pytest.mark.parametrize("way", [_BY_REST, _BY_SOCKET])
@requirement("KICK-OK")
def test_kicked_user(stage: Stage, expect: Expect, way: str) -> None:
    """Who is kicked is told, hears nothing more, and may not send until it is back and has the new key.

    A user with two sessions is in two chats; the owner of both kicks it out of one, by REST or over the socket.
    Expect ok, the event at both sessions, no later message there, 4xx until they are back with a key, then 200.
    """
    stage.needs("kick")
    room, other = stage.room("owner", "kicked", "observer"), stage.room("owner", "kicked")
    kicked, second = room["kicked"], stage.session_of(room["kicked"], "kicked's second session")
    for one in (room, other):
        one.admit(second)
        one.accepted_before(kicked)
    room.accepted_before(second)
    bundle, before, ears = room.bundle(), room.epoch, Ears(room)

    # The one cause
    _kick(stage, expect, room, kicked, way)
    ears.reaches("kicked", "KICK-OK", at=[kicked.name, second.name], chat_id=room.chat.chat_id)
    room.follow()
    with contextlib.suppress(Blocked):
        # Whether the key is taken for one who is not there is not judged: it is still outside.
        room.share(kicked)
    for actor in (kicked, second):
        refused = room.send(actor, room.renewed(bundle))
        expect.refused(
            refused, "KICK-OK", status=CLIENT_ERRORS, title=f"the send of who was kicked is refused: {actor.name}"
        )
    _unheard(room, other, ears, [kicked, second])

    # Back, but without the new key
    expect.reached(room.epoch > before, "the kick did not raise the epoch, so there is no new key")
    _let_in(expect, room, second)
    room.distribute(without=second)
    keyless = room.send(second, room.bundle())
    expect.refused(keyless, "KICK-OK", status=CLIENT_ERRORS, title="back without the new key, the send is refused")

    # With the new key
    room.share(second)
    _let_in(expect, room, kicked)
    room.share(kicked)
    for actor in (kicked, second):
        after = room.send(actor, room.bundle())
        expect.accepted(after, "KICK-OK", title=f"back and given the new key, the send is accepted: {actor.name}")


@pytest.mark.parametrize("visibility", ["public", "private"])
@requirement("KICK-ROTATES")
def test_every_kick_moves_the_epoch_on(stage: Stage, expect: Expect, visibility: Literal["public", "private"]) -> None:
    """Every kick raises the epoch, whoever is kicked and by whatever way.

    Kicked are: one without the key, a member, the same one once more when it is back, and one who is banned with it.
    Expect a higher epoch after each kick, and a bundle of it to be accepted.
    """
    stage.needs("kick")
    if visibility == "private":
        stage.needs("private_chats")
    names = ("owner", "observer", "member", "keyless", "banned")
    room = stage.room(*names, visibility=visibility, without_key=("keyless",))

    for name, way in (("keyless", _BY_REST), ("member", _BY_REST), ("member", _BY_SOCKET), ("banned", _WITH_BAN)):
        before = room.epoch
        _kick_to_get_on(room, room[name], way)
        room.follow()
        expect.that(
            room.epoch > before, "KICK-ROTATES", title=f"a kick raises the epoch: {name}, {way}",
            expected=f"above {before}", observed=room.epoch, by=within(room.epoch, least=before + 1),
        )  # fmt: skip
        after = room.send(room["observer"], room.bundle())
        expect.accepted(after, "KICK-ROTATES", title="a bundle of the new epoch is accepted")
        if way == _BY_REST and name == "member":
            if visibility == "private":
                # Whether a kick ends membership no page says.
                stage.lease.give_membership(room.chat, room[name].identity)
            room.admit(room[name])


@requirement("KICK-SELF")
def test_nobody_kicks_oneself(stage: Stage, expect: Expect) -> None:
    """To kick oneself is refused, and changes nothing.

    The owner kicks a guest, which works, and then itself: by REST and over the socket, from either of its sessions.
    A member does so too, and an admin who does not own the chat.
    Expect a 4xx, or an acknowledgement that is not ok; all hear and send as before, at the same epoch.
    """
    stage.needs("kick")
    room = stage.room("owner", "member", "guest")
    themselves = [room.owner, stage.session_of(room.owner, "owner's second session"), room["member"]]
    if stage.has("moderators"):
        themselves.append(stage.actor("admin", permission_level=2))
    for actor in (themselves[1], *themselves[3:]):
        room.admit(actor)

    # The legal step: somebody else
    room.kick(room["guest"])
    for actor in themselves:
        room.accepted_before(actor)
    ears = Ears(room)

    # Oneself
    for actor in themselves:
        for way in (_BY_REST, _BY_SOCKET, _WITH_BAN):
            _refused_to_itself(expect, room, actor, way)

    # Nothing happened
    event = room.called("message_new")
    for actor in themselves:
        bundle = room.bundle()
        after = room.send(actor, bundle)
        expect.accepted(after, "KICK-SELF", title=f"it sends as before, at the same epoch: {actor.name}")
        for hearer in themselves:
            heard = room.hear_bundle(hearer, after, bundle)
            expect.that(
                heard is not None, "KICK-SELF", title=f"it hears as before: {hearer.name}", expected=event,
                observed=event if heard else "no such event in time", by=by_hearing(event, hearer.name, heard),
            )  # fmt: skip
    ears.does_not_reach("kicked", "KICK-SELF", at=[one.name for one in themselves], chat_id=room.chat.chat_id)


# --- steps --------------------------------------------------------------------------------------------------------


def _kick(stage: Stage, expect: Expect, room: Room, kicked: Actor, way: str) -> None:
    """The owner kicks, and is told that it worked: a check."""
    ids = {"chat_id": room.chat.chat_id, "user_id": kicked.identity.user_id}
    if way == _BY_REST:
        answer = room.owner.call("kick", **ids)
        expect.accepted(answer, "KICK-OK", title="the owner's kick is answered")
        ok = read(answer.json, stage.link.profile.dialect.rest["kick"].answer["ok"])
        expect.that(ok is True, "KICK-OK", title="the answer says ok", expected=True, observed=ok)
    else:
        said = room.owner.emit("kick", **ids, ban=False)
        expect.that(said.ok, "KICK-OK", title="the owner's kick is acknowledged", expected="ok", observed=said.shown())
    _out(room, kicked)


def _kick_to_get_on(room: Room, kicked: Actor, way: str) -> None:
    """The owner kicks by one of the ways, which has to work."""
    ids = {"chat_id": room.chat.chat_id, "user_id": kicked.identity.user_id}
    if way == _BY_REST:
        room.expect.answered(room.owner.call("kick", **ids), f"the kick of {kicked.name}")
    else:
        room.owner.must_emit("kick", **ids, ban=way == _WITH_BAN)
    _out(room, kicked)


def _refused_to_itself(expect: Expect, room: Room, actor: Actor, way: str) -> None:
    """``actor`` kicks itself by one of the ways, and is refused: a check."""
    ids = {"chat_id": room.chat.chat_id, "user_id": actor.identity.user_id}
    title = f"to kick oneself is refused: {actor.name}, {way}"
    if way == _BY_REST:
        expect.refused(actor.call("kick", **ids), "KICK-SELF", status=CLIENT_ERRORS, title=title)
    else:
        said = actor.emit("kick", **ids, ban=way == _WITH_BAN)
        expect.that(not said.ok, "KICK-SELF", title=title, expected="not ok", observed=said.shown())


def _out(room: Room, kicked: Actor) -> None:
    """All sessions of whom was kicked are outside."""
    for actor in room.actors.values():
        if actor.identity.user_id == kicked.identity.user_id:
            room.gone(actor)


def _unheard(room: Room, other: Room, ears: Ears, kicked: list[Actor]) -> None:
    """A later message does not reach those who were kicked, shown behind a barrier in the other chat: a check."""
    answer, _ = room.say(room["observer"])
    room.expect.answered(answer, "the send that the kicked must not hear")
    # A target may drop the socket of whom it kicks.
    other.let_back_in(*kicked)
    other.barrier()
    names, chat_id = [one.name for one in kicked], room.chat.chat_id
    ears.does_not_reach("message_new", "KICK-OK", at=names, chat_id=chat_id, id=room.id_of(answer))


def _let_in(expect: Expect, room: Room, kicked: Actor) -> None:
    """Who was kicked joins again, which a kick does not forbid: a check."""
    said = kicked.emit("join", chat_id=room.chat.chat_id)
    expect.that(
        said.ok, "KICK-OK", title=f"who was kicked may join again: {kicked.name}", expected="ok", observed=said.shown()
    )
    room.enter(kicked, hand_out=False)
    room.distribute(without=kicked)
