"""The matrices as JSON documents. What was measured stands apart from what must be the same every time."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from conformance.errors import UsageFault
from conformance.matrix.kills import Fate, Kill
from conformance.matrix.trials import Trial

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
        "cpu_s": playback.cpu_s,
        "requests": playback.requests,
        "until_red": {"requests": playback.reached.requests, "seconds": playback.reached.seconds}
        if playback.reached
        else None,
        "why": kill.why,
        "verdict": playback.verdict.value if playback.verdict else None,
        "blocked": list(kill.blocked),
        "killers": {one: list(functions) for one, functions in kill.killers.items()},
        "said": _said(kill),
    }


def _said(kill: Kill) -> dict[str, str]:
    """What turned a killed mutant red, a scenario for each requirement that it breaks; all that was said of another."""
    said = kill.playback.said()
    if kill.fate is not Fate.KILLED:
        return said
    scenes = [scene.judged for scene in kill.playback.scenes]
    first = {
        one: min(scene.scenario for scene in scenes if one in scene.failed)
        for one in kill.red
        if one in kill.mutant.breaks
    }
    return {name: said[name] for name in sorted(set(first.values()))}


def earlier(path: Path) -> dict[str, Any]:
    """The matrix of an earlier run; raises `UsageFault` where the file is none."""
    try:
        document = json.loads(path.read_text("utf-8"))
        if document["format"] == MUTANTS and isinstance(document["matrix"], list):
            return dict(document)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise UsageFault(f"{path} is no matrix that `portal-conformance mutants` wrote")


def differences(found: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    """A sentence for each mutant that was judged otherwise ``before``, or in one of the two matrices alone."""
    now, then = _said_of(found), _said_of(before)
    return [
        f"{name}: {now.get(name, 'not judged')} now, {then.get(name, 'not judged')} before"
        for name in {**now, **then}
        if now.get(name) != then.get(name)
    ]


def victims(document: Mapping[str, Any]) -> dict[str, set[str]]:
    """The mutants that each scenario function killed: for which it turned red something that they break."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in document["matrix"]:
        killers = document["measured"]["mutants"][_name(row)]["killers"]
        for function in chain.from_iterable(killers.get(one, ()) for one in row["breaks"]):
            found[function].add(_name(row))
    return dict(found)


def _name(row: Mapping[str, Any]) -> str:
    return " + ".join((row["mutant"], *row["on"]))


def _said_of(document: Mapping[str, Any]) -> dict[str, str]:
    return {_name(row): f"{row['fate']} by {', '.join(row['red']) or 'nothing'}" for row in document["matrix"]}


def found_by_stories(path: Path) -> dict[str, str]:
    """The fate of each mutant where the stories alone were played, as the document at ``path`` has it."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {row["mutant"]: row["fate"] for row in document["matrix"]}


def of_trials(trials: Sequence[Trial], *, tier: str, seconds: float) -> dict[str, Any]:
    """The trials of variants, their digest, and what was measured."""
    matrix = [{"variants": list(trial.names), "conformant": trial.quiet} for trial in trials]
    return {
        "format": VARIANTS,
        "level": tier,
        "counts": {
            "variants": sum(len(trial.variants) == 1 for trial in trials),
            "combinations": sum(len(trial.variants) > 1 for trial in trials),
            "false alarms": sum(bool(trial.alarms) for trial in trials),
            "not judged": sum(bool(trial.error) for trial in trials),
        },
        "digest": digest(matrix),
        "freedoms": {variant.name: variant.freedom for trial in trials for variant in trial.variants},
        "matrix": matrix,
        "measured": {"seconds": round(seconds, 1), "trials": [_measured_trial(trial) for trial in trials]},
    }


def _measured_trial(trial: Trial) -> dict[str, Any]:
    playback = trial.playback
    return {
        "variants": list(trial.names),
        "seconds": playback.seconds,
        "cpu_s": playback.cpu_s,
        "requests": playback.requests,
        "verdict": playback.verdict.value if playback.verdict else None,
        "error": trial.error,
        "alarms": list(trial.alarms),
    }


def digest(matrix: Sequence[Mapping[str, Any]]) -> str:
    """What two runs have in common if they found the same."""
    canonical = json.dumps(matrix, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "sha256:" + hashlib.sha256(canonical.encode("ascii")).hexdigest()


def write(document: Mapping[str, Any], path: Path) -> None:
    """Write ``document``, the folder too where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
