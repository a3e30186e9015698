"""`portal-conformance badge`: the verdict as an SVG."""

from pathlib import Path

import click

from conformance.certificate.reading import results_in
from conformance.errors import UsageFault
from conformance.report.badge import badge


@click.command(context_settings={"show_default": True})
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--out", metavar="SVG", default="badge.svg", type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write.",
)  # fmt: skip
def command(file: Path, *, out: Path) -> int:
    """Draw a badge of the verdict in FILE, a results file or a bundle. No signature is checked for it."""
    drawn = badge(results_in(file))
    try:
        out.write_text(drawn, "utf-8")
    except OSError as error:
        raise UsageFault(f"--out {out}: cannot be written ({error.strerror})") from None
    click.echo(f"badge    {out}")
    return 0
