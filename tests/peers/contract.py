"""The OpenAPI document as the generic baseline reads it: operations, their bodies, and what may be answered."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from jsonschema.validators import extend
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from conformance import schemas

NOT_LET_IN = frozenset({400, 413, 415, 422})
"""What is answered to a body that does not fit."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: ``body`` is the schema of its request, ``answers`` those of its answers by status."""

    name: str
    method: str
    path: str
    body: Mapping[str, Any] | None
    answers: Mapping[str, Mapping[str, Any] | None]

    def failure(self, status: int, content_type: str, content: bytes) -> str:
        """What of an answer contradicts the document, as a kind; empty where nothing does."""
        if status >= 500:
            return f"a server error from {self.name}"
        key = next((one for one in (str(status), f"{status // 100}XX") if one in self.answers), None)
        if key is None:
            # What stands before every operation, and is spoken of at none.
            return "" if status == 405 else f"a status of {self.name} that is not documented"
        schema = self.answers[key]
        if schema is None:
            return ""
        if "json" not in content_type:
            return f"{status} of {self.name} is no JSON"
        return "" if _is_as(schema, content) else f"{status} of {self.name} is not as its schema"


def _is_as(schema: Mapping[str, Any], content: bytes) -> bool:
    try:
        return fits(schema, json.loads(content))
    except ValueError:
        return False


def fits(schema: Mapping[str, Any], value: object) -> bool:
    """Whether ``value`` is as the resolved ``schema`` says, JSON texts inside included."""
    return bool(_Strict(schema, registry=_registry(), format_checker=_FORMATS).is_valid(value))


def operations(folder: Path | None = None) -> dict[str, Operation]:
    """Every operation of the document, by name."""
    where = folder or schemas.folder()
    document = json.loads((where / "openapi.json").read_text("utf-8"))
    return {
        one["operationId"]: _operation(method, path, one, document)
        for path, methods in document["paths"].items()
        for method, one in methods.items()
        if isinstance(one, dict) and "operationId" in one
    }


def _operation(method: str, path: str, one: Mapping[str, Any], document: Mapping[str, Any]) -> Operation:
    body = one["requestBody"]["content"]["application/json"]["schema"] if "requestBody" in one else None
    answers = {status: _schema_of(answer, document) for status, answer in one["responses"].items()}
    return Operation(one["operationId"], method.upper(), path, body and resolved(body), answers)


def _schema_of(answer: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if "$ref" in answer:
        answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    content = answer.get("content", {}).get("application/json")
    return None if content is None else _absolute(content["schema"])


def resolved(schema: Any, file: str = "") -> Any:
    """A request's schema with what it refers to in its place: a strategy is made of it."""
    if isinstance(schema, list):
        return [resolved(one, file) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name, _, pointer = schema["$ref"].partition("#")
        found = schemas.load((name or file).removesuffix(".json"))
        for step in filter(None, pointer.split("/")):
            found = found[step]
        return resolved(found, name or file)
    return {key: resolved(one, file) for key, one in schema.items() if key not in _ASIDE}


_ASIDE = frozenset({"$schema", "$id", "$defs", "examples", "description"})


def _absolute(schema: Any) -> Any:
    """A schema whose references are found wherever it stands."""
    if isinstance(schema, list):
        return [_absolute(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: schemas.BASE + one if key == "$ref" else _absolute(one) for key, one in schema.items()}


@cache
def _registry() -> Registry[Any]:
    empty: Registry[Any] = Registry()
    every = {name: schemas.load(name) for name in schemas.names()}
    return empty.with_resources(
        (f"{schemas.BASE}{name}.json", Resource.from_contents(one, default_specification=DRAFT202012))
        for name, one in every.items()
    )


def _content_schema(validator: Any, inner: Any, value: object, _: object) -> Iterator[jsonschema.ValidationError]:
    if not isinstance(value, str):
        return
    try:
        read = json.loads(value, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        yield jsonschema.ValidationError("is no JSON text")
        return
    yield from validator.descend(read, inner)


def _no_constant(word: str) -> None:
    raise ValueError(word)


_Strict: Any = extend(jsonschema.Draft202012Validator, {"contentSchema": _content_schema})  # type: ignore[no-untyped-call]
_FORMATS = jsonschema.FormatChecker(formats=("uuid",))
