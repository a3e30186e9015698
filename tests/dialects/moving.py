"""Values of a JSON document moved from one place to another, by JSON pointers of plain members."""

import copy
from collections.abc import Callable, Iterable
from typing import Any

from .names import Moves

_NOTHING = object()


def moved(document: Any, moves: Moves) -> Any:
    """``document`` with each value where the server here has it; what is not named stays, what is not there is not."""
    found = copy.deepcopy(document)
    for default, here in moves:
        found = _move(found, default, here)
    return found


def moved_back(document: Any, moves: Moves) -> Any:
    """The same in the other direction: as the default has it."""
    return moved(document, tuple((here, default) for default, here in reversed(moves)))


def each(document: Any, pointer: str, change: Callable[[Any], Any]) -> Any:
    """``document`` with every item of the array at ``pointer`` changed."""
    items, parts = document, _parts(pointer)
    for part in parts:
        items = items.get(part) if isinstance(items, dict) else None
    if isinstance(items, list):
        items[:] = [change(one) for one in items]
    return document


def _parts(pointer: str) -> list[str]:
    return pointer.split("/")[1:]


def _move(document: Any, source: str, target: str) -> Any:
    if not source:
        return _put({}, _parts(target), document)
    if not isinstance(document, dict):
        return document
    value = _take(document, _parts(source))
    return document if value is _NOTHING else _put(document, _parts(target), value)


def _take(document: Any, parts: list[str]) -> Any:
    """The value at that place, removed from it, with whatever held nothing else."""
    if not isinstance(document, dict) or parts[0] not in document:
        return _NOTHING
    if len(parts) == 1:
        return document.pop(parts[0])
    value = _take(document[parts[0]], parts[1:])
    if value is not _NOTHING and document[parts[0]] == {}:
        del document[parts[0]]
    return value


def _put(document: dict[str, Any], parts: Iterable[str], value: Any) -> Any:
    *path, last = parts
    place = document
    for part in path:
        inside = place.setdefault(part, {})
        if not isinstance(inside, dict):
            return document
        place = inside
    place[last] = value
    return document
