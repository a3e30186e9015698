"""Variants of the transport: connections, headers, the way a body travels, and how its JSON is spelled."""

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conformance.reference.decisions import Decisions, Middleware
from conformance.reference.lies import Variants
from conformance.reference.variants.rewriting import respelled, set_text

VARIANTS = Variants()

_JSON_TYPE = "application/json"


# --- connections and headers ------------------------------------------------------------------------------------


@VARIANTS.keeps()
class ConnectionsClosed(Decisions):
    """Every connection ends with its first answer."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        response.headers["Connection"] = "close"
        return response


@VARIANTS.keeps()
class HeadersInOddCase(Decisions):
    """The names of headers are in capitals here and there."""

    def middlewares(self) -> Sequence[Middleware]:
        return (*super().middlewares(), _on_start(_in_odd_case))


@VARIANTS.keeps()
class HeadersDoubled(Decisions):
    """Headers that may be given several times are."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        for value in ("no-store", "no-cache"):
            response.headers.append("Cache-Control", value)
        for value in ("Origin", "Cookie", "Accept"):
            response.headers.append("Vary", value)
        response.headers.append("X-Request-Id", "")
        return response


@VARIANTS.keeps()
class StrayCookies(Decisions):
    """A load balancer sets cookies of its own with every answer."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        response.set_cookie("lb", "eu-1", httponly=True)
        response.set_cookie("__bm", "A" * 200, path="/v1", max_age=1)
        return response


@VARIANTS.keeps(apart=["problem-details"])
class CharsetInTypes(Decisions):
    """The content type names the charset, in capitals."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        if response.headers.get("content-type") == _JSON_TYPE:
            response.headers["content-type"] = 'Application/JSON;Charset="UTF-8"'
        return response


class _Odd(bytes):
    """A header's name that stays as it is spelled: the server would write it in small letters."""

    __slots__ = ()

    def lower(self) -> bytes:
        return self


_FRAMING = (b"content-length", b"transfer-encoding", b"connection")


def _in_odd_case(start: Message) -> None:
    headers = start["headers"]
    start["headers"] = [(name if name in _FRAMING else _Odd(name.swapcase()), value) for name, value in headers]


def _on_start(change: Callable[[Message], None]) -> Middleware:
    """What changes the head of every HTTP answer."""

    def middleware(app: ASGIApp) -> ASGIApp:
        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            async def changed(message: Message) -> None:
                if message["type"] == "http.response.start":
                    change(message)
                await send(message)

            await app(scope, receive, changed if scope["type"] == "http" else send)

        return wrapped

    return middleware


# --- the way of a body ------------------------------------------------------------------------------------------


@VARIANTS.keeps(apart=["trickling-bodies"])
class ChunkedBodies(Decisions):
    """Bodies come in chunks, and nothing says how long they are."""

    def middlewares(self) -> Sequence[Middleware]:
        return (*super().middlewares(), _in_chunks(16, 0.0))


@VARIANTS.keeps(apart=["chunked-bodies"])
class TricklingBodies(Decisions):
    """Bodies come in three parts with a pause in front of each."""

    def middlewares(self) -> Sequence[Middleware]:
        return (*super().middlewares(), _in_chunks(3, 0.004))


def _in_chunks(parts: int, pause_s: float) -> Middleware:
    """What sends every body in so many parts."""

    def middleware(app: ASGIApp) -> ASGIApp:
        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            async def cut(message: Message) -> None:
                if message["type"] == "http.response.body":
                    await _send_in_parts(message, parts, pause_s, send)
                else:
                    await send(message)

            if scope["type"] == "http":
                await without_length(scope, receive, cut)
            else:
                await app(scope, receive, send)

        without_length = _on_start(_drop_length)(app)
        return wrapped

    return middleware


def _drop_length(start: Message) -> None:
    if start["status"] != 204:
        start["headers"] = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]


async def _send_in_parts(message: Message, parts: int, pause_s: float, send: Send) -> None:
    body = message.get("body", b"")
    size = max(1, -(-len(body) // parts))
    for at in range(0, len(body), size):
        await asyncio.sleep(pause_s)
        await send({"type": "http.response.body", "body": body[at : at + size], "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": message.get("more_body", False)})


# --- how JSON is spelled ----------------------------------------------------------------------------------------


@VARIANTS.keeps(apart=["json-in-utf-8", "json-with-escaped-slashes", "json-with-escaped-letters"])
class JsonIndented(Decisions):
    """JSON is laid out for people, its members sorted by name."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        return respelled(response, lambda read: json.dumps(read, indent="\t", sort_keys=True) + "\r\n")


@VARIANTS.keeps(apart=["json-indented", "json-with-escaped-slashes", "json-with-escaped-letters"])
class JsonInUtf8(Decisions):
    """JSON has letters beyond ASCII as they are."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        return respelled(response, lambda read: json.dumps(_decorated(read), ensure_ascii=False))


@VARIANTS.keeps(apart=["json-indented", "json-in-utf-8", "json-with-escaped-letters"])
class JsonWithEscapedSlashes(Decisions):
    """JSON escapes every slash, as PHP does."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        return respelled(response, lambda read: json.dumps(_decorated(read)).replace("/", r"\/"))


@VARIANTS.keeps(apart=["json-indented", "json-in-utf-8", "json-with-escaped-slashes"])
class JsonWithEscapedLetters(Decisions):
    """JSON escapes every character of every text, the names of members too."""

    async def answer(self, request: Request, response: Response) -> Response:
        return respelled(await super().answer(request, response), _escaped)


@VARIANTS.keeps()
class WhitespaceAroundJson(Decisions):
    """JSON has whitespace in front of it and behind it."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        if response.body:
            set_text(response, f"\n {bytes(response.body).decode()}\t\r\n\n")
        return response


def _decorated(read: Any) -> Any:
    """An object with a member more, so that there is something to be spelled in one's own way."""
    return {**read, "server": "Łódź/1"} if isinstance(read, dict) else read


def _escaped(read: Any) -> str:
    if isinstance(read, dict):
        return "{" + ",".join(f"{_escaped(name)}:{_escaped(value)}" for name, value in read.items()) + "}"
    if isinstance(read, list):
        return "[" + ",".join(map(_escaped, read)) + "]"
    if not isinstance(read, str):
        return json.dumps(read)
    units = read.encode("utf-16-be", "surrogatepass").hex()
    return '"' + "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)) + '"'
