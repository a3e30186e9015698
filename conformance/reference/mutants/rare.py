"""Mutants that lie so seldom that no scenario meets it: what has to find them is a load (`portal-conformance load`).

They are served by their names as all others are, and stand outside of the kill matrix.
"""

from collections.abc import Sequence

from conformance.reference.decisions import Decisions
from conformance.reference.hub import Socket
from conformance.reference.lies import Mutants
from conformance.reference.records import Message, Room

RARE = Mutants()


@RARE.breaks("SEND-BROADCAST")
class OneEventInTenThousandIsLost(Decisions):
    """Of ten thousand events that tell of a message, one is lost on its way."""

    one_in = 10_000

    def __init__(self) -> None:
        super().__init__()
        self.events = 0

    def receivers_of(self, message: Message, room: Room, listeners: Sequence[Socket], now: float) -> list[str]:
        return [sid for sid in super().receivers_of(message, room, listeners, now) if self._arrives()]

    def _arrives(self) -> bool:
        self.events += 1
        return self.events % self.one_in != 0
