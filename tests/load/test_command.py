"""The command: what it refuses, what it needs, and that Locust is nowhere but in the process that loads."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance import cli

from .made import environment, server

ACCOUNTS = """
[provision]
driver = "accounts"

[[accounts]]
name = "a"
premium = true
cookie_env = "A"
"""


Asking = Callable[[list[str]], tuple[Any, str]]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Asking:
    """The exit status of the command with such options, and what it complained of."""

    def asked(options: list[str]) -> tuple[Any, str]:
        monkeypatch.setattr(sys, "argv", ["portal-conformance", "load", *options])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, capsys.readouterr().err

    return asked


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--users=5", "--chats=3"], "--users 5: a chat needs two members at least, and there are 3"),
        (["--master", "--worker"], "--master and --worker contradict each other: each is a process of its own"),
        (["--master", "--workers=3", "--target=http://127.0.0.1:1"], "--chats 2: each of 3 workers needs one at least"),
        (["--master"], "--master: needs --target; the embedded server lends its members to one process alone"),
        (["--target=nowhere"], "--target: expected a URL such as https://portal.example, got 'nowhere'"),
        (["--target=https://portal-api.7331.org"], "portal-api.7331.org is the public production service"),
        (["--users=1"], "Invalid value for '--users'"),
    ],
)
def test_what_makes_no_sense_is_a_sentence_and_status_4(options: list[str], said: str, ask: Asking) -> None:
    status, complaint = ask(options)
    assert status == 4
    assert said in complaint


@pytest.mark.parametrize(
    ("profile", "options", "said"),
    [
        ('[dialect.socket]\ntransports = ["polling"]', [], "its transports leave out websocket"),
        (ACCOUNTS, ["--target=http://127.0.0.1:1", "--rate=2"], "ask for at most 1.5"),
    ],
)
def test_what_a_profile_forbids(profile: str, options: list[str], said: str, tmp_path: Path, ask: Asking) -> None:
    (tmp_path / "profile.toml").write_text(profile, "utf-8")
    status, complaint = ask([f"--profile={tmp_path / 'profile.toml'}", *options])
    assert status == 4
    assert said in complaint


def test_without_locust_it_says_what_to_install(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "locust" else object())
    assert ask([]) == (4, "Error: load needs Locust: pip install 'portal-conformance[load]'\n")


@pytest.mark.parametrize("options", [["--help"], ["load", "--help"], ["run", "--help"]])
def test_locust_and_gevent_are_not_imported_by_the_command(options: list[str]) -> None:
    looked = (
        "import sys; sys.argv[1:] = sys.argv[1:]\n"
        "from conformance.cli import group\n"
        "group.main(standalone_mode=False)\n"
        "assert not {'locust', 'gevent', 'zmq', 'flask'} & set(sys.modules), 'imported'\n"
    )
    ran = subprocess.run([sys.executable, "-c", looked, *options], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Usage: " in ran.stdout


# --- beside the suite ---------------------------------------------------------------------------------------------


LOOKS = """
import sys

def pytest_unconfigure(config):
    assert config.pluginmanager.has_plugin("locust")
    assert not {"locust", "gevent"} & set(sys.modules)
    print("nothing was changed")
"""


def judged(folder: Path, *words: str) -> str:
    """What a narrowed run says, which is inconclusive for that alone."""
    asked = [*words, "--requirement=SEND-ID-SHAPE", f"--report-dir={folder / 'reports'}"]
    ran = subprocess.run(
        [sys.executable, "-m", *asked], cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "1 passed" in ran.stdout
    return ran.stdout


def test_its_plugin_of_pytest_changes_nothing(tmp_path: Path) -> None:
    """Locust brings a plugin, which pytest loads wherever it is installed; gevent changes threads once imported."""
    (tmp_path / "looks.py").write_text(LOOKS, "utf-8")
    with server() as url:
        said = judged(tmp_path, "pytest", "-p", "looks", "-n2", f"--target={url}")
    assert "nothing was changed" in said


def test_run_leaves_the_plugin_out(tmp_path: Path) -> None:
    with server() as url:
        assert "locust" not in judged(tmp_path, "conformance", "run", f"--target={url}").lower()
