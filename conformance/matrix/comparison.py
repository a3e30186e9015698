"""Results of several targets side by side: requirement by target."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from conformance import __version__
from conformance.matrix.page import Cell
from conformance.pages import PAGES
from conformance.redact import elide
from conformance.verdict import Verdict

_CELLS = {
    "passed": ("✓", "well"),
    "failed": ("✗", "alarm"),
    "blocked": ("b", "blocked"),
    "not applicable": ("n", "apart"),
    "suite error": ("E", "collateral"),
    "not judged": ("?", "blocked"),
    "observed": ("○", "green"),
}
_STYLES = {"conformant": "green", "non-conformant": "bold red", "inconclusive": "yellow"}


@dataclass(frozen=True, slots=True)
class Column:
    """One target with its results; without any ``why`` says what became of the run."""

    name: str
    document: Mapping[str, Any] | None
    folder: str = ""
    why: str = ""

    @property
    def verdict(self) -> Verdict:
        """What the run says of it; nothing was found out without results."""
        return Verdict(self.document["verdict"]) if self.document else Verdict.INCONCLUSIVE

    @property
    def reason(self) -> str:
        """Why the verdict is what it is."""
        return str(self.document["reason"]) if self.document else self.why

    def outcomes(self) -> dict[str, str]:
        """The outcome of each requirement, by its id."""
        return {one["id"]: one["outcome"] for one in self.document["requirements"]} if self.document else {}


def status_of(columns: Sequence[Column]) -> int:
    """The exit status: 1 where any is non-conformant, else 2 where any is inconclusive, else 0."""
    found = {one.verdict for one in columns}
    worst = (Verdict.NON_CONFORMANT, Verdict.INCONCLUSIVE)
    return next((one.exit_status for one in worst if one in found), 0)


def document_of(columns: Sequence[Column]) -> dict[str, Any]:
    """The comparison as JSON values."""
    return {
        "format": "portal-conformance-fleet/1",
        "targets": [
            {"name": one.name, "verdict": one.verdict.value, "reason": one.reason, "results": one.folder}
            for one in columns
        ],
        "requirements": [
            {"id": row["id"], "level": row["level"], "outcomes": row["outcomes"]} for row in _rows(columns)
        ],
    }


def page_of(columns: Sequence[Column]) -> str:
    """The comparison as a page, self-contained and without a script."""
    rows = [{**row, "cells": [_cell(row, one) for one in columns]} for row in _rows(columns)]
    chapters = list(dict.fromkeys(row["chapter"] for row in rows))
    return PAGES.get_template("fleet.html").render(
        version=__version__,
        columns=columns,
        counted=Counter(one.verdict.value for one in columns),
        chapters=[(name, [row for row in rows if row["chapter"] == name]) for name in chapters],
        differing=sum(row["differs"] for row in rows),
    )


def table_of(columns: Sequence[Column]) -> Table:
    """One row a target."""
    table = Table(title="Fleet", title_justify="left")
    for name in ("target", "verdict", "why"):
        table.add_column(name, overflow="fold")
    for one in columns:
        style = _STYLES[one.verdict.value]
        table.add_row(one.name, f"[{style}]{one.verdict.value}[/{style}]", _plain(elide(one.reason, 300)))
    return table


def _plain(text: str) -> str:
    return text.replace("[", "\\[")


def _rows(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Each requirement that was judged anywhere, with its outcome at each target that judged it."""
    told: dict[str, Mapping[str, Any]] = {}
    for column in columns:
        for one in column.document["requirements"] if column.document else ():
            told.setdefault(one["id"], one)
    by_name = {column.name: column.outcomes() for column in columns}
    return [_row(one, by_name) for one in told.values()]


def _row(one: Mapping[str, Any], by_name: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    outcomes = {name: found.get(one["id"], "not judged") for name, found in by_name.items()}
    row = {name: one[name] for name in ("id", "level", "chapter", "text")}
    return {**row, "outcomes": outcomes, "differs": len(set(outcomes.values())) > 1}


def _cell(row: Mapping[str, Any], column: Column) -> Cell:
    outcome = row["outcomes"][column.name]
    sign, kind = _CELLS[outcome]
    return Cell(sign, kind, f"{row['id']} at {column.name}: {outcome}")
