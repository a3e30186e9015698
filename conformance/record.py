"""The record of one scenario: what is carried from a worker to the results. Plain JSON values all through."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from conformance.expect import Check, Observation
from conformance.redact import Secrets
from conformance.verdict import Judged, Outcome
from conformance.wire import Exchange, SocketEvent, plain


@dataclass(slots=True)
class ScenarioRecord:
    """One scenario as it went; ``seconds`` of wall time, ``requests`` sent to the target over HTTP.

    ``name`` is "module::function[case]", the same wherever the package is installed. ``spoiled`` describes the
    malformed values that the scenario is about, each with the place of its exchange in the wire log.
    """

    name: str
    title: str
    chapter: str
    requirements: tuple[str, ...]
    outcome: Outcome = Outcome.NOT_JUDGED
    message: str = ""
    finished: bool = False
    seconds: float = 0.0
    requests: int = 0
    checks: Sequence[Check] = ()
    observations: Sequence[Observation] = ()
    spoiled: Sequence[Mapping[str, Any]] = ()
    wire: Sequence[Exchange | SocketEvent] = ()
    leftovers: tuple[str, ...] = ()
    details: str = field(default="")

    def judged(self) -> Judged:
        """What this scenario says of the requirements."""
        return judged(self.as_json(Secrets()))

    def as_json(self, secrets: Secrets) -> dict[str, Any]:
        """The record as JSON values, once more masked."""
        return {
            "name": self.name,
            "title": self.title,
            "chapter": self.chapter,
            "requirements": list(self.requirements),
            "outcome": self.outcome.value,
            "message": secrets.mask(self.message),
            "finished": self.finished,
            "seconds": round(self.seconds, 4),
            "requests": self.requests,
            "checks": [{**asdict(check), "requirements": list(check.requirements)} for check in self.checks],
            "observations": [asdict(one) for one in self.observations],
            "spoiled": [dict(one) for one in self.spoiled],
            "wire": [plain(entry) for entry in self.wire],
            "leftovers": [secrets.mask(one) for one in self.leftovers],
            "details": secrets.mask(self.details),
        }


def judged(record: dict[str, Any]) -> Judged:
    """What a scenario's record, as JSON, says of the requirements."""
    by_held: dict[bool, set[str]] = {True: set(), False: set()}
    for check in record["checks"]:
        by_held[check["held"]].update(check["requirements"])
    return Judged(
        scenario=record["name"],
        outcome=Outcome(record["outcome"]),
        claimed=frozenset(record["requirements"]),
        passed=frozenset(by_held[True] - by_held[False]),
        failed=frozenset(by_held[False]),
        finished=record["finished"],
    )
