"""Jobs, played in processes, several at once: most of what they do is wait.

A job has a process of its own, forked where that can be done from one that has everything imported already. So a
server that is broken on purpose can neither hang nor crash more than itself.
"""

import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from zlib import crc32

from conformance.matrix.jobs import Job, Playback
from conformance.matrix.playing import last_words, play

# A play is bound by the processor; a third one for each would only take its caches from the other two.
_AT_ONCE_PER_CORE = 2
_PROFILE = """\
[target]
timeout_s = {timeout_s}
event_timeout_s = {event_timeout_s}

[provision]
give_back = false
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many jobs at once, and how long each waits: for an event, for an answer, and altogether."""

    at_once: int = 0
    event_timeout_s: float = 5.0
    timeout_s: float = 10.0
    deadline_s: float = 300.0

    @property
    def players(self) -> int:
        """How many jobs at once: two a core where nobody said."""
        return self.at_once or _AT_ONCE_PER_CORE * (os.cpu_count() or 1)


def play_all(jobs: Iterable[Job], pace: Pace, *, told: Callable[[Playback], None] = lambda _: None) -> list[Playback]:
    """Play every job; each playback is ``told`` when it is there, and all come back in the order of the jobs."""
    with tempfile.TemporaryDirectory(prefix="portal-matrix-") as name:
        folder = Path(name)
        profile = folder / "profile.toml"
        profile.write_text(_PROFILE.format(timeout_s=pace.timeout_s, event_timeout_s=pace.event_timeout_s), "utf-8")
        context = _context()

        def one(numbered: tuple[int, Job]) -> Playback:
            own = folder / str(numbered[0])
            own.mkdir()
            playback = _in_a_process(context, numbered[1], profile, own, pace.deadline_s)
            told(playback)
            return playback

        pool = ThreadPoolExecutor(pace.players, thread_name_prefix="matrix")
        try:
            numbered = _mixed(enumerate(jobs))
            played = dict(zip((number for number, _ in numbered), pool.map(one, numbered), strict=True))
            return [played[number] for number in sorted(played)]
        finally:
            pool.shutdown(cancel_futures=True)


def _mixed(numbered: Iterable[tuple[int, Job]]) -> list[tuple[int, Job]]:
    """The jobs in an order of their names' digests: one after the other, those of one kind would all wait at once."""
    return sorted(numbered, key=lambda one: crc32(one[1].name.encode()))


def _context() -> BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["conformance.matrix.warm"])
    return context


def _in_a_process(context: BaseContext, job: Job, profile: Path, folder: Path, deadline_s: float) -> Playback:
    receiver, sender = context.Pipe(duplex=False)
    process: BaseProcess = context.Process(target=play, args=(job, profile, folder, sender, deadline_s), daemon=True)  # type: ignore[attr-defined]
    try:
        process.start()
        sender.close()
        if not receiver.poll(deadline_s):
            return Playback(job, obstacle=f"it did not come to an end in {deadline_s:g} s", seconds=deadline_s)
        playback: Playback = receiver.recv()
    except EOFError:
        return Playback(job, obstacle=f"its process ended early: {last_words(folder)}")
    finally:
        receiver.close()
        _end(process)
    return playback


def _end(process: BaseProcess) -> None:
    process.kill()
    process.join()
    with suppress(ValueError):
        process.close()
