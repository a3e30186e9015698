"""Outcomes, and the one fold from outcomes to a verdict. Pure.

A scenario ends in an `Outcome`. For each requirement that it claims it contributes an outcome too; the
contributions of all scenarios fold into the requirement's outcome, and these into the run's `Verdict`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """How a scenario, or a requirement, ended."""

    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"
    NOT_APPLICABLE = "not applicable"
    SUITE_ERROR = "suite error"
    NOT_JUDGED = "not judged"


class Verdict(StrEnum):
    """What a whole run says of its target."""

    CONFORMANT = "conformant"
    NON_CONFORMANT = "non-conformant"
    INCONCLUSIVE = "inconclusive"

    @property
    def exit_status(self) -> int:
        """0 conformant, 1 non-conformant, 2 inconclusive."""
        return {Verdict.CONFORMANT: 0, Verdict.NON_CONFORMANT: 1, Verdict.INCONCLUSIVE: 2}[self]


# Worst first: one red contribution makes a requirement red, one unjudged one keeps it from being green.
_WEIGHT = (
    Outcome.FAILED,
    Outcome.SUITE_ERROR,
    Outcome.BLOCKED,
    Outcome.NOT_JUDGED,
    Outcome.PASSED,
    Outcome.NOT_APPLICABLE,
)

UNSETTLED = frozenset({Outcome.BLOCKED, Outcome.SUITE_ERROR, Outcome.NOT_JUDGED})
"""The outcomes of what is neither green nor red."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one scenario says of the requirements.

    ``claimed`` are the ids that the scenario sets out to judge, ``passed`` and ``failed`` those for which it
    recorded a check that held or did not hold; ``finished`` is whether it came to its end.
    """

    scenario: str
    outcome: Outcome
    claimed: frozenset[str]
    passed: frozenset[str] = field(default_factory=frozenset)
    failed: frozenset[str] = field(default_factory=frozenset)
    finished: bool = True

    def says_of(self, requirement: str) -> Outcome | None:
        """This scenario's contribution to ``requirement``; None where it has none."""
        if requirement in self.failed:
            return Outcome.FAILED
        if requirement not in self.claimed:
            return None
        if self.outcome in (Outcome.SUITE_ERROR, Outcome.NOT_APPLICABLE, Outcome.NOT_JUDGED):
            return self.outcome
        if self.finished and requirement in self.passed:
            return Outcome.PASSED
        return Outcome.BLOCKED


def fold_requirement(requirement: str, judged: Iterable[Judged]) -> Outcome:
    """The outcome of one requirement: the worst that any scenario says; not judged where none speaks."""
    said = {outcome for one in judged if (outcome := one.says_of(requirement)) is not None}
    return next((outcome for outcome in _WEIGHT if outcome in said), Outcome.NOT_JUDGED)


def fold_run(outcomes: Mapping[str, Outcome], *, must: Iterable[str], should: Iterable[str], complete: bool) -> Verdict:
    """The verdict of a run.

    A failed MUST makes it non-conformant, whatever else happened. It is conformant only if the run was
    ``complete`` (nothing filtered, cut off or crashed), each MUST passed, and each SHOULD was judged; a
    requirement that the profile declares not applicable stands in nobody's way. All else is inconclusive.
    """
    musts = [outcomes.get(requirement, Outcome.NOT_JUDGED) for requirement in must]
    if Outcome.FAILED in musts:
        return Verdict.NON_CONFORMANT
    settled = {Outcome.PASSED, Outcome.NOT_APPLICABLE}
    shoulds = [outcomes.get(requirement, Outcome.NOT_JUDGED) for requirement in should]
    judged = settled.issuperset(musts) and (settled | {Outcome.FAILED}).issuperset(shoulds)
    if complete and judged and Outcome.PASSED in musts:
        return Verdict.CONFORMANT
    return Verdict.INCONCLUSIVE


def counted(ids: Collection[str], noun: str) -> str:
    """How many there are, in words."""
    return f"{len(ids)} {noun}{'' if len(ids) == 1 else 's'}"


def some(ids: Sequence[str], most: int = 6) -> str:
    """The first of the ids, and how many more there are."""
    return ", ".join(ids[:most]) + (f" and {len(ids) - most} more" if len(ids) > most else "")
