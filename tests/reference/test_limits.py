"""The message limits: by chat and sender, by sender, sliding, and set anew."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from .actors import Actor, World


def limit_chat(world: World, chat: int, messages: int, window_s: float) -> None:
    path = f"/chats/{chat}/limit"
    assert world.control("PUT", path, {"messages": messages, "window_s": window_s}).status_code == 204


def limit_user(world: World, actor: Actor, messages: int, window_s: float) -> None:
    path = f"/users/{actor.user_id}/limit"
    assert world.control("PUT", path, {"messages": messages, "window_s": window_s}).status_code == 204


def assert_limited(answer: httpx.Response, *, most: int) -> None:
    assert (answer.status_code, answer.json()["code"]) == (429, "ERR_RATE_LIMITED")
    assert 1 <= int(answer.headers["retry-after"]) <= most


def test_the_chats_limit_slides(world: World) -> None:
    alice = world.user()
    chat = world.chat()
    world.ready(chat, alice)
    limit_chat(world, chat, 3, 10)
    alice.sent(chat)
    world.clock.advance(5)
    sent = [alice.sent(chat) for _ in range(2)]
    assert_limited(alice.send(chat), most=5)
    world.clock.advance(5)
    sent.append(alice.sent(chat))
    assert_limited(alice.send(chat), most=5)
    assert alice.messages(chat)[1:] == sent


def test_without_a_setting_30_and_60_in_10_seconds(world: World) -> None:
    alice = world.user()
    chats = [world.chat() for _ in range(3)]
    for chat in chats:
        world.ready(chat, alice)
    for chat in chats[:2]:
        for _ in range(30):
            alice.sent(chat)
    assert_limited(alice.send(chats[0]), most=10)
    assert_limited(alice.send(chats[2]), most=10)
    world.clock.advance(10)
    for chat in chats:
        alice.sent(chat)


def test_one_senders_limit_is_not_anothers(world: World) -> None:
    alice, bob = world.user(), world.user()
    chat, other = world.chat(), world.chat()
    world.ready(chat, alice, bob)
    world.ready(other, alice)
    limit_chat(world, chat, 1, 10)
    alice.sent(chat)
    assert_limited(alice.send(chat), most=10)
    bob.sent(chat)
    alice.sent(other)


def test_a_limit_is_the_users_over_all_sessions(world: World) -> None:
    alice = world.user()
    again = world.session(alice)
    chat = world.chat()
    world.ready(chat, alice, again)
    limit_chat(world, chat, 1, 10)
    alice.sent(chat)
    assert_limited(again.send(chat), most=10)


def test_the_global_limit_counts_over_chats(world: World) -> None:
    alice = world.user()
    chats = [world.chat() for _ in range(3)]
    for chat in chats:
        world.ready(chat, alice)
    limit_user(world, alice, 2, 0.5)
    alice.sent(chats[0])
    alice.sent(chats[1])
    assert_limited(alice.send(chats[2]), most=1)
    world.clock.advance(0.5)
    alice.sent(chats[2])


def test_setting_a_limit_starts_the_counting_anew(world: World) -> None:
    alice = world.user()
    chat = world.chat()
    world.ready(chat, alice)
    for _ in range(2):
        limit_chat(world, chat, 2, 100)
        limit_user(world, alice, 2, 100)
        alice.sent(chat)
        alice.sent(chat)
        assert_limited(alice.send(chat), most=100)


def test_refused_attempts_do_not_count(world: World) -> None:
    alice = world.user()
    chat = world.chat()
    world.ready(chat, alice)
    limit_chat(world, chat, 2, 100)
    for _ in range(5):
        assert alice.send(chat, "{}").status_code == 422
        assert alice.send(chat, epoch=9).status_code == 403
    alice.sent(chat)
    alice.sent(chat)
    assert_limited(alice.send(chat), most=100)


@pytest.mark.parametrize("by_chat", [True, False])
def test_a_limit_holds_under_concurrent_sends(world: World, *, by_chat: bool) -> None:
    alice = world.user()
    chats = [world.chat() for _ in range(1 if by_chat else 4)]
    for chat in chats:
        world.ready(chat, alice)
    if by_chat:
        limit_chat(world, chats[0], 5, 100)
    else:
        limit_user(world, alice, 5, 100)
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda number: alice.send(chats[number % len(chats)]).status_code, range(24)))
    assert sorted(statuses) == [200] * 5 + [429] * 19
