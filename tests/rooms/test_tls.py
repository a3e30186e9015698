"""A TLS socket that one thread reads while another writes: nothing is lost, and neither holds up the other."""

import asyncio
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator

import pytest
import trustme

from conformance.client.tls import SharedSocket, trusting

AUTHORITY = trustme.CA()
SENDS, SIZE = 3000, 100
RESETS_ARE_TOLD = sys.version_info >= (3, 13)


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        pass
    writer.close()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where a server behind TLS gives back what it is sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("localhost").configure_cert(context)
    with asyncio.Runner() as runner:
        server = runner.run(asyncio.start_server(_echo, "127.0.0.1", 0, ssl=context))
        loop = runner.get_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        yield server.sockets[0].getsockname()[1]
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        server.close()


@pytest.fixture
def shared(port: int) -> Iterator[ssl.SSLSocket]:
    context = trusting()
    AUTHORITY.configure_trust(context)
    raw = socket.create_connection(("127.0.0.1", port))
    with context.wrap_socket(raw, server_hostname="localhost") as connection:
        connection.settimeout(10)
        yield connection


# As many as break a socket of the standard library's with near certainty on Python 3.11: each of them one in three.
@pytest.mark.parametrize("_time", range(12))
def test_all_comes_back_that_was_sent_while_it_was_read(shared: ssl.SSLSocket, _time: int) -> None:
    assert isinstance(shared, SharedSocket)
    came: list[bytes] = []

    def read() -> None:
        while sum(map(len, came)) < SENDS * SIZE and (chunk := shared.recv(16384)):
            came.append(chunk)

    reader = threading.Thread(target=read)
    reader.start()
    sent = [bytes([number % 256]) * SIZE for number in range(SENDS)]
    for one in sent:
        shared.sendall(one)
    reader.join(30)
    assert b"".join(came) == b"".join(sent)


def test_who_waits_for_something_to_read_holds_up_no_send(shared: ssl.SSLSocket) -> None:
    came: list[bytes] = []
    reader = threading.Thread(target=lambda: came.append(shared.recv(16)))
    reader.start()
    time.sleep(0.2)  # the reader has found nothing, and waits
    assert reader.is_alive()
    shared.sendall(b"wake up")
    reader.join(5)
    assert came == [b"wake up"]


def test_nothing_to_read_in_time_is_a_timeout(shared: ssl.SSLSocket) -> None:
    shared.settimeout(0.05)
    with pytest.raises(TimeoutError):
        shared.recv(16)
    assert shared.gettimeout() == 0.05


def test_a_socket_that_does_not_wait_says_so_at_once(shared: ssl.SSLSocket) -> None:
    shared.setblocking(False)
    with pytest.raises(ssl.SSLWantReadError):
        shared.recv(16)


def _reading(shared: ssl.SSLSocket, ended: list[bytes | OSError]) -> threading.Thread:
    """A thread that reads, and enters how that ended."""

    def read() -> None:
        try:
            ended.append(shared.recv(16))
        except OSError as error:
            ended.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    return reader


# Each of them hangs a reader that waits by epoll about every other time.
@pytest.mark.parametrize("_time", range(12))
def test_a_socket_that_is_shut_and_closed_at_once_wakes_who_reads(shared: ssl.SSLSocket, _time: int) -> None:
    ended: list[bytes | OSError] = []
    reader = _reading(shared, ended)
    time.sleep(0.05)  # the reader has found nothing, and waits
    shared.shutdown(socket.SHUT_RDWR)
    shared.close()
    reader.join(5)
    assert len(ended) == 1


# The peer may say goodbye to a socket that is shut already, which resets it: Python tells of it from 3.13 on.
@pytest.mark.parametrize("_time", range(12))
def test_a_shutdown_wakes_who_reads(shared: ssl.SSLSocket, _time: int) -> None:
    ended: list[bytes | OSError] = []
    reader = _reading(shared, ended)
    shared.shutdown(socket.SHUT_RDWR)
    reader.join(5)
    assert ended == [b""] or (RESETS_ARE_TOLD and isinstance(ended[0], ConnectionResetError))
