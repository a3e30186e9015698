"""The record of a scenario: plain JSON, masked, and the same judgement before and after the way to the results."""

import json

import pytest

from conformance import schemas
from conformance.expect import Check
from conformance.record import ScenarioRecord, judged
from conformance.redact import Secrets
from conformance.verdict import Judged, Outcome
from conformance.wire import WireLog

from .made import OBSERVATION, SECRET, answer, check

NAME = "test_mutes::test_muted_sender[timed]"


def record(*checks: Check, outcome: Outcome = Outcome.PASSED, finished: bool = True) -> ScenarioRecord:
    return ScenarioRecord(
        NAME,
        "A muted sender is refused.",
        "mutes",
        ("SEND-MUTED", "SEND-MUTED-TTL"),
        outcome=outcome,
        finished=finished,
        checks=checks,
    )


def test_a_new_record_has_judged_nothing() -> None:
    fresh = ScenarioRecord(NAME, "", "mutes", ("SEND-MUTED",))
    assert fresh.judged() == Judged(NAME, Outcome.NOT_JUDGED, frozenset({"SEND-MUTED"}), finished=False)


def test_checks_are_sorted_into_held_and_broken() -> None:
    told = record(check("SEND-MUTED", "SEND-DISTINCT"), check("SEND-MUTED-TTL", held=False)).judged()
    assert told.claimed == {"SEND-MUTED", "SEND-MUTED-TTL"}
    assert told.passed == {"SEND-MUTED", "SEND-DISTINCT"}
    assert told.failed == {"SEND-MUTED-TTL"}


@pytest.mark.parametrize("first_held", [True, False])
def test_one_broken_check_outweighs_one_that_held(*, first_held: bool) -> None:
    told = record(check("SEND-MUTED", held=first_held), check("SEND-MUTED", held=not first_held)).judged()
    assert (told.passed, told.failed) == (frozenset(), {"SEND-MUTED"})


@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_judgement_survives_the_way_through_json(outcome: Outcome) -> None:
    one = record(check("SEND-MUTED"), outcome=outcome, finished=False)
    carried = json.loads(json.dumps(one.as_json(Secrets())))
    assert judged(carried) == one.judged()


def test_a_record_is_plain_json_and_masked() -> None:
    wire = WireLog(Secrets([SECRET]))
    answer(403, b'{"token": "x"}', wire=wire)
    wire.event("owner", "received", "message:new", {"id": "1-0"})
    one = record(check("SEND-MUTED", exchange=0), outcome=Outcome.FAILED)
    one.message, one.details, one.leftovers = f"no {SECRET}", f"Traceback {SECRET}", (f"/users/{SECRET} is left",)
    one.seconds, one.requests, one.observations, one.wire = 0.123456, 1, (OBSERVATION,), wire.entries
    as_json = one.as_json(Secrets([SECRET]))
    assert json.loads(json.dumps(as_json)) == as_json
    assert SECRET not in json.dumps(as_json)
    assert (as_json["message"], as_json["leftovers"]) == ("no [masked]", ["/users/[masked] is left"])
    assert as_json["seconds"] == 0.1235
    assert as_json["checks"][0] == {
        "requirements": ["SEND-MUTED"],
        "title": "the send is refused",
        "expected": "403",
        "observed": "403",
        "held": True,
        "exchange": 0,
        "relation": {"kind": "stated"},
    }
    assert schemas.faults("results", as_json, "scenario") == ()
