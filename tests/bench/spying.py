"""A pytest plugin for one run of the suite: what it spends its time on, and all that went over the wire, unmasked.

The embedded server is the only target of a benchmark, so there is no secret to keep; what is noted goes into the file
that PORTAL_BENCH_NOTES names, which lives as long as the benchmark.
"""

import json
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from conformance import redact, sidebyside, waiting, wire
from conformance.client.http import HttpClient
from conformance.client.inbox import Inbox
from conformance.client.realtime import Socket
from conformance.embedded import EmbeddedServer
from conformance.wire import WireLog, plain

NOTES, BEGAN, ONE_BY_ONE = "PORTAL_BENCH_NOTES", "PORTAL_BENCH_BEGAN", "PORTAL_BENCH_ONE_BY_ONE"
"""The variables that say where the notes go, when the process was started, and whether nothing goes on side by side."""
_WHOLE_BODY = 10_000_000


class Phases:
    """What the main thread spent its time on, in seconds; of phases in one another the inner one counts."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._last = float(os.environ[BEGAN])
        self._within = ["import"]

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """What happens in the block is of this phase."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._settle()
        self._within.append(name)
        try:
            yield
        finally:
            self._settle()
            self._within.pop()

    def turn(self, name: str) -> None:
        """From here on what is of no inner phase is of this one."""
        self._settle()
        self._within[0] = name

    def _settle(self) -> None:
        now = time.monotonic()
        self.spent[self._within[-1]] += now - self._last
        self._last = now


class Spy:
    """Watches a run from its beginning to its end."""

    def __init__(self) -> None:
        self.phases = Phases()
        self.logs: list[WireLog] = []
        self.cookies: list[tuple[int, str, str]] = []
        self.waits: dict[str, float] = defaultdict(float)
        self.server: EmbeddedServer | None = None
        self._playing = threading.local()

    # --- what is watched --------------------------------------------------------------------------------------------

    def watch(self) -> None:
        """Take the place of the functions in which a run spends its time."""
        self._time(EmbeddedServer, "wait", "start of the server", before=self._note_server)
        self._time(Socket, "connect", "sockets", before=self._note_cookie)
        for name in ("call", "close", "drop"):
            self._time(Socket, name, "sockets")
        for name in ("wait_for", "wait_until", "closes_within"):
            self._time(Inbox, name, "events")
        self._time(sidebyside.SideBySide, "finish", "waits")
        self._show_what_is_hidden()
        self._time(HttpClient, "request", _kind_of_request)
        waiting.time = _Sleeping(self)  # type: ignore[assignment]
        self._name_scenarios()
        self._keep_logs()
        if os.environ.get(ONE_BY_ONE):
            sidebyside.SideBySide.start = lambda *_: None  # type: ignore[method-assign]

    def _time(
        self,
        owner: type,
        name: str,
        phase: str | Callable[..., str],
        before: Callable[..., None] = lambda *_args, **_named: None,
    ) -> None:
        original = getattr(owner, name)

        @wraps(original)
        def timed(*args: Any, **named: Any) -> Any:
            before(*args, **named)
            with self.phases.phase(phase if isinstance(phase, str) else phase(*args, **named)):
                return original(*args, **named)

        setattr(owner, name, timed)

    def _note_server(self, server: EmbeddedServer) -> None:
        self.server = server

    def _note_cookie(self, socket: Socket, *_: Any, cookie: str, **_named: Any) -> None:
        self.cookies.append((self.logs.index(socket._wire), socket._actor, cookie))

    def _show_what_is_hidden(self) -> None:
        request = HttpClient.request

        def shown(client: HttpClient, *args: Any, **named: Any) -> Any:
            return request(client, *args, **{**named, "hidden": False})

        HttpClient.request = shown  # type: ignore[method-assign, assignment]

    def _name_scenarios(self) -> None:
        perform = sidebyside.perform

        def named(scenario: Callable[..., None], stage: Any) -> None:
            self._playing.name = scenario.__name__
            perform(scenario, stage)

        sidebyside.perform = named

    def _keep_logs(self) -> None:
        """Nothing is masked or cut: the exchanges are to be made again as they were."""
        for name in ("mask", "mask_body"):
            setattr(redact.Secrets, name, lambda _, text: text)
        redact.Secrets.mask_headers = lambda _, headers: dict(headers)  # type: ignore[method-assign]
        wire.printable = str
        wire.STORED_BODY = _WHOLE_BODY  # type: ignore[misc]
        begin = WireLog.__init__

        def noted(log: WireLog, *args: Any) -> None:
            begin(log, *args)
            self.logs.append(log)

        WireLog.__init__ = noted  # type: ignore[method-assign]

    def slept(self, seconds: float) -> None:
        """Sleep for what a clause says, and note on whose behalf."""
        with self.phases.phase("waits"):
            time.sleep(seconds)
        self.waits[getattr(self._playing, "name", "")] += seconds

    # --- the hooks of pytest ----------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        self.phases.turn("collect")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> None:
        self.phases.turn("judging")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._playing.name = item.name

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        self.phases.turn("reporting")

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        self.phases.turn("end")
        Path(os.environ[NOTES]).write_text(json.dumps(self._notes()), "utf-8")

    def _notes(self) -> dict[str, Any]:
        assert self.server is not None
        return {
            "phases": dict(self.phases.spent),
            "waits": {name: seconds for name, seconds in self.waits.items() if seconds > 0},
            "token": self.server.token,
            "cookies": self.cookies,
            "wire": [entry for number, log in enumerate(self.logs) for entry in _entries(number, log)],
        }


class _Sleeping:
    """The module `time` as `waiting` knows it."""

    def __init__(self, spy: Spy) -> None:
        self._spy = spy

    def sleep(self, seconds: float) -> None:
        self._spy.slept(seconds)

    def monotonic(self) -> float:
        return time.monotonic()


def _kind_of_request(_: HttpClient, __: str, path: str, **_named: Any) -> str:
    return "provisioning" if path.startswith("/_conformance/") else "requests"


def _entries(number: int, log: WireLog) -> Iterator[dict[str, Any]]:
    for entry in log.entries:
        yield {**plain(entry), "log": number, "at": log._began + entry.at}


def pytest_configure(config: pytest.Config) -> None:
    """Nothing of a run is before this: the plugin is named on the command line."""
    spy = Spy()
    spy.watch()
    config.pluginmanager.register(spy, "bench-spy")
