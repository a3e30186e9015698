"""Mutes, bans, hard mutes: bounds, rights, events, and how they end."""

import json

import pytest

from .actors import Actor, World

OK = {"ok": True}


@pytest.fixture
def room(world: World) -> tuple[Actor, Actor, int]:
    """A chat with its owner and a plain user, both able to send."""
    owner, alice = world.user(), world.user()
    chat = world.chat(owner)
    world.ready(chat, owner, alice)
    return owner, alice, chat


def test_a_mute_refuses_with_its_ttl_until_lifted(world: World, room: tuple[Actor, Actor, int]) -> None:
    owner, alice, chat = room
    alice.sent(chat)
    body = {"user_id": alice.user_id, "duration": 60, "reason": "noise"}
    answer = owner.post_chat(chat, "mute", body)
    assert (answer.status_code, answer.json()) == (200, OK)
    for actor in (owner, alice):
        assert actor.socket.wait("user:muted") == {"chat_id": chat, **body}
    refused = alice.send(chat)
    assert (refused.status_code, refused.json()["code"], refused.json()["ttl"]) == (403, "ERR_MUTED", 60)
    world.clock.advance(10.5)
    assert alice.send(chat).json()["ttl"] in (49, 50)
    assert owner.post_chat(chat, "unmute", {"user_id": alice.user_id}).json() == OK
    assert alice.socket.wait("user:unmuted") == {"chat_id": chat, "user_id": alice.user_id}
    alice.sent(chat)


def test_a_mute_runs_out_by_itself(world: World, room: tuple[Actor, Actor, int]) -> None:
    owner, alice, chat = room
    owner.post_chat(chat, "mute", {"user_id": alice.user_id, "duration": 5})
    world.clock.advance(4.5)
    assert alice.send(chat).json()["ttl"] == 1
    world.clock.advance(0.6)
    alice.sent(chat)
    alice.sent(chat)


def test_an_indefinite_mute_has_ttl_0_and_no_end(world: World, room: tuple[Actor, Actor, int]) -> None:
    owner, alice, chat = room
    owner.post_chat(chat, "mute", {"user_id": alice.user_id, "duration": 0})
    world.clock.advance(10**7)
    assert alice.send(chat).json()["ttl"] == 0


def test_a_mute_is_300_seconds_by_default(room: tuple[Actor, Actor, int]) -> None:
    owner, alice, chat = room
    owner.post_chat(chat, "mute", {"user_id": alice.user_id})
    assert owner.socket.wait("user:muted") == {
        "chat_id": chat,
        "user_id": alice.user_id,
        "duration": 300,
        "reason": None,
    }
    assert alice.send(chat).json()["ttl"] == 300


@pytest.mark.parametrize(("path", "longest"), [("mute", 86_400), ("ban", 2_592_000)])
def test_bounds(room: tuple[Actor, Actor, int], path: str, longest: int) -> None:
    owner, alice, chat = room
    for duration in (-1, longest + 1, 1.5, "5", True, None, [], 10**400):
        body = {"user_id": alice.user_id, "duration": duration}
        assert owner.post_chat(chat, path, body).status_code in (400, 422), duration
    for reason in ("x" * 501, 5, [], "\ud800"):
        body = {"user_id": alice.user_id, "reason": reason}
        raw = owner.post(f"/v1/portal/chats/{chat}/{path}", content=json.dumps(body))
        assert raw.status_code == 422
    alice.sent(chat)
    for body in ({"duration": longest}, {"reason": "x" * 500}, {"reason": None}):
        assert owner.post_chat(chat, path, {"user_id": alice.user_id, **body}).json() == OK


def test_a_mute_counts_for_its_chat_alone(world: World, room: tuple[Actor, Actor, int]) -> None:
    owner, alice, chat = room
    other = world.chat(owner)
    world.ready(other, owner, alice)
    owner.post_chat(chat, "mute", {"user_id": alice.user_id})
    assert alice.send(chat).status_code == 403
    alice.sent(other)
    assert not [each for each in alice.socket.heard("user:muted") if each["chat_id"] == other]


def test_a_ban_refuses_silences_and_keeps_out(world: World, room: tuple[Actor, Actor, int]) -> None:
    owner, alice, chat = room
    other = world.chat(owner)
    world.ready(other, owner, alice)
    assert owner.post_chat(chat, "ban", {"user_id": alice.user_id}).json() == OK
    banned = {"chat_id": chat, "user_id": alice.user_id, "duration": 0, "reason": None}
    for actor in (owner, alice):
        assert actor.socket.wait("user:banned") == banned
    refused = alice.send(chat)
    assert (refused.status_code, refused.json()["code"]) == (403, "ERR_BANNED")
    unheard = owner.sent(chat)
    alice.socket.wait("message:new", id=alice.sent(other))
    assert not alice.socket.heard("message:new", id=unheard)
    assert alice.join(chat) == {"ok": False, "error": "ERR_BANNED"}
    assert alice.leave(chat)["ok"]
    assert alice.join(chat) == {"ok": False, "error": "ERR_BANNED"}
    assert owner.post_chat(chat, "unban", {"user_id": alice.user_id}).json() == OK
    assert owner.socket.wait("user:unbanned") == {"chat_id": chat, "user_id": alice.user_id}
    assert alice.join(chat)["ok"]
    alice.sent(chat)


def test_a_timed_ban_runs_out(world: World, room: tuple[Actor, Actor, int]) -> None:
    owner, alice, chat = room
    owner.post_chat(chat, "ban", {"user_id": alice.user_id, "duration": 30})
    assert alice.send(chat).status_code == 403
    world.clock.advance(30)
    assert alice.join(chat)["ok"]
    heard = alice.sent(chat)
    alice.socket.wait("message:new", id=heard)


def test_unbanning_who_is_not_banned(room: tuple[Actor, Actor, int]) -> None:
    owner, alice, chat = room
    assert owner.post_chat(chat, "unban", {"user_id": alice.user_id}).json() == OK


def test_a_ban_takes_membership(world: World) -> None:
    owner, alice = world.user(), world.user()
    chat = world.chat(owner, alice, visibility="private")
    world.ready(chat, owner, alice)
    owner.post_chat(chat, "ban", {"user_id": alice.user_id})
    owner.post_chat(chat, "unban", {"user_id": alice.user_id})
    assert alice.send(chat).status_code == 403
    assert alice.join(chat) == {"ok": False, "error": "ERR_FORBIDDEN"}
    assert alice.history(chat).status_code == 403


@pytest.mark.parametrize("path", ["ban", "kick"])
def test_nobody_bans_or_kicks_oneself(world: World, path: str) -> None:
    for level in (0, 3):
        owner = world.user(level)
        chat = world.chat(owner)
        world.ready(chat, owner)
        assert owner.post_chat(chat, path, {"user_id": owner.user_id}).status_code == 403
        owner.sent(chat)


SANCTIONS = ["mute", "unmute", "ban", "unban", "kick"]


@pytest.mark.parametrize("path", SANCTIONS)
@pytest.mark.parametrize(
    ("visibility", "level", "target_level", "allowed"),
    [
        ("public", 0, 0, False),
        ("public", 1, 0, True),
        ("official", 1, 0, True),
        ("public", 1, 1, False),
        ("public", 1, 2, False),
        ("public", 2, 1, True),
        ("public", 2, 2, False),
        ("public", 3, 2, True),
        ("private", 0, 0, False),
        ("private", 1, 0, False),
        ("private", 2, 0, True),
    ],
)
def test_rights_of_those_who_do_not_own_the_chat(
    world: World, path: str, visibility: str, level: int, target_level: int, *, allowed: bool
) -> None:
    owner, actor, target = world.user(), world.user(level), world.user(target_level)
    chat = world.chat(owner, actor, target, visibility=visibility)
    answer = actor.post_chat(chat, path, {"user_id": target.user_id})
    assert answer.status_code == (200 if allowed else 403)
    if not allowed and path in ("mute", "ban"):
        world.ready(chat, owner, target)
        target.sent(chat)


@pytest.mark.parametrize("path", SANCTIONS)
@pytest.mark.parametrize("visibility", ["public", "private"])
def test_the_owner_may_always_act_on_plain_users(world: World, path: str, visibility: str) -> None:
    owner, target = world.user(), world.user()
    chat = world.chat(owner, target, visibility=visibility)
    assert owner.post_chat(chat, path, {"user_id": target.user_id}).json() == OK


def test_a_hard_mute_blocks_every_chat_until_it_runs_out(world: World, room: tuple[Actor, Actor, int]) -> None:
    owner, alice, chat = room
    admin, bystander = world.user(2), world.user()
    other = world.chat(alice)
    world.ready(other, alice)
    bystander.socket.call("room:leave", {"chat_id": 0})
    assert admin.post("/v1/portal/hard-mute", {"user_id": alice.user_id, "duration": 20}).json() == OK
    for actor in (owner, alice, bystander):
        heard = actor.socket.wait("user:hard_muted", user_id=alice.user_id)
        assert heard == {"user_id": alice.user_id, "duration": 20}
    for each in (chat, other):
        refused = alice.send(each)
        assert (refused.status_code, refused.json()["ttl"]) == (403, 20)
    owner.post_chat(chat, "unmute", {"user_id": alice.user_id})
    assert alice.send(chat).status_code == 403
    world.clock.advance(20)
    alice.sent(chat)
    alice.sent(other)


@pytest.mark.parametrize(
    ("level", "target_level", "status"),
    [(0, 0, 403), (1, 0, 403), (2, 0, 200), (2, 1, 200), (2, 2, 403), (3, 2, 200), (3, 3, 403)],
)
def test_who_may_hard_mute(world: World, level: int, target_level: int, status: int) -> None:
    actor, target = world.user(level), world.user(target_level)
    chat = world.chat()
    world.ready(chat, target)
    answer = actor.post("/v1/portal/hard-mute", {"user_id": target.user_id, "duration": 5})
    assert answer.status_code == status
    assert target.send(chat).status_code == (403 if status == 200 else 200)


def test_bounds_of_a_hard_mute(world: World) -> None:
    admin, target = world.user(2), world.user()
    for body in ({"duration": 86_401}, {"duration": -1}, {"duration": True}, {"reason": "x" * 501}):
        answer = admin.post("/v1/portal/hard-mute", {"user_id": target.user_id, **body})
        assert answer.status_code == 422
    assert admin.post("/v1/portal/hard-mute", {"user_id": 999_999_999}).status_code == 404
