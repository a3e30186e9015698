"""A target behind TLS, as every real one is: REST and Socket.IO by one context, trusted by its authority alone."""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme

from conformance.reference.settings import Ready

from .conftest import Runner


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await source.read(65536):
            sink.write(chunk)
            await sink.drain()
    sink.close()


def _forwarding(port: int) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inside_reader, inside_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pump(reader, inside_writer), _pump(inside_reader, writer))

    return forward


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secured(server: Ready, authority: trustme.CA) -> Iterator[str]:
    """The URL of a terminator of TLS in front of the reference server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with asyncio.Runner() as runner:
        terminator = runner.run(
            asyncio.start_server(_forwarding(urlsplit(server.url).port or 0), "127.0.0.1", 0, ssl=context)
        )
        loop = runner.get_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        yield f"https://localhost:{terminator.sockets[0].getsockname()[1]}"
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        terminator.close()


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
