"""What a benchmark is made of: exchanges made again with what the server makes anew, and time that is counted once."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from reference.actors import CONTROL_TOKEN, Clock, World

from conformance.reference.embedded import serving
from conformance.reference.settings import Ready, Settings

from . import spying
from .frames import BareSocket
from .measuring import Findings, changes, in_turn
from .replaying import Replay, compiled

CONTROL = "/_conformance/v1"


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Ready, Ready]]:
    """Two servers, each with ids and secrets of its own."""
    settings = Settings(control_token=CONTROL_TOKEN)
    with serving(settings) as one, serving(settings) as other:
        yield one, other


def exchange(world: World, method: str, path: str, body: Any, headers: dict[str, str], *, at: float) -> dict[str, Any]:
    """An exchange that happens now, as a wire log has it."""
    answer = world.http.request(method, path, json=body, headers=headers)
    return {
        "kind": "http",
        "log": 0,
        "actor": "owner",
        "at": at,
        "method": method,
        "path": path,
        "request_headers": {**headers, "Content-Type": "application/json"},
        "request_body": json.dumps(body),
        "response_body": answer.text,
    }


def event(direction: str, name: str, payload: Any, at: float) -> dict[str, Any]:
    return {
        "kind": "event",
        "log": 0,
        "actor": "owner",
        "at": at,
        "direction": direction,
        "name": name,
        "payload": json.dumps(payload),
    }


def a_run(world: World) -> dict[str, Any]:
    """The notes of a run in which a user joined a chat and sent something that is refused."""
    token = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
    user = exchange(world, "POST", f"{CONTROL}/users", {}, token, at=1)
    made = json.loads(user["response_body"])
    owner = {"owner_id": made["user_id"], "member_ids": []}
    chat = exchange(world, "POST", f"{CONTROL}/chats", owner, token, at=2)
    chat_id = json.loads(chat["response_body"])["chat_id"]
    cookie = {"Cookie": f"psession={made['session']}"}
    sent = exchange(world, "POST", f"/v1/portal/chats/{chat_id}/messages", {"content": "x"}, cookie, at=6)
    wire = [
        sent,
        user,
        chat,
        event("connected", "Socket.IO", None, 3),
        event("sent", "room:join", {"chat_id": chat_id}, 4),
        event("acknowledged", "room:join", {"ok": True}, 5),
        event("received", "never:heard", {}, 7),
        event("disconnected", "Socket.IO", None, 8),
    ]
    return {"wire": wire, "cookies": [[0, "owner", cookie["Cookie"]]]}


def test_a_run_is_made_again_on_another_server_in_the_order_in_which_it_began(
    servers: tuple[Ready, Ready], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = servers
    world = World(first.url, first.ws_url, Clock())
    world.user()
    world.chat(world.user())
    heard: list[str] = []
    wait = BareSocket.wait_for_ack
    monkeypatch.setattr(BareSocket, "wait_for_ack", lambda *given: heard.append(wait(*given)) or heard[-1])
    steps = compiled(a_run(world))
    world.close()
    assert [step.kind for step in steps][:3] == ["http", "http", "connected"]
    played = Replay(second.url).play(steps)
    # It is let in by the cookie that this server made, and into the chat that it made.
    assert '"ok":true' in heard[0].replace(" ", "")
    assert (played.requests, played.sockets, played.events, played.missed) == (3, 1, 0, 1)
    assert 0 < played.seconds < 5


def test_a_bare_socket_hears_what_is_said_and_waits_no_longer_than_it_is_told(servers: tuple[Ready, Ready]) -> None:
    world = World(servers[0].url, servers[0].ws_url, Clock())
    owner, other = world.user(), world.user()
    chat = world.chat(owner)
    socket = BareSocket("127.0.0.1", int(world.url.rpartition(":")[2]), f"psession={other.secret}")
    socket.send_event(json.dumps(["room:join", {"chat_id": chat}]))
    assert socket.wait_for_ack(5)
    world.ready(chat, owner)
    owner.sent(chat)
    assert socket.wait_for_event("message:new", 5)
    assert not socket.wait_for_event("message:new", 0.01)
    assert not socket.wait_for_ack(0.01)
    socket.close()
    world.close()


def test_whoever_is_not_let_in_is_told(servers: tuple[Ready, Ready]) -> None:
    with pytest.raises(OSError, match="the connection was answered '44"):
        BareSocket("127.0.0.1", int(servers[0].url.rpartition(":")[2]), "psession=nobody")


def test_what_is_in_another_phase_is_counted_there_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([1.0, 4.0, 6.0, 7.0, 10.0])
    monkeypatch.setenv(spying.BEGAN, "0.0")
    monkeypatch.setattr(spying.time, "monotonic", lambda: next(times))
    phases = spying.Phases()
    with phases.phase("waits"), phases.phase("requests"):
        pass
    phases.turn("end")
    assert dict(phases.spent) == {"import": 1.0 + 3.0, "waits": 3.0 + 1.0, "requests": 2.0}


def test_things_are_measured_in_turn() -> None:
    order: list[str] = []
    one, other = in_turn(2, lambda: order.append("one") or 1.0, lambda: order.append("other") or 2.0)
    assert order == ["one", "other"] * 2
    assert (one, other) == ([1.0, 1.0], [2.0, 2.0])


def test_ratios_are_held_against_what_they_are_meant_to_be_and_against_an_earlier_run() -> None:
    found = Findings()
    found.ratio("run / floor", found.add("run", [3.0, 9.0, 4.0]), found.add("floor", [2.0, 2.0]), 1.5)
    found.ratio("told only", 3.0, 1.0)
    document = found.document()
    assert document["medians"] == {"run": 4.0, "floor": 2.0}
    assert found.missed() == ["run / floor: 2.00, at most 1.5 is meant"]
    earlier = {"ratios": {"run / floor": {"is": 2.5}}}
    assert changes(document, earlier) == ["run / floor: 2.50 -> 2.00 (-20%)"]
