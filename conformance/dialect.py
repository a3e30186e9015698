"""The dialect: the names by which a target is spoken to, as data.

The default is `dialect.toml`; a profile overrides any value of it, key by key, and nothing that is not in it.
"""

import difflib
import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote

import jsonpointer

MISSING = object()
"""What `read` gives where the pointer leads nowhere; JSON has no such value."""

# Tables whose members a profile may extend, or leave out by false: another server's payload or body may have others.
_OPEN = frozenset({"body", "payload"})
_POINTERS = frozenset({"answer", "ack", "fields"})
_TRANSPORTS = frozenset({"polling", "websocket"})
_IN_PATHS = frozenset({"chat_id", "user_id", "code"})
_NAME = re.compile(r"\{(\w+)\}")
# What could never be sent, by the setting, or by the setting of one table.
_FORMS = {
    "method": (re.compile(r"[A-Z]+"), "a method such as POST"),
    "path": (re.compile(r"/[^\s?#]*"), "a path that begins with /"),
    "namespace": (re.compile(r"/[^\s,?]*"), "a namespace that begins with /"),
    "event": (re.compile(r".+"), "the name of an event"),
    "name": (re.compile(r".+"), "the name of an event"),
    "cookie.name": (re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"), "the name of a cookie"),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One REST call: its method, path template, body template and pointers into the answer."""

    method: str
    path: str
    body: Mapping[str, Any] | None
    answer: Mapping[str, str]

    def path_for(self, **values: object) -> str:
        """The path with each value percent-encoded."""
        return self.path.format(**{name: quote(str(value), safe="") for name, value in values.items()})


@dataclass(frozen=True, slots=True)
class Emit:
    """One event from client to server: its name, payload template and pointers into the acknowledgement."""

    event: str
    payload: Mapping[str, Any]
    ack: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """One event from server to client: its name and pointers into its payload."""

    name: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dialect:
    """Every name and field of a target."""

    cookie: str
    key_header: str
    socket_path: str
    namespace: str
    transports: tuple[str, ...]
    rest: Mapping[str, Call]
    emit: Mapping[str, Emit]
    event: Mapping[str, Heard]
    record: Mapping[str, Mapping[str, str]]
    codes: Mapping[str, str]

    def called(self, what: str) -> str:
        """The name that the target has for one of its events, or of its clients'."""
        return self.event[what].name if what in self.event else self.emit[what].event


def read(document: object, pointer: str) -> Any:
    """The value at ``pointer`` in ``document``; `MISSING` where there is none."""
    try:
        compiled = _compiled(pointer)
        if type(document) is dict and len(compiled.parts) == 1:
            # Nearly all are a member of an object, which costs the library twenty times as much.
            return document.get(compiled.parts[0], MISSING)
        return compiled.resolve(document)
    except (jsonpointer.JsonPointerException, TypeError):
        return MISSING


@cache
def _compiled(pointer: str) -> jsonpointer.JsonPointer:
    # A dialect has some dozens of pointers, and each event and history entry is read by several.
    return jsonpointer.JsonPointer(pointer)


def fill(template: Any, values: Mapping[str, object]) -> Any:
    """``template`` with each "{name}" replaced; members whose whole value is an unknown name are left out."""
    if isinstance(template, Mapping):
        filled = {key: fill(part, values) for key, part in template.items()}
        return {key: part for key, part in filled.items() if part is not MISSING}
    if isinstance(template, list):
        return [part for one in template if (part := fill(one, values)) is not MISSING]
    if isinstance(template, str):
        if whole := _NAME.fullmatch(template):
            return values.get(whole[1], MISSING)
        return _NAME.sub(lambda name: str(values.get(name[1], name[0])), template)
    return template


@cache
def _defaults() -> dict[str, Any]:
    return tomllib.loads(resources.files("conformance").joinpath("dialect.toml").read_text("utf-8"))


def build(overrides: Mapping[str, Any] | None = None) -> tuple[Dialect, tuple[str, ...]]:
    """The default dialect with ``overrides``, and every fault found in them as a sentence with its path."""
    faults: list[str] = []
    tables = _merge(_defaults(), overrides or {}, "dialect", faults)
    dialect = Dialect(
        cookie=tables["cookie"]["name"],
        key_header=tables["login"]["key_header"],
        socket_path=tables["socket"]["path"],
        namespace=tables["socket"]["namespace"],
        transports=tuple(tables["socket"]["transports"]),
        rest={
            name: Call(one["method"], one["path"], one.get("body"), one.get("answer", {}))
            for name, one in tables["rest"].items()
        },
        emit={name: Emit(one["event"], one["payload"], one["ack"]) for name, one in tables["emit"].items()},
        event={name: Heard(one["name"], one["fields"]) for name, one in tables["event"].items()},
        record=tables["record"],
        codes=tables["codes"],
    )
    return dialect, tuple(faults)


def _merge(default: Mapping[str, Any], override: Mapping[str, Any], path: str, faults: list[str]) -> dict[str, Any]:
    merged = dict(default)
    is_open = path.rpartition(".")[2] in _OPEN
    for key, value in override.items():
        here = f"{path}.{key}"
        if is_open and key in default and value is False:
            del merged[key]
        elif key not in default and not is_open:
            faults.append(f"{here}: no such setting{_suggestion(key, default)}")
        elif isinstance(default.get(key), Mapping) and isinstance(value, Mapping):
            merged[key] = _merge(default[key], value, here, faults)
        elif key in default and not isinstance(value, type(default[key])):
            faults.append(f"{here}: expected {_kind(default[key])}, got {_kind(value)}")
        elif wrong := _wrong(path.rpartition(".")[2], key, value):
            faults.append(f"{here}: {wrong}")
        else:
            merged[key] = value
    return merged


def _wrong(table: str, key: str, value: Any) -> str:
    """What is wrong with a value of the right type; empty where nothing is."""
    if table in _OPEN:
        # What else a target wants to be told is its own affair.
        return ""
    if (table in _POINTERS or table in _defaults()["record"]) and value and not value.startswith("/"):
        return f"expected a JSON pointer such as /{key}, got {value!r}"
    form = _FORMS.get(f"{table}.{key}") or _FORMS.get(key)
    if form is not None and not form[0].fullmatch(value):
        return f"expected {form[1]}, got {value!r}"
    if key == "path" and (unknown := _unknown_names(value)):
        return f"expected a path with no name but {{chat_id}}, {{user_id}} and {{code}}, got {unknown}"
    if key == "transports" and (not value or not _TRANSPORTS.issuperset(map(str, value))):
        return f"expected some of {', '.join(sorted(_TRANSPORTS))}, got {value!r}"
    return ""


def _unknown_names(path: str) -> str:
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(path) if name is not None}
    except ValueError as error:
        return str(error)
    return ", ".join(f"{{{name}}}" for name in sorted(names - _IN_PATHS))


def _suggestion(key: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f" (did you mean {near[0]!r}?)" if near else f" (there are: {', '.join(sorted(known))})"


def _kind(value: object) -> str:
    kinds = {
        str: "a string",
        dict: "a table",
        list: "an array",
        bool: "a boolean",
        int: "an integer",
        float: "a number",
    }
    return kinds.get(type(value), "a date or a time")
