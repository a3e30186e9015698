"""From the TOML file to the role matrix; every fault of the file is reported at once."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any

from conformance import schemas
from conformance.catalogue import loader as catalogue
from conformance.catalogue.records import Catalogue
from conformance.errors import CatalogueFault
from conformance.roles.names import chosen, known
from conformance.roles.records import CHATS, Action, Answer, Cell, Matrix, Role, type_of_chat

FILE = "roles.toml"

_ANSWERS = {"may": Answer.MAY, "may_not": Answer.MAY_NOT, "observed": Answer.OBSERVED, "ungraded": Answer.UNGRADED}
_Document = Mapping[str, Any]
_Where = tuple[str, str, type_of_chat]


def load(path: Path | None = None) -> Matrix:
    """Return the role matrix in ``path``, or the packaged one, which is read once.

    Raises `CatalogueFault`, with every fault of the file, where a name is unknown or a cell missing or filled twice.
    """
    return _packaged() if path is None else _load(path)


@cache
def _packaged() -> Matrix:
    return _load(Path(__file__).with_name(FILE))


def _load(path: Path) -> Matrix:
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise CatalogueFault(f"{path.name}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueFault(f"{path.name}: is not valid TOML ({error})") from None
    # Names are looked for in what has the right shape, cells where every name is known.
    for look in (_misshapen, _misnamed, _misfilled):
        if found := list(look(document)):
            raise CatalogueFault("\n".join(f"{path.name}: {fault}" for fault in found))
    return _matrix(document)


# --- checking -----------------------------------------------------------------------------------------------


def _misshapen(document: _Document) -> Iterator[str]:
    yield from schemas.faults("roles", document)


def _misnamed(document: _Document) -> Iterator[str]:
    clauses = catalogue.load()
    for index, rule in enumerate(document["rule"]):
        where = f"rule[{index}]"
        yield from (f"{where}.roles{fault}" for fault in known(rule["roles"], document["role"], "role"))
        yield from (f"{where}.actions{fault}" for fault in known(rule["actions"], document["action"], "action"))
        yield from (f"{where}{fault}" for fault in _answered(rule, clauses, document["reason"]))
    cited = {rule.get("ungraded") for rule in document["rule"]}
    yield from (f"reason.{name}: no rule gives it" for name in document["reason"] if name not in cited)


def _answered(rule: _Document, clauses: Catalogue, reasons: _Document) -> Iterator[str]:
    given = [name for name in _ANSWERS if name in rule]
    if len(given) != 1:
        yield f": expected one of {', '.join(_ANSWERS)}, got {', '.join(given) or 'none'}"
    for name in given:
        kind, there = ("reason", reasons) if name == "ungraded" else ("requirement", clauses.requirements)
        yield from (f".{name}{fault}" for fault in known([rule[name]], there, kind))


def _misfilled(document: _Document) -> Iterator[str]:
    first: dict[_Where, int] = {}
    for index, where in _fillings(document):
        if (before := first.setdefault(where, index)) != index:
            yield f"rule[{index}]: {_shown(where)} is filled by rule[{before}] already"
    for where in product(document["role"], document["action"], CHATS):
        if where not in first:
            yield f"rule: no rule fills {_shown(where)}"


def _fillings(document: _Document) -> Iterator[tuple[int, _Where]]:
    for index, rule in enumerate(document["rule"]):
        roles, actions = chosen(rule["roles"], document["role"]), chosen(rule["actions"], document["action"])
        yield from ((index, where) for where in product(roles, actions, rule.get("chats", CHATS)))


def _shown(where: _Where) -> str:
    role, action, chat = where
    return f"{role} / {action} / {chat}"


# --- building -----------------------------------------------------------------------------------------------


def _matrix(document: _Document) -> Matrix:
    roles = {name: Role(name, one["title"], one["text"]) for name, one in document["role"].items()}
    actions = {name: Action(name, one["title"], one["group"]) for name, one in document["action"].items()}
    rules: Sequence[_Document] = document["rule"]
    filled = {where: rules[index] for index, where in _fillings(document)}
    cells = {
        where: _cell(roles[where[0]], actions[where[1]], where[2], filled[where])
        for where in product(roles, actions, CHATS)
    }
    return Matrix(
        tuple(roles.values()),
        tuple(actions.values()),
        MappingProxyType(dict(document["reason"])),
        MappingProxyType(cells),
    )


def _cell(role: Role, action: Action, chat: type_of_chat, rule: _Document) -> Cell:
    name = next(name for name in _ANSWERS if name in rule)
    if name == "ungraded":
        return Cell(role, action, chat, Answer.UNGRADED, reason=rule[name])
    return Cell(role, action, chat, _ANSWERS[name], clause=rule[name])
