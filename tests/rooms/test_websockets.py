"""A WebSocket that cannot be read any more: it is hung up, and nobody waits for who would write on it."""

import socket
import ssl
import threading
from types import SimpleNamespace

import pytest
import websocket
from engineio.packet import MESSAGE, Packet

from conformance.client.allowance import MESSAGE_MAX
from conformance.client.inbox import Inbox
from conformance.client.polling import PollingEngine
from conformance.client.websockets import BoundedWebSocket

CONTEXT = ssl.create_default_context()
FAR_BEYOND_S = 10.0
FRAGMENTS = b"\x01\x04" + b'42["' + b"\x00\x7f" + MESSAGE_MAX.to_bytes(8, "big") + b"x" * MESSAGE_MAX


@pytest.mark.parametrize("said", [FRAGMENTS, b"\x81\x02\xc3\x28", b"\x83\x00"], ids=["long", "no UTF-8", "no frame"])
def test_the_suite_hangs_up_on_a_frame_that_it_cannot_read(said: bytes) -> None:
    here, there = socket.socketpair()
    with here, there:
        ours = BoundedWebSocket(Inbox().allowance)
        ours.sock, ours.connected = here, True
        speaking = threading.Thread(target=there.sendall, args=(said,))
        speaking.start()
        with pytest.raises((ValueError, websocket.WebSocketException)):
            ours.recv()
        speaking.join(FAR_BEYOND_S)
        there.settimeout(FAR_BEYOND_S)
        assert there.recv(1) == b""


def test_a_writer_that_finds_the_end_behind_a_packet_ends() -> None:
    engine = PollingEngine(tls=CONTEXT, allowance=Inbox().allowance)
    said: list[str] = []
    engine.ws = SimpleNamespace(send=said.append, hang_up=lambda: None)
    engine.state, engine.current_transport = "connected", "websocket"
    engine.ping_interval = engine.ping_timeout = 600.0
    for item in (Packet(MESSAGE, "2"), None):
        engine.queue.put(item)
    writer = threading.Thread(target=engine._write_loop, daemon=True)
    writer.start()
    writer.join(FAR_BEYOND_S)
    assert (said, writer.is_alive()) == (["42"], False)
