"""The generic baseline: its bodies, its judgement, and what it finds on servers that are there."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from reference import actors

from conformance.matrix.apart import serving_apart
from conformance.matrix.jobs import Job
from conformance.reference.settings import Settings
from peers import baseline, bodies, clauses, contract, stage
from peers.contract import fits

OPERATIONS = contract.operations()
ASKED = {name for one in clauses.read().values() for name in one.asks}
WITH_BODY = [one for name, one in OPERATIONS.items() if one.body and name in ASKED]
KNOWN = {"epoch": st.just(1), "user_id": st.just(4)}
ERROR = {"error": "No", "correlation_id": "5e0c0b5a-7d0f-4b2e-9a53-6f1f0f6a8a11"}

few = settings(max_examples=20, database=None, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda one: one.name)
def test_what_is_to_fit_does_and_what_is_spoiled_does_not(operation: contract.Operation) -> None:
    body = operation.body or {}

    @few
    @given(st.data())
    def check(data: st.DataObject) -> None:
        assert fits(body, data.draw(bodies.fitting(body, KNOWN)))
        assert not fits(body, data.draw(bodies.spoiled(body, KNOWN)))

    check()


def test_a_bundle_is_looked_into() -> None:
    body = OPERATIONS["send"].body
    assert body is not None
    assert fits(body, {"content": '{"v": 2, "epoch": 1, "ct": "AAAA"}'})
    for wrong in ('{"v": 3, "epoch": 1, "ct": "AAAA"}', '{"v": 2, "epoch": NaN, "ct": "AAAA"}', "AAAA", "", 5):
        assert not fits(body, {"content": wrong})


def test_a_bundle_of_another_version_is_among_what_is_spoiled() -> None:
    def is_of_another_version(value: Any) -> bool:
        try:
            return bool(json.loads(value["content"])["v"] != 2)
        except (TypeError, KeyError, ValueError):
            return False

    body = OPERATIONS["send"].body
    assert body is not None
    assert find(
        bodies.spoiled(body, KNOWN), is_of_another_version, settings=settings(few, max_examples=2000), random=Random(1)
    )


@pytest.mark.parametrize(
    ("status", "content", "failure"),
    [
        (200, {"id": "1-0"}, ""),
        (200, {"id": "1_0"}, "200 of send is not as its schema"),
        (200, {"message_id": "1-0"}, "200 of send is not as its schema"),
        (201, {"id": "1-0"}, "a status of send that is not documented"),
        (403, ERROR, ""),
        (403, {**ERROR, "ttl": 5}, ""),
        (403, {**ERROR, "ttl": "5"}, "403 of send is not as its schema"),
        (422, {"error": "No"}, "422 of send is not as its schema"),
        (503, ERROR, "a server error from send"),
        (405, {}, ""),
    ],
)
def test_an_answer_is_held_against_the_document(status: int, content: object, failure: str) -> None:
    assert OPERATIONS["send"].failure(status, "application/json", json.dumps(content).encode()) == failure


def test_an_answer_that_is_no_json_is_not_as_documented() -> None:
    assert OPERATIONS["send"].failure(200, "text/html", b"<p>") == "200 of send is no JSON"
    assert OPERATIONS["send"].failure(200, "application/json", b"{") == "200 of send is not as its schema"


@pytest.mark.parametrize(
    ("mutant", "asks", "failure"),
    [
        (None, ["send", "history", "mute", "delete"], ()),
        ("id-is-called-message-id", ["send"], ("200 of send is not as its schema",)),
        ("ttl-as-text", ["send"], ("403 of send is not as its schema",)),
    ],
)
def test_it_finds_what_the_document_tells_and_nothing_on_an_honest_server(
    mutant: str | None, asks: list[str], failure: tuple[str, ...]
) -> None:
    with (
        serving_apart(Job("one", mutant), Settings(control_token=actors.CONTROL_TOKEN)) as ready,
        stage.world(ready.url, ready.ws_url) as world,
    ):
        asked = [OPERATIONS[name] for name in asks]
        found = baseline.play(ready.url, asked, stage.set_on(world), number=20261124, examples=120)
    assert (found.what, found.error) == (failure, "")
    assert found.requests <= 120 * len(asks)


def test_on_the_stage_a_valid_bundle_is_answered_by_the_standing_of_its_sender() -> None:
    with (
        serving_apart(Job("one"), Settings(control_token=actors.CONTROL_TOKEN)) as ready,
        stage.world(ready.url, ready.ws_url) as world,
    ):
        there = stage.set_on(world)
        answered = {
            one["name"]: world.http.post(
                f"/v1/portal/chats/{one['chat']}/messages",
                headers={"Cookie": f"psession={one['session']}"},
                json={"content": actors.bundle(one["epoch"])},
            ).status_code
            for one in there["standings"]
        }
    assert answered == {
        "ready": 200,
        "ready, second epoch": 200,
        "future epoch": 403,
        "stale epoch": 403,
        "muted": 403,
        "muted for good": 403,
        "banned": 403,
        "no key": 403,
        "not joined": 403,
        "no member of a private chat": 403,
    }
    assert len(there["messages"]) == 15
