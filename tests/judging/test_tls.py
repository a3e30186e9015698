"""A target behind TLS, as every real one is: REST and Socket.IO by one context, trusted by its authority alone."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme

from conformance.reference.settings import Ready

from .conftest import Runner


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            sink.sendall(chunk)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _forward(listener: socket.socket, context: ssl.SSLContext, port: int, opened: list[socket.socket]) -> None:
    """Take each connection's TLS off and hand it on; ``opened`` are the sockets that the test closes."""
    with contextlib.suppress(OSError):
        while True:
            raw, _ = listener.accept()
            opened.append(raw)
            try:
                outside = context.wrap_socket(raw, server_side=True)
            except (ssl.SSLError, OSError):
                continue
            inside = socket.create_connection(("127.0.0.1", port))
            opened.extend([outside, inside])
            inside.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            outside.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for ends in ((outside, inside), (inside, outside)):
                threading.Thread(target=_pump, args=ends, daemon=True).start()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secured(server: Ready, authority: trustme.CA) -> Iterator[str]:
    """The URL of a terminator of TLS in front of the reference server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    port = urlsplit(server.url).port
    with socket.create_server(("127.0.0.1", 0)) as listener:
        opened: list[socket.socket] = []
        thread = threading.Thread(target=_forward, args=[listener, context, port, opened], daemon=True)
        thread.start()
        yield f"https://localhost:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        for one in opened:
            one.close()


def test_target_behind_tls(run: Runner, secured: str, authority: trustme.CA, tmp_path: Path) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    run.environment["SSL_CERT_FILE"] = str(tmp_path / "authority.pem")
    ran = run.pytest(f"--target={secured}", "--requirement=SEND-BROADCAST*")
    assert ran.outcome("SEND-BROADCAST") == "passed", ran.output


def test_unknown_authority_is_said(run: Runner, secured: str) -> None:
    ran = run.pytest(f"--target={secured}")
    assert ran.status == 2
    reason = ran.results["reason"]
    assert reason.startswith(f"no TLS connection to {secured} (")
    assert "certificate verify failed" in reason
