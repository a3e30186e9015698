"""A line on the terminal that counts what was played, for whoever waits; in a log a line now and then."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from conformance.matrix.jobs import Playback

_PARTS = 10


@contextmanager
def counting(what: str, number: int) -> Iterator[Callable[[Playback], None]]:
    """Within this block, count each playback that the function is handed."""
    with counted(what, number) as told:
        yield lambda playback: told(playback.job.name)


@contextmanager
def counted(what: str, number: int) -> Iterator[Callable[[str], None]]:
    """Within this block, count each name that the function is handed."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _logged(what, number, console)
        return
    columns = TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=number)
        yield lambda name: progress.update(task, advance=1, description=name)


def _logged(what: str, number: int, console: Console) -> Callable[[str], None]:
    """Say each tenth of ``number``: a pipeline that hears nothing for minutes takes a job for dead."""
    done = itertools.count(1)

    def told(_name: str) -> None:
        one = next(done)
        now = one * _PARTS // number
        if now > (one - 1) * _PARTS // number:
            console.print(f"{what}: {now * 100 // _PARTS} %", highlight=False)

    return told
