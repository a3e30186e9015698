"""The curl command: it sends the very bytes, or is not given."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from conformance.redact import Secrets
from conformance.report import curl
from conformance.wire import STORED_BODY, WireLog

from .made import broken_document, failed

COOKIE = "the value of a session; with 'quotes', \"more\" and $HOME"
PATH = "/v1/portal/chats/1/messages?limit=%20[1-3]{a,b}&x=../../y"
if os.environ.get("CI"):
    NEEDS_CURL = pytest.mark.skipif(False, reason="nothing is skipped in CI")
else:
    NEEDS_CURL = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@dataclass
class Heard:
    """The requests that a server got: method, path, headers, body."""

    url: str = ""
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def heard() -> Iterator[Heard]:
    found = Heard()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            found.requests.append((self.command, self.path, dict(self.headers.items()), body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815 - the names of the library

        def log_message(self, *_: object) -> None:
            """Nothing is said."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


def stored(body: bytes, method: str = "POST", path: str = PATH, **headers: str) -> dict[str, Any]:
    """An exchange, as it is stored."""
    log = WireLog(Secrets([COOKIE]))
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    log.exchange("sender", 0, method, path, (sent, body), (200, {}, b""))
    return log.as_json()[0]


def target(url: str = "https://portal.example", **more: Any) -> dict[str, Any]:
    return {"url": url, "embedded": False, "cookie": "psession", **more}


def played(command: str) -> None:
    environment = {**os.environ, "PORTAL_SESSION": COOKIE}
    subprocess.run(["sh", "-c", command], env=environment, check=True, capture_output=True, timeout=30)


BODIES = [
    b'{"content": "{\\"v\\":2,\\"epoch\\":1,\\"ct\\":\\"AbC+/w==\\"}"}',
    b'it\'s "quoted" $HOME `id` $(id) \\ !! & | ; < > * ? ~ #',
    "h\u00e9llo \u4f60\u597d \U0001f600".encode(),
    b"@/etc/passwd",
    b"-X DELETE",
    b"two\nlines\n\tand a tab",
    b"%s%n %2F",
    b"{" + b" " * 4000 + b"}",
    b"",
]


@NEEDS_CURL
@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_the_very_bytes_arrive(body: bytes, heard: Heard) -> None:
    told = curl.of_exchange(
        target(heard.url), stored(body, Cookie=f"psession={COOKIE}", Content_Type="application/json; a='b'")
    )
    played(told.command)
    [(method, path, headers, received)] = heard.requests
    assert (method, path, received) == ("POST", PATH, body)
    assert headers["Cookie"] == f"psession={COOKIE}"
    assert headers["Content-Type"] == "application/json; a='b'"
    assert headers["Content-Length"] == str(len(body))
    assert COOKIE not in told.command
    assert told.actor == "sender"


@NEEDS_CURL
@pytest.mark.parametrize("method", ["GET", "DELETE", "HEAD", "PUT"])
def test_a_request_without_a_body_has_none(method: str, heard: Heard) -> None:
    played(curl.of_exchange(target(heard.url), stored(b"", method, X_Empty="")).command)
    [(sent, path, headers, received)] = heard.requests
    assert (sent, path, received) == (method, PATH, b"")
    assert headers["X-Empty"] == ""
    assert {"Cookie", "Content-Type"}.isdisjoint(headers)


@NEEDS_CURL
def test_a_body_of_no_stated_kind_is_not_called_a_form(heard: Heard) -> None:
    played(curl.of_exchange(target(heard.url), stored(b"{}")).command)
    assert "Content-Type" not in heard.requests[0][2]
    assert heard.requests[0][3] == b"{}"


@NEEDS_CURL
def test_the_base_path_of_a_target_and_the_name_of_its_cookie_are_kept(heard: Heard) -> None:
    odd = target(heard.url + "/api/", cookie="a`id`$b!")
    played(curl.of_exchange(odd, stored(b"{}", path="/x", Cookie=f"a={COOKIE}")).command)
    assert heard.requests[0][1] == "/api/x"
    assert heard.requests[0][2]["Cookie"] == f"a`id`$b!={COOKIE}"


def test_the_default_cookie_is_named_where_the_results_do_not_say() -> None:
    told = curl.of_exchange({"url": "http://x", "embedded": False}, stored(b"", "GET", "/", Cookie="a=b"))
    assert told.command == 'curl -sS -i --globoff --path-as-is -H "Cookie: psession=$PORTAL_SESSION" http://x/'


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"a\x00b", "characters that the log escapes"),
        (b"a\x1bb", "characters that the log escapes"),
        ("a\u202eb".encode(), "characters that the log escapes"),
        # The same text, whether the request had the character or its escape.
        (rb'{"content": "\u0000"}', "characters that the log escapes"),
        (b"\xff\xfe", "is no text"),
        ("\ufffd".encode(), "is no text"),
        (b'{"session": "abc"}', "is masked"),
        (COOKIE.encode(), "is masked"),
        (b"x" * (STORED_BODY + 1), "too long to be stored whole"),
    ],
)
def test_no_command_where_what_is_stored_may_not_be_what_was_sent(body: bytes, why: str) -> None:
    told = curl.of_exchange(target(), stored(body))
    assert told.command == ""
    assert why in told.why_not


def test_an_escape_that_the_log_never_writes_is_the_bodys_own() -> None:
    assert "\\u0041" in curl.of_exchange(target(), stored(rb'{"content": "\u0041\u00e9"}')).command


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"embedded": True}, "the embedded server ended with the run"),
        ({"url": ""}, "its address"),
        ({"url": "http://x y"}, "its address"),
        ({"url": "http://x/\u202e"}, "its address"),
    ],
)
def test_no_command_without_a_target_to_send_to(changed: dict[str, Any], why: str) -> None:
    told = curl.of_exchange({**target(), **changed}, stored(b"{}"))
    assert (told.command, why in told.why_not) == ("", True)


@pytest.mark.parametrize(
    "headers",
    [{"Authorization": "Bearer x"}, {"X_Api_Key": "x"}, {"X_Other": COOKIE}, {"X_Odd": "a\r\nb"}, {"X_Odd": "\u00e9"}],
)
def test_no_command_where_a_header_cannot_be_given(headers: dict[str, str]) -> None:
    told = curl.of_exchange(target(), stored(b"{}", **headers))
    assert told.command == ""
    assert "header" in told.why_not


def test_no_command_where_a_secret_is_in_the_path() -> None:
    log = WireLog(Secrets(["s3cr3t-in-path"]))
    log.exchange("sender", 0, "GET", "/x/s3cr3t-in-path", ({}, b""), (200, {}, b""))
    assert curl.of_exchange(target(), log.as_json()[0]).command == ""


def test_a_check_about_one_request_has_its_command() -> None:
    scenario, document = failed(), broken_document()
    held, broken = scenario["checks"]
    told = curl.of_check(document, scenario, broken)
    assert told is not None
    assert told.command.endswith("https://portal.example/v1/portal/chats/1/messages")
    assert '--data-raw \'{"content": ' in told.command
    assert curl.of_check(document, scenario, {**held, "exchange": None}) is None
    assert curl.of_check(document, scenario, {**held, "exchange": 2}) is None, "an event is no request"
    assert curl.of_check(document, scenario, {**held, "exchange": 99}) is None
