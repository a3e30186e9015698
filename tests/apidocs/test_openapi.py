"""schemas/openapi.json: valid, no more and no less than what the dialect names and the reference server serves.

Whether the answers are those that it describes, Schemathesis finds out: tests/schemathesis.
"""

import copy
import os
from collections.abc import Callable
from typing import Any

import pytest

from conformance import dialect, schemas
from conformance.catalogue import loader
from conformance.reference import login, rest
from conformance.reference.app import build_app
from conformance.reference.settings import Settings

from . import documents
from .documents import Document

if os.environ.get("CI"):
    import openapi_spec_validator
else:
    openapi_spec_validator = pytest.importorskip("openapi_spec_validator")

DIALECT, _ = dialect.build()
STATUSES = {
    "send": "200 400 401 403 404 413 415 422 429",
    "history": "200 401 403 404 422 429",
    "delete": "200 400 401 403 404 413 415 422 429",
    "delete_last": "200 400 401 403 404 413 415 422 429",
    "delete_mine": "200 401 403 404 422 429",
    "clear": "200 401 403 404 422 429",
    "kick": "200 400 401 403 404 413 415 422 429",
    "mute": "200 400 401 403 404 413 415 422 429",
    "unmute": "200 400 401 403 404 413 415 422 429",
    "ban": "200 400 401 403 404 413 415 422 429",
    "unban": "200 400 401 403 404 413 415 422 429",
    "hard_mute": "200 400 401 403 404 413 415 422 429",
    "register_key": "200 400 401 413 415 422 429",
    "create_chat": "200 400 401 403 413 415 422 429",
    "destroy_chat": "200 401 403 404 422 429",
    "invite": "200 400 401 403 404 413 415 422 429",
    "resolve": "2XX 401 403 404 429",
    "bot_code": "200 400 401 413 415 422 429",
    "verify": "200 400 401 413 415 422 429",
}


def faults(document: Document) -> list[Any]:
    base = (schemas.folder() / "openapi.json").as_uri()
    return list(openapi_spec_validator.OpenAPIV31SpecValidator(document, base_uri=base).iter_errors())


def resolved(document: Document, described: Document) -> Document:
    """What a reference inside the document leads to; anything else is itself."""
    if not str(described.get("$ref", "")).startswith("#/"):
        return described
    for step in described["$ref"].removeprefix("#/").split("/"):
        document = document[step]
    return document


# --- valid ----------------------------------------------------------------------------------------------------


def test_the_document_is_valid() -> None:
    assert faults(documents.read("openapi")) == []


def undeclared_parameter(document: Document) -> None:
    del document["paths"]["/v1/portal/chats/{chat_id}/clear"]["parameters"]


def undescribed_answer(document: Document) -> None:
    del document["paths"]["/v1/portal/keys"]["post"]["responses"]["200"]["description"]


def twice_the_same_operation(document: Document) -> None:
    document["paths"]["/v1/portal/keys"]["post"]["operationId"] = "send"


def dangling_reference(document: Document) -> None:
    document["paths"]["/v1/portal/keys"]["post"]["responses"]["401"] = {"$ref": "#/components/responses/Nothing"}


@pytest.mark.parametrize(
    "spoil", [undeclared_parameter, undescribed_answer, twice_the_same_operation, dangling_reference]
)
def test_a_spoiled_document_is_not(spoil: Callable[[Document], None]) -> None:
    document = copy.deepcopy(documents.read("openapi"))
    spoil(document)
    try:
        found = faults(document)
    except Exception as error:  # noqa: BLE001 - some references are followed before anything is reported
        found = [error]
    assert found


def test_the_version_is_the_edition_of_the_catalogue() -> None:
    assert documents.read("openapi")["info"]["version"] == loader.load().edition


# --- nothing missing, nothing more ----------------------------------------------------------------------------


def test_the_operations_are_the_routes_of_the_reference_server() -> None:
    portal = build_app(Settings()).portal
    routes = [*rest.routes(portal), *login.routes(portal)]
    served = {(method, route.path) for route in routes for method in (route.methods or set()) - {"HEAD"}}
    assert {(method, path) for method, path, _ in documents.operations().values()} == served


@pytest.mark.parametrize("name", sorted(DIALECT.rest))
def test_a_call_of_the_dialect_is_described_under_its_name(name: str) -> None:
    method, path, _ = documents.operations()[name]
    assert (method, path) == (DIALECT.rest[name].method, DIALECT.rest[name].path)


def test_every_operation_has_a_name_in_the_dialect() -> None:
    assert documents.operations().keys() == DIALECT.rest.keys()


@pytest.mark.parametrize("name", sorted(DIALECT.rest))
def test_what_is_sent_and_read_by_the_dialect_is_in_the_schemas(name: str) -> None:
    _, _, described = documents.operations()[name]
    call = DIALECT.rest[name]
    if "requestBody" in described:
        asked = documents.properties(
            documents.name_of(described["requestBody"]["content"]["application/json"]["schema"])
        )
        assert set(call.body or asked) == asked
    else:
        assert not call.body
    (answered,) = [answer for status, answer in described["responses"].items() if status.startswith("2")]
    schema = answered["content"]["application/json"]["schema"]
    assert documents.first_steps(call.answer) <= (documents.properties(documents.name_of(schema)) if schema else set())


# --- answers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(documents.operations()))
def test_the_statuses_of_an_operation(name: str) -> None:
    _, _, described = documents.operations()[name]
    assert " ".join(sorted(described["responses"])) == STATUSES[name]


@pytest.mark.parametrize("name", sorted(documents.operations()))
def test_every_error_has_the_shape_of_errors(name: str) -> None:
    document = documents.read("openapi")
    _, _, described = documents.operations()[name]
    for status, answer in described["responses"].items():
        if not status.startswith("2"):
            media = resolved(document, answer)["content"]["application/json"]
            forms = media["schema"].get("anyOf", [media["schema"]])
            assert {documents.name_of(form) for form in forms} <= {"error", "error-muted"}
            for example in media.get("examples", {}).values():
                assert schemas.faults("error", example["value"]) == ()


def test_every_operation_needs_the_session_cookie_but_the_login() -> None:
    document = documents.read("openapi")
    assert document["security"] == [{"session": []}]
    cookie = document["components"]["securitySchemes"]["session"]
    assert (cookie["type"], cookie["in"], cookie["name"]) == ("apiKey", "cookie", DIALECT.cookie)
    own = {name for name, (_, _, described) in documents.operations().items() if "security" in described}
    assert own == {"bot_code", "verify"}
