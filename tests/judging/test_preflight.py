"""Targets that cannot be judged: exit status 2 and one sentence, soon."""

import contextlib
import http.server
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from conformance.reference.embedded import serving
from conformance.reference.settings import Ready, Settings

from .conftest import Ran, Runner

SOON_S = 20.0
"""Far below what any deadline of a profile adds up to, and far above what a busy machine takes."""


def inconclusive(ran: Ran) -> str:
    """The sentence of an inconclusive run, printed once, as the verdict; nothing was judged."""
    assert ran.status == 2, ran.output
    results = ran.results
    assert results["verdict"] == "inconclusive"
    assert results["scenarios"] == []
    assert results["seconds"] < SOON_S
    assert ran.output.count(results["reason"]) == 1
    assert "Traceback" not in ran.output
    return str(results["reason"])


class _Answer(http.server.BaseHTTPRequestHandler):
    status, body, headers_sent = 200, b"", {"Content-Type": "text/html"}

    def _answer(self) -> None:
        self.send_response(self.status)
        for name, value in {**self.headers_sent, "Content-Length": str(len(self.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.body)

    do_GET = do_POST = _answer  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def answering(status: int, body: bytes, headers: dict[str, str]) -> Iterator[str]:
    """A server that gives one answer to everything."""
    handler = type("Handler", (_Answer,), {"status": status, "body": body, "headers_sent": headers})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_dead_host(run: Runner) -> None:
    sentence = inconclusive(run.pytest("--target=http://127.0.0.1:1"))
    assert sentence == (
        "nothing answers at 127.0.0.1:1 (the connection failed ([Errno 111] Connection refused)): "
        "target or configuration; start it, or correct --target"
    )


def test_dead_host_with_two_processes(run: Runner) -> None:
    assert "nothing answers at 127.0.0.1:1" in inconclusive(run.pytest("--target=http://127.0.0.1:1", "-n2"))


def test_host_without_a_name(run: Runner) -> None:
    sentence = inconclusive(run.pytest("--target=http://no-such-host.invalid"))
    assert sentence.startswith("nothing answers at no-such-host.invalid (the connection failed (")


def test_silent_host(run: Runner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        sentence = inconclusive(run.pytest(f"--target=http://127.0.0.1:{silent.getsockname()[1]}"))
    assert "no complete answer within the deadline" in sentence


def test_no_socket_io(run: Runner, two_ports: Ready) -> None:
    sentence = inconclusive(run.pytest(f"--target={two_ports.url}"))
    assert sentence.startswith(f"no Socket.IO at {two_ports.url} (the Socket.IO connection of owner failed: ")
    assert sentence.endswith(
        "): target or configuration; start it, or name its URL by --ws-target or the profile's ws_url"
    )


def test_socket_io_where_rest_is_expected(run: Runner, two_ports: Ready) -> None:
    sentence = inconclusive(run.pytest(f"--target={two_ports.ws_url}"))
    assert sentence == (
        "the target has no control API (404 for /_conformance/v1/): target; "
        "start it with a control token, or correct the URL if it is not the REST host"
    )


def test_wrong_token(run: Runner, server: Ready) -> None:
    run.environment["PORTAL_CONTROL_TOKEN"] = "some-other-token"
    assert inconclusive(run.pytest(f"--target={server.url}")) == (
        "the control API refused the token (401): configuration; set the environment variable "
        "PORTAL_CONTROL_TOKEN to the token that the target was started with"
    )


def test_no_token_in_the_variable_of_the_profile(run: Runner, server: Ready) -> None:
    run.folder.joinpath("profile.toml").write_text('[provision]\ntoken_env = "STAGING_TOKEN"\n')
    sentence = inconclusive(run.pytest(f"--target={server.url}", "--profile=profile.toml"))
    assert sentence == (
        "the control API needs a token: configuration; set the environment variable "
        "STAGING_TOKEN to the token that the target was started with"
    )


def test_no_control_api(run: Runner) -> None:
    with serving(Settings(control_token=None)) as ready:
        sentence = inconclusive(run.pytest(f"--target={ready.url}"))
    assert sentence.startswith("the target has no control API (404 for /_conformance/v1/): target; ")


def test_tls_where_there_is_none(run: Runner, server: Ready) -> None:
    url = server.url.replace("http://", "https://")
    sentence = inconclusive(run.pytest(f"--target={url}"))
    assert sentence.startswith(f"no TLS connection to {url} (")
    assert "SSL_CERT_FILE" in sentence


@pytest.mark.parametrize(
    ("status", "body", "headers", "beginning"),
    [
        (
            200,
            b"<!doctype html><title>Sign in</title>",
            {"Content-Type": "text/html"},
            "/_conformance/v1/ answered 200 with a body that is not JSON (text/html) instead of the control API",
        ),
        (
            200,
            b'{"hello": "world"}',
            {"Content-Type": "application/json"},
            '/_conformance/v1/ answered 200 with JSON of another kind ({"hello": "world"}) instead of the control',
        ),
        (302, b"", {"Location": "https://login.example/"}, "/_conformance/v1/ answered 302 with a body that is not"),
        (502, b"bad gateway", {"Content-Type": "text/plain"}, "/_conformance/v1/ answered 502 with a body that is"),
        (200, b"x" * 2_000_000, {}, "the target at http://127.0.0.1:"),
    ],
)
def test_something_else_answers(run: Runner, status: int, body: bytes, headers: dict[str, str], beginning: str) -> None:
    with answering(status, body, headers) as url:
        sentence = inconclusive(run.pytest(f"--target={url}"))
    assert sentence.startswith(beginning)


def test_server_that_talks_garbage(run: Runner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_talk_garbage, args=[listener])
        thread.start()
        sentence = inconclusive(run.pytest(f"--target=http://127.0.0.1:{listener.getsockname()[1]}"))
        thread.join()
    assert sentence.startswith("the target at http://127.0.0.1:")
    assert "the connection was dropped" in sentence


def _talk_garbage(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(1000)
        connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


def test_results_say_that_they_are_not_whole_until_the_end(run: Runner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outcome: list[Ran] = []
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        thread = threading.Thread(target=lambda: outcome.append(run.pytest(f"--target={url}")))
        thread.start()
        connection, _ = silent.accept()
        # The target was reached for: what is there now is what a killed run would leave.
        midway = _results(run)
        connection.close()
        thread.join()
    assert (midway["verdict"], midway["reason"]) == ("inconclusive", "the run has not come to its end")
    assert "end" not in midway
    assert outcome[0].results["end"] == "end of results"


def _results(run: Runner) -> dict[str, object]:
    ends = time.monotonic() + 10
    ran = Ran(0, "", run.folder / "reports")
    while not (ran.folder / "results.json").exists() and time.monotonic() < ends:
        time.sleep(0.05)
    return ran.results
