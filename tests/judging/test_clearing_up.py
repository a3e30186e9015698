"""What a run leaves behind: nothing on the target, and no secret anywhere."""

import base64
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.requests import Request
from starlette.responses import Response

from conformance.reference.decisions import Decisions
from conformance.reference.embedded import serving
from conformance.reference.records import Session
from conformance.reference.settings import Ready, Settings
from conformance.reference.state import State
from conformance.reference.variants.transport import JsonWithEscapedLetters

from .conftest import TOKEN, Runner

PLAINTEXT = re.compile(rb"plaintext-[0-9a-f]{24}")


class Watched(Decisions):
    """A server that remembers what was made, what was deleted, and whose cookies it saw."""

    def __init__(self) -> None:
        self.made = self.deleted = 0
        self.cookies: set[str] = set()
        self.sent = threading.Event()
        self.keeps_users = False

    async def session_of(self, state: State, secret: str | None) -> Session | None:
        if secret:
            self.cookies.add(secret)
        return await super().session_of(state, secret)

    async def answer(self, request: Request, response: Response) -> Response:
        path, control = request.url.path, "/_conformance/v1/"
        if request.method == "POST" and path in (f"{control}users", f"{control}chats"):
            self.made += 1
        if request.method == "DELETE" and re.fullmatch(rf"{control}(users|chats)/[^/]+", path):
            self.deleted += 1
            if self.keeps_users and "/users/" in path:
                return Response(status_code=500)
        if path.endswith("/messages"):
            self.sent.set()
        return await super().answer(request, response)


class WatchedAndEscaped(Watched, JsonWithEscapedLetters):
    """The same server, but it spells every letter of its JSON as an escape."""


@pytest.fixture
def escaped() -> Iterator[tuple[Ready, Watched]]:
    decisions = WatchedAndEscaped()
    with serving(Settings(control_token=TOKEN), decisions=decisions) as ready:
        yield ready, decisions


@pytest.fixture
def watched() -> Iterator[tuple[Ready, Watched]]:
    decisions = Watched()
    with serving(Settings(control_token=TOKEN), decisions=decisions) as ready:
        yield ready, decisions


def test_everything_made_is_deleted(run: Runner, watched: tuple[Ready, Watched]) -> None:
    ready, seen = watched
    ran = run.pytest(f"--target={ready.url}", "--requirement=SEND-BANNED*", "--requirement=SEND-422-V", "-n2")
    assert ran.results["leftovers"] == []
    assert seen.made == seen.deleted > 10


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("command", [["-m", "pytest"], ["-m", "conformance", "run"]])
def test_everything_made_is_deleted_after_a_signal(
    tmp_path: Path, watched: tuple[Ready, Watched], name: str, command: list[str]
) -> None:
    ready, seen = watched
    whole = [sys.executable, *command, f"--target={ready.url}"]
    environment = {**os.environ, "PORTAL_CONTROL_TOKEN": TOKEN}
    with subprocess.Popen(whole, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, process_group=0) as process:
        assert seen.sent.wait(60)
        # A terminal's Ctrl-C goes to the whole group, a pipeline's SIGTERM to the process that it started.
        os.killpg(process.pid, signal.SIGINT) if name == "SIGINT" else process.send_signal(signal.SIGTERM)
        output = process.communicate(timeout=60)[0].decode()
    assert process.returncode == 2, output
    assert "INCONCLUSIVE: the run was interrupted" in output
    assert seen.made == seen.deleted > 0


def test_what_could_not_be_deleted_is_listed(run: Runner, watched: tuple[Ready, Watched]) -> None:
    ready, seen = watched
    seen.keeps_users = True
    ran = run.pytest(f"--target={ready.url}", "--requirement=SEND-ID-DELETES")
    assert ran.outcome("SEND-ID-DELETES") == "passed"
    left = ran.results["leftovers"]
    # Two of the scenario, and before them two of the preflight.
    assert len(left) == 4
    assert re.fullmatch(
        r"/users/\d+ is left on the target: the control API answered 500 to DELETE /users/\d+", left[0]
    ), left
    assert left[0] in ran.output


@pytest.mark.parametrize("workers", [[], ["-n2"]])
def test_no_secret_in_anything_written(run: Runner, watched: tuple[Ready, Watched], workers: list[str]) -> None:
    ready, seen = watched
    ran = run.pytest(f"--target={ready.url}", "--alluredir=allure", "-vv", "--tb=long", "-s", *workers)
    assert ran.status == 0, ran.output
    written = {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}
    written[Path("output")] = ran.output.encode()
    assert len(written) > 400
    assert len(seen.cookies) > 30
    everything = b"\n".join(written.values())
    assert b"SEND-ACCEPT" in everything
    assert PLAINTEXT.search(everything) is None
    for secret in (TOKEN, *seen.cookies):
        for form in (
            secret,
            quote(secret, safe=""),
            base64.b64encode(secret.encode()).decode().rstrip("="),
            secret.encode().hex(),
        ):
            assert form.encode() not in everything


def test_no_secret_hides_behind_escapes(run: Runner, escaped: tuple[Ready, Watched]) -> None:
    ready, seen = escaped
    ran = run.pytest(f"--target={ready.url}", "--requirement=SEND-ACCEPT", "--requirement=SEND-BANNED")
    assert ran.outcome("SEND-ACCEPT") == "passed", ran.output
    files = [path for path in run.folder.rglob("*") if path.is_file()]
    written = b"\n".join(path.read_bytes() for path in files).decode("utf-8", "replace")
    assert "session" in written
    # JSON within JSON: an escape of an escape is one that a reader undoes as well.
    for _ in range(3):
        assert [secret for secret in seen.cookies if secret in written] == []
        written = re.sub(r"\\+u00([0-9a-f]{2})", lambda match: chr(int(match.group(1), 16)), written)


def test_what_a_killed_run_left_is_given_back_by_the_next(run: Runner, watched: tuple[Ready, Watched]) -> None:
    ready, seen = watched
    seen.keeps_users = True
    kept = run.pytest(f"--target={ready.url}", "--requirement=SEND-ID-DELETES", "-n2")
    left = kept.results["leftovers"]
    assert len(left) == 4
    assert len(kept.folder.joinpath("borrowed.jsonl").read_text().splitlines()) == 4
    # It still does not give them up: nothing is forgotten, and it is said again.
    assert len(run.pytest(f"--target={ready.url}", "--requirement=SEND-ID-DELETES").results["leftovers"]) == 8
    seen.keeps_users = False
    after = run.pytest(f"--target={ready.url}", "--requirement=SEND-ID-DELETES")
    assert after.results["leftovers"] == []
    assert not after.folder.joinpath("borrowed.jsonl").exists()
