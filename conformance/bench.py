"""The bench: one room in which malformed values are tried one after the other.

A room for each of some two hundred defects would cost more requests than all the rest of the suite. What makes them
independent all the same: behind some of a kind comes an unspoiled twin, from the same sender, which has to be accepted;
so does one at once where a defect was refused in another way than its own; and a bench on which a case did not pass is
not used again.
"""

from dataclasses import dataclass, field
from typing import Any

from conformance.client.answers import Answer
from conformance.errors import Blocked, ConformanceError
from conformance.expect import Expect
from conformance.room import Room
from conformance.stage import Stage, Theatre
from conformance.strategies.bundles import Bundle, ordinary_bundle
from conformance.strategies.defects import Malformed

# A case reads the whole history: what others left in it is to stay short.
_CASES = 40


@dataclass(slots=True)
class Bench:
    """The bench as one scenario sees it: the room, and the scenario's own checks."""

    room: Room
    expect: Expect
    spoiled: list[dict[str, Any]] = field(default_factory=list)

    def twin(self) -> Bundle:
        """A valid bundle at the current epoch that every defect can spoil in its own place."""
        return ordinary_bundle(self.room.key, self.room.epoch)

    def refuses(self, malformed: Malformed, *, soft: bool = False) -> None:
        """``malformed`` is refused as documented; what was spoiled is shown with the scenario."""
        defect = malformed.defect
        answer = self.room.send(self.room["sender"], malformed)
        self.spoiled.append({**shown(malformed), "exchange": answer.exchange.index})
        if not answer.ok and answer.status not in defect.statuses:
            # Before this defect is blamed: is it refused for something that came before it?
            self._accepts(malformed.twin)
        self.expect.refused(
            answer,
            defect.requirement,
            status=defect.statuses,
            title=f"{defect.title} is refused ({malformed.describe()})",
            never_5xx=True,
            soft=soft,
        )

    def accepts_twin(self, twin: Bundle) -> None:
        """The unspoiled twin of the same sender is accepted, and nothing is heard or kept but such."""
        self.room.no_trace(after=self._accepts(twin))

    def _accepts(self, twin: Bundle) -> Answer:
        answer = self.room.send(self.room["sender"], twin)
        self.expect.accepted(answer, "SEND-DISTINCT", title="without the defect, the same bundle is accepted")
        return answer


def shown(malformed: Malformed) -> dict[str, str]:
    """What was spoiled, where, from what to what."""
    return {
        "defect": malformed.defect.name,
        "family": malformed.defect.family,
        "where": malformed.where,
        "before": malformed.before,
        "after": malformed.after,
    }


class BenchHolder:
    """The bench of this process; made when first needed, and anew after many cases or one that did not pass."""

    def __init__(self, theatre: Theatre) -> None:
        self._theatre = theatre
        self._stage: Stage | None = None
        self._room: Room | None = None
        self._obstacle: str | None = None
        self._cases = 0
        self._left: tuple[str, ...] = ()

    @property
    def stage(self) -> Stage:
        """The stage that the bench stands on."""
        if self._stage is None:
            self._stage = self._theatre.stage()
        return self._stage

    def next_case(self) -> None:
        """Another case: where many were tried already, on a fresh bench."""
        self._cases += 1
        if self._cases > _CASES:
            self._left = self.discard()

    def room(self) -> Room:
        """The room; raises `Blocked` where it cannot be furnished, at once when that is known already."""
        if self._obstacle:
            raise Blocked(self._obstacle)
        if self._room is None:
            self._room = self._furnish()
        return self._room

    def _furnish(self) -> Room:
        stage = self.stage
        try:
            room = stage.room("owner", "sender")
            stage.lease.unlimited(room.chat, [actor.identity for actor in room.actors.values()])
            room.barrier(room.accepted_before(room["sender"]))
        except ConformanceError as error:
            self._obstacle = f"the room for malformed values could not be made: {error}"
            raise
        return room

    def discard_for_a_while(self) -> None:
        """Give the bench back while others need its users; what is left of it is told with the next one."""
        self._left = self.discard()

    def discard(self) -> tuple[str, ...]:
        """Give the bench back; the next scenario gets a fresh one. What could not be given back."""
        stage, self._stage, self._room, self._cases = self._stage, None, None, 0
        left, self._left = self._left, ()
        if stage is None:
            return left
        stage.close()
        return (*left, *stage.leftovers)
