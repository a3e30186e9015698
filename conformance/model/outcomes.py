"""The right outcomes of an action: precedence is a set, not an order.

Every documented answer of any cause that holds is right, also of one that only may hold; acceptance is right where
no cause holds for sure. What is left is wrong, and breaks the clauses of the causes that hold, or what was to blame.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

CLIENT_ERRORS = frozenset(range(400, 500)) - {429}
"""Refused, where no page names the status."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an action may be refused: in words, what it breaks not to be, and how. Not ``certain``: it may hold."""

    words: str
    ids: tuple[str, ...]
    statuses: Collection[int] = (403,)
    certain: bool = True
    code: str = ""
    ttl: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Right:
    """What is right: to be refused for any of the ``causes``, and to be accepted where none of them is certain.

    ``blame`` are the ids that a refusal breaks which no cause explains; none where it breaks no clause.
    """

    causes: tuple[Cause, ...] = ()
    blame: tuple[str, ...] = ()
    accepted: Collection[int] = field(default=(200,))

    @property
    def may_accept(self) -> bool:
        """Whether acceptance is right."""
        return not any(one.certain for one in self.causes)

    def explained(self, status: int) -> tuple[Cause, ...]:
        """The causes that a refusal with this status may have."""
        return tuple(one for one in self.causes if status in one.statuses)

    def allows(self, status: int) -> bool:
        """Whether an answer with this status is right."""
        return (self.may_accept and status in self.accepted) or bool(self.explained(status))

    def broken_by(self, status: int) -> tuple[str, ...]:
        """The ids that an answer with this status breaks; none where it is right."""
        if self.allows(status):
            return ()
        certain = tuple(dict.fromkeys(one for cause in self.causes if cause.certain for one in cause.ids))
        return certain or self.blame

    def upheld(self) -> tuple[str, ...]:
        """The ids that a right answer shows to hold."""
        certain = tuple(dict.fromkeys(one for cause in self.causes if cause.certain for one in cause.ids))
        return certain or (() if self.causes else self.blame)

    @property
    def only(self) -> Cause | None:
        """The one cause that there is, where it is the only one and certain."""
        return self.causes[0] if len(self.causes) == 1 and self.causes[0].certain else None

    def shown(self) -> str:
        """The right outcomes in words."""
        said = [_statuses(self.accepted)] if self.may_accept else []
        return " or ".join([*said, *(f"{_statuses(one.statuses)} ({one.words})" for one in self.causes)])


def _statuses(statuses: Collection[int]) -> str:
    if len(statuses) > 8:  # noqa: PLR2004 - more than one reads
        return "2xx" if 200 in statuses else "a clean 4xx"  # noqa: PLR2004 - a class of statuses
    return " or ".join(str(one) for one in sorted(statuses))
