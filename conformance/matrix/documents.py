"""The matrices as JSON documents. What was measured stands apart from what must be the same every time."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from conformance.matrix.jobs import Playback
from conformance.matrix.kills import Fate, Kill
from conformance.verdict import Outcome

MUTANTS = "portal-conformance-mutants/1"
VARIANTS = "portal-conformance-variants/1"


def of_kills(kills: Sequence[Kill], *, mode: str, tier: str, seconds: float) -> dict[str, Any]:
    """The matrix, its digest, and what was measured."""
    matrix = [_row(kill) for kill in kills]
    counts = Counter(kill.fate.value for kill in kills)
    return {
        "format": MUTANTS,
        "mode": mode,
        "level": tier,
        "counts": {fate.value: counts[fate.value] for fate in Fate},
        "digest": digest(matrix),
        "matrix": matrix,
        "measured": {"seconds": round(seconds, 1), "mutants": {kill.name: _measured(kill) for kill in kills}},
    }


def _row(kill: Kill) -> dict[str, Any]:
    return {
        "mutant": kill.mutant.name,
        "on": list(kill.on),
        "lie": kill.mutant.lie,
        "breaks": list(kill.mutant.breaks),
        "collateral": dict(kill.mutant.collateral),
        "red": list(kill.red),
        "fate": kill.fate.value,
    }


def _measured(kill: Kill) -> dict[str, Any]:
    playback = kill.playback
    return {
        "seconds": playback.seconds,
        "requests": playback.requests,
        "until_red": {"requests": playback.reached.requests, "seconds": playback.reached.seconds}
        if playback.reached
        else None,
        "why": kill.why,
        "verdict": playback.verdict.value if playback.verdict else None,
        "blocked": list(kill.blocked),
        "killers": {one: list(functions) for one, functions in kill.killers.items()},
        "said": said(playback),
    }


def said(playback: Playback) -> dict[str, str]:
    """What the scenarios that did not pass said."""
    quiet = (Outcome.PASSED, Outcome.NOT_APPLICABLE)
    return {
        scene.judged.scenario: f"{scene.judged.outcome}: {scene.message}"
        for scene in sorted(playback.scenes, key=lambda one: one.judged.scenario)
        if scene.judged.outcome not in quiet
    }


def digest(matrix: Sequence[Mapping[str, Any]]) -> str:
    """What two runs have in common if they found the same."""
    canonical = json.dumps(matrix, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "sha256:" + hashlib.sha256(canonical.encode("ascii")).hexdigest()


def write(document: Mapping[str, Any], path: Path) -> None:
    """Write ``document``, the folder too where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
