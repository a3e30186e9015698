"""One server for all tests, on the embedded Redis and, where one is given, on a real one too."""

import os
from collections.abc import Iterator

import pytest

from conformance.reference.embedded import serving
from conformance.reference.settings import Ready, Settings

from .actors import BOT_KEY, CONTROL_TOKEN, Clock, World

REAL_REDIS = os.environ.get("PORTAL_TEST_REDIS_URL")
STORES = [pytest.param(None, id="embedded")]
if REAL_REDIS:
    STORES.append(pytest.param(REAL_REDIS, id="real", marks=pytest.mark.redis))


@pytest.fixture(scope="session", params=STORES)
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Ready, Clock]]:
    """A server and the clock that it goes by."""
    settings = Settings(control_token=CONTROL_TOKEN, bot_api_key=BOT_KEY, redis_url=request.param)
    clock = Clock()
    with serving(settings, clock=clock) as ready:
        yield ready, clock


@pytest.fixture
def world(served: tuple[Ready, Clock]) -> Iterator[World]:
    """That server with nobody on it that the test knows."""
    ready, clock = served
    made = World(ready.url, ready.ws_url, clock)
    yield made
    made.close()
