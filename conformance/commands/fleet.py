"""`portal-conformance fleet`: many targets judged side by side, and one page that compares them."""

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

import click

from conformance import fleet
from conformance.fleet import Member
from conformance.matrix import comparison, documents
from conformance.matrix.comparison import Column
from conformance.matrix.tables import show
from conformance.matrix.watched import counted
from conformance.verdict import Verdict

_LOG = "log.txt"
_JUDGED = frozenset(one.exit_status for one in Verdict)


@click.command(context_settings={"show_default": True})
@click.argument("targets", metavar="TARGETS.toml", type=click.Path(path_type=Path))
@click.option("--emit", type=click.Choice(["github", "gitlab"]), help="Print a matrix for CI, and judge nothing.")
@click.option("--level", type=click.Choice(["core", "full"]), default="core", help="Which clauses are judged.")
@click.option("--rate", metavar="N/TIME", help="Requests a client, as in 120/min; auto: each profile's.")
@click.option("--seed", metavar="N", type=int, help="Seed of the generated examples.")
@click.option("-n", "--workers", metavar="N", type=click.IntRange(1), default=4, help="So many targets at once.")
@click.option(
    "--report-dir", metavar="DIR", default="reports/fleet", help="Where the results and the page are written."
)
def command(
    *, targets: Path, emit: str | None, level: str, rate: str | None, seed: int | None, workers: int, report_dir: str
) -> int:
    """Judge each target of a file as `run` does; exit status 1 where any is non-conformant, 2 where any is open."""
    members = fleet.load(targets)
    options = [f"--level={level}", *([f"--rate={rate}"] if rate else []), *([f"--seed={seed}"] if seed else [])]
    if emit is not None:
        click.echo(fleet.github_matrix(members) if emit == "github" else fleet.gitlab_pipeline(members, options))
        return 0
    columns = _judged(members, options, Path(report_dir), workers)
    page = Path(report_dir) / "fleet.html"
    documents.write(comparison.document_of(columns), page.with_suffix(".json"))
    page.write_text(comparison.page_of(columns), "utf-8")
    show(comparison.table_of(columns))
    click.echo(f"page     {page}")
    return comparison.status_of(columns)


def _judged(members: Sequence[Member], options: Sequence[str], folder: Path, workers: int) -> list[Column]:
    going: set[subprocess.Popen[bytes]] = set()

    def end(_signal: int, _frame: FrameType | None) -> None:
        # Each run gives back what it borrowed, and says that it did not come to its end.
        for one in list(going):
            one.terminate()

    signal.signal(signal.SIGTERM, end)
    with counted("targets", len(members)) as told, ThreadPoolExecutor(workers) as pool:

        def judge(member: Member) -> Column:
            column = _column(member, options, folder, going)
            told(member.name)
            return column

        return list(pool.map(judge, members))


def _column(member: Member, options: Sequence[str], folder: Path, going: set[subprocess.Popen[bytes]]) -> Column:
    """Judge one target in a process of its own; what that says goes into a log beside its results."""
    here = folder / member.name
    here.mkdir(parents=True, exist_ok=True)
    here.joinpath("results.json").unlink(missing_ok=True)
    command = [sys.executable, "-P", "-m", "conformance", "run", *member.options(), *options, f"--report-dir={here}"]
    with here.joinpath(_LOG).open("wb") as log:
        with subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT) as process:  # noqa: S603 - ourselves
            going.add(process)
            status = process.wait()
        going.discard(process)
    try:
        found = json.loads(here.joinpath("results.json").read_text("utf-8"))
    except (OSError, ValueError):
        found = None
    if found is None or status not in _JUDGED:
        return Column(member.name, None, why=_last_words(here / _LOG, status))
    return Column(member.name, found, folder=member.name)


def _last_words(log: Path, status: int) -> str:
    lines = log.read_text("utf-8", "replace").split("\n")
    said = [line.removeprefix("Error: ").removeprefix("ERROR: ") for line in lines if line.strip()]
    return said[-1] if said else f"the run ended with exit status {status} and said nothing: suite"
