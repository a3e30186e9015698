"""A wire log as sequence diagrams: who spoke to the target, one row an entry; what is drawn, as numbers and paths.

The target's line is the last one, so that every arrow ends there, and what was said stands behind it, in one column
that nothing crosses. A long log becomes several diagrams, each with its own heads: they print, and one can still see
whose line is whose.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from conformance.redact import elide

ROWS = 30
"""Entries of one diagram."""

_ROW = 26
_HEAD = 56
_LANE = 92
_FIRST = 92
_LABEL_CHARACTERS = 66
_LABEL_WIDTH = 7 * _LABEL_CHARACTERS
_NAME_LINES = 3
_NAME_CHARACTERS = 13
TARGET = "target"


@dataclass(frozen=True, slots=True)
class Lane:
    """One who speaks: where its line is, and its name in lines."""

    x: int
    lines: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One entry: its number, its height, its arrows as (kind, path), what is said, and whether it is what broke."""

    number: int
    y: int
    arrows: tuple[tuple[str, str], ...]
    label: str
    hit: bool


@dataclass(frozen=True, slots=True)
class Diagram:
    """Some entries on end; sizes in pixels. ``label_x`` is where the words begin."""

    width: int
    height: int
    lanes: tuple[Lane, ...]
    rows: tuple[Row, ...]
    label_x: int


def diagrams(entries: Sequence[Mapping[str, Any]], hits: frozenset[int] = frozenset()) -> tuple[Diagram, ...]:
    """The diagrams of a wire log, in order; ``hits`` are the indexes of the entries that broke a clause."""
    names = list(dict.fromkeys(one["actor"] for one in entries))
    places = {name: _FIRST + number * _LANE for number, name in enumerate(names)}
    target = _FIRST + len(names) * _LANE
    lanes = tuple(_lane(x, name) for name, x in [*places.items(), (TARGET, target)])
    return tuple(
        _diagram(entries[start : start + ROWS], places, target, lanes, hits) for start in range(0, len(entries), ROWS)
    )


def _diagram(
    entries: Sequence[Mapping[str, Any]],
    places: Mapping[str, int],
    target: int,
    lanes: tuple[Lane, ...],
    hits: frozenset[int],
) -> Diagram:
    rows = tuple(
        Row(one["index"], y, tuple(_arrows(one, places[one["actor"]], target, y)), label(one), one["index"] in hits)
        for one, y in zip(entries, range(_HEAD + _ROW // 2, 1_000_000, _ROW), strict=False)
    )
    label_x = target + 16
    return Diagram(label_x + _LABEL_WIDTH, _HEAD + _ROW * len(rows) + 4, lanes, rows, label_x)


def _lane(x: int, name: str) -> Lane:
    lines = wrap(elide(name, 48), _NAME_CHARACTERS)[:_NAME_LINES] or ["?"]
    first = _HEAD - 10 - 13 * (len(lines) - 1)
    return Lane(x, tuple((first + 13 * number, line) for number, line in enumerate(lines)))


def _arrows(entry: Mapping[str, Any], actor: int, target: int, y: int) -> Iterator[tuple[str, str]]:
    if entry["kind"] == "event":
        yield _packet(entry["direction"], actor, target, y)
    elif entry["status"] is None:
        yield "lost", f"M{actor} {y}H{target - 10}m-4-4l8 8m0-8l-8 8"
    else:
        yield "asked", _arrow(actor, target, y - 5)
        yield "answered", _arrow(target, actor, y + 5)


def _packet(direction: str, actor: int, target: int, y: int) -> tuple[str, str]:
    match direction:
        case "sent":
            return "sent", _arrow(actor, target, y)
        case "connected":
            return "opened", f"M{actor} {y}H{target}"
        case "disconnected":
            return "lost", f"M{actor - 4} {y - 4}l8 8m0-8l-8 8"
        case _:
            return ("acknowledged" if direction == "acknowledged" else "received"), _arrow(target, actor, y)


def _arrow(start: int, end: int, y: int) -> str:
    back = -5 if end > start else 5
    return f"M{start} {y}H{end}m{back}-3l{-back} 3l{back} 3"


def label(entry: Mapping[str, Any]) -> str:
    """What an entry says, in a few words."""
    if entry["kind"] == "event":
        called = (
            entry["name"] if entry["direction"] in {"sent", "received"} else f"{entry['direction']} {entry['name']}"
        )
        return begun(f"{called} {entry['payload']}".rstrip(), _LABEL_CHARACTERS)
    answer = entry["status"] if entry["status"] is not None else entry["fault"] or "no answer"
    return begun(f"{entry['method']} {entry['path']}", _LABEL_CHARACTERS - 30) + f" → {begun(str(answer), 26)}"


def begun(text: str, most: int) -> str:
    """The beginning of ``text``, which is what tells one entry from another."""
    line = elide(text, 10 * most)
    return line if len(line) <= most else f"{line[: most - 1]}…"
