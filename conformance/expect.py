"""The vocabulary of assertion. Every check names the requirements that it judges.

A check that does not hold raises `NonConformance`, so that what follows from it is not judged as well; a *soft* one
is remembered and raised when the story is over. What is needed to get as far as a check is a precondition: where
it is not met the scenario is blocked, and says nothing of the clause.
"""

import secrets as randomness
import threading
from collections.abc import Collection
from dataclasses import dataclass, field

from conformance import relation
from conformance.client.answers import Answer
from conformance.dialect import MISSING
from conformance.errors import Blocked, NonConformance
from conformance.limits import TOO_MANY
from conformance.redact import Secrets, elide
from conformance.relation import Relation
from conformance.wire import Exchange

# A gateway speaks, not the target: nothing can be said of the clause.
GATEWAY_STATUSES = frozenset({502, 503, 504})
_SHOWN = 240
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: what was expected of the target by which requirements, and what was observed.

    By its ``relation`` it can be judged again from its record alone.
    """

    requirements: tuple[str, ...]
    title: str
    expected: str
    observed: str
    held: bool
    exchange: int | None = None
    relation: Relation = field(default_factory=lambda: {"kind": relation.STATED}, compare=False)

    def sentence(self) -> str:
        """The check in words."""
        ids = ", ".join(self.requirements)
        return f"{ids}: {self.title}: expected {self.expected}, observed {self.observed}"


@dataclass(frozen=True, slots=True)
class Observation:
    """Something worth printing that no clause grades."""

    requirement: str
    title: str
    observed: str


class Expect:
    """The checks of one scenario. Safe to share among threads."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._lock = threading.Lock()
        self._salt = randomness.token_bytes(_SALT_BYTES)
        self._checks: list[Check] = []
        self._observations: list[Observation] = []

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks so far."""
        with self._lock:
            return tuple(self._checks)

    @property
    def observations(self) -> tuple[Observation, ...]:
        """The observations so far."""
        with self._lock:
            return tuple(self._observations)

    # --- the one primitive --------------------------------------------------------------------------------------

    def that(
        self,
        held: bool,  # noqa: FBT001 - the claim itself
        *requirements: str,
        title: str,
        expected: object,
        observed: object,
        exchange: Exchange | None = None,
        soft: bool = False,
        by: Relation | None = None,
    ) -> None:
        """Record one check; raises `NonConformance` where it does not hold, unless it is ``soft``.

        ``by`` is the relation that decided; left out where it is that of the two texts, or can only be stated.
        """
        index = exchange.index if exchange else None
        texts = self._shown(expected), self._shown(observed)
        by = by or relation.of_words(*texts, held=bool(held))
        check = Check(requirements, title, *texts, bool(held), index, by)
        with self._lock:
            self._checks.append(check)
        if not held and not soft:
            raise NonConformance(check.sentence(), requirements)

    def equal(self, observed: object, expected: object, *requirements: str, title: str, **more: object) -> None:
        """The two are equal, and of one type: 1 is neither true nor 1.0."""
        same = type(observed) is type(expected) and observed == expected
        by = relation.equal(observed, expected, self._salt)
        if (by["expected"] == by["observed"]) is not same:
            # Neither JSON nor its like: what decided is not what a digest can tell.
            by = {"kind": relation.STATED}
        self.that(same, *requirements, title=title, expected=expected, observed=observed, by=by, **more)  # type: ignore[arg-type]

    def note(self, requirement: str, title: str, observed: object) -> None:
        """Print, and do not grade."""
        with self._lock:
            self._observations.append(Observation(requirement, title, self._shown(observed)))

    # --- answers ------------------------------------------------------------------------------------------------

    def accepted(
        self,
        answer: Answer,
        *requirements: str,
        title: str = "the send is accepted",
        limits_judged: bool = False,
    ) -> None:
        """The answer is 200. ``limits_judged``: a 429 is what the clause forbids, and no accident."""
        if not (limits_judged and answer.status == TOO_MANY):
            self._judgeable(answer, title)
        held = answer.status == 200  # noqa: PLR2004 - what the clause says
        if not held and (lost := answer.lost()):
            # Whoever has no socket is not in the chat any more, and may be refused for that alone.
            raise Blocked(f"{title}: {lost} of who sent it, which was answered {_answer(answer)}")
        self.that(
            held,
            *requirements,
            title=title,
            expected="200",
            observed=_answer(answer),
            exchange=answer.exchange,
            by=relation.status(answer.status, {200}),
        )

    def refused(
        self,
        answer: Answer,
        *requirements: str,
        status: Collection[int] = (403,),
        title: str = "the send is refused",
        never_5xx: bool = False,
        soft: bool = False,
    ) -> None:
        """The answer has one of the documented statuses. ``never_5xx``: the clause forbids a gateway's too."""
        if not (never_5xx and answer.status >= 500) and answer.status not in status:  # noqa: PLR2004 - server errors
            self._judgeable(answer, title)
        self.that(
            answer.status in status,
            *requirements,
            title=title,
            expected=relation.statuses_in_words(status),
            observed=_answer(answer),
            exchange=answer.exchange,
            soft=soft,
            by=relation.status(answer.status, status),
        )

    @staticmethod
    def reached(held: bool, sentence: str) -> None:  # noqa: FBT001 - the claim itself
        """A precondition; raises `Blocked` with ``sentence`` where it does not hold."""
        if not held:
            raise Blocked(sentence)

    def answered(self, answer: Answer, what: str) -> None:
        """A step that has to work was answered 2xx; raises `Blocked` otherwise."""
        self._judgeable(answer, what)
        self.reached(answer.ok, f"{what}: expected to work, but was answered {_answer(answer)}")

    @staticmethod
    def _judgeable(answer: Answer, what: str) -> None:
        if answer.status == TOO_MANY:
            raise Blocked(f"{what}: met a rate limit (429) that nobody asked for")
        if answer.status in GATEWAY_STATUSES:
            raise Blocked(f"{what}: a gateway answered {answer.status}, not the target")

    def _shown(self, value: object) -> str:
        if value is MISSING:
            return "nothing"
        return elide(self._secrets.mask(value if isinstance(value, str) else repr(value)), _SHOWN)

    # --- the end ------------------------------------------------------------------------------------------------

    def conclude(self) -> None:
        """Raise what soft checks found; raises `NonConformance` with all of it."""
        broken = [check for check in self.checks if not check.held]
        if broken:
            ids = tuple(dict.fromkeys(name for check in broken for name in check.requirements))
            raise NonConformance("; ".join(check.sentence() for check in broken), ids)


def _answer(answer: Answer) -> str:
    return f"{answer.status} {elide(answer.exchange.response_body, 160)}".rstrip()
