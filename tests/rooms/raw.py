"""Tiny servers on loopback that send what no honest server would."""

import base64
import contextlib
import hashlib
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_PACE_S = 0.02
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@dataclass
class Connection:
    """One accepted connection, from the server's side."""

    socket: socket.socket
    over: threading.Event

    def request(self) -> bytes:
        """The next HTTP request, head and body; empty where the client is gone."""
        received = b""
        while b"\r\n\r\n" not in received:
            if not (more := self.socket.recv(65536)):
                return b""
            received += more
        head, _, body = received.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        while len(body) < (int(length[1]) if length else 0):
            body += self.socket.recv(65536)
        return head + b"\r\n\r\n" + body

    def send(self, *parts: bytes) -> None:
        self.socket.sendall(b"".join(parts))

    def answer(self, status: str, *headers: str, body: bytes = b"{}") -> None:
        lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]
        self.send("\r\n".join(lines).encode(), body)

    def drip(self, piece: bytes = b"x") -> None:
        """Send ``piece`` for ever, a little at a time: until the client is gone or the test is over."""
        while not self.over.wait(_PACE_S):
            self.send(piece)

    def linger(self) -> None:
        """Say nothing more, and keep the connection."""
        self.over.wait()

    def upgrade(self) -> None:
        """Answer a WebSocket handshake."""
        key = re.search(rb"Sec-WebSocket-Key: (\S+)", self.request(), re.IGNORECASE)
        assert key, "no WebSocket handshake"
        accept = base64.b64encode(hashlib.sha1(key[1] + _GUID).digest())  # noqa: S324 - as RFC 6455 wants it
        self.send(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n",
        )

    def frame(self, text: str) -> None:
        """Send one WebSocket text frame."""
        data = text.encode()
        length = struct.pack("!B", len(data)) if len(data) < 126 else struct.pack("!BH", 126, len(data))
        self.send(b"\x81", length, data)

    def heard(self) -> bytes:
        """Whatever comes next."""
        return self.socket.recv(65536)


Handler = Callable[[Connection], None]


@dataclass
class RawServer:
    """A listening socket; each connection is handed to ``handle``, in a thread of its own."""

    handle: Handler
    connections: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._start(self._accept)

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                accepted, _ = self._listening.accept()
                self.connections += 1
                self._start(self._serve, accepted)

    def _serve(self, accepted: socket.socket) -> None:
        with accepted, contextlib.suppress(OSError):
            accepted.settimeout(20)
            self.handle(Connection(accepted, self.over))

    def stop(self) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(20)


@contextlib.contextmanager
def raw_server(handle: Handler) -> Iterator[RawServer]:
    """Serve by ``handle`` until the end of the block."""
    server = RawServer(handle)
    try:
        yield server
    finally:
        server.stop()


def always(status: str, *headers: str, body: bytes = b"{}") -> Handler:
    """A handler that gives every request the same answer."""

    def handle(connection: Connection) -> None:
        while connection.request():
            connection.answer(status, *headers, body=body)

    return handle
