"""A browser, and pages that it is shown from files, as whoever downloaded a CI job's artefacts has them."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.report import page

try:
    from playwright.sync_api import Browser, Page, expect, sync_playwright
except ImportError:
    Browser = Page = expect = Any
    sync_playwright = None

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
Opened = Callable[..., Page]


def chromium() -> str | None:
    """Where a browser of Chromium's kind is installed, as a distribution has it or as its maker does."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


# Of a module: while it is there, nothing else in this process can run an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests. Where there is none they are skipped, but in CI they fail."""
    path = chromium()
    missing = "playwright" if sync_playwright is None else "" if path else "chromium"
    if missing and os.environ.get("CI"):
        pytest.fail(f"{missing} is not installed, and in CI nothing is skipped for lack of a tool")
    if missing:
        pytest.skip(f"{missing} is not installed")
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield one
        one.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Opened]:
    """Opens a results document's page in a window of its own, and keeps what went wrong in it in ``page.wrong``."""
    contexts = []

    def open_page(document: dict[str, Any], anchor: str = "", **circumstances: Any) -> Page:
        path = tmp_path / f"page-{len(contexts)}.html"
        page.write(document, path)
        contexts.append(browser.new_context(**circumstances))
        shown = contexts[-1].new_page()
        shown.wrong = []
        shown.on("console", lambda message: shown.wrong.append(f"console: {message.text}"))
        shown.on("pageerror", lambda error: shown.wrong.append(f"error: {error}"))
        shown.on("request", lambda request: _note(shown, request.url, path))
        shown.on("dialog", lambda dialog: (shown.wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        shown.goto(path.as_uri() + anchor)
        return shown

    yield open_page
    for context in contexts:
        context.close()


def _note(shown: Page, url: str, path: Path) -> None:
    if not url.startswith((path.as_uri(), "data:")):
        shown.wrong.append(f"request: {url}")
