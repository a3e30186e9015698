"""A server put together: storage, decisions, REST and Socket.IO, as ASGI applications."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send

from conformance.reference import control, login, rest
from conformance.reference.decisions import Decisions, Middleware
from conformance.reference.http import on_accident, on_http_exception
from conformance.reference.hub import Hub
from conformance.reference.portal import Portal
from conformance.reference.realtime import Realtime, beside, make_server
from conformance.reference.seeding import Seed, plant, read_seed
from conformance.reference.settings import Settings
from conformance.reference.state import Clock, State
from conformance.reference.store import Store


@dataclass(frozen=True, slots=True)
class App:
    """One server's applications; called itself, it serves both sides on one port."""

    portal: Portal
    realtime: Realtime
    rest_app: ASGIApp
    """REST alone."""
    socket_app: ASGIApp
    """Socket.IO alone."""
    both: ASGIApp
    seed: Seed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        await self.both(scope, receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["App"]:
        """Open the storage; afterwards end all connections and delete what was stored."""
        store = self.portal.state.store
        await store.open()
        try:
            await plant(self.seed, store, self.portal.decisions)
            yield self
        finally:
            await self.realtime.close()
            await self.portal.state.store.close()


def build_app(
    settings: Settings,
    decisions: Decisions | None = None,
    *,
    clock: Clock = time.time,
    middlewares: Sequence[Middleware] = (),
) -> App:
    """A server that decides by ``decisions``; the first of the middlewares is the outermost, its own come last."""
    sio = make_server()

    async def emit(event: str, payload: Any, sids: list[str]) -> None:
        await sio.emit(event, payload, to=sids)

    async def hang_up(sid: str) -> None:
        await sio.disconnect(sid)

    rules = decisions or Decisions()
    seed = read_seed(settings.seed) if settings.seed else Seed()
    store = Store(settings.redis_url, rules, chat_limit=seed.chat_limit, global_limit=seed.global_limit)
    state = State(store, Hub(), clock, emit, hang_up)
    portal = Portal(settings, state, rules)
    layers = (*middlewares, *portal.decisions.middlewares())
    realtime = Realtime(portal, sio)
    public = _starlette(portal, realtime)
    return App(
        portal,
        realtime,
        rest_app=_wrap(public, layers),
        socket_app=_wrap(beside(portal, sio, _empty(portal)), layers),
        both=_wrap(beside(portal, sio, public), layers),
        seed=seed,
    )


def _starlette(portal: Portal, realtime: Realtime) -> Starlette:
    routes = [*rest.routes(portal), *login.routes(portal), *control.routes(portal, realtime.end_user)]
    app = Starlette(routes=routes, exception_handlers=_handlers(portal))
    app.router.redirect_slashes = False
    return app


def _empty(portal: Portal) -> Starlette:
    """What answers beside Socket.IO where that has a port of its own: nothing is there."""
    return Starlette(exception_handlers=_handlers(portal))


def _handlers(portal: Portal) -> Mapping[Any, ExceptionHandler]:
    return {HTTPException: on_http_exception(portal), Exception: on_accident(portal)}


def _wrap(app: ASGIApp, middlewares: Sequence[Middleware]) -> ASGIApp:
    for middleware in reversed(middlewares):
        app = middleware(app)
    return app
