"""Socket.IO by long polling: the library's engine, over HTTP that is bounded in bytes and time.

The library alone would want another HTTP package, drop a target that says more than 16 things at once, and take half
a minute to hang up: it waits for the end of a poll that nobody answers any more.
"""

import contextlib
import queue
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import engineio
import httpx
from engineio import exceptions, packet, payload

from conformance.client.allowance import Allowance, TooMuch
from conformance.client.answers import NoAnswer
from conformance.client.deadline import DeadlineTransport, total_deadline
from conformance.client.http import BODY_MAX, bounded, describe

_SEPARATOR = b"\x1e"
_COOKIES_MAX = 20
# A target names how long its silence may last; a library's clock has an end.
_PATIENCE_MAX_S = 3600.0


class _Payload(payload.Payload):
    # Bytes are bounded already; a busy chat has more than 16 events between two polls.
    max_decode_packets = BODY_MAX


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came back, by the names under which the library looks for it."""

    status_code: int
    content: bytes

    def packets(self) -> list[Any]:
        """The packets in it; raises ValueError where it holds something else."""
        if not 200 <= self.status_code < 300:  # noqa: PLR2004 - the class of statuses itself
            raise ValueError(f"the poll was answered {self.status_code}")
        try:
            return list(_Payload(encoded_payload=self.content.decode()).packets)
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
            raise ValueError("the poll was answered with something else than packets") from None


class _Line:
    """The requests of one connection. Cookies that the target sets, as a load balancer does, go back to it alone."""

    def __init__(self, tls: ssl.SSLContext, headers: Mapping[str, str], allowance: Allowance) -> None:
        self._allowance = allowance
        self._transport = DeadlineTransport(tls)
        self._client = httpx.Client(
            transport=self._transport,
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=())),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "portal-conformance", "Accept-Encoding": "identity"},
        )
        name, _, value = headers.get("Cookie", "").partition("=")
        self._cookies = {name: value} if name else {}

    def exchange(self, method: str, url: str, body: str | None, seconds: float) -> _Answer:
        """One request, all of it within so many seconds."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "text/plain;charset=UTF-8"
        content = None if body is None else body.encode()
        with (
            total_deadline(seconds),
            self._client.stream(method, url, content=content, headers=headers, timeout=seconds) as response,
        ):
            read = b"".join(bounded(response))
        # Before they are taken apart: a packet may be two bytes, and becomes a hundred.
        self._allowance.take(read, read.count(_SEPARATOR) + 1)
        for cookie in response.headers.get_list("set-cookie"):
            name, equals, value = cookie.partition(";")[0].partition("=")
            known = name.strip() in self._cookies or len(self._cookies) < _COOKIES_MAX
            if equals and known and name.strip() not in ("", *list(self._cookies)[:1]):
                self._cookies[name.strip()] = value.strip()
        return _Answer(response.status_code, read)

    def cut(self) -> None:
        """End what is going on, from any thread, and whatever would come after it."""
        self._transport.cut()

    def close(self) -> None:
        """Close every connection; nothing is going on any more."""
        self._client.close()


class _Outbox(queue.Queue[Any]):
    """What is to be sent; None is its end, and that is put in twice.

    The library's writer forgets an end that it took out together with a packet, and who waits for it to stop waits on.
    """

    def put(self, item: Any, *how: Any, **named: Any) -> None:
        for _ in range(2 if item is None else 1):
            super().put(item, *how, **named)


class PollingEngine(engineio.Client):
    """The library's engine, whose polling is ours. ``tls`` is the context of every actor."""

    def __init__(self, *, tls: ssl.SSLContext, allowance: Allowance, **options: Any) -> None:
        super().__init__(**options)
        self._tls = tls
        self._allowance = allowance
        self._line: _Line | None = None

    def create_queue(self, *_args: Any, **_kwargs: Any) -> _Outbox:
        """The library's hook."""
        return _Outbox()

    def cut(self) -> None:
        """End the connection here and now."""
        if self._line is not None:
            self._line.cut()
        if self.ws is not None:
            self.ws.hang_up()

    def refuse(self, fault: str) -> None:
        """End it here and now, as the target said what nobody can go on from."""
        with contextlib.suppress(TooMuch):
            self._allowance.refuse(fault)
        self.cut()

    @property
    def ping_interval(self) -> float | None:
        """Seconds between two pings, as the target says."""
        return self._ping_interval

    @ping_interval.setter
    def ping_interval(self, seconds: float | None) -> None:
        self._ping_interval = _patience(seconds)

    @property
    def ping_timeout(self) -> float | None:
        """Seconds for which a ping may be late, as the target says."""
        return self._ping_timeout

    @ping_timeout.setter
    def ping_timeout(self, seconds: float | None) -> None:
        self._ping_timeout = _patience(seconds)

    def _connect_polling(self, url: str, headers: dict[str, str], engineio_path: str) -> None:
        self.base_url = self._get_engineio_url(url, engineio_path, "polling")
        self._line = _Line(self._tls, headers, self._allowance)
        try:
            more = self._open()
        except BaseException:
            self._line.close()
            raise
        for one in more:
            self._receive_packet(one)
        both = "websocket" in self.upgrades and "websocket" in self.transports
        if both and self._connect_websocket(url, headers, engineio_path):
            self._line.close()
            return
        self.write_loop_task = self.start_background_task(self._write_loop)
        self.read_loop_task = self.start_background_task(self._read_loop_polling)

    def _open(self) -> list[Any]:
        """Take what the target opens the connection with; the packets that came along."""
        opened, *more = self._greeted()
        self.sid = opened["sid"]
        self.upgrades = opened["upgrades"]
        self.ping_interval, self.ping_timeout = (int(opened[name]) / 1000 for name in ("pingInterval", "pingTimeout"))
        self.base_url += f"&sid={self.sid}"
        self.current_transport = "polling"
        self.state = "connected"
        self._trigger_event("connect", run_async=False)
        return more

    def _greeted(self) -> list[Any]:
        """What the target opens with: the data of its first packet, and the packets after it."""
        answer = self._send_request("GET", self.base_url, timeout=self.request_timeout)
        failure, packets = (answer, []) if isinstance(answer, str) else _read(answer)
        if not failure and (not packets or packets[0].packet_type != packet.OPEN):
            failure = "the target does not open a connection"
        if failure:
            raise exceptions.ConnectionError(failure)
        return [packets[0].data, *packets[1:]]

    def _send_request(
        self,
        method: str,
        url: str,
        headers: object = None,  # noqa: ARG002 - the library's own signature
        body: str | None = None,
        timeout: float | None = None,
    ) -> _Answer | str:
        """The answer, or in words why there is none."""
        assert self._line is not None
        try:
            return self._line.exchange(method, url, body, timeout or self.request_timeout)
        except TooMuch as error:
            return str(error)
        except (httpx.HTTPError, httpx.InvalidURL, NoAnswer, OSError, RuntimeError, ValueError) as error:
            return describe(error)

    def _read_loop_polling(self) -> None:
        patience = (self.ping_interval or 0) + (self.ping_timeout or 0)
        while self.state == "connected" and self.write_loop_task:
            answer = self._send_request("GET", self.base_url, timeout=patience)
            failure, packets = (answer, []) if isinstance(answer, str) else _read(answer)
            for one in packets:
                self._receive_packet(one)
            if failure:
                break
        self.queue.put(None)
        self._over()

    def _over(self) -> None:
        writing = self.write_loop_task
        if writing is not None:
            writing.join()
        if self._line is not None:
            self._line.close()
        if self.state == "connected":
            self._trigger_event("disconnect", self.reason.TRANSPORT_ERROR, run_async=False)
            self._reset()

    def _write_loop(self) -> None:
        super()._write_loop()
        # Nothing will be said any more: nobody answers the poll that waits.
        self.cut()


def _patience(seconds: float | None) -> float | None:
    if seconds is None:
        return None
    if not seconds >= 0:
        raise ValueError(f"the target is patient for {seconds:g} seconds")
    return min(seconds, _PATIENCE_MAX_S)


def _read(answer: _Answer) -> tuple[str, list[Any]]:
    try:
        return "", answer.packets()
    except ValueError as error:
        return str(error), []
