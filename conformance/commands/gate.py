"""`portal-conformance gate`: the same judgement as a pipeline asks for it, which lets known failures pass."""

import os

import click

from conformance.commands.judging import Value, judge, judges


@click.command(context_settings={"show_default": True})
@judges
@click.option(
    "--known-failures",
    metavar="FILE",
    default=os.devnull,
    show_default="none",
    help="What is broken for now (TOML); all else has to hold, and so has the file.",
)
def command(**options: Value) -> int:
    """Judge a server clause by clause, and let known failures pass: exit status 0 passed, 1 failed, 2 inconclusive."""
    return judge(**options)  # type: ignore[arg-type]
