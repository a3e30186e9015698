"""pytest's letters and xdist's lines left out: for who is shown how far a run is in another way, or wants to hear less.

Loaded by `portal-conformance` alone; a user's own pytest keeps the output that its user knows.
"""

from collections.abc import Generator
from typing import Any

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_report_teststatus() -> Generator[None, tuple[str, Any, Any] | None, tuple[str, str, str] | None]:
    """Count a report, and print nothing of it."""
    status = yield
    return (status[0], "", "") if status else None


@pytest.hookimpl(wrapper=True)
def pytest_sessionstart(session: pytest.Session) -> Generator[None]:
    """Silence what xdist says of its workers while it starts them; that one is lost is still told."""
    distributing: Any = session.config.pluginmanager.get_plugin("terminaldistreporter")
    if distributing is not None:
        distributing.ensure_show_status = distributing.rewrite = lambda *_, **__: None
    yield
