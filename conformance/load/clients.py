"""HTTP for many members of one process: the suite's own client, with a connection to each request that is going on.

httpx looks through all connections of a pool for each request, which with a hundred at once costs more than the rest.
And nothing is logged: nobody could read it.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from conformance.client.deadline import DeadlineTransport
from conformance.client.http import HttpClient
from conformance.wire import Exchange, WireLog


class Clients(HttpClient):
    """Requests to one base URL; a transport is one request's alone, and kept for the next one."""

    def __init__(self, base_url: str, *, timeout_s: float, context: ssl.SSLContext) -> None:
        super().__init__(base_url, timeout_s=timeout_s, context=context)
        self._idle: list[DeadlineTransport] = []

    @contextmanager
    def _borrowed(self) -> Iterator[DeadlineTransport]:
        with self._lock:
            transport = self._idle.pop() if self._idle else DeadlineTransport(self._context)
        try:
            yield transport
        finally:
            with self._lock:
                self._idle.append(transport)

    def _retire(self) -> None:
        # A server may close the connection behind a 5xx, and any other as well.
        with self._lock:
            idle, self._idle = self._idle, []
        for transport in idle:
            transport.close()

    def close(self) -> None:
        """Close every connection."""
        self._retire()
        super().close()


class Unlogged(WireLog):
    """A log that keeps nothing."""

    def exchange(self, *told: Any, **more: Any) -> Exchange:
        """The exchange, as it is shown to who asked."""
        entry = super().exchange(*told, **more)
        self._entries.clear()
        return entry

    def text_of(self, body: bytes) -> str:  # noqa: ARG002 - of any
        """Nothing of it."""
        return ""
