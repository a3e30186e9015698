"""Variants of the order in which a send is checked: no page gives one."""

import random
from collections.abc import Sequence

from conformance.reference.decisions import Decisions
from conformance.reference.judging import Check
from conformance.reference.lies import Variants

VARIANTS = Variants()


def _first(checks: tuple[Check, ...], names: Sequence[str]) -> tuple[Check, ...]:
    """The same checks, those of these names in front, in this order."""
    rank = {name: place for place, name in enumerate(names)}
    return tuple(sorted(checks, key=lambda check: rank.get(getattr(check, "__name__", ""), len(rank))))


@VARIANTS.keeps(apart=["limits-checked-first", "joining-checked-first", "epoch-and-key-checked-first",
                       "checks-reversed", "checks-shuffled"])  # fmt: skip
class BundleCheckedLast(Decisions):
    """Who may not send at all is told so before anybody looks at what was sent."""

    def checks_in_order(self) -> tuple[Check, ...]:
        checks = super().checks_in_order()
        return _first(checks, [check.__name__ for check in checks if check.__name__ != "check_bundle"])


@VARIANTS.keeps(apart=["bundle-checked-last", "joining-checked-first", "epoch-and-key-checked-first",
                       "checks-reversed", "checks-shuffled"])  # fmt: skip
class LimitsCheckedFirst(Decisions):
    """Limits are checked before anything else."""

    def checks_in_order(self) -> tuple[Check, ...]:
        return _first(super().checks_in_order(), ["check_global_limit", "check_chat_limit"])


@VARIANTS.keeps(apart=["bundle-checked-last", "limits-checked-first", "epoch-and-key-checked-first",
                       "checks-reversed", "checks-shuffled", "not-joined-is-a-conflict"])  # fmt: skip
class JoiningCheckedFirst(Decisions):
    """Whether the sender has joined is checked before anything else."""

    def checks_in_order(self) -> tuple[Check, ...]:
        return _first(super().checks_in_order(), ["check_joined"])


@VARIANTS.keeps(apart=["bundle-checked-last", "limits-checked-first", "joining-checked-first",
                       "checks-reversed", "checks-shuffled"])  # fmt: skip
class EpochAndKeyCheckedFirst(Decisions):
    """Epoch and key are checked before the sender's standing."""

    def checks_in_order(self) -> tuple[Check, ...]:
        return _first(super().checks_in_order(), ["check_bundle", "check_epoch", "check_key"])


@VARIANTS.keeps(apart=["bundle-checked-last", "limits-checked-first", "joining-checked-first",
                       "epoch-and-key-checked-first", "checks-shuffled", "not-joined-is-a-conflict"])  # fmt: skip
class ChecksReversed(Decisions):
    """All checks in the opposite order."""

    def checks_in_order(self) -> tuple[Check, ...]:
        return super().checks_in_order()[::-1]


@VARIANTS.keeps(apart=["bundle-checked-last", "limits-checked-first", "joining-checked-first",
                       "epoch-and-key-checked-first", "checks-reversed", "not-joined-is-a-conflict"])  # fmt: skip
class ChecksShuffled(Decisions):
    """The checks in another order each time."""

    def checks_in_order(self) -> tuple[Check, ...]:
        checks = list(super().checks_in_order())
        random.shuffle(checks)
        return tuple(checks)
