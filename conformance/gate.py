"""What a gate says of a run whose target is known to break some requirements: the one fold. Pure.

It is strict both ways: what is broken and not known fails it, and so does what is known and not broken any more.
The verdict of the run is another matter, and knows of no exceptions.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from conformance.verdict import UNSETTLED, Judged, Outcome, counted, fold_requirement, some

_SETTLED = (Outcome.PASSED, Outcome.NOT_APPLICABLE)


class Passage(StrEnum):
    """Whether a gate lets a run pass."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"

    @property
    def exit_status(self) -> int:
        """0 passed, 1 failed, 2 inconclusive."""
        return {Passage.PASSED: 0, Passage.FAILED: 1, Passage.INCONCLUSIVE: 2}[self]


@dataclass(frozen=True, slots=True)
class Gate:
    """What a gate says, and why: the outcome of each known failure, and what could not be seen behind them.

    ``hidden`` has requirements that no scenario came to because it ended at known failures, by id, with their ids.
    """

    passage: Passage
    reason: str
    known: Mapping[str, Outcome] = field(default_factory=dict)
    hidden: Mapping[str, Sequence[str]] = field(default_factory=dict)


def fold_gate(
    judged: Collection[Judged],
    known: Collection[str],
    *,
    must: Sequence[str],
    should: Sequence[str],
    incomplete: str,
) -> Gate:
    """What the gate says of a run, given what its scenarios say of the requirements.

    ``known`` are ids among those of the level. ``incomplete`` is why the run cannot be the whole story (narrowed,
    cut off, crashed), and empty where it is. As in a verdict, what is found to be wrong stays so whatever else
    happened, and what nobody judged never passes.
    """
    graded = (*must, *should)
    outcomes = {one: fold_requirement(one, judged) for one in graded}
    hidden = {one: behind for one in graded if one not in known and (behind := _behind(one, judged, known))}
    tolerated = {one: outcomes[one] for one in known}
    rest = {one: outcome for one, outcome in outcomes.items() if one not in (*known, *hidden)}
    wrong = [*_red([one for one in must if rest.get(one) is Outcome.FAILED]), *_over(tolerated)]
    if wrong:
        return Gate(Passage.FAILED, "; ".join(wrong), tolerated, hidden)
    unclear = [*filter(None, [incomplete]), *_unseen(tolerated), *_unjudged(rest)]
    if not any(outcomes[one] in (Outcome.PASSED, Outcome.FAILED) for one in must):
        unclear.append("no MUST requirement was judged")
    if unclear:
        return Gate(Passage.INCONCLUSIVE, "; ".join(unclear), tolerated, hidden)
    return Gate(Passage.PASSED, _notice(known, hidden), tolerated, hidden)


def _red(ids: Sequence[str]) -> list[str]:
    return [f"{counted(ids, 'MUST requirement')} broken and not known to be: {some(ids)}"] if ids else []


def _over(known: Mapping[str, Outcome]) -> list[str]:
    ids = [one for one, outcome in known.items() if outcome in _SETTLED]
    return [f"{counted(ids, 'known failure')} broken no more, remove from the file: {some(ids)}"] if ids else []


def _unseen(known: Mapping[str, Outcome]) -> list[str]:
    ids = [one for one, outcome in known.items() if outcome in UNSETTLED]
    return [f"{counted(ids, 'known failure')} not judged: {some(ids)}"] if ids else []


def _unjudged(rest: Mapping[str, Outcome]) -> list[str]:
    ids = [one for one, outcome in rest.items() if outcome in UNSETTLED]
    return [f"{counted(ids, 'requirement')} not judged: {some(ids)}"] if ids else []


def _notice(known: Collection[str], hidden: Mapping[str, Sequence[str]]) -> str:
    if not known:
        return "every MUST requirement of the level holds"
    told = f"{counted(known, 'known failure')}, and nothing else is broken: {some(sorted(known))}"
    behind = f"{counted(hidden, 'requirement')} not judged behind {'it' if len(known) == 1 else 'them'}"
    return f"{told}; {behind}: {some(sorted(hidden))}" if hidden else told


def _behind(requirement: str, judged: Collection[Judged], known: Collection[str]) -> tuple[str, ...]:
    """The known failures that kept scenarios from coming to ``requirement``; none where it is open for another reason.

    A check that does not hold ends its scenario, and what it would have come to later is blocked by nothing else.
    """
    said = [(one, outcome) for one in judged if (outcome := one.says_of(requirement)) not in (None, *_SETTLED)]
    told = [one for one, outcome in said if outcome is Outcome.BLOCKED and fails_by(one.failed, known)]
    ids = {id_ for one in told for id_ in one.failed}
    return tuple(sorted(ids)) if len(told) == len(said) else ()


def fails_by(failed: Collection[str], known: Collection[str]) -> bool:
    """Whether a scenario that broke these requirements broke known ones alone."""
    return bool(failed) and set(failed) <= set(known)
