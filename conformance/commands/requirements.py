"""`portal-conformance requirements`: the catalogue as a table, or as JSON."""

import json
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from conformance.catalogue import loader
from conformance.catalogue.records import Requirement, Tier


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, with every field.")
@click.option("--level", type=click.Choice(["core", "full"]), default="full", help="Of which level.", show_default=True)
def command(as_json: bool, level: str) -> int:  # noqa: FBT001 - click's signature
    """List the requirements that a run judges."""
    catalogue = loader.load()
    chosen = catalogue.of_tier(Tier(level))
    if as_json:
        listed = [asdict(one) for one in chosen]
        click.echo(
            json.dumps({"edition": catalogue.edition, "digest": catalogue.digest, "requirements": listed}, indent=1)
        )
    else:
        Console().print(_table(catalogue.edition, chosen))
    return 0


def _table(edition: str, requirements: tuple[Requirement, ...]) -> Table:
    table = Table(title=f"Edition {edition}: {len(requirements)} requirements", title_justify="left")
    table.add_column("id", no_wrap=True)
    table.add_column("level")
    table.add_column("tier")
    table.add_column("text", overflow="fold")
    for one in requirements:
        table.add_row(one.id, one.level.value, one.tier.value, one.text)
    return table
