"""How a check is judged again: each relation, both ways, from what is recorded and nothing else."""

from typing import Any

import pytest

from conformance import relation, schemas
from conformance.expect import Expect
from conformance.ledger import Trace
from conformance.redact import Secrets


def check(by: relation.Relation, **members: Any) -> dict[str, Any]:
    whole = {"requirements": ["A"], "title": "it is so", "expected": "x", "observed": "y", "held": True}
    recorded = {**whole, "exchange": None, "relation": dict(by), **members}
    assert schemas.faults("results", recorded, "check") == ()
    return recorded


@pytest.mark.parametrize(
    ("by", "held"),
    [
        (relation.status(403, {403}), True),
        (relation.status(404, {403}), False),
        (relation.status(404, {403, 404}), True),
        (relation.status(399, range(400, 500)), False),
        (relation.status(400, range(400, 500)), True),
        (relation.status(499, range(400, 500)), True),
        (relation.status(500, range(400, 500)), False),
        (relation.within(3, least=3), True),
        (relation.within(2, least=3), False),
        (relation.within(3, most=3), True),
        (relation.within(4, most=3), False),
        (relation.within(1), True),
        (relation.heard("message:new", "owner", Trace("1-0", None, entry=7)), True),
        (relation.heard("message:new", "owner", None), False),
        (relation.equal("a", "a", b"salt"), True),
        (relation.equal("a", "b", b"salt"), False),
        (relation.equal(1, True, b"salt"), False),
        (relation.equal({"a": 1, "b": 2}, {"b": 2, "a": 1}, b"salt"), True),
        ({"kind": "words"}, False),
        ({"kind": "stated"}, None),
    ],
)
def test_a_relation_is_evaluated(by: relation.Relation, held: bool | None) -> None:
    assert relation.evaluated(check(by)) is held


def test_the_words_are_compared_where_they_decide() -> None:
    assert relation.evaluated(check({"kind": "words"}, expected="none", observed="none")) is True


def test_a_check_of_an_older_suite_is_as_stated() -> None:
    recorded = check({"kind": "words"})
    del recorded["relation"]
    assert relation.evaluated(recorded) is None


def test_statuses_are_recorded_as_stretches() -> None:
    assert relation.status(403, [404, 403, 410, 403])["among"] == [[403, 404], [410, 410]]


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({"expected": "403", "observed": "403 {}"}, []),
        ({"expected": "403", "observed": "403"}, []),
        ({"expected": "404", "observed": "403 {}"}, ["its text expects 404, its relation 403"]),
        ({"expected": "403", "observed": "4033"}, ["its text shows another answer than 403"]),
    ],
)
def test_texts_are_held_against_the_relation(members: dict[str, str], found: list[str]) -> None:
    assert list(relation.contradictions(check(relation.status(403, {403}), **members))) == found


def test_a_digest_tells_nothing_of_a_secret() -> None:
    # Who guesses the value cannot see whether he is right: each scenario has a salt of its own.
    first, second = (Expect(Secrets()) for _ in range(2))
    for expect in (first, second):
        expect.equal("1234", "1234", "A", title="it is the same")
    digests = {one.checks[0].relation["observed"] for one in (first, second)}
    assert len(digests) == 2


def test_values_that_are_equal_in_python_alone_are_stated() -> None:
    expect = Expect(Secrets())
    expect.equal([1], [True], "A", title="it is the same")
    assert expect.checks[0].relation == {"kind": "stated"}
    assert expect.checks[0].held is True


@pytest.mark.parametrize(
    ("held", "expected", "observed", "kind"),
    [
        (True, "none", "none", "words"),
        (False, "none", "two", "words"),
        (True, "above 3", "4", "stated"),
        (False, "none", "none", "stated"),
    ],
)
def test_what_decided_is_the_words_only_where_they_agree(held: bool, expected: str, observed: str, kind: str) -> None:
    expect = Expect(Secrets())
    expect.that(held, "A", title="it is so", expected=expected, observed=observed, soft=True)
    assert expect.checks[0].relation == {"kind": kind}
