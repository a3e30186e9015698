"""All mutants, in the order of their chapters: every module of this package that has ``MUTANTS`` is one."""

from functools import cache

from conformance.reference import mutants as package
from conformance.reference.lies import Mutant, Mutants, modules_of
from conformance.reference.mutants.rare import RARE


@cache
def mutants() -> tuple[Mutant, ...]:
    """Every mutant; the modules are imported at the first call."""
    chapters = [vars(module).get("MUTANTS") for module in modules_of(package, but=__name__)]
    return tuple(mutant for chapter in chapters if isinstance(chapter, Mutants) for mutant in chapter.all)


def served() -> tuple[Mutant, ...]:
    """Every mutant that can be served, also those that only a load can find."""
    return (*mutants(), *RARE.all)
