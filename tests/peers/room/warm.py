"""Runs Schemathesis as often as it is told, each time in a fork of a process that has played once already.

So what is measured is Schemathesis and not its start: the suite is played from a process that has everything imported,
too. Each line of the standard input is one run; its exit status is said in return. Started by Schemathesis' own Python.
"""

import json
import os
import signal
import sys
from typing import Any

from schemathesis.cli import schemathesis as program


def main() -> None:
    for line in sys.stdin:
        told = json.loads(line)
        status = _played(told) if told["stays"] else _forked(told)
        print(status, flush=True)


def _forked(told: dict[str, Any]) -> int:
    child = os.fork()
    if child == 0:
        # Whatever it does: it ends.
        signal.alarm(told["seconds"])
        os._exit(_played(told))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _played(told: dict[str, Any]) -> int:
    said = os.dup(1)
    os.environ.update(told["environment"])
    os.chdir(told["folder"])
    log = os.open("log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.close(log)
    try:
        program(told["words"], standalone_mode=False)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        os.dup2(said, 1)
        os.close(said)
    return 0


if __name__ == "__main__":
    main()
