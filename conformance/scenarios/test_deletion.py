"""Chapter deletion: what a deletion takes, what it leaves, what it counts, and who hears of it."""

from collections.abc import Iterable, Sequence

from conformance.client.actor import Actor
from conformance.client.answers import Answer
from conformance.dialect import read
from conformance.ears import Ears
from conformance.expect import Expect
from conformance.room import Room
from conformance.scenarios.marks import CLIENT_ERRORS, requirement
from conformance.stage import Stage

_OUT_OF_BOUNDS = (400, 422)
_MOST = 100


@requirement("DEL-COUNT")
def test_deletion_counts_what_was_there(stage: Stage, expect: Expect) -> None:
    """A deletion counts the messages that were there, takes them, and leaves all others.

    Four messages; the owner deletes two of them among ids that are not there: of no message, of another chat's.
    Expect a count of 2, then of 0 for the same ids; the rest is there, the other chat's message too.
    """
    stage.needs("deletion")
    room, other = stage.room("owner", "sender"), stage.room("owner", "sender")
    gone_1, kept_1, gone_2, kept_2 = _sent(room, [room.owner, room["sender"]] * 2)
    foreign = [one for one in _sent(other, [other["sender"]] * 8) if one not in _ids_in(room)][-1:]
    asked = [_beside(gone_1), gone_1, *foreign, _beside(gone_2), gone_2, _beside(kept_2)]

    for count in (2, 0):
        answer = _delete(room, "DEL-COUNT", asked)
        title = "of ids that are there and others, those that are there count" if count else "gone, they count no more"
        expect.equal(_deleted(room, answer), count, "DEL-COUNT", title=title, exchange=answer.exchange)

    _are_gone(room, "DEL-COUNT", gone=[gone_1, gone_2], kept=[kept_1, kept_2])
    _are_gone(other, "DEL-COUNT", kept=foreign)


@requirement("DEL-COUNT")
def test_an_id_given_twice_counts_once(stage: Stage, expect: Expect) -> None:
    """An id that is given twice in a request is of one message, so it counts once.

    The owner deletes two messages, the id of one of them three times; a target may refuse that, no page says.
    Expect a count of 2, or a refusal and then a count of 2 for each of them once.
    """
    stage.needs("deletion")
    room = stage.room("owner", "sender")
    one, another, kept = _sent(room, [room["sender"]] * 3)

    answer = room.owner.call("delete", chat_id=room.chat.chat_id, ids=[one, another, one, one])
    expect.note("DEL-COUNT", "the status where an id is given twice", answer.status)
    if answer.status in CLIENT_ERRORS:
        answer = _delete(room, "DEL-COUNT", [one, another])
    expect.accepted(answer, "DEL-COUNT", title="a deletion by ids is answered")
    expect.equal(_deleted(room, answer), 2, "DEL-COUNT", title="two messages count 2", exchange=answer.exchange)
    _are_gone(room, "DEL-COUNT", gone=[one, another], kept=[kept])


@requirement("DEL-BOUNDS")
def test_deletion_takes_1_to_100_ids(stage: Stage, expect: Expect) -> None:
    """A deletion of no ids or of 101 is refused, and one of 100 and of 1 accepted.

    Two messages; the ids of both are the first and the last of 101.
    Expect 400 or 422 and both messages there, then a count of 1 for 100 ids with one of them, and for one id alone.
    """
    stage.needs("deletion")
    room = stage.room("owner", "sender")
    first, last = _sent(room, [room.owner, room["sender"]])
    unknown = [_beside(first, number) for number in range(1, _MOST)]

    # The one cause: too few, too many
    for ids in ([], [first, *unknown, last]):
        answer = room.owner.call("delete", chat_id=room.chat.chat_id, ids=ids)
        expect.refused(answer, "DEL-BOUNDS", status=_OUT_OF_BOUNDS, title=f"a deletion of {len(ids)} ids is refused")
    _are_gone(room, "DEL-BOUNDS", kept=[first, last], look_only=True)

    # The cause removed
    for ids in ([first, *unknown], [last]):
        answer = _delete(room, "DEL-BOUNDS", ids)
        title = f"of {len(ids)} ids, that of the one message counts: it was there"
        expect.equal(_deleted(room, answer), 1, "DEL-BOUNDS", title=title, exchange=answer.exchange)


@requirement("DEL-EVENT")
def test_deletion_is_announced(stage: Stage, expect: Expect) -> None:
    """Every client in the chat hears which messages are gone, each time.

    Three members and a second session of one; the owner deletes two of three messages, then the third.
    Expect message:bulk_deleted with the ids of the deleted at each of them, both times.
    """
    stage.needs("deletion")
    room = stage.room("owner", "sender", "observer")
    room.admit(stage.session_of(room["observer"], "observer's second session"))
    one, two, three = _sent(room, [room["sender"], room["observer"], room["sender"]])

    for ids in ([one, three], [two]):
        ears = Ears(room)
        _delete(room, "DEL-EVENT", ids)
        for name in sorted(room.inside):
            told = ears.told_ids(name, ids)
            missing = [one for one in ids if one not in told]
            expect.that(
                not missing, "DEL-EVENT", title=f"{room.called('bulk_deleted')} names what is gone, at {name}",
                expected=", ".join(ids), observed=f"not told of {', '.join(missing)}" if missing else ", ".join(ids),
            )  # fmt: skip
        ears.note_times("bulk_deleted", "DEL-EVENT", chat_id=room.chat.chat_id)


@requirement("DEL-MINE")
def test_own_messages_are_deleted(stage: Stage, expect: Expect) -> None:
    """A member deletes all that it said in the chat, from whichever session, and nothing else.

    A member sends from two sessions, between messages of others, and sends in another chat too; it deletes its own.
    Expect its messages gone, those of the others there, and its message in the other chat there.
    """
    stage.needs("deletion")
    room, other = stage.room("owner", "sender", "observer"), stage.room("owner", "sender")
    sender = room["sender"]
    session = stage.session_of(sender, "sender's second session")
    room.admit(session)
    speakers = [sender, room.owner, session, room["observer"], sender]
    sent = _sent(room, speakers)
    [elsewhere] = _sent(other, [sender])

    answer = sender.call("delete_mine", chat_id=room.chat.chat_id)
    expect.accepted(answer, "DEL-MINE", title="deleting one's own messages is accepted")
    expect.note("DEL-MINE", "what was counted where three were the caller's", _deleted(room, answer, "delete_mine"))

    mine = [one for one, speaker in zip(sent, speakers, strict=True) if speaker in (sender, session)]
    _are_gone(room, "DEL-MINE", gone=mine, kept=[one for one in sent if one not in mine])
    _are_gone(other, "DEL-MINE", kept=[elsewhere])


@requirement("DEL-MINE")
def test_own_messages_of_the_chat_owner(stage: Stage, expect: Expect) -> None:
    """The chat's owner, who may delete anything, deletes with its own messages nobody else's.

    Owner and member send by turns; the owner deletes its own, and again when there are none.
    Expect the owner's messages gone and the member's there, both times.
    """
    stage.needs("deletion")
    room = stage.room("owner", "member")
    mine_1, theirs_1, mine_2, theirs_2 = _sent(room, [room.owner, room["member"]] * 2)

    for _ in range(2):
        answer = room.owner.call("delete_mine", chat_id=room.chat.chat_id)
        expect.accepted(answer, "DEL-MINE", title="deleting one's own messages is accepted")
    _are_gone(room, "DEL-MINE", gone=[mine_1, mine_2], kept=[theirs_1, theirs_2])


@requirement("DEL-LAST")
def test_newest_messages_are_deleted(stage: Stage) -> None:
    """Deleting the newest N takes the newest N, whoever sent them, and no more.

    Three members send by turns; the owner deletes the newest two, and later, of fresh ones, the newest one.
    Expect exactly those gone, and the message in another chat, which is newer than all, there.
    """
    stage.needs("deletion")
    room, other = stage.room("owner", "sender", "observer"), stage.room("owner", "sender")
    speakers = [room["sender"], room.owner, room["observer"]]

    # The server's own entries may count: nobody joins or leaves from here on
    kept = _sent(room, speakers)
    gone = _sent(room, speakers[:2])
    elsewhere = _sent(other, [other["sender"]])
    _delete_last(room, 2)
    kept += _sent(room, speakers[1:])
    newest = _sent(room, speakers[2:])
    _delete_last(room, 1)

    _are_gone(room, "DEL-LAST", gone=[*gone, *newest], kept=kept)
    _are_gone(other, "DEL-LAST", kept=elsewhere)


@requirement("DEL-LAST")
def test_newest_1_to_100(stage: Stage, expect: Expect) -> None:
    """Deleting the newest 0, 101 or -1 is refused, and the newest 100 accepted where there are fewer.

    Two messages; the owner asks for what is out of bounds first.
    Expect a 4xx and both messages there, then 200 for 100 and none of them there.
    """
    stage.needs("deletion")
    room = stage.room("owner", "sender")
    sent = _sent(room, [room.owner, room["sender"]])

    for count in (0, _MOST + 1, -1):
        answer = room.owner.call("delete_last", chat_id=room.chat.chat_id, count=count)
        title = f"deleting the newest {count} is refused"
        expect.refused(answer, "DEL-LAST", status=CLIENT_ERRORS, title=title)
    _are_gone(room, "DEL-LAST", kept=sent, look_only=True)

    _delete_last(room, _MOST)
    _are_gone(room, "DEL-LAST", gone=sent)


# --- the verbs --------------------------------------------------------------------------------------------------------


def _sent(room: Room, speakers: Iterable[Actor]) -> list[str]:
    """One message of each, in this order; their ids."""
    answers = [room.send(actor, room.bundle()) for actor in speakers]
    for answer in answers:
        room.expect.answered(answer, "the send of what may be deleted")
    return [room.id_of(answer) or "" for answer in answers]


def _beside(sent_id: str, by: int = 1) -> str:
    """An id that nobody has, in all but its last number like another; a chat may count its ids from 1 on."""
    first, _, second = sent_id.rpartition("-")
    return f"{first}-{int(second) + 1000 + by if second.isdecimal() else by}"


def _ids_in(room: Room) -> set[str]:
    """Every id of the chat as far as it shows."""
    here = {one.id for one in room.ledger.accepted}
    if room.history_there:
        pointers = room.owner.link.profile.dialect
        answer = room.owner.call("history", chat_id=room.chat.chat_id)
        entries = read(answer.json, pointers.rest["history"].answer["entries"])
        for entry in entries if isinstance(entries, list) else ():
            here.add(str(read(entry, pointers.record["entry"]["id"])))
    return here


def _delete(room: Room, clause: str, ids: Sequence[str]) -> Answer:
    answer = room.owner.call("delete", chat_id=room.chat.chat_id, ids=list(ids))
    room.expect.accepted(answer, clause, title=f"the owner's deletion of {len(ids)} ids is answered")
    return answer


def _delete_last(room: Room, count: int) -> None:
    answer = room.owner.call("delete_last", chat_id=room.chat.chat_id, count=count)
    room.expect.accepted(answer, "DEL-LAST", title=f"deleting the newest {count} is accepted")
    room.expect.note(
        "DEL-LAST", f"what was counted where {count} were asked for", _deleted(room, answer, "delete_last")
    )


def _deleted(room: Room, answer: Answer, what: str = "delete") -> object:
    return read(answer.json, room.owner.link.profile.dialect.rest[what].answer["deleted"])


def _are_gone(
    room: Room, clause: str, *, gone: Sequence[str] = (), kept: Sequence[str] = (), look_only: bool = False
) -> None:
    """Of the messages, some are gone and some still there: by the history, or else by what a deletion counts.

    ``look_only``: where there is no history nothing is said, since asking would delete them.
    """
    if not room.history_there and look_only:
        room.expect.note(clause, "the target has no history", "what is left is shown by a later deletion")
        return
    there = {one.id for one in room.history()} if room.history_there else _countable(room, clause, [*gone, *kept])
    left, lost = [one for one in gone if one in there], [one for one in kept if one not in there]
    for title, wrong in (("what was deleted is gone", left), ("what was not deleted is there", lost)):
        room.expect.that(
            not wrong, clause, title=f"{title}, as the history shows" if room.history_there else title,
            expected="none amiss", observed=", ".join(wrong) or "none amiss",
        )  # fmt: skip


def _countable(room: Room, clause: str, ids: Sequence[str]) -> set[str]:
    """Those of the ids that a deletion counts; afterwards they are gone."""
    return {one for one in ids if _deleted(room, _delete(room, clause, [one])) == 1}
