"""A proxy in front of an honest server, which spoils what it was asked to and passes the rest on.

So a target can be hostile in one place only, and a run gets as far as that place.
"""

import contextlib
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from rooms.raw import Connection, RawServer

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"transfer-encoding: chunked", re.IGNORECASE)
_UPGRADE = re.compile(rb"upgrade: websocket", re.IGNORECASE)


@dataclass(frozen=True)
class Request:
    """One request as it came."""

    raw: bytes

    @property
    def line(self) -> str:
        """Method and path."""
        return self.raw.partition(b"\r\n")[0].decode("latin-1").rpartition(" ")[0]

    @property
    def cookie(self) -> str:
        found = re.search(rb"\r\ncookie: ([^\r]*)", self.raw, re.IGNORECASE)
        return found[1].decode("latin-1") if found else ""

    @property
    def token(self) -> str:
        found = re.search(rb"\r\nauthorization: Bearer ([^\r]*)", self.raw, re.IGNORECASE)
        return found[1].decode("latin-1") if found else ""

    @property
    def is_send(self) -> bool:
        return self.line.startswith("POST ") and self.line.endswith("/messages")

    @property
    def is_control(self) -> bool:
        return "/_conformance/v1/" in self.line


class Spoiler:
    """Passes everything on. What is hostile replaces a method."""

    def request(self, connection: Connection, request: Request) -> bool:
        """Answer ``request`` in place of the server; False where the server is to."""
        return False

    def answer(self, request: Request, head: bytes, body: bytes) -> tuple[bytes, bytes]:
        """What goes back in place of the server's answer: head and body. The length is put right."""
        return head, body

    def packet(self, line: "Line", text: str) -> None:
        """Pass on one Socket.IO packet of the server."""
        line.send(text)


@dataclass
class Line:
    """A WebSocket on its way to the client. ``told`` counts what the server said on it."""

    connection: Connection
    told: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, text: str) -> None:
        """Send one text packet."""
        self.frame(0x81, text.encode("utf-8", "surrogatepass"))

    def frame(self, first: int, data: bytes) -> None:
        """Send one frame, its first byte as it is given."""
        with self.lock:
            self.connection.send(header(first, len(data)), data)

    def cut(self) -> None:
        with contextlib.suppress(OSError):
            self.connection.socket.shutdown(socket.SHUT_RDWR)


def header(first: int, length: int) -> bytes:
    """The head of a frame of so many bytes."""
    if length < 126:
        return struct.pack("!BB", first, length)
    if length < 65536:
        return struct.pack("!BBH", first, 126, length)
    return struct.pack("!BBQ", first, 127, length)


class Proxy(RawServer):
    """The proxy. ``seen`` are the requests, oldest first."""

    def __init__(self, url: str, spoiler: Spoiler) -> None:
        self._behind = (str(urlsplit(url).hostname), urlsplit(url).port or 0)
        self._spoiler = spoiler
        self._open: set[socket.socket] = set()
        self.seen: list[Request] = []
        super().__init__(self._pass_on)

    def cut_all(self) -> None:
        """End every connection, as a process does that dies."""
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close_down(self) -> None:
        """Listen no more: whoever comes is refused."""
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _pass_on(self, connection: Connection) -> None:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open.add(connection.socket)
        with socket.create_connection(self._behind) as behind:
            behind.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.add(behind)
            try:
                while raw := connection.request():
                    request = Request(raw)
                    self.seen.append(request)
                    if self._spoiler.request(connection, request):
                        continue
                    if _UPGRADE.search(raw):
                        self._splice(connection, behind, request)
                        return
                    behind.sendall(raw)
                    connection.send(*self._answer(behind, request))
            finally:
                self._open -= {connection.socket, behind}

    def _answer(self, behind: socket.socket, request: Request) -> tuple[bytes, bytes]:
        head, body = read_answer(behind)
        head, body = self._spoiler.answer(request, head, body)
        return _LENGTH.sub(b"content-length: %d" % len(body), head) + b"\r\n\r\n", body

    def _splice(self, connection: Connection, behind: socket.socket, request: Request) -> None:
        behind.sendall(request.raw)
        head, _ = self._spoiler.answer(request, read_head(behind), b"")
        connection.send(head, b"\r\n\r\n")
        connection.socket.settimeout(60)
        client = threading.Thread(target=_copy, args=(connection.socket, behind), daemon=True)
        client.start()
        line = Line(connection)
        try:
            for text in packets(behind):
                self._spoiler.packet(line, text)
                line.told += 1
        finally:
            for one in (connection.socket, behind):
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            client.join()


def _copy(here: socket.socket, there: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := here.recv(65536):
            there.sendall(data)
        there.shutdown(socket.SHUT_WR)


def _exactly(behind: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        if not (more := behind.recv(length - len(received))):
            raise ConnectionError("the server behind the proxy is gone")
        received += more
    return received


def read_head(behind: socket.socket) -> bytes:
    received = b""
    while not received.endswith(b"\r\n\r\n"):
        received += _exactly(behind, 1)
    return received.removesuffix(b"\r\n\r\n")


def read_answer(behind: socket.socket) -> tuple[bytes, bytes]:
    head = read_head(behind)
    if _CHUNKED.search(head):
        body = b"".join(_chunks(behind))
        return _CHUNKED.sub(b"content-length: %d" % len(body), head), body
    length = _LENGTH.search(head)
    return head, _exactly(behind, int(length[1])) if length else b""


def _chunks(behind: socket.socket) -> Iterator[bytes]:
    while size := int(_line(behind), 16):
        yield _exactly(behind, size)
        _line(behind)
    _line(behind)


def _line(behind: socket.socket) -> bytes:
    received = b""
    while not received.endswith(b"\r\n"):
        received += _exactly(behind, 1)
    return received[:-2]


def packets(behind: socket.socket) -> Iterator[str]:
    """The text of each frame that the server sends, until it is gone."""
    with contextlib.suppress(OSError):
        while True:
            first, length = _exactly(behind, 2)
            if length >= 126:
                length = int.from_bytes(_exactly(behind, 2 if length == 126 else 8), "big")
            data = _exactly(behind, length)
            if first & 0x0F != 1:
                return
            yield data.decode()


@contextlib.contextmanager
def proxy(url: str, spoiler: Spoiler) -> Iterator[Proxy]:
    """The server at ``url``, spoiled, until the end of the block."""
    server = Proxy(url, spoiler)
    try:
        yield server
    finally:
        server.cut_all()
        server.stop()


Answering = Callable[[Connection], None]
"""Gives one answer to a request that was read already."""
