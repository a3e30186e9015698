"""The role matrix, to be looked at: as a page, as tables for a terminal, and as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from rich.table import Table
from rich.text import Text

from conformance import __version__
from conformance.catalogue.records import Catalogue
from conformance.pages import PAGES
from conformance.roles.records import CHATS, Action, Answer, Cell, Matrix, Role, type_of_chat

OWN_CHAPTER = "rights"
"""The cells of its clauses are tried one by one; all others are references."""

_SIGNS = {Answer.MAY: "✓", Answer.MAY_NOT: "✗", Answer.OBSERVED: "○", Answer.UNGRADED: "·"}
_KINDS = {Answer.MAY: "may", Answer.MAY_NOT: "not", Answer.OBSERVED: "observed", Answer.UNGRADED: "ungraded"}
_STYLES = {Answer.MAY: "green", Answer.MAY_NOT: "red", Answer.OBSERVED: "yellow", Answer.UNGRADED: "dim"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell as it is shown: its sign, which is read without seeing its colour, and what to say of it."""

    sign: str
    kind: str
    told: str
    clause: str
    note: str
    differs: bool


# --- the page -----------------------------------------------------------------------------------------------------


def page_of(matrix: Matrix, catalogue: Catalogue) -> str:
    """The page: self-contained and without a script."""
    cited = {cell.clause for cell in matrix.cells.values()}
    return PAGES.get_template("roles.html").render(
        matrix=matrix,
        counted=matrix.counted(),
        version=__version__,
        edition=catalogue.edition,
        chats=[(chat, list(_groups(matrix, catalogue, chat))) for chat in CHATS],
        clauses=[one for one in catalogue.requirements.values() if one.id in cited],
    )


def _groups(matrix: Matrix, catalogue: Catalogue, chat: type_of_chat) -> Iterator[tuple[str, list[Any]]]:
    for group, actions in groupby(matrix.actions, key=lambda action: action.group):
        yield group, [(action, _row(matrix, catalogue, action, chat)) for action in actions]


def _row(matrix: Matrix, catalogue: Catalogue, action: Action, chat: type_of_chat) -> list[Shown]:
    return [_shown(matrix, catalogue, matrix.cells[role.name, action.name, chat]) for role in matrix.roles]


def _shown(matrix: Matrix, catalogue: Catalogue, cell: Cell) -> Shown:
    own = bool(cell.clause) and catalogue.requirements[cell.clause].chapter == OWN_CHAPTER
    public = matrix.cells[cell.role.name, cell.action.name, "public"]
    return Shown(
        sign=_SIGNS[cell.answer],
        kind=f"{_KINDS[cell.answer]} own" if own else _KINDS[cell.answer],
        told=_told(matrix, catalogue, cell),
        clause=cell.clause,
        note=str(_number(matrix, cell)) if cell.reason else "",
        differs=(cell.answer, cell.clause, cell.reason) != (public.answer, public.clause, public.reason),
    )


def _number(matrix: Matrix, cell: Cell) -> int:
    return list(matrix.reasons).index(cell.reason) + 1


def _told(matrix: Matrix, catalogue: Catalogue, cell: Cell) -> str:
    why = matrix.reasons[cell.reason] if cell.reason else catalogue.requirements[cell.clause].text
    return f"{cell.role.title} {cell.answer} {cell.action.title}. {why}" if cell.graded else why


# --- the terminal -------------------------------------------------------------------------------------------------


def tables_of(matrix: Matrix) -> Iterator[Table]:
    """One table a kind of chat: actions by roles, with a sign each."""
    for chat in CHATS:
        table = Table(title=f"In a {chat} chat, who may …", title_justify="left")
        table.add_column("action", no_wrap=True)
        for role in matrix.roles:
            table.add_column(role.name, justify="center", overflow="fold")
        for action in matrix.actions:
            cells = [matrix.cells[role.name, action.name, chat] for role in matrix.roles]
            table.add_row(action.name, *(Text(_SIGNS[cell.answer], _STYLES[cell.answer]) for cell in cells))
        yield table


def table_of_role(matrix: Matrix, role: Role) -> Table:
    """What one role may: each action with its clauses, or the reasons why nothing is expected."""
    table = Table(title=f"{role.title}: {role.text}", title_justify="left")
    for column in ("action", *CHATS):
        table.add_column(column, overflow="fold")
    for action in matrix.actions:
        cells = [matrix.cells[role.name, action.name, chat] for chat in CHATS]
        table.add_row(action.name, *(_line(matrix, cell) for cell in cells))
    return table


def _line(matrix: Matrix, cell: Cell) -> Text:
    said = f"{cell.answer}: {cell.clause}" if cell.clause else matrix.reasons[cell.reason]
    return Text(f"{_SIGNS[cell.answer]} {said}", _STYLES[cell.answer])


# --- JSON ---------------------------------------------------------------------------------------------------------


def document_of(matrix: Matrix, catalogue: Catalogue) -> dict[str, Any]:
    """The matrix as a value for JSON: every cell with its answer, and the clause or the reason in words."""
    return {
        "edition": catalogue.edition,
        "counts": {answer.value: number for answer, number in matrix.counted().items()},
        "roles": {role.name: {"title": role.title, "text": role.text} for role in matrix.roles},
        "actions": {action.name: {"title": action.title, "group": action.group} for action in matrix.actions},
        "cells": [_cell_document(matrix, catalogue, cell) for cell in matrix.cells.values()],
    }


def _cell_document(matrix: Matrix, catalogue: Catalogue, cell: Cell) -> dict[str, Any]:
    place = {"role": cell.role.name, "action": cell.action.name, "chat": cell.chat, "answer": cell.answer.value}
    if not cell.clause:
        return {**place, "reason": matrix.reasons[cell.reason]}
    own = catalogue.requirements[cell.clause].chapter == OWN_CHAPTER
    return {**place, "clause": cell.clause, "tried": own}
