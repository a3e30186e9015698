"""Ctrl-C and SIGTERM: the first is a wish, told to the run, the second an interrupt.

Even that is held back for the moment in which the suite takes note of what it borrowed or gives it back: between the
target's answer and our noting it, it would leave a user behind for ever.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_told = False
_held = 0
_pending = False


def listen(told: Callable[[], None]) -> None:
    """From now on the first signal calls ``told``; another one interrupts, as soon as nothing is held back."""

    def end(*_signal: object) -> None:
        global _told  # noqa: PLW0603 - there is one main thread, and so one interrupt
        if _told:
            _interrupt()
        _told = True
        told()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)


def leave_to_controller() -> None:
    """In a worker: a terminal's Ctrl-C reaches it too, but its controller is the one that ends the run."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _interrupt() -> None:
    global _pending  # noqa: PLW0603 - there is one main thread, and so one interrupt
    if _held and not _pending:
        _pending = True
    else:
        # Nothing is held back, or the user asked for the second time.
        raise KeyboardInterrupt


@contextmanager
def held_back() -> Iterator[None]:
    """Within this block the main thread is not interrupted; afterwards it is, if somebody asked meanwhile."""
    global _held, _pending  # noqa: PLW0603 - there is one main thread, and so one interrupt
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _held += 1
    try:
        yield
    finally:
        _held -= 1
    if _pending and not _held:
        _pending = False
        raise KeyboardInterrupt
