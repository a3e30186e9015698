"""What `run` and `gate` share: pytest in a process of its own, with the packaged configuration alone.

A user's pytest.ini, conftest files, environment variables and plugins can't bend the judgement.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

import click

from conformance import costing, packaged
from conformance import run as runs

Value = str | int | bool | tuple[str, ...] | None

_OPTIONS = (
    click.option("--target", metavar="URL", help="Base URL of the server; default: the embedded reference server."),
    click.option("--ws-target", metavar="URL", help="Base URL of its Socket.IO, where that is another."),
    click.option("--profile", metavar="FILE", help="Target profile (TOML)."),
    click.option("--level", type=click.Choice(["core", "full"]), help="Which clauses are judged (default: core)."),
    click.option("--requirement", metavar="ID", multiple=True, help="Judge these only (repeatable, globs)."),
    click.option("--examples", metavar="N", type=click.IntRange(1), help="Generated examples a class of defects."),
    click.option("--seed", metavar="N", type=int, help="Seed of the generated examples."),
    click.option(
        "--sequences", metavar="N", type=click.IntRange(1), help="Stories of random actions a setting (full level)."
    ),
    click.option("--steps", metavar="N", type=click.IntRange(1), help="Steps of such a story."),
    click.option("--trials", metavar="N", type=click.IntRange(0), help="Trials to shorten a wrong story."),
    click.option("--replay", metavar="FILE", help="Tell the story in this file again, and nothing else."),
    click.option("--economy", is_flag=True, help="Judge the core level in at most 400 requests."),
    click.option("--rate", metavar="N/TIME", help="Requests a client, as in 120/min; auto: the profile's."),
    click.option("--report-dir", metavar="DIR", help="Where results are written (default: reports)."),
    click.option("--alluredir", metavar="DIR", help="Write Allure results there as well."),
    click.option("-n", "--workers", metavar="N", type=click.IntRange(0), help="Judge in N processes."),
    click.option("--plan", is_flag=True, help="Say what the run would cost and do, and stop."),
    click.option("-v", "--verbose", is_flag=True, help="One line a scenario."),
    click.option("-q", "--quiet", is_flag=True, help="Say what is red or was not judged, and the verdict; no more."),
    click.option("--allow-production", is_flag=True, help="Judge the public production service, as its owner agreed."),
)


def judges(command: Callable[..., int]) -> Callable[..., int]:
    """Give ``command`` the options by which a target is judged."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def judge(
    *,
    workers: int | None,
    verbose: bool,
    quiet: bool,
    alluredir: str | None,
    plan: bool,
    **options: Value,
) -> int:
    """Judge with these options, and give the exit status."""
    if plan:
        return _planned(workers or 1, options)
    if verbose and quiet:
        raise click.UsageError("--verbose and --quiet contradict each other: give one of them")
    arguments = [f"-n{workers}"] if workers else []
    arguments += _shown(verbose=verbose, quiet=quiet)
    arguments += ["--alluredir", alluredir] if alluredir else []
    for name, value in options.items():
        arguments += _spelled(f"--{name.replace('_', '-')}", value)
    # -P keeps the working folder off the import path: a stray file there is none of ours.
    command = [sys.executable, "-P", "-m", "pytest", *packaged.arguments(*arguments, plugins=("allure_pytest.plugin",))]
    return obey(command)


def _shown(*, verbose: bool, quiet: bool) -> list[str]:
    """What pytest is told of what is shown while scenarios are played; a log that nobody watches has its letters."""
    if verbose:
        # The packaged configuration takes one off.
        return ["-vv"]
    dotless = ["-p", "conformance.dotless", "-o", "console_output_style=classic"]
    if quiet:
        return ["-q", *dotless]
    watched = sys.stdout.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")
    return [*dotless, "-p", "conformance.live"] if watched else []


def _planned(workers: int, options: Mapping[str, Value]) -> int:
    """Say what it would cost, and ask nobody anything."""
    given: dict[str, Any] = {name: list(one) if isinstance(one, tuple) else one for name, one in options.items()}
    chosen = runs.options(**given)
    planned = costing.plan_of(chosen, workers)
    click.echo(f"plan     {len(costing.needed(chosen))} scenarios, {costing.line(chosen, planned)}")
    for line in costing.effects(chosen, planned):
        click.echo(line)
    return 0


def _spelled(option: str, value: Value) -> list[str]:
    match value:
        case None | False:
            return []
        case True:
            return [option]
        case tuple():
            return [f"{option}={one}" for one in value]
        case _:
            return [f"{option}={value}"]


def obey(command: list[str]) -> int:
    """Run ``command``, hand it the signals that end it, and wait until it has given back what it borrowed."""
    with subprocess.Popen(command, env=packaged.environment()) as process:  # noqa: S603 - ourselves
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        # Ctrl-C reaches the child as well: it clears up, and this process has to outlive that.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return process.wait()
