"""The documented calls, ready to be made; and what is a chat's or a session's only in its looks."""

from typing import Any, cast

import pytest

from conformance.asking import ask, asks, odd_chat_ids, some, unknown_chat, unknown_cookie
from conformance.client.actor import Actor, Link
from conformance.profile import parse
from conformance.provision.base import Chat, Identity
from conformance.room import Room

ALL = [
    *("send", "history", "mute", "unmute", "ban", "unban", "kick", "hard_mute"),
    *("delete", "delete_last", "delete_mine", "clear", "register_key"),
]


def made(**profile: Any) -> Room:
    """A room on a target with that profile, in which nobody is connected."""
    nothing: Any = None
    link = Link(nothing, parse(profile), nothing, nothing, nothing)
    owner, muted = (Actor(name, Identity(f"{name}-id", "s", name, "abc.DEF-123"), link) for name in ("owner", "muted"))
    room = Room(Chat(17, "Harbour", "public", 1, history_visible=True), owner, nothing, "marker", history_there=True)
    room.actors.update(owner=owner, muted=muted)
    return room


# Calls by which the suite gets its accounts and chats; no clause speaks of them.
_FOR_LENDING = {"create_chat", "destroy_chat", "invite", "resolve", "bot_code", "verify"}


def test_every_call_of_the_dialect_is_made() -> None:
    room = made()
    assert [one.what for one in asks(room, room.owner)] == ALL
    assert set(ALL) == set(room.owner.link.profile.dialect.rest) - _FOR_LENDING


@pytest.mark.parametrize(
    ("absent", "gone"),
    [
        ("history", {"history"}),
        ("deletion", {"delete", "delete_last", "delete_mine"}),
        ("kick", {"kick"}),
        ("keys", set[str]()),
    ],
)
def test_what_a_target_lacks_is_not_asked_for(absent: str, gone: set[str]) -> None:
    room = made(features={"absent": [absent]})
    assert [one.what for one in asks(room, room.owner)] == [one for one in ALL if one not in gone]


def test_a_call_is_spelled_out() -> None:
    room = made()
    mute = ask(room, "mute", room.owner)
    assert (mute.method, mute.path, mute.content_type) == ("POST", "/v1/portal/chats/17/mute", "application/json")
    assert mute.body == b'{"user_id": "owner-id", "duration": 60, "reason": "conformance"}'
    assert ask(room, "delete", room.owner, ids=["7-1", "7-2"]).body == b'{"ids": ["7-1", "7-2"]}'
    assert ask(room, "delete_last", room.owner, count=0).body == b'{"count": 0}'


def test_a_measure_is_lifted_from_who_is_under_it() -> None:
    room = made()
    assert ask(room, "unmute", room.owner).body == b'{"user_id": "muted-id"}'
    assert ask(room, "unban", room.owner).body == b'{"user_id": "owner-id"}'


def test_another_chat_id_is_escaped() -> None:
    room = made()
    [history] = some(room, "history")
    assert history.path == "/v1/portal/chats/17/history"
    assert ask(room, "history", room.owner, chat_id="a/\0").path == "/v1/portal/chats/a%2F%00/history"


@pytest.mark.parametrize("chat_id", [17, "0000000000000000000000000000001f"])
def test_odd_chat_ids_are_neither_integers_nor_32_digits(chat_id: object) -> None:
    for odd in odd_chat_ids(chat_id):
        assert not (odd.isascii() and odd.lstrip("+-").isdecimal())
        assert not (len(odd) == 32 and set(odd) <= set("0123456789abcdefABCDEF"))


def test_an_unknown_chat_has_an_id_of_the_form_of_the_target() -> None:
    assert 2_000_000_000 <= cast("int", unknown_chat(made().owner)) < 2**31
    assert len(str(unknown_chat(made(target={"chat_id": "hex32"}).owner))) == 32


def test_an_unknown_cookie_looks_like_a_known_one() -> None:
    cookie = unknown_cookie(made().owner)
    assert cookie != "abc.DEF-123"
    assert (cookie[3], cookie[7], len(cookie)) == (".", "-", 11)
