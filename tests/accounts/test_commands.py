"""`init`, `doctor`, `--plan`, `--rate` and `--economy`, as their users type them."""

import os
import pty
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from judging.conftest import TOKEN, Runner
from starlette.types import ASGIApp, Receive, Scope, Send

from conformance import profile as profiles
from conformance.reference.embedded import serving
from conformance.reference.settings import Settings

COMMAND = str(Path(sys.executable).with_name("portal-conformance"))


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


# --- init -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("driver", ["control", "accounts"])
def test_init_writes_a_profile_that_can_be_read(tmp_path: Path, driver: str) -> None:
    target = ("--target=https://portal.example", "--ws-target=https://ws.portal.example")
    done = run(tmp_path, "init", "portal.toml", *target, '--name=Port "al"\\', f"--driver={driver}")
    assert done.returncode == 0, done.stderr
    written = profiles.load(tmp_path / "portal.toml")
    assert (written.target.url, written.target.ws_url) == ("https://portal.example", "https://ws.portal.example")
    assert written.provision.driver == driver
    assert bool(written.roster.accounts) == (driver == "accounts")


def _used(line: str) -> str:
    """A setting that stands in a comment, taken out of it."""
    setting = line.removeprefix("# ")
    return setting if re.match(r"\w+ = |\[", setting) else line


def test_every_comment_of_a_profile_is_a_setting_that_could_be_used(tmp_path: Path) -> None:
    run(tmp_path, "init", "portal.toml", "--driver=accounts", "--target=https://portal.example")
    lines = (tmp_path / "portal.toml").read_text().splitlines()
    document = tomllib.loads("\n".join(_used(line) for line in lines))
    assert profiles.parse(document).limits.requests is not None


def test_init_replaces_nothing_unasked(tmp_path: Path) -> None:
    tmp_path.joinpath("portal.toml").write_text("mine")
    done = run(tmp_path, "init", "portal.toml")
    assert (done.returncode, tmp_path.joinpath("portal.toml").read_text()) == (4, "mine")
    assert "is there already; give another name, or replace it by --force" in done.stderr
    assert run(tmp_path, "init", "portal.toml", "--force").returncode == 0


def test_init_asks_on_a_terminal(tmp_path: Path) -> None:
    controller, terminal = pty.openpty()
    os.write(controller, b"https://asked.example\n\naccounts\nMine\n")
    done = subprocess.run(
        [COMMAND, "init"], cwd=tmp_path, stdin=terminal, capture_output=True, text=True, timeout=60, check=False
    )
    os.close(terminal)
    os.close(controller)
    assert done.returncode == 0, done.stderr
    written = profiles.load(tmp_path / "portal.toml")
    assert (written.target.url, written.target.ws_url, written.target.name) == (
        "https://asked.example", "https://asked.example", "Mine",
    )  # fmt: skip
    assert written.provision.driver == "accounts"


# --- doctor ---------------------------------------------------------------------------------------------------


def test_doctor_finds_the_embedded_server_well(tmp_path: Path) -> None:
    done = run(tmp_path, "doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines() if line[:3] in ("ok ", "BAD", "-  ")] == ["ok"] * 9


@pytest.mark.parametrize(
    ("target", "step", "sentence"),
    [
        ("http://nowhere.invalid", "DNS", "has no address"),
        ("https://127.0.0.1:9", "TLS", "nothing answers at 127.0.0.1:9"),
        ("http://127.0.0.1:9", "REST", "target or configuration; start it, or correct --target"),
    ],
)
def test_doctor_says_where_it_hurts_and_tries_no_further(tmp_path: Path, target: str, step: str, sentence: str) -> None:
    done = run(tmp_path, "doctor", f"--target={target}")
    told = {line[4:16].strip(): line for line in done.stdout.splitlines() if line[:3] in ("ok ", "BAD", "-  ")}
    assert done.returncode == 2
    assert told[step].startswith("BAD")
    assert sentence in told[step]
    assert told["message"] == "-   message      not tried"
    assert "Traceback" not in done.stdout + done.stderr


# --- the price ------------------------------------------------------------------------------------------------


def test_a_plan_asks_nobody(tmp_path: Path) -> None:
    done = run(tmp_path, "run", "--plan", "--target=http://127.0.0.1:9", "--rate=120/min")
    first = done.stdout.splitlines()[0]
    assert done.returncode == 0
    assert first.startswith("plan     101 scenarios, ")
    assert first.endswith("at 120/min a client")
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--rate=fast"], "--rate: expected requests in a time, such as 120/min, or auto, got 'fast'"),
        (["--economy", "--level=full"], "--economy: judges the core level alone; leave out --level full"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(tmp_path: Path, options: list[str], sentence: str) -> None:
    done = run(tmp_path, "run", *options)
    assert (done.returncode, sentence in done.stdout + done.stderr) == (4, True), done.stdout + done.stderr


class Counting:
    """Counts what comes in."""

    asked = 0

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/socket.io"):
            Counting.asked += 1
        await self._app(scope, receive, send)


def test_the_core_level_takes_400_requests_from_the_first_to_the_last(tmp_path: Path) -> None:
    Counting.asked = 0
    with serving(Settings(control_token=TOKEN), middlewares=[Counting]) as ready:
        ran = Runner(tmp_path).command("run", f"--target={ready.url}", "--economy")
    assert (ran.status, ran.results["verdict"], ran.results["leftovers"]) == (0, "conformant", []), ran.output
    assert Counting.asked <= 400
    assert ran.results["pace"]["planned_requests"] == pytest.approx(Counting.asked, rel=0.2)
