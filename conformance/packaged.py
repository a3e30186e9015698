"""pytest as a judge has it: with the packaged configuration alone, whatever a user's own files and variables say."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

_PACKAGE = Path(__file__).parent
SCENARIOS = _PACKAGE / "scenarios"
_JUDGING = ("conformance.plugin", "xdist.plugin")
# What would change what pytest does, or what the scenarios import.
_BENDING = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTHONPATH", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")


def arguments(*options: str, plugins: tuple[str, ...] = (), files: Iterable[Path] = (SCENARIOS,)) -> list[str]:
    """The arguments of pytest which judge by the packaged scenarios, with these options and further plugins.

    ``files`` narrow the run to some of the scenarios.
    """
    loaded = [word for name in (*_JUDGING, *plugins) for word in ("-p", name)]
    packaged = ["-c", str(_PACKAGE / "packaged.ini"), "--rootdir", str(_PACKAGE), "--noconftest"]
    return [*packaged, *loaded, *options, *map(str, files)]


def environment() -> Mapping[str, str]:
    """The environment of this process without what would bend the judgement."""
    kept = {name: value for name, value in os.environ.items() if name not in _BENDING}
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
