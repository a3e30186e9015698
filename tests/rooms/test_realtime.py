"""Socket.IO against servers that are broken or hostile: order, reasons, deadlines, and nobody left waiting."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from conformance.client.inbox import Inbox, Received, Refused
from conformance.client.realtime import Socket
from conformance.errors import Blocked
from conformance.redact import Secrets
from conformance.reference.embedded import serving
from conformance.reference.settings import Settings
from conformance.wire import SocketEvent, WireLog

from .made import SECRET
from .raw import Connection, Handler, RawServer, always, raw_server

CONTEXT = ssl.create_default_context()
FAR_BEYOND_S = 10.0
OPEN = '0{"sid":"e","upgrades":[],"pingInterval":25000,"pingTimeout":20000}'


class Line:
    """A socket of ada's, and its log."""

    def __init__(self, timeout_s: float = 5, inbox: Inbox | None = None) -> None:
        self.wire = WireLog(Secrets([SECRET]))
        self.inbox = inbox or Inbox()
        self.socket = Socket("ada", self.wire, timeout_s=timeout_s, inbox=self.inbox)

    def connect(self, url: str) -> None:
        self.socket.connect(
            url, path="/socket.io", transports=("websocket",), cookie=f"psession={SECRET}", context=CONTEXT
        )

    def refusal(self, url: str) -> Refused:
        with pytest.raises(Refused) as caught:
            self.connect(url)
        assert self.inbox.closed
        self.socket.close()
        return caught.value

    def log(self) -> list[tuple[str, str, str]]:
        return [(one.direction, one.name, one.payload) for one in self.wire.entries if isinstance(one, SocketEvent)]


def welcoming(go_on: Handler) -> Handler:
    """A handler that lets the socket in and goes on with ``go_on``."""

    def handle(connection: Connection) -> None:
        connection.upgrade()
        connection.frame(OPEN)
        connection.heard()
        connection.frame('40{"sid":"s"}')
        go_on(connection)
        # The library closes politely: it waits for a close frame in answer to its own.
        while connection.heard():
            connection.send(b"\x88\x00")

    return handle


@contextmanager
def line(go_on: Handler, timeout_s: float = 5) -> Iterator[Line]:
    """A connected line to a server that goes on with ``go_on``."""
    with raw_server(welcoming(go_on)) as server:
        connected = Line(timeout_s)
        connected.connect(server.url)
        yield connected
        connected.socket.close()


def sending(*packets: str) -> Handler:
    def go_on(connection: Connection) -> None:
        for packet in packets:
            connection.frame(packet)

    return go_on


def called(name: str) -> Callable[[Received], bool]:
    return lambda event: event.name == name


# --- events ---------------------------------------------------------------------------------------------------


def test_a_thousand_events_arrive_in_order() -> None:
    packets = [f'42["message:new",{{"n":{number}}}]' for number in range(1000)]
    with line(sending(*packets, '42["done"]')) as ada:
        assert ada.inbox.wait_for(called("done"), 20)
        events = ada.inbox.events("message:new")
        assert [event.payload["n"] for event in events] == list(range(1000))
        assert [event.order for event in events] == list(range(1000))
        times = [event.at for event in events]
        assert times == sorted(times)
        received = [payload for direction, name, payload in ada.log() if name == "message:new"]
        assert received == [f'{{"n": {number}}}' for number in range(1000)]


def test_an_event_without_a_payload_and_one_with_several() -> None:
    with line(sending('42["bare"]', '42["many",1,2]', '42["done"]')) as ada:
        assert ada.inbox.wait_for(called("done"), 20)
        assert [(one.name, one.payload) for one in ada.inbox.events("bare")] == [("bare", None)]
        assert [(one.name, one.payload) for one in ada.inbox.events("many")] == [("many", 1)]


@pytest.mark.parametrize(
    "packet",
    [
        "42",
        "42[]",
        "42{}",
        '42["broken',
        "42" + "[" * 5000,
        "4",
        "49",
        "7",
        "5nonsense",
    ],
)
def test_what_is_no_event_is_passed_over(packet: str) -> None:
    with line(sending(packet, '42["done"]')) as ada:
        assert ada.inbox.wait_for(called("done"), 20)


def test_an_event_named_by_a_number_is_filed_by_its_digits() -> None:
    with line(sending('42[5,{"a":1}]', '42["done"]')) as ada:
        assert ada.inbox.wait_for(called("done"), 20)
        assert [(one.name, one.payload) for one in ada.inbox.events("5")] == [("5", {"a": 1})]


def test_the_log_masks_what_a_target_echoes() -> None:
    with line(sending(f'42["echo {SECRET}",{{"cookie":"x","text":"{SECRET}"}}]', '42["done"]')) as ada:
        assert ada.inbox.wait_for(called("done"), 20)
        assert ("received", "echo [masked]", '{"cookie": "[masked]", "text": "[masked]"}') in ada.log()


# --- getting in -----------------------------------------------------------------------------------------------


def refusing(packet: str) -> Handler:
    def handle(connection: Connection) -> None:
        connection.upgrade()
        connection.frame(OPEN)
        connection.heard()
        connection.frame(packet)
        while connection.heard():
            connection.send(b"\x88\x00")

    return handle


@pytest.mark.parametrize(
    ("packet", "reason", "data"),
    [
        ('44"no session"', "no session", "no session"),
        ('44{"message":"no session"}', "{'message': 'no session'}", {"message": "no session"}),
        ("44", "One or more namespaces failed to connect: /", None),
    ],
)
def test_a_refused_connection_says_why(packet: str, reason: str, data: object) -> None:
    with raw_server(refusing(packet)) as server:
        refused = Line().refusal(server.url)
    assert str(refused) == f"the Socket.IO connection of ada failed: {reason}"
    assert refused.data == data
    assert isinstance(refused, Blocked)


def test_a_reason_of_any_length_is_elided() -> None:
    with raw_server(refusing('44"\\u001b[2J' + "x" * 60_000 + '"')) as server:
        refused = Line().refusal(server.url)
    assert str(refused).startswith("the Socket.IO connection of ada failed: \\u001b[2Jxxx")
    assert len(str(refused)) < 300


@pytest.mark.parametrize("status", ["401 Unauthorized", "404 Not Found", "502 Bad Gateway"])
def test_a_refused_handshake_says_why(status: str) -> None:
    with raw_server(always(status)) as server:
        refused = Line().refusal(server.url)
    reason = f"the WebSocket handshake was answered {status[:3]}"
    assert (str(refused), refused.data) == (f"the Socket.IO connection of ada failed: {reason}", None)


def test_nobody_there() -> None:
    with raw_server(always("200 OK")) as server:
        pass
    reason = "[Errno 111] Connection refused"
    assert str(Line().refusal(server.url)) == f"the Socket.IO connection of ada failed: {reason}"


def test_the_reference_server_refuses_an_unknown_session() -> None:
    with serving(Settings()) as ready:
        refused = Line().refusal(ready.url)
    assert str(refused).startswith("the Socket.IO connection of ada failed: ")
    assert refused.data


def test_a_redirect_is_not_followed() -> None:
    with raw_server(always("200 OK")) as elsewhere:
        with raw_server(always("302 Found", f"Location: {elsewhere.url}/")) as here:
            refused = Line().refusal(here.url)
            assert here.connections == 1
        assert elsewhere.connections == 0
    assert str(refused) == "the Socket.IO connection of ada failed: Redirect limit exhausted"


@pytest.mark.parametrize(
    "first",
    [
        "",
        "x",
        "0",
        "0null",
        "0[]",
        '0{"sid":1}',
        '0{"sid":"a","upgrades":[],"pingInterval":"x","pingTimeout":1}',
        '0{"sid":"a","upgrades":[],"pingInterval":1e999,"pingTimeout":1}',
        "0" + "[" * 5000,
        "1",
        '40{"sid":"s"}',
    ],
)
def test_a_greeting_that_makes_no_sense_is_a_refusal(first: str) -> None:
    def handle(connection: Connection) -> None:
        connection.upgrade()
        connection.frame(first)
        connection.linger()

    with raw_server(handle) as server:
        assert str(Line().refusal(server.url)).startswith("the Socket.IO connection of ada failed: ")


# --- deadlines ------------------------------------------------------------------------------------------------


def drip_handshake(connection: Connection) -> None:
    connection.request()
    connection.send(b"HTTP/1.1 101 Switching Protocols\r\nX-Slow: ")
    connection.drip()


def drip_greeting(connection: Connection) -> None:
    connection.upgrade()
    connection.send(b"\x81\x7e\xff\xff0")
    connection.drip()


def never_let_in(connection: Connection) -> None:
    connection.upgrade()
    connection.frame(OPEN)
    connection.linger()


@pytest.mark.parametrize("handle", [Connection.linger, drip_handshake, drip_greeting, never_let_in])
def test_a_connection_that_never_comes_about_ends_with_the_deadline(handle: Handler) -> None:
    with raw_server(handle) as server:
        began = time.monotonic()
        refused = Line(timeout_s=0.5).refusal(server.url)
        assert time.monotonic() - began < FAR_BEYOND_S
    assert str(refused) == "the Socket.IO connection of ada failed: no complete answer within the deadline"


def drip_after_all(connection: Connection) -> None:
    connection.send(b"\x81\x7f", (2**40).to_bytes(8, "big"), b"4")
    connection.drip()


@pytest.mark.parametrize("go_on", [drip_after_all, Connection.linger])
def test_to_close_takes_no_longer_than_the_deadline(go_on: Handler) -> None:
    with line(go_on, timeout_s=0.5) as ada:
        began = time.monotonic()
        ada.socket.close()
        assert time.monotonic() - began < FAR_BEYOND_S


# --- calls ----------------------------------------------------------------------------------------------------


def answering(packet: str) -> Handler:
    """Wait for a call, and send ``packet``."""

    def go_on(connection: Connection) -> None:
        connection.heard()
        connection.frame(packet)

    return go_on


def test_a_call_gives_its_acknowledgement() -> None:
    with line(answering('431[{"ok":true,"epoch":3}]')) as ada:
        assert ada.socket.call("room:join", {"chat_id": 17}) == {"ok": True, "epoch": 3}
        assert ada.log() == [
            ("connected", "Socket.IO", ""),
            ("sent", "room:join", '{"chat_id": 17}'),
            ("acknowledged", "room:join", '{"ok": true, "epoch": 3}'),
        ]


def test_a_call_that_is_never_acknowledged_is_blocked_in_time() -> None:
    with line(Connection.linger, timeout_s=0.5) as ada:
        began = time.monotonic()
        with pytest.raises(Blocked) as caught:
            ada.socket.call("room:join", {"chat_id": 17})
        assert time.monotonic() - began < FAR_BEYOND_S
    assert str(caught.value) == "room:join of ada was not acknowledged in 0.5 s"


def test_an_acknowledgement_of_something_else_is_none() -> None:
    with line(answering('437[{"ok":true}]'), timeout_s=0.5) as ada, pytest.raises(Blocked, match="not acknowledged"):
        ada.socket.call("room:join", {"chat_id": 17})


def hang_up(connection: Connection) -> None:
    connection.socket.close()


def test_a_call_on_a_dropped_socket_is_blocked() -> None:
    with line(hang_up) as ada:
        ada.inbox.wait_for(called("never"), 20)
        with pytest.raises(Blocked) as caught:
            ada.socket.call("room:join", {"chat_id": 17})
    assert str(caught.value) == "room:join of ada could not be sent: / is not a connected namespace."


def test_a_socket_dropped_during_a_call_is_told() -> None:
    def go_on(connection: Connection) -> None:
        connection.heard()
        connection.socket.close()

    with line(go_on, timeout_s=60) as ada, pytest.raises(Blocked) as caught:
        ada.socket.call("room:join", {"chat_id": 17})
    assert str(caught.value) == "room:join of ada was not acknowledged (the socket was dropped)"


# --- the end --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("go_on", [hang_up, sending("41"), sending("1")], ids=["dropped", "disconnected", "closed"])
def test_a_dropped_socket_wakes_those_who_wait(go_on: Handler) -> None:
    now = threading.Event()

    def once_told(connection: Connection) -> None:
        now.wait(20)
        go_on(connection)

    with line(once_told) as ada:
        began = time.monotonic()
        now.set()
        assert ada.inbox.wait_for(called("never"), 60) is None
        assert time.monotonic() - began < 30
        assert ada.inbox.closed
        assert ada.log() == [("connected", "Socket.IO", ""), ("disconnected", "Socket.IO", "")]


def test_a_socket_dropped_as_soon_as_it_was_let_in_wakes_those_who_wait() -> None:
    for _ in range(20):
        with line(hang_up) as ada:
            began = time.monotonic()
            assert ada.inbox.wait_for(called("never"), 60) is None
            assert time.monotonic() - began < 30


def test_a_socket_that_is_dropped_on_purpose_says_no_goodbye() -> None:
    said: list[bytes] = []

    def listen(connection: Connection) -> None:
        while heard := connection.heard():
            said.append(heard)

    with line(listen) as ada:
        began = time.monotonic()
        ada.socket.drop()
        assert time.monotonic() - began < FAR_BEYOND_S
        assert ada.inbox.closed
        assert said == []
        assert ("disconnected", "Socket.IO", "") in ada.log()


def test_closing_wakes_those_who_wait_and_may_be_done_twice() -> None:
    with line(sending('42["first"]')) as ada:
        found: list[Received | None] = []
        assert ada.inbox.wait_for(called("first"), 20)
        thread = threading.Thread(target=lambda: found.append(ada.inbox.wait_for(called("never"), 60)))
        thread.start()
        ada.socket.close()
        thread.join(30)
        assert found == [None]
        ada.socket.close()


def test_a_socket_that_was_never_opened_can_be_closed() -> None:
    ada = Line()
    ada.socket.close()
    assert ada.inbox.closed


def test_connected_again_what_was_heard_before_stays() -> None:
    with raw_server(welcoming(sending('42["message:new",{"n":1}]'))) as server:
        first = heard_once(server, Inbox())
        assert heard_once(server, first.inbox).inbox.mark == 2
        assert [event.order for event in first.inbox.events("message:new")] == [0, 1]
        assert [event.order for event in first.inbox.events("message:new", since=1)] == [1]


def heard_once(server: RawServer, inbox: Inbox) -> Line:
    ada, since = Line(inbox=inbox), inbox.mark
    ada.connect(server.url)
    assert not inbox.closed
    assert inbox.wait_for(called("message:new"), 20, since)
    ada.socket.close()
    return ada


# --- the inbox by itself --------------------------------------------------------------------------------------


def test_what_came_before_is_found_at_once() -> None:
    inbox = Inbox()
    inbox.append("a", 1)
    inbox.append("b", 2)
    inbox.append("a", 3)
    assert [event.payload for event in inbox.events("a")] == [1, 3]
    assert inbox.wait_for(called("a"), 0) == inbox.events("a")[0]
    assert inbox.wait_for(called("a"), 0, since=1) == inbox.events("a")[1]
    assert inbox.wait_for(called("a"), 0, since=3) is None
    assert inbox.mark == 3


def test_what_came_is_found_after_the_socket_is_gone() -> None:
    inbox = Inbox()
    inbox.append("a", 1)
    inbox.close()
    assert inbox.wait_for(called("a"), 60)
    assert inbox.wait_for(called("b"), 60) is None


def test_what_comes_late_is_found() -> None:
    inbox, found = Inbox(), list[Received | None]()
    thread = threading.Thread(target=lambda: found.append(inbox.wait_for(called("last"), 60)))
    thread.start()
    for number in range(50):
        inbox.append("other", number)
    inbox.append("last", None)
    thread.join(30)
    assert [event.order for event in found if event] == [50]
