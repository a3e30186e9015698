"""The suite's JSON Schemas: where they are, and what they say of an instance, as sentences with paths."""

import difflib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from jsonschema.validators import extend
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from conformance.errors import SuiteFault

BASE = "https://portal-conformance.example/schemas/"
"""What every schema's ``$id`` starts with. It is a name: nothing is ever fetched from it."""

HIDDEN = "x-secret"
"""The annotation by which a schema says that a value is never to be shown."""

_WIDTH = 60
_Path = tuple[str | int, ...]
_Fault = tuple[_Path, str]
# A jsonschema.ValidationError. Its stubs let any field be "unset", which no error of a validator is.
_Error = Any

# Documents of these kinds live in the same folder and are no schemas.
_OTHER_DOCUMENTS = frozenset({"openapi", "asyncapi"})


def folder() -> Path:
    """Find where the schemas are: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).parent
    shipped = package / "_schemas"
    return shipped if shipped.is_dir() else package.parent / "schemas"


@cache
def names() -> tuple[str, ...]:
    """Return the names of all schemas, sorted."""
    return tuple(sorted(_documents()))


def load(name: str) -> dict[str, Any]:
    """Return the schema called ``name`` (``envelope``, say), as a copy of the caller's own."""
    _known(name)
    return _read(folder() / f"{name}.json")


@cache
def validator(name: str, definition: str | None = None) -> jsonschema.Draft202012Validator:
    """Return the validator of a schema, or of one of its ``$defs``; it never fetches anything."""
    document = _known(name)
    if definition is not None and definition not in document.get("$defs", {}):
        raise SuiteFault(f"the schema {name!r} has no definition {definition!r}")
    target = f"{BASE}{name}.json" + (f"#/$defs/{definition}" if definition else "")
    return _Draft202012({"$ref": target}, registry=_registry(), format_checker=_FORMATS)


def faults(name: str, instance: object, definition: str | None = None) -> tuple[str, ...]:
    """Say every fault of ``instance`` under a schema: sentences with paths, in the order of the paths."""
    errors = validator(name, definition).iter_errors(instance)
    found = {fault for error in errors for fault in _explained(error)}
    return tuple(_sentence(fault) for fault in sorted(found, key=_order))


# --- reading ------------------------------------------------------------------------------------------------


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


@cache
def _documents() -> dict[str, dict[str, Any]]:
    every = {path.stem: _read(path) for path in folder().glob("*.json")}
    return {name: document for name, document in every.items() if not _OTHER_DOCUMENTS & document.keys()}


def _known(name: str) -> dict[str, Any]:
    try:
        return _documents()[name]
    except KeyError:
        raise SuiteFault(f"there is no schema {name!r} (there are: {', '.join(names())})") from None


@cache
def _registry() -> Registry[Any]:
    empty: Registry[Any] = Registry()
    return empty.with_resources((f"{BASE}{name}.json", _resource(one)) for name, one in _documents().items())


def _resource(document: dict[str, Any]) -> Resource[Any]:
    # Where a schema names its draft, the library leaves the validator below for its own one of that draft.
    return DRAFT202012.create_resource({key: value for key, value in document.items() if key != "$schema"})


# --- checking: where the library and the draft differ, the draft is followed --------------------------------


def _pattern(_: object, pattern: str, instance: object, __: object) -> Iterator[jsonschema.ValidationError]:
    # In the draft's regular expressions "$" is the very end; in Python's a line break may still follow it.
    strict = re.sub(r"(?<!\\)\$$", r"\\Z", pattern)
    if isinstance(instance, str) and not re.search(strict, instance):
        yield jsonschema.ValidationError(f"does not match {pattern}")


_Draft202012: type[jsonschema.Draft202012Validator] = extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft202012Validator, {"pattern": _pattern}
)

_FORMATS = jsonschema.FormatChecker(formats=("uuid",))
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


@_FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(instance: object) -> bool:
    if not isinstance(instance, str):
        return True
    return bool(_DATE_TIME.fullmatch(instance) and datetime.fromisoformat(instance))


@_FORMATS.checks("date", raises=ValueError)
def _is_date(instance: object) -> bool:
    return not isinstance(instance, str) or date.fromisoformat(instance).isoformat() == instance


# --- saying -------------------------------------------------------------------------------------------------

_KINDS = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "array": "an array",
    "object": "an object",
    "null": "null",
}
# bool before int: in Python the one is the other.
_PYTHON_KINDS = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (list, "array"),
    (dict, "object"),
)
_FORMAT_KINDS = {"uuid": "a UUID", "date-time": "a date and time of RFC 3339", "date": "a day such as 2026-12-31"}
_PATTERN_KINDS = {
    r"\S": "a text that is not blank",
    r"^https?://[^\s/?#]+(/[^\s?#]*)?$": "a URL such as https://portal.example",
    "^[A-Za-z_][A-Za-z0-9_]*$": "the name of a variable",
}


def _explained(error: _Error) -> Iterator[_Fault]:
    path: _Path = tuple(error.absolute_path)
    if error.validator == "required":
        # The library reports each missing member by itself, without naming it but in its message.
        absent = (name for name in error.validator_value if name not in error.instance)
        yield from (((*path, name), "missing") for name in absent)
    elif error.validator == "additionalProperties":
        yield from (((*path, name), sentence) for name, sentence in _unknown(error))
    else:
        yield path, _said(error)


def _unknown(error: _Error) -> Iterator[tuple[str, str]]:
    known = error.schema.get("properties", {})
    patterns = error.schema.get("patternProperties", {})
    for name in error.instance:
        if name not in known and not any(re.search(pattern, name) for pattern in patterns):
            yield name, f"unknown member{_suggestion(name, tuple(known))}"


def _suggestion(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f" (did you mean {near[0]!r}?)"
    return f" (there are: {', '.join(sorted(known))})" if known else ""


def _said(error: _Error) -> str:
    if isinstance(error.schema, dict) and error.schema.get(HIDDEN):
        return "not of the right form (a secret, not shown)"
    say = _SENTENCES.get(error.validator)
    if say is None or (error.validator == "oneOf" and not error.context):
        return _elided(error.message, 2 * _WIDTH)
    return say(error.validator_value, error.instance)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")


def _expected(what: str, instance: object) -> str:
    return f"expected {what}, got {described(instance)}"


def _type(value: str | list[str], instance: object) -> str:
    kinds = [value] if isinstance(value, str) else value
    return _expected(" or ".join(_KINDS.get(kind, kind) for kind in kinds), instance)


def _enum(value: Sequence[object], instance: object) -> str:
    return _expected("one of " + ", ".join(shown(one) for one in value), instance)


def _pattern_said(value: str, instance: object) -> str:
    return _expected(_PATTERN_KINDS.get(value, f"a string that matches {value}"), instance)


def _no_form(value: Sequence[object], instance: object) -> str:
    return _expected(f"one of {len(value)} forms", instance)


_SENTENCES: dict[object, Callable[[Any, Any], str]] = {
    "type": _type,
    "enum": _enum,
    "const": lambda value, instance: _expected(described(value), instance),
    "pattern": _pattern_said,
    "format": lambda value, instance: _expected(_FORMAT_KINDS.get(value, f"the format {value}"), instance),
    "minimum": lambda value, instance: _expected(f"at least {value}", instance),
    "maximum": lambda value, instance: _expected(f"at most {value}", instance),
    "exclusiveMinimum": lambda value, instance: _expected(f"more than {value}", instance),
    "exclusiveMaximum": lambda value, instance: _expected(f"less than {value}", instance),
    "minLength": lambda value, text: f"expected at least {_counted(value, 'character')}, got {len(text)}",
    "maxLength": lambda value, text: f"expected at most {_counted(value, 'character')}, got {len(text)}",
    "minItems": lambda value, items: f"expected at least {_counted(value, 'item')}, got {len(items)}",
    "maxItems": lambda value, items: f"expected at most {_counted(value, 'item')}, got {len(items)}",
    "uniqueItems": lambda _, items: _expected("items that all differ", items),
    "anyOf": _no_form,
    "oneOf": _no_form,
}


def described(value: object) -> str:
    """Show ``value`` with its kind, on one line: ``the integer 5``, ``the string "…"``, ``null``."""
    if value is None:
        return "null"
    kind = next((name for python, name in _PYTHON_KINDS if isinstance(value, python)), type(value).__name__)
    return f"the {kind} {shown(value)}"


def shown(value: object) -> str:
    """Show ``value`` as JSON on one line, elided, with nothing in it that a terminal would obey."""
    return _elided(json.dumps(value, ensure_ascii=False, default=str), _WIDTH)


def _elided(text: str, limit: int) -> str:
    # Cut before looking at each character: a megabyte is shown as quickly as a line.
    clean = "".join(_visible(character) for character in text[: limit + 1])
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def _visible(character: str) -> str:
    return character if character.isprintable() else f"\\u{ord(character):04x}"


def _order(fault: _Fault) -> tuple[list[tuple[int, int, str]], str]:
    path, sentence = fault
    return [(0, step, "") if isinstance(step, int) else (1, 0, step) for step in path], sentence


def _sentence(fault: _Fault) -> str:
    path, sentence = fault
    where = "".join(_step(step) for step in path).removeprefix(".")
    return f"{where}: {sentence}" if where else sentence


def _step(step: str | int) -> str:
    if isinstance(step, str) and re.fullmatch(r"[\w-]+", step, re.ASCII):
        return "." + _elided(step, _WIDTH)
    return f"[{shown(step)}]"
