"""Does each scenario earn its keep? It killed a mutant that no other kills, or has a written reason to exist."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources

from conformance.matrix.kills import Kill, victims

_FILE = "existence.toml"


def reasons() -> Mapping[str, str]:
    """The written reasons, by scenario function."""
    text = resources.files("conformance.matrix").joinpath(_FILE).read_text("utf-8")
    return {name: str(reason) for name, reason in tomllib.loads(text)["reasons"].items()}


def unexplained(kills: list[Kill], written: Mapping[str, str] | None = None) -> list[str]:
    """A sentence for each scenario that needs a reason and has none, and for each reason that nothing needs.

    ``kills`` is the full matrix.
    """
    known = reasons() if written is None else written
    played = {scene.function for kill in kills for scene in kill.playback.scenes}
    return sorted([*_idle(played, kills, known), *_stale(played, kills, known)])


def only_killer(kills: Iterable[Kill]) -> dict[str, list[str]]:
    """The mutants that a scenario function alone kills."""
    by_function = victims(kills)
    alone: dict[str, list[str]] = {}
    for function, mutants in by_function.items():
        others = set().union(*(more for name, more in by_function.items() if name != function))
        alone[function] = sorted(mutants - others)
    return alone


def _idle(played: Iterable[str], kills: list[Kill], known: Mapping[str, str]) -> Iterator[str]:
    alone, by_function = only_killer(kills), victims(kills)
    for name in played:
        if not alone.get(name) and not known.get(name, "").strip():
            killed = len(by_function.get(name, ()))
            yield f"{name}: none of the {killed} mutants that it kills is killed by it alone, and {_FILE} has no reason"


def _stale(played: Iterable[str], kills: list[Kill], known: Mapping[str, str]) -> Iterator[str]:
    alone, there = only_killer(kills), set(played)
    for name in known:
        if name not in there:
            yield f"{name}: {_FILE} has a reason for it, but there is no such scenario"
        elif alone.get(name):
            yield f"{name}: {_FILE} has a reason for it, but it alone kills {alone[name][0]}: the reason can go"
