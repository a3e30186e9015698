"""Judging again, by the record alone: checks by what they compared, outcomes by checks, the verdict by outcomes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from conformance import relation
from conformance.catalogue.records import Catalogue, Level, Tier
from conformance.report.results import Findings
from conformance.verdict import Outcome

_Record = Mapping[str, Any]
_OF_THE_LAST_STORY = "exploration"
"""The chapter whose scenarios tell many stories and keep the wire log of the last one."""
_CLOCK_S = 1e-4
"""What rounding may do to the order of two moments."""


def kinds_of(document: _Record) -> Counter[str]:
    """How many checks there are of each kind of relation."""
    return Counter(
        check.get("relation", {"kind": relation.STATED})["kind"]
        for scenario in document["scenarios"]
        for check in scenario["checks"]
    )


def judged_again(document: _Record, order: Sequence[str], catalogue: Catalogue) -> dict[str, Any]:
    """The results that come of these records, with each check evaluated again where it can be.

    ``order`` is that in which the scenarios ended: of several reasons the first is told.
    """
    turn = {name: number for number, name in enumerate(order)}
    played = sorted(document["scenarios"], key=lambda one: turn.get(one["name"], len(turn)))
    findings = Findings(
        catalogue=catalogue,
        tier=Tier(document["level"]),
        suite=document["suite"],
        seed=document["seed"],
        examples=document["examples"],
        target=document["target"],
        claims={one["id"]: one["scenarios"] for one in document["requirements"]},
        scenarios=[_evaluated(one) for one in played],
        narrowed=document["narrowed"],
        started=datetime.fromisoformat(document["started"]),
    )
    return findings.document(ended=True)


def _evaluated(scenario: _Record) -> dict[str, Any]:
    checks = []
    for check in scenario["checks"]:
        held = relation.evaluated(check)
        checks.append({**check, "held": check["held"] if held is None else held})
    return {**scenario, "checks": checks}


def faults_of_checks(document: _Record) -> Iterator[str]:
    """What is wrong with the checks of any scenario, a sentence each."""
    for scenario in document["scenarios"]:
        entries = {one["index"]: one for one in scenario["wire"]}
        for number, check in enumerate(scenario["checks"], 1):
            where = f"{scenario['name']}, check {number} ({check['title']})"
            yield from _of_check(where, check, entries)


def _of_check(where: str, check: _Record, entries: Mapping[int, _Record]) -> Iterator[str]:
    held = relation.evaluated(check)
    if held is not None and held is not check["held"]:
        said, found = ("held", "does not hold") if check["held"] else ("was broken", "holds")
        yield f"{where}: it is recorded that it {said}, and evaluated again it {found}"
    for one in relation.contradictions(check):
        yield f"{where}: {one}: what was observed was edited"
    by = check.get("relation", {})
    if by.get("kind") == "heard" and by["entry"] is not None:
        entry = entries.get(by["entry"], {})
        if (entry.get("direction"), entry.get("name"), entry.get("actor")) != ("received", by["event"], by["actor"]):
            yield f"{where}: entry {by['entry']} of the wire is no {by['event']} that {by['actor']} received"
    if check["exchange"] is not None:
        yield from _of_exchange(where, check, entries)


def _of_exchange(where: str, check: _Record, entries: Mapping[int, _Record]) -> Iterator[str]:
    entry = entries.get(check["exchange"])
    if entry is None:
        yield f"{where}: it is about exchange {check['exchange']}, which the transcript does not have"
    elif check.get("relation", {}).get("kind") == "status" and entry.get("status") != check["relation"]["observed"]:
        yield (
            f"{where}: it observed {check['relation']['observed']}, and the wire says {entry.get('status')}: "
            "the target did not answer so"
        )


def faults_of_wires(document: _Record) -> Iterator[str]:
    """What is wrong with the wire log of any scenario, a sentence each."""
    for scenario in document["scenarios"]:
        name, wire = scenario["name"], scenario["wire"]
        indexes = [one["index"] for one in wire]
        if indexes != list(range(indexes[0], indexes[0] + len(indexes)) if indexes else ()):
            yield f"{name}: the entries of its wire log are not numbered without a gap: some are missing or put in"
        sent = sum(one["kind"] == "http" for one in wire)
        kept = scenario["chapter"] != _OF_THE_LAST_STORY
        if sent > scenario["requests"] or (kept and sent < scenario["requests"]):
            yield f"{name}: it counts {scenario['requests']} requests, and its wire log has {sent}"
        ends = [one["at"] + one.get("seconds", 0) for one in wire]
        if any(later < earlier - _CLOCK_S for earlier, later in pairwise(ends)):
            yield f"{name}: an entry of its wire log came to its end before the one that it follows: times were edited"


def faults_of_outcomes(document: _Record, levels: Mapping[str, Level]) -> Iterator[str]:
    """What is wrong with how the scenarios ended, a sentence each; ``levels`` are those of the requirements by id."""
    for scenario in document["scenarios"]:
        name, outcome = scenario["name"], Outcome(scenario["outcome"])
        broken = any(relation.evaluated(check) is False or not check["held"] for check in scenario["checks"])
        if broken and outcome not in (Outcome.FAILED, Outcome.SUITE_ERROR):
            yield f"{name}: it is recorded as {outcome.value}, though a check of it is broken"
        if outcome is Outcome.FAILED and not broken:
            yield f"{name}: it is recorded as failed, though no check of it is broken"
        if outcome is Outcome.PASSED:
            if not scenario["finished"]:
                yield f"{name}: it is recorded as passed, though it did not come to its end"
            for id_ in _unchecked(scenario, levels):
                yield f"{name}: it is recorded as passed, though it checked nothing of {id_}: a check was removed"


def _unchecked(scenario: _Record, levels: Mapping[str, Level]) -> list[str]:
    checked = {one for check in scenario["checks"] for one in check["requirements"]}
    seen = {one["requirement"] for one in scenario["observations"]}
    checked.update(one for one in seen if levels.get(one) is Level.INFO)
    return [one for one in scenario["requirements"] if one not in checked]


def faults_of_fold(document: _Record, again: _Record) -> Iterator[str]:
    """Where the recorded results differ from those that come of their records, a sentence each."""
    recorded = {one["id"]: one for one in document["requirements"]}
    for one in again["requirements"]:
        told = recorded.get(one["id"], one)
        if told["outcome"] != one["outcome"]:
            yield (
                f"{one['id']}: recorded as {told['outcome']}, and by its scenarios it is {one['outcome']}: "
                "the outcome was edited"
            )
        elif told["reason"] != one["reason"]:
            yield f"{one['id']}: the reason given for its outcome is not the one that its scenarios give"
    yield from _of_sums(document, again)


def _of_sums(document: _Record, again: _Record) -> Iterator[str]:
    if document["counts"] != again["counts"]:
        yield "results.json: the counts of outcomes are not those of its requirements: they were edited"
    if document["requests"] != again["requests"]:
        yield f"results.json: it counts {document['requests']} requests, and its scenarios {again['requests']}"
    if document["verdict"] != again["verdict"]:
        yield (
            f"results.json: its verdict is {document['verdict']}, and judged again it is {again['verdict']} "
            f"({again['reason']})"
        )
    elif document["reason"] != again["reason"]:
        yield "results.json: the reason given for the verdict is not the one that its requirements give"


def faults_of_claims(document: _Record) -> Iterator[str]:
    """Where requirements and scenarios disagree on who judges what, a sentence each."""
    played = {one["name"]: set(one["requirements"]) for one in document["scenarios"]}
    claimed: dict[str, set[str]] = {}
    for one in document["requirements"]:
        for name in one["scenarios"]:
            claimed.setdefault(name, set()).add(one["id"])
    for name in sorted(claimed.keys() - played.keys()):
        yield f"{name}: the requirements name it as judging them, and it is not in the results: it was removed"
    ids = {one["id"] for one in document["requirements"]}
    for name in sorted(played):
        if lost := sorted(played[name] & ids ^ claimed.get(name, set())):
            yield f"{name}: scenario and requirements disagree on whether it judges {', '.join(lost)}"


def names_of(scenarios: Sequence[_Record]) -> frozenset[str]:
    """The names of the scenarios."""
    return frozenset(str(one["name"]) for one in scenarios)
