"""`portal-conformance doctor`: whether a target can be judged with a profile, how far, and what is missing."""

from collections.abc import Iterator

import click

from conformance import foresight
from conformance import run as runs
from conformance.checkup import Checkup, Step
from conformance.errors import ConformanceError
from conformance.redact import printable
from conformance.run import Options, Run
from conformance.wire import WireLog

_MARKS = {True: "ok ", False: "BAD", None: "-  "}


@click.command(context_settings={"show_default": True})
@click.option("--target", metavar="URL", help="Base URL of the server; default: the profile's, or the embedded server.")
@click.option("--ws-target", metavar="URL", help="Base URL of its Socket.IO, where that is another.")
@click.option("--profile", metavar="FILE", help="Target profile (TOML).")
@click.option("--level", type=click.Choice(["core", "full"]), help="What is to be judged (default: core).")
@click.option("--allow-production", is_flag=True, help="Speak to the public production service, as its owner agreed.")
def command(**given: str | bool | None) -> int:
    """Check a target step by step, and say what can be judged with a profile and what not.

    Exit status: 0 all of it, 2 not all of it, 4 wrong usage.
    """
    options = runs.options(**given)  # type: ignore[arg-type]
    healthy = _examined(options)
    click.echo()
    lacking = foresight.lacking(options)
    for line in foresight.told(options, lacking):
        click.echo(line)
    return 0 if healthy and not lacking else 2


def _examined(options: Options) -> bool:
    run = Run(options)
    try:
        run.reach()
        told = [_tell(run, step) for step in _steps(run)]
        return all(told)
    except ConformanceError as error:
        click.echo(f"{_MARKS[False]} {error}")
        return False
    finally:
        run.close()


def _steps(run: Run) -> Iterator[Step]:
    assert run.theatre is not None
    checkup = Checkup(run.theatre, WireLog(run.secrets))
    try:
        yield from checkup.steps()
    finally:
        for one in checkup.close():
            click.echo(f"left {printable(run.secrets.mask(one))}")


def _tell(run: Run, step: Step) -> bool:
    click.echo(f"{_MARKS[step.well]} {step.name:<12} {printable(run.secrets.mask(step.sentence))}")
    return step.well is not False
