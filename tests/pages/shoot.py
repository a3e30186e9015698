"""Pictures of the report page, and what it costs.

    python -m tests.pages.shoot [FOLDER]

Plays four runs of the core level (green, red, cut off, in vain) and one of the full level on servers of its own, takes
pictures of their pages into FOLDER (by default reports/sample/screens), and tells how large each page is, how long it
takes to be rendered, and until it is loaded in a browser. Needs what tests/pages needs.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from conformance.reference.chosen import combined, one_named
from conformance.reference.embedded import serving
from conformance.reference.mutants.index import mutants
from conformance.reference.settings import Settings
from conformance.report import page

from .conftest import ARGUMENTS, chromium

TOKEN = "a-token-of-the-pictures"
PICTURES = Path(__file__).parents[2] / "reports" / "sample" / "screens"
# Lies of several chapters that go together.
LIES = (
    "ttl-in-milliseconds",
    "ban-counts-everywhere",
    "unban-is-noticed-late",
    "epoch-code-in-lower-case",
    "key-code-abridged",
    "ciphertext-is-told-unpadded",
    "next-epoch-accepted",
    "chat-limit-one-less",
    "stale-is-stored-though-refused",
    "the-banned-still-hear",
)
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 360, "height": 740}


@dataclass(frozen=True)
class Shot:
    """One picture: of which run, from which anchor, in which circumstances."""

    run: str
    name: str
    anchor: str = ""
    scheme: str = "light"
    size: tuple[tuple[str, int], ...] = tuple(DESKTOP.items())
    media: str = "screen"


SHOTS = (
    Shot("green", "green"),
    Shot("green", "green-dark", scheme="dark"),
    Shot("red", "red"),
    Shot("red", "red-dark", scheme="dark"),
    Shot("red", "red-requirement", "first"),
    Shot("red", "red-requirement-dark", "first", scheme="dark"),
    Shot("red", "red-diagram", "diagram"),
    Shot("red", "red-scenario", "scenario"),
    Shot("red", "red-phone", size=tuple(PHONE.items())),
    Shot("red", "red-requirement-phone", "first", size=tuple(PHONE.items())),
    Shot("cut", "blocked"),
    Shot("cut", "blocked-scenario", "scenario", scheme="dark"),
    Shot("vain", "in-vain"),
    Shot("full", "full-level"),
    Shot("full", "full-level-dark", scheme="dark"),
)
ANCHORS = {"first": "#SEND-EPOCH-FUTURE", "diagram": "#SEND-EPOCH-FUTURE .wide", "scenario": "article.scenario"}


def played(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    """A run that has begun."""
    command = [str(Path(sys.executable).with_name("portal-conformance")), "run", "--report-dir", str(folder), *options]
    environment = {**os.environ, "PORTAL_CONTROL_TOKEN": TOKEN}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def green(folder: Path) -> None:
    played(folder).wait()


def red(folder: Path) -> None:
    decisions = combined([one_named(name, mutants()).decisions for name in LIES])
    with serving(Settings(control_token=TOKEN), decisions) as ready:
        played(folder, "--target", ready.url).wait()


def cut(folder: Path) -> None:
    """The server is killed in the midst of it."""
    command = [str(Path(sys.executable).with_name("portal-conformance")), "serve", "--control-token", TOKEN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().split()[2].rstrip(",")
        run = played(folder, "--target", url)
        journal = folder / "results.jsonl"
        while run.poll() is None and not (journal.exists() and len(journal.read_bytes().splitlines()) > 40):
            time.sleep(0.05)
        server.kill()
        run.wait()


def vain(folder: Path) -> None:
    played(folder, "--target", "http://127.0.0.1:9").wait()


def full(folder: Path) -> None:
    played(folder, "--level", "full", "-n", "2").wait()


RUNS: dict[str, Callable[[Path], None]] = {"green": green, "red": red, "cut": cut, "vain": vain, "full": full}


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        yield one
        one.close()


def costs(name: str, folder: Path, shown: Browser) -> str:
    """What the page of a run costs, on a line."""
    document: dict[str, Any] = json.loads((folder / "results.json").read_text("utf-8"))
    began = time.perf_counter()
    page.render(document)
    rendered = time.perf_counter() - began
    loads = []
    for _ in range(5):
        window = shown.new_page()
        window.goto((folder / page.NAME).as_uri())
        loads.append(window.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
        window.close()
    size = (folder / page.NAME).stat().st_size / 1e6
    entries = sum(len(one["wire"]) for one in document["scenarios"])
    judged = f"{len(document['scenarios'])} scenarios, {entries} entries"
    return (
        f"{name:<6} {document['verdict']:<15} {judged}: {size:.2f} MB, "
        f"rendered in {rendered:.2f} s, loaded in {statistics.median(loads):.0f} ms"
    )


def take(shot: Shot, folder: Path, shown: Browser, pictures: Path) -> None:
    context = shown.new_context(viewport=dict(shot.size), color_scheme=shot.scheme)
    window = context.new_page()
    window.goto((folder / page.NAME).as_uri())
    window.emulate_media(media=shot.media)
    if shot.anchor:
        window.locator(ANCHORS[shot.anchor]).first.evaluate("one => one.scrollIntoView()")
    window.screenshot(path=pictures / f"{shot.name}.png")
    context.close()


def on_paper(folder: Path, shown: Browser, pictures: Path) -> None:
    """A list and an exchange on paper, where poppler is there to make pictures of them."""
    if shutil.which("pdftoppm") is None:
        return
    window = shown.new_page()
    window.goto((folder / page.NAME).as_uri())
    margin = dict.fromkeys(("top", "bottom", "left", "right"), "12mm")
    window.pdf(path=folder / "page.pdf", format="A4", margin=margin)
    window.close()
    for number in (1, 4):
        # -r: dots an inch
        only = ["-f", str(number), "-l", str(number), "-singlefile"]
        command = [
            "pdftoppm",
            "-png",
            "-r",
            "70",
            *only,
            str(folder / "page.pdf"),
            str(pictures / f"red-print-{number}"),
        ]
        subprocess.run(command, check=True)


def main(pictures: Path) -> None:
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        for run, play in RUNS.items():
            play(Path(name) / run)
        with browser() as shown:
            for run in RUNS:
                print(costs(run, Path(name) / run, shown))
            for shot in SHOTS:
                take(shot, Path(name) / shot.run, shown, pictures)
            on_paper(Path(name) / "red", shown, pictures)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES)
