"""Joining, leaving, kicking, keys and epochs, over Socket.IO."""

import base64
from typing import Any

import pytest
import socketio

from .actors import Actor, Socket, World, eventually, public_key


def test_a_join_tells_epoch_and_members(world: World) -> None:
    alice, bob = world.user(), world.user()
    chat = world.chat()
    key = public_key()
    assert alice.post("/v1/portal/keys", {"public_key": key}).json() == {"status": "registered"}
    first = {"user_id": alice.user_id, "session_id": alice.session_id, "public_key": key}
    assert alice.join(chat) == {"ok": True, "chat_id": chat, "epoch": 1, "members": [first]}
    second = {"user_id": bob.user_id, "session_id": bob.session_id, "public_key": None}
    answer = bob.join(chat)
    assert sorted(answer["members"], key=lambda each: each["user_id"]) == [first, second]
    assert alice.socket.wait("room:members", members=answer["members"])["chat_id"] == chat
    assert alice.session_id != alice.secret


def test_joining_again_changes_nothing(world: World) -> None:
    alice = world.user()
    chat = world.chat(history_visible=False)
    assert alice.join(chat)["epoch"] == 1
    before = len(alice.socket.heard("room:members"))
    again = alice.join(chat)
    assert (again["epoch"], len(again["members"])) == (1, 1)
    assert len(alice.socket.heard("room:members")) == before
    assert alice.share(chat, alice)["ok"]
    sent = alice.sent(chat)
    alice.socket.wait("message:new", id=sent)
    assert len(alice.socket.heard("message:new")) == 1


def test_leaving_is_told_to_those_who_stay(world: World) -> None:
    alice, bob = world.user(), world.user()
    chat = world.chat()
    bob.post("/v1/portal/keys", {"public_key": public_key()})
    world.ready(chat, alice, bob)
    assert bob.leave(chat) == {"ok": True}
    gone = {"chat_id": chat, "user_id": bob.user_id, "session_id": bob.session_id}
    assert alice.socket.wait("portal:key_removed") == gone
    eventually(lambda: len(alice.socket.heard("room:members")[-1]["members"]) == 1)
    assert bob.leave(chat) == {"ok": False, "error": "ERR_NOT_JOINED"}
    assert bob.join(chat)["ok"]
    bob.sent(chat)


def test_with_its_last_socket_a_session_leaves(world: World) -> None:
    alice, bob = world.user(), world.user()
    chat = world.chat()
    world.ready(chat, alice, bob)
    second = bob.connect()
    bob.socket.close()
    bob.sent(chat)
    second.close()
    eventually(lambda: len(alice.socket.heard("room:members")[-1]["members"]) == 1)
    assert bob.send(chat).json()["code"] == "ERR_NOT_JOINED"
    third = bob.connect()
    assert bob.send(chat).json()["code"] == "ERR_NOT_JOINED"
    assert third.call("room:join", {"chat_id": chat})["ok"]
    bob.sent(chat)


def test_a_quick_reconnection_does_not_keep_the_session_in(world: World) -> None:
    alice = world.user()
    chat = world.chat()
    world.ready(chat, alice)
    for _ in range(5):
        alice.socket.close()
        alice._socket = alice.connect()
        eventually(lambda: alice.send(chat).status_code == 403)
        assert alice.join(chat)["ok"]


def test_events_go_to_the_sockets_that_joined(world: World) -> None:
    alice = world.user()
    chat = world.chat()
    world.ready(chat, alice)
    deaf = alice.connect()
    assert deaf.call("room:leave", {"chat_id": 0})["ok"] is False
    sent = alice.sent(chat)
    alice.socket.wait("message:new", id=sent)
    assert not deaf.heard("message:new")


def test_a_newcomer_rotates_a_chat_of_hidden_history(world: World) -> None:
    alice, bob = world.user(), world.user()
    chat = world.chat(history_visible=False)
    assert alice.join(chat)["epoch"] == 1
    assert alice.share(chat, alice)["ok"]
    alice.sent(chat)
    assert bob.join(chat)["epoch"] == 2
    assert alice.socket.wait("room:epoch_changed") == {"chat_id": chat, "epoch": 2}
    assert alice.send(chat, epoch=1).status_code == 403
    assert bob.leave(chat)["ok"]
    assert bob.join(chat)["epoch"] == 2
    assert alice.join(chat)["epoch"] == 2


def test_a_newcomer_does_not_rotate_where_history_is_visible(world: World) -> None:
    alice, bob = world.user(), world.user()
    chat = world.chat(history_visible=True)
    assert alice.join(chat)["epoch"] == 1
    assert bob.join(chat)["epoch"] == 1
    assert not alice.socket.heard("room:epoch_changed")


@pytest.mark.parametrize("by_socket", [False, True])
def test_a_kick_throws_out_and_rotates(world: World, *, by_socket: bool) -> None:
    owner, alice, bob = (world.user() for _ in range(3))
    chat = world.chat(owner)
    world.ready(chat, owner, alice, bob)
    if by_socket:
        answer = owner.socket.call("room:kick", {"chat_id": chat, "user_id": alice.user_id, "ban": False})
    else:
        answer = owner.post_chat(chat, "kick", {"user_id": alice.user_id}).json()
    assert answer == {"ok": True}
    assert alice.socket.wait("room:kicked") == {"chat_id": chat}
    for actor in (owner, bob):
        assert actor.socket.wait("room:epoch_changed") == {"chat_id": chat, "epoch": 2}
        assert not actor.socket.heard("room:kicked")
    assert owner.share(chat, owner, epoch=2)["ok"]
    unheard = owner.sent(chat, epoch=2)
    assert alice.send(chat, epoch=1).status_code == 403
    assert alice.send(chat, epoch=2).json()["code"] == "ERR_NOT_JOINED"
    assert alice.join(chat)["epoch"] == 2
    assert alice.send(chat, epoch=2).json()["code"] == "ERR_NO_ROOM_KEY"
    assert owner.share(chat, alice, epoch=2)["ok"]
    alice.socket.wait("message:new", id=alice.sent(chat, epoch=2))
    assert not alice.socket.heard("message:new", id=unheard)


def test_a_kick_with_a_ban_keeps_out(world: World) -> None:
    owner, alice = world.user(), world.user()
    chat = world.chat(owner)
    world.ready(chat, owner, alice)
    answer = owner.socket.call("room:kick", {"chat_id": chat, "user_id": alice.user_id, "ban": True})
    assert answer == {"ok": True}
    assert owner.socket.wait("user:banned")["user_id"] == alice.user_id
    assert alice.join(chat) == {"ok": False, "error": "ERR_BANNED"}


def test_a_plain_member_may_not_kick(world: World) -> None:
    owner, alice, bob = (world.user() for _ in range(3))
    chat = world.chat(owner)
    world.ready(chat, owner, alice, bob)
    payload = {"chat_id": chat, "user_id": bob.user_id}
    assert alice.socket.call("room:kick", payload) == {"ok": False, "error": "ERR_FORBIDDEN"}
    bob.sent(chat)


def test_a_shared_key_arrives_at_its_session_alone(world: World) -> None:
    alice, bob = world.user(), world.user()
    other = world.session(bob)
    chat = world.chat()
    key = public_key()
    alice.post("/v1/portal/keys", {"public_key": key})
    for actor in (alice, bob, other):
        assert actor.join(chat)["ok"]
    second = bob.connect()
    blob = base64.b64encode(b"sealed" * 20).decode()
    assert alice.share(chat, bob, blob=blob) == {"ok": True}
    shared = {
        "chat_id": chat,
        "epoch": 1,
        "from_user_id": alice.user_id,
        "from_public_key": key,
        "blob": blob,
    }
    assert bob.socket.wait("room:key_shared") == shared
    assert second.wait("room:key_shared") == shared
    assert alice.share(chat, other)["ok"]
    assert other.socket.wait("room:key_shared")["blob"] == "AAAA"
    assert len(other.socket.heard("room:key_shared")) == 1
    assert not alice.socket.heard("room:key_shared")


def test_who_may_share_a_key(world: World) -> None:
    alice, bob, carol, stranger = (world.user() for _ in range(4))
    chat = world.chat()
    for actor in (alice, bob, carol):
        assert actor.join(chat)["ok"]
    assert stranger.share(chat, alice)["error"] == "ERR_NOT_JOINED"
    assert alice.share(chat, stranger)["error"] == "ERR_NOT_JOINED"
    assert alice.share(chat, bob, epoch=2)["error"] == "ERR_EPOCH_MISMATCH"
    assert alice.share(chat, bob, epoch=0)["error"] == "ERR_EPOCH_MISMATCH"
    for blob in ("", "A", "A A=", "???="):
        assert alice.share(chat, bob, blob=blob)["ok"] is False
    assert bob.send(chat).json()["code"] == "ERR_NO_ROOM_KEY"
    assert alice.share(chat, bob)["ok"]
    assert alice.send(chat).json()["code"] == "ERR_NO_ROOM_KEY"
    assert carol.share(chat, carol)["error"] == "ERR_NO_ROOM_KEY"
    assert bob.share(chat, carol)["ok"]
    assert alice.share(chat, alice)["ok"]
    for actor in (alice, bob, carol):
        actor.sent(chat)


def test_a_key_is_for_that_user_and_session(world: World) -> None:
    alice, bob = world.user(), world.user()
    chat = world.chat()
    for actor in (alice, bob):
        assert actor.join(chat)["ok"]
    payload = {"chat_id": chat, "epoch": 1, "user_id": alice.user_id, "session_id": bob.session_id, "blob": "AAAA"}
    assert alice.socket.call("room:share_key", payload)["error"] == "ERR_NOT_JOINED"


def test_a_public_key_is_registered_told_and_unchanged(world: World) -> None:
    alice, bob = world.user(), world.user()
    chat, quiet = world.chat(), world.chat()
    world.ready(chat, alice, bob)
    assert bob.join(quiet)["ok"]
    key, other = public_key(), public_key()
    for given, status in [(key, "registered"), (key, "unchanged"), (other, "registered"), (key, "registered")]:
        assert alice.post("/v1/portal/keys", {"public_key": given}).json() == {"status": status}
    told = {"chat_id": chat, "user_id": alice.user_id, "session_id": alice.session_id}
    bob.socket.wait("message:new", id=alice.sent(chat))
    heard = bob.socket.heard("portal:key_added")
    assert heard == [{**told, "public_key": each} for each in (key, other, key)]


def test_a_public_key_has_32_bytes(world: World) -> None:
    alice = world.user()
    for size in (0, 31, 33, 64):
        given = base64.b64encode(b"k" * size).decode()
        assert alice.post("/v1/portal/keys", {"public_key": given}).status_code == 422
    good = public_key()
    for given in (None, 5, [good], good[:-1], good + "\n", good.replace("=", ""), "k" * 32):
        assert alice.post("/v1/portal/keys", {"public_key": given}).status_code == 422
    assert alice.post("/v1/portal/keys", {}).status_code == 422


@pytest.mark.parametrize("cookie", ["", "psession=nobody", "psession=", "x=1"])
def test_without_a_session_no_socket_connects(world: World, cookie: str) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        Socket(world.ws_url, cookie)


STRANGE: list[Any] = [
    None,
    5,
    "x",
    [],
    {},
    {"chat_id": "1"},
    {"chat_id": True},
    {"chat_id": None},
    {"chat_id": 1.5},
    {"chat_id": [1]},
    {"chat_id": 10**30},
    {"chat_id": -1},
    b"bytes",
]


@pytest.mark.parametrize("event", ["room:join", "room:leave", "room:kick", "room:share_key", "no:such_event"])
def test_strange_payloads_are_refused_and_the_socket_lives(world: World, event: str) -> None:
    alice = world.user()
    chat = world.chat(alice)
    world.ready(chat, alice)
    for payload in STRANGE:
        answer = alice.socket.call(event, payload)
        assert answer["ok"] is False
        assert answer["error"]
    alice.sent(chat)


@pytest.mark.parametrize("field", ["epoch", "user_id", "session_id", "blob", "chat_id"])
def test_strange_fields_of_a_share_are_refused(world: World, field: str) -> None:
    alice = world.user()
    chat = world.chat()
    assert alice.join(chat)["ok"]
    good = {"chat_id": chat, "epoch": 1, "user_id": alice.user_id, "session_id": alice.session_id, "blob": "AAAA"}
    for value in (None, True, 1.5, [], {}, -1, "ä", 10**25):
        assert alice.socket.call("room:share_key", {**good, field: value})["ok"] is False
    assert alice.socket.call("room:share_key", good) == {"ok": True}


def test_rooms_of_chats_that_are_not_there(world: World) -> None:
    alice = world.user()
    assert alice.join(999_999_999) == {"ok": False, "error": "no such chat"}
    assert alice.leave(999_999_999)["ok"] is False


def member_ids(actor: Actor) -> set[int]:
    return {each["user_id"] for each in actor.socket.heard("room:members")[-1]["members"]}


def test_a_deleted_user_is_disconnected_and_gone(world: World) -> None:
    alice, bob = world.user(), world.user()
    chat = world.chat()
    world.ready(chat, alice, bob)
    sent = bob.sent(chat)
    assert world.control("DELETE", f"/users/{bob.user_id}").status_code == 204
    assert bob.socket.closed.wait(5)
    eventually(lambda: member_ids(alice) == {alice.user_id})
    assert bob.send(chat).status_code == 401
    with pytest.raises(socketio.exceptions.ConnectionError):
        bob.connect()
    assert [entry["sender"]["id"] for entry in alice.history(chat).json() if entry["id"] == sent] == [bob.user_id]
