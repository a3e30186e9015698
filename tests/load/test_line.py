"""A virtual member's connection, against the reference server and against what is none."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from conformance.client.inbox import Refused
from conformance.errors import Blocked
from conformance.load.line import Line
from conformance.reference.embedded import serving
from conformance.reference.settings import Ready, Settings

from .made import TOKEN

CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TIMEOUT_S = 5.0


@dataclass
class Ears:
    """What a line told."""

    heard: list[tuple[str, Any]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    beats: int = 0
    news: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def hear(self, name: str, payload: Any) -> None:
        self.heard.append((name, payload))
        self.news.set()

    def beat(self) -> None:
        self.beats += 1

    def gone(self, why: str) -> None:
        self.ended.append(why)
        self.over.set()


@pytest.fixture(scope="module")
def ready() -> Iterator[Ready]:
    with serving(Settings(control_token=TOKEN)) as one:
        yield one


def asked(ready: Ready, path: str, body: dict[str, Any]) -> dict[str, Any]:
    url = f"{ready.url}/_conformance/v1/{path}"
    answer: dict[str, Any] = httpx.post(url, json=body, headers={"Authorization": f"Bearer {TOKEN}"}).json()
    return answer


def opened(url: str, ears: Ears, cookie: str, *, unheard: tuple[str, ...] = ()) -> Line:
    line = Line(ears, namespace="/", timeout_s=TIMEOUT_S, unheard=unheard)
    line.open(url, path="/socket.io", cookie=f"psession={cookie}", context=CONTEXT)
    return line


def test_it_joins_hears_and_hangs_up(ready: Ready) -> None:
    user = asked(ready, "users", {})
    chat = asked(ready, "chats", {})["chat_id"]
    ears = Ears()
    line = opened(ready.ws_url, ears, user["session"])
    assert line.call("room:join", {"chat_id": chat})["ok"] is True
    assert ears.news.wait(TIMEOUT_S)
    assert ears.heard[0][0] == "room:members"
    assert line.lost(0) == ""
    assert ears.beats > 0
    line.close()
    assert ears.ended == []


def test_events_that_nobody_listens_to_are_left_out(ready: Ready) -> None:
    user = asked(ready, "users", {})
    chat = asked(ready, "chats", {})["chat_id"]
    ears = Ears()
    line = opened(ready.ws_url, ears, user["session"], unheard=("room:members",))
    # The acknowledgement comes behind the event.
    assert line.call("room:join", {"chat_id": chat})["ok"] is True
    assert ears.heard == []
    line.close()


def test_who_has_no_session_is_refused_with_the_reason(ready: Ready) -> None:
    with pytest.raises(Refused, match="a valid session is needed"):
        opened(ready.ws_url, Ears(), "nobody")


def test_the_end_of_the_connection_is_told_once(ready: Ready) -> None:
    user = asked(ready, "users", {})
    ears = Ears()
    line = opened(ready.ws_url, ears, user["session"])
    httpx.delete(f"{ready.url}/_conformance/v1/users/{user['user_id']}", headers={"Authorization": f"Bearer {TOKEN}"})
    assert ears.over.wait(TIMEOUT_S)
    assert len(ears.ended) == 1
    assert line.lost(0) == ears.ended[0]
    with pytest.raises(Blocked, match="room:join could not be sent"):
        line.call("room:join", {"chat_id": 1})


@contextmanager
def saying(*said: bytes) -> Iterator[str]:
    """A server that says this to whoever comes, and no more."""
    listener = socket.create_server(("127.0.0.1", 0))
    gone = threading.Event()

    def serve() -> None:
        client, _ = listener.accept()
        with client:
            client.recv(65536)
            for one in said:
                client.sendall(one)
            gone.wait(TIMEOUT_S)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        gone.set()
        thread.join()
        listener.close()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "the WebSocket handshake was answered 200"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "the WebSocket handshake was answered 404"),
        (b"220 mail.example ESMTP\r\n\r\n", "could not be read"),
    ],
)
def test_what_is_no_socket_io_is_told_in_words(said: bytes, why: str) -> None:
    with saying(said) as url, pytest.raises(Refused, match=why):
        opened(url, Ears(), "x")


def test_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Refused, match="refused"):
        opened(f"http://127.0.0.1:{port}", Ears(), "x")


def test_who_says_nothing_is_not_waited_for_without_end() -> None:
    line = Line(Ears(), namespace="/", timeout_s=0.3)
    with saying() as url, pytest.raises(Refused, match=r"within the deadline|fell silent"):
        line.open(url, path="/socket.io", cookie="psession=x", context=CONTEXT)
