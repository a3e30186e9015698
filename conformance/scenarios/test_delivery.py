"""Chapter delivery: who hears an accepted message, and what of it."""

from conformance.envelope import Envelope, EnvelopeError
from conformance.expect import Expect
from conformance.relation import heard as by_hearing
from conformance.room import Room
from conformance.scenarios.marks import requirement, thorough
from conformance.stage import Stage
from conformance.strategies.bundles import Bundle

_LONG_S = 600


@requirement("SEND-BROADCAST", "SEND-BROADCAST-ID", "SEND-BROADCAST-CT", "SEND-BROADCAST-VERBATIM")
def test_everyone_inside_hears_it(stage: Stage, expect: Expect) -> None:
    """Every joined client, the sender too, hears an accepted message once, with its id and its ciphertext.

    Three members and a second session of one of them are joined; one sends.
    Expect one event at each, the answer's id in it, and a ciphertext that opens to what was sent.
    """
    room = stage.room("owner", "sender", "observer")
    room.admit(stage.session_of(room["observer"], "observer's second session"))
    bundle = room.bundle()

    answer = room.send(room["sender"], bundle)
    expect.answered(answer, "the send that is to be heard")
    sent_id, event = room.must_have_id(answer), room.called("message_new")

    for name in sorted(room.inside):
        heard = room.hear_bundle(room[name], answer, bundle)
        expect.that(
            heard is not None, "SEND-BROADCAST", title=f"an accepted message reaches {name}",
            expected=event, observed=event if heard else "no such event in time", by=by_hearing(event, name, heard),
        )  # fmt: skip
        assert heard is not None
        expect.equal(
            heard.id,
            sent_id,
            "SEND-BROADCAST-ID",
            title=f"the event's id is the answer's, at {name}",
        )
        expect.equal(heard.ct, bundle.ct, "SEND-BROADCAST-CT", title=f"the ciphertext is unchanged, at {name}")
        _opens(room, bundle, heard.ct, expect)
        expect.note("SEND-BROADCAST-VERBATIM", f"content as it was sent, at {name}", heard.content == bundle.content)

    # Behind a barrier: once, and not once more
    room.barrier()
    for name in sorted(room.inside):
        times = len([one for one in room.heard(room[name]) if one.id == sent_id or one.ct == bundle.ct])
        expect.equal(
            times,
            1,
            "SEND-BROADCAST",
            title=f"an accepted message reaches {name} once",
            exchange=answer.exchange,
        )


def _opens(room: Room, bundle: Bundle, ct: str | None, expect: Expect) -> None:
    try:
        opened = Envelope(bundle.epoch, ct or "").open(room.key)
    except EnvelopeError:
        opened = b""
    same = opened == bundle.plaintext
    expect.that(
        same, "SEND-BROADCAST-CT", title="whoever has the key opens it", expected="the plaintext that was sent",
        observed="the plaintext that was sent" if same else "something else",
    )  # fmt: skip


@requirement("SEND-BROADCAST", "SEND-BROADCAST-CT")
def test_key_handed_over_opens_it(stage: Stage, expect: Expect) -> None:
    """A member opens a message with the key that it was handed over the wire.

    An observer receives the chat key as a blob, sealed for it, and then a message.
    Expect the message to open to what was sent.
    """
    room = stage.room("owner", "observer")
    key = room["observer"].receive_key(room.chat, room.epoch)
    bundle = room.bundle()

    answer = room.send(room.owner, bundle)
    expect.answered(answer, "the send that is to be opened")

    heard, event = room.hear_bundle(room["observer"], answer, bundle), room.called("message_new")
    expect.that(
        heard is not None, "SEND-BROADCAST", title="an accepted message reaches the observer",
        expected=event, observed=event if heard else "no such event in time", by=by_hearing(event, "observer", heard),
    )  # fmt: skip
    assert heard is not None
    expect.reached(key == room.key, "the key that the observer was handed is not the one that was shared")
    _opens(room, bundle, heard.ct, expect)


@requirement("SEND-BROADCAST-SCOPE")
def test_other_chats_and_leavers_hear_nothing(stage: Stage, expect: Expect) -> None:
    """Those who are in another chat only, and those who left, hear nothing.

    One client joined another chat and never this one, one is a second session of a member and did the same; one was
    in both and left this one.
    Expect no event of the message at either, shown behind a barrier in the other chat.
    """
    room = stage.room("owner", "sender", "leaver")
    other = stage.room("owner", "leaver", "stranger")
    other.admit(stage.session_of(room["sender"], "sender's second session"))
    room.leave(room["leaver"])

    _unheard(room, other, ["leaver", "stranger", "sender's second session"], expect)


@requirement("SEND-BROADCAST-SCOPE")
def test_banned_hear_nothing(stage: Stage, expect: Expect) -> None:
    """Who was banned hears nothing any more, though its sockets are still joined.

    A member with two sessions is banned from one chat for good, another one for a while; both stay in another chat.
    Expect no event of a later message at any of their sessions, shown behind a barrier in the other chat.
    """
    room = stage.room("owner", "sender", "banned", "banned for a while")
    other = stage.room("owner", "banned", "banned for a while")
    second = stage.session_of(room["banned"], "banned's second session")
    for chat in (room, other):
        chat.admit(second)
    room.ban(room["banned"])
    room.ban(room["banned for a while"], _LONG_S)
    outside = [room["banned"], second, room["banned for a while"]]
    other.let_back_in(*outside)

    _unheard(room, other, [actor.name for actor in outside], expect)


@thorough
@requirement("SEND-BROADCAST-SCOPE")
def test_kicked_hear_nothing(stage: Stage, expect: Expect) -> None:
    """Who was kicked hears nothing any more.

    A member is kicked out of one chat and stays in another.
    Expect no event of a later message at it, shown behind a barrier in the other chat.
    """
    stage.needs("kick")
    room = stage.room("owner", "sender", "kicked")
    other = stage.room("owner", "kicked")
    room.kick(room["kicked"])
    other.let_back_in(room["kicked"])

    _unheard(room, other, ["kicked"], expect)


def _unheard(room: Room, other: Room, names: list[str], expect: Expect) -> None:
    # Whether leaving or a ban rotates the epoch, no page says
    room.follow()
    answer, bundle = room.say(room["sender"])
    expect.answered(answer, "the send that some must not hear")

    room.barrier()
    other.barrier()
    event = room.called("message_new")
    for name in names:
        actor = room.actors.get(name) or other[name]
        by_ct = [one for one in room.heard_anywhere(actor) if one.ct == bundle.ct]
        by_id = [one for one in room.heard(actor) if one.id == room.id_of(answer)]
        expect.that(
            not by_ct and not by_id, "SEND-BROADCAST-SCOPE",
            title=f"a message does not reach one who is outside: {name}", expected=f"no {event} of it",
            observed=f"{len(by_ct or by_id)} of it" if by_ct or by_id else f"no {event} of it",
            exchange=answer.exchange,
        )  # fmt: skip
