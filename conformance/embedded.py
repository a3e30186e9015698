"""The embedded reference server as a process of its own: the default target.

The suite and the server meet on a socket only; this module knows the command that starts one, not its code.
"""

import json
import os
import secrets
import subprocess
import sys
import threading
from dataclasses import dataclass, field

from conformance.errors import SuiteFault
from conformance.profile import DEFAULT_TOKEN_ENV

_START_S = 20.0
_STOP_S = 5.0


@dataclass(slots=True)
class EmbeddedServer:
    """A reference server that ends with its parent. ``token`` opens its control API."""

    arguments: tuple[str, ...] = ()
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    _process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the process, and do not wait for it."""
        # -P: a stray file in the working folder is none of ours.
        command = [sys.executable, "-P", "-m", "conformance.reference", "--exit-with-stdin", *self.arguments]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, DEFAULT_TOKEN_ENV: self.token},
        )

    def wait(self) -> tuple[str, str]:
        """The URLs of REST and of Socket.IO once both answer; raises `SuiteFault` where it does not come up."""
        if self._process is None:
            self.start()
        process = self._process
        assert process is not None
        assert process.stdout is not None
        watchdog = threading.Timer(_START_S, process.kill)
        watchdog.start()
        line = process.stdout.readline()
        watchdog.cancel()
        try:
            ready = json.loads(line)
            return str(ready["url"]), str(ready["ws_url"])
        except (ValueError, KeyError):
            raise SuiteFault(f"the embedded reference server did not start: {self._last_words()}") from None

    def _last_words(self) -> str:
        assert self._process is not None
        self._process.kill()
        _, complaint = self._process.communicate(timeout=_STOP_S)
        return complaint.strip().splitlines()[-1] if complaint.strip() else "it said nothing"

    def stop(self) -> None:
        """End the process, and wait until it is gone."""
        if self._process is None:
            return
        try:
            # Its standard input ends, which it takes as the sign to go.
            self._process.communicate(timeout=_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        self._process = None
