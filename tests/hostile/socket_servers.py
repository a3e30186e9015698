"""Socket.IO as no honest server speaks it."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from rooms.raw import Connection

from .proxy import Line, Request, Spoiler, header

EVENT, ACK = "42", "43"
_MEBIBYTE = 1024 * 1024


@dataclass
class Packets(Spoiler):
    """Changes the packets of the server that begin so; ``instead`` are those that go out in the place of one."""

    begins: str
    instead: Callable[[str], list[str]]

    def packet(self, line: Line, text: str) -> None:
        for one in self.instead(text) if text.startswith(self.begins) else [text]:
            line.send(one)


@dataclass
class After(Spoiler):
    """Does something hostile on one socket, once its first acknowledgement has gone out."""

    hostile: Callable[[Line], None]
    sockets: int = 0
    """So many sockets are spared first."""
    _seen: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def packet(self, line: Line, text: str) -> None:
        line.send(text)
        if text.startswith(ACK):
            with self._lock:
                fresh = id(line) not in self._seen
                self._seen.add(id(line))
                number = len(self._seen)
            if fresh and number == self.sockets + 1:
                self.hostile(line)


@dataclass
class CutsOff(Spoiler):
    """Cuts every socket before a send, and refuses that: its sender is not in the chat any more."""

    lines: list[Line] = field(default_factory=list)

    def packet(self, line: Line, text: str) -> None:
        if line not in self.lines:
            self.lines.append(line)
        line.send(text)

    def request(self, connection: Connection, request: Request) -> bool:
        if not request.is_send:
            return False
        for line in self.lines:
            line.cut()
        connection.answer("403 Forbidden", body=b'{"error": "join first", "code": "ERR_NOT_JOINED"}')
        return True


def flood(text: str) -> Callable[[Line], None]:
    """The same packet as fast as it goes, for ever."""
    data = text.encode()
    many = (header(0x81, len(data)) + data) * 500

    def go_on(line: Line) -> None:
        while not line.connection.over.is_set():
            line.connection.send(many)

    return go_on


def pings(line: Line) -> None:
    """Pings of the WebSocket itself, as fast as it goes, and no answer is read."""
    many = (header(0x89, 4) + b"ping") * 500
    while not line.connection.over.is_set():
        line.connection.send(many)


def huge(line: Line) -> None:
    """One event of a hundred megabytes."""
    line.connection.send(header(0x81, 100 * _MEBIBYTE), b'42["noise","')
    for _ in range(100):
        line.connection.send(b"x" * _MEBIBYTE)


def fragments(line: Line) -> None:
    """The same, in frames of a mebibyte each."""
    line.connection.send(header(0x01, 12), b'42["noise","')
    for _ in range(100):
        line.connection.send(header(0x00, _MEBIBYTE), b"x" * _MEBIBYTE)


def hang_up_soon(line: Line) -> None:
    threading.Timer(0.05, line.cut).start()


@dataclass
class Dropping(Spoiler):
    """Drops every socket so many seconds after it was let in."""

    seconds: float = 0.01

    def packet(self, line: Line, text: str) -> None:
        line.send(text)
        if line.told == 0:
            threading.Timer(self.seconds, line.cut).start()


def attachment(text: str) -> list[str]:
    """An event that announces an attachment, which never comes."""
    name = re.search(r'\["([^"]*)"', text)
    return [f'451-["{name[1] if name else "x"}",{{"_placeholder":true,"num":0}}]']


def with_member(raw: str) -> Callable[[str], list[str]]:
    """The event with one more member, its value as it is."""
    return lambda text: [re.sub(r"\}\]$", lambda _: f',"more":{raw}}}]', text)]


def namespaced(kind: str) -> Callable[[str], list[str]]:
    """The packet, but of another namespace."""
    return lambda text: [f"{kind}/other,{text[len(kind) :]}"]


def patient(interval: str, timeout: str) -> Callable[[str], list[str]]:
    """A greeting with other times."""

    def instead(text: str) -> list[str]:
        text = re.sub(r'"pingInterval":\d+', lambda _: f'"pingInterval":{interval}', text)
        return [re.sub(r'"pingTimeout":\d+', lambda _: f'"pingTimeout":{timeout}', text)]

    return instead


# --- by polling ----------------------------------------------------------------------------------------------------


@dataclass
class Polls(Spoiler):
    """Changes what a poll is answered with: every poll's but the first of a connection, or that one alone."""

    edit: Callable[[bytes], bytes]
    opening: bool = False

    def answer(self, request: Request, head: bytes, body: bytes) -> tuple[bytes, bytes]:
        polled = request.line.startswith("GET /socket.io")
        return head, self.edit(body) if polled and ("sid=" in request.line) != self.opening else body


class EndlessPolls(Spoiler):
    """Answers each poll but the first with a body that has no end."""

    def request(self, connection: Connection, request: Request) -> bool:
        if not (request.line.startswith("GET /socket.io") and "sid=" in request.line):
            return False
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.send(b"10000\r\n", b"6" * 65536, b"\r\n")


def impatient(body: bytes) -> bytes:
    return patient("-90000", "-90000")(body.decode())[0].encode()


def overpatient(body: bytes) -> bytes:
    return patient("1" + "0" * 40, "1" + "0" * 60)(body.decode())[0].encode()
