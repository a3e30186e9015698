"""Mutants, variants and playbacks made by hand."""

from types import MappingProxyType

from conformance.matrix.jobs import Job, Playback, Reached, Scene
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutant, Variant
from conformance.verdict import Judged, Outcome, Verdict


def mutant(name: str = "liar", *breaks: str, collateral: dict[str, str] | None = None) -> Mutant:
    return Mutant(name, "It lies.", Decisions, breaks or ("SEND-MUTED",), MappingProxyType(collateral or {}))


def variant(name: str, *apart: str) -> Variant:
    return Variant(name, "It differs.", Decisions, frozenset(apart))


def scene(
    name: str, *failed: str, passed: tuple[str, ...] = (), outcome: Outcome | None = None, message: str = ""
) -> Scene:
    ended = outcome or (Outcome.FAILED if failed else Outcome.PASSED)
    claimed = frozenset((*failed, *passed))
    return Scene(Judged(name, ended, claimed, frozenset(passed), frozenset(failed), finished=not failed), message, 7)


def playback(*scenes: Scene, full: bool = True, obstacle: str = "", verdict: Verdict | None = None) -> Playback:
    job = Job("liar", requirements=() if full else ("SEND-MUTED",), stop=not full)
    return Playback(job, scenes, obstacle, verdict, "so it is", 1.25, reached=Reached(7, 0.5))
