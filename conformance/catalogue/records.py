"""The catalogue's records, and what is asked of them. Pure: nothing here reads a file."""

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from conformance.errors import CatalogueFault, UsageFault


class Level(StrEnum):
    """What a requirement weighs: MUST decides the verdict, SHOULD warns, INFO is only printed."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    INFO = "INFO"


class Tier(StrEnum):
    """How much of the contract a run judges: sending alone, or its sibling pages as well."""

    CORE = "core"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One clause of the contract.

    ``pages`` are the public pages that say so, ``conditions`` when it applies and which room it leaves;
    ``feature`` is what a target may declare absent, which makes it not applicable; ``unjudged`` is why no
    scenario judges it. The last two are empty where there is nothing to say.
    """

    id: str
    level: Level
    tier: Tier
    chapter: str
    pages: tuple[str, ...]
    text: str
    conditions: tuple[str, ...] = ()
    feature: str = ""
    unjudged: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """Requirements that are read together."""

    name: str
    title: str
    tier: Tier


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One edition of all requirements, by id and in reading order; ``pages`` are titles by name."""

    edition: str
    chapters: tuple[Chapter, ...]
    requirements: Mapping[str, Requirement]
    digest: str
    pages: Mapping[str, str]

    def of_tier(self, tier: Tier) -> tuple[Requirement, ...]:
        """Return what a run of ``tier`` judges: the full tier contains the core one."""
        return tuple(one for one in self.requirements.values() if tier is Tier.FULL or one.tier is Tier.CORE)

    def select(self, patterns: Sequence[str]) -> tuple[Requirement, ...]:
        """Return the requirements whose ids match any of ``patterns``, in reading order.

        Patterns are globs, in any case. Raises `UsageFault` where one matches nothing.
        """
        wanted = {pattern: self._matching(pattern) for pattern in patterns}
        lost = [pattern for pattern, ids in wanted.items() if not ids]
        if lost:
            raise UsageFault("; ".join(self.no_match(pattern) for pattern in lost))
        chosen = frozenset().union(*wanted.values())
        return tuple(one for id_, one in self.requirements.items() if id_ in chosen)

    def require_judged(self, judged: Mapping[str, Collection[str]], tier: Tier) -> None:
        """Raise `CatalogueFault` unless catalogue and scenarios agree on what is judged.

        ``judged`` has the names of the scenarios which judge a requirement, by its id.
        """
        by_scenario = {id_: sorted(names) for id_, names in judged.items() if names}
        faults = [*self._unknown(by_scenario), *self._orphans(by_scenario, tier), *self._stale(by_scenario)]
        if faults:
            raise CatalogueFault("\n".join(faults))

    def _matching(self, pattern: str) -> frozenset[str]:
        return frozenset(id_ for id_ in self.requirements if fnmatchcase(id_, pattern.upper()))

    def no_match(self, pattern: str) -> str:
        """Say that nothing is called so, and what is."""
        return f"no requirement matches {pattern!r}{self._suggestion(pattern)}"

    def _suggestion(self, id_: str) -> str:
        near = difflib.get_close_matches(id_.upper(), self.requirements, n=1)
        return f" (did you mean {near[0]}?)" if near else ""

    def _unknown(self, judged: Mapping[str, Sequence[str]]) -> Iterator[str]:
        for id_ in sorted(judged.keys() - self.requirements.keys()):
            yield f"{id_}: judged by {', '.join(judged[id_])}, but no such requirement{self._suggestion(id_)}"

    def _orphans(self, judged: Mapping[str, Sequence[str]], tier: Tier) -> Iterator[str]:
        for one in self.of_tier(tier):
            if one.id not in judged and not one.unjudged:
                yield f"{one.id}: judged by no scenario, and nothing says why"

    def _stale(self, judged: Mapping[str, Sequence[str]]) -> Iterator[str]:
        for one in self.requirements.values():
            if one.unjudged and one.id in judged:
                names = ", ".join(judged[one.id])
                yield f"{one.id}: judged by {names}, but said to be unjudged ({one.unjudged!r})"
