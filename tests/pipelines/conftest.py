"""One real run, and one that is red, for all tests that read what a pipeline is shown."""

from judging.conftest import run, server
from rooms.conftest import real_run

__all__ = ["real_run", "run", "server"]
