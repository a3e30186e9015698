"""What GitHub shows of a run in one of its workflows: annotations and a summary. Loaded there only; controller only.

A runner obeys every line of a step's output that looks like one of its commands. So none is obeyed from before the
target is first asked until the run is over, but for the lines in between that are ours.
"""

import os
import secrets
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from conformance.concluding import DOCUMENT
from conformance.report import markdown
from conformance.report.annotations import annotations

_TOKEN = pytest.StashKey[str]()


@pytest.hookimpl(wrapper=True)
def pytest_sessionstart(session: pytest.Session) -> Generator[None]:
    """Have the runner obey nothing from here on: a wrapper is ahead of all that reaches the target."""
    session.config.stash[_TOKEN] = secrets.token_hex(16)
    _say(session.config, f"::stop-commands::{session.config.stash[_TOKEN]}")
    yield


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(config: pytest.Config) -> None:
    """Annotate the step, and summarise the job, once all else was said."""
    document = config.stash.get(DOCUMENT, None)
    if document is None:
        return
    token = config.stash[_TOKEN]
    _say(config, f"::{token}::", *annotations(document), f"::stop-commands::{token}")
    path = os.environ.get("GITHUB_STEP_SUMMARY", "")
    try:
        if path:
            with Path(path).open("a", encoding="utf-8") as summary:
                summary.write(markdown.summary(document))
    except OSError as error:
        _say(config, f"the job's summary was not written: GITHUB_STEP_SUMMARY is {path} ({error.strerror})")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """What the step prints after this run is the user's own again."""
    if _TOKEN in config.stash:
        _say(config, f"::{config.stash[_TOKEN]}::")


def _say(config: pytest.Config, *lines: str) -> None:
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        # Who wants no output has none that a runner could obey.
        return
    for line in lines:
        reporter.write_line(line)
    # Ahead of what others write past this buffer.
    reporter.flush()
