"""The results document: the one output of a run, of which everything else is a rendering.

While the run goes, a journal takes one line a scenario; the document is written without its end mark at the start
and whole at the end, so that neither a killed run nor a cut-off file can look complete.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance.catalogue.records import Catalogue, Level, Requirement, Tier
from conformance.gate import Passage, fold_gate
from conformance.known import KnownFailure
from conformance.record import judged
from conformance.verdict import UNSETTLED, Judged, Outcome, Verdict, counted, fold_requirement, fold_run, some

FORMAT = "portal-conformance-results/1"
END = "end of results"
_NOT_ENDED = "the run has not come to its end"
OBSERVED = "observed"
"""What an INFO requirement ends in: it is never graded."""


@dataclass(slots=True)
class Tempo:
    """How fast a run was allowed to be: what was planned, how often a limit was met, and what was waited for either."""

    rate: str = ""
    planned_requests: int = 0
    planned_s: float = 0.0
    waited_s: float = 0.0
    limits_met: int = 0

    def took(self, waited_s: float, limits_met: int) -> None:
        """One process more has come to its end."""
        self.waited_s += waited_s
        self.limits_met += limits_met


@dataclass(slots=True)
class Findings:
    """Everything that a run found out, as it comes in."""

    catalogue: Catalogue
    tier: Tier
    suite: str
    seed: int
    examples: int
    target: Mapping[str, str]
    claims: Mapping[str, Sequence[str]] = field(default_factory=dict)
    scenarios: list[dict[str, Any]] = field(default_factory=list)
    obstacle: str = ""
    narrowed: str = ""
    interrupted: str = ""
    leftovers: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    """The artefacts that showed a secret, a sentence each."""
    pace: Tempo = field(default_factory=Tempo)
    known: Sequence[KnownFailure] | None = None
    """What a gate lets pass; None where the run is none."""
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """The requirements of the level that was judged."""
        return self.catalogue.of_tier(self.tier)

    def document(self, *, ended: bool) -> dict[str, Any]:
        """The results as a JSON value; only a run that came to its end carries the end mark."""
        spoken = [judged(one) for one in self.scenarios] + self._unplayed()
        outcomes = {one.id: fold_requirement(one.id, spoken) for one in self.requirements}
        verdict = self._verdict(outcomes) if ended else Verdict.INCONCLUSIVE
        document = {
            "format": FORMAT,
            "verdict": verdict.value,
            "reason": self._reason(verdict, outcomes) if ended else _NOT_ENDED,
            "suite": self.suite,
            "catalogue": {"edition": self.catalogue.edition, "digest": self.catalogue.digest},
            "target": dict(self.target),
            "level": self.tier.value,
            "narrowed": self.narrowed,
            "seed": self.seed,
            "examples": self.examples,
            "started": self.started.isoformat(timespec="seconds"),
            "seconds": round((datetime.now(UTC) - self.started).total_seconds(), 2),
            "requests": sum(one["requests"] for one in self.scenarios),
            "pace": {**asdict(self.pace), "waited_s": round(self.pace.waited_s, 2)},
            "counts": self._counts(outcomes),
            "requirements": [self._requirement(one, outcomes[one.id]) for one in self.requirements],
            "scenarios": sorted(self.scenarios, key=lambda one: str(one["name"])),
            "leftovers": list(dict.fromkeys(self.leftovers)),
        }
        if self.shown:
            document["audit"] = list(self.shown)
        if self.known is not None:
            document["gate"] = self._gate(self.known, spoken, ended=ended)
        return {**document, "end": END} if ended else document

    def _gate(self, known: Sequence[KnownFailure], spoken: list[Judged], *, ended: bool) -> dict[str, Any]:
        gate = fold_gate(
            spoken,
            [one.id for one in known],
            must=self._ids(Level.MUST),
            should=self._ids(Level.SHOULD),
            incomplete=self._incomplete() if ended else _NOT_ENDED,
        )
        return {
            "passed": gate.passage is Passage.PASSED,
            "outcome": gate.passage.value,
            "reason": self.obstacle or gate.reason,
            "known": [
                {
                    "id": one.id,
                    "reason": one.reason,
                    "until": one.until.isoformat(),
                    "outcome": gate.known[one.id].value,
                }
                for one in known
            ],
            "hidden": [{"id": one, "behind": list(behind)} for one, behind in gate.hidden.items()],
        }

    def _ids(self, level: Level) -> list[str]:
        return [one.id for one in self.requirements if one.level is level]

    def _incomplete(self) -> str:
        """Why the run is not the whole story; empty where it is."""
        if self.obstacle:
            return self.obstacle
        reasons = [self.interrupted, self.narrowed and f"the run was narrowed: {self.narrowed}"]
        reasons.append("the suite made mistakes" if self._suite_errors() else "")
        return "; ".join(filter(None, [*self.shown, *reasons]))

    def _unplayed(self) -> list[Judged]:
        # A scenario that was collected and never reported (deselected, crashed) leaves its requirements unjudged.
        played = {one["name"] for one in self.scenarios}
        wanted = {name for names in self.claims.values() for name in names}
        return [
            Judged(
                name,
                Outcome.NOT_JUDGED,
                frozenset(one for one, names in self.claims.items() if name in names),
            )
            for name in sorted(wanted - played)
        ]

    def _verdict(self, outcomes: Mapping[str, Outcome]) -> Verdict:
        return fold_run(
            outcomes,
            must=self._ids(Level.MUST),
            should=self._ids(Level.SHOULD),
            complete=not self._incomplete(),
        )

    def _suite_errors(self) -> list[str]:
        return [one["name"] for one in self.scenarios if one["outcome"] == Outcome.SUITE_ERROR.value]

    def _reason(self, verdict: Verdict, outcomes: Mapping[str, Outcome]) -> str:
        if self.obstacle:
            return self.obstacle
        graded = {one.id: outcomes[one.id] for one in self.requirements if one.level is not Level.INFO}
        red = [one.id for one in self.requirements if one.level is Level.MUST and outcomes[one.id] is Outcome.FAILED]
        open_ids = [one for one, outcome in graded.items() if outcome in UNSETTLED]
        if verdict is Verdict.NON_CONFORMANT:
            return "; ".join([f"{counted(red, 'MUST requirement')} broken: {some(red)}", *self.shown])
        if verdict is Verdict.CONFORMANT:
            return "every MUST requirement of the level holds"
        reasons = [self.interrupted, self.narrowed and f"the run was narrowed: {self.narrowed}"]
        reasons.append(f"{counted(open_ids, 'requirement')} not judged: {some(open_ids)}" if open_ids else "")
        reasons.append("the suite made mistakes" if self._suite_errors() else "")
        return "; ".join(filter(None, [*self.shown, *reasons])) or "no MUST requirement was judged"

    def _requirement(self, one: Requirement, outcome: Outcome) -> dict[str, Any]:
        names = sorted(self.claims.get(one.id, ()))
        speaking = [scenario for scenario in self.scenarios if _speaks_of(scenario, one.id)]
        return {
            "id": one.id,
            "level": one.level.value,
            "chapter": one.chapter,
            "text": one.text,
            "pages": list(one.pages),
            "outcome": OBSERVED if one.level is Level.INFO and _observed(speaking, one.id) else outcome.value,
            "scenarios": names,
            "reason": one.unjudged or _why(speaking, one.id, outcome),
        }

    def _counts(self, outcomes: Mapping[str, Outcome]) -> dict[str, dict[str, int]]:
        return {
            level.value: dict(
                Counter(outcomes[one.id].value for one in self.requirements if one.level is level).most_common()
            )
            for level in (Level.MUST, Level.SHOULD)
        }


def _speaks_of(scenario: Mapping[str, Any], requirement: str) -> bool:
    cited = {one for check in scenario["checks"] for one in check["requirements"]}
    return requirement in scenario["requirements"] or requirement in cited


def _observed(scenarios: Iterable[Mapping[str, Any]], requirement: str) -> bool:
    return any(one["requirement"] == requirement for scenario in scenarios for one in scenario["observations"])


def _why(scenarios: Iterable[Mapping[str, Any]], requirement: str, outcome: Outcome) -> str:
    """The first message that explains an outcome other than passed."""
    if outcome is Outcome.PASSED:
        return ""
    for scenario in scenarios:
        if judged(dict(scenario)).says_of(requirement) is outcome:
            return str(scenario["message"]) or f"{scenario['name']} ended {scenario['outcome']}"
    return "no scenario judged it in this run"


class Writer:
    """Writes a run's results into its folder, as it goes and at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.results = folder / "results.json"
        self.journal = folder / "results.jsonl"

    def begin(self, findings: Findings) -> None:
        """Empty the journal, and leave a document that says it is not complete. Raises `OSError`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self.journal.write_text("", "utf-8")
        self._replace(findings.document(ended=False))

    def scenario(self, record: Mapping[str, Any]) -> None:
        """Add one scenario to the journal."""
        with self.journal.open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(record, ensure_ascii=False) + "\n")

    def end(self, document: Mapping[str, Any]) -> None:
        """Write the whole document."""
        self._replace(document)

    def _replace(self, document: Mapping[str, Any]) -> None:
        part = self._folder / f".results-{os.getpid()}.json"
        with part.open("w", encoding="utf-8") as file:
            file.writelines(_lines(document))
        part.replace(self.results)


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    """The document as JSON text, a member or an item of its lists a line: indented, it would take ten times as long."""
    opening = "{\n"
    for name, value in document.items():
        yield f"{opening}{json.dumps(name)}: "
        if isinstance(value, list) and value:
            # One by one: a single odd character would make four bytes of each of a text of all of them.
            yield "[\n"
            for at, one in enumerate(value):
                yield ",\n" if at else ""
                yield json.dumps(one, ensure_ascii=False)
            yield "\n]"
        else:
            yield json.dumps(value, ensure_ascii=False)
        opening = ",\n"
    yield "\n}\n"
