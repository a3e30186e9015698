"""The pytest plugin: options, and the decision whether this run judges a target.

It is loaded in every pytest run of an environment, so it imports nothing heavy and does nothing unless it is
asked: by one of its options, or by the scenarios being among what is collected. Options are added after the
conftest files have added theirs, and not at all where a name is taken: other people's runs go first.
"""

import argparse
import itertools
from collections.abc import Generator
from pathlib import Path

import pytest

SCENARIOS = Path(__file__).parent / "scenarios"
_OPTIONS_ADDED = pytest.StashKey[bool]()


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 on, got {text}")
    return value


_OPTIONS: tuple[tuple[str, dict[str, object]], ...] = (
    (
        "--target",
        {"metavar": "URL", "help": "base URL of the server to judge; default: the embedded reference server"},
    ),
    ("--ws-target", {"metavar": "URL", "help": "base URL of its Socket.IO, where that is another"}),
    ("--profile", {"metavar": "FILE", "help": "target profile (TOML)"}),
    ("--level", {"choices": ("core", "full"), "help": "which clauses are judged (default: core)"}),
    (
        "--requirement",
        {"metavar": "ID", "action": "append", "help": "judge these requirements only (repeatable, globs)"},
    ),
    (
        "--examples",
        {"metavar": "N", "type": _positive, "help": "generated examples a class of defects (default: 5)"},
    ),
    ("--seed", {"metavar": "N", "type": int, "help": "seed of the generated examples (default: 20261124)"}),
    ("--sequences", {"metavar": "N", "type": _positive, "help": "stories of random actions a setting (default: 6)"}),
    ("--steps", {"metavar": "N", "type": _positive, "help": "steps of such a story (default: 25)"}),
    ("--trials", {"metavar": "N", "type": int, "help": "trials to shorten a wrong story (default: 60)"}),
    ("--economy", {"action": "store_true", "help": "judge the core level in at most 400 requests"}),
    ("--rate", {"metavar": "N/TIME", "help": "keep below so many requests a client, 120/min, or auto: the profile's"}),
    ("--replay", {"metavar": "FILE", "help": "tell the story in this file again, and nothing else"}),
    (
        "--known-failures",
        {"metavar": "FILE", "help": "pass as a gate: what this file (TOML) lists has to be broken, all else to hold"},
    ),
    (
        "--allow-production",
        {"action": "store_true", "help": "judge the public production service, which its owner has agreed to"},
    ),
    ("--report-dir", {"metavar": "DIR", "help": "where results are written (default: reports)"}),
)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser) -> Generator[None]:
    """Add the options, unless another plugin or a conftest file has one of their names."""
    yield
    group = parser.getgroup("portal-conformance", "judge a server against the Portal chat contract")
    try:
        for name, settings in _OPTIONS:
            group.addoption(name, dest=destination(name), default=None, **settings)
    except (argparse.ArgumentError, ValueError):
        return
    early_config.stash[_OPTIONS_ADDED] = True


def destination(name: str) -> str:
    """Where pytest keeps the value of the option ``name``."""
    return "portal_" + name.removeprefix("--").replace("-", "_")


def pytest_configure(config: pytest.Config) -> None:
    """Load the judge where this run is one."""
    if config.stash.get(_OPTIONS_ADDED, False) and _judges(config):
        config.pluginmanager.import_plugin("conformance.judge")


def _judges(config: pytest.Config) -> bool:
    asked = any(getattr(config.option, destination(name), None) is not None for name, _ in _OPTIONS)
    return asked or any(is_scenario(config, argument) for argument in config.args)


def is_scenario(config: pytest.Config, argument: str) -> bool:
    """Whether a path argument of pytest leads into the scenarios, of this copy of the package or of a checkout."""
    path = Path(config.invocation_params.dir, argument.partition("::")[0]).resolve()
    return any(pair == SCENARIOS.parts[-2:] for pair in itertools.pairwise(path.parts))
