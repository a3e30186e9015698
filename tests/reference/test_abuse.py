"""Clients that do not play by the rules: the server shrugs, and serves on."""

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest

from conformance.reference.app import build_app
from conformance.reference.records import Session
from conformance.reference.settings import Settings

from .actors import Actor, World, bundle


class Raw:
    """Engine.IO by long polling, spoken by hand."""

    def __init__(self, world: World, actor: Actor) -> None:
        self._client = httpx.Client(
            base_url=world.ws_url,
            headers={"Cookie": f"psession={actor.secret}"},
            verify=False,  # noqa: S501 - plain HTTP
        )
        self._path = "/socket.io/?EIO=4&transport=polling"
        self._path += "&sid=" + json.loads(self.read()[1:])["sid"]
        self.write("40")
        assert self.read().startswith("40")

    def read(self) -> str:
        return self._client.get(self._path).text

    def write(self, packet: str) -> int:
        return self._client.post(self._path, content=packet).status_code

    def close(self) -> None:
        self.write("1")
        self._client.close()


@pytest.fixture
def raw(world: World) -> Iterator[Raw]:
    made = Raw(world, world.user())
    yield made
    made.close()


@pytest.mark.parametrize(
    "packet",
    [
        "42",
        "42[]",
        "42[{}]",
        "42[5]",
        '42["connect",{"HTTP_COOKIE":"psession=x"}]',
        '42["disconnect",1]',
        '42["*",1]',
        '43999["x"]',
        '42/other,["room:join"]',
        '451-["room:leave",{"_placeholder":true,"num":0}]',
        '42["room:join",' + "[" * 5000,
        '42["room:join",' + "[" * 20_000 + "]" * 20_000 + "]",
        '42["room:join",' + "9" * 5000 + "]",
    ],
    ids=lambda packet: packet[:20],
)
@pytest.mark.filterwarnings("default")
def test_a_strange_packet_harms_nobody(raw: Raw, packet: str) -> None:
    assert raw.write(packet) == 200
    if packet.startswith("45"):
        return  # the attachment never comes
    assert raw.write('427["room:join",{"chat_id":0}]') == 200
    assert raw.read() == '437[{"ok":false,"error":"no such chat"}]'


def test_a_packet_above_1_mib_ends_its_connection(world: World) -> None:
    alice = world.user()
    chat = world.chat()
    world.ready(chat, alice)
    other = alice.connect()
    websocket = other._client.eio.ws
    other._client.emit("room:join", "x" * 1_100_000)
    assert other.closed.wait(5)
    websocket.shutdown()  # the client library forgets to
    alice.sent(chat)


def test_a_connection_that_is_gone_is_no_failure(world: World, raw: Raw) -> None:
    assert raw.write("41") == 200
    assert raw.write("1") == 200
    assert raw.write("40") == 400
    for sid in ("", "nothing", "%00"):
        answer = world.http.get(f"/socket.io/?EIO=4&transport=polling&sid={sid}")
        assert answer.status_code in (200, 400)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_body_in_another_encoding_is_not_json(world: World, encoding: str) -> None:
    alice = world.user()
    chat = world.chat()
    raw = json.dumps({"content": bundle()}).encode(encoding)
    headers = {"Content-Type": "application/json"}
    assert alice.post(f"/v1/portal/chats/{chat}/messages", content=raw, headers=headers).status_code == 400


def test_a_long_body_without_a_session_is_answered_all_the_same(world: World) -> None:
    for size in (64 * 1024, 1024 * 1024, 3 * 1024 * 1024):
        answer = world.http.post("/v1/portal/chats/1001/messages", content=b"x" * size)
        assert answer.status_code == 401
    assert world.control("GET", "/").status_code == 200


def test_a_dead_socket_found_during_a_delivery_does_not_block_the_chat() -> None:
    """A delivery holds the chat's lock; who turns out dead there leaves afterwards."""

    async def story() -> None:
        async with build_app(Settings()).running() as app:
            state, decisions = app.portal.state, app.portal.decisions
            user = await state.store.accounts.create()
            _, session_id = await state.store.accounts.open_session(user.id)
            session = Session(session_id, user)
            chat = await state.store.chats.create(1)
            state.hub.add("sid", session)
            await decisions.enter(state, await app.portal.room(chat.id), session, "sid")
            async with asyncio.timeout(5):
                async with decisions.guard(state, chat.id):
                    await app.realtime._disconnect("sid")
                    assert session_id in (await app.portal.room(chat.id)).joined
                await app.realtime._departed(session_id)
            assert session_id not in (await app.portal.room(chat.id)).joined

    asyncio.run(story())
