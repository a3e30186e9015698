"""Chapter rights: who may do what. What is tried are the cells of the role matrix: `portal-conformance roles`."""

from conformance.client.answers import Answer
from conformance.dialect import read
from conformance.ears import Ears
from conformance.expect import Expect
from conformance.roles.records import Answer as Expected
from conformance.roles.records import type_of_chat
from conformance.scenarios.cast import STAFF, Cast, in_each_chat
from conformance.scenarios.marks import requirement
from conformance.stage import Stage

_MAY, _MAY_NOT, _OBSERVED = Expected.MAY, Expected.MAY_NOT, Expected.OBSERVED


@requirement("DEL-RIGHTS")
@in_each_chat("DEL-RIGHTS")
def test_who_may_not_delete_anothers_message(stage: Stage, expect: Expect, chat: type_of_chat) -> None:
    """Another's message may be deleted by no plain member, whatever else it is; in a private chat by no moderator.

    Each tries it with the id, and a member once more among ids of its own; the owner's deletions before and after work.
    Expect a 4xx for the id alone, the message still there each time, and no word of its deletion.
    """
    stage.needs("deletion")
    cast = Cast(stage, "DEL-RIGHTS", chat, _MAY_NOT, _OBSERVED)
    room, member = cast.room, cast.room["member"]
    expect.reached(cast.deleted(room.owner, cast.says(room["target"])) == 1, "the owner's deletion did not count 1")
    ears, said = Ears(room), cast.leaves(room["target"])
    sent_id = room.id_of(said)

    for attempt in cast.attempts(_MAY_NOT):
        cast.is_refused(attempt, ids=[sent_id])
        cast.stays(said, attempt.title)

    # Among own ones: no page says whether those go then, but another's does not
    own = [room.id_of(cast.says(member)) for _ in range(2)]
    mixed = member.call("delete", chat_id=room.chat.chat_id, ids=[own[0], sent_id, own[1]])
    expect.note("DEL-RIGHTS", "the answer where another's id is among own ones", mixed.status)
    room.barrier()
    _was_told_of_no_deletion(ears, cast, said)
    cast.stays(said, "plain member may not delete another's message among own ones", last=True)

    # Who may deletes the same: the owner
    if room.history_there:
        expect.reached(cast.deleted(room.owner, said) == 1, "the owner's deletion did not count 1")
    for attempt in cast.attempts(_OBSERVED):
        answer = cast.does(attempt, ids=[room.id_of(cast.says(attempt.actor))])
        expect.note("DEL-RIGHTS", attempt.title, answer.status)


def _was_told_of_no_deletion(ears: Ears, cast: Cast, said: Answer) -> None:
    room, sent_id = cast.room, cast.room.id_of(said)
    ids = room.owner.link.profile.dialect.event["bulk_deleted"].fields["ids"]
    for name in sorted(room.inside):
        told = [read(event.payload, ids) for event in ears.heard(name, "bulk_deleted", chat_id=room.chat.chat_id)]
        room.expect.that(
            not any(sent_id in one for one in told if isinstance(one, list)), "DEL-RIGHTS",
            title=f"nobody is told that the message was deleted: {name}", expected=f"no {sent_id}", observed=told,
        )  # fmt: skip


@requirement("CLEAR-RIGHTS")
@in_each_chat("CLEAR-RIGHTS")
def test_who_may_clear_anothers_chat(stage: Stage, expect: Expect, chat: type_of_chat) -> None:
    """Another's chat may be cleared by no plain member, whatever else it is, nor by a moderator; an admin may.

    The owner clears the chat; somebody sends; then each of the others tries to clear it, the admin last.
    Expect a 4xx, the message still there, no rotation and no word of it, but for the admin 200 and the message gone.
    """
    stage.needs("clear")
    cast = Cast(stage, "CLEAR-RIGHTS", chat, _MAY_NOT, _MAY)
    room = cast.room
    before, ears = cast.leaves(room["target"]), Ears(room)
    room.clear()
    expect.reached(not cast.is_there(before), "the owner's clear left a message there")
    for name in room.inside:
        ears.wait(name, "cleared", chat_id=room.chat.chat_id)
    ears, said, attempts = Ears(room), cast.leaves(room["target"]), list(cast.attempts(_MAY_NOT))

    for attempt in attempts:
        cast.is_refused(attempt)
        cast.stays(said, attempt.title)
    room.barrier()
    _was_told_of_no_clear(ears, cast, len(attempts))

    for attempt in cast.attempts(_MAY):
        expect.accepted(cast.does(attempt), "CLEAR-RIGHTS", title=attempt.title)
        gone = not cast.is_there(said)
        expect.that(
            gone, "CLEAR-RIGHTS", title=f"{attempt.title}; the message is gone",
            expected="no such message", observed="no such message" if gone else "the message",
        )  # fmt: skip


def _was_told_of_no_clear(ears: Ears, cast: Cast, refused: int) -> None:
    # The owner's clear may be told of more than once, and late: only as many as were refused are of those.
    for name in sorted(cast.room.inside):
        told = len(ears.heard(name, "cleared", chat_id=cast.room.chat.chat_id))
        cast.room.expect.that(
            told < refused, "CLEAR-RIGHTS", title=f"nobody is told of a clear that was refused: {name}",
            expected="no such event", observed=f"{told} after {refused} refusals",
        )  # fmt: skip


@requirement("KICK-RIGHTS")
@in_each_chat("KICK-RIGHTS")
def test_who_may_not_kick(stage: Stage, expect: Expect, chat: type_of_chat) -> None:
    """No plain member may kick, muted or not, by whichever session.

    Each tries a plain user and a moderator, by REST, and one over the socket; then the owner kicks the plain user.
    Expect a 4xx, a target that sends and hears as before, no rotation, and no word of a kick.
    """
    stage.needs("kick")
    cast = Cast(stage, "KICK-RIGHTS", chat, _MAY_NOT)
    room, target, ears = cast.room, cast.room["target"], Ears(cast.room)
    attempts = list(cast.attempts(_MAY_NOT))

    for attempt in attempts:
        cast.is_refused(attempt)
    for ban in (False, True):
        cast.is_refused_over_the_socket(attempts[0], ban=ban)
    room.barrier()
    cast.was_not_told(ears, "kicked")

    # Who may kicks the same: the owner. And that gives nobody else the right
    room.kick(target)
    expect.reached(not room.send(target, room.bundle()).ok, "the owner's kick had no effect")
    cast.takes_back(target)
    cast.is_refused(attempts[0])


@requirement("MUTE-RIGHTS")
@in_each_chat("MUTE-RIGHTS")
def test_who_may_not_mute(stage: Stage, expect: Expect, chat: type_of_chat) -> None:
    """No plain member may mute, muted or not, by whichever session; in a private chat nor may a moderator.

    The owner has muted somebody. Each tries a plain user and a moderator; then the owner mutes the plain user.
    Expect a 4xx, a target that sends as before, and no word of a mute.
    """
    cast = Cast(stage, "MUTE-RIGHTS", chat, _MAY_NOT)
    room, target, ears = cast.room, cast.room["target"], Ears(cast.room)

    for attempt in cast.attempts(_MAY_NOT):
        cast.is_refused(attempt)
    room.barrier()
    cast.was_not_told(ears, "muted")

    # Who may mutes the same: the owner
    room.mute(target, 0)
    expect.reached(not room.send(target, room.bundle()).ok, "the owner's mute had no effect")


@requirement("RIGHTS-HIERARCHY")
def test_whose_level_is_at_or_above_the_own(stage: Stage, expect: Expect) -> None:
    """In a public chat of another, no moderator or admin may act on whose level is at or above the own one.

    A moderator tries another one, an admin and a platform owner; an admin the latter two: to kick, to mute, to ban.
    Expect a 4xx, a target that sends and hears as before, no rotation, and no word of a measure.
    """
    stage.needs("moderators")
    cast = Cast(stage, "RIGHTS-HIERARCHY", "public", _MAY_NOT, staff=STAFF)
    room, target, ears = cast.room, cast.room["target"], Ears(cast.room)

    for attempt in cast.attempts(_MAY_NOT):
        cast.is_refused(attempt)
        if attempt.verb == "kick":
            cast.is_refused_over_the_socket(attempt)
    room.barrier()
    for what in ("kicked", "muted", "banned"):
        cast.was_not_told(ears, what)

    # Who may mutes somebody: the owner, a plain user
    room.mute(target, 0)
    expect.reached(not room.send(target, room.bundle()).ok, "the owner's mute had no effect")


@requirement("RIGHTS-HIERARCHY")
@in_each_chat("RIGHTS-HIERARCHY")
def test_owner_may_act_on_plain_users(stage: Stage, expect: Expect, chat: type_of_chat) -> None:
    """The chat's owner, itself of level 0, may act on plain users in its own chat.

    It kicks, mutes and bans a plain user, who comes back each time; what it is answered about an admin is printed.
    Expect 200.
    """
    stage.needs("moderators")
    cast = Cast(stage, "RIGHTS-HIERARCHY", chat, _MAY, _OBSERVED, staff=("admin",))

    for attempt in cast.attempts(_MAY):
        expect.accepted(cast.does(attempt), "RIGHTS-HIERARCHY", title=attempt.title)
        cast.comes_back(attempt)

    cast.room.unsure_of(cast.room["another admin"])
    for attempt in cast.attempts(_OBSERVED):
        expect.note("RIGHTS-HIERARCHY", attempt.title, cast.does(attempt).status)
