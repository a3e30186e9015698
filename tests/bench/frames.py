"""A Socket.IO connection over a bare socket: as little as can be done and still be one."""

import base64
import contextlib
import json
import os
import socket
import struct
import time
from collections import Counter, deque

_TEXT, _CLOSE, _PING, _PONG = 0x81, 0x88, 0x89, 0x8A
_SHORT, _MEDIUM, _LONG = 125, 126, 127


class BareSocket:
    """Connected once it is made. Raises `OSError` where the server does not let it in."""

    def __init__(self, host: str, port: int, cookie: str) -> None:
        self._socket = socket.create_connection((host, port), timeout=10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = b""
        self._acks: deque[str] = deque()
        self._events: Counter[str] = Counter()
        key = base64.b64encode(os.urandom(16)).decode("ascii")
        self._socket.sendall(
            f"GET /socket.io/?transport=websocket&EIO=4 HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Cookie: {cookie}\r\n\r\n".encode("latin-1")
        )
        try:
            self._shake_hands()
        except OSError:
            self._socket.close()
            raise

    def _shake_hands(self) -> None:
        head = self._until(b"\r\n\r\n")
        if b" 101 " not in head[:20]:
            raise OSError(f"the handshake was answered {head[:40]!r}")
        self._text()
        self._send("40")
        answer = self._text()
        if not answer.startswith("40"):
            raise OSError(f"the connection was answered {answer!r}")

    # --- sending ----------------------------------------------------------------------------------------------------

    def send_event(self, text: str) -> None:
        """Send an event, ``["name", payload]`` as JSON, that asks for an acknowledgement."""
        self._send(f"420{text}")

    def _send(self, text: str) -> None:
        data = text.encode()
        # Masked by zeros, as which it stays what it is: to mask is what a protocol asks for, and costs no exchange.
        if len(data) <= _SHORT:
            head = bytes((_TEXT, 0x80 | len(data)))
        elif len(data) < 1 << 16:
            head = bytes((_TEXT, 0x80 | _MEDIUM)) + struct.pack("!H", len(data))
        else:
            head = bytes((_TEXT, 0x80 | _LONG)) + struct.pack("!Q", len(data))
        self._socket.sendall(head + b"\0\0\0\0" + data)

    # --- receiving --------------------------------------------------------------------------------------------------

    def wait_for_ack(self, seconds: float) -> str:
        """The next acknowledgement as it came; empty where none comes in time."""
        ends = time.monotonic() + seconds
        while not self._acks:
            if not self._one_more(ends):
                return ""
        return self._acks.popleft()

    def wait_for_event(self, name: str, seconds: float) -> bool:
        """Whether an event of that name is there, or comes in time."""
        ends = time.monotonic() + seconds
        while not self._events[name]:
            if not self._one_more(ends):
                return False
        self._events[name] -= 1
        return True

    def _one_more(self, ends: float) -> bool:
        left = ends - time.monotonic()
        if left <= 0:
            return False
        self._socket.settimeout(left)
        try:
            text = self._text()
        except OSError:
            return False
        finally:
            self._socket.settimeout(10)
        if text.startswith("43"):
            self._acks.append(text)
        elif text.startswith("42"):
            self._events[str(json.loads(text[2:])[0])] += 1
        elif text == "2":
            self._send("3")
        return True

    def _text(self) -> str:
        while True:
            first, second = self._exactly(2)
            length = second & 0x7F
            if length == _MEDIUM:
                (length,) = struct.unpack("!H", self._exactly(2))
            elif length == _LONG:
                (length,) = struct.unpack("!Q", self._exactly(8))
            data = self._exactly(length)
            if first == _TEXT:
                return data.decode()
            if first == _CLOSE:
                raise OSError("closed by the server")
            if first == _PING:
                self._socket.sendall(bytes((_PONG, 0x80 | length)) + b"\0\0\0\0" + data)

    def _exactly(self, length: int) -> bytes:
        while len(self._read) < length:
            self._more()
        taken, self._read = self._read[:length], self._read[length:]
        return taken

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._read:
            self._more()
        taken, _, self._read = self._read.partition(mark)
        return taken

    def _more(self) -> None:
        data = self._socket.recv(1 << 16)
        if not data:
            raise OSError("the server hung up")
        self._read += data

    def close(self) -> None:
        """Leave, with a word."""
        with contextlib.suppress(OSError):
            self._send("41")
        self._socket.close()
