"""`portal-conformance run`: pytest in a process of its own, with the packaged configuration alone.

A user's pytest.ini, conftest files, environment variables and plugins can't bend the judgement.
"""

import os
import subprocess
import sys
from pathlib import Path

import click

_PACKAGE = Path(__file__).parents[1]
_PLUGINS = ("conformance.plugin", "xdist.plugin", "allure_pytest.plugin")
# What would change what pytest does, or what the scenarios import.
_BENDING = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTHONPATH", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")


@click.command(context_settings={"show_default": True})
@click.option("--target", metavar="URL", help="Base URL of the server; default: the embedded reference server.")
@click.option("--ws-target", metavar="URL", help="Base URL of its Socket.IO, where that is another.")
@click.option("--profile", metavar="FILE", help="Target profile (TOML).")
@click.option("--level", type=click.Choice(["core", "full"]), help="Which clauses are judged (default: core).")
@click.option("--requirement", metavar="ID", multiple=True, help="Judge these only (repeatable, globs).")
@click.option("--examples", metavar="N", type=click.IntRange(1), help="Generated examples a class of defects.")
@click.option("--seed", metavar="N", type=int, help="Seed of the generated examples.")
@click.option("--report-dir", metavar="DIR", help="Where results are written (default: reports).")
@click.option("--alluredir", metavar="DIR", help="Write Allure results there as well.")
@click.option("-n", "--workers", metavar="N", type=click.IntRange(0), help="Judge in N processes.")
@click.option("-v", "--verbose", is_flag=True, help="One line a scenario.")
def command(
    workers: int | None,
    verbose: bool,  # noqa: FBT001 - click's signature
    alluredir: str | None,
    **options: str | int | tuple[str, ...] | None,
) -> int:
    """Judge a server clause by clause, and write the results."""
    arguments = [f"-n{workers}"] if workers else []
    arguments += ["-v"] if verbose else []
    arguments += ["--alluredir", alluredir] if alluredir else []
    for name, value in options.items():
        for one in value if isinstance(value, tuple) else (value,):
            arguments += [] if one is None else [f"--{name.replace('_', '-')}={one}"]
    return subprocess.run(_command(arguments), env=_environment(), check=False).returncode  # noqa: S603 - ourselves


def _command(arguments: list[str]) -> list[str]:
    plugins = [word for name in _PLUGINS for word in ("-p", name)]
    packaged = ["-c", str(_PACKAGE / "pytest.ini"), "--rootdir", str(_PACKAGE), "--noconftest"]
    # -P keeps the working folder off the import path: a stray file there is none of ours.
    return [
        sys.executable,
        "-P",
        "-m",
        "pytest",
        *packaged,
        *plugins,
        *arguments,
        str(_PACKAGE / "scenarios"),
    ]


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _BENDING}
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
