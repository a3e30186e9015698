"""What a command line asks for by ``--mutant`` and ``--variant``: the decisions of one server."""

from collections.abc import Sequence

from conformance.errors import UsageFault
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Variant, combined, one_named
from conformance.reference.mutants.index import served
from conformance.reference.variants.index import variants


def chosen(mutant: str | None = None, variants_named: Sequence[str] = ()) -> Decisions:
    """The decisions of that mutant, if any, on top of those variants; the reference's own where nothing is named.

    Raises `UsageFault` where a name is unknown, or where two variants are about the same choice.
    """
    asked = [one_named(name, variants()) for name in dict.fromkeys(variants_named)]
    _check_together(asked)
    lies = [one_named(mutant, served()).decisions] if mutant else []
    return combined([*lies, *(variant.decisions for variant in asked)])


def _check_together(asked: Sequence[Variant]) -> None:
    for variant in asked:
        for other in asked:
            if other.name in variant.apart:
                raise UsageFault(f"the variants {variant.name} and {other.name} are about the same choice")
