"""The two descriptions and the schemas together: each schema is used, and no reference goes anywhere else."""

from collections.abc import Iterator
from typing import Any

from conformance import schemas

from . import documents

# Not of the contract: what the suite itself reads and writes, and how it is lent its actors.
# `history-fields` is what one requirement asks of an entry, without what the others do.
OF_THE_SUITE = {
    "catalogue",
    "certificate",
    "control",
    "fleet",
    "history-fields",
    "known-failures",
    "load",
    "profile",
    "results",
    "roles",
}


def references(node: Any) -> Iterator[str]:
    """The files that a document refers to, as schemas are called; ``examples`` hold instances, not references."""
    if isinstance(node, list):
        for part in node:
            yield from references(part)
    elif isinstance(node, dict):
        path = node["$ref"].partition("#")[0] if isinstance(node.get("$ref"), str) else ""
        if path:
            yield path.removesuffix(".json")
        for key, part in node.items():
            if key != "examples":
                yield from references(part)


def reached() -> set[str]:
    """Every schema that the descriptions refer to, by way of others too."""
    found: set[str] = set()
    ahead = [*references(documents.read("openapi")), *references(documents.read("asyncapi"))]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += references(schemas.load(name))
    return found


def test_each_schema_is_of_the_contract_or_of_the_suite() -> None:
    assert reached() | OF_THE_SUITE == set(schemas.names())
    assert not reached() & OF_THE_SUITE
