"""One HTTP request: who asks, what for, and the answer in JSON, whatever happens."""

import json
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from conformance.reference import refusals
from conformance.reference.bodies import Body
from conformance.reference.portal import Portal
from conformance.reference.records import Session
from conformance.reference.refusals import Refusal

LOG = logging.getLogger("conformance.reference")

_ID = re.compile(r"[0-9]{1,18}", re.ASCII)


class Json(Response):
    """A JSON answer in plain ASCII, so that no string can break its encoding."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The text of it."""
        return json.dumps(content, separators=(",", ":"), allow_nan=False).encode("ascii")


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way to an action."""

    request: Request
    portal: Portal

    async def session(self) -> Session:
        """Whose request it is; raises a refusal where it is nobody's."""
        session = await self.portal.decisions.caller_of(self.request, self.portal.state)
        if session is None:
            raise refusals.no_session()
        return session

    def id(self, name: str = "chat_id", *, malformed: int = 422) -> int:
        """The number in the path; one of another form is answered with ``malformed``."""
        value = self.request.path_params[name]
        if not _ID.fullmatch(value):
            raise Refusal("path", malformed, f"{name} must be an integer")
        return int(value)

    async def body(self) -> Body:
        """The request's body, an object."""
        rules = self.portal.decisions
        return rules.parse_body(self.request.headers.get("content-type"), await self._raw())

    async def body_or_nothing(self) -> Body:
        """The request's body, an empty object where there is none."""
        raw = await self._raw()
        rules = self.portal.decisions
        return rules.parse_body(self.request.headers.get("content-type"), raw) if raw else {}

    async def _raw(self) -> bytes:
        """The bytes of the body; one that is too long is read to its end, or its answer would get lost."""
        parts, size, most = [], 0, self.portal.decisions.max_body_bytes
        async for part in self.request.stream():
            size += len(part)
            if size <= most:
                parts.append(part)
        if size > most:
            raise refusals.bad_body(f"the body is longer than {most} bytes", 413)
        return b"".join(parts)


Action = Callable[[Call], Awaitable[Any]]
Endpoint = Callable[[Request], Awaitable[Response]]


def endpoint(portal: Portal, action: Action) -> Endpoint:
    """The action as an endpoint: a refusal becomes its answer, and so does an accident."""

    async def answer(request: Request) -> Response:
        response = await _response(Call(request, portal), action)
        return await portal.decisions.answer(request, response)

    return answer


async def _response(call: Call, action: Action) -> Response:
    try:
        result = await action(call)
    except Refusal as refusal:
        return error_response(call.portal, refusal)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it
    except Exception:  # noqa: BLE001 - whatever it is, the client gets a clean answer and the log the rest
        return accident(call.portal)
    return result if isinstance(result, Response) else Json(result)


def error_response(portal: Portal, refusal: Refusal) -> Response:
    """The answer to what was refused."""
    decisions = portal.decisions
    return Json(
        decisions.error_body(refusal),
        status_code=decisions.status_of(refusal),
        headers=decisions.error_headers(refusal),
    )


def accident(portal: Portal) -> Response:
    """The answer to a fault of the server's own: the log has it all, the answer nothing."""
    refusal = Refusal("accident", 500, "the server failed")
    body = portal.decisions.error_body(refusal)
    LOG.exception("unexpected failure, correlation id %s", body.get("correlation_id"))
    return Json(body, status_code=500)


def on_accident(portal: Portal) -> Callable[[Request, Exception], Awaitable[Response]]:
    """What answers a failure outside of every action."""

    async def answer(_request: Request, _exception: Exception) -> Response:
        return accident(portal)

    return answer


def on_http_exception(portal: Portal) -> Callable[[Request, Exception], Awaitable[Response]]:
    """What answers a path or a method that is not there."""

    async def answer(request: Request, exception: Exception) -> Response:
        assert isinstance(exception, HTTPException)
        refusal = Refusal("route", exception.status_code, exception.detail.lower())
        response = error_response(portal, refusal)
        response.headers.update(exception.headers or {})  # a 405 names the methods that are there
        return await portal.decisions.answer(request, response)

    return answer
