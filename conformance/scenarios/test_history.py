"""Chapter history: that what was accepted can be read back, in which form, and by whom."""

import re
from typing import Any

from conformance.client.actor import Actor, same_id
from conformance.client.answers import Answer
from conformance.dialect import MISSING, read
from conformance.envelope import ciphertext_of
from conformance.expect import Expect
from conformance.iso8601 import is_moment
from conformance.room import Room
from conformance.scenarios.marks import CLIENT_ERRORS, requirement
from conformance.schemas import faults
from conformance.stage import Stage
from conformance.strategies.bundles import Bundle, named_valid_bundles

_FORMS = ("longest", "smallest", "order-ct-epoch-v", "indented")
_FIELDS = ("chat_id", "chat_name", "id", "sender", "content", "type", "permission_level", "epoch", "timestamp")
_HEXADECIMAL = re.compile(r"(?:0x)?([0-9A-Fa-f]{16})")

Entry = dict[str, Any]


@requirement("HIST-CONTAINS")
def test_accepted_messages_are_in_the_history(stage: Stage) -> None:
    """What was accepted is in the history at once, whoever sent it, in whatever valid form, and whoever reads it.

    Two members send bundles of several forms; the history is read by the owner, a sender and an observer, each time
    after one more message.
    Expect every message, with the id of its answer, its ciphertext unchanged, and the type `user`.
    """
    stage.needs("history")
    room = stage.room("owner", "sender", "observer")
    sent = [_sent(room, room["sender"], bundle) for bundle in _of_several_forms(room)]

    for reader in (room.owner, room["sender"], room["observer"]):
        sent.append(_sent(room, reader, room.bundle()))
        _contains(room, reader, sent)


@requirement("HIST-CONTAINS")
def test_earlier_epochs_stay_in_the_history(stage: Stage) -> None:
    """A message stays in the history when its epoch is over and its sender is gone.

    A member sends and is kicked, or leaves where the target has no kick; another one sends afterwards.
    Expect both messages, with their ids and ciphertexts.
    """
    stage.needs("history")
    room = stage.room("owner", "sender", "observer")
    sent = [_sent(room, room["sender"], room.bundle())]

    if stage.has("kick"):
        room.kick(room["sender"])
    else:
        room.leave(room["sender"])
        room.follow()
    sent.append(_sent(room, room["observer"], room.bundle()))

    _contains(room, room["observer"], sent)


def _of_several_forms(room: Room) -> list[Bundle]:
    named = dict(named_valid_bundles(room.key, room.epoch))
    return [named[name] for name in _FORMS if name in named]


def _sent(room: Room, actor: Actor, bundle: Bundle) -> tuple[str, Bundle]:
    answer = room.send(actor, bundle)
    room.barrier(answer)
    return room.id_of(answer) or "", bundle


def _contains(room: Room, reader: Actor, sent: list[tuple[str, Bundle]]) -> None:
    expect, pointers = room.expect, reader.link.profile.dialect.record["entry"]
    answer, entries = _read_by(room, reader)
    by_id = {str(read(entry, pointers["id"])): entry for entry in entries}
    for sent_id, bundle in sent:
        entry = by_id.get(sent_id)
        expect.that(
            entry is not None, "HIST-CONTAINS", title=f"an accepted message is in the history, read by {reader.name}",
            expected=f"an entry {sent_id}", observed=", ".join(by_id) or "no entry", exchange=answer.exchange,
        )  # fmt: skip
        content, kind = (read(entry, pointers[name]) for name in ("content", "type"))
        title = f"{sent_id}, read by {reader.name}"
        expect.equal(
            ciphertext_of(content), bundle.ct, "HIST-CONTAINS",
            title=f"its ciphertext is unchanged: {title}", exchange=answer.exchange,
        )  # fmt: skip
        expect.equal(kind, "user", "HIST-CONTAINS", title=f"its type is user: {title}", exchange=answer.exchange)


def _read_by(room: Room, reader: Actor) -> tuple[Answer, list[Any]]:
    """The history as ``reader`` gets it: an answer of 200 with an array of entries."""
    answer = reader.call("history", chat_id=room.chat.chat_id)
    room.expect.accepted(answer, "HIST-CONTAINS", title=f"reading the history is answered, for {reader.name}")
    entries = read(answer.json, reader.link.profile.dialect.rest["history"].answer["entries"])
    room.expect.that(
        isinstance(entries, list), "HIST-CONTAINS", title="the history is an array", expected="an array",
        observed=entries, exchange=answer.exchange,
    )  # fmt: skip
    return answer, entries


# --- what an entry says -----------------------------------------------------------------------------------------------


@requirement("HIST-FIELDS", "HIST-SYSTEM", "HIST-EPOCH-FORM")
def test_entries_have_their_fields(stage: Stage, expect: Expect) -> None:
    """Each entry of the history has every field, in its documented form, and says who spoke, or that nobody did.

    Four members send; then there is what a server may note: one of them leaves, another is kicked.
    Expect all fields in each entry, those of the messages as they were sent, no sender and no level in the server's own
    notes, and both in all others.
    """
    stage.needs("history")
    room = stage.room("owner", "sender", "leaver", "kicked")
    said = [(actor, _sent(room, actor, room.bundle())) for actor in room.actors.values()]
    room.leave(room["leaver"])
    if stage.has("kick"):
        room.kick(room["kicked"])
    room.follow()
    said.append((room["sender"], _sent(room, room["sender"], room.bundle())))

    answer = room.owner.call("history", chat_id=room.chat.chat_id)
    expect.answered(answer, "reading the history")
    entries = read(answer.json, stage.link.profile.dialect.rest["history"].answer["entries"])
    expect.reached(isinstance(entries, list) and bool(entries), "the history is no array with something in it")

    normal = [_normal(room, entry) for entry in entries]
    for entry in normal:
        _has_its_fields(room, entry, answer)
        _says_who_spoke(expect, entry, answer)
    for actor, (sent_id, bundle) in said:
        its = [one for one in normal if one.get("id") == sent_id]
        expect.reached(bool(its), f"the message {sent_id} is not in the history")
        _is_the_messages(expect, its[0], actor, bundle, answer)
    expect.note("HIST-SYSTEM", "system entries", len([one for one in normal if one.get("type") == "system"]))


def _normal(room: Room, entry: object) -> Entry:
    """The entry under the names of the contract, whatever this target calls them."""
    pointers = room.owner.link.profile.dialect.record["entry"]
    fields = {name: read(entry, pointers[name]) for name in (*_FIELDS, "sender_id")}
    return {name: value for name, value in fields.items() if value is not MISSING}


def _has_its_fields(room: Room, entry: Entry, answer: Answer) -> None:
    wrong = [*faults("history-fields", entry)]
    if isinstance(entry.get("timestamp"), str) and not is_moment(entry["timestamp"]):
        wrong.append(f"timestamp: expected ISO 8601, got {entry['timestamp'][:40]!r}")
    if "chat_id" in entry and not same_id(entry["chat_id"], room.chat.chat_id):
        wrong.append(f"chat_id: expected {room.chat.chat_id!r}, got {entry['chat_id']!r}")
    room.expect.that(
        not wrong, "HIST-FIELDS", title=f"the fields of the entry {entry.get('id')}", expected="all, in their forms",
        observed="; ".join(wrong) or "all, in their forms", exchange=answer.exchange, soft=True,
    )  # fmt: skip


def _says_who_spoke(expect: Expect, entry: Entry, answer: Answer) -> None:
    if entry.get("type") not in ("user", "system"):
        return  # which is another clause
    for name in ("sender", "permission_level"):
        if name in entry:
            system = entry["type"] == "system"
            expect.that(
                (entry[name] is None) == system, "HIST-SYSTEM", title=f"{name} of the {entry['type']} entry",
                expected="null" if system else "not null", observed=entry[name], exchange=answer.exchange, soft=True,
            )  # fmt: skip


def _is_the_messages(expect: Expect, entry: Entry, actor: Actor, bundle: Bundle, answer: Answer) -> None:
    """What the entry of a message says is the message's own."""
    form, epochs = _epochs(entry.get("epoch"))
    expect.note("HIST-EPOCH-FORM", "the form of epoch in the history", form)
    expect.that(
        not epochs or bundle.epoch in epochs, "HIST-FIELDS", title=f"the epoch of {entry['id']} is its message's",
        expected=bundle.epoch, observed=entry.get("epoch"), exchange=answer.exchange, soft=True,
    )  # fmt: skip
    if entry.get("sender") is not None:
        sender = entry.get("sender_id", MISSING)
        expect.that(
            sender is MISSING or same_id(sender, actor.identity.user_id), "HIST-FIELDS",
            title=f"the sender of {entry['id']} is who sent it", expected=actor.identity.user_id, observed=sender,
            exchange=answer.exchange, soft=True,
        )  # fmt: skip


def _epochs(value: object) -> tuple[str, set[int]]:
    """In which form an epoch is, and which it may be: no page says which of eight bytes comes first."""
    if isinstance(value, int):
        return "an integer", {value}
    found = _HEXADECIMAL.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return "neither an integer nor eight bytes in hexadecimal", set()
    raw = bytes.fromhex(found[1])
    return "eight bytes in hexadecimal", {int.from_bytes(raw, "big"), int.from_bytes(raw, "little")}


# --- who may read it --------------------------------------------------------------------------------------------------


@requirement("HIST-PRIVATE")
def test_outsiders_do_not_read_private_chats(stage: Stage) -> None:
    """The history of a private chat is refused to who is not in it, also to a member of another private chat.

    A member sends and reads it back; the outsider asks to join, which may be granted, and reads.
    Expect a 4xx with nothing of the message, and 200 once the outsider is a member and has joined.
    """
    stage.needs("history")
    stage.needs("private_chats")
    for name in ("owner", "stranger"):
        stage.actor(name, premium=True)
    room = stage.room("owner", "member", visibility="private")
    elsewhere = stage.room("stranger", "outsider", visibility="private")
    outsider = elsewhere["outsider"]
    _, sent = _sent(room, room["member"], room.bundle())
    _readable(room, room["member"], "HIST-PRIVATE")

    # The one cause: it is no member
    _unreadable(room, outsider, sent)
    room.knock(outsider)
    _unreadable(room, outsider, sent)

    # The cause removed
    stage.lease.give_membership(room.chat, outsider.identity)
    room.admit(outsider)
    _readable(room, outsider, "HIST-PRIVATE")


@requirement("HIST-PRIVATE")
def test_former_members_do_not_read_private_chats(stage: Stage) -> None:
    """Who lost its membership cannot read the history of a private chat, though it has joined and has the key.

    A member sends and reads it back; then its membership is taken, while it is joined.
    Expect a 4xx with nothing of the message, and 200 once it is a member again and has joined.
    """
    stage.needs("history")
    stage.needs("private_chats")
    room = stage.room("owner", "member", "former", visibility="private")
    former = room["former"]
    _, sent = _sent(room, former, room.bundle())
    _readable(room, former, "HIST-PRIVATE")

    # The one cause: it is no member any more
    stage.lease.take_membership(room.chat, former.identity)
    room.unsure_of(former)
    _unreadable(room, former, sent)
    _readable(room, room["member"], "HIST-PRIVATE")

    # The cause removed
    stage.lease.give_membership(room.chat, former.identity)
    room.admit(former)
    _readable(room, former, "HIST-PRIVATE")


def _readable(room: Room, reader: Actor, clause: str) -> None:
    answer = reader.call("history", chat_id=room.chat.chat_id)
    room.expect.accepted(answer, clause, title=f"a member reads the history of a private chat: {reader.name}")


def _unreadable(room: Room, reader: Actor, sent: Bundle) -> None:
    answer = reader.call("history", chat_id=room.chat.chat_id)
    title = f"the history of a private chat is refused to {reader.name}"
    room.expect.refused(answer, "HIST-PRIVATE", status=CLIENT_ERRORS, title=title)
    leaked = sent.ct in answer.said
    room.expect.that(
        not leaked, "HIST-PRIVATE", title="the refusal shows nothing of the history", expected="nothing of it",
        observed="the message" if leaked else "nothing of it", exchange=answer.exchange,
    )  # fmt: skip
