"""Socket.IO by polling against servers that are busy, broken or hostile: nothing lost, nobody left waiting."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from conformance.client.http import BODY_MAX
from conformance.client.inbox import Inbox, Received, Refused
from conformance.client.realtime import Socket
from conformance.errors import Blocked
from conformance.redact import Secrets
from conformance.reference.embedded import serving
from conformance.reference.settings import Settings
from conformance.wire import WireLog

from .made import SECRET
from .raw import Connection, Handler, always, raw_server

CONTEXT = ssl.create_default_context()
OPEN = b'0{"sid":"e","upgrades":[],"pingInterval":25000,"pingTimeout":20000}'
AT_ONCE_S = 2.0
BETWEEN = "\x1e"


@dataclass
class Target:
    """Lets a socket in by polling, answers its next polls with ``payloads``, and then lets it wait."""

    payloads: list[bytes] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def __call__(self, connection: Connection) -> None:
        while request := connection.request():
            self.requests.append(request)
            if request.startswith(b"POST"):
                connection.answer("200 OK", body=b"ok")
            elif b"sid=" not in request.split(b"\r\n", 1)[0]:
                connection.answer("200 OK", "Set-Cookie: lb=eu-1; Path=/", "Set-Cookie: psession=theirs", body=OPEN)
            elif self.payloads:
                connection.answer("200 OK", body=self.payloads.pop(0))
            else:
                self.over.wait(20)


def socket_to(url: str, timeout_s: float = 5) -> Socket:
    """A socket of ada's that is connected by polling."""
    made = Socket("ada", WireLog(Secrets([SECRET])), timeout_s=timeout_s, inbox=Inbox())
    cookie = f"psession={SECRET}"
    made.connect(url, path="/socket.io", transports=("polling",), cookie=cookie, context=CONTEXT)
    return made


@contextmanager
def polling(*payloads: str) -> Iterator[tuple[Socket, Target]]:
    """A socket, and the target that answers its polls with these payloads."""
    target = Target([b'40{"sid":"s"}', *(payload.encode() for payload in payloads)])
    with raw_server(target) as server:
        made = socket_to(server.url)
        yield made, target
        made.close()
        target.over.set()


def heard(made: Socket, name: str) -> Received | None:
    return made.inbox.wait_for(lambda event: event.name == name, AT_ONCE_S)


# --- what arrives -------------------------------------------------------------------------------------------------


def test_a_thousand_events_in_one_payload_arrive_in_order() -> None:
    packets = [f'42["message:new",{{"n":{number}}}]' for number in range(1000)]
    with polling(BETWEEN.join([*packets, '42["done"]'])) as (ada, _):
        assert heard(ada, "done")
        assert [event.payload["n"] for event in ada.inbox.events("message:new")] == list(range(1000))


def test_events_of_one_poll_after_the_other_arrive_in_order() -> None:
    with polling('42["a",1]', f'42["a",2]{BETWEEN}42["a",3]', '42["done"]') as (ada, _):
        assert heard(ada, "done")
        assert [event.payload for event in ada.inbox.events("a")] == [1, 2, 3]


def test_every_request_has_the_cookie_and_what_a_load_balancer_set() -> None:
    with polling('42["done"]') as (ada, target):
        assert heard(ada, "done")
    first, *later = [request.decode() for request in target.requests]
    assert f"psession={SECRET}" in first
    assert "lb=" not in first
    assert later
    assert all(f"psession={SECRET}; lb=eu-1\r\n" in request for request in later)
    assert not [request for request in later if "theirs" in request]


def test_the_reference_server_refuses_an_unknown_session() -> None:
    with serving(Settings(control_token="t")) as ready, pytest.raises(Refused, match="a valid session is needed"):
        socket_to(ready.url)


# --- the end ------------------------------------------------------------------------------------------------------


def test_to_close_takes_no_time_though_a_poll_waits() -> None:
    with polling('42["done"]') as (ada, target):
        assert heard(ada, "done")
        began = time.monotonic()
        ada.close()
        assert time.monotonic() - began < AT_ONCE_S
        assert ada.inbox.closed
        # It said goodbye, in one way or the other
        assert any(request.endswith((b"41", b"1", b"41\x1e1")) for request in target.requests)


def test_a_dropped_socket_is_closed_at_once_and_says_nothing() -> None:
    with polling('42["done"]') as (ada, target):
        assert heard(ada, "done")
        began = time.monotonic()
        ada.drop()
        assert time.monotonic() - began < AT_ONCE_S
        assert ada.inbox.closed
        assert not any(request.endswith((b"41", b"41\x1e1")) for request in target.requests)


def test_a_target_that_says_goodbye_closes_the_inbox() -> None:
    with polling('42["done"]', "1") as (ada, _):
        assert heard(ada, "done")
        assert ada.inbox.closes_within(AT_ONCE_S)


@pytest.mark.parametrize(
    "payload", ["<html>", f"42{BETWEEN * 3}", "9", "4" * (BODY_MAX + 1)], ids=["page", "empty", "unknown", "too long"]
)
def test_what_is_no_payload_never_hangs(payload: str) -> None:
    with polling(payload, '42["done"]') as (ada, _):
        ada.inbox.wait_until(lambda: bool(ada.inbox.events("done")), AT_ONCE_S)
        assert ada.inbox.closed or ada.inbox.events("done")


def test_a_call_after_the_end_is_blocked() -> None:
    with polling("1") as (ada, _):
        assert ada.inbox.closes_within(AT_ONCE_S)
        with pytest.raises(Blocked):
            ada.call("room:join", {})


# --- no way in ----------------------------------------------------------------------------------------------------


def drip(connection: Connection) -> None:
    connection.request()
    connection.drip()


def wait(connection: Connection) -> None:
    connection.request()
    connection.linger()


@pytest.mark.parametrize(
    ("handle", "reason"),
    [
        (always("302 Found", "Location: http://127.0.0.1:9/"), "302"),
        (always("404 Not Found"), "404"),
        (always("200 OK", body=b"<html>"), "something else than packets"),
        (always("200 OK", body=b'40{"sid":"s"}'), "does not open a connection"),
        (always("200 OK", body=b"0{}"), "failed"),
        (always("200 OK", body=b'0{"sid":7,"upgrades":null,"pingInterval":"x","pingTimeout":[]}'), "failed"),
        (drip, "deadline"),
        (wait, "deadline"),
    ],
    ids=["redirect", "404", "page", "other packet", "no sid", "odd", "drip", "silence"],
)
def test_a_connection_that_never_comes_about_is_refused_in_time(handle: Handler, reason: str) -> None:
    with raw_server(handle) as server:
        began = time.monotonic()
        with pytest.raises(Refused, match=reason):
            socket_to(server.url, timeout_s=0.5)
        assert time.monotonic() - began < AT_ONCE_S
