"""Scenarios that mostly wait, run beside the others: each in a thread and on a stage of its own.

Waiting for a mute or a window to run out is real, but it need not be waited for one after the other.
"""

import inspect
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from conformance.stage import Stage, Theatre

_AT_ONCE = 12


@dataclass(slots=True)
class SideBySide:
    """The waiting scenarios of a process, by their pytest items' node ids."""

    theatre: Theatre
    _pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="side-by-side")
    )
    _stages: dict[str, Stage] = field(default_factory=dict)
    _running: dict[str, Future[None]] = field(default_factory=dict)

    def start(self, items: Iterable[pytest.Function]) -> None:
        """Start the scenario of each item that was not started before; unless each is to wait for its turn."""
        for item in items if not self.theatre.driver.in_turn else ():
            if item.nodeid in self._stages:
                continue
            stage = self.theatre.stage()
            self._stages[item.nodeid] = stage
            self._running[item.nodeid] = self._pool.submit(perform, item.obj, stage)

    def stage_of(self, item: pytest.Item) -> Stage | None:
        """The stage on which ``item`` plays already; None where it was not started."""
        return self._stages.get(item.nodeid)

    def finish(self, item: pytest.Item) -> None:
        """Wait until the scenario of ``item`` is over, and raise what it raised."""
        self._running.pop(item.nodeid).result()

    def close(self) -> None:
        """Let what nobody asked for come to its end, and give back what it borrowed."""
        for future in self._running.values():
            future.cancel()
        self._pool.shutdown(wait=True)
        for stage in self._stages.values():
            stage.close()


def perform(scenario: Callable[..., None], stage: Stage) -> None:
    """Play ``scenario`` on ``stage``; it may ask for ``stage`` and ``expect`` only."""
    offered: dict[str, Any] = {"stage": stage, "expect": stage.expect}
    scenario(**{name: offered[name] for name in inspect.signature(scenario).parameters})
