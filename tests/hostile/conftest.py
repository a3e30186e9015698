"""One honest server for all hostile ones that stand in front of it."""

from collections.abc import Iterator

import pytest

from conformance.reference.embedded import serving
from conformance.reference.settings import Ready, Settings

from .playing import TOKEN


def pytest_configure(config: pytest.Config) -> None:
    for marker in ("requirement(id, ...)", "side_by_side", "thorough"):
        config.addinivalue_line("markers", marker)


@pytest.fixture(scope="session")
def honest() -> Iterator[Ready]:
    with serving(Settings(control_token=TOKEN)) as ready:
        yield ready
