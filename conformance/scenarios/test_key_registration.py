"""Chapter key registration: what is taken for a public key, and who learns of it."""

import base64
import secrets

from conformance.client.actor import Actor
from conformance.dialect import read
from conformance.ears import Ears
from conformance.envelope import KeyPair
from conformance.expect import Expect
from conformance.room import Room
from conformance.scenarios.marks import requirement
from conformance.scenarios.okay import key_status
from conformance.stage import Stage

_INVALID = (400, 422)
_BYTES = 32


@requirement("KEY-REGISTER")
def test_new_replaced_and_unchanged(stage: Stage) -> None:
    """A key that is new or replaces another is registered; the same one again is unchanged.

    A session of a user registers a key; another one a first key, another one, the first one again, each of them twice.
    Expect `registered` at the first time and `unchanged` at the second, for each session by itself.
    """
    stage.needs("keys")
    user = stage.actor("user", registered=False)
    _registered(stage, user, user.pair.public_base64, "registered", "a user's first key is registered")
    session = stage.session_of(user, "user's fresh session", registered=False)
    first, another = KeyPair.generate().public_base64, KeyPair.generate().public_base64

    for what, key in (("a first key", first), ("another key", another), ("the first key once more", first)):
        for status in ("registered", "unchanged"):
            _registered(stage, session, key, status, f"{what} is {status}")

    # The other session has had its own key all the time
    _registered(stage, user, user.pair.public_base64, "unchanged", "another session's key is what it was")


@requirement("KEY-32-BYTES")
def test_what_is_no_key(stage: Stage, expect: Expect) -> None:
    """What is not the base64 of exactly 32 bytes is no public key.

    A member of a chat registers some of other lengths, some that are no base64, and some that are no text.
    Expect 400 or 422 for each, nobody told of any, and the key from before in the list of members.
    """
    stage.needs("keys")
    stage.actor("owner")
    member = stage.actor("member")
    member.pair = KeyPair.generate()
    answer = member.call("register_key", public_key=member.pair.public_base64)
    expect.answered(answer, "registering a key of 32 bytes in the place of another")
    room = stage.room("owner", "member")
    ears = Ears(room)

    for name, value in _no_keys():
        answer = member.call("register_key", **value)
        title = f"what is no key of 32 bytes is refused: {name}"
        expect.refused(answer, "KEY-32-BYTES", status=_INVALID, title=title)

    # Nothing of it was kept or told
    keys = _keys_of_members(room)
    expect.that(
        member.pair.public_base64 in keys, "KEY-32-BYTES", title="the key from before is still the member's",
        expected="it in the list of members", observed=f"{len(keys)} others" if keys else "no keys",
    )  # fmt: skip
    room.barrier()
    ears.does_not_reach("key_added", "KEY-32-BYTES", at=["owner"], chat_id=room.chat.chat_id)


@requirement("KEY-EVENT")
def test_new_keys_are_told(stage: Stage, expect: Expect) -> None:
    """Every chat that the session has joined is told of its new key, and of none that is unchanged.

    A member with two sessions is in two chats, with observers in each. One session registers a key, then another one
    three times in a row, then a last one.
    Expect the event of each key in both chats, and the repeated one told no more often than the one before it.
    """
    stage.needs("keys")
    rooms = [stage.room("owner", "member", "observer"), stage.room("owner", "member", "witness")]
    member = rooms[0]["member"]
    rooms[0].admit(stage.session_of(member, "member's second session"))

    ears = [Ears(room) for room in rooms]
    once, repeated, last = (KeyPair.generate().public_base64 for _ in range(3))

    for key, times in ((once, 0), (repeated, 2), (last, 0)):
        _register(stage, expect, member, key, "registered")
        for _ in range(times):
            _register(stage, expect, member, key, "unchanged")
        for ear, room in zip(ears, rooms, strict=True):
            _told(ear, room, member, key)

    # The last one was heard, so all that was told of those before is complete
    for ear, room in zip(ears, rooms, strict=True):
        for name in sorted(room.inside - {member.name}):
            usual, seen = (len(ear.heard(name, "key_added", public_key=key)) for key in (once, repeated))
            expect.that(
                seen <= usual, "KEY-EVENT", title=f"what is unchanged is not told: {name}",
                expected=f"as many events as for a key that was registered once: {usual}", observed=seen,
            )  # fmt: skip
        own = len(ear.heard(member.name, "key_added"))
        expect.note("KEY-EVENT", "times that the session itself was told of three new keys", own)


# --- steps --------------------------------------------------------------------------------------------------------


def _registered(stage: Stage, actor: Actor, key: str, status: str, title: str) -> None:
    """The registration is answered with that status: a check."""
    expect = stage.expect
    answer = actor.call("register_key", public_key=key)
    expect.accepted(answer, "KEY-REGISTER", title=f"{title}: answered")
    expect.equal(key_status(stage, answer), status, "KEY-REGISTER", title=title, exchange=answer.exchange)


def _register(stage: Stage, expect: Expect, actor: Actor, key: str, status: str) -> None:
    """The registration has to be answered with that status to get any further."""
    answer = actor.call("register_key", public_key=key)
    expect.answered(answer, "registering a public key")
    expect.reached(key_status(stage, answer) == status, f"registering a public key was not answered {status}")


def _keys_of_members(room: Room) -> list[object]:
    """The public keys of those who have joined, as the owner is told them."""
    dialect = room.owner.link.profile.dialect
    members = read(room.owner.must_emit("join", chat_id=room.chat.chat_id), dialect.emit["join"].ack["members"])
    entries = members if isinstance(members, list) else []
    return [read(entry, dialect.record["member"]["public_key"]) for entry in entries]


def _told(ears: Ears, room: Room, member: Actor, key: str) -> None:
    """Everybody else in the chat is told of the key; whether its own socket is as well is left open."""
    where = {"user_id": member.identity.user_id, "session_id": member.identity.session_id, "public_key": key}
    others = room.inside - {member.name}
    ears.reaches("key_added", "KEY-EVENT", at=others, title="a new key is told", chat_id=room.chat.chat_id, **where)


def _no_keys() -> list[tuple[str, dict[str, object]]]:
    """Name and body of each; only of standard base64 and of its absence: other spellings are not judged."""
    right = KeyPair.generate().public_base64
    lengths = [(f"{length} bytes", _encoded(length)) for length in (0, 1, 16, _BYTES - 1, _BYTES + 1, 64, 4096)]
    texts = [
        ("32 bytes in hexadecimal", secrets.token_hex(_BYTES)),
        ("32 characters", secrets.token_hex(_BYTES // 2)),
        ("44 characters outside of base64", "!" * 44),
        ("a character outside of base64", f"{right[:20]}#{right[20:]}"),
        ("a right key and more", right + right),
        ("a word", "key"),
    ]
    values: list[tuple[str, object]] = [
        ("null", None),
        ("a number", 32),
        ("a boolean", True),
        ("an array", [right]),
        ("an object", {"key": right}),
    ]
    return [("absent", {}), *((name, {"public_key": value}) for name, value in (*lengths, *texts, *values))]


def _encoded(length: int) -> str:
    return base64.b64encode(secrets.token_bytes(length)).decode()
