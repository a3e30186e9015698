"""HTTP to a target that is not trusted: bounded bytes, bounded time, no redirects, no cookies kept.

One pool and one TLS context serve all actors of a process. After a 5xx the pool is dropped: a server may close
the connection behind such an answer, and the next exchange would be blamed for it.

httpx's transport is used without its client: that would follow, keep and merge what must not be here, and costs as
much again as the exchange itself.
"""

import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

import httpx

from conformance.client.answers import Answer, NoAnswer
from conformance.client.deadline import DeadlineTransport, total_deadline
from conformance.redact import MASK
from conformance.wire import WireLog

BODY_MAX = 1024 * 1024
"""Bytes of a body that are read; what goes beyond is not an answer but an attack."""

_CONNECT_MAX = 3.0
_URLS_KNOWN = 1024
_HEADERS = {
    "User-Agent": "portal-conformance",
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Connection": "keep-alive",
}


class HttpClient:
    """Requests to one base URL. Safe to share among threads."""

    def __init__(self, base_url: str, *, timeout_s: float, context: ssl.SSLContext) -> None:
        self._base = base_url.rstrip("/")
        self.timeout_s = timeout_s
        self._timeouts = httpx.Timeout(timeout_s, connect=min(timeout_s, _CONNECT_MAX)).as_dict()
        self._context = context
        self._lock = threading.Lock()
        self._transport = DeadlineTransport(context)
        self._retired: list[DeadlineTransport] = []
        self._users: Counter[DeadlineTransport] = Counter()

    def request(
        self,
        method: str,
        path: str,
        *,
        actor: str,
        wire: WireLog,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
        hidden: bool = False,
    ) -> Answer:
        """Send one request and read its answer whole; ``body`` goes as it is.

        What a ``hidden`` one is answered is not logged. Raises `NoAnswer` where the target does not answer in time,
        drops the connection or sends too much.
        """
        sent = dict(headers or {})
        started = time.monotonic()
        with self._recording(wire, actor, started, method, path, sent, body):
            status, received, read = self._exchange(method, path, sent, body, timeout_s or self.timeout_s)
        ended = time.monotonic()
        logged = MASK.encode() if hidden else read
        exchange = wire.exchange(actor, started, method, path, (sent, body), (status, received, logged))
        if status >= 500:  # noqa: PLR2004 - server errors
            self._retire()
        return Answer(status, received, read, exchange, started, ended)

    def _exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, timeout_s: float
    ) -> tuple[int, dict[str, str], bytes]:
        request = httpx.Request(
            method,
            _url(self._base + path),
            headers={**_HEADERS, **headers},
            content=body,
            extensions={"timeout": self._timeouts},
        )
        with self._borrowed() as transport, total_deadline(timeout_s):
            response = transport.handle_request(request)
            try:
                read = b"".join(bounded(response))
            finally:
                response.close()
        received = dict(response.headers)
        if cookies := response.headers.get_list("set-cookie"):
            # The one header whose values may hold what separates them elsewhere.
            received["set-cookie"] = "\n".join(cookies)
        return response.status_code, received, read

    @contextmanager
    def _recording(  # noqa: PLR0917 - mirrors the exchange
        self,
        wire: WireLog,
        actor: str,
        started: float,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
    ) -> Iterator[None]:
        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, NoAnswer) as error:
            fault = describe(error)
            wire.exchange(actor, started, method, path, (headers, body), None, fault)
            raise NoAnswer(f"{method} {path} got no answer: {fault}", error) from None

    def _retire(self) -> None:
        with self._lock:
            self._retired.append(self._transport)
            self._transport = DeadlineTransport(self._context)
            self._close_unused()

    @contextmanager
    def _borrowed(self) -> Iterator[DeadlineTransport]:
        with self._lock:
            transport = self._transport
            self._users[transport] += 1
        try:
            yield transport
        finally:
            with self._lock:
                self._users[transport] -= 1
                if self._retired:
                    self._close_unused()

    def _close_unused(self) -> None:
        # What was dropped is closed once nobody reads from it: a target of nothing but 5xx would use up the sockets.
        for transport in [one for one in self._retired if not self._users[one]]:
            self._retired.remove(transport)
            del self._users[transport]
            transport.close()

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for transport in (*self._retired, self._transport):
                transport.close()


@lru_cache(_URLS_KNOWN)
def _url(text: str) -> httpx.URL:
    # Few paths are asked for again and again; to take one apart costs a tenth of an exchange.
    return httpx.URL(text)


def bounded(response: httpx.Response) -> Iterator[bytes]:
    """The bytes of an answer's body; raises `NoAnswer` where they are too many."""
    read = 0
    for chunk in response.iter_raw():
        read += len(chunk)
        if read > BODY_MAX:
            raise NoAnswer(f"the body is larger than {BODY_MAX} bytes")
        yield chunk


def describe(error: Exception) -> str:
    """A transport error in a few words."""
    match error:
        case NoAnswer():
            return str(error)
        case httpx.ConnectTimeout():
            return "the connection could not be made in time"
        case httpx.TimeoutException():
            return "no complete answer within the deadline"
        case httpx.ConnectError():
            return f"the connection failed ({error})"
        case httpx.RemoteProtocolError() | httpx.ReadError() | httpx.WriteError():
            return f"the connection was dropped ({error})"
        case _:
            return f"{type(error).__name__} ({error})"
