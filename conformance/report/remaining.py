"""How long a run still takes: its plan at first, and ever more what it has taken so far. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Remaining:
    """The rest of a run that was planned to take ``planned_s`` seconds, by how much each scenario weighs in it."""

    planned_s: float
    weights: Mapping[str, float]
    _done: set[str] = field(default_factory=set)
    _at_s: float = 0.0

    def ended(self, scenario: str, at_s: float) -> None:
        """A scenario is over, so many seconds after the run began."""
        self._done.add(scenario)
        self._at_s = at_s

    @property
    def share(self) -> float:
        """How much of the run is over, from 0 to 1."""
        whole = sum(self.weights.values())
        return sum(self.weights.get(one, 0.0) for one in self._done) / whole if whole else 0.0

    def seconds(self, now_s: float) -> float:
        """How long it still takes, so many seconds after the run began.

        What is left was planned to take its share of the whole; the target has been slower or quicker than that by what
        is measured, which counts the more, the more of it there is.
        """
        share = self.share
        measured = self._at_s / (self.planned_s * share) if self.planned_s and share else 1.0
        tempo = (1 - share) + share * measured
        return max(0.0, (1 - share) * self.planned_s * tempo - (now_s - self._at_s))
