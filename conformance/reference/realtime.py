"""The Socket.IO side: who may connect, and what a client can ask for."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import socketio
from socketio.exceptions import ConnectionRefusedError as Refused
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from conformance.reference import bodies, refusals, rooms
from conformance.reference.bodies import Body
from conformance.reference.http import error_response
from conformance.reference.portal import Portal
from conformance.reference.records import Session, Share
from conformance.reference.refusals import Refusal
from conformance.reference.settings import COOKIE
from conformance.reference.shapes import Json

LOG = logging.getLogger("conformance.reference")
_MAX_PACKET = 1024 * 1024

Request = Callable[["Realtime", str, Session, Body], Awaitable[Json]]


_RESERVED = ("connect", "disconnect", "*")
"""What only the library calls; it would let a client call it too."""


class _Server(socketio.AsyncServer):
    """A Socket.IO server that drops what is no event of a client."""

    async def _handle_event(self, eio_sid: str, namespace: str, id: int | None, data: Any) -> None:  # noqa: A002 - the library's own name
        if isinstance(data, list) and data and isinstance(data[0], str) and data[0] not in _RESERVED:
            await super()._handle_event(eio_sid, namespace, id, data)


def make_server() -> Any:
    """A Socket.IO server which handles each socket's packets in the order in which they came."""
    return _Server(
        async_mode="asgi",
        async_handlers=False,
        cors_allowed_origins=[],  # no check of the origin: the clients are no browsers
        max_http_buffer_size=_MAX_PACKET,
        http_compression=False,
        logger=_quiet("conformance.reference.socketio"),
        engineio_logger=_quiet("conformance.reference.engineio"),
    )


def beside(portal: Portal, sio: Any, rest: ASGIApp) -> ASGIApp:
    """Socket.IO under its path, everything else by ``rest``."""
    library = socketio.ASGIApp(sio)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if not f"{scope.get('path', '')}/".startswith("/socket.io/"):
            await rest(scope, receive, send)
            return
        try:
            await library(scope, receive, send)
        except Exception:  # noqa: BLE001 - it trips over packets and connections that broke off; no fault of ours
            if scope["type"] == "http":
                await error_response(portal, refusals.bad_body("no such connection"))(scope, receive, send)

    return serve


def _quiet(name: str) -> logging.Logger:
    """A logger that says nothing of packets, only of failures."""
    logger = logging.getLogger(name)
    logger.setLevel(logging.ERROR)
    return logger


class Realtime:
    """The handlers of one server's sockets."""

    def __init__(self, portal: Portal, sio: Any) -> None:
        self.portal = portal
        self._sio = sio
        self._departures: dict[str, asyncio.Task[None]] = {}
        sio.on("connect", self._connect)
        sio.on("disconnect", self._disconnect)
        sio.on("*", self._event)

    async def end_user(self, user_id: int) -> None:
        """End the connections of a user."""
        sockets = self.portal.state.hub.of_user(user_id)
        for socket in sockets:
            await self._sio.disconnect(socket.sid)
        await self._departed(*{socket.session_id for socket in sockets})

    async def end_all(self) -> None:
        """End every connection."""
        for socket in self.portal.state.hub.everyone():
            await self._sio.disconnect(socket.sid)
        await self._departed(*self._departures)

    async def close(self) -> None:
        """End every connection and the library's housekeeping; once."""
        await self.end_all()
        await self._sio.shutdown()

    async def _connect(self, sid: str, environ: dict[str, Any], _auth: Any = None) -> None:
        secret = cookie_parser(environ.get("HTTP_COOKIE", "")).get(COOKIE)
        decisions, state = self.portal.decisions, self.portal.state
        session = await decisions.session_of(state, secret)
        if session is None:
            raise Refused("a valid session is needed")
        if decisions.departs_before_it_returns:
            await self._departed(session.id)
        state.hub.add(sid, session)
        # The user may have been deleted between the two looks; then nobody ends this connection but we.
        if await decisions.session_of(state, secret) is None:
            state.hub.remove(sid)
            raise Refused("a valid session is needed")

    async def _disconnect(self, sid: str, _reason: Any = None) -> None:
        """Forget the socket now, leave its chats later: a delivery that finds it dead holds a chat's lock."""
        session = self.portal.state.hub.remove(sid)
        if session is not None and self.portal.decisions.leaves(self.portal.state.hub.of_session(session.id)):
            task = asyncio.create_task(self._depart(session))
            self._departures[session.id] = task
            task.add_done_callback(lambda _: self._departures.pop(session.id, None))

    async def _depart(self, session: Session) -> None:
        try:
            await self.portal.decisions.linger(session)
            await rooms.abandon(self.portal, session)
        except Exception:
            LOG.exception("unexpected failure at the end of a connection")

    async def _departed(self, *session_ids: str) -> None:
        """Wait until these sessions have left what they were leaving."""
        leaving = [self._departures[session_id] for session_id in session_ids if session_id in self._departures]
        await asyncio.gather(*leaving)

    async def _event(self, event: str, sid: str, *arguments: Any) -> Json:
        """Answer one request of a client; whatever it sent, it is acknowledged."""
        decisions = self.portal.decisions
        try:
            return decisions.acknowledgement(event, await self._handle(event, sid, arguments))
        except Refusal as refusal:
            return decisions.refusal_of_event(event, refusal)
        except Exception:
            LOG.exception("unexpected failure in a client's event")
            return {"ok": False, "error": "the server failed"}

    async def _handle(self, event: str, sid: str, arguments: tuple[Any, ...]) -> Json:
        session = self.portal.state.hub.session(sid)
        if session is None:
            raise refusals.no_session()
        name, payload = self.portal.decisions.request_of(event, arguments[0] if len(arguments) == 1 else None)
        if name not in REQUESTS:
            raise refusals.unknown("event")
        if not isinstance(payload, dict):
            raise refusals.invalid("the payload must be one JSON object")
        return await REQUESTS[name](self, sid, session, payload)

    async def join(self, sid: str, session: Session, body: Body) -> Json:
        """``room:join``."""
        return await rooms.join(self.portal, session, sid, bodies.integer(body, "chat_id"))

    async def leave(self, _sid: str, session: Session, body: Body) -> Json:
        """``room:leave``."""
        await rooms.leave(self.portal, session, bodies.integer(body, "chat_id"))
        return {}

    async def kick(self, _sid: str, session: Session, body: Body) -> Json:
        """``room:kick``."""
        chat_id, user_id = bodies.integer(body, "chat_id"), bodies.integer(body, "user_id")
        ban = bodies.boolean(body, "ban", default=False)
        await rooms.kick(self.portal, session, chat_id, user_id, ban=ban)
        return {}

    async def share_key(self, _sid: str, session: Session, body: Body) -> Json:
        """``room:share_key``."""
        share = Share(
            chat_id=bodies.integer(body, "chat_id"),
            epoch=bodies.integer(body, "epoch"),
            giver=session,
            user_id=bodies.integer(body, "user_id"),
            session_id=bodies.text(body, "session_id"),
            blob=bodies.base64_bytes(body, "blob"),
        )
        await rooms.share_key(self.portal, share)
        return {}


REQUESTS: dict[str, Request] = {
    "room:join": Realtime.join,
    "room:leave": Realtime.leave,
    "room:kick": Realtime.kick,
    "room:share_key": Realtime.share_key,
}
