"""The matrices as pages to look at: renderings of the JSON documents, self-contained and without a script."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from conformance import __version__
from conformance.catalogue.records import Catalogue, Level
from conformance.pages import PAGES


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its sign, which is read without seeing its colour, the kind of it, and what to say of it."""

    sign: str
    kind: str
    title: str = ""


_NOTHING = Cell("", "none")
_GREEN = Cell("·", "green")


def of_mutants(document: Mapping[str, Any], catalogue: Catalogue) -> str:
    """The kill matrix: mutants by requirement ids."""
    ids = [one.id for one in catalogue.requirements.values() if one.level is not Level.INFO]
    named = {one for row in document["matrix"] for one in (*row["breaks"], *row["red"])}
    columns = [one for one in ids if one in named]
    rows = [_mutant(row, document, columns) for row in document["matrix"]]
    return PAGES.get_template("mutants.html").render(
        document=document,
        version=__version__,
        edition=catalogue.edition,
        columns=[catalogue.requirements[one] for one in columns],
        chapters=_by_chapter(rows, catalogue),
        stories=document.get("stories", {}),
    )


def _mutant(row: Mapping[str, Any], document: Mapping[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    name = " + ".join((row["mutant"], *row["on"]))
    measured = document["measured"]["mutants"][name]
    full = document["mode"] == "full"
    cells = [_cell(one, row, measured, full=full) for one in columns]
    return {"name": name, "row": row, "measured": measured, "cells": cells}


def _cell(requirement: str, row: Mapping[str, Any], measured: Mapping[str, Any], *, full: bool) -> Cell:
    red = requirement in row["red"]
    killers = ", ".join(measured["killers"].get(requirement, ()))
    if requirement in row["breaks"]:
        return Cell("K", "killed", f"{requirement}: {killers}") if red else Cell("S", "survived", requirement)
    if red:
        reason = row["collateral"].get(requirement)
        return Cell("c", "collateral", reason) if reason else Cell("!", "stray", f"{requirement}: {killers}")
    if requirement in measured["blocked"] and full:
        return Cell("b", "blocked", requirement)
    return _GREEN if full else _NOTHING


def _by_chapter(rows: Sequence[dict[str, Any]], catalogue: Catalogue) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    titles = {chapter.name: chapter.title for chapter in catalogue.chapters}
    order = list(catalogue.requirements)

    def first(row: Mapping[str, Any]) -> int:
        return order.index(row["row"]["breaks"][0])

    def chapter(row: Mapping[str, Any]) -> str:
        return catalogue.requirements[row["row"]["breaks"][0]].chapter

    for name, some in groupby(sorted(rows, key=first), key=chapter):
        yield titles[name], list(some)


def of_variants(document: Mapping[str, Any]) -> str:
    """The variants, and which of them met in a conformant combination."""
    alone = [one for one in document["measured"]["trials"] if len(one["variants"]) == 1]
    mixed = [one for one in document["measured"]["trials"] if len(one["variants"]) > 1]
    names = [one["variants"][0] for one in alone]
    pairs = [(name, [_met(name, other, mixed) for other in names]) for name in names] if mixed else []
    return PAGES.get_template("variants.html").render(
        document=document, version=__version__, alone=alone, mixed=mixed, names=names, pairs=pairs
    )


def _met(one: str, other: str, mixed: Sequence[Mapping[str, Any]]) -> Cell:
    if one == other:
        return Cell("", "self")
    meetings = [number for number, row in enumerate(mixed, 1) if one in row["variants"] and other in row["variants"]]
    if not meetings:
        return Cell("/", "apart", f"{one} and {other} are about the same choice")
    loud = [number for number in meetings if mixed[number - 1]["alarms"] or mixed[number - 1]["error"]]
    title = f"{one} and {other}: combinations {', '.join(map(str, loud or meetings))}"
    return Cell("✗", "alarm", title) if loud else Cell("✓", "well", title)
