"""What was before what, where several send at once: judged by real time. Pure.

Between two exchanges there is an order only where one was answered before the other was begun, by one clock: the
client's. What overlaps has none, however it came out at the target; so no slow network makes a right target red.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from conformance.wire import Exchange


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when an exchange went; both are `time.monotonic` readings."""

    started: float
    ended: float

    def after(self, other: "Span") -> bool:
        """Whether it began when ``other`` had been answered."""
        return self.started > other.ended


@dataclass(frozen=True, slots=True)
class Sent:
    """One send: whose it was, when it went, and how it was answered; ``id`` where it was accepted with one."""

    sender: str
    ct: str
    span: Span
    status: int
    id: str | None = None
    exchange: Exchange | None = None

    @property
    def accepted(self) -> bool:
        """Whether the answer is 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the class of statuses itself


def begun_after(sends: Iterable[Sent], measure: Span) -> list[Sent]:
    """The sends that began when ``measure`` had been answered: it counts for them."""
    return [one for one in sends if one.span.after(measure)]


def over_before(sends: Iterable[Sent], measure: Span) -> list[Sent]:
    """The sends that were answered before ``measure`` was asked for: it does not count for them."""
    return [one for one in sends if measure.after(one.span)]


def under_way(sends: Iterable[Sent], measure: Span) -> list[Sent]:
    """The sends that overlap ``measure``: whether it counts for them is left open."""
    return [one for one in sends if not one.span.after(measure) and not measure.after(one.span)]


def audience_of(
    sent: Sent, inside: Collection[str], banned: Mapping[str, Span]
) -> tuple[frozenset[str], frozenset[str]]:
    """Who hears ``sent``, and who may or may not, of those ``inside``; ``banned`` are bans by name.

    Whoever is banned hears nothing that began later; what was on its way to it by then may have been lost with it.
    """
    throughout = frozenset(name for name in inside if name not in banned)
    unsure = frozenset(name for name, ban in banned.items() if not sent.span.after(ban))
    return throughout, unsure


def given_twice(sends: Iterable[Sent]) -> list[str]:
    """The ids that more than one send was answered with."""
    times = Counter(one.id for one in sends if one.id is not None)
    return sorted(name for name, number in times.items() if number > 1)


def out_of_order(sends: Sequence[Sent]) -> list[tuple[str, str]]:
    """Pairs of ids of which the second belongs to the later send and does not lie above the first."""
    numbered = [(one, _numbers(one.id)) for one in sends if one.id is not None]
    return [
        (str(before.id), str(later.id))
        for before, low in numbered
        for later, high in numbered
        if later.span.after(before.span) and high <= low
    ]


def _numbers(sent_id: str) -> tuple[int, ...]:
    return tuple(int(part) for part in sent_id.split("-"))
