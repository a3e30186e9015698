"""Which scenarios a run will find blocked, and why: known from the profile before anybody is asked."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from conformance.costing import needed
from conformance.provision.crew import Company
from conformance.provision.rehearsal import Rehearsals
from conformance.run import Options
from conformance.scenarios.index import ids_of

# Told only where the target makes such chats on request; the private stories are told everywhere.
_ELSEWHERE = frozenset({"test_exploration::test_stories[public]", "test_exploration::test_stories[hidden]"})


def lacking(options: Options) -> Mapping[str, str]:
    """The scenarios that cannot be played with the profile of these options, each with a sentence that says why."""
    profile = options.profile
    if profile.provision.driver == "control":
        return {}
    rehearsals = Rehearsals(Company(profile, profile.roster.crews[0]), options.pace())
    found = {name: rehearsals.lacks(need) for name, need in needed(options).items() if name not in _ELSEWHERE}
    return {name: sentence for name, sentence in found.items() if sentence}


def told(options: Options, lacking: Mapping[str, str]) -> Iterator[str]:
    """What can be judged and what not, as lines."""
    number = len(needed(options))
    yield f"{number - len(lacking)} of {number} scenarios of the {options.tier.value} level can be played"
    absent = sorted(one.id for one in options.requirements if one.feature in options.profile.absent)
    if absent:
        yield f"not applicable (declared absent): {', '.join(absent)}"
    by_sentence: dict[str, list[str]] = defaultdict(list)
    for name, sentence in lacking.items():
        by_sentence[sentence].append(name)
    for sentence, names in by_sentence.items():
        yield f"blocked: {', '.join(names)}"
        yield f"  {sentence}"
    if lacking:
        blocked = {one for name in lacking for one in ids_of(name)} & options.selected
        yield f"so not judged: {', '.join(sorted(blocked))}"
