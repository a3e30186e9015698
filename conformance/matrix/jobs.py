"""One server that is judged, and what came of it. Pure, and small enough to go from process to process."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from conformance.provision.control import ROOT
from conformance.record import judged
from conformance.verdict import Judged, Outcome, Verdict, fold_requirement


@dataclass(frozen=True, slots=True)
class Job:
    """The reference server with one mutant and some variants, judged by some scenarios.

    ``requirements`` are the ids whose scenarios are played, none for all of the ``tier``. Once all of ``awaited``
    are red the job has what it wanted: with ``stop`` it ends there. ``part`` is what plays: the scenarios, the stories
    of the exploration, or both, the stories only while something awaited is not red yet. ``shrink``: a wrong story is
    shortened, so that it breaks nothing but what it has to.
    """

    name: str
    mutant: str | None = None
    variants: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    tier: str = "core"
    awaited: frozenset[str] = frozenset()
    stop: bool = False
    part: Literal["all", "scenarios", "stories"] = "all"
    shrink: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """What one scenario said, and at what price.

    ``asked`` are the requests of the contract itself: those by which the control API lends something are not among
    them. ``until_red`` are as many of these as were made when the first check had failed; None where none did.
    ``registering`` are those among them, until red where something was, that register a sender's public key.
    """

    judged: Judged
    message: str
    requests: int
    asked: int = 0
    until_red: int | None = None
    registering: int = 0

    @property
    def function(self) -> str:
        """The scenario function, whatever the case."""
        return self.judged.scenario.partition("[")[0]

    @property
    def is_story(self) -> bool:
        """Whether the exploration says so, and no scenario."""
        return self.judged.scenario.startswith(f"{EXPLORATION}::")


EXPLORATION = "test_exploration"
"""The module of the stories."""
_KEYS = "/v1/portal/keys"


def scene_of(record: Mapping[str, Any]) -> Scene:
    """The scene that a scenario's record tells of."""
    http = [one for one in record["wire"] if one["kind"] == "http" and not one["path"].startswith(f"{ROOT}/")]
    until_red = _until_red(record, [one["index"] for one in http])
    keys = sum((one["method"], one["path"]) == ("POST", _KEYS) for one in http[:until_red])
    return Scene(judged(dict(record)), record["message"], record["requests"], len(http), until_red, keys)


def _until_red(record: Mapping[str, Any], asked: Sequence[int]) -> int | None:
    """How many of the requests ``asked`` were made by the first check that failed, all of them rather than too few."""
    checks = record["checks"]
    first = next((at for at, check in enumerate(checks) if not check["held"]), None)
    if first is None:
        return None
    known = [check["exchange"] for check in checks[: first + 1] if check["exchange"] is not None]
    # What a story ended at may have been found out long after the exchange that it is about.
    if first == len(checks) - 1 or not known:
        return len(asked)
    latest: int = max(known)
    return len([one for one in asked if one <= latest])


@dataclass(frozen=True, slots=True)
class Reached:
    """When everything awaited was red: after so many requests of the scenarios that had ended, and seconds."""

    requests: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Playback:
    """How a job went.

    ``obstacle`` is why the server could not be judged, a sentence; empty where it was. ``verdict`` is the run's own,
    None where it was narrowed or stopped. ``cpu_s`` is the processor time of server and judge together.
    """

    job: Job
    scenes: tuple[Scene, ...] = ()
    obstacle: str = ""
    verdict: Verdict | None = None
    reason: str = ""
    seconds: float = 0.0
    cpu_s: float = 0.0
    reached: Reached | None = field(default=None)

    @property
    def requests(self) -> int:
        """The requests of all scenarios."""
        return sum(scene.requests for scene in self.scenes)

    def outcomes(self, ids: Iterable[str]) -> dict[str, Outcome]:
        """The outcome of each of these requirements, folded as a run's."""
        spoken = [scene.judged for scene in self.scenes]
        return {one: fold_requirement(one, spoken) for one in ids}

    def scenes_that_ended(self, outcome: Outcome) -> list[Scene]:
        """The scenarios of that outcome."""
        return [scene for scene in self.scenes if scene.judged.outcome is outcome]

    def said(self) -> dict[str, str]:
        """What the scenarios that did not pass said, by scenario."""
        well = (Outcome.PASSED, Outcome.NOT_APPLICABLE)
        return {
            scene.judged.scenario: f"{scene.judged.outcome}: {scene.message}"
            for scene in sorted(self.scenes, key=lambda one: one.judged.scenario)
            if scene.judged.outcome not in well
        }
