"""A line on the terminal that counts what was played, for whoever waits; nothing where nobody looks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from conformance.matrix.jobs import Playback


@contextmanager
def counting(what: str, number: int) -> Iterator[Callable[[Playback], None]]:
    """Within this block, count each playback that the function is handed."""
    columns = TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}")
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=number)
        yield lambda playback: progress.update(task, advance=1, description=playback.job.name)
