"""What the loader finds, and the sentences in which it says what is wrong: each compared whole."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conformance import schemas
from conformance.errors import SuiteFault

Judge = Callable[[dict[str, Any], object], tuple[str, ...]]

ID = "https://portal-conformance.example/schemas/made-up.json"
DRAFT = {"$schema": "https://json-schema.org/draft/2020-12/schema"}


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Judge]:
    """Let a test write the only schema there is, called ``made-up``, and have it judge an instance."""
    monkeypatch.setattr(schemas, "folder", lambda: tmp_path)
    forget()

    def judge(schema: dict[str, Any], instance: object) -> tuple[str, ...]:
        (tmp_path / "made-up.json").write_text(json.dumps({"$id": ID, **DRAFT, **schema}), "utf-8")
        forget()
        return schemas.faults("made-up", instance)

    yield judge
    monkeypatch.undo()
    forget()


def forget() -> None:
    for cached in (schemas.names, schemas.validator, schemas._documents, schemas._registry):
        cached.cache_clear()


# --- finding ------------------------------------------------------------------------------------------------


def test_schemas_are_in_the_package_or_at_the_root_of_its_checkout() -> None:
    package = Path(schemas.__file__).parent
    inside = package / "_schemas"
    assert schemas.folder() == (inside if inside.is_dir() else package.parent / "schemas")


def test_a_wheel_has_its_schemas_in_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "conformance" / "_schemas").mkdir(parents=True)
    (tmp_path / "schemas").mkdir()
    monkeypatch.setattr(schemas, "__file__", str(tmp_path / "conformance" / "schemas.py"))
    assert schemas.folder() == tmp_path / "conformance" / "_schemas"


def test_names_are_sorted_and_know_the_bodies_of_the_contract() -> None:
    assert list(schemas.names()) == sorted(schemas.names())
    assert {"envelope", "send-request", "send-response", "error", "error-muted"} < set(schemas.names())
    assert {"message-new", "control", "catalogue"} < set(schemas.names())


def test_descriptions_of_apis_are_no_schemas(made_up: Judge, tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_text('{"openapi": "3.1.0"}', "utf-8")
    (tmp_path / "asyncapi.json").write_text('{"asyncapi": "3.0.0"}', "utf-8")
    made_up({}, None)
    assert schemas.names() == ("made-up",)


def test_a_loaded_schema_is_the_callers_own() -> None:
    schemas.load("envelope").clear()
    assert schemas.load("envelope")["title"] == "CiphertextV2 bundle"


def test_a_validator_is_made_once() -> None:
    assert schemas.validator("envelope") is schemas.validator("envelope")
    assert schemas.validator("control", "user") is not schemas.validator("control", "chat")


def test_a_validator_judges_by_itself() -> None:
    assert schemas.validator("control", "limit").is_valid({"messages": 1, "window_s": 1})
    with pytest.raises(jsonschema.ValidationError):
        schemas.validator("control", "limit").validate({})


def test_an_unknown_schema_is_a_fault_of_the_suite(made_up: Judge) -> None:
    made_up({}, None)
    for ask in (schemas.load, schemas.validator, lambda name: schemas.faults(name, {})):
        with pytest.raises(SuiteFault) as caught:
            ask("envelop")
        assert str(caught.value) == "there is no schema 'envelop' (there are: made-up)"


def test_an_unknown_definition_is_a_fault_of_the_suite() -> None:
    with pytest.raises(SuiteFault) as caught:
        schemas.validator("control", "userz")
    assert str(caught.value) == "the schema 'control' has no definition 'userz'"


# --- saying -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keyword", "instance", "sentence"),
    [
        ({"type": "string"}, 5, "x: expected a string, got the integer 5"),
        ({"type": "integer"}, True, "x: expected an integer, got the boolean true"),
        ({"type": "integer"}, 2.5, "x: expected an integer, got the number 2.5"),
        ({"type": "object"}, [1, "a"], 'x: expected an object, got the array [1, "a"]'),
        ({"type": "array"}, {"a": None}, 'x: expected an array, got the object {"a": null}'),
        ({"type": "number"}, None, "x: expected a number, got null"),
        ({"type": "boolean"}, "yes", 'x: expected a boolean, got the string "yes"'),
        ({"type": ["string", "null"]}, 5, "x: expected a string or null, got the integer 5"),
        ({"enum": ["core", "full"]}, "both", 'x: expected one of "core", "full", got the string "both"'),
        ({"const": 2}, "2", 'x: expected the integer 2, got the string "2"'),
        ({"pattern": "^[0-9]+$"}, "1a", 'x: expected a string that matches ^[0-9]+$, got the string "1a"'),
        ({"pattern": "^[0-9]+$"}, "1\n", 'x: expected a string that matches ^[0-9]+$, got the string "1\\n"'),
        ({"pattern": r"\S"}, " ", 'x: expected a text that is not blank, got the string " "'),
        ({"minimum": 0}, -1, "x: expected at least 0, got the integer -1"),
        ({"maximum": 3}, 4.5, "x: expected at most 3, got the number 4.5"),
        ({"exclusiveMinimum": 0}, 0, "x: expected more than 0, got the integer 0"),
        ({"exclusiveMaximum": 9}, 9, "x: expected less than 9, got the integer 9"),
        ({"minLength": 1}, "", "x: expected at least 1 character, got 0"),
        ({"minLength": 2}, "a", "x: expected at least 2 characters, got 1"),
        ({"maxLength": 3}, "abcd", "x: expected at most 3 characters, got 4"),
        ({"minItems": 1}, [], "x: expected at least 1 item, got 0"),
        ({"maxItems": 2}, [1, 2, 3], "x: expected at most 2 items, got 3"),
        ({"uniqueItems": True}, [1, 1], "x: expected items that all differ, got the array [1, 1]"),
        ({"format": "uuid"}, "7f", 'x: expected a UUID, got the string "7f"'),
        (
            {"format": "date-time"},
            "2026-11-24",
            'x: expected a date and time of RFC 3339, got the string "2026-11-24"',
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "null"}]},
            5,
            "x: expected one of 2 forms, got the integer 5",
        ),
        (
            {"oneOf": [{"type": "string"}, {"type": "null"}]},
            5,
            "x: expected one of 2 forms, got the integer 5",
        ),
        ({"multipleOf": 2}, 5, "x: 5 is not a multiple of 2"),
        ({"pattern": "^a$", "x-secret": True}, "hunter2", "x: not of the right form (a secret, not shown)"),
    ],
)
def test_a_fault_is_a_sentence(made_up: Judge, keyword: dict[str, Any], instance: object, sentence: str) -> None:
    assert made_up({"properties": {"x": keyword}}, {"x": instance}) == (sentence,)


@pytest.mark.parametrize("instance", ["2026-11-24T02:50:00Z", "2026-11-24T02:50:00.123456+02:00", 5])
def test_a_date_and_time_of_rfc_3339_is_one(made_up: Judge, instance: object) -> None:
    assert made_up({"format": "date-time"}, instance) == ()


@pytest.mark.parametrize("instance", ["2026-13-24T02:50:00Z", "2026-11-24T02:50:00", "2026-11-24 02:50:00Z"])
def test_another_date_and_time_is_none(made_up: Judge, instance: str) -> None:
    assert len(made_up({"format": "date-time"}, instance)) == 1


def test_a_missing_member_is_named_by_its_path(made_up: Judge) -> None:
    schema = {"properties": {"target": {"required": ["url", "name", "id"]}}}
    assert made_up(schema, {"target": {"id": 1}}) == ("target.name: missing", "target.url: missing")


def test_an_unknown_member_is_named_by_its_path_with_what_was_meant(made_up: Judge) -> None:
    schema = {"additionalProperties": False, "properties": {"url": {}, "name": {}}}
    assert made_up(schema, {"ulr": 1, "url": 1, "colour": 1}) == (
        "colour: unknown member (there are: name, url)",
        "ulr: unknown member (did you mean 'url'?)",
    )
    assert made_up({"additionalProperties": False}, {"a": 1}) == ("a: unknown member",)


def test_a_fault_of_the_whole_has_no_path() -> None:
    assert schemas.faults("envelope", [2]) == ("expected an object, got the array [2]",)


def test_a_path_shows_members_and_indices(made_up: Judge) -> None:
    schema = {"additionalProperties": {"items": {"additionalProperties": {"type": "string"}}}}
    instance = {"events": [{}, {"message_new": 5, "message:new": 5, "\x1b[2J": 5}]}
    assert made_up(schema, instance) == (
        'events[1]["\\u001b[2J"]: expected a string, got the integer 5',
        'events[1]["message:new"]: expected a string, got the integer 5',
        "events[1].message_new: expected a string, got the integer 5",
    )


def test_all_faults_are_said_at_once_in_the_order_of_their_paths(made_up: Judge) -> None:
    schema = {
        "required": ["a"],
        "properties": {"z": {"type": "string"}, "m": {"items": {"minimum": 3}}},
        "allOf": [{"properties": {"b": {"const": 1}}}],
    }
    instance = {"z": 1, "b": 2, "m": [5, 2, *[5] * 7, 5, 1]}
    assert made_up(schema, instance) == (
        "a: missing",
        "b: expected the integer 1, got the integer 2",
        "m[1]: expected at least 3, got the integer 2",
        "m[10]: expected at least 3, got the integer 1",
        "z: expected a string, got the integer 1",
    )


def test_a_fault_that_two_rules_find_is_said_once(made_up: Judge) -> None:
    schema = {"type": "string", "allOf": [{"type": "string"}]}
    assert made_up(schema, 5) == ("expected a string, got the integer 5",)


def test_a_long_value_is_elided_to_a_line(made_up: Judge) -> None:
    (sentence,) = made_up({"type": "integer"}, "a\nb" * 1_000_000)
    assert sentence == 'expected an integer, got the string "' + "a\\nb" * 14 + "a\\…"


def test_a_long_message_of_the_library_is_elided_too(made_up: Judge) -> None:
    (sentence,) = made_up({"not": {}}, "x" * 1000)
    assert sentence == "'" + "x" * 118 + "…"


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f", "\x85", "\u202e", "\u2028", "\ud800"])
def test_no_control_character_is_ever_shown(made_up: Judge, character: str) -> None:
    expected = f'expected an integer, got the string "a\\u{ord(character):04x}b"'
    assert made_up({"type": "integer"}, f"a{character}b") == (expected,)


def test_letters_of_all_scripts_are_shown(made_up: Judge) -> None:
    assert made_up({"type": "integer"}, "Привет") == ('expected an integer, got the string "Привет"',)


def test_a_value_that_only_toml_knows_is_shown(made_up: Judge) -> None:
    assert made_up({"type": "string"}, date(2026, 11, 24)) == ('expected a string, got the date "2026-11-24"',)
