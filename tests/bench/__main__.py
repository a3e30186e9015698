"""`python -m tests.bench`: measure, print the ratios, and write them with the machine that they were measured on."""

import json
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from . import inside, runs
from .measuring import Findings, changes

_PARTS = ("start", "functions", "requests", "memory", "core", "full")


@click.command()
@click.option("--only", type=click.Choice(_PARTS), multiple=True, help="Measure these parts.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="How often a run is measured.")
@click.option("--compare", type=click.Path(exists=True, dir_okay=False), help="The JSON of an earlier run.")
@click.option("--output", default="reports/bench.json", show_default=True, help="Where the figures are written.")
def main(*, only: tuple[str, ...], rounds: int, compare: str | None, output: str) -> None:
    """Measure the suite on a quiet machine; exit status 1 where a ratio is more than it is meant to be."""
    found, parts = Findings(), only or _PARTS
    for part in parts:
        click.echo(f"measuring: {part}", err=True)
        _measure(found, part, rounds)
    document = found.document()
    path = Path(output)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    _show(document)
    if compare:
        before = json.loads(Path(compare).read_text("utf-8"))
        click.echo("\n".join(("", "beside the earlier run:", *changes(document, before))))
    click.echo("\n".join(found.missed()))
    sys.exit(bool(found.missed()))


def _measure(found: Findings, part: str, rounds: int) -> None:
    match part:
        case "start":
            inside.starting(found, 2 * rounds)
        case "functions":
            inside.functions(found, rounds)
        case "requests":
            inside.requests(found, rounds)
        case "memory":
            inside.memory(found)
        case _:
            runs.measure(found, part, rounds)


def _show(document: dict[str, dict[str, object]]) -> None:
    console = Console()
    table = Table("ratio", "is", "at most", title="ratios of medians")
    for name, ratio in document["ratios"].items():
        assert isinstance(ratio, dict)
        table.add_row(name, f"{ratio['is']:.2f}", "" if ratio["at most"] is None else f"{ratio['at most']:g}")
    console.print(table)
    medians = Table("measured", "median")
    for name, median in document["medians"].items():
        medians.add_row(name, f"{median:,.6g}")
    console.print(medians)
    for name, value in document.items():
        if ":" in name:
            console.print(f"{name}: {value}")


main()
