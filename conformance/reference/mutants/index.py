"""All mutants, in the order of their chapters."""

from conformance.reference.lies import Mutant
from conformance.reference.mutants import mutes

CHAPTERS = (mutes,)


def mutants() -> tuple[Mutant, ...]:
    """Every mutant."""
    return tuple(mutant for chapter in CHAPTERS for mutant in chapter.MUTANTS.all)
