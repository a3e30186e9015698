"""Imported once, in the process of which all players are forked: what each would otherwise import and read again."""

import gc

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance import (  # noqa: F401 - imported to be there
    concluding,
    exploring,
    fixtures,
    preflight,
    recording,
    sidebyside,
)
from conformance.catalogue import loader
from conformance.matrix import playing  # noqa: F401 - imported to be there
from conformance.profile import Profile
from conformance.reference.mutants.index import mutants
from conformance.reference.variants.index import variants
from conformance.scenarios.index import files_judging
from conformance.strategies import malformed  # noqa: F401 - imported to be there

loader.load()
Profile()
mutants()
variants()
files_judging(())


@settings(max_examples=5, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(_example=st.text() | st.integers() | st.floats() | st.binary())
def _tables_of_hypothesis(_example: object) -> None:
    """Hypothesis reads its tables when the first examples are made."""


_tables_of_hypothesis()

# What is there by now stays: to look for garbage in it would copy its pages into every player.
gc.collect()
gc.freeze()
