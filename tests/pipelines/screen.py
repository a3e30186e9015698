"""A terminal as somebody who looks at it sees it: a command in it, and its screen again and again."""

import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pexpect
import pyte
from judging.conftest import TOKEN

_ROWS, _COLUMNS = 24, 100


@dataclass
class Seen:
    """What was to be seen: each screen that differed from the one before, all that was written, and the exit status."""

    written: bytes = b""
    screens: list[list[str]] = field(default_factory=list)
    status: int | None = None

    def lines(self, begins: str) -> list[str]:
        """Every line that begins so, of all screens."""
        return [line for screen in self.screens for line in screen if line.startswith(begins)]


def watch(folder: Path, *arguments: str, **variables: str) -> Seen:
    """Look at the command with these arguments until it has ended."""
    screen = pyte.Screen(_COLUMNS, _ROWS)
    stream, seen = pyte.ByteStream(screen), Seen()
    environment = {name: value for name, value in os.environ.items() if name not in {"CI", "GITHUB_ACTIONS"}}
    environment |= {"TERM": "xterm-256color", "PORTAL_CONTROL_TOKEN": TOKEN, **variables}
    command = str(Path(sys.executable).with_name("portal-conformance"))
    child = pexpect.spawn(
        command, list(arguments), cwd=folder, env=environment, dimensions=(_ROWS, _COLUMNS), timeout=None
    )
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            written = child.read_nonblocking(65536, timeout=0.2)
        except pexpect.TIMEOUT:
            continue
        except pexpect.EOF:
            break
        stream.feed(written)
        seen.written += written
        shown = [line.rstrip() for line in screen.display]
        if not seen.screens or shown != seen.screens[-1]:
            seen.screens.append(shown)
    child.close()
    seen.status = child.exitstatus
    return seen
