"""Socket.IO to a target: one connection, its acknowledgements, and an inbox in order of arrival.

python-socketio runs each packet's handler in a thread of its own, so the order of two events is lost. Here the
reading thread itself files the event: handlers only append.
"""

import contextlib
import logging
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import socketio
import websocket
from socketio import exceptions

from conformance.client.inbox import Inbox, Refused
from conformance.client.polling import PollingEngine
from conformance.client.websockets import BoundedWebSocket
from conformance.errors import Blocked
from conformance.foreign import SocketJson
from conformance.redact import elide
from conformance.wire import WireLog

_SHOWN = 200

# The library reports through a logger with a handler of its own; ours says nothing, the wire log has it all.
_SILENT = logging.getLogger("conformance.socketio")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False
_SILENT.setLevel(logging.CRITICAL)

# What the library raises where a handshake fails, or where what came in it makes no sense.
_FAILURES = (
    exceptions.ConnectionError,
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)


class _InOrderEngine(PollingEngine):
    """The engine, but events are handled by the thread that read them, one after the other."""

    def _trigger_event(self, event: str, *args: Any, **kwargs: Any) -> Any:
        return super()._trigger_event(event, *args, **{**kwargs, "run_async": False})


class _InOrderClient(socketio.Client):
    lost: Callable[[], None]

    def _engineio_client_class(self) -> type[PollingEngine]:
        return _InOrderEngine

    def _handle_eio_disconnect(self, reason: Any) -> None:
        super()._handle_eio_disconnect(reason)
        # The library tells nobody of a connection that is dropped before it has noted that it stands.
        self.lost()

    def _handle_eio_message(self, data: Any) -> None:
        if self._binary_packet and isinstance(data, str):
            # The library would take any packet for the attachment that it waits for, and events would be lost in it.
            self.eio.refuse("a packet came in the place of a binary attachment")
        else:
            super()._handle_eio_message(data)


class Socket:
    """One Socket.IO connection of one actor."""

    def __init__(self, actor: str, wire: WireLog, *, timeout_s: float, namespace: str = "/", inbox: Inbox) -> None:
        self.inbox = inbox
        self._actor = actor
        self._wire = wire
        self._timeout = timeout_s
        self._namespace = namespace
        self._why: object = None
        self._over = False
        self._let_go = False
        self._client: Any = None
        self._websocket: Any = None

    def connect(
        self, url: str, *, path: str, transports: tuple[str, ...], cookie: str, context: ssl.SSLContext
    ) -> None:
        """Connect; raises `Refused` where the target does not let the socket in."""
        self.inbox.reopen()
        self._client = self._make(context)
        ends = time.monotonic() + self._timeout
        try:
            with self._at_most():
                self._client.connect(
                    url,
                    headers={"Cookie": cookie},
                    transports=list(transports),
                    namespaces=[self._namespace],
                    socketio_path=path,
                    wait_timeout=self._timeout,
                )
        except _FAILURES as error:
            self.inbox.close()
            if self._websocket is not None:
                self._websocket.shutdown()
            self._client.eio.cut()
            # Where something else lies behind the error, the target said nothing: the library did.
            told = self._why if error.__context__ is None else None
            late = "no complete answer within the deadline" if time.monotonic() >= ends else _root_of(error)
            said = late if told is None else str(told)
            reason = self.inbox.ending if self.inbox.allowance.fault else elide(said, _SHOWN)
            raise Refused(f"the Socket.IO connection of {self._actor} failed: {reason}", told) from None
        self._wire.event(self._actor, "connected", "Socket.IO")

    def _make(self, context: ssl.SSLContext) -> Any:
        client = _InOrderClient(
            reconnection=False,
            handle_sigint=False,
            logger=_SILENT,
            engineio_logger=_SILENT,
            json=SocketJson,
            request_timeout=self._timeout,
            tls=context,
            allowance=self.inbox.allowance,
            websocket_extra_options={
                "sslopt": {"context": context},
                "class_": self._open,
                # As over HTTP: the cookie goes to the target alone, by no redirect and through no proxy.
                "redirect_limit": 0,
                "http_no_proxy": ["*"],
            },
        )
        client.on("*", self._file, namespace=self._namespace)
        client.on("connect_error", self._refused, namespace=self._namespace)
        client.on("disconnect", self._gone, namespace=self._namespace)
        client.lost = self._gone
        return client

    def _open(self, **options: Any) -> Any:
        self._websocket = BoundedWebSocket(self.inbox.allowance, **options)
        return self._websocket

    @contextlib.contextmanager
    def _at_most(self) -> Iterator[None]:
        # The library's own timeouts are a read's: a target that sends a byte at a time would hold it for ever.
        watchdog = threading.Timer(self._timeout, self._cut)
        watchdog.daemon = True
        watchdog.start()
        try:
            yield
        finally:
            watchdog.cancel()

    def _cut(self) -> None:
        if self._websocket is not None:
            self._websocket.hang_up()
        self._client.eio.cut()

    def _file(self, name: object, *payload: Any) -> None:
        # Whatever came in the place of a name: a target is free to send a number there.
        name = str(name)
        first = payload[0] if payload else None
        logged = self._wire.event(self._actor, "received", name, first)
        self.inbox.append(name, first, logged.index)

    def _refused(self, *why: Any) -> None:
        self._why = why[0] if why else None

    def _gone(self, *_reason: Any) -> None:
        # Once: the same actor's next connection may have opened the inbox again.
        over, self._over = self._over, True
        if not over and not self.inbox.closed:
            self._wire.event(self._actor, "disconnected", "Socket.IO")
            self.inbox.close()

    def call(self, event: str, payload: Mapping[str, Any]) -> Any:
        """Send ``event`` and give its acknowledgement; raises `Blocked` where none comes in time."""
        self._wire.event(self._actor, "sent", event, payload)
        answers: list[Any] = []

        def take(*answer: Any) -> None:
            answers.append(answer[0] if answer else None)
            self.inbox.wake()

        try:
            self._client.emit(event, dict(payload), namespace=self._namespace, callback=take)
        except exceptions.SocketIOError as error:
            gone = self.inbox.allowance.fault and f" ({self.inbox.ending})"
            raise Blocked(f"{event} of {self._actor} could not be sent: {error}{gone}") from None
        if not self.inbox.wait_until(lambda: bool(answers), self._timeout):
            gone = f" ({self.inbox.ending})" if self.inbox.closed else f" in {self._timeout:g} s"
            raise Blocked(f"{event} of {self._actor} was not acknowledged{gone}")
        self._wire.event(self._actor, "acknowledged", event, answers[0])
        return answers[0]

    def lost(self, seconds: float) -> str:
        """How the connection came to an end that nobody here asked for, in words; empty where it stands.

        An answer over HTTP may be here before the end of the socket is noticed: that is waited for so long.
        """
        return self.inbox.ending if not self._let_go and self.inbox.closes_within(seconds) else ""

    def drop(self) -> None:
        """Cut the connection without a word, as a network does that fails."""
        self._let_go = True
        self._cut()
        self.inbox.closes_within(self._timeout)

    def close(self) -> None:
        """Disconnect; nothing happens where it is closed already."""
        self._let_go = True
        if self._client is not None and self._client.connected:
            with self._at_most():
                self._client.disconnect()
        if self._websocket is not None:
            # The library leaves open what it gave up reading.
            self._websocket.shutdown()
        self.inbox.close()


def _root_of(error: BaseException) -> str:
    """What lies at the bottom of ``error``: the library itself says "Connection error" whatever happened."""
    while error.__context__ is not None:
        error = error.__context__
    if isinstance(error, websocket.WebSocketBadStatusException):
        return f"the WebSocket handshake was answered {error.status_code}"
    return str(error)
