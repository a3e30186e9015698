"""The total deadline: what httpx's own timeouts, a read's each, would let pass for ever."""

import ssl
import threading
import time

import httpx
import pytest

from conformance.client import deadline
from conformance.client.deadline import DeadlineTransport, total_deadline

from .raw import Connection, Handler, always, raw_server

# A deadline of half a second is kept when the answer is given up well before the server would have ended it.
DEADLINE_S, FAR_BEYOND_S = 0.5, 8.0
CONTEXT = ssl.create_default_context()


def client() -> httpx.Client:
    return httpx.Client(transport=DeadlineTransport(CONTEXT), timeout=5)


def slow_head(connection: Connection) -> None:
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    connection.drip()


def slow_headers(connection: Connection) -> None:
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\n")
    connection.drip(b"X-Again: x\r\n")


def slow_body(connection: Connection) -> None:
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    connection.drip()


def slow_chunks(connection: Connection) -> None:
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    connection.drip(b"1\r\nx\r\n")


def always_soon(connection: Connection) -> None:
    connection.request()
    connection.drip(b"HTTP/1.1 100 Continue\r\n\r\n")


@pytest.mark.parametrize("handle", [slow_head, slow_headers, slow_body, slow_chunks, always_soon])
def test_a_byte_at_a_time_ends_with_the_deadline(handle: Handler) -> None:
    with raw_server(handle) as server, client() as http:
        began = time.monotonic()
        with total_deadline(DEADLINE_S), pytest.raises(httpx.TimeoutException):
            http.get(server.url)
        assert DEADLINE_S <= time.monotonic() - began < FAR_BEYOND_S


def test_a_server_that_takes_nothing_in_ends_with_the_deadline() -> None:
    with raw_server(Connection.linger) as server, client() as http:
        began = time.monotonic()
        with total_deadline(DEADLINE_S), pytest.raises(httpx.TimeoutException):
            http.post(server.url, content=b"x" * 50_000_000)
        assert time.monotonic() - began < FAR_BEYOND_S


def test_a_deadline_that_has_passed_lets_nothing_begin() -> None:
    with raw_server(always("200 OK")) as server, client() as http:
        with total_deadline(-1), pytest.raises(httpx.ConnectTimeout):
            http.get(server.url)
        assert server.connections == 0


def test_outside_of_a_block_nothing_is_due() -> None:
    with raw_server(always("200 OK")) as server, client() as http:
        with total_deadline(-1), pytest.raises(httpx.ConnectTimeout):
            http.get(server.url)
        assert http.get(server.url).status_code == 200


def test_a_deadline_is_of_its_own_thread() -> None:
    statuses: list[int] = []
    with raw_server(always("200 OK")) as server, client() as http, total_deadline(-1):
        thread = threading.Thread(target=lambda: statuses.append(http.get(server.url).status_code))
        thread.start()
        thread.join()
    assert statuses == [200]


@pytest.mark.parametrize(("idle_s", "connections"), [(2.0, 1), (0.0, 2)])
def test_a_connection_that_was_idle_for_long_is_not_used_again(
    monkeypatch: pytest.MonkeyPatch, idle_s: float, connections: int
) -> None:
    # Many a server ends it after five seconds, at the moment of a request perhaps.
    assert deadline._IDLE_MAX_S < 5
    monkeypatch.setattr(deadline, "_IDLE_MAX_S", idle_s)
    with raw_server(always("200 OK")) as server, client() as http:
        assert [http.get(server.url).status_code for _ in range(2)] == [200, 200]
        assert server.connections == connections
