"""`portal-conformance summary`: results as Markdown."""

from pathlib import Path

import click

from conformance.certificate.reading import results_in
from conformance.report.markdown import summary


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
def command(file: Path) -> int:
    """Print a summary of FILE, a results file or a bundle, as Markdown: for $GITHUB_STEP_SUMMARY, or release notes."""
    click.echo(summary(results_in(file)), nl=False)
    return 0
