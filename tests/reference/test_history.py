"""The history, deleting and clearing."""

from datetime import datetime

import pytest

from .actors import Actor, World, bundle


@pytest.fixture
def room(world: World) -> tuple[Actor, Actor, int]:
    owner, alice = world.user(), world.user(1)
    chat = world.chat(owner)
    world.ready(chat, owner, alice)
    return owner, alice, chat


def test_an_entry_has_every_field(room: tuple[Actor, Actor, int]) -> None:
    owner, alice, chat = room
    content = bundle()
    sent = alice.sent(chat, content)
    entry = owner.history(chat).json()[-1]
    assert datetime.fromisoformat(entry.pop("timestamp"))
    assert entry == {
        "chat_id": chat,
        "chat_name": f"chat-{chat}",
        "id": sent,
        "sender": {"id": alice.user_id, "username": alice.username, "avatar_url": None},
        "content": content,
        "type": "user",
        "permission_level": 1,
        "epoch": 1,
    }


def test_system_entries_have_no_sender(room: tuple[Actor, Actor, int]) -> None:
    owner, alice, chat = room
    owner.sent(chat)
    owner.post_chat(chat, "kick", {"user_id": alice.user_id})
    entries = owner.history(chat).json()
    assert {entry["type"] for entry in entries} == {"user", "system"}
    for entry in entries:
        system = entry["type"] == "system"
        assert (entry["sender"] is None) == (entry["permission_level"] is None) == system
        assert (entry["epoch"] == 0) == system


def test_the_history_of_a_private_chat_is_for_its_people(world: World) -> None:
    owner, alice, outsider, moderator = world.user(), world.user(), world.user(), world.user(1)
    chat = world.chat(owner, alice, visibility="private")
    assert owner.history(chat).status_code == 200
    assert alice.history(chat).status_code == 200
    assert outsider.history(chat).status_code == 403
    assert moderator.history(chat).status_code == 403
    assert outsider.history(world.chat()).json() == []


def test_a_deleted_message_is_gone_and_told(room: tuple[Actor, Actor, int]) -> None:
    owner, alice, chat = room
    ids = [alice.sent(chat) for _ in range(3)]
    answer = owner.post_chat(chat, "messages/delete", {"ids": ids[:2]})
    assert (answer.status_code, answer.json()) == (200, {"deleted": 2})
    assert alice.socket.wait("message:bulk_deleted") == {"chat_id": chat, "ids": ids[:2]}
    assert owner.messages(chat) == ids[2:]
    assert owner.post_chat(chat, "messages/delete", {"ids": ids[:1]}).json() == {"deleted": 0}
    answer = owner.post_chat(chat, "messages/delete", {"ids": [*ids, ids[2], "1-1", "x", "", "9" * 30 + "-0"]})
    assert answer.json() == {"deleted": 1}
    alice.socket.wait("message:bulk_deleted", ids=ids[2:])
    assert len(alice.socket.heard("message:bulk_deleted")) == 2


@pytest.mark.parametrize("ids", [[], ["1-1"] * 101, "1-1", None, {}, [1], [None], [["1-1"]]])
def test_bounds_of_the_ids(room: tuple[Actor, Actor, int], ids: object) -> None:
    owner, _, chat = room
    assert owner.post_chat(chat, "messages/delete", {"ids": ids}).status_code == 422
    assert owner.post_chat(chat, "messages/delete", {"ids": ["1-1"] * 100}).json() == {"deleted": 0}


@pytest.mark.parametrize(
    ("visibility", "level", "allowed"),
    [("public", 0, False), ("public", 1, True), ("private", 0, False), ("private", 1, False), ("private", 2, True)],
)
def test_rights_to_delete_what_others_said(world: World, visibility: str, level: int, *, allowed: bool) -> None:
    owner, actor = world.user(), world.user(level)
    chat = world.chat(owner, actor, visibility=visibility)
    world.ready(chat, owner, actor)
    theirs, own = owner.sent(chat), actor.sent(chat)
    for path, body in [("delete", {"ids": [theirs, own]}), ("delete-last", {"count": 2})]:
        answer = actor.post_chat(chat, f"messages/{path}", body)
        assert answer.status_code == (200 if allowed else 403)
        if not allowed:
            assert owner.messages(chat) == [theirs, own]
    if not allowed:
        assert actor.post_chat(chat, "messages/delete", {"ids": [own]}).json() == {"deleted": 1}


def test_outsiders_delete_nothing_in_a_private_chat(world: World) -> None:
    owner, outsider = world.user(), world.user()
    chat = world.chat(owner, visibility="private")
    world.ready(chat, owner)
    sent = owner.sent(chat)
    for path, body in [("delete", {"ids": [sent]}), ("delete-last", {"count": 1}), ("delete-mine", None)]:
        assert outsider.post_chat(chat, f"messages/{path}", body).status_code == 403
    assert owner.messages(chat) == [sent]


def test_delete_mine_deletes_no_one_elses(room: tuple[Actor, Actor, int]) -> None:
    owner, alice, chat = room
    mine = [alice.sent(chat) for _ in range(2)]
    theirs = owner.sent(chat)
    assert alice.post_chat(chat, "messages/delete-mine").json() == {"deleted": 2}
    assert owner.socket.wait("message:bulk_deleted") == {"chat_id": chat, "ids": mine}
    assert owner.messages(chat) == [theirs]
    assert alice.post_chat(chat, "messages/delete-mine").json() == {"deleted": 0}


def test_delete_last_deletes_the_newest(room: tuple[Actor, Actor, int]) -> None:
    owner, alice, chat = room
    ids = [actor.sent(chat) for actor in (owner, alice, owner, alice)]
    assert owner.post_chat(chat, "messages/delete-last", {"count": 3}).json() == {"deleted": 3}
    assert owner.messages(chat) == ids[:1]
    for count in (0, 101, -1, "1", True, 1.5, None):
        assert owner.post_chat(chat, "messages/delete-last", {"count": count}).status_code == 422
    assert owner.messages(chat) == ids[:1]
    assert owner.post_chat(chat, "messages/delete-last", {"count": 100}).json() == {"deleted": 1}


def test_clearing_empties_rotates_and_tells(room: tuple[Actor, Actor, int]) -> None:
    owner, alice, chat = room
    ids = [alice.sent(chat) for _ in range(3)]
    answer = owner.post_chat(chat, "clear").json()
    assert answer["ok"] is True
    assert answer["cleared"] >= 3
    for actor in (owner, alice):
        assert actor.socket.wait("portal:cleared") == {"chat_id": chat}
        assert actor.socket.wait("room:epoch_changed") == {"chat_id": chat, "epoch": 2}
    assert not set(ids) & set(owner.messages(chat))
    assert alice.send(chat).json()["code"] == "ERR_EPOCH_MISMATCH"
    assert owner.share(chat, owner, epoch=2)["ok"]
    newest = owner.sent(chat, epoch=2)
    assert tuple(map(int, newest.split("-"))) > tuple(map(int, ids[-1].split("-")))


@pytest.mark.parametrize(("level", "status"), [(0, 403), (1, 403), (2, 200), (3, 200)])
@pytest.mark.parametrize("visibility", ["public", "private"])
def test_who_may_clear_anothers_chat(world: World, visibility: str, level: int, status: int) -> None:
    owner, actor = world.user(), world.user(level)
    chat = world.chat(owner, actor, visibility=visibility)
    world.ready(chat, owner)
    sent = owner.sent(chat)
    assert actor.post_chat(chat, "clear").status_code == status
    assert owner.messages(chat) == ([] if status == 200 else [sent])
