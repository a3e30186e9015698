"""`portal-conformance diff`: two results held against each other."""

import json
from pathlib import Path

import click

from conformance.certificate.reading import results_in
from conformance.errors import UsageFault
from conformance.report.comparing import difference


@click.command(context_settings={"show_default": True})
@click.argument("before", metavar="A", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("after", metavar="B", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.option("--markdown", is_flag=True, help="Print it as Markdown.")
@click.option(
    "--slower", metavar="RATIO", type=click.FloatRange(1), default=2.0,
    help="How many times as long counts as slower (and half a second more).",
)  # fmt: skip
def command(before: Path, after: Path, *, as_json: bool, markdown: bool, slower: float) -> int:
    """Hold the later results B against the earlier ones A; either may be a bundle.

    Exit status: 0 nothing became worse, 1 something is newly red, 2 something is judged no longer; never by time.
    """
    if as_json and markdown:
        raise UsageFault("--json and --markdown: only one of them can be printed")
    found = difference(results_in(before), results_in(after), ratio=slower)
    told = json.dumps(found.as_json(), indent=1) + "\n" if as_json else found.markdown() if markdown else found.text()
    click.echo(told, nl=False)
    return found.exit_status
