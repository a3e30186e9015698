"""Runs a command and notes the most memory that it, or a process that it waited for, has taken.

What a process took at most is counted from before its own program began: a child of a large process starts with what
that one has. So this small one stands in between.
"""

import resource
import subprocess
import sys
from pathlib import Path


def main(note: str, *command: str) -> int:
    """Run ``command``, write the bytes into the file ``note``, and give the command's exit status."""
    status = subprocess.call(command)
    unit = 1 if sys.platform == "darwin" else 1024
    Path(note).write_text(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit), "utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
