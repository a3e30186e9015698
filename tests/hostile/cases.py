"""The hostile targets that one scenario is played on, and what has to be said of each."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from conformance.scenarios import test_delivery as delivery
from conformance.scenarios import test_sending as sending
from conformance.verdict import Outcome

from . import http_servers as http
from . import socket_servers as sockets
from .playing import TIMEOUT_S
from .proxy import Spoiler

PASSED, FAILED, BLOCKED = Outcome.PASSED, Outcome.FAILED, Outcome.BLOCKED

# Some deadlines one after the other, and a machine that has other work too; for ever is longer.
IN_TIME_S = 20 * TIMEOUT_S
LATE = "no complete answer within the deadline"
DROPPED = "the connection was dropped ("
NO_ID = "SEND-ID-SHAPE: the id has stream form: expected a string such as 1700000000000-0, observed"
# A case that is not about the deadline keeps away from it, on a machine that has other work too.
UNHURRIED_S = 5.0
# What floods is to be ended by its size and not by the clock.
PATIENT_S = 20.0
UNHEARD = "no such event in time"
FLOODED = "the suite hung up, as more than 10000 packets came"
TOO_LONG = "the suite hung up, as a message of more than 1048576 bytes came"


@dataclass(frozen=True)
class Case:
    """A hostile target, and what has to be said of it."""

    spoiler: Callable[[], Spoiler]
    outcome: Outcome
    sentence: str
    scenario: Callable[..., None] = sending.test_valid_send
    polling: bool = False
    timeout_s: float = UNHURRIED_S


def late(answering: http.Answering) -> Case:
    """A target whose answer to a send is never complete."""
    return Case(send(answering), BLOCKED, LATE, timeout_s=TIMEOUT_S)


def send(answering: http.Answering) -> Callable[[], Spoiler]:
    return lambda: http.Sends(answering)


def edited(edit: Callable[[bytes], bytes]) -> Callable[[], Spoiler]:
    return lambda: http.Edited(edit)


def packets(begins: str, instead: Callable[[str], list[str]]) -> Callable[[], Spoiler]:
    return lambda: sockets.Packets(begins, instead)


def after(hostile: Callable[[sockets.Line], None]) -> Callable[[], Spoiler]:
    return lambda: sockets.After(hostile)


LONG = b"Content-Length: 100000\r\n\r\n"
MANY = b"".join(b"X-%d: x\r\n" % number for number in range(100_000))

OVER_HTTP = {
    # --- slow, endless, swollen
    "a-byte-at-a-time-of-a-body": late(http.dripping(http.OK, LONG)),
    "a-byte-at-a-time-of-a-head": late(http.dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ")),
    "a-chunk-at-a-time": late(http.dripping(http.OK, http.CHUNKED, piece=b"1\r\nx\r\n")),
    "continue-for-ever": late(http.endless(piece=b"HTTP/1.1 100 Continue\r\n\r\n" * 50)),
    "no-answer": late(http.silent),
    "endless-body": Case(
        send(http.endless(http.OK, http.CHUNKED, piece=b"10000\r\n" + b"x" * 65536 + b"\r\n")),
        BLOCKED, "the body is larger than 1048576 bytes",
    ),
    "endless-body-of-single-bytes": Case(
        send(http.endless(http.OK, http.CHUNKED, piece=b"1\r\nx\r\n" * 10_000)),
        BLOCKED, rf"the body is larger than 1048576 bytes|{LATE}",
        timeout_s=TIMEOUT_S,
    ),
    "gzip-bomb": Case(send(http.whole(http.BOMB, b"Content-Encoding: gzip")), FAILED, NO_ID),
    "brotli-bomb": Case(send(http.whole(http.BROTLI, b"Content-Encoding: br")), FAILED, NO_ID),
    "a-hundred-thousand-headers": Case(send(http.saying(http.OK, MANY, b"\r\n{}")), BLOCKED, re.escape(DROPPED)),
    "a-megabyte-of-a-header": Case(
        send(http.saying(http.OK, b"X-Long: " + b"x" * 1_000_000 + b"\r\n\r\n{}")), BLOCKED, re.escape(DROPPED)
    ),
    # --- lengths that lie
    "length-too-long-and-gone": Case(send(http.saying(http.OK, LONG, b'{"id":"1-0"}')), BLOCKED, re.escape(DROPPED)),
    "length-too-long-and-silent": late(http.stalling(http.OK, LONG, b'{"id":"1-0"}')),
    "length-too-short": Case(
        send(lambda line: line.send(http.OK, b'Content-Length: 5\r\n\r\n{"id":"1-0"}')), FAILED, NO_ID
    ),
    "two-lengths": Case(
        send(http.saying(http.OK, b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}")), BLOCKED, re.escape(DROPPED)
    ),
    "chunk-larger-than-its-data": Case(
        send(http.saying(http.OK, http.CHUNKED, b"ff\r\n{}")), BLOCKED, re.escape(DROPPED)
    ),
    "chunk-smaller-than-its-data": Case(
        send(http.saying(http.OK, http.CHUNKED, b'1\r\n{"id":"1-0"}\r\n0\r\n\r\n')), BLOCKED, re.escape(DROPPED)
    ),
    "chunk-of-more-than-there-is": late(http.stalling(http.OK, http.CHUNKED, b"ffffffffff\r\n{}")),
    "closed-in-the-body": Case(send(http.saying(http.OK, LONG, b'{"id":')), BLOCKED, re.escape(DROPPED)),
    "closed-without-a-word": Case(send(http.saying()), BLOCKED, re.escape(DROPPED)),
    "another-protocol": Case(send(http.saying(b"SSH-2.0-OpenSSH_9.6\r\n")), BLOCKED, re.escape(DROPPED)),
    # --- what is in a body
    "no-utf-8": Case(send(http.whole(b'{"id": "\xff\xfe\x80"}')), FAILED, NO_ID),
    "zero-bytes": Case(send(http.whole(bytes(5000))), FAILED, NO_ID),
    "zero-byte-in-an-id": Case(edited(http.an_id(rb'"1\u0000-0"')), FAILED, NO_ID),
    "a-million-levels": Case(send(http.whole(http.DEEP)), FAILED, NO_ID),
    "five-hundred-levels": Case(send(http.whole(b'{"id":' + b"[" * 500 + b"]" * 500 + b"}")), FAILED, NO_ID),
    "a-number-of-a-million-digits": Case(edited(http.an_id(http.DIGITS)), FAILED, NO_ID),
    "an-id-of-a-million-digits": Case(edited(http.an_id(b'"' + http.DIGITS + b'-0"')), FAILED, NO_ID),
    "not-a-number": Case(edited(http.an_id(b"NaN")), FAILED, NO_ID),
    "beyond-all-numbers": Case(edited(http.an_id(b"1e999")), FAILED, NO_ID),
    "the-right-id-then-another": Case(
        edited(lambda body: http.twice(body, right_last=False)),
        FAILED, "SEND-BROADCAST-ID: the event's id is the answer's",
        delivery.test_everyone_inside_hears_it,
    ),
    "another-id-then-the-right-one": Case(edited(lambda body: http.twice(body, right_last=True)), PASSED, ""),
    "the-same-id-for-all": Case(
        edited(http.an_id(b'"7-7"')), FAILED, "SEND-ID-UNIQUE: sequential sends have different ids",
        sending.test_ids_of_sequential_sends,
    ),
    "an-id-of-an-object": Case(edited(http.an_id(b'{"__proto__": []}')), FAILED, NO_ID),
    # --- what is in a head
    "dates-that-jump": Case(lambda: http.Headed(http.days_apart()), PASSED, ""),
    "secrets-come-back": Case(http.Echo, FAILED, "SEND-ACCEPT: the send is accepted: expected 200, observed 400"),
}  # fmt: skip

OVER_SOCKETS = {
    "never-acknowledges": Case(
        packets(sockets.ACK, lambda _: []), BLOCKED, "room:join of owner was not acknowledged in 1 s",
        timeout_s=TIMEOUT_S,
    ),
    "acknowledges-twice": Case(packets(sockets.ACK, lambda text: [text, text]), PASSED, ""),
    "acknowledges-with-something-else": Case(
        packets(sockets.ACK, lambda text: [text[:3] + '["\\u001b[2J<b>"]']), BLOCKED, "room:join of owner was refused: "
    ),
    "acknowledges-what-nobody-said": Case(
        packets(sockets.ACK, lambda text: ["43999[1]", "43" + "9" * 99 + "[]", text]), PASSED, ""
    ),
    "floods-events": Case(after(sockets.flood('42["noise",{"n":1}]')), BLOCKED, FLOODED, timeout_s=PATIENT_S),
    "floods-pings": Case(after(sockets.flood("2")), BLOCKED, FLOODED, timeout_s=PATIENT_S),
    "floods-pings-of-the-websocket": Case(after(sockets.pings), BLOCKED, FLOODED, timeout_s=PATIENT_S),
    "an-event-of-a-hundred-megabytes": Case(after(sockets.huge), BLOCKED, TOO_LONG, timeout_s=PATIENT_S),
    "a-hundred-megabytes-of-fragments": Case(after(sockets.fragments), BLOCKED, TOO_LONG, timeout_s=PATIENT_S),
    "events-that-are-large-when-read": Case(
        after(sockets.flood('42["noise",[' + ",".join(["{}"] * 60_000) + "]]")), BLOCKED,
        "the suite hung up, as more than 8388608 bytes came",
        timeout_s=PATIENT_S,
    ),
    "attachments-that-never-come": Case(
        packets('42["message:new"', sockets.attachment), FAILED, UNHEARD, delivery.test_everyone_inside_hears_it
    ),
    "packets-in-the-place-of-attachments": Case(
        packets('42["message:new"', lambda text: [*sockets.attachment(text), text]), BLOCKED,
        "the suite hung up, as a packet came in the place of a binary attachment",
        delivery.test_everyone_inside_hears_it,
    ),
    "drops-every-10-ms": Case(
        sockets.Dropping, BLOCKED, "the socket was dropped|could not be sent|is not a connected|connection of"
    ),
    "connects-another-namespace": Case(
        packets("40", sockets.namespaced("40")), BLOCKED, "the Socket.IO connection of owner failed: Unexpected"
    ),
    "events-of-another-namespace": Case(packets("42", sockets.namespaced("42")), FAILED, UNHEARD),
    "events-of-a-million-levels": Case(
        packets("42", sockets.with_member("[" * 10_000 + "]" * 10_000)), FAILED, UNHEARD
    ),
    "events-with-numbers-without-end": Case(packets("42", sockets.with_member("9" * 100_000)), FAILED, UNHEARD),
    "events-with-what-is-no-number": Case(packets("42", sockets.with_member("NaN")), FAILED, UNHEARD),
    "no-patience": Case(
        packets("0", sockets.patient("0", "0")), BLOCKED, "failed: |could not be sent|was dropped|was not acknowledged"
    ),
    "less-than-no-patience": Case(
        packets("0", sockets.patient("-90000", "-90000")), BLOCKED, "the target is patient for -90 seconds"
    ),
    "sockets-cut-and-their-senders-refused": Case(
        sockets.CutsOff, BLOCKED, "the socket was dropped of who sent it, which was answered 403 .*ERR_NOT_JOINED"
    ),
    "patience-without-end": Case(packets("0", sockets.patient("1" + "0" * 40, "1" + "0" * 60)), PASSED, ""),
}  # fmt: skip


OVER_POLLING = {
    "polls-of-half-a-million-packets": Case(
        lambda: sockets.Polls(lambda body: body + b"\x1e6" * 500_000), BLOCKED, FLOODED, polling=True
    ),
    "polls-without-end": Case(
        sockets.EndlessPolls, BLOCKED, "could not be sent|the socket was dropped|failed: ",
        polling=True, timeout_s=TIMEOUT_S,
    ),
    "polls-that-are-no-packets": Case(
        lambda: sockets.Polls(lambda _: b"\xff\x00" * 100),
        BLOCKED, "could not be sent|was dropped|failed: ", polling=True,
    ),
    "polls-without-patience": Case(
        lambda: sockets.Polls(sockets.impatient, opening=True),
        BLOCKED, "the target is patient for -90 seconds", polling=True,
    ),
    "polls-of-endless-patience": Case(
        lambda: sockets.Polls(sockets.overpatient, opening=True), PASSED, "", polling=True
    ),
}  # fmt: skip
CASES = {**OVER_HTTP, **OVER_SOCKETS, **OVER_POLLING}
