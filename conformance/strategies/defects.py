"""The catalogue of named defects: every way to be malformed that the contract lists, and some subtler ones.

`DEFECTS` holds them family by family, the simplest first. `spoil` makes one from a valid bundle.
"""

import random

from conformance.errors import SuiteFault
from conformance.strategies.bundles import Bundle
from conformance.strategies.families import body, ciphertext, envelope, epoch, length, text, version
from conformance.strategies.spoiling import Defect, Malformed, malformed_from

__all__ = ["DEFECTS", "FAMILIES", "Defect", "Malformed", "defect_named", "defects_of", "spoil"]

DEFECTS: tuple[Defect, ...] = (
    *envelope.DEFECTS,
    *text.DEFECTS,
    *version.DEFECTS,
    *epoch.DEFECTS,
    *ciphertext.DEFECTS,
    *length.DEFECTS,
    *body.DEFECTS,
)

FAMILIES: tuple[str, ...] = tuple(dict.fromkeys(defect.family for defect in DEFECTS))

_BY_NAME = {defect.name: defect for defect in DEFECTS}


def defect_named(name: str) -> Defect:
    """Return the defect of this name; `SuiteFault` where there is none."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise SuiteFault(f"no defect is named {name!r}") from None


def defects_of(family: str, *, graded: bool | None = None) -> tuple[Defect, ...]:
    """List the defects of a family, all or only graded or observed ones; `SuiteFault` for an unknown one."""
    if family not in FAMILIES:
        raise SuiteFault(f"no family of defects is named {family!r}; there are {', '.join(FAMILIES)}")
    return tuple(d for d in DEFECTS if d.family == family and graded in (None, d.graded))


def spoil(defect: Defect, twin: Bundle, *, rnd: random.Random | None = None) -> Malformed:
    """Make the request that has this defect and no other from a valid bundle.

    Without ``rnd`` the simplest variant is made, always the same; with one, whatever its seed leads to. The
    twin should leave some room below 4096 characters (`ordinary_bundle` does), lest the length be a second
    defect.
    """
    return malformed_from(defect, twin, defect.spoiler(twin, rnd))
