"""A pytest plugin that takes down what the scenarios say, and speaks up as soon as enough is known."""

import time
from collections import Counter
from collections.abc import Callable

import pytest

from conformance.judge import OBSTACLE, asks, claimed
from conformance.matrix.jobs import EXPLORATION, Job, Playback, Reached, Scene, scene_of
from conformance.verdict import Verdict


def _is_story(item: pytest.Item) -> bool:
    return item.path.stem == EXPLORATION


class Watch:
    """Watches the run of one job; ``enough`` is called once all that was awaited is red, if the job may stop there."""

    def __init__(self, job: Job, enough: Callable[[Playback], None]) -> None:
        self._job = job
        self._enough = enough
        self._scenes: list[Scene] = []
        self._red: set[str] = set()
        self._requests = 0
        self._reached: Reached | None = None
        self._began = time.monotonic()
        self._obstacle = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep what is to play, the stories last.

        Where the job may stop, play first what few others judge, which is what the awaited ids are most about; of these
        what asks least, and is about the least besides.
        """
        if self._job.part != "all":
            # Where nothing but the stories judges an id, they are its scenarios.
            items[:] = [one for one in items if _is_story(one) == (self._job.part == "stories")] or items
        if self._job.stop:
            claims = Counter(one for item in items for one in claimed(item))

            def promise(item: pytest.Item) -> tuple[int, int, int]:
                common = min((claims[one] for one in claimed(item) if one in self._job.awaited), default=len(items))
                return common, asks(item), len(claimed(item))

            items.sort(key=promise)
        items.sort(key=_is_story)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Pass over the stories where the scenarios have found all that there is to find."""
        return True if _is_story(item) and self._reached and self._job.part == "all" else None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take down the record that comes with the last report of a scenario."""
        record = getattr(report, "portal", None)
        if record is None:
            return
        scene = scene_of(record)
        self._scenes.append(scene)
        self._red |= scene.judged.failed
        self._requests += scene.requests
        if self._job.awaited and self._reached is None and self._job.awaited <= self._red:
            self._reached = Reached(self._requests, self._seconds())
            if self._job.stop:
                self._enough(self.playback())

    def _seconds(self) -> float:
        return round(time.monotonic() - self._began, 3)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Remember why nothing could be judged, where that is so."""
        self._obstacle = session.config.stash.get(OBSTACLE, "")

    def playback(self, verdict: Verdict | None = None, reason: str = "", obstacle: str = "") -> Playback:
        """What is known."""
        return Playback(
            job=self._job,
            scenes=tuple(self._scenes),
            obstacle=self._obstacle or obstacle,
            verdict=verdict,
            reason=reason,
            seconds=self._seconds(),
            cpu_s=round(time.process_time(), 3),
            reached=self._reached,
        )
