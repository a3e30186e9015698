# ruff: noqa: ARG002 - whoever replaces a method takes all that it is given
"""That every lie has a place to be told: one method replaced, and the server shows it."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from conformance.reference.decisions import Decisions
from conformance.reference.embedded import serving
from conformance.reference.hub import Socket
from conformance.reference.judging import Check
from conformance.reference.records import Attempt, Message, Room, Session, User
from conformance.reference.refusals import Refusal
from conformance.reference.settings import Settings
from conformance.reference.state import State

from .actors import CONTROL_TOKEN, Clock, World

SETTINGS = Settings(control_token=CONTROL_TOKEN)


class BlindToBans(Decisions):
    def is_banned(self, user: User, room: Room, now: float) -> bool:
        return False


class StoresWhatItRefused(Decisions):
    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        message = await self.store_message(state, attempt)
        await self.broadcast(state, attempt.room, message)


class TellsTwice(Decisions):
    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        await super().deliver(state, event, payload, sids)
        await super().deliver(state, event, payload, sids)


class ForgetsTheSender(Decisions):
    def receivers_of(self, message: Message, room: Room, listeners: Sequence[Socket], now: float) -> list[str]:
        assert message.sender is not None
        return [each.sid for each in listeners if each.user_id != message.sender.id]


class JoinsByUser(Decisions):
    def is_joined(self, session: Session, room: Room) -> bool:
        return session.user.id in room.joined.values()


class MutesInMilliseconds(Decisions):
    def ttl_of_mute(self, until: float, now: float) -> int:
        return super().ttl_of_mute(until, now) * 1000


class SaysTeapot(Decisions):
    def status_of(self, refusal: Refusal) -> int:
        return 418 if refusal.cause == "epoch" else super().status_of(refusal)


class AsksForTheEpochFirst(Decisions):
    def checks_in_order(self) -> tuple[Check, ...]:
        return (self.check_epoch, *super().checks_in_order())


class CountsOneMore(Decisions):
    def has_room(self, times: tuple[float, ...], limit: Any, now: float) -> bool:
        return len(times) <= limit.messages


class StartsAtSeven(Decisions):
    def first_epoch(self) -> int:
        return 7


class WrapsAnswers(Decisions):
    async def answer(self, request: Request, response: Response) -> Response:
        if request.url.path.endswith("/history"):
            return JSONResponse({"items": []}, headers={"X-Wrapped": "yes"})
        return response


class TakesNobodyForTheFirst(Decisions):
    async def caller_of(self, request: Request, state: State) -> Session | None:
        return await super().caller_of(request, state) or Session("nobody", User(1, "first"))


class Unguarded(Decisions):
    def guard(self, state: State, chat_id: int) -> AbstractAsyncContextManager[object]:
        return nullcontext()


@pytest.fixture
def lying(request: pytest.FixtureRequest) -> Any:
    """A world on a server with the decisions that the test names."""
    with serving(SETTINGS, request.param) as ready:
        world = World(ready.url, ready.ws_url, Clock())
        owner, alice = world.user(), world.user()
        chat = world.chat(owner)
        epoch = request.param.first_epoch()
        world.ready(chat, owner, alice, epoch=epoch)
        yield world, owner, alice, chat
        world.close()


def told(decisions: Decisions) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("lying", [decisions], indirect=True, ids=[type(decisions).__name__])


@told(BlindToBans())
def test_a_ban_without_effect(lying: Any) -> None:
    _, owner, alice, chat = lying
    owner.post_chat(chat, "ban", {"user_id": alice.user_id})
    alice.sent(chat)


@told(StoresWhatItRefused())
def test_refused_and_stored(lying: Any) -> None:
    _, owner, alice, chat = lying
    assert alice.send(chat, epoch=9).status_code == 403
    assert len(owner.messages(chat)) == 1
    owner.socket.wait("message:new")


@told(TellsTwice())
def test_told_twice(lying: Any) -> None:
    _, owner, alice, chat = lying
    first, last = alice.sent(chat), alice.sent(chat)
    owner.socket.wait("message:new", id=last)
    assert len(owner.socket.heard("message:new", id=first)) == 2


@told(ForgetsTheSender())
def test_not_told_to_the_sender(lying: Any) -> None:
    _, owner, alice, chat = lying
    owner.socket.wait("message:new", id=alice.sent(chat))
    alice.socket.wait("message:new", id=owner.sent(chat))
    assert len(alice.socket.heard("message:new")) == 1


@told(JoinsByUser())
def test_joined_by_user(lying: Any) -> None:
    world, _, alice, chat = lying
    assert world.session(alice).send(chat).json()["code"] == "ERR_NO_ROOM_KEY"


@told(MutesInMilliseconds())
def test_ttl_in_milliseconds(lying: Any) -> None:
    _, owner, alice, chat = lying
    owner.post_chat(chat, "mute", {"user_id": alice.user_id, "duration": 3})
    assert alice.send(chat).json()["ttl"] == 3000


@told(SaysTeapot())
def test_another_status(lying: Any) -> None:
    _, _, alice, chat = lying
    assert alice.send(chat, epoch=9).status_code == 418


@told(AsksForTheEpochFirst())
def test_another_order(lying: Any) -> None:
    world, _, _, chat = lying
    assert world.user().send(chat, epoch=9).json()["code"] == "ERR_EPOCH_MISMATCH"


@told(CountsOneMore())
def test_one_more_than_the_limit(lying: Any) -> None:
    world, _, alice, chat = lying
    world.control("PUT", f"/chats/{chat}/limit", {"messages": 1, "window_s": 100})
    assert [alice.send(chat).status_code for _ in range(3)] == [200, 200, 429]


@told(StartsAtSeven())
def test_another_first_epoch(lying: Any) -> None:
    _, _, alice, chat = lying
    alice.sent(chat, epoch=7)


@told(WrapsAnswers())
def test_every_answer_passes(lying: Any) -> None:
    _, _, alice, chat = lying
    assert alice.history(chat).json() == {"items": []}


@told(TakesNobodyForTheFirst())
def test_nobody_is_somebody(lying: Any) -> None:
    world, _, _, chat = lying
    answer = httpx.get(f"{world.url}/v1/portal/chats/{chat}/history", headers={"Cookie": "psession=nobodys"})
    assert answer.status_code == 200


@told(Unguarded())
def test_without_a_guard(lying: Any) -> None:
    _, _, alice, chat = lying
    alice.sent(chat)


def test_middlewares_wrap_the_whole() -> None:
    def stamp(name: str) -> Any:
        def middleware(app: ASGIApp) -> ASGIApp:
            async def stamped(scope: Scope, receive: Receive, send: Send) -> None:
                async def out(message: Any) -> None:
                    if message["type"] == "http.response.start":
                        message["headers"] = [*message["headers"], (b"x-stamp", name.encode())]
                    await send(message)

                await app(scope, receive, out)

            return stamped

        return middleware

    with serving(SETTINGS, middlewares=[stamp("outer"), stamp("inner")]) as ready:
        world = World(ready.url, ready.ws_url, Clock())
        stamps = world.control("GET", "/").headers.get_list("x-stamp")
        world.close()
    assert stamps == ["inner", "outer"]
