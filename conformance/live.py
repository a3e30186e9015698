"""How far a run is, on a terminal that somebody looks at: a line a chapter that is going on, and the time that is left.

Loaded by `portal-conformance` where its output is a terminal, and in no log; controller only.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from typing import Any

import pytest
from rich.console import Console
from rich.file_proxy import FileProxy
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.text import Text

from conformance import costing
from conformance.judge import PLAN, RUN
from conformance.needs import Need
from conformance.report.remaining import Remaining
from conformance.run import Options

_LIVE = pytest.StashKey["Live"]()
_ALL = "all chapters"


class _Note(ProgressColumn):
    """What stands behind a bar; asked at each refresh, so that time is seen to pass while nothing ends."""

    def __init__(self, note: Callable[[Task], str]) -> None:
        super().__init__()
        self._note = note

    def render(self, task: Task) -> Text:
        """The note of ``task``."""
        return Text(self._note(task), style="red" if task.fields["bad"] else "")


class Live:
    """What is shown while scenarios are played; gone when they have been."""

    def __init__(
        self, console: Console, needs: Mapping[str, Need], remaining: Remaining, *, ending: Callable[[], bool]
    ) -> None:
        self._remaining, self._ending = remaining, ending
        self._began: float | None = None
        self._chapters = Counter(_chapter(name) for name in needs)
        columns = TextColumn("{task.description:<18}"), BarColumn(), MofNCompleteColumn(), _Note(self._note)
        self._progress = Progress(*columns, console=console, transient=True)
        self._tasks: dict[str, TaskID] = {}
        # As many lines as fit, with those of the whole and the cursor.
        self._room = max(1, console.height - 3)
        self._whole = self._progress.add_task(_ALL, total=len(needs), bad=0)

    def _note(self, task: Task) -> str:
        if task.id != self._whole:
            return f"{task.fields['bad']} not passed" if task.fields["bad"] else ""
        if self._ending():
            return "ending after the scenarios that are going on"
        if self._began is None:
            return "getting ready"
        left = self._remaining.seconds(time.monotonic() - self._began)
        return f"about {costing.told(left)} left" if left else "a little longer"

    def start(self) -> None:
        """Show it from now on."""
        self._progress.start()

    def stop(self) -> None:
        """Take it off the terminal."""
        self._progress.stop()

    def began(self) -> None:
        """A scenario begins; from the first one on time is counted, as the plan does."""
        self._began = self._began or time.monotonic()

    def ended(self, name: str, outcome: str) -> None:
        """Count a scenario that is over."""
        chapter = _chapter(name)
        self._remaining.ended(name, time.monotonic() - (self._began or 0.0))
        if chapter not in self._tasks:
            self._tasks[chapter] = self._progress.add_task(chapter, total=self._chapters[chapter], bad=0)
        for task in (self._task(chapter), self._progress.tasks[0]):
            bad = task.fields["bad"] + (outcome not in {"passed", "not applicable"})
            self._progress.update(task.id, advance=1, bad=bad)
        self._show_what_goes_on()

    def _show_what_goes_on(self) -> None:
        tasks = [self._task(chapter) for chapter in self._tasks]
        shown = [one.id for one in tasks if one.fields["bad"] or not one.finished][-self._room :]
        for one in tasks:
            self._progress.update(one.id, visible=one.id in shown)

    def _task(self, chapter: str) -> Task:
        return next(one for one in self._progress.tasks if one.id == self._tasks[chapter])


def _chapter(scenario: str) -> str:
    return scenario.partition("::")[0].removeprefix("test_")


def _weights(needs: Mapping[str, Need], options: Options, workers: int) -> dict[str, float]:
    """What each scenario takes of the whole: its own time, and the pauses before its requests.

    Those that wait side by side wait while others are played: what they add is their requests.
    """
    pause = options.pace(workers).pause_s
    return {
        name: max(0.05, (0.0 if one.side_by_side else one.seconds) + pause * (sum(one.requests) + one.provisioning))
        for name, one in needs.items()
    }


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Show how far the run is while there is something to play."""
    config, reporter = session.config, session.config.pluginmanager.get_plugin("terminalreporter")
    if PLAN not in config.stash or hasattr(config, "workerinput") or reporter is None:
        return (yield)
    writer: Any = config.get_terminal_writer()
    terminal = writer._file  # noqa: SLF001 - it is what shares the terminal with us
    # While a scenario is played pytest has put a file in the place of the stream, and this goes on being seen.
    with open(os.dup(terminal.fileno()), "w", encoding="utf-8") as seen:  # noqa: PTH123 - no path, a descriptor
        console = Console(file=seen, force_terminal=True)
        live = config.stash[_LIVE] = _live(session, console)
        # What pytest or xdist has to say meanwhile goes above it.
        writer._file = FileProxy(console, seen)  # noqa: SLF001
        live.start()
        try:
            return (yield)
        finally:
            live.stop()
            writer._file = terminal  # noqa: SLF001


def _live(session: pytest.Session, console: Console) -> Live:
    config, options = session.config, session.config.stash[RUN].options
    needs, workers = costing.needed(options), getattr(config.option, "numprocesses", None) or 1
    remaining = Remaining(config.stash[PLAN].seconds, _weights(needs, options, workers))
    return Live(console, needs, remaining, ending=lambda: bool(session.shouldstop))


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Hear of each scenario that is over."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Reports(config), "portal-conformance-live")


class Reports:
    """Tells what is shown of each scenario, of whichever process."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logstart(self) -> None:
        """A scenario begins."""
        if live := self._config.stash.get(_LIVE, None):
            live.began()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a scenario, once all of it is over."""
        record, live = getattr(report, "portal", None), self._config.stash.get(_LIVE, None)
        if record is not None and live is not None:
            live.ended(record["name"], record["outcome"])
