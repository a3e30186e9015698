"""A server under other names: what stands between a client that speaks them and one that speaks the default dialect.

A middleware for REST and for Socket.IO, whose packets it reads as they go by: both sides of the suite, its client and
its reference server, are left as they are. No default name works here.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import names
from .moving import each, moved, moved_back
from .names import Way

_NOWHERE = "/nowhere"
_CONTROL = "/_conformance/"
_CONNECT, _EVENT, _ACK = "0", "2", "3"
_PACKET = re.compile(r"4(?P<kind>\d)(?:(?P<space>/[^,]*),)?(?P<number>\d*)(?P<data>.*)", re.DOTALL)
_SEPARATOR = "\x1e"


class Renamed:
    """The middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._asked: dict[tuple[str, str], str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = {**scope, "headers": [_renamed_cookie(*header) for header in scope["headers"]]}
        if f"{scope['path']}/".startswith(f"{names.SOCKET_PATH}/"):
            await self._socket(_under(scope, names.SOCKET_PATH, names.DEFAULT_SOCKET_PATH), receive, send)
        elif scope["path"].startswith(_CONTROL):
            await self._app(scope, receive, send)
        else:
            await self._rest(scope, receive, _naming_cookies(send))

    # --- REST -----------------------------------------------------------------------------------------------------

    async def _rest(self, scope: Scope, receive: Receive, send: Send) -> None:
        way, found = _way(scope)
        if way is None:
            await self._app(_at(scope, _NOWHERE + scope["path"]), receive, _answering(send, _error))
            return
        method, path = way.default

        def body(text: bytes) -> bytes:
            return _in_json(
                text, lambda told: moved_back(told, way.body), {one: found[one] for one in way.numbers_in_path}
            )

        def answer(status: int, told: Any) -> Any:
            return _error(status, told) if status >= 400 else _answer(way, told)

        # What a path here stands for is found by its own template; values stay as they were encoded.
        inner = {**_at(scope, path.format(**found)), "method": method}
        await self._app(inner, await _asking(receive, body), _answering(send, answer))

    # --- Socket.IO ------------------------------------------------------------------------------------------------

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        connection = query.get("sid", [f"socket {id(scope)}"])[0]
        if scope["type"] == "http":
            await self._polling(connection, scope, receive, send)
            return

        async def incoming() -> Message:
            message = await receive()
            if message.get("text"):
                message = {**message, "text": self._from_client(connection, message["text"])}
            return message

        async def outgoing(message: Message) -> None:
            if message.get("text"):
                message = {**message, "text": self._to_client(connection, message["text"])}
            await send(message)

        await self._app(scope, incoming, outgoing)

    async def _polling(self, connection: str, scope: Scope, receive: Receive, send: Send) -> None:
        def body(text: bytes) -> bytes:
            return _packets(text, lambda packet: self._from_client(connection, packet))

        def answer(text: bytes) -> bytes:
            return _packets(text, lambda packet: self._to_client(connection, packet))

        await self._app(scope, await _asking(receive, body), _Buffered(send, lambda _, text: answer(text)))

    def _from_client(self, connection: str, packet: str) -> str:
        read = _PACKET.fullmatch(packet)
        if read is None:
            return packet
        kind, space, number, data = read["kind"], read["space"] or "/", read["number"], read["data"]
        inner = "" if space == names.NAMESPACE else f"{_NOWHERE},"
        if kind == _EVENT:
            event, *payload = json.loads(data)
            asked = names.REQUESTS.get(event)
            self._asked[connection, number] = event
            told = [moved_back(one, asked.payload) for one in payload] if asked else payload
            data = _text([asked.default if asked else _NOWHERE, *told])
        return f"4{kind}{inner}{number}{data}"

    def _to_client(self, connection: str, packet: str) -> str:
        read = _PACKET.fullmatch(packet)
        if read is None:
            return packet
        kind, space, number, data = read["kind"], read["space"], read["number"], read["data"]
        outer = f"{names.NAMESPACE}," if space is None else f"{space},"
        if kind == _EVENT:
            event, *payload = json.loads(data)
            data = _text([_event_name(event), *(_event(event, one) for one in payload)])
        elif kind == _ACK:
            asked = names.REQUESTS.get(self._asked.pop((connection, number), ""))
            if asked is not None:
                told = [moved(_recoded(one), asked.ack) for one in json.loads(data)]
                data = _text([each(one, names.PEOPLE, _member) for one in told])
        return f"4{kind}{outer}{number}{data}"


# --- what is where ------------------------------------------------------------------------------------------------


def _way(scope: Scope) -> tuple[Way | None, Mapping[str, str]]:
    """The call that the path here is of, with the values of its path, still encoded; None where it is of none."""
    path = scope.get("raw_path", b"").decode("ascii") or scope["path"]
    for way in names.WAYS:
        method, template = way.here
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]*)", re.escape(template))
        found = re.fullmatch(pattern, path)
        if found is not None and scope.get("method") == method:
            return way, found.groupdict()
    return None, {}


def _at(scope: Scope, path: str) -> Scope:
    return {**scope, "path": unquote(path), "raw_path": path.encode("ascii", "replace")}


def _under(scope: Scope, here: str, default: str) -> Scope:
    return _at(scope, default + scope["path"].removeprefix(here))


def _renamed_cookie(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """The header of a session, or of a bot's key, by default; the default name of either is nobody's here."""
    if name == names.KEY_HEADER.encode():
        return names.DEFAULT_KEY_HEADER.encode(), value
    if name != b"cookie":
        return name, value
    told = re.sub(rf"(^|;\s*){names.DEFAULT_COOKIE}=", r"\1nobodys=", value.decode("latin-1"))
    told = re.sub(rf"(^|;\s*){names.COOKIE}=", rf"\1{names.DEFAULT_COOKIE}=", told)
    return name, told.encode("latin-1")


def _naming_cookies(send: Send) -> Send:
    """``send``, by which a session is set under its name here."""

    async def named(message: Message) -> None:
        if message["type"] == "http.response.start":
            default, here = f"{names.DEFAULT_COOKIE}=".encode(), f"{names.COOKIE}=".encode()
            headers = [(name, value.replace(default, here)) for name, value in message["headers"]]
            message = {**message, "headers": headers}
        await send(message)

    return named


def _recoded(document: Any) -> Any:
    """``document`` with the codes here, wherever one stands."""
    match document:
        case str():
            return names.CODES.get(document, document)
        case list():
            return [_recoded(one) for one in document]
        case dict():
            return {name: _recoded(one) for name, one in document.items()}
        case _:
            return document


def _error(_status: int, told: Any) -> Any:
    return moved(_recoded(told), names.ERROR)


def _answer(way: Way, told: Any) -> Any:
    if isinstance(told, list):
        told = [moved(one, names.ENTRY) for one in told]
    return moved(told, way.answer)


def _member(one: Any) -> Any:
    return moved(one, names.MEMBER)


def _event_name(event: str) -> str:
    return names.EVENTS[event].here if event in names.EVENTS else event


def _event(event: str, payload: Any) -> Any:
    told = moved(payload, names.EVENTS[event].payload) if event in names.EVENTS else payload
    return each(told, names.PEOPLE, _member)


# --- bodies on their way ------------------------------------------------------------------------------------------


def _text(document: Any) -> str:
    return json.dumps(document, separators=(",", ":"))


def _in_json(text: bytes, change: Callable[[Any], Any], more: Mapping[str, str]) -> bytes:
    """``text`` with its object changed; as it is where it has none, since what is malformed has to arrive."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(told, dict):
        return text
    numbers = {name: int(value) if value.isdecimal() else value for name, value in more.items()}
    changed = {**change(told), **numbers}
    return text if changed == told else _text(changed).encode()


def _packets(text: bytes, change: Callable[[str], str]) -> bytes:
    return _SEPARATOR.join(change(one) for one in text.decode().split(_SEPARATOR)).encode()


async def _asking(receive: Receive, change: Callable[[bytes], bytes]) -> Receive:
    """The request, read to its end and changed; what comes after it (that the client is gone) is left as it is."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        body, more = body + message.get("body", b""), message.get("more_body", False)
    pending: list[Message] = [{"type": "http.request", "body": change(body) if body else b"", "more_body": False}]

    async def give() -> Message:
        return pending.pop() if pending else await receive()

    return give


class _Buffered:
    """Sends an answer when it is whole, changed."""

    def __init__(self, send: Send, change: Callable[[int, bytes], bytes]) -> None:
        self._send = send
        self._change = change
        self._start: Message = {}
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        body = self._change(self._start["status"], self._body) if self._body else b""
        headers = [one for one in self._start["headers"] if one[0].lower() != b"content-length"]
        length = (b"content-length", str(len(body)).encode())
        await self._send({**self._start, "headers": [*headers, length]})
        await self._send({**message, "body": body})


def _answering(send: Send, change: Callable[[int, Any], Any]) -> Send:
    def in_json(status: int, text: bytes) -> bytes:
        try:
            return _text(change(status, json.loads(text))).encode()
        except ValueError:
            return text

    return _Buffered(send, in_json)
