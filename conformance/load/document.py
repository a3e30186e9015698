"""The results of a load run: the one document that it leaves. Pure, but for writing it."""

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from conformance import __version__
from conformance.catalogue.records import Catalogue
from conformance.load.judging import Findings
from conformance.load.latency import Latencies
from conformance.load.plan import Plan
from conformance.verdict import Outcome

FORMAT = "portal-conformance-load/1"
FILE = "load.json"
BUSY = 0.9
"""A generator that is busy for so much of its time measures itself, and not the target."""


def document(
    findings: Findings,
    accounts: Sequence[Mapping[str, Any]],
    *,
    plan: Plan,
    catalogue: Catalogue,
    target: Mapping[str, Any],
    started: str,
    seconds: float,
) -> dict[str, Any]:
    """The results as a JSON value."""
    generators = [_generator(one) for one in accounts]
    return {
        "format": FORMAT,
        "verdict": findings.verdict.value,
        "reason": findings.reason,
        "suite": __version__,
        "catalogue": {"edition": catalogue.edition, "digest": catalogue.digest},
        "target": dict(target),
        "plan": _plan(plan),
        "started": started,
        "seconds": round(seconds, 1),
        "requirements": _requirements(findings.outcomes, catalogue),
        "left_out": [{"id": name, "why": why} for name, why in findings.left_out.items()],
        "checks": [_check(asdict(one)) for one in findings.checks],
        "observations": [asdict(one) for one in findings.observations],
        "blocked": [{"title": title, "why": why} for title, why in findings.blocked.items()],
        "counts": _counts(accounts),
        "rates": _rates(accounts),
        "latency_ms": {what: _latency(what, accounts) for what in ("answer", "delivery")},
        "generators": generators,
        "busy": any(one["busy"] for one in generators),
        "machine": _machine(),
        "leftovers": [sentence for one in accounts for sentence in one["leftovers"]],
    }


def _machine() -> dict[str, Any]:
    named = {"system": platform.system(), "machine": platform.machine(), "python": platform.python_version()}
    return {**named, "cores": os.cpu_count()}


def _plan(plan: Plan) -> dict[str, Any]:
    return {name: value for name, value in plan.as_json().items() if name not in ("first", "worker")}


def _requirements(outcomes: Mapping[str, Outcome], catalogue: Catalogue) -> list[dict[str, str]]:
    return [
        {"id": name, "level": catalogue.requirements[name].level.value, "outcome": outcome.value}
        for name, outcome in outcomes.items()
    ]


def _check(check: Mapping[str, Any]) -> dict[str, Any]:
    shown = ("requirements", "title", "expected", "observed", "held", "relation")
    return {name: list(check[name]) if name == "requirements" else check[name] for name in shown}


def _counts(accounts: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    added: dict[str, int] = {}
    for one in accounts:
        for name, number in one["tally"]["counts"].items():
            added[name] = added.get(name, 0) + number
    return dict(sorted(added.items()))


def _rates(accounts: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """What all generators together sent, were answered and heard in a second, once everybody was there."""
    return {
        name: round(sum(one["measured"][name] / max(one["measured"]["seconds"], 0.001) for one in accounts), 1)
        for name in ("sent", "accepted", "heard")
    }


def _latency(what: str, accounts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    together = Latencies()
    for one in accounts:
        together.add((value, number) for value, number in one["latency"][what])
    return together.as_json()


def _generator(account: Mapping[str, Any]) -> dict[str, Any]:
    measured = account["measured"]
    share = measured["cpu_s"] / max(measured["seconds"], 0.001)
    joined = account["tally"]["counts"].get("joined", 0)
    place = {"worker": account["plan"]["worker"], "chats": account["plan"]["chats"], "members": joined}
    return {**place, **measured, "cpu": round(share, 3), "busy": share > BUSY}


def write(results: Mapping[str, Any], folder: Path) -> Path:
    """Write the document into ``folder``; where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    path.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path
