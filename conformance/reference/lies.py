"""Servers that are not the reference: mutants, which break clauses, and variants, which break none.

Each is a subclass of `Decisions` that replaces what it is about, so its signature is checked like any other
method's, and several of them combine by inheritance. Its name, in kebab case, is its id; its docstring is the lie
that a mutant tells, or the freedom that a variant takes.
"""

import difflib
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType, ModuleType
from typing import TypeVar

from conformance.errors import UsageFault
from conformance.reference.decisions import Decisions

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-zA-Z])(?=[0-9])")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A server that breaks clauses.

    ``breaks`` are the requirement ids that its lie violates; every one of them has to go red. ``collateral`` are
    ids that go red as well though the lie is not about them, each with the reason why that cannot be helped.
    ``hidden_by`` are variants on top of which nobody can see the lie, each with the reason.
    ``told``: it takes several causes in a row, so the stories of the exploration are what has to find it.
    """

    name: str
    lie: str
    decisions: type[Decisions]
    breaks: tuple[str, ...]
    collateral: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    told: bool = False
    hidden_by: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Variant:
    """A server that differs from the reference and breaks nothing.

    ``apart`` are names of variants that it cannot be combined with, since both are about the same choice.
    """

    name: str
    freedom: str
    decisions: type[Decisions]
    apart: frozenset[str] = frozenset()


def name_of(decisions: type[Decisions]) -> str:
    """The id of a mutant or variant: its class name in kebab case."""
    return _HUMP.sub("-", decisions.__name__).lower()


class Mutants:
    """A chapter's mutants, filled by the decorator that ``breaks`` gives."""

    def __init__(self, *, told: bool = False) -> None:
        self.all: list[Mutant] = []
        self._told = told

    def breaks(
        self,
        *requirements: str,
        collateral: Mapping[str, str] | None = None,
        hidden_by: Mapping[str, str] | None = None,
    ) -> Callable[[type[Decisions]], type[Decisions]]:
        """Register the decorated class as a mutant that breaks these requirements."""

        def register(decisions: type[Decisions]) -> type[Decisions]:
            lie = (decisions.__doc__ or "").strip()
            reasons, hidden = (MappingProxyType(dict(one or {})) for one in (collateral, hidden_by))
            self.all.append(Mutant(name_of(decisions), lie, decisions, requirements, reasons, self._told, hidden))
            return decisions

        return register


class Variants:
    """A group of variants, filled by the decorator ``keeps``."""

    def __init__(self) -> None:
        self.all: list[Variant] = []

    def keeps(self, *, apart: Iterable[str] = ()) -> Callable[[type[Decisions]], type[Decisions]]:
        """Register the decorated class as a variant."""

        def register(decisions: type[Decisions]) -> type[Decisions]:
            freedom = (decisions.__doc__ or "").strip()
            self.all.append(Variant(name_of(decisions), freedom, decisions, frozenset(apart)))
            return decisions

        return register


def modules_of(package: ModuleType, *, but: str) -> list[ModuleType]:
    """The modules of ``package`` by name, all but the one that asks: who adds a module need not list it."""
    names = sorted(f"{package.__name__}.{one.name}" for one in pkgutil.iter_modules(package.__path__))
    return [importlib.import_module(name) for name in names if name != but]


def combined(parts: Iterable[type[Decisions]]) -> Decisions:
    """One server that does all of it; the first of the parts has the last word.

    Raises `UsageFault` where two of them cannot be one class.
    """
    bases = tuple(dict.fromkeys((*parts, Decisions)))
    try:
        made: type[Decisions] = type("Combined", bases, {})
    except TypeError:
        names = ", ".join(name_of(part) for part in bases[:-1])
        raise UsageFault(f"these servers cannot be combined: {names}") from None
    return made()


_Kind = TypeVar("_Kind", Mutant, Variant)


def one_named(name: str, among: Iterable[_Kind]) -> _Kind:
    """The mutant or variant of that name; raises `UsageFault`, with what was likely meant, where there is none."""
    by_name = {one.name: one for one in among}
    if name in by_name:
        return by_name[name]
    near = difflib.get_close_matches(name, by_name, n=1)
    raise UsageFault(f"no server is named {name!r}" + (f" (did you mean {near[0]!r}?)" if near else ""))
