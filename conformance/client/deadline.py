"""A total deadline for a request, kept inside of the network stream.

httpx's own timeouts are a read's: a server that sends a byte a second keeps within them for ever. The
deadline is set by the thread that makes the request, which is the thread that reads.
"""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any
from weakref import WeakSet

import httpcore
import httpx

# Servers close a connection that was idle for five seconds and more, and what is sent at that moment is lost.
_IDLE_MAX_S = 2.0

_current = threading.local()


@contextlib.contextmanager
def total_deadline(seconds: float) -> Iterator[None]:
    """Within this block, on this thread, the network may take ``seconds`` altogether."""
    _current.ends = time.monotonic() + seconds
    try:
        yield
    finally:
        _current.ends = None


def _left(timeout: float | None, error: type[Exception]) -> float | None:
    ends: float | None = getattr(_current, "ends", None)
    if ends is None:
        return timeout
    left = ends - time.monotonic()
    if left <= 0:
        raise error("the total deadline has passed")
    return left if timeout is None else min(timeout, left)


class _Opened:
    """The streams that are open, so that another thread can end them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streams: WeakSet[httpcore.NetworkStream] = WeakSet()
        self._cut = False

    def add(self, stream: httpcore.NetworkStream) -> None:
        with self._lock:
            self._streams.add(stream)
            cut = self._cut
        if cut:
            _shut(stream)

    def cut(self) -> None:
        with self._lock:
            self._cut = True
            streams = list(self._streams)
        for stream in streams:
            _shut(stream)


def _shut(stream: httpcore.NetworkStream) -> None:
    raw = stream.get_extra_info("socket")
    if raw is not None:
        with contextlib.suppress(OSError):
            raw.shutdown(socket.SHUT_RDWR)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, opened: _Opened) -> None:
        self._stream = stream
        self._opened = opened
        opened.add(self)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._opened)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self) -> None:
        self._backend = httpcore.SyncBackend()
        self.opened = _Opened()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._backend.connect_tcp(host, port, left, local_address, socket_options), self.opened)


class DeadlineTransport(httpx.HTTPTransport):
    """httpx's transport over a pool whose streams keep the total deadline. Proxies are not consulted."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(verify=context)
        self._pool.close()
        backend = _Backend()
        self._opened = backend.opened
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=_IDLE_MAX_S,
            network_backend=backend,
        )

    def cut(self) -> None:
        """End every exchange that is going on, and any that begins later; from any thread."""
        self._opened.cut()
