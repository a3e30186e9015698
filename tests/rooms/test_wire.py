"""The wire log: entries are born redacted and cut, in order, whoever writes them."""

import json
import threading
import time

import pytest

from conformance.redact import Secrets
from conformance.wire import STORED_BODY, Exchange, SocketEvent, WireLog

from .made import SECRET

PATH = "/v1/portal/chats/1/messages"


@pytest.fixture
def wire() -> WireLog:
    return WireLog(Secrets([SECRET]))


def exchange(
    wire: WireLog, *, request: bytes = b"", answer: bytes | None = b"{}", fault: str | None = None, path: str = PATH
) -> Exchange:
    got = None if answer is None else (200, {"X-Echo": SECRET, "Set-Cookie": "a=b"}, answer)
    headers = {"Cookie": "psession=other", "X-Trace": SECRET}
    return wire.exchange("owner", time.monotonic(), "POST", path, (headers, request), got, fault)


def test_an_exchange_is_born_redacted(wire: WireLog) -> None:
    entry = exchange(
        wire,
        request=b'{"token": "abc"}',
        answer=f'{{"error": "no session {SECRET}"}}'.encode(),
        path=f"/v1/{SECRET}",
    )
    assert entry.path == "/v1/[masked]"
    assert entry.request_headers == {"Cookie": "[masked]", "X-Trace": "[masked]"}
    assert entry.request_body == '{"token": "[masked]"}'
    assert entry.response_headers == {"X-Echo": "[masked]", "Set-Cookie": "[masked]"}
    assert entry.response_body == '{"error": "no session [masked]"}'


def test_a_fault_is_redacted_too(wire: WireLog) -> None:
    entry = exchange(wire, answer=None, fault=f"illegal header line {SECRET}\x1b[2J")
    assert (entry.status, entry.fault) == (None, "illegal header line [masked]\\u001b[2J")


def test_an_event_is_born_redacted(wire: WireLog) -> None:
    entry = wire.event("owner", "received", f"hello {SECRET}\x07", {"session": "x", "echo": SECRET, "n": [1, None]})
    assert entry.name == "hello [masked]\\u0007"
    assert entry.payload == '{"session": "[masked]", "echo": "[masked]", "n": [1, null]}'


def test_nothing_of_a_secret_is_in_the_log_as_json(wire: WireLog) -> None:
    exchange(wire, request=SECRET.encode(), answer=SECRET.encode() * 3, fault=SECRET, path=f"/{SECRET}")
    wire.event("owner", "sent", SECRET, {SECRET: SECRET})
    assert SECRET not in json.dumps(wire.as_json())


def test_a_secret_across_the_cut_leaves_no_half(wire: WireLog) -> None:
    body = b"x" * (STORED_BODY - 5) + SECRET.encode() + b"y" * 50
    text = wire.text_of(body)
    assert text.startswith("x" * (STORED_BODY - 5) + "[mask… (")
    assert "s3c" not in text


def test_a_body_is_cut_and_says_how_long_it_was(wire: WireLog) -> None:
    assert wire.text_of(b"x" * STORED_BODY) == "x" * STORED_BODY
    assert wire.text_of(b"x" * (STORED_BODY + 1)) == "x" * STORED_BODY + "… (6001 bytes)"


def test_a_body_may_be_anything(wire: WireLog) -> None:
    assert wire.text_of(b"\xff\x00\x1b[1m") == "\N{REPLACEMENT CHARACTER}\\u0000\\u001b[1m"


@pytest.mark.parametrize("depth", [100, 400, 700, 950, 5000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_a_body_may_be_nested_as_deeply_as_it_likes(wire: WireLog, depth: int, opening: str, closing: str) -> None:
    body = f'{opening * depth}"{SECRET}"{closing * depth}'
    assert wire.text_of(body.encode())[: len(opening)] == opening
    assert SECRET not in wire.text_of(body.encode())


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb'{"echo": "s3cr3t-value"}', '{"echo": "[masked]"}'),
        (rb'{"token": "x", "n": 1}', '{"token": "[masked]", "n": 1}'),
        (b'{"Token": "x"}', '{"Token": "[masked]"}'),
        (b'[1.50, {"a": 1,   "b": null}]', '[1.50, {"a": 1,   "b": null}]'),
    ],
)
def test_json_escapes_hide_nothing(wire: WireLog, body: bytes, text: str) -> None:
    assert wire.text_of(body) == text


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (None, ""),
        ("text", '"text"'),
        ("\ud800", '"\\udcxx"'.replace("\\udcxx", "\\ud800")),
        (b"\x00", "\"b'\\\\x00'\""),
        (float("nan"), "NaN"),
    ],
)
def test_a_payload_may_be_anything(wire: WireLog, payload: object, text: str) -> None:
    assert wire.event("owner", "received", "odd", payload).payload == text


def test_a_payload_may_be_nested_as_deeply_as_it_likes(wire: WireLog) -> None:
    payload: list[object] = []
    for _ in range(5000):
        payload = [payload]
    assert wire.event("owner", "received", "deep", payload).payload == "(nested too deeply to be shown)"


def test_lines(wire: WireLog) -> None:
    assert exchange(wire).line() == f"owner: POST {PATH} -> 200"
    assert exchange(wire, answer=None, fault="dropped").line() == f"owner: POST {PATH} -> dropped"
    assert exchange(wire, answer=None).line() == f"owner: POST {PATH} -> no answer"
    assert wire.event("ada", "sent", "room:join", {"chat_id": 1}).line() == 'ada: sent room:join {"chat_id": 1}'


def test_entries_are_numbered_and_requests_counted(wire: WireLog) -> None:
    exchange(wire)
    wire.event("owner", "sent", "room:join")
    exchange(wire, answer=None)
    assert [entry.index for entry in wire.entries] == [0, 1, 2]
    assert [type(entry) for entry in wire.entries] == [Exchange, SocketEvent, Exchange]
    assert wire.requests == 2
    assert [entry["kind"] for entry in wire.as_json()] == ["http", "event", "http"]


def test_entries_are_a_copy(wire: WireLog) -> None:
    before = wire.entries
    exchange(wire)
    assert before == ()


def test_many_threads_share_a_log(wire: WireLog) -> None:
    def write() -> None:
        for _ in range(100):
            exchange(wire)
            wire.event("owner", "received", "message:new", {"id": "1-0"})

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.index for entry in wire.entries] == list(range(1200))
    assert wire.requests == 600
