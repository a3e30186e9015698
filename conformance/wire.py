"""What went over the wire: one exchange, one event, and the log of a scenario.

Entries are born redacted: a secret is masked when the entry is made, so no rendering can forget to.
"""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from conformance.redact import Secrets, elide, printable

# What is stored of a body; the client itself reads up to 1 MiB.
STORED_BODY = 6000
# What is stored of the head of an answer, which may have 100 KB.
STORED_HEADERS = 64
STORED_VALUE = 1000
# Characters of foreign text in one log: fifteen times what the longest scenario has. Beyond it only lines are kept.
STORED_ALTOGETHER = 4_000_000


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP request and what came back; times in seconds since the scenario began."""

    index: int
    actor: str
    at: float
    seconds: float
    method: str
    path: str
    request_headers: Mapping[str, str]
    request_body: str
    status: int | None
    response_headers: Mapping[str, str]
    response_body: str
    fault: str | None = None
    kind: Literal["http"] = "http"

    def line(self) -> str:
        """The exchange on one line: who asked what, and the answer."""
        answer = str(self.status) if self.status is not None else self.fault or "no answer"
        return f"{self.actor}: {self.method} {self.path} -> {answer}"


@dataclass(frozen=True, slots=True)
class SocketEvent:
    """One Socket.IO packet: sent, acknowledged or received; ``at`` in seconds since the scenario began."""

    index: int
    actor: str
    at: float
    direction: Literal["sent", "acknowledged", "received", "connected", "disconnected"]
    name: str
    payload: str
    kind: Literal["event"] = "event"

    def line(self) -> str:
        """The event on one line."""
        return f"{self.actor}: {self.direction} {self.name} {self.payload}"


class WireLog:
    """All that the actors of one scenario sent and received, in order. Safe to share among threads."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._entries: list[Exchange | SocketEvent] = []
        self._stored = 0
        self.requests = 0

    @property
    def entries(self) -> tuple[Exchange | SocketEvent, ...]:
        """The entries so far, oldest first."""
        with self._lock:
            return tuple(self._entries)

    def exchange(  # noqa: PLR0917 - mirrors the exchange
        self,
        actor: str,
        started: float,
        method: str,
        path: str,
        request: tuple[Mapping[str, str], bytes],
        answer: tuple[int, Mapping[str, str], bytes] | None,
        fault: str | None = None,
    ) -> Exchange:
        """Record one exchange; ``started`` is a `time.monotonic` reading."""
        status, headers, body = answer or (None, {}, b"")
        with self._lock:
            entry = Exchange(
                index=len(self._entries),
                actor=actor,
                at=round(started - self._began, 6),
                seconds=round(time.monotonic() - started, 6),
                method=method,
                path=self._secrets.mask(path),
                request_headers=self._secrets.mask_headers(request[0]),
                request_body=self.text_of(request[1]),
                status=status,
                response_headers=self._head_of(headers),
                response_body=self.text_of(body),
                fault=None if fault is None else printable(self._secrets.mask(fault)),
            )
            self._entries.append(entry)
            self.requests += 1
        return entry

    def event(
        self,
        actor: str,
        direction: Literal["sent", "acknowledged", "received", "connected", "disconnected"],
        name: str,
        payload: object = None,
    ) -> SocketEvent:
        """Record one Socket.IO packet; its name may be a target's."""
        text = "" if payload is None else self.text_of(_as_json(payload))
        called = elide(self._secrets.mask(name))
        with self._lock:
            at = round(time.monotonic() - self._began, 6)
            entry = SocketEvent(len(self._entries), actor, at, direction, called, text)
            self._entries.append(entry)
        return entry

    def text_of(self, body: bytes) -> str:
        """``body`` as text, masked and cut to what is stored."""
        if self._stored > STORED_ALTOGETHER:
            return f"… ({len(body)} bytes)"
        text = printable(self._secrets.mask_body(body.decode("utf-8", "replace")))
        stored = text if len(text) <= STORED_BODY else f"{text[:STORED_BODY]}… ({len(body)} bytes)"
        self._stored += len(stored)
        return stored

    def _head_of(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers of an answer, masked, and cut where they are more than anybody reads."""
        masked = self._secrets.mask_headers(headers)
        if len(masked) <= STORED_HEADERS and sum(map(len, masked.values())) <= STORED_VALUE:
            return {name: printable(value) for name, value in masked.items()}
        some = list(masked.items())[: 0 if self._stored > STORED_ALTOGETHER else STORED_HEADERS]
        stored = {elide(name): elide(value, STORED_VALUE) for name, value in some}
        if len(masked) > len(some):
            stored["…"] = f"{len(masked) - len(some)} more headers"
        self._stored += sum(map(len, stored.values()))
        return stored

    def as_json(self) -> list[dict[str, Any]]:
        """The log as plain JSON values."""
        return [plain(entry) for entry in self.entries]


def plain(entry: Exchange | SocketEvent) -> dict[str, Any]:
    """An entry as JSON values; its headers are the entry's own, and not to be changed."""
    # A run has thousands: to copy each of them through and through takes longer than to write them.
    return {name: getattr(entry, name) for name in _NAMES[type(entry)]}


_NAMES: Mapping[type, tuple[str, ...]] = {
    kind: tuple(one.name for one in fields(kind)) for kind in (Exchange, SocketEvent)
}


def _as_json(payload: object) -> bytes:
    try:
        return json.dumps(payload, ensure_ascii=False, default=repr).encode("utf-8", "backslashreplace")
    except RecursionError:
        return b"(nested too deeply to be shown)"
