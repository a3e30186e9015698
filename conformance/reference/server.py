"""A server on real ports: bound, started, announced, and ended without a trace."""

import asyncio
import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import uvicorn
from redis.exceptions import RedisError

from conformance.errors import UsageFault
from conformance.reference.app import App, build_app
from conformance.reference.decisions import Decisions, Middleware
from conformance.reference.settings import Ready, Settings, is_loopback
from conformance.reference.state import Clock

try:
    import uvloop
except ImportError:  # not there on Windows
    _new_event_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
else:
    _new_event_loop = uvloop.new_event_loop

_KEEP_ALIVE_S = 75
"""Longer than a client's pool keeps an idle connection, or both ends race for it."""
_GRACE_S = 2
_BACKLOG = 2048


class _Server(uvicorn.Server):
    """A server that leaves signals to us and says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Catch none: two servers in one loop would each raise it again."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.up.set()


class Stop:
    """Asks a running server to end, from any thread, also before it has started."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._wake: Callable[[], object] | None = None
        self._lock = threading.Lock()

    def __call__(self) -> None:
        """Ask."""
        with self._lock:
            self._asked.set()
            if self._wake is not None:
                self._wake()

    async def asked(self) -> None:
        """Wait until somebody asked."""
        loop, event = asyncio.get_running_loop(), asyncio.Event()
        with self._lock:
            if self._asked.is_set():
                return
            self._wake = lambda: loop.call_soon_threadsafe(event.set)
        try:
            await event.wait()
        finally:
            with self._lock:
                self._wake = None


def serve(
    settings: Settings,
    *,
    ready: Callable[[Ready], None],
    decisions: Decisions | None = None,
    clock: Clock = time.time,
    middlewares: Sequence[Middleware] = (),
    stop: Stop | None = None,
) -> None:
    """Serve until ``stop`` is called or SIGINT or SIGTERM comes; ``ready`` is called once it answers."""
    ask = stop or Stop()
    sockets = _listen(settings)
    with contextlib.ExitStack() as stack:
        for listener in sockets:
            stack.enter_context(contextlib.closing(listener))
        runner = stack.enter_context(asyncio.Runner(loop_factory=_new_event_loop))
        app = build_app(settings, decisions, clock=clock, middlewares=middlewares)
        try:
            runner.run(_run(app, settings, sockets, ready, ask))
        except RedisError as error:
            raise UsageFault(f"the Redis server cannot be used: {type(error).__name__}") from None


async def _run(
    app: App,
    settings: Settings,
    sockets: list[socket.socket],
    ready: Callable[[Ready], None],
    stop: Stop,
) -> None:
    servers = _servers(app, len(sockets))
    _end_on_signals(stop)
    if settings.exit_with_stdin:
        threading.Thread(target=_watch_stdin, args=[stop], daemon=True).start()
    async with app.running(), asyncio.TaskGroup() as group:
        for server, listener in zip(servers, sockets, strict=True):
            group.create_task(server.serve([listener]))
        for server in servers:
            await server.up.wait()
        ready(_ready(sockets))
        await stop.asked()
        await app.realtime.end_all()
        for server in servers:
            server.should_exit = True


def _servers(app: App, ports: int) -> list[_Server]:
    applications = [app.both] if ports == 1 else [app.rest_app, app.socket_app]
    return [_Server(_config(application)) for application in applications]


def _config(application: object) -> uvicorn.Config:
    return uvicorn.Config(
        application,  # type: ignore[arg-type]
        log_config=None,
        access_log=False,
        lifespan="off",
        http="auto",
        ws="wsproto",
        ws_max_size=1024 * 1024,
        ws_ping_interval=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )


def _listen(settings: Settings) -> list[socket.socket]:
    """The listening sockets, REST first."""
    if not is_loopback(settings.host):
        raise UsageFault(f"{settings.host} is not a loopback address; this server lends out accounts")
    listeners: list[socket.socket] = []
    for port in [settings.port] if settings.ws_port is None else [settings.port, settings.ws_port]:
        try:
            listeners.append(_bind("127.0.0.1" if settings.host == "localhost" else settings.host, port))
        except (OSError, OverflowError) as error:
            for listener in listeners:
                listener.close()
            raise UsageFault(f"port {port} of {settings.host} cannot be used: {error}") from None
    return listeners


def _bind(host: str, port: int) -> socket.socket:
    """A bound socket of an explicit protocol: without it, asyncio leaves Nagle's algorithm on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
        listener.setblocking(False)  # noqa: FBT003 - the library's own signature
    except BaseException:
        listener.close()
        raise
    return listener


def _ready(sockets: list[socket.socket]) -> Ready:
    urls = []
    for listener in sockets:
        host, port = listener.getsockname()[:2]
        urls.append(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
    return Ready(urls[0], urls[-1])


def _end_on_signals(stop: Stop) -> None:
    """End on SIGINT and SIGTERM; only the main thread may ask for that."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has none of this
            loop.add_signal_handler(wanted, stop)


def _watch_stdin(stop: Stop) -> None:
    """Ask to end at the end of the standard input. Read raw: a buffered read would block the exit."""
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    stop()
