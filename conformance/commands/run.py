"""`portal-conformance run`: certification. It knows of no exceptions."""

import click

from conformance.commands.judging import Value, judge, judges


@click.command(context_settings={"show_default": True})
@judges
def command(**options: Value) -> int:
    """Judge a server clause by clause, and write the results."""
    return judge(**options)  # type: ignore[arg-type]
