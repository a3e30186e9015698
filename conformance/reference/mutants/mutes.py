"""Mutants of the chapter mutes."""

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants

MUTANTS = Mutants()


@MUTANTS.breaks("SEND-MUTED-TTL")
class TtlInMilliseconds(Decisions):
    """The ttl counts milliseconds."""

    def ttl_of_mute(self, until: float, now: float) -> int:
        """A thousand times too much."""
        return super().ttl_of_mute(until, now) * 1000
