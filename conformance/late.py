"""Modules that are imported when they are first needed, and not to list scenarios or to print a usage.

The libraries that talk to a target take longer to import than all the rest of the suite: whoever only collects does
without them. This is the one place of the suite's own rooms that imports while something else goes on.
"""

from importlib import import_module
from typing import Any


def late(name: str) -> Any:
    """The module of that name, which is imported now if it was not before."""
    return import_module(name)
