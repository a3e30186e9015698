"""The HTTP client against servers that are broken or hostile: bounded, unimpressed, and ready for the next request."""

import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from conformance.client.answers import Answer, NoAnswer
from conformance.client.http import BODY_MAX, HttpClient
from conformance.dialect import MISSING
from conformance.errors import Blocked
from conformance.redact import Secrets
from conformance.wire import Exchange, WireLog

from .made import SECRET
from .raw import Connection, Handler, RawServer, always, raw_server

CONTEXT = ssl.create_default_context()
FAR_BEYOND_S = 8.0


class Talk:
    """A server, and a client that speaks to it."""

    def __init__(self, server: RawServer, timeout_s: float = 5) -> None:
        self.server = server
        self.wire = WireLog(Secrets([SECRET]))
        self.http = HttpClient(server.url + "/", timeout_s=timeout_s, context=CONTEXT)

    def get(
        self, path: str = "/a", *, headers: Mapping[str, str] | None = None, timeout_s: float | None = None
    ) -> Answer:
        return self.http.request("GET", path, actor="ada", wire=self.wire, headers=headers, timeout_s=timeout_s)

    def fault(self, path: str = "/a", *, timeout_s: float | None = None) -> str:
        """The sentence of a request that gets no answer."""
        with pytest.raises(NoAnswer) as caught:
            self.get(path, timeout_s=timeout_s)
        assert isinstance(caught.value, Blocked)
        entry = self.wire.entries[-1]
        assert isinstance(entry, Exchange)
        assert (entry.status, entry.response_body) == (None, "")
        assert str(caught.value) == f"GET {path} got no answer: {entry.fault}"
        return str(entry.fault)


@pytest.fixture
def talk(request: pytest.FixtureRequest) -> Iterator[Talk]:
    """A talk with the server whose handler is the parameter."""
    handle, timeout_s = request.param if isinstance(request.param, tuple) else (request.param, 5)
    with raw_server(handle) as server:
        talk = Talk(server, timeout_s)
        yield talk
        talk.http.close()


def served(*handlers: Handler | tuple[Handler, float]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("talk", handlers, indirect=True)


# --- an answer ------------------------------------------------------------------------------------------------


@served(always("200 OK", "Content-Type: application/json", "X-Echo: s3cr3t-value", body=b'{"id": "1-0"}'))
def test_an_answer_is_whole_and_logged(talk: Talk) -> None:
    answer = talk.http.request(
        "POST", "/a?b=c", actor="ada", wire=talk.wire, body=b'{"x": 1}', headers={"Cookie": "psession=x"}
    )
    assert (answer.status, answer.ok, answer.body) == (200, True, b'{"id": "1-0"}')
    assert (answer.text, answer.json) == ('{"id": "1-0"}', {"id": "1-0"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.started <= answer.ended
    assert talk.wire.entries == (answer.exchange,)
    assert answer.exchange.line() == "ada: POST /a?b=c -> 200"
    assert answer.exchange.request_headers == {"Cookie": "[masked]"}
    assert answer.exchange.request_body == '{"x": 1}'
    assert answer.exchange.response_headers["x-echo"] == "[masked]"


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"", MISSING),
        (b"<html>", MISSING),
        (b"\xff\xfe", MISSING),
        (b"[" * 100_000, MISSING),
        (b"9" * 5000, MISSING),
        (b"null", None),
        (b'"text"', "text"),
    ],
)
def test_a_body_that_is_no_json_is_missing(body: bytes, value: object) -> None:
    with raw_server(always("200 OK", body=body)) as server:
        talk = Talk(server)
        assert talk.get().json == value
        talk.http.close()


def test_a_body_goes_as_it_is_and_headers_say_who_asks() -> None:
    seen: list[bytes] = []

    def handle(connection: Connection) -> None:
        seen.append(connection.request())
        connection.answer("200 OK")

    with raw_server(handle) as server:
        talk = Talk(server)
        talk.http.request("POST", "/a", actor="ada", wire=talk.wire, body=b"\xff\x00{")
        talk.http.close()
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert body == b"\xff\x00{"
    assert b"User-Agent: portal-conformance" in head
    assert b"Accept-Encoding: identity" in head
    assert b"Content-Type" not in head
    assert b"Cookie" not in head


# --- bounded time ---------------------------------------------------------------------------------------------


def drip_head(connection: Connection) -> None:
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    connection.drip()


def drip_body(connection: Connection) -> None:
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    connection.drip()


@served((drip_head, 0.5), (drip_body, 0.5), (Connection.linger, 0.5))
def test_a_slow_answer_ends_with_the_deadline(talk: Talk) -> None:
    began = time.monotonic()
    assert talk.fault() == "no complete answer within the deadline"
    assert time.monotonic() - began < FAR_BEYOND_S


@served(drip_body)
def test_a_request_may_have_a_deadline_of_its_own(talk: Talk) -> None:
    began = time.monotonic()
    assert talk.fault(timeout_s=0.3) == "no complete answer within the deadline"
    assert time.monotonic() - began < 4


# --- bounded bytes --------------------------------------------------------------------------------------------


def endless(connection: Connection) -> None:
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.send(b"10000\r\n", b"x" * 65536, b"\r\n")


def bomb(connection: Connection) -> None:
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n")
    while True:
        connection.send(b"x" * 65536)


@served(endless, bomb, always("200 OK", body=b"x" * (BODY_MAX + 1)))
def test_a_body_that_is_too_large_is_no_answer(talk: Talk) -> None:
    assert talk.fault() == "the body is larger than 1048576 bytes"


@served(always("200 OK", body=b"x" * BODY_MAX))
def test_a_body_of_just_a_mebibyte_is_read(talk: Talk) -> None:
    assert len(talk.get().body) == BODY_MAX
    assert len(talk.wire.entries[0].response_body) < 7000  # type: ignore[union-attr]


def endless_head(connection: Connection) -> None:
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.send(b"X-Header: ", b"x" * 65536)


@served(endless_head)
def test_a_head_that_is_too_large_is_no_answer(talk: Talk) -> None:
    assert talk.fault().startswith("the connection was dropped (")


# --- what is not HTTP -----------------------------------------------------------------------------------------


def saying(*parts: bytes) -> Handler:
    def handle(connection: Connection) -> None:
        connection.request()
        connection.send(*parts)

    return handle


def hang_up(connection: Connection) -> None:
    connection.request()


@served(
    hang_up,
    saying(b"SSH-2.0-OpenSSH_9.6\r\n"),
    saying(b"\x00\xff" * 500),
    saying(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"),
    saying(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
    saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    saying(b"HTTP/1.1 999999 OK\r\n\r\n"),
    saying(b"HTTP/1.1 200 OK\r\n"),
    saying(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
    saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal"),
)
def test_what_is_no_whole_answer_is_none(talk: Talk) -> None:
    assert talk.fault().startswith("the connection was dropped (")


@served(saying(b"HTTP/1.1 200 OK\r\nX-Bad Header s3cr3t-value\x1b[2J: 1\r\n\r\n"))
def test_a_fault_shows_neither_secrets_nor_control_characters(talk: Talk) -> None:
    with pytest.raises(NoAnswer):
        talk.get()
    fault = talk.wire.entries[0].fault  # type: ignore[union-attr]
    assert SECRET not in str(fault)
    assert "\x1b" not in str(fault)
    assert "[masked]" in str(fault)


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    http = HttpClient(f"http://127.0.0.1:{port}", timeout_s=5, context=CONTEXT)
    wire = WireLog(Secrets())
    with pytest.raises(NoAnswer) as caught:
        http.request("GET", "/a", actor="ada", wire=wire)
    http.close()
    assert str(caught.value) == "GET /a got no answer: the connection failed ([Errno 111] Connection refused)"
    assert wire.entries[0].line() == "ada: GET /a -> the connection failed ([Errno 111] Connection refused)"


# --- cookies and redirects ------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_an_answer_and_the_cookie_stays_at_home(status: str) -> None:
    with raw_server(always("200 OK")) as elsewhere, raw_server(always(status, f"Location: {elsewhere.url}/b")) as here:
        talk = Talk(here)
        answer = talk.get(headers={"Cookie": "psession=secret"})
        talk.http.close()
        assert answer.status == int(status[:3])
        assert answer.headers["location"] == f"{elsewhere.url}/b"
        assert elsewhere.connections == 0


def test_a_cookie_that_is_set_is_not_kept() -> None:
    seen: list[bytes] = []

    def handle(connection: Connection) -> None:
        while request := connection.request():
            seen.append(request)
            connection.answer("200 OK", "Set-Cookie: psession=theirs; Path=/", "Set-Cookie: other=1")

    with raw_server(handle) as server:
        talk = Talk(server)
        talk.get()
        talk.get(headers={"Cookie": "psession=ours"})
        talk.get()
        talk.http.close()
    assert [b"ookie" in request for request in seen] == [False, True, False]
    assert b"Cookie: psession=ours\r\n" in seen[1]
    assert b"theirs" not in seen[1]


# --- after a server error -------------------------------------------------------------------------------------


def error_and_hang_up(connection: Connection) -> None:
    connection.request()
    connection.answer("500 Internal Server Error", "Connection: close")


def error_and_hang_up_unannounced(connection: Connection) -> None:
    connection.request()
    connection.answer("503 Service Unavailable")


@served(error_and_hang_up, error_and_hang_up_unannounced)
def test_after_a_5xx_the_next_request_has_a_connection_of_its_own(talk: Talk) -> None:
    assert {talk.get().status for _ in range(10)} <= {500, 503}
    assert talk.server.connections == 10


@served(always("200 OK"))
def test_otherwise_connections_are_used_again(talk: Talk) -> None:
    for _ in range(10):
        talk.get()
    assert talk.server.connections == 1


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files as Linux lists them")
@served(always("500 Internal Server Error"))
def test_a_target_of_nothing_but_5xx_does_not_use_up_the_sockets(talk: Talk) -> None:
    talk.get()
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - the listing itself opens one
    for _ in range(40):
        talk.get()
    assert len(os.listdir("/proc/self/fd")) < before + 20  # noqa: PTH208


# --- threads --------------------------------------------------------------------------------------------------


def echo(connection: Connection) -> None:
    while request := connection.request():
        path = request.split(b" ")[1]
        connection.answer("500 Oops" if path.endswith(b"7") else "200 OK", body=path)


@served(echo)
def test_threads_share_a_client_and_each_gets_its_own_answer(talk: Talk) -> None:
    wrong: list[str] = []

    def ask(thread: int) -> None:
        for number in range(25):
            answer = talk.http.request("GET", f"/{thread}/{number}", actor=f"actor-{thread}", wire=talk.wire)
            if answer.text != f"/{thread}/{number}" or answer.exchange.actor != f"actor-{thread}":
                wrong.append(answer.text)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert talk.wire.requests == 100


def test_a_slow_answer_of_one_thread_survives_a_5xx_of_another() -> None:
    slow_is_on_its_way, error_was_seen = threading.Event(), threading.Event()

    def handle(connection: Connection) -> None:
        while request := connection.request():
            if b" /slow " in request:
                connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsl")
                slow_is_on_its_way.set()
                error_was_seen.wait(10)
                connection.send(b"ow")
            else:
                connection.answer("500 Oops")

    with raw_server(handle) as server:
        talk, texts = Talk(server), list[str]()
        thread = threading.Thread(target=lambda: texts.append(talk.get("/slow").text))
        thread.start()
        slow_is_on_its_way.wait(10)
        talk.get("/error")
        error_was_seen.set()
        thread.join()
        talk.http.close()
    assert texts == ["slow"]
