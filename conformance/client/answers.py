"""What an exchange came to: an answer, or none. And what an exchange is made by, as those know it who have it made."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from conformance import foreign
from conformance.dialect import MISSING
from conformance.errors import Blocked
from conformance.wire import Exchange, WireLog


class NoAnswer(Blocked):
    """The target gave no usable answer; ``cause`` is the library's error, where there is one."""

    def __init__(self, message: str, cause: Exception | None = None) -> None:
        super().__init__(message)
        self.cause = cause


@dataclass(frozen=True)
class Answer:
    """What came back for one request. ``started`` and ``ended`` are `time.monotonic` readings."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    exchange: Exchange
    started: float
    ended: float
    lost: Callable[[], str] = field(default=lambda: "", compare=False)
    """How the sender's socket came to an end that nobody asked for, in words; empty where it has not."""

    @cached_property
    def text(self) -> str:
        """The body as text, undecodable bytes replaced."""
        return self.body.decode("utf-8", "replace")

    @cached_property
    def json(self) -> Any:
        """The body as JSON value, or `MISSING` where it is none."""
        try:
            return foreign.loads(self.body)
        except ValueError:
            return MISSING

    @cached_property
    def said(self) -> str:
        """The body as it was sent, and as a JSON reader understands it: whatever it says is in here."""
        if self.json is MISSING:
            return self.text
        return f"{self.text}\n{json.dumps(self.json, ensure_ascii=False)}"

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the class of statuses itself


class Exchanging(Protocol):
    """Makes exchanges with one base URL: `conformance.client.http.HttpClient`."""

    timeout_s: float

    def request(
        self,
        method: str,
        path: str,
        *,
        actor: str,
        wire: WireLog,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
        hidden: bool = False,
    ) -> Answer:
        """Send one request and read its answer whole; raises `NoAnswer`."""

    def close(self) -> None:
        """Close every connection."""
