"""The marks that the scenarios carry, which pytest has to know to let them be imported."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    for mark in ("requirement(id, ...)", "side_by_side", "thorough"):
        config.addinivalue_line("markers", mark)
