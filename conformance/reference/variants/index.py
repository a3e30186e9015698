"""All variants, in the order of their groups: every module of this package that has ``VARIANTS`` is one."""

from functools import cache

from conformance.reference import variants as package
from conformance.reference.lies import Variant, Variants, modules_of


@cache
def variants() -> tuple[Variant, ...]:
    """Every variant; the modules are imported at the first call."""
    groups = [vars(module).get("VARIANTS") for module in modules_of(package, but=__name__)]
    return tuple(variant for group in groups if isinstance(group, Variants) for variant in group.all)
