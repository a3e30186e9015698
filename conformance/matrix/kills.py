"""The kill matrix: which mutants the suite turns red, and whether for the right reason. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from conformance.catalogue.records import Catalogue, Level, Tier
from conformance.matrix.jobs import Job, Playback
from conformance.reference.lies import Mutant
from conformance.verdict import Outcome


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    MISATTRIBUTED = "misattributed"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Kill:
    """One row of the matrix: a mutant, what it breaks, and what went red.

    ``red`` has, where every scenario was played, all that went red, otherwise only what the mutant breaks. ``killers``
    are the scenario functions that saw it, by requirement. ``why`` explains a fate other than killed.
    """

    mutant: Mutant
    on: tuple[str, ...]
    red: tuple[str, ...]
    blocked: tuple[str, ...]
    fate: Fate
    why: str
    killers: Mapping[str, tuple[str, ...]]
    playback: Playback

    @property
    def name(self) -> str:
        """The mutant, and the variants beneath it."""
        return " + ".join((self.mutant.name, *self.on))


def tier_of(mutant: Mutant, catalogue: Catalogue) -> Tier:
    """The level at which all is judged that ``mutant`` breaks."""
    core = all(catalogue.requirements[one].tier is Tier.CORE for one in mutant.breaks)
    return Tier.CORE if core and not mutant.told else Tier.FULL


def job_for(mutant: Mutant, *, full: bool, tier: Tier, on: tuple[str, ...] = ()) -> Job:
    """What is played for ``mutant``: the scenarios of what it breaks, or every one of ``tier``.

    Where it takes a story of several causes, the stories are played in place of the scenarios of what it breaks.
    """
    return Job(
        name=" + ".join((mutant.name, *on)),
        mutant=mutant.name,
        variants=on,
        requirements=() if full or mutant.told else mutant.breaks,
        tier=tier,
        awaited=frozenset(mutant.breaks),
        stop=not full,
        part="all" if full else "stories" if mutant.told else "scenarios",
        shrink=mutant.told,
    )


def told_job(mutant: Mutant) -> Job:
    """What is played to see whether the stories of the exploration find ``mutant`` by themselves."""
    return Job(mutant.name, mutant.name, tier=Tier.FULL, part="stories", shrink=mutant.told)


def second_look(playback: Playback) -> Job | None:
    """The job that plays everything where the scenarios that set out to judge the ids left one of them green.

    What every scenario looks at when it is over (nothing lost, nothing overheard) is claimed by few of them. A mistake
    of the suite is looked at no further: another play could hide it.
    """
    job, mistakes = playback.job, playback.scenes_that_ended(Outcome.SUITE_ERROR)
    if playback.obstacle or playback.reached or mistakes or not job.requirements:
        return None
    return replace(job, requirements=(), tier=Tier.FULL, part="all")


def judge(mutant: Mutant, playback: Playback, catalogue: Catalogue) -> Kill:
    """The row of ``mutant``."""
    graded = [one.id for one in catalogue.requirements.values() if one.level is not Level.INFO]
    outcomes = playback.outcomes(graded)
    reds = tuple(one for one, outcome in outcomes.items() if outcome is Outcome.FAILED)
    # A story of several causes goes wrong in several ways: what it accuses besides is no misattribution.
    by_scenarios = {one for scene in playback.scenes if not scene.is_story for one in scene.judged.failed}
    full = not playback.job.stop
    shown = tuple(one for one in reds if one in mutant.breaks or (full and one in by_scenarios))
    fate, why = _fate(mutant, playback, shown)
    return Kill(
        mutant=mutant,
        on=playback.job.variants,
        red=shown,
        blocked=tuple(one for one, outcome in outcomes.items() if outcome is Outcome.BLOCKED),
        fate=fate,
        why=why,
        killers=_killers(playback, shown),
        playback=playback,
    )


def judge_by_stories(mutant: Mutant, playback: Playback, catalogue: Catalogue) -> Kill:
    """The row of ``mutant`` where the stories alone were played: one red of what it breaks is enough."""
    kill = judge(mutant, playback, catalogue)
    reds = {one for scene in playback.scenes if scene.is_story for one in scene.judged.failed}
    others = tuple(one for one in catalogue.requirements if one in reds and one not in mutant.breaks)
    red = (*kill.red, *others)
    if kill.fate is Fate.ERROR or not red:
        return kill
    fate, why = (Fate.KILLED, "") if kill.red else (Fate.MISATTRIBUTED, f"found, by {', '.join(others)}")
    return replace(kill, red=red, fate=fate, why=why, killers=_killers(playback, red))


def _fate(mutant: Mutant, playback: Playback, red: Sequence[str]) -> tuple[Fate, str]:
    if playback.obstacle:
        return Fate.ERROR, playback.obstacle
    if mistakes := playback.scenes_that_ended(Outcome.SUITE_ERROR):
        return Fate.ERROR, f"suite error in {mistakes[0].judged.scenario}: {mistakes[0].message}"
    missing = [one for one in mutant.breaks if one not in red]
    stray = [one for one in red if one not in mutant.breaks and one not in mutant.collateral]
    if not missing and not stray:
        return Fate.KILLED, ""
    stayed = f"did not go red: {', '.join(missing)}" if missing else ""
    strayed = f"went red without being named: {', '.join(stray)}" if stray else ""
    silent = len(missing) == len(mutant.breaks) and not stray
    return Fate.SURVIVED if silent else Fate.MISATTRIBUTED, "; ".join(filter(None, (stayed, strayed)))


def _killers(playback: Playback, red: Iterable[str]) -> dict[str, tuple[str, ...]]:
    return {
        one: tuple(sorted({scene.function for scene in playback.scenes if one in scene.judged.failed})) for one in red
    }


def _judged(playback: Playback) -> frozenset[str]:
    return frozenset().union(*(scene.judged.claimed for scene in playback.scenes))


def functions_of(kills: Iterable[Kill]) -> frozenset[str]:
    """The scenario functions that were played."""
    return frozenset(scene.function for kill in kills for scene in kill.playback.scenes)


def stale_collateral(kills: Iterable[Kill]) -> dict[str, list[str]]:
    """Collateral that did not happen though it was judged, by mutant; of a full matrix only."""
    stale = {
        kill.name: [one for one in kill.mutant.collateral if one not in kill.red and one in _judged(kill.playback)]
        for kill in kills
    }
    return {name: ids for name, ids in stale.items() if ids}
