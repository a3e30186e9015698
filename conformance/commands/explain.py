"""`portal-conformance explain ID`: one requirement, with where it is from and what judges it."""

from textwrap import fill

import click

from conformance.catalogue import loader
from conformance.catalogue.records import Catalogue, Requirement, Tier
from conformance.scenarios.index import judging

# What the default level does not judge is asked for with its own.
_LEVEL = {Tier.CORE: "", Tier.FULL: " --level full"}


@click.command()
@click.argument("requirement", metavar="ID")
def command(requirement: str) -> int:
    """Tell what a requirement says, where it is from, when it applies and which scenarios judge it."""
    catalogue = loader.load()
    for one in catalogue.select([requirement]):
        click.echo(_told(catalogue, one))
    return 0


def _told(catalogue: Catalogue, one: Requirement) -> str:
    pages = ", ".join(f"{catalogue.pages.get(page, page)} ({page})" for page in one.pages)
    lines = [
        f"{one.id} ({one.level.value}, {one.tier.value} level, chapter {one.chapter})",
        fill(one.text, 100, initial_indent="  ", subsequent_indent="  "),
        f"  source: {pages}",
        *(f"  condition: {condition}" for condition in one.conditions),
        *([f"  not applicable where absent: {one.feature}"] if one.feature else []),
        *([f"  not judged: {one.unjudged}"] if one.unjudged else []),
        *(f"  judged by {name}: {title}" for name, title in judging(one.id)),
        f"  repeat: portal-conformance run --requirement {one.id}{_LEVEL[one.tier]}",
    ]
    return "\n".join(lines) + "\n"
