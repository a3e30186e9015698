"""Chapter sending: what is accepted, and what the answer to it is."""

import base64
import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from conformance.bench import Bench
from conformance.dialect import read
from conformance.envelope import ChatKey
from conformance.expect import Expect
from conformance.late import late
from conformance.provision.base import type_of_chat
from conformance.room import Room
from conformance.run import Options
from conformance.scenarios.marks import STREAM_ID, requirement, thorough
from conformance.stage import Stage
from conformance.strategies.bundles import Bundle, everything_at_once, named_valid_bundles

_NAMES = [name for name, _ in named_valid_bundles(ChatKey.generate(), 1)]
_TELLING = 24
_TELLING_FORMS = frozenset(
    {"smallest", "longest", "ct-with-plus", "ct-with-slash", "ct-with-one-padding", "ct-with-two-paddings",
     "order-ct-epoch-v", "spaces-everywhere", "escaped-letters"}
)  # fmt: skip


@requirement("SEND-ACCEPT", "SEND-ID-SHAPE", "SEND-OPAQUE")
def test_valid_send(stage: Stage, expect: Expect) -> None:
    """A valid send is answered 200 with an id, and with nothing of the message.

    A joined, unmuted, unbanned sender who has the key sends a valid bundle at the current epoch.
    Expect 200, an id in stream form, and neither ciphertext nor plaintext in the answer.
    """
    room = stage.room("owner", "sender")
    bundle = room.bundle()

    answer = room.send(room["sender"], bundle)
    expect.accepted(answer, "SEND-ACCEPT")

    # The id is a string of the form digits, "-", digits
    sent_id = read(answer.json, stage.link.profile.dialect.rest["send"].answer["id"])
    well_formed = isinstance(sent_id, str) and STREAM_ID.fullmatch(sent_id) is not None
    expect.that(
        well_formed, "SEND-ID-SHAPE", title="the id has stream form", expected="a string such as 1700000000000-0",
        observed=sent_id, exchange=answer.exchange, soft=True,
    )  # fmt: skip

    # Whoever reads the answer learns nothing of the message
    said = " ".join([answer.said, *answer.headers.values()])
    shown = [what for what, text in _forms(bundle, room.marker.encode()) if _any_of_it(text, said)]
    expect.that(
        not shown, "SEND-OPAQUE", title="the answer shows nothing of the message", expected="none of it",
        observed=", ".join(shown) or "none of it", exchange=answer.exchange, soft=True,
    )  # fmt: skip


def _forms(bundle: Bundle, marker: bytes) -> Iterator[tuple[str, str]]:
    # The plaintext begins with the marker, which is found nowhere else; what follows may be in an answer by right.
    for what, raw in (("the ciphertext", base64.b64decode(bundle.ct)), ("the plaintext", marker)):
        whole = raw[: len(raw) // 3 * 3]
        yield f"{what} in base64", base64.b64encode(whole).decode()
        yield f"{what} in url-safe base64", base64.urlsafe_b64encode(whole).decode()
        yield f"{what} in hexadecimal", raw.hex()
    yield "the plaintext", marker.decode()


def _any_of_it(text: str, said: str) -> bool:
    """Whether any part of ``text`` occurs in ``said`` that is too long to be there by chance."""
    return any(text[start : start + _TELLING] in said for start in range(max(1, len(text) - _TELLING + 1)))


@thorough
@requirement("SEND-ACCEPT", "SEND-BROADCAST-CT")
def test_everything_at_once(stage: Stage, expect: Expect) -> None:
    """A bundle that is unusual in every way is accepted, and its ciphertext arrives unchanged.

    The smallest bundle, its members in reverse, all whitespace of JSON everywhere, escapes, base64 with every mark.
    Expect 200, and the same ciphertext in the event. Which of it a target minds, the other cases tell.
    """
    room = stage.room("owner", "sender")
    _accepted_unchanged(room, expect, "everything at once", everything_at_once(room.key, room.epoch))


@requirement("SEND-ACCEPT", "SEND-BROADCAST-CT")
@pytest.mark.parametrize("name", [pytest.param(one, marks=() if one in _TELLING_FORMS else thorough) for one in _NAMES])
def test_every_valid_form(bench: Bench, expect: Expect, name: str) -> None:
    """A bundle that is unusual but valid is accepted, and its ciphertext arrives unchanged.

    Base64 of every padding, members in any order, JSON whitespace, escapes, the smallest and the longest.
    Expect 200, and the same ciphertext in the event.
    """
    room = bench.room
    _accepted_unchanged(room, expect, name, dict(named_valid_bundles(room.key, room.epoch))[name])


def _accepted_unchanged(room: Room, expect: Expect, name: str, bundle: Bundle) -> None:
    answer = room.send(room["sender"], bundle)
    expect.accepted(answer, "SEND-ACCEPT", title=f"a valid bundle is accepted: {name} ({bundle.describe()})")

    heard = room.hear_bundle(room.owner, answer, bundle)
    expect.reached(heard is not None, f"the event of an accepted message did not arrive: {name}")
    assert heard is not None
    expect.equal(heard.ct, bundle.ct, "SEND-BROADCAST-CT", title=f"its ciphertext arrives: {name}")


@thorough
@requirement("SEND-ACCEPT")
def test_generated_valid_forms(bench: Bench, expect: Expect, options: Options) -> None:
    """Any valid bundle is accepted.

    Generated: sizes up to the longest, orders, whitespace and escapes in any combination.
    Expect 200 for each.
    """
    room, drawing = bench.room, late("conformance.strategies.drawing")

    def judge(bundle: Bundle) -> None:
        answer = room.send(room["sender"], bundle)
        expect.accepted(answer, "SEND-ACCEPT", title=f"a valid bundle is accepted ({bundle.describe()})")

    late("conformance.exploring").explore(drawing.bundles_at(room.key, room.epoch), judge, options=options)


@thorough
@requirement("SEND-ACCEPT")
@pytest.mark.parametrize("visibility", ["public", "private"])
def test_everyone_inside_may_send(stage: Stage, expect: Expect, visibility: type_of_chat) -> None:
    """Owner and member may send, in a public chat and in a private one, and by each of their sessions.

    All are joined and have the key; the member has two sessions.
    Expect 200 for each of them.
    """
    if visibility == "private":
        stage.needs("private_chats")
    room = stage.room("owner", "member", visibility=visibility)
    room.admit(stage.session_of(room["member"], "member's second session"))

    for actor in room.actors.values():
        answer = room.send(actor, room.bundle())
        expect.accepted(answer, "SEND-ACCEPT", title=f"in a {visibility} chat a send is accepted: {actor.name}")


@thorough
@requirement("SEND-ID-UNIQUE")
def test_ids_are_not_given_again(stage: Stage, expect: Expect) -> None:
    """What was deleted or cleared does not free its id.

    A message is deleted by its id, and later the whole chat cleared, as far as the target has either.
    Expect ids that were not there before.
    """
    if not stage.has("clear"):
        stage.needs("deletion")
    room = stage.room("owner", "sender")
    ids = [_sent_id(room, expect)]

    if stage.has("deletion"):
        deleted = room.owner.call("delete", chat_id=room.chat.chat_id, ids=[ids[-1]])
        expect.answered(deleted, "deleting the newest message")
        ids.append(_sent_id(room, expect))
    if stage.has("clear"):
        room.clear()
        ids.append(_sent_id(room, expect))

    twice = sorted({one for one in ids if ids.count(one) > 1})
    expect.that(
        not twice, "SEND-ID-UNIQUE", title="ids are not given again after a deletion or a clear",
        expected="none given twice", observed=", ".join(twice) or "none given twice",
    )  # fmt: skip


def _sent_id(room: Room, expect: Expect) -> str:
    answer = room.send(room["sender"], room.bundle())
    expect.answered(answer, "a send whose id is compared")
    return room.must_have_id(answer)


@requirement("SEND-ID-UNIQUE", "SEND-ID-ORDER")
def test_ids_of_sequential_sends(stage: Stage, expect: Expect) -> None:
    """Ids are unique, and grow in the order in which sequential sends were answered.

    Two senders take turns, eight sends altogether.
    Expect eight ids, each above the one before, both numbers compared.
    """
    room = stage.room("owner", "sender")
    ids = []
    for turn in range(8):
        answer = room.send(room["sender"] if turn % 2 else room.owner, room.bundle())
        expect.answered(answer, "one of eight sequential sends")
        ids.append(room.must_have_id(answer))

    expect.that(
        len(set(ids)) == len(ids), "SEND-ID-UNIQUE",
        title="sequential sends have different ids", expected=f"{len(ids)} ids", observed=", ".join(ids),
    )  # fmt: skip
    expect.reached(
        all(STREAM_ID.fullmatch(one) for one in ids), f"ids that are not in stream form have no order: {ids}"
    )
    numbers = [tuple(int(part) for part in one.split("-")) for one in ids]
    growing = all(before < after for before, after in itertools.pairwise(numbers))
    expect.that(growing, "SEND-ID-ORDER", title="ids grow", expected="growing ids", observed=", ".join(ids), soft=True)


@requirement("SEND-ID-UNIQUE", "SEND-BROADCAST-ID")
def test_ids_of_concurrent_sends(stage: Stage, expect: Expect) -> None:
    """Ids are unique under concurrent senders, and each event carries its own.

    Four members send five messages each at the same time.
    Expect twenty different ids, and for each answer an event with the same id.
    """
    room = stage.room("owner", "one", "two", "three")
    work = [(actor, room.bundle()) for _ in range(5) for actor in room.actors.values()]

    hurried = stage.hurry(*room.actors.values(), number=5, room=room)
    with hurried, ThreadPoolExecutor(len(room.actors)) as pool:
        answers = list(pool.map(lambda one: room.send(*one), work))

    for answer in answers:
        expect.answered(answer, "one of twenty concurrent sends")
    ids = [room.must_have_id(answer) for answer in answers]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    expect.that(
        not twice, "SEND-ID-UNIQUE", title="concurrent sends have different ids", expected="none given twice",
        observed=", ".join(twice) or "none given twice",
    )  # fmt: skip
    for (_, bundle), answer in zip(work, answers, strict=True):
        heard = room.hear_bundle(room.owner, answer, bundle)
        if heard is not None:
            # What is not heard at all is told at the end, when the ledger is reconciled
            title = "under concurrent senders the event's id is the answer's"
            expect.equal(heard.id, room.id_of(answer), "SEND-BROADCAST-ID", title=title, exchange=answer.exchange)


@requirement("SEND-ID-DELETES")
def test_id_is_usable_for_deletion(stage: Stage, expect: Expect) -> None:
    """The id in the answer deletes the message, once.

    The chat's owner deletes a member's message by the id that the send was answered with, and deletes it again.
    Expect 200 with a count of 1, then of 0.
    """
    stage.needs("deletion")
    room = stage.room("owner", "sender")
    sent = room.send(room["sender"], room.bundle())
    expect.answered(sent, "the send of what is to be deleted")

    for count in (1, 0):
        answer = room.owner.call("delete", chat_id=room.chat.chat_id, ids=[room.must_have_id(sent)])
        expect.accepted(answer, "SEND-ID-DELETES", title="the deletion is answered")
        deleted = read(answer.json, stage.link.profile.dialect.rest["delete"].answer["deleted"])
        title = "deleting what is there counts 1" if count else "deleting it again counts 0"
        expect.equal(deleted, count, "SEND-ID-DELETES", title=title, exchange=answer.exchange)
