"""False alarms: a server that differs and breaks nothing is conformant, nothing red and nothing blocked. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from conformance.matrix.jobs import Job, Playback
from conformance.reference.lies import Variant
from conformance.verdict import Verdict

MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Trial:
    """One server with one variant or several; ``alarms`` are what it was accused of, none if all is well.

    ``error`` is why it could not be judged.
    """

    variants: tuple[Variant, ...]
    playback: Playback
    alarms: tuple[str, ...]
    error: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The variants' names."""
        return tuple(variant.name for variant in self.variants)

    @property
    def label(self) -> str:
        """The names, cut where they are many."""
        more = len(self.names) - MOST_NAMED
        return " + ".join(self.names[:MOST_NAMED]) + (f" + {more} more" if more > 0 else "")

    @property
    def quiet(self) -> bool:
        """Whether it was judged and is conformant."""
        return not self.error and not self.alarms


def job_for(variants: Sequence[Variant], *, tier: str) -> Job:
    """What is played for a server with these variants: everything."""
    names = tuple(variant.name for variant in variants)
    return Job(name=" + ".join(names) or "reference", variants=names, tier=tier)


def judge(variants: Sequence[Variant], playback: Playback) -> Trial:
    """The trial of these variants."""
    alarms = [f"{name}: {what}" for name, what in playback.said().items()]
    if playback.verdict is not Verdict.CONFORMANT and not alarms:
        alarms = [f"{playback.verdict or 'no verdict'}: {playback.reason}"]
    return Trial(tuple(variants), playback, tuple(alarms) if not playback.obstacle else (), playback.obstacle)
