"""Chapter end to end: the epoch of a chat through all that happens in it."""

from collections.abc import Callable, Iterator

from conformance.client.actor import Actor
from conformance.client.answers import Answer
from conformance.ears import Ears
from conformance.envelope import KeyPair
from conformance.expect import Expect
from conformance.relation import within
from conformance.room import Room
from conformance.scenarios.marks import requirement
from conformance.stage import Stage

Step = Callable[[], object]
_NOBODY: frozenset[str] = frozenset()


@requirement("EPOCH-MONOTONE")
def test_epoch_through_everything(stage: Stage, expect: Expect) -> None:
    """Whatever happens in a chat, its epoch never falls, and never changes without word to those who are in it.

    Messages, refused ones too, measures, deletions, keys, joins and lost sockets, and a chat that empties and fills.
    Expect, after each, an epoch not below the one before, and the event of it at all who were there, if it is another.
    """
    names = ("owner", "one", "two", "three")
    room = stage.room(*names, history_visible=not stage.has("hidden_history"))

    for title, step, away in _steps(stage, room):
        before, ears = room.epoch, Ears(room)
        there = room.inside - away
        step()
        epoch = room.owner.join(room.chat)
        expect.that(
            epoch >= before, "EPOCH-MONOTONE", title=f"the epoch does not fall: {title}", expected=f"from {before} on",
            observed=epoch, by=within(epoch, least=before),
        )  # fmt: skip
        if epoch != before:
            where = {"chat_id": room.chat.chat_id, "epoch": epoch}
            said = f"who is there is told of the epoch: {title}"
            ears.reaches("epoch_changed", "EPOCH-MONOTONE", at=there & room.inside, title=said, **where)
        room.follow()
        after = room.send(room.owner, room.bundle())
        expect.accepted(after, "EPOCH-MONOTONE", title=f"the epoch that a join tells is the one that holds: {title}")


def _steps(stage: Stage, room: Room) -> Iterator[tuple[str, Step, frozenset[str]]]:
    """What happens, one thing after the other, and who is not there all the while."""
    for title, step in _measures(stage, room):
        yield title, step, _NOBODY
    three = room["three"]
    yield "a lost socket that comes back", lambda: _lost(room, three), frozenset({three.name})
    yield "all who leave and the owner who returns", lambda: _emptied(room), frozenset(room.actors)


def _measures(stage: Stage, room: Room) -> Iterator[tuple[str, Step]]:
    """What the target does not have is left out."""
    one, two, three = (room[name] for name in ("one", "two", "three"))
    yield "a message", lambda: _worked(room.send(one, room.bundle()), room)
    yield "a message of a future epoch", lambda: room.send(one, room.bundle(epoch=room.epoch + 7))
    yield "a message that is muted", lambda: (room.mute(one, 0), room.send(one, room.bundle()))
    yield "an unmute", lambda: room.unmute(one)
    yield "another public key", lambda: _worked(one.call("register_key", public_key=_fresh_key(one)), room)
    yield from _deletions(stage, room, one)
    if stage.has("kick"):
        yield "a kick", lambda: _kick(room, three)
        yield "the return of who was kicked", lambda: room.admit(three)
    if stage.has("clear"):
        yield "a clear", lambda: _worked(room.owner.call("clear", chat_id=room.chat.chat_id), room)
        yield "another clear", lambda: _worked(room.owner.call("clear", chat_id=room.chat.chat_id), room)
    yield "a ban", lambda: room.ban(two)
    yield "an unban", lambda: _unban(room, two)
    yield "a new user", lambda: room.admit(stage.actor("newcomer"))
    yield "another session", lambda: room.admit(stage.session_of(one, "one's second session"))
    yield "a leave", lambda: room.leave(three)
    yield "a return", lambda: room.admit(three)


def _deletions(stage: Stage, room: Room, sender: Actor) -> Iterator[tuple[str, Step]]:
    if stage.has("deletion"):
        answer = room.send(sender, room.bundle())
        yield "a deletion", lambda: room.owner.call("delete", chat_id=room.chat.chat_id, ids=[room.id_of(answer)])


def _worked(answer: Answer, room: Room) -> None:
    room.expect.answered(answer, "a step of the story")


def _fresh_key(actor: Actor) -> str:
    actor.pair = KeyPair.generate()
    return actor.pair.public_base64


def _kick(room: Room, kicked: Actor) -> None:
    _worked(room.owner.call("kick", chat_id=room.chat.chat_id, user_id=kicked.identity.user_id), room)
    room.gone(kicked)


def _unban(room: Room, banned: Actor) -> None:
    room.unban(banned)
    room.admit(banned)


def _lost(room: Room, lost: Actor) -> None:
    lost.drop()
    room.unsure_of(lost)
    room.admit(lost)


def _emptied(room: Room) -> None:
    for name in sorted(room.inside, key=lambda name: name == room.owner.name):
        room.leave(room[name])
    room.admit(room.owner)
