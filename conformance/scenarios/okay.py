"""What is answered to a measure that was taken, 200 with `{"ok": true}` or any 2xx; and to a key that is registered."""

from conformance.client.answers import Answer
from conformance.dialect import read
from conformance.expect import Expect
from conformance.stage import Stage

_DONE = (200, 201, 202, 204)


def says_ok(stage: Stage, what: str, answer: Answer, *requirements: str, title: str) -> None:
    """The answer to the REST call that the dialect calls ``what`` is 200, and its ``ok`` is true: two checks."""
    stage.expect.accepted(answer, *requirements, title=title)
    ok = read(answer.json, stage.link.profile.dialect.rest[what].answer["ok"])
    stage.expect.that(
        ok is True, *requirements, title=f"{title}: ok is true", expected=True, observed=ok, exchange=answer.exchange
    )


def taken(expect: Expect, answer: Answer, *requirements: str, title: str) -> None:
    """The measure was taken; by which success exactly is told is for another clause."""
    expect.refused(answer, *requirements, status=_DONE, title=title)


def key_status(stage: Stage, answer: Answer) -> object:
    """What the answer to a registration says of the key: `registered`, or `unchanged`."""
    return read(answer.json, stage.link.profile.dialect.rest["register_key"].answer["status"])
