"""Chapter end to end: what rotates the chat key, and that nobody has it but those to whom it was handed."""

import json

import pytest

from conformance.client.actor import Actor
from conformance.dialect import read
from conformance.envelope import ChatKey, Envelope, EnvelopeError, unwrap_key
from conformance.expect import Expect
from conformance.ledger import Trace
from conformance.relation import within
from conformance.room import Room
from conformance.scenarios.marks import requirement
from conformance.stage import Stage
from conformance.strategies.bundles import Bundle

# --- joins ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("visibility", ["public", "private"])
@requirement("JOIN-ROTATES")
def test_new_user_where_the_history_is_hidden(stage: Stage, expect: Expect, visibility: str) -> None:
    """Where the history is hidden, a new user's join raises the epoch.

    A chat that only its owner has joined; three users who never joined it before come one after the other.
    Expect a higher epoch at each join, and that one who was there before sends at it once the key was handed out.
    """
    stage.needs("hidden_history")
    room = _room_for_newcomers(stage, visibility, visible=False)
    stage.room("owner", "third")  # new is who never joined this chat, whatever other ones

    for name in ("first", "second", "third"):
        before = room.epoch
        _newcomer(stage, room, name)
        expect.that(
            room.epoch > before, "JOIN-ROTATES", title=f"the join of the {name} new user raises the epoch",
            expected=f"above {before}", observed=room.epoch, by=within(room.epoch, least=before + 1),
        )  # fmt: skip
        room.distribute()
        after = room.send(room.owner, room.bundle())
        expect.accepted(after, "JOIN-ROTATES", title="a bundle of the new epoch is accepted")
    _observed(stage, room)


@pytest.mark.parametrize("visibility", ["public", "private"])
@requirement("JOIN-ROTATES")
def test_new_user_where_the_history_is_visible(stage: Stage, expect: Expect, visibility: str) -> None:
    """Where the history is visible, a new user's join leaves the epoch as it is.

    A chat that only its owner has joined; three users who never joined it before come one after the other.
    Expect the same epoch at each join, and that one who was there before goes on sending at it.
    """
    stage.needs("hidden_history")
    room = _room_for_newcomers(stage, visibility, visible=True)

    for name in ("first", "second", "third"):
        before, bundle = room.epoch, room.bundle()
        _newcomer(stage, room, name)
        expect.equal(room.epoch, before, "JOIN-ROTATES", title=f"the join of the {name} new user leaves the epoch")
        room.share(room[name])
        after = room.send(room.owner, bundle)
        expect.accepted(after, "JOIN-ROTATES", title="a bundle of the epoch from before the join is accepted")
    _observed(stage, room)


def _room_for_newcomers(stage: Stage, visibility: str, *, visible: bool) -> Room:
    if visibility == "private":
        stage.needs("private_chats")
        return stage.room("owner", visibility="private", history_visible=visible)
    return stage.room("owner", history_visible=visible)


def _newcomer(stage: Stage, room: Room, name: str) -> None:
    """A user joins who never did; to be a member of a private chat is not yet to have joined it."""
    newcomer = stage.actor(name)
    if room.chat.visibility == "private":
        stage.lease.give_membership(room.chat, newcomer.identity)
    room.enter(newcomer, hand_out=False)


def _observed(stage: Stage, room: Room) -> None:
    """What other joins do to the epoch is printed, not graded."""
    first, epoch = room["first"], room.epoch
    room.admit(first)
    epoch = _note(room, "a join of one who is there", epoch)
    room.admit(stage.session_of(first, "first's second session"))
    epoch = _note(room, "the join of another session", epoch)
    room.leave(room["second"])
    room.follow()
    epoch = _note(room, "leaving", epoch)
    room.admit(room["second"])
    _note(room, "the join of one who was there before", epoch)


def _note(room: Room, what: str, before: int) -> int:
    title = f"{what}, history {'visible' if room.chat.history_visible else 'hidden'}"
    room.expect.note("JOIN-ROTATES", title, "another epoch" if room.epoch != before else "the same epoch")
    return room.epoch


# --- sessions -------------------------------------------------------------------------------------------------------


@requirement("KEY-SESSION")
def test_key_counts_for_its_session(stage: Stage, expect: Expect) -> None:
    """The chat key counts for the session that it was handed to, and for no other one of the same user.

    A member who has the key opens a second session, which joins and is not given it; later it is the other way round.
    Expect 403 for the session without the key, 200 for the one that has it, and 200 for both once both have it.
    """
    room = stage.room("owner", "sender")
    sender, second = room["sender"], stage.session_of(room["sender"], "sender's second session")
    room.enter(second, hand_out=False)
    room.distribute(without=second)
    _one_has_the_key(expect, room, sender, second)

    # The other way round
    if any(stage.has(feature) for feature in ("clear", "kick", "hidden_history")):
        stage.rotate(room, without=sender)
        _one_has_the_key(expect, room, second, sender)


def _one_has_the_key(expect: Expect, room: Room, having: Actor, lacking: Actor) -> None:
    room.accepted_before(having)
    bundle = room.bundle()
    refused = room.send(lacking, bundle)
    expect.refused(refused, "KEY-SESSION", title=f"another session of the same user is refused: {lacking.name}")

    # The cause removed, and the first one keeps what it has
    room.share(lacking)
    after = room.send(lacking, bundle)
    expect.accepted(after, "KEY-SESSION", title=f"given the key as well, it is accepted: {lacking.name}")
    still = room.send(having, room.bundle())
    expect.accepted(still, "KEY-SESSION", title=f"the first session still has it: {having.name}")


# --- the way of a message -------------------------------------------------------------------------------------------


@requirement("E2EE-ROUNDTRIP")
def test_one_who_was_handed_the_key_reads_along(stage: Stage, expect: Expect) -> None:
    """Who was handed the key opens what is said, live and in the history, and nobody else was handed it.

    The owner shares the key with one session of a reader alone. In the chat are its other session and a member.
    Expect the blob unchanged at that session and nowhere else, and the plaintext from the event and from the history.
    """
    room = stage.room("owner", "reader", "member", without_key=("reader", "member"))
    reader, other = room["reader"], stage.session_of(room["reader"], "reader's other session")
    room.enter(other, hand_out=False)
    room.share(room.owner)
    blob = room.share(reader)
    key = _handed(expect, room, reader, blob)

    # Live and in the history
    bundle = room.bundle()
    answer = room.send(room.owner, bundle)
    expect.answered(answer, "the send that is to be opened")
    _opens(expect, bundle, key, room.hear_bundle(reader, answer, bundle), "the broadcast")
    if room.history_there:
        entries = [one for one in room.history(reader) if one.id == room.id_of(answer)]
        _opens(expect, bundle, key, entries[0] if entries else None, "the history entry")
    else:
        expect.note("E2EE-ROUNDTRIP", "the target has no history", "shown by the broadcast alone")

    # And nobody else
    room.barrier(answer)
    for actor in (room.owner, other, room["member"]):
        _was_not_handed(expect, room, actor, blob)


def _handed(expect: Expect, room: Room, reader: Actor, blob: str) -> ChatKey | None:
    """The blob arrives as it was sent, and opens to the chat key with what came with it: checks."""
    fields = reader.link.profile.dialect.event["key_shared"].fields
    heard = reader.wait_for("key_shared", {"chat_id": room.chat.chat_id, "epoch": room.epoch})
    payload = heard.payload if heard else None
    expect.that(
        heard is not None, "E2EE-ROUNDTRIP", title="the key arrives at the session it is for",
        expected=f"{room.called('key_shared')} of the current epoch",
        observed="it" if heard else "no such event in time",
    )  # fmt: skip
    same = read(payload, fields["blob"]) == blob
    expect.that(
        same, "E2EE-ROUNDTRIP", title="the blob is unchanged", expected="the blob that was sent",
        observed="the blob that was sent" if same else "another one",
    )  # fmt: skip
    try:
        key = unwrap_key(blob, sender_public=str(read(payload, fields["from_public_key"])), recipient=reader.pair)
    except EnvelopeError:
        key = None
    expect.that(
        key == room.key, "E2EE-ROUNDTRIP", title="the blob opens with the public key that came with it",
        expected="the chat key", observed="the chat key" if key == room.key else "something else",
    )  # fmt: skip
    return key


def _opens(expect: Expect, bundle: Bundle, key: ChatKey | None, trace: Trace | None, what: str) -> None:
    try:
        opened = Envelope(bundle.epoch, (trace and trace.ct) or "").open(key) if key else b""
    except EnvelopeError:
        opened = b""
    same = opened == bundle.plaintext
    expect.that(
        same, "E2EE-ROUNDTRIP", title=f"{what} opens with the key that was handed over", expected="the plaintext",
        observed="the plaintext" if same else "nothing or something else" if trace else "it did not come",
    )  # fmt: skip


def _was_not_handed(expect: Expect, room: Room, actor: Actor, blob: str) -> None:
    """Nothing that ``actor`` was sent by whatever way has the blob in it: a check."""
    told = {
        "an event": actor.inbox.wait_for(lambda event: blob in json.dumps(event.payload, default=repr), 0) is not None,
        "its join": blob in json.dumps(actor.emit("join", chat_id=room.chat.chat_id).payload, default=repr),
    }
    shown = " and ".join(what for what, leaks in told.items() if leaks)
    expect.that(
        not shown, "E2EE-ROUNDTRIP", title=f"the blob for another session does not reach {actor.name}",
        expected="nowhere", observed=shown or "nowhere",
    )  # fmt: skip
