"""What tests of several rooms need, made in one place: answers, scenarios, results."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from hypothesis import HealthCheck, settings

from conformance.catalogue.records import Catalogue, Chapter, Level, Requirement, Tier
from conformance.client.answers import Answer
from conformance.expect import Check, Observation
from conformance.record import ScenarioRecord
from conformance.redact import Secrets
from conformance.report.results import Findings
from conformance.verdict import Outcome
from conformance.wire import WireLog

SECRET = "s3cr3t-value"
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For properties: how quick an example is depends on what else the machine is busy with."""


def answer(status: int, body: bytes = b"", *, wire: WireLog | None = None) -> Answer:
    """An answer as the HTTP client would give it."""
    log = wire or WireLog(Secrets([SECRET]))
    now = time.monotonic()
    exchange = log.exchange("owner", now, "POST", "/v1/portal/chats/1/messages", ({}, b""), (status, {}, body))
    return Answer(status, {}, body, exchange, now, now)


def check(*requirements: str, held: bool = True, exchange: int | None = None) -> Check:
    return Check(requirements, "the send is refused", "403", "403" if held else '200 {"id": "1-0"}', held, exchange)


def scenario(
    name: str,
    outcome: Outcome,
    *,
    requirements: Sequence[str] = ("SEND-MUTED",),
    checks: Sequence[Check] = (),
    message: str = "",
    **more: Any,
) -> dict[str, Any]:
    """A scenario's record, as it is carried from a worker to the results."""
    finished = outcome is Outcome.PASSED
    record = ScenarioRecord(
        name=name,
        title="A muted sender is refused.",
        chapter="mutes",
        requirements=tuple(requirements),
        outcome=outcome,
        message=message,
        checks=checks,
        **{"finished": finished, "seconds": 0.25, "requests": 7, **more},
    )
    return record.as_json(Secrets([SECRET]))


def _requirement(id_: str, level: Level, **more: Any) -> Requirement:
    return Requirement(id_, level, Tier.CORE, "mutes", ("send-message", "mute-user"), f"What {id_} says.", **more)


CATALOGUE = Catalogue(
    edition="2026.11",
    chapters=(Chapter("mutes", "Mutes", Tier.CORE),),
    requirements=MappingProxyType(
        {
            one.id: one
            for one in (
                _requirement("SEND-MUTED", Level.MUST),
                _requirement("SEND-MUTED-TTL", Level.MUST),
                _requirement("SEND-NOKEY-CODE", Level.SHOULD),
                _requirement("SEND-429-RETRY-AFTER", Level.INFO),
            )
        }
    ),
    digest="sha256:" + "0" * 64,
    pages=MappingProxyType({"send-message": "Sending a message", "mute-user": "Muting a user"}),
)
CLAIMS = {
    "SEND-MUTED": ["test_mutes::test_muted_sender"],
    "SEND-MUTED-TTL": ["test_mutes::test_ttl"],
    "SEND-NOKEY-CODE": ["test_keys::test_code"],
    "SEND-429-RETRY-AFTER": ["test_limits::test_retry_after"],
}
OBSERVATION = Observation("SEND-429-RETRY-AFTER", "a 429 names when to come back", "1")


def green_scenarios() -> list[dict[str, Any]]:
    """Records that settle every requirement of `CATALOGUE`."""
    return [
        scenario("test_mutes::test_muted_sender", Outcome.PASSED, checks=[check("SEND-MUTED")]),
        scenario(
            "test_mutes::test_ttl",
            Outcome.PASSED,
            requirements=["SEND-MUTED-TTL"],
            checks=[check("SEND-MUTED-TTL")],
        ),
        scenario(
            "test_keys::test_code",
            Outcome.PASSED,
            requirements=["SEND-NOKEY-CODE"],
            checks=[check("SEND-NOKEY-CODE")],
        ),
        scenario(
            "test_limits::test_retry_after",
            Outcome.PASSED,
            requirements=["SEND-429-RETRY-AFTER"],
            observations=[OBSERVATION],
        ),
    ]


def findings(*scenarios: dict[str, Any], **more: Any) -> Findings:
    """Findings of a run in which every scenario but those given passed."""
    named = {one["name"]: one for one in scenarios}
    every = [named.pop(one["name"], one) for one in green_scenarios()]
    target = {
        "name": "Portal staging",
        "url": "https://portal.example",
        "ws_url": "https://ws.portal.example",
        "embedded": False,
        "profile": "staging.toml",
    }
    return Findings(
        **{
            "catalogue": CATALOGUE,
            "tier": Tier.CORE,
            "suite": "0.1.0",
            "seed": 7,
            "examples": 5,
            "target": target,
            "claims": CLAIMS,
            "scenarios": [*every, *named.values()],
            "started": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            **more,
        }
    )


def document(*scenarios: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The results document of `findings`, which took 12.5 seconds."""
    return {**findings(*scenarios, **more).document(ended=True), "seconds": 12.5}
