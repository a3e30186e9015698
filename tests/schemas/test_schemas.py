"""The schemas themselves: sound, resolvable offline, and drawing the line where the contract draws it.

What each accepts and rejects is in `tables`, one file a schema; a new schema needs one.
"""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conformance import schemas

TABLES = Path(__file__).parent / "tables"
BUNDLE = '{"v": 2, "epoch": 3, "ct": "AAAA"}'


def table(name: str) -> dict[str, list[dict[str, Any]]]:
    path = TABLES / f"{name}.json"
    text = path.read_text("utf-8") if path.exists() else '{"accept": [], "reject": []}'
    entries: dict[str, list[dict[str, Any]]] = json.loads(text)
    return entries


def cases(kind: str) -> list[Any]:
    return [
        pytest.param(name, case.get("def"), case["instance"], id=f"{name}: {case.get('def', '')} {case['title']}")
        for name in schemas.names()
        for case in table(name)[kind]
    ]


def subschemas(node: object) -> list[dict[str, Any]]:
    """Every object of a schema that could be a schema itself, ``node`` included."""
    if isinstance(node, list):
        return [found for part in node for found in subschemas(part)]
    if not isinstance(node, dict):
        return []
    parts = [part for key, part in node.items() if key not in ("examples", "const", "enum", "default")]
    return [node, *subschemas(parts)]


# --- soundness ----------------------------------------------------------------------------------------------


def test_each_file_is_a_schema_or_an_api_description() -> None:
    described = [
        path.stem
        for path in schemas.folder().glob("*.json")
        if {"openapi", "asyncapi"} & json.loads(path.read_text("utf-8")).keys()
    ]
    assert sorted([*schemas.names(), *described]) == sorted(path.stem for path in schemas.folder().glob("*.json"))


@pytest.mark.parametrize("name", schemas.names())
def test_a_schema_is_valid_under_its_metaschema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schemas.load(name))


@pytest.mark.parametrize("name", schemas.names())
def test_a_schema_says_what_it_is(name: str) -> None:
    document = schemas.load(name)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["$id"] == f"https://portal-conformance.example/schemas/{name}.json"
    assert document["title"].strip()
    assert document["description"].strip()
    assert document["examples"]


@pytest.mark.parametrize("name", schemas.names())
def test_the_examples_of_a_schema_are_valid(name: str) -> None:
    document = schemas.load(name)
    for example in document["examples"]:
        assert schemas.faults(name, example) == ()
    for definition, part in document.get("$defs", {}).items():
        for example in part.get("examples", []):
            assert schemas.faults(name, example, definition) == ()


@pytest.mark.parametrize("name", schemas.names())
def test_references_resolve_without_a_network(name: str) -> None:
    resolver = schemas._registry().resolver(f"{schemas.BASE}{name}.json")
    for part in subschemas(schemas.load(name)):
        if "$ref" in part:
            assert resolver.lookup(part["$ref"]).contents, part["$ref"]


def test_a_reference_to_another_schema_is_its_file_beside_this_one() -> None:
    # So whoever reads the files as files, without knowing their $id, finds it as well.
    for name in schemas.names():
        for part in subschemas(schemas.load(name)):
            path = str(part.get("$ref", "")).partition("#")[0]
            assert not path or (schemas.folder() / path).is_file(), part["$ref"]


# --- where the line is --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", schemas.names())
def test_a_schema_has_a_table(name: str) -> None:
    entries = table(name)
    assert entries.keys() == {"accept", "reject"}
    assert len(entries["accept"]) >= 3, f"tests/schemas/tables/{name}.json needs three accepted instances"
    assert len(entries["reject"]) >= 8, f"tests/schemas/tables/{name}.json needs eight rejected instances"


def test_a_table_has_a_schema() -> None:
    assert {path.stem for path in TABLES.glob("*.json")} <= set(schemas.names())


@pytest.mark.parametrize("kind", ["accept", "reject"])
def test_each_body_of_the_control_api_is_in_the_table(kind: str) -> None:
    assert {case["def"] for case in table("control")[kind]} == schemas.load("control")["$defs"].keys()


@pytest.mark.parametrize(("name", "definition", "instance"), cases("accept"))
def test_accepted(name: str, definition: str | None, instance: object) -> None:
    assert schemas.faults(name, instance, definition) == ()


@pytest.mark.parametrize(("name", "definition", "instance"), cases("reject"))
def test_rejected(name: str, definition: str | None, instance: object) -> None:
    assert schemas.faults(name, instance, definition)


@pytest.mark.parametrize(
    ("length", "faults"),
    [(4096, ()), (4097, ("content: expected at most 4096 characters, got 4097",))],
)
def test_content_is_at_most_4096_characters(length: int, faults: tuple[str, ...]) -> None:
    assert schemas.faults("send-request", {"content": BUNDLE.ljust(length)}) == faults


def test_content_is_measured_in_characters_not_bytes() -> None:
    assert schemas.faults("send-request", {"content": "\N{GRINNING FACE}" * 4096}) == ()


def test_catalogue_and_profile_name_the_same_features() -> None:
    absent = schemas.load("profile")["properties"]["features"]["properties"]["absent"]
    known = schemas.load("catalogue")["$defs"]["feature"]["enum"]
    assert sorted(absent["items"]["enum"]) == sorted(known)
