"""A virtual member's Socket.IO connection: one socket and one reading thread, and nothing that is kept.

The suite's own client notes and masks all that it hears, and costs three threads a connection. Here the same libraries
read the packets (wsproto the frames, python-socketio what is in them), and a text that many members hear is read once.
"""

import contextlib
import itertools
import socket
import ssl
import threading
from concurrent.futures import Future
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import urlsplit

from engineio import packet as engine
from socketio import packet
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Event, Ping, RejectConnection, Request, TextMessage
from wsproto.utilities import ProtocolError

from conformance import foreign
from conformance.client.allowance import MESSAGE_MAX
from conformance.client.inbox import Inbox, Refused
from conformance.errors import Blocked
from conformance.foreign import SocketJson
from conformance.redact import elide

_READ = 65536
_SHOWN = 120
_KNOWN = 512
_SMALL = 8192
# Whatever a ping's period, who is silent for so long is gone.
_SILENT_MAX_S = 120.0
_OPEN, _CLOSE, _PING, _PONG, _MESSAGE = (
    str(one) for one in (engine.OPEN, engine.CLOSE, engine.PING, engine.PONG, engine.MESSAGE)
)
_SECURE = frozenset({"https", "wss"})


class Listener(Protocol):
    """Who is told what comes over a line, by the thread that reads it: it must not wait for anything."""

    def hear(self, name: str, payload: Any) -> None:
        """An event came."""

    def beat(self) -> None:
        """Something came, whatever it is."""

    def gone(self, why: str) -> None:
        """The connection ended, and nobody here asked for that."""


class _Packet(packet.Packet):
    json = SocketJson


class _Ended(Exception):
    """The connection is over, for this reason."""


def packet_of(text: str) -> Any:
    """The Socket.IO packet in a message; it may be another line's too, and is not to be changed."""
    return _known_packet(text) if len(text) < _SMALL else _Packet(encoded_packet=text)


@lru_cache(_KNOWN)
def _known_packet(text: str) -> Any:
    return _Packet(encoded_packet=text)


class Line:
    """One connection. ``unheard`` are the names of events that nobody listens to: they are not even read."""

    def __init__(self, listener: Listener, *, namespace: str, timeout_s: float, unheard: tuple[str, ...] = ()) -> None:
        self._listener = listener
        self._namespace = namespace
        self._timeout = timeout_s
        self._unheard = tuple(_beginning(name, namespace) for name in unheard)
        self._frames = WSConnection(ConnectionType.CLIENT)
        self._socket: socket.socket | None = None
        self._writing = threading.Lock()
        self._numbers = itertools.count()
        self._answers: dict[int, Future[Any]] = {}
        self._opened: Future[None] = Future()
        self._parts: list[str] = []
        self._let_go = False
        self._over = threading.Event()
        self.ending = ""
        self.inbox = Inbox()
        """Nothing is kept in it; who hears what is the listener's affair."""

    # --- the way in ---------------------------------------------------------------------------------------------

    def open(self, url: str, *, path: str, cookie: str, context: ssl.SSLContext) -> None:
        """Connect; raises `Refused` where the target does not let it in, or not in time."""
        place = urlsplit(url)
        try:
            self._socket = _connected(url, self._timeout, context)
            wanted = f"/{path.strip('/')}/?EIO=4&transport=websocket"
            self._write(self._frames.send(Request(place.netloc, wanted, extra_headers=[(b"Cookie", cookie.encode())])))
            threading.Thread(target=self._read, daemon=True).start()
            self._opened.result(self._timeout)
        except Refused:
            self.close()
            raise
        except TimeoutError:
            self.close()
            raise Refused("no complete answer within the deadline") from None
        except (OSError, ValueError) as error:
            self.close()
            raise Refused(elide(str(error), _SHOWN)) from None

    def _open_namespace(self, text: str) -> None:
        told = foreign.loads(text)
        try:
            silent_s = (told["pingInterval"] + told["pingTimeout"]) / 1000
        except (TypeError, LookupError):
            raise _Ended("the target's handshake is none of Engine.IO") from None
        assert self._socket is not None
        self._socket.settimeout(min(max(silent_s, self._timeout), _SILENT_MAX_S))
        self._say(_MESSAGE + _Packet(packet.CONNECT, namespace=self._namespace).encode())

    # --- writing ------------------------------------------------------------------------------------------------

    def call(self, event: str, payload: object) -> Any:
        """Send ``event`` and give its acknowledgement; raises `Blocked` where none comes in time."""
        number, answer = next(self._numbers), Future[Any]()
        self._answers[number] = answer
        sent = _Packet(packet.EVENT, [event, payload], namespace=self._namespace, id=number, binary=False)
        try:
            if self.ending:
                raise Blocked(f"{event} could not be sent: {self.ending}")
            self._say(_MESSAGE + sent.encode())
            return answer.result(self._timeout)
        except TimeoutError:
            raise Blocked(f"{event} was not acknowledged in {self._timeout:g} s") from None
        except OSError as error:
            raise Blocked(f"{event} could not be sent: {elide(str(error), _SHOWN)}") from None
        finally:
            self._answers.pop(number, None)

    def _say(self, text: str) -> None:
        with self._writing:
            self._write(self._frames.send(TextMessage(text)))

    def _write(self, data: bytes) -> None:
        assert self._socket is not None
        self._socket.sendall(data)

    def close(self) -> None:
        """Hang up, from any thread."""
        self._let_go = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()

    def lost(self, seconds: float) -> str:
        """How the connection came to an end that nobody here asked for; empty where it stands for so long."""
        return self.ending if not self._let_go and self._over.wait(seconds) else ""

    # --- reading ------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        assert self._socket is not None
        try:
            while data := self._socket.recv(_READ):
                self._listener.beat()
                self._frames.receive_data(data)
                for event in self._frames.events():
                    self._take(event)
            self._end("the socket was dropped")
        except TimeoutError:
            self._end("the target fell silent")
        except _Ended as ended:
            self._end(str(ended))
        except (OSError, ValueError, TypeError, LookupError, ProtocolError) as error:
            self._end(f"what came could not be read ({elide(str(error), _SHOWN)})")
        finally:
            if not self._over.is_set():
                self._end("the suite made a mistake")
            self._socket.close()

    def _take(self, event: Event) -> None:
        match event:
            case TextMessage():
                self._parts.append(event.data)
                if event.message_finished:
                    text, self._parts = "".join(self._parts), []
                    self._packet(text)
                elif sum(map(len, self._parts)) > MESSAGE_MAX:
                    raise _Ended(f"a message of more than {MESSAGE_MAX} bytes came")
            case Ping():
                with self._writing:
                    self._write(self._frames.send(event.response()))
            case CloseConnection():
                raise _Ended("the target closed the socket")
            case RejectConnection():
                raise _Ended(f"the WebSocket handshake was answered {event.status_code}")
            case AcceptConnection():
                pass
            case _:
                raise _Ended("the target sent what is no text")

    def _packet(self, text: str) -> None:
        kind = text[:1]
        if kind == _MESSAGE:
            if not text.startswith(self._unheard):
                self._message(packet_of(text[1:]))
        elif kind == _PING:
            self._say(_PONG + text[1:])
        elif kind == _OPEN:
            self._open_namespace(text[1:])
        elif kind == _CLOSE:
            raise _Ended("the target closed the connection")

    def _message(self, one: Any) -> None:
        if (one.namespace or "/") != self._namespace:
            return
        if one.packet_type == packet.EVENT:
            name, *payload = one.data
            self._listener.hear(str(name), payload[0] if payload else None)
        elif one.packet_type == packet.ACK:
            if (answer := self._answers.pop(one.id, None)) is not None:
                answer.set_result(one.data[0] if one.data else None)
        elif one.packet_type == packet.CONNECT and not self._opened.done():
            self._opened.set_result(None)
        elif one.packet_type == packet.CONNECT_ERROR:
            raise _Ended(f"the target refused the connection: {one.data!r}")
        else:
            raise _Ended(
                "the target ended the connection" if one.packet_type == packet.DISCONNECT else "binary packets"
            )

    def _end(self, why: str) -> None:
        self.ending = why
        self._over.set()
        if not self._opened.done():
            self._opened.set_exception(Refused(why))
        for answer in list(self._answers.values()):
            if not answer.done():
                answer.set_exception(Blocked(f"no acknowledgement: {why}"))
        if not self._let_go:
            self._listener.gone(why)


def _connected(url: str, timeout_s: float, context: ssl.SSLContext) -> socket.socket:
    place = urlsplit(url)
    secure = place.scheme in _SECURE
    raw = socket.create_connection((place.hostname or "", place.port or (443 if secure else 80)), timeout_s)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(raw, server_hostname=place.hostname) if secure else raw


def _beginning(name: str, namespace: str) -> str:
    """How the text of every event of that name begins."""
    text: str = _Packet(packet.EVENT, [name], namespace=namespace, binary=False).encode()
    return _MESSAGE + text.removesuffix("]")
