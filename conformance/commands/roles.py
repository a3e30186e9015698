"""`portal-conformance roles`: who may do what, and which clause says so."""

import difflib
import json
from pathlib import Path

import click

from conformance.catalogue import loader as catalogue
from conformance.errors import UsageFault
from conformance.matrix import documents
from conformance.matrix import roles as shown
from conformance.matrix.tables import show
from conformance.roles import loader
from conformance.roles.records import Matrix, Role


@click.command(context_settings={"show_default": True})
@click.option("--role", metavar="NAME", help="All that is expected of this role, with clauses and reasons.")
@click.option("--json", "as_json", is_flag=True, help="Print the matrix as JSON.")
@click.option("--report-dir", metavar="DIR", default="reports", help="Where the page and the JSON are written.")
def command(*, role: str | None, as_json: bool, report_dir: str) -> int:
    """Show the role matrix: on the terminal, as JSON, and as a page."""
    matrix, clauses = loader.load(), catalogue.load()
    asked = None if role is None else _named(role, matrix)
    page = Path(report_dir) / "roles.html"
    document = shown.document_of(matrix, clauses)
    documents.write(document, page.with_suffix(".json"))
    page.write_text(shown.page_of(matrix, clauses), "utf-8")
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=1))
        return 0
    for table in [shown.table_of_role(matrix, asked)] if asked else shown.tables_of(matrix):
        show(table)
    counted = ", ".join(f"{number} {answer}" for answer, number in matrix.counted().items())
    click.echo(f"✓ may, ✗ may not, ○ observed and never graded, · not graded: {len(matrix.cells)} cells, {counted}")
    click.echo(f"page     {page}")
    return 0


def _named(name: str, matrix: Matrix) -> Role:
    by_name = {role.name: role for role in matrix.roles}
    if name not in by_name:
        near = difflib.get_close_matches(name, by_name, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(by_name)}"
        raise UsageFault(f"--role: there is no role {name!r} ({hint})")
    return by_name[name]
