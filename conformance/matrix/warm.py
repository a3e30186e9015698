"""Imported once, in the process of which all players are forked: what each would otherwise import and read again."""

import gc
from importlib import import_module

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.internal.entropy import deterministic_PRNG

from conformance import (  # noqa: F401 - imported to be there
    concluding,
    exploring,
    fixtures,
    needs,
    preflight,
    recording,
    sidebyside,
)
from conformance.catalogue import loader
from conformance.client import http, realtime  # noqa: F401 - imported to be there
from conformance.matrix import playing  # noqa: F401 - imported to be there
from conformance.packaged import SCENARIOS
from conformance.profile import Profile
from conformance.reference.mutants.index import mutants
from conformance.reference.variants.index import variants
from conformance.scenarios.index import functions_judging
from conformance.strategies import drawing, malformed  # noqa: F401 - imported to be there

loader.load()
needs.load()
functions_judging(())
Profile()
mutants()
variants()
for _path in SCENARIOS.glob("test_*.py"):
    import_module(f"conformance.scenarios.{_path.stem}")


@settings(max_examples=5, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(_example=st.integers() | st.floats() | st.binary())
def _tables_of_hypothesis(_example: object) -> None:
    """Hypothesis reads its tables when the first examples are made."""


_tables_of_hypothesis()
with deterministic_PRNG():
    pass  # it keeps the generator that it makes the first time, and that takes a while

# What is there by now stays: to look for garbage in it would copy its pages into every player.
gc.collect()
gc.freeze()
