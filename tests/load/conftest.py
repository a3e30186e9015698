"""Whole loads need the extra `load`; what only reckons does not."""

import importlib.util
import os

import pytest

WHOLE = frozenset({"test_command", "test_mutants", "test_runs", "test_spread", "test_ways"})


@pytest.fixture(autouse=True)
def _locust(request: pytest.FixtureRequest) -> None:
    """Without Locust whole loads are skipped, but in CI they fail."""
    if request.module.__name__.rpartition(".")[2] not in WHOLE or importlib.util.find_spec("locust"):
        return
    if os.environ.get("CI"):
        pytest.fail("Locust is not installed, and in CI nothing is skipped for lack of a tool")
    pytest.skip("Locust is not installed: pip install '.[load]'")
