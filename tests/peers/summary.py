"""What the comparison comes to: counts and medians, by what it takes to see a breach. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from peers.clauses import Shows

CONTENDERS = ("suite", "schemathesis", "baseline")
ALL = "all"

_Row = Mapping[str, Any]


def of(rows: Sequence[_Row]) -> dict[str, Any]:
    """The counts of each kind of mutant, and of all."""
    kinds = [one.value for one in Shows if one is not Shows.EVENT]
    parts = {kind: [row for row in rows if row["shows"] == kind] for kind in kinds}
    return {kind: _counts(some) for kind, some in {**parts, ALL: rows}.items()}


def _counts(rows: Sequence[_Row]) -> dict[str, Any]:
    counts: dict[str, Any] = {"mutants": len(rows)}
    for name in CONTENDERS:
        counts[name] = _contender([row[name] for row in rows])
    for name in CONTENDERS[1:]:
        counts[name]["beside_the_suite"] = _beside([(row["suite"], row[name]) for row in rows])
    return counts


def _contender(findings: Sequence[_Row]) -> dict[str, Any]:
    found = [one for one in findings if one["what"]]
    return {
        "found": len(found),
        "errors": sum(bool(one["error"]) for one in findings),
        **_medians(found),
    }


def _beside(pairs: Sequence[tuple[_Row, _Row]]) -> dict[str, Any]:
    """Of the mutants that both find: who needs fewer requests, and the medians of each."""
    both = [(ours, theirs) for ours, theirs in pairs if ours["what"] and theirs["what"]]
    return {
        "found_by_both": len(both),
        "suite_needs_fewer": sum(asked(ours) < asked(theirs) for ours, theirs in both),
        "as_many": sum(asked(ours) == asked(theirs) for ours, theirs in both),
        "peer_needs_fewer": sum(asked(ours) > asked(theirs) for ours, theirs in both),
        "suite": _medians([ours for ours, _ in both]),
        "peer": _medians([theirs for _, theirs in both]),
        "not_found_by_the_suite": sum(bool(theirs["what"] and not ours["what"]) for ours, theirs in pairs),
    }


def asked(finding: _Row) -> int:
    """The requests of a finding that do not merely prepare."""
    requests: int = finding["requests"] - finding["prepared"]
    return requests


def _medians(findings: Sequence[_Row]) -> dict[str, float | None]:
    counted = {name: _median(one[name] for one in findings) for name in ("requests", "seconds")}
    return {"asked": _median(asked(one) for one in findings), **counted}


def _median(numbers: Iterable[float]) -> float | None:
    known = list(numbers)
    return round(median(known), 2) if known else None
