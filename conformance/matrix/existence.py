"""Does each scenario earn its keep? It killed a mutant that no other kills, or has a written reason to exist."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources

_FILE = "existence.toml"


def reasons() -> Mapping[str, str]:
    """The written reasons, by scenario function."""
    text = resources.files("conformance.matrix").joinpath(_FILE).read_text("utf-8")
    return {name: str(reason) for name, reason in tomllib.loads(text)["reasons"].items()}


def unexplained(
    played: Iterable[str], victims: Mapping[str, set[str]], written: Mapping[str, str] | None = None
) -> list[str]:
    """A sentence for each scenario that needs a reason and has none, and for each reason that nothing needs.

    ``played`` are the scenario functions, ``victims`` the mutants that each killed in a matrix of every scenario.
    """
    known = reasons() if written is None else written
    there, alone = set(played), killed_alone(victims)
    return sorted([*_idle(there, victims, alone, known), *_stale(there, alone, known)])


def killed_alone(victims: Mapping[str, set[str]]) -> dict[str, list[str]]:
    """The mutants that a scenario function alone kills."""
    times = Counter(mutant for killed in victims.values() for mutant in killed)
    return {function: sorted(one for one in killed if times[one] == 1) for function, killed in victims.items()}


def _idle(
    there: Iterable[str], victims: Mapping[str, set[str]], alone: Mapping[str, list[str]], known: Mapping[str, str]
) -> Iterator[str]:
    for name in there:
        if not alone.get(name) and not known.get(name, "").strip():
            killed = len(victims.get(name, ()))
            yield f"{name}: none of the {killed} mutants that it kills is killed by it alone, and {_FILE} has no reason"


def _stale(there: set[str], alone: Mapping[str, list[str]], known: Mapping[str, str]) -> Iterator[str]:
    for name in known:
        if name not in there:
            yield f"{name}: {_FILE} has a reason for it, but there is no such scenario"
        elif alone.get(name):
            yield f"{name}: {_FILE} has a reason for it, but it alone kills {alone[name][0]}: the reason can go"
