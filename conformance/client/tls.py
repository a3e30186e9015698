"""A TLS socket on which one thread reads while another writes, as the Socket.IO client does.

OpenSSL lets one thread at a time use a connection, and Python (until 3.13) does not see to it: a packet sent while one
arrives breaks the connection about once in ten thousand times, which looks as if the target had dropped it.
"""

import errno
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, TypeVar

_T = TypeVar("_T")
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


def trusting() -> ssl.SSLContext:
    """The machine's authorities, or those that ``SSL_CERT_FILE`` names, for connections that threads share."""
    context = ssl.create_default_context()
    context.sslsocket_class = SharedSocket
    return context


class SharedSocket(ssl.SSLSocket):
    """Reads and writes in turns; what has to wait for the network does so outside of its turn, and holds up nobody."""

    _turn: AbstractContextManager[bool]

    def __new__(cls, *arguments: Any, **options: Any) -> "SharedSocket":
        """A socket with its lock, which its first timeout already needs."""
        shared = super().__new__(cls, *arguments, **options)
        shared._turn = threading.RLock()
        return shared

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Read; raises what `socket.socket.recv` raises."""
        return self._in_turn(partial(super().recv, buflen, flags))

    def send(self, data: Any, flags: int = 0) -> int:
        """Write; raises what `socket.socket.send` raises."""
        return self._in_turn(partial(super().send, data, flags))

    def settimeout(self, value: float | None) -> None:
        """Set the seconds that a read or a write may wait."""
        with self._turn:
            super().settimeout(value)

    def gettimeout(self) -> float | None:
        """The seconds that a read or a write may wait."""
        with self._turn:
            return super().gettimeout()

    def shutdown(self, how: int) -> None:
        """Shut down one direction or both."""
        # The session stays: without it, what was not read yet would be taken for text, still enciphered.
        socket.socket.shutdown(self, how)

    def _in_turn(self, operation: Callable[[], _T]) -> _T:
        began = time.monotonic()
        while True:
            with self._turn:
                timeout = self.gettimeout()
                try:
                    self.settimeout(0)
                    return operation()
                except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
                    if timeout == 0:
                        raise
                    reads = isinstance(error, ssl.SSLWantReadError)
                finally:
                    self.settimeout(timeout)
            self._wait(reads=reads, left=None if timeout is None else began + timeout - time.monotonic())

    def _wait(self, *, reads: bool, left: float | None) -> None:
        """Wait for the network; raises `TimeoutError` where it is not ready in ``left`` seconds."""
        # Linux's default selector never hears of a socket that another thread shuts and closes at once: it would wait
        # to the end, and so would that thread.
        with _Selector() as selector:
            try:
                selector.register(self, selectors.EVENT_READ if reads else selectors.EVENT_WRITE)
            except ValueError:
                raise OSError(errno.EBADF, "the socket was closed meanwhile") from None
            if not selector.select(left if left is None else max(0.0, left)):
                raise TimeoutError("The operation timed out")
