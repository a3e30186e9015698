"""Answers that no honest server gives, to a send or to whatever is asked."""

import gzip
import itertools
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from rooms.raw import Connection

from .proxy import Answering, Line, Request, Spoiler

CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
# An archive of brotli is not made without its library; nobody is to look into this one anyway.
BROTLI = bytes.fromhex("5bffffff03") + bytes(4096)


@dataclass
class Sends(Spoiler):
    """Answers sends in its own way, all from the first on, or from a later one."""

    answering: Answering
    since: int = 0
    times: int = 0

    def request(self, connection: Connection, request: Request) -> bool:
        if not request.is_send:
            return False
        self.times += 1
        if self.times <= self.since:
            return False
        self.answering(connection)
        return True


@dataclass
class Control(Spoiler):
    """Answers the control API in its own way, where the request's line begins so."""

    answering: Answering
    line: str = ""

    def request(self, connection: Connection, request: Request) -> bool:
        if not request.is_control or not request.line.startswith(self.line):
            return False
        self.answering(connection)
        return True


@dataclass
class Edited(Spoiler):
    """Changes the body of what the server answers to a send."""

    edit: Callable[[bytes], bytes]

    def answer(self, request: Request, head: bytes, body: bytes) -> tuple[bytes, bytes]:
        return head, self.edit(body) if request.is_send else body


@dataclass
class Headed(Spoiler):
    """Adds header lines to whatever the server answers, its handshakes too."""

    headers: Callable[[], bytes]

    def answer(self, request: Request, head: bytes, body: bytes) -> tuple[bytes, bytes]:
        return head + b"\r\n" + self.headers(), body


@dataclass
class Meanwhile(Spoiler):
    """Behind so many sends so many requests, whatever they ask, are not answered as they should."""

    answering: Answering
    since: int
    times: int = 10**9
    sends: int = 0

    def request(self, connection: Connection, request: Request) -> bool:
        self.sends += request.is_send
        if self.sends <= self.since or self.times <= 0:
            return False
        self.times -= 1
        self.answering(connection)
        return True


@dataclass
class Renaming(Spoiler):
    """Puts ``text`` into every error, name and reason that the server gives, over HTTP and over Socket.IO."""

    text: str

    def _renamed(self, text: str) -> str:
        odd = json.dumps(self.text, ensure_ascii=False)
        return re.sub(r'"(error|username|chat_name|reason|name)":\s*"[^"]*"', lambda one: f'"{one[1]}":{odd}', text)

    def answer(self, request: Request, head: bytes, body: bytes) -> tuple[bytes, bytes]:
        return head, self._renamed(body.decode()).encode()

    def packet(self, line: Line, text: str) -> None:
        line.send(self._renamed(text))


@dataclass
class Made(Spoiler):
    """Changes what the control API says that it made, and remembers what it was asked to delete."""

    edit: Callable[[bytes], bytes]
    path: str = "/users"
    deleted: list[str] = field(default_factory=list)

    def request(self, connection: Connection, request: Request) -> bool:
        if request.line.startswith("DELETE "):
            self.deleted.append(request.line.partition(" ")[2])
        return False

    def answer(self, request: Request, head: bytes, body: bytes) -> tuple[bytes, bytes]:
        made = request.line.startswith("POST ") and request.is_control and request.line.endswith(self.path)
        return head, self.edit(body) if made else body


def always(member: bytes, value: bytes) -> Callable[[bytes], bytes]:
    """The value of ``member`` is this one, as it is."""
    return lambda body: re.sub(rb'"' + member + rb'":\s*("[^"]*"|\d+)', lambda _: b'"' + member + b'":' + value, body)


def refusing(text: str) -> Answering:
    """A refusal, with ``text`` for a reason."""
    body = json.dumps({"error": text, "code": text}, ensure_ascii=False).encode()
    return lambda line: line.answer("400 Bad Request", "Content-Type: application/json", body=body)


def always_the_same(member: bytes) -> Callable[[bytes], bytes]:
    """The value of ``member`` that was given first is given to everybody."""
    first: list[bytes] = []
    pattern = re.compile(rb'"' + member + rb'":\s*("[^"]*"|\d+)')

    def edit(body: bytes) -> bytes:
        if found := pattern.search(body):
            first.append(found[1])
        return pattern.sub(lambda _: b'"' + member + b'":' + first[0], body)

    return edit


# --- one answer ----------------------------------------------------------------------------------------------------


def whole(body: bytes, *headers: bytes) -> Answering:
    """A well-formed answer with that body."""

    def answer(connection: Connection) -> None:
        lines = b"".join(header + b"\r\n" for header in headers)
        connection.send(OK, lines, b"Content-Length: %d\r\n\r\n" % len(body), body)

    return answer


def saying(*parts: bytes) -> Answering:
    """Bytes as they are, and then the end of the connection."""

    def answer(connection: Connection) -> None:
        connection.send(*parts)
        raise ConnectionError

    return answer


def stalling(*parts: bytes) -> Answering:
    """Bytes as they are, and then nothing more."""

    def answer(connection: Connection) -> None:
        connection.send(*parts)
        connection.linger()

    return answer


def dripping(*parts: bytes, piece: bytes = b"x") -> Answering:
    """Bytes as they are, and then a little more at a time, for ever."""

    def answer(connection: Connection) -> None:
        connection.send(*parts)
        connection.drip(piece)

    return answer


def endless(*parts: bytes, piece: bytes) -> Answering:
    """Bytes as they are, and then as much more as goes through, for ever."""

    def answer(connection: Connection) -> None:
        connection.send(*parts)
        while not connection.over.is_set():
            connection.send(piece)

    return answer


def silent(connection: Connection) -> None:
    connection.linger()


def echo_of(request: Request) -> bytes:
    """All that was asked, with its secrets."""
    text = request.raw.decode("latin-1").replace("\\", "/").replace('"', "'").replace("\r\n", " | ")
    return b'{"error": "' + text.encode("ascii", "replace") + b'"}'


class Echo(Spoiler):
    """Gives back, as an error, all that it was sent: to a send, or to what begins with ``line``."""

    def __init__(self, line: str = "") -> None:
        self._line = line

    def request(self, connection: Connection, request: Request) -> bool:
        if not (request.line.startswith(self._line) if self._line else request.is_send):
            return False
        body = echo_of(request) if request.is_send else b'{"you": "%s"}' % request.token.encode()
        shown = re.sub(rb"[^ -~]", b"?", body)[:2000]
        connection.send(
            b"HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\nX-Asked: " + shown,
            b"\r\nContent-Length: %d\r\n\r\n" % len(body),
            body,
        )
        return True


# --- what is in a body ---------------------------------------------------------------------------------------------


def an_id(text: bytes) -> Callable[[bytes], bytes]:
    """Puts ``text`` where the id was, as it is."""
    return lambda body: re.sub(rb'"id":\s*"[^"]*"', lambda _: b'"id":' + text, body)


def twice(body: bytes, *, right_last: bool) -> bytes:
    """The member id twice, and only one of them is the message's."""
    found = re.search(rb'"id":\s*("[^"]*")', body)
    if found is None:
        return body
    right, wrong = found[1], b'"1-1"'
    first, second = (wrong, right) if right_last else (right, wrong)
    return b'{"id":' + first + b',"id":' + second + b"}"


def days_apart() -> Callable[[], bytes]:
    """A Date that jumps by years with every answer, back and forth."""
    dates = itertools.cycle([b"Thu, 01 Jan 1970 00:00:00 GMT", b"Fri, 31 Dec 9999 23:59:59 GMT", b"yesterday"])
    lock = threading.Lock()

    def headers() -> bytes:
        with lock:
            return b"X-Again: yes\r\nDate: " + next(dates)

    return headers


@dataclass
class Mirror(Spoiler):
    """Sets cookies with every answer, and remembers which it was sent."""

    lines: bytes
    cookies: set[str] = field(default_factory=set)

    def request(self, connection: Connection, request: Request) -> bool:
        self.cookies.add(request.cookie)
        return False

    def answer(self, request: Request, head: bytes, body: bytes) -> tuple[bytes, bytes]:
        return head + b"\r\n" + self.lines, body


BOMB = gzip.compress(bytes(50_000_000), 9)
DEEP = b'{"id":' + b"[" * 1_000_000 + b"}"
DIGITS = b"9" * 1_000_000
ODD = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> [link](javascript:alert(1)) **bold** `code` | # "
    "\x1b[2J\x1b]0;owned\x07\x1b[31m\x9b31m\u202egnol\u2028\x00\x08 {{7*7}} ${7*7} %s %n ]]> &lt;"
)
