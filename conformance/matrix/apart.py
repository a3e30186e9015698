"""The server of a job in a process of its own: server and judge in one would wait for each other's turn to run."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from conformance.matrix.jobs import Job
from conformance.reference.chosen import chosen
from conformance.reference.decisions import Decisions
from conformance.reference.embedded import serving
from conformance.reference.server import serve
from conformance.reference.settings import Ready, Settings

_START_S = 30.0
_MOST_FILES = 1024


class NoServer(Exception):
    """The server did not start; says why."""


@contextmanager
def serving_apart(job: Job, settings: Settings) -> Iterator[Ready]:
    """Serve until the end of the block, or of this process; raises `NoServer` where the server does not start."""
    decisions = chosen(job.mutant, job.variants)
    if not hasattr(os, "fork"):
        with serving(settings, decisions) as ready:
            yield ready
        return
    listens, speaks = Pipe(duplex=False)
    # The server ends when nobody holds the other end of its standard input any more, however this process ends.
    its_input, held = os.pipe()
    child = os.fork()
    if child == 0:
        _be_the_server(settings, decisions, speaks, its_input)
    speaks.close()
    os.close(its_input)
    try:
        yield _once_it_serves(listens)
    finally:
        os.close(held)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _once_it_serves(listens: Connection) -> Ready:
    try:
        if not listens.poll(_START_S):
            raise NoServer(f"it did not start in {_START_S:g} s")
        said: Ready | str = listens.recv()
    except EOFError:
        raise NoServer("its process ended early") from None
    finally:
        listens.close()
    if isinstance(said, str):
        raise NoServer(said)
    return said


def _be_the_server(settings: Settings, decisions: Decisions, speaks: Connection, its_input: int) -> None:
    try:
        os.dup2(its_input, 0)
        # Of the lines of its parent, one that is held here would seem not to have ended when that has.
        os.closerange(3, speaks.fileno())
        os.closerange(speaks.fileno() + 1, _MOST_FILES)
        threading.Thread(target=_end_with_its_input, daemon=True).start()
        serve(settings, ready=speaks.send, decisions=decisions)
    except BaseException as error:  # noqa: BLE001 - a server that is broken on purpose may break in any way
        with suppress(OSError):
            speaks.send(f"{type(error).__name__}: {error}")
    finally:
        os._exit(0)


def _end_with_its_input() -> None:
    """End at once when nobody is there any more; a server that hangs on purpose would not notice."""
    with suppress(OSError):
        while os.read(0, 1):
            pass
    os._exit(0)


def busy_s() -> float:
    """The processor time of this process and of those that it has seen to their end, in seconds."""
    spent = os.times()
    return time.process_time() + spent.children_user + spent.children_system
