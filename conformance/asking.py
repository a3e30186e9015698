"""The documented calls about a chat, each ready to be made: by whatever session, and with whatever is wrong in it."""

import random
import secrets as randomness
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance.client.actor import Actor
from conformance.client.answers import Answer
from conformance.envelope import KeyPair
from conformance.room import Room

# The calls that a target may lack, each with the feature by which a profile says so.
_FEATURES = {
    "history": "history",
    "delete": "deletion",
    "delete_last": "deletion",
    "delete_mine": "deletion",
    "clear": "clear",
    "kick": "kick",
    "hard_mute": "hard_mute",
}
_MEASURES = ("mute", "unmute", "ban", "unban", "kick", "hard_mute")
_CALLS = ("send", "history", *_MEASURES, "delete", "delete_last", "delete_mine", "clear", "register_key")


@dataclass(frozen=True, slots=True)
class Ask:
    """One call, spelled out; ``what`` is what the dialect calls it."""

    what: str
    method: str
    path: str
    body: bytes
    content_type: str | None

    def by(self, actor: Actor, *, cookies: str | None = None) -> Answer:
        """Make the call with the session of ``actor``, or with other ``cookies`` in its place."""
        return actor.request(self.method, self.path, self.body, self.content_type, cookies=cookies)


def asks(room: Room, about: Actor, *, ids: Sequence[object] = ("1-0",), chat_id: object = None) -> Iterator[Ask]:
    """Every documented call that the target has, all of them right in themselves.

    ``about`` is whom the measures are about; they are lifted from who is called muted or banned in the room, where
    somebody is. ``ids`` are those to delete. A ``chat_id`` takes the place of the room's own.
    """
    for what in _CALLS:
        if _FEATURES.get(what) not in room.owner.link.profile.absent:
            yield ask(room, what, about, ids=ids, chat_id=chat_id)


def some(room: Room, *names: str) -> Iterator[Ask]:
    """Those of the named calls that the target has."""
    return (one for one in asks(room, room.owner) if one.what in names)


def ask(
    room: Room,
    what: str,
    about: Actor,
    *,
    ids: Sequence[object] = ("1-0",),
    chat_id: object = None,
    **other: object,
) -> Ask:
    """The call of that name alone; ``other`` values take the place of the right ones."""
    lifted = {"unmute": "muted", "unban": "banned"}
    target = room.actors.get(lifted.get(what, ""), about)
    values: dict[str, object] = {
        "chat_id": room.chat.chat_id if chat_id is None else chat_id,
        "user_id": target.identity.user_id,
        "duration": 60,
        "reason": "conformance",
        "ids": list(ids),
        "count": max(1, len(ids)),
        "public_key": KeyPair.generate().public_base64,
    }
    method, path, body, content_type = room.owner.spelled(what, **{**values, **other})
    if what == "send":
        body, content_type = room.bundle().request_body(), "application/json"
    return Ask(what, method, path, body, content_type)


def unknown_chat(actor: Actor) -> object:
    """A chat id of the right form that no chat has."""
    if actor.link.profile.target.chat_id == "hex32":
        return randomness.token_hex(16)
    return 2_000_000_000 + randomness.randbelow(100_000_000)


def odd_chat_ids(chat_id: object) -> list[str]:
    """What is neither an integer nor 32 hexadecimal characters."""
    like_it = [f"{chat_id}abc", f"{chat_id}.5", f"{chat_id}'", f"{chat_id},{chat_id}", f"{chat_id}\0", f"{chat_id} 1"]
    return [
        "abc",
        "null",
        "undefined",
        "1.5",
        "1e400",
        "[]",
        "{}",
        "%",
        "'",
        "\0",
        "\u00e4\u3042",
        "z" * 3000,
        *like_it,
    ]


def unknown_cookie(actor: Actor) -> str:
    """A cookie like that of ``actor``, of the same length and characters, that nobody has."""
    cookie = actor.identity.cookie
    dice = random.Random(randomness.randbits(64))  # noqa: S311 - it need not be secret, only another one
    made = "".join(character if character in ".-_%" else dice.choice(string.ascii_letters) for character in cookie)
    return made if made != cookie else f"{made}x"
