"""What all of the server works on: the storage, the sockets, the clock and the locks."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any
from weakref import WeakValueDictionary

from conformance.reference.hub import Hub
from conformance.reference.store import Store

Emit = Callable[[str, Any, list[str]], Awaitable[None]]
HangUp = Callable[[str], Awaitable[None]]
Clock = Callable[[], float]


class State:
    """One server's state. Only ``Delivery.deliver`` may call ``emit``, or an event escapes the seams."""

    def __init__(self, store: Store, hub: Hub, clock: Clock, emit: Emit, hang_up: HangUp) -> None:
        self.store = store
        self.hub = hub
        self.now = clock
        self.emit = emit
        self.hang_up = hang_up
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    def lock(self, name: Hashable) -> asyncio.Lock:
        """The lock of that name; it vanishes when nobody holds or awaits it."""
        lock = self._locks.get(name)
        if lock is None:
            lock = self._locks[name] = asyncio.Lock()
        return lock
