"""What holds while many send at once: nothing that starts after the answer to a mute, ban or clear gets in."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from .actors import Actor, World


@dataclass
class Flood:
    """Sends that never stop; each with when it started and what it was answered."""

    sends: list[tuple[float, httpx.Response]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self, actor: Actor, chat: int) -> None:
        while not self.stop.is_set():
            started = time.monotonic()
            self.sends.append((started, actor.send(chat)))

    def accepted(self) -> list[str]:
        return [answer.json()["id"] for _, answer in self.sends if answer.status_code == 200]


@contextmanager
def flooding(actor: Actor, chat: int) -> Iterator[Flood]:
    flood = Flood()
    threads = [threading.Thread(target=flood.run, args=[actor, chat]) for _ in range(4)]
    for thread in threads:
        thread.start()
    yield flood
    flood.stop.set()
    for thread in threads:
        thread.join()


ACTIONS: dict[str, Callable[[Actor, Actor, int], httpx.Response]] = {
    "mute": lambda owner, alice, chat: owner.post_chat(chat, "mute", {"user_id": alice.user_id}),
    "ban": lambda owner, alice, chat: owner.post_chat(chat, "ban", {"user_id": alice.user_id}),
    "clear": lambda owner, _, chat: owner.post_chat(chat, "clear"),
    "kick": lambda owner, alice, chat: owner.post_chat(chat, "kick", {"user_id": alice.user_id}),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_nothing_that_started_later_is_accepted(world: World, action: str) -> None:
    owner, alice = world.user(), world.user()
    chat = world.chat(owner)
    world.ready(chat, owner, alice)
    for path in (f"/chats/{chat}/limit", f"/users/{alice.user_id}/limit"):
        world.control("PUT", path, {"messages": 10_000, "window_s": 100})
    with flooding(alice, chat) as flood:
        while len(flood.accepted()) < 20:
            time.sleep(0.001)
        assert ACTIONS[action](owner, alice, chat).status_code == 200
        answered = time.monotonic()
        while sum(started > answered for started, _ in flood.sends) < 20:
            time.sleep(0.001)
    late = [answer for started, answer in flood.sends if started > answered]
    assert {answer.status_code for answer in late} == {403}
    epoch = 1 if action in ("mute", "ban") else 2
    assert owner.share(chat, owner, epoch=epoch)["ok"]
    last = owner.sent(chat, epoch=epoch)
    owner.socket.wait("message:new", id=last)
    heard = [each["id"] for each in owner.socket.heard("message:new")]
    assert sorted(heard) == sorted([*flood.accepted(), last])


def test_concurrent_joins_of_newcomers_rotate_once_each(world: World) -> None:
    first, *others = (world.user() for _ in range(6))
    chat = world.chat(history_visible=False)
    assert first.join(chat)["epoch"] == 1
    epochs: list[int] = []
    threads = [threading.Thread(target=lambda who=who: epochs.append(who.join(chat)["epoch"])) for who in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(epochs) == [2, 3, 4, 5, 6]
    assert [each["epoch"] for each in first.socket.heard("room:epoch_changed")] == [2, 3, 4, 5, 6]
