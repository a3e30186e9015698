"""What the pages answer to a measure that was taken: 200 with `{"ok": true}`."""

from conformance.client.http import Answer
from conformance.dialect import read
from conformance.stage import Stage


def says_ok(stage: Stage, what: str, answer: Answer, *requirements: str, title: str) -> None:
    """The answer to the REST call that the dialect calls ``what`` is 200, and its ``ok`` is true: two checks."""
    stage.expect.accepted(answer, *requirements, title=title)
    ok = read(answer.json, stage.link.profile.dialect.rest[what].answer["ok"])
    stage.expect.that(
        ok is True, *requirements, title=f"{title}: ok is true", expected=True, observed=ok, exchange=answer.exchange
    )
