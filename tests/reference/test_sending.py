"""Sending: what is accepted, who hears it, and each single cause of a refusal."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import httpx

from .actors import World, bundle, ciphertext


def order(message_id: str) -> tuple[int, ...]:
    return tuple(map(int, message_id.split("-")))


def test_an_accepted_message_is_answered_by_its_id_alone(world: World) -> None:
    alice = world.user()
    chat = world.chat()
    world.ready(chat, alice)
    answer = alice.send(chat)
    assert answer.status_code == 200
    assert list(answer.json()) == ["id"]
    assert re.fullmatch(r"\d+-\d+", answer.json()["id"])


def test_ids_grow_in_the_order_of_the_answers(world: World) -> None:
    alice = world.user()
    chat = world.chat()
    world.ready(chat, alice)
    ids = [alice.sent(chat) for _ in range(10)]
    assert ids == sorted(set(ids), key=order)


def test_every_joined_socket_hears_a_message_once_the_sender_too(world: World) -> None:
    alice, bob, second = world.user(2), world.user(), None
    second = world.session(bob)
    chat = world.chat(alice)
    world.ready(chat, alice, bob, second)
    content = bundle()
    sent = alice.sent(chat, content)
    for socket in (alice.socket, bob.socket, second.socket):
        heard = socket.wait("message:new", id=sent)
        at = heard.pop("timestamp")
        assert datetime.fromisoformat(at).tzinfo is not None
        assert heard == {
            "chat_id": chat,
            "chat_name": f"chat-{chat}",
            "id": sent,
            "sender": {"id": alice.user_id, "username": alice.username, "avatar_url": None},
            "permission_level": 2,
            "content": content,
            "type": "user",
            "epoch": 1,
        }
    last = alice.sent(chat)
    for socket in (alice.socket, bob.socket, second.socket):
        socket.wait("message:new", id=last)
        assert [each["id"] for each in socket.heard("message:new")] == [sent, last]


def test_only_the_chat_hears_it(world: World) -> None:
    alice, elsewhere, gone, never = (world.user() for _ in range(4))
    chat, other = world.chat(), world.chat()
    world.ready(chat, alice, gone)
    world.ready(other, alice, elsewhere, gone, never)
    assert gone.leave(chat)["ok"]
    here = alice.sent(chat)
    there = alice.sent(other)
    for actor in (elsewhere, gone, never):
        actor.socket.wait("message:new", id=there)
        assert not actor.socket.heard("message:new", id=here)


def test_content_goes_through_verbatim(world: World) -> None:
    alice = world.user()
    chat = world.chat()
    world.ready(chat, alice)
    content = f' {{ "ct" : "{ciphertext()}",\n\t"epoch":1, "\\u0076": 2 }} '
    sent = alice.sent(chat, content)
    assert alice.socket.wait("message:new", id=sent)["content"] == content
    assert alice.history(chat).json()[-1]["content"] == content


def test_who_has_left_is_refused_until_joining_again(world: World) -> None:
    alice, bob = world.user(), world.user()
    chat = world.chat()
    world.ready(chat, alice, bob)
    alice.sent(chat)
    assert alice.leave(chat) == {"ok": True}
    refused = alice.send(chat)
    assert (refused.status_code, refused.json()["code"]) == (403, "ERR_NOT_JOINED")
    assert alice.join(chat)["ok"]
    alice.sent(chat)


def test_joining_counts_for_the_session_alone(world: World) -> None:
    alice = world.user()
    again = world.session(alice)
    chat = world.chat()
    world.ready(chat, alice)
    assert again.send(chat).json()["code"] == "ERR_NOT_JOINED"


def test_an_outsider_is_refused_until_made_a_member(world: World) -> None:
    owner, alice = world.user(), world.user()
    chat = world.chat(owner, visibility="private")
    world.ready(chat, owner)
    assert alice.join(chat) == {"ok": False, "error": "ERR_FORBIDDEN"}
    refused = alice.send(chat)
    assert (refused.status_code, refused.json()["code"]) == (403, "ERR_FORBIDDEN")
    world.control("PUT", f"/chats/{chat}/members/{alice.user_id}")
    world.ready(chat, owner, alice)
    alice.sent(chat)
    owner.sent(chat)


def test_who_is_no_member_any_more_neither_sends_nor_hears(world: World) -> None:
    owner, alice = world.user(), world.user()
    chat, other = world.chat(owner, alice, visibility="private"), world.chat()
    world.ready(chat, owner, alice)
    world.ready(other, owner, alice)
    alice.sent(chat)
    world.control("DELETE", f"/chats/{chat}/members/{alice.user_id}")
    assert alice.send(chat).status_code == 403
    unheard = owner.sent(chat)
    alice.socket.wait("message:new", id=owner.sent(other))
    assert not alice.socket.heard("message:new", id=unheard)


def test_another_epoch_is_refused(world: World) -> None:
    alice = world.user()
    chat = world.chat(alice)
    world.ready(chat, alice)
    for epoch in (0, 2, 2**53 - 1):
        refused = alice.send(chat, epoch=epoch)
        assert (refused.status_code, refused.json()["code"]) == (403, "ERR_EPOCH_MISMATCH")
    alice.sent(chat)


def test_without_the_key_a_send_is_refused_and_with_it_accepted(world: World) -> None:
    alice, bob = world.user(), world.user()
    chat = world.chat()
    world.ready(chat, alice)
    assert bob.join(chat)["ok"]
    content = bundle()
    refused = bob.send(chat, content)
    assert (refused.status_code, refused.json()["code"]) == (403, "ERR_NO_ROOM_KEY")
    assert alice.share(chat, bob)["ok"]
    bob.sent(chat, content)


def test_the_key_counts_for_the_session_that_got_it(world: World) -> None:
    alice = world.user()
    again = world.session(alice)
    chat = world.chat()
    world.ready(chat, alice)
    assert again.join(chat)["ok"]
    assert again.send(chat).json()["code"] == "ERR_NO_ROOM_KEY"
    assert alice.share(chat, again)["ok"]
    again.sent(chat)


def test_an_old_key_does_not_count_after_a_rotation(world: World) -> None:
    alice = world.user()
    chat = world.chat(alice)
    world.ready(chat, alice)
    alice.sent(chat)
    assert alice.post_chat(chat, "clear").status_code == 200
    assert alice.send(chat, epoch=1).json()["code"] == "ERR_EPOCH_MISMATCH"
    assert alice.send(chat, epoch=2).json()["code"] == "ERR_NO_ROOM_KEY"
    assert alice.share(chat, alice, epoch=2)["ok"]
    alice.sent(chat, epoch=2)


def test_a_refused_message_leaves_no_trace(world: World) -> None:
    alice, bob = world.user(), world.user()
    chat = world.chat(alice)
    world.ready(chat, alice)
    assert bob.join(chat)["ok"]
    refused = [alice.send(chat, epoch=7), alice.send(chat, "{}"), bob.send(chat)]
    assert [each.status_code for each in refused] == [403, 422, 403]
    last = alice.sent(chat)
    for actor in (alice, bob):
        actor.socket.wait("message:new", id=last)
        assert [each["id"] for each in actor.socket.heard("message:new")] == [last]
    assert alice.messages(chat) == [last]


def test_concurrent_sends_get_unique_ids_and_each_is_heard_once(world: World) -> None:
    senders = [world.user() for _ in range(6)]
    chat = world.chat()
    world.ready(chat, *senders)
    with ThreadPoolExecutor(12) as pool:
        ids = list(pool.map(lambda number: senders[number % 6].sent(chat), range(60)))
    assert len(set(ids)) == 60
    last = senders[0].sent(chat)
    for sender in senders:
        sender.socket.wait("message:new", id=last)
        heard = [each["id"] for each in sender.socket.heard("message:new")]
        assert heard == [*sorted(set(ids), key=order), last]
    assert senders[0].messages(chat) == heard


def test_polling_hears_the_same(world: World) -> None:
    """Spoken by hand: Engine.IO 4 packets, separated by the record separator."""
    alice = world.user()
    chat = world.chat()
    world.ready(chat, alice)
    with httpx.Client(base_url=world.ws_url, headers={"Cookie": f"psession={alice.secret}"}) as client:
        path = "/socket.io/?EIO=4&transport=polling"
        path += "&sid=" + json.loads(client.get(path).text[1:])["sid"]
        client.post(path, content="40")
        assert client.get(path).text.startswith("40{")
        client.post(path, content="420" + json.dumps(["room:join", {"chat_id": chat}]))
        assert client.get(path).text.startswith('430[{"ok":true')
        sent = alice.sent(chat)
        name, payload = json.loads(client.get(path).text.split("\x1e")[0][2:])
    assert (name, payload) == ("message:new", alice.socket.wait("message:new", id=sent))
