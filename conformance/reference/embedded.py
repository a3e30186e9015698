"""A server inside the calling process, in a thread of its own."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager

from conformance.reference.decisions import Decisions, Middleware
from conformance.reference.server import Stop, serve
from conformance.reference.settings import Ready, Settings
from conformance.reference.state import Clock

_START_S = 30


@contextmanager
def serving(
    settings: Settings | None = None,
    decisions: Decisions | None = None,
    *,
    clock: Clock = time.time,
    middlewares: Sequence[Middleware] = (),
) -> Iterator[Ready]:
    """Serve until the end of the block; what prevents the start is raised here."""
    stop, started = Stop(), Future[Ready]()

    def run() -> None:
        try:
            serve(
                settings or Settings(),
                ready=started.set_result,
                decisions=decisions,
                clock=clock,
                middlewares=middlewares,
                stop=stop,
            )
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    thread = threading.Thread(target=run, name="portal-reference", daemon=True)
    thread.start()
    try:
        yield started.result(_START_S)
    finally:
        stop()
        thread.join()
