"""The two API descriptions as they are shipped, and what they say."""

import json
from collections.abc import Mapping
from typing import Any

from conformance import schemas

Document = dict[str, Any]


def read(name: str) -> Document:
    document: Document = json.loads((schemas.folder() / f"{name}.json").read_text("utf-8"))
    return document


def operations() -> dict[str, tuple[str, str, Document]]:
    """Of each REST operation, by its id: method, path and description."""
    return {
        str(described["operationId"]): (method.upper(), path, described)
        for path, item in read("openapi")["paths"].items()
        for method, described in item.items()
        if method != "parameters"
    }


def name_of(reference: Mapping[str, Any]) -> str:
    """The schema that a reference to a whole one names: ``error`` for ``error.json``."""
    return str(reference["$ref"]).removesuffix(".json")


def properties(name: str) -> set[str]:
    """The members that a schema speaks of, those of its branches and of what it refers to as well."""
    return _members(schemas.load(name))


def _members(part: Mapping[str, Any]) -> set[str]:
    found = set(part.get("properties", {}))
    if ".json" in part.get("$ref", ""):
        found |= properties(name_of(part))
    for branch in (part.get("then"), part.get("else")):
        found |= _members(branch) if isinstance(branch, Mapping) else set()
    return found


def first_steps(pointers: Mapping[str, str]) -> set[str]:
    """The members at which JSON pointers begin; one to the whole has none."""
    return {pointer.split("/")[1] for pointer in pointers.values() if pointer}
