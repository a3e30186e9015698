"""`portal-conformance run`: pytest in a process of its own, with the packaged configuration alone.

A user's pytest.ini, conftest files, environment variables and plugins can't bend the judgement.
"""

import signal
import subprocess
import sys

import click

from conformance import packaged


@click.command(context_settings={"show_default": True})
@click.option("--target", metavar="URL", help="Base URL of the server; default: the embedded reference server.")
@click.option("--ws-target", metavar="URL", help="Base URL of its Socket.IO, where that is another.")
@click.option("--profile", metavar="FILE", help="Target profile (TOML).")
@click.option("--level", type=click.Choice(["core", "full"]), help="Which clauses are judged (default: core).")
@click.option("--requirement", metavar="ID", multiple=True, help="Judge these only (repeatable, globs).")
@click.option("--examples", metavar="N", type=click.IntRange(1), help="Generated examples a class of defects.")
@click.option("--seed", metavar="N", type=int, help="Seed of the generated examples.")
@click.option(
    "--sequences", metavar="N", type=click.IntRange(1), help="Stories of random actions a setting (full level)."
)
@click.option("--steps", metavar="N", type=click.IntRange(1), help="Steps of such a story.")
@click.option("--trials", metavar="N", type=click.IntRange(0), help="Trials to shorten a wrong story.")
@click.option("--replay", metavar="FILE", help="Tell the story in this file again, and nothing else.")
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
    # -P keeps the working folder off the import path: a stray file there is none of ours.
    command = [sys.executable, "-P", "-m", "pytest", *packaged.arguments(*arguments, plugins=("allure_pytest.plugin",))]
    return _obey(command)


def _obey(command: list[str]) -> int:
    """Run ``command``, hand it the signals that end it, and wait until it has given back what it borrowed."""
    with subprocess.Popen(command, env=packaged.environment()) as process:  # noqa: S603 - ourselves
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        # Ctrl-C reaches the child as well: it clears up, and this process has to outlive that.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return process.wait()
