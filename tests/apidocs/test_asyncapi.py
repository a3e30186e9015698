"""schemas/asyncapi.json: no more and no less than the events that the dialect names and the reference server knows.

Whether it is valid, the AsyncAPI initiative's parser says: asyncapi/check.py. Whether what is heard is what it
describes: tests/reference/test_described_events.py.
"""

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from conformance import dialect, reference, schemas
from conformance.catalogue import loader
from conformance.reference.realtime import REQUESTS

from . import documents

DIALECT, _ = dialect.build()
DOCUMENT = documents.read("asyncapi")
RECEIVERS = {
    "key_shared": "session",
    "kicked": "target",
    "hard_muted": "everybody",
}
"""Who hears what; every other event goes to the chat."""


def operations(action: str) -> dict[str, dict[str, Any]]:
    return {name: each for name, each in DOCUMENT["operations"].items() if each["action"] == action}


def message(named: Mapping[str, Any]) -> dict[str, Any]:
    """The message that an operation refers to, by way of the channel."""
    name = str(named["$ref"]).removeprefix("#/channels/namespace/messages/")
    assert DOCUMENT["channels"]["namespace"]["messages"][name] == {"$ref": f"#/components/messages/{name}"}
    found: dict[str, Any] = DOCUMENT["components"]["messages"][name]
    return found


def only_message(operation: Mapping[str, Any]) -> dict[str, Any]:
    (named,) = operation["messages"]
    return message(named)


def events_in_the_server() -> set[str]:
    """Every text in the reference server that has the form of an event's name, but for those who lie or differ."""
    folder = Path(str(reference.__file__)).parent
    trees = [ast.parse(path.read_text("utf-8")) for path in folder.glob("*.py")]
    texts = [node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return {
        text for text in texts if isinstance(text, str) and re.fullmatch(r"(room|portal|message|user):[a-z_]+", text)
    }


def test_what_the_server_receives_is_what_the_dialect_emits() -> None:
    described = {name: only_message(each)["name"] for name, each in operations("receive").items()}
    assert described == {name: emit.event for name, emit in DIALECT.emit.items()}
    assert set(described.values()) == REQUESTS.keys()


def test_what_the_server_sends_is_what_the_dialect_hears() -> None:
    described = {name: only_message(each)["name"] for name, each in operations("send").items()}
    assert described == {name: event.name for name, event in DIALECT.event.items()}
    assert set(described.values()) == events_in_the_server() - REQUESTS.keys()


@pytest.mark.parametrize("name", sorted(DOCUMENT["operations"]))
def test_an_event_has_the_schema_of_its_name(name: str) -> None:
    described = only_message(DOCUMENT["operations"][name])
    assert documents.name_of(described["payload"]) == re.sub(r"[:_]", "-", described["name"])
    for example in described["examples"]:
        assert schemas.faults(documents.name_of(described["payload"]), example["payload"]) == ()


@pytest.mark.parametrize("name", sorted(DIALECT.event))
def test_what_the_dialect_reads_of_an_event_is_in_its_schema(name: str) -> None:
    schema = documents.name_of(only_message(DOCUMENT["operations"][name])["payload"])
    assert documents.first_steps(DIALECT.event[name].fields) <= documents.properties(schema)


@pytest.mark.parametrize("name", sorted(DIALECT.emit))
def test_what_the_dialect_emits_and_reads_back_is_in_the_schemas(name: str) -> None:
    operation = DOCUMENT["operations"][name]
    assert documents.properties(documents.name_of(only_message(operation)["payload"])) == set(
        DIALECT.emit[name].payload
    )
    reply = documents.name_of(only_message(operation["reply"])["payload"])
    assert documents.first_steps(DIALECT.emit[name].ack) <= documents.properties(reply)


@pytest.mark.parametrize("name", sorted(operations("send")))
def test_who_hears_an_event(name: str) -> None:
    assert DOCUMENT["operations"][name]["x-receivers"] == RECEIVERS.get(name, "chat")


def test_the_handshake_is_that_of_the_dialect() -> None:
    (server,) = DOCUMENT["servers"].values()
    cookie = DOCUMENT["components"]["securitySchemes"]["session"]
    assert (server["pathname"], server["protocolVersion"]) == (DIALECT.socket_path, "5")
    assert DOCUMENT["channels"]["namespace"]["address"] == DIALECT.namespace
    assert (cookie["type"], cookie["in"], cookie["name"]) == ("httpApiKey", "cookie", DIALECT.cookie)


def test_the_version_is_the_edition_of_the_catalogue() -> None:
    assert DOCUMENT["info"]["version"] == loader.load().edition
