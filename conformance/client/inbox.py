"""What one actor receives over its socket, in order of arrival; and a socket, as those know it who have one."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from conformance.client.allowance import Allowance
from conformance.errors import Blocked


class Refused(Blocked):
    """The target refused the connection; ``data`` is what it gave as the reason."""

    def __init__(self, message: str, data: object = None) -> None:
        super().__init__(message)
        self.data = data


@dataclass(frozen=True, slots=True)
class Received:
    """One event as it came: its place in the order of arrival, name, payload and `time.monotonic` reading.

    ``entry`` is its index in the wire log.
    """

    order: int
    name: str
    payload: Any
    at: float
    entry: int | None = None


class Inbox:
    """The events that one actor received, in order of arrival. Safe to share among threads."""

    def __init__(self) -> None:
        self.allowance = Allowance()
        self._changed = threading.Condition()
        self._events: list[Received] = []
        self._closed = False

    def append(self, name: str, payload: Any, entry: int | None = None) -> None:
        """File one event."""
        with self._changed:
            self._events.append(Received(len(self._events), name, payload, time.monotonic(), entry))
            self._changed.notify_all()

    def close(self) -> None:
        """Say that no more will come; who waits is woken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def reopen(self) -> None:
        """Say that the same actor is connected again; what it heard before stays."""
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the socket is gone."""
        return self._closed

    @property
    def ending(self) -> str:
        """How the socket came to its end, in words."""
        fault = self.allowance.fault
        return f"the suite hung up, as {fault}" if fault else "the socket was dropped"

    def events(self, name: str, since: int = 0) -> list[Received]:
        """The events of that name so far, from place ``since`` on."""
        with self._changed:
            return [event for event in self._events[since:] if event.name == name]

    @property
    def mark(self) -> int:
        """The place that the next event will have."""
        with self._changed:
            return len(self._events)

    def wait_for(self, found: Callable[[Received], bool], seconds: float, since: int = 0) -> Received | None:
        """The first event from place ``since`` on that satisfies ``found``; None after ``seconds`` without it.

        Raises `Blocked` where it did not come because the suite hung up: nobody knows whether it would have come.
        """
        ends = time.monotonic() + seconds
        place = since
        with self._changed:
            while True:
                for event in self._events[place:]:
                    if found(event):
                        return event
                place = len(self._events)
                if not self._more_may_come(ends) and place == len(self._events):
                    break
        if self.allowance.fault:
            raise Blocked(self.ending)
        return None

    def wake(self) -> None:
        """Let who waits look again."""
        with self._changed:
            self._changed.notify_all()

    def wait_until(self, true: Callable[[], bool], seconds: float) -> bool:
        """Wait until ``true`` holds, woken by every event; False after ``seconds``, or once the socket is gone."""
        with self._changed:
            self._changed.wait_for(lambda: true() or self._closed, seconds)
        return true()

    def closes_within(self, seconds: float) -> bool:
        """Whether the socket is gone, or goes within so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closed, seconds)

    def _more_may_come(self, ends: float) -> bool:
        left = ends - time.monotonic()
        return left > 0 and not self._closed and self._changed.wait(left)


class Connected(Protocol):
    """One Socket.IO connection of one actor: `conformance.client.realtime.Socket`."""

    inbox: Inbox

    def call(self, event: str, payload: Mapping[str, Any]) -> Any:
        """Send ``event`` and give its acknowledgement; raises `Blocked` where none comes in time."""

    def lost(self, seconds: float) -> str:
        """How the connection came to an end that nobody here asked for, in words; empty where it stands."""

    def drop(self) -> None:
        """Cut the connection without a word."""

    def close(self) -> None:
        """Disconnect; nothing happens where it is closed already."""
