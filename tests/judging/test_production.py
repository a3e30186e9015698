"""The public production service is not asked anything unless its owner agreed."""

import pytest

from .conftest import Runner
from .test_usage import told

URL = "https://portal-api.7331.org"
SENTENCE = "is the public production service, where the suite makes users, sends and bans: configuration; "
# No attempt leaves the machine in these tests: each is noted, and refused.
NO_NETWORK = """
import socket

def refuse(*arguments, **_):
    with open("asked", "a") as asked:
        asked.write(f"{arguments}\\n")
    raise OSError("no network in this test")

socket.getaddrinfo = socket.create_connection = socket.socket.connect = refuse
"""


@pytest.mark.parametrize(
    "arguments",
    [
        [f"--target={URL}"],
        [f"--target={URL}", "-n2"],
        [f"--target={URL}", "--requirement=SEND-ACCEPT"],
        ["--target=https://portal.example", "--ws-target=https://user@PORTAL-WS.7331.org.:443"],
        ["--profile=profile.toml"],
        ["--profile=profile.toml", "--target=https://portal.example", "--ws-target=https://portal-ws.7331.org"],
    ],
)
def test_nothing_is_asked(run: Runner, arguments: list[str]) -> None:
    run.folder.joinpath("conftest.py").write_text(NO_NETWORK)
    run.folder.joinpath("profile.toml").write_text(f'[target]\nurl = "https://portal.example"\nws_url = "{URL}"\n')
    assert SENTENCE in told(run.pytest(*arguments))
    assert not run.folder.joinpath("asked").exists()


@pytest.mark.parametrize("workers", [[], ["-n2"]])
def test_with_leave_it_is_asked(run: Runner, workers: list[str]) -> None:
    run.folder.joinpath("conftest.py").write_text(NO_NETWORK)
    ran = run.pytest(f"--target={URL}", "--allow-production", *workers)
    assert (ran.status, ran.results["verdict"]) == (2, "inconclusive"), ran.output
    assert ran.results["reason"].startswith("nothing answers at portal-api.7331.org")
    assert ran.results["target"]["production"] is True
    assert "portal-api.7331.org" in run.folder.joinpath("asked").read_text()


@pytest.mark.parametrize("command", ["run", "gate"])
def test_the_commands_need_leave_as_well(run: Runner, command: str) -> None:
    assert f"portal-api.7331.org {SENTENCE}" in told(run.command(command, "--target", URL))


def test_a_profile_of_a_production_service_needs_leave(run: Runner) -> None:
    profile = '[target]\nurl = "http://127.0.0.1:1"\nname = "Ours"\nenvironment = "production"\n'
    run.folder.joinpath("profile.toml").write_text(profile)
    assert "Ours is a production service by its profile" in told(run.command("run", "--profile", "profile.toml"))
    ran = run.command("run", "--profile", "profile.toml", "--allow-production")
    assert (ran.status, ran.results["target"]["production"]) == (2, True), ran.output
    assert ran.results["reason"].startswith("nothing answers at 127.0.0.1:1")


def test_a_url_that_no_client_can_read_is_a_mistake_in_a_sentence(run: Runner) -> None:
    assert "the URL https://[::1 cannot be read (" in told(run.pytest("--target=https://[::1"))
