"""`portal-conformance report FILE`: the page of an earlier run, rendered again from its results, and its HAR."""

from pathlib import Path

import click

from conformance.errors import UsageFault
from conformance.report import har, page, reading


@click.command(context_settings={"show_default": True})
@click.argument("results", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    show_default=f"{page.NAME} beside the results",
    help="Where the page is written.",
)
@click.option(
    "--har",
    "archive",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the HTTP of the run there as HAR 1.2 as well; it is large, and no run writes it by itself.",
)
def command(*, results: Path, output: Path | None, archive: Path | None) -> int:
    """Render a results file as a page, in one file that needs nothing else."""
    document = reading.read(results)
    written = {"page": output or results.with_name(page.NAME)}
    try:
        page.write(document, written["page"])
        if archive is not None:
            written["har"] = archive
            har.write(document, archive)
    except OSError as error:
        raise UsageFault(f"{error.filename}: cannot be written ({error.strerror}): name another file") from None
    for name, path in written.items():
        click.echo(f"{name:<8} {path}")
    return 0
