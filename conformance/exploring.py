"""Exploration by Hypothesis: generated examples, judged one by one, the failing one shrunk.

The seed is the run's, so a run is repeatable. What blocks an example ends the exploration: shrinking a dead target
would find nothing but its own requests.
"""

from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.internal.conjecture.providers import HypothesisProvider
from hypothesis.internal.constants_ast import Constants
from hypothesis.strategies import SearchStrategy

from conformance.errors import Blocked, NonConformance
from conformance.run import Options

_Example = TypeVar("_Example")

# Hypothesis also draws from the constants that it finds in the source of whatever is installed "locally": that is the
# suite itself in a checkout and nothing of it from a wheel, but a seed has to tell the same everywhere.
setattr(HypothesisProvider, "_local_constants", Constants())  # noqa: B010 - it is private, but there is no setting


def explore(examples: SearchStrategy[_Example], judge: Callable[[_Example], None], *, options: Options) -> None:
    """Judge generated ``examples``; raises the `NonConformance` of the simplest that fails, or `Blocked`."""
    found: list[NonConformance] = []
    blocked: list[Blocked] = []

    def attempt(example: _Example) -> None:
        if blocked:
            return
        try:
            judge(example)
        except NonConformance as error:
            found.append(error)
            raise
        except Blocked as error:
            blocked.append(error)

    try:
        seed(options.seed)(_settings(options)(given(examples)(attempt)))()
    except Exception:
        # Whatever Hypothesis makes of it (a target may answer the same thing differently the second time),
        # the last failure that was seen is the simplest one.
        if not found:
            raise
    for error in (*reversed(found), *blocked):
        raise error


def _settings(options: Options) -> settings:
    return settings(
        max_examples=options.examples,
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
