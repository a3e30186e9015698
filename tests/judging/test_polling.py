"""Whole runs by long polling: the same verdict, and not much later."""

from conformance.reference.settings import Ready

from .conftest import Runner

POLLING = '[dialect.socket]\ntransports = ["polling"]\n'
UPGRADED = '[dialect.socket]\ntransports = ["polling", "websocket"]\n'


def test_a_target_is_judged_by_polling_alone(run: Runner, server: Ready) -> None:
    run.folder.joinpath("profile.toml").write_text(POLLING)
    ran = run.pytest(f"--target={server.url}", "--profile=profile.toml", "--examples=1")
    assert (ran.status, ran.results["verdict"]) == (0, "conformant"), ran.output
    assert ran.results["leftovers"] == []


def test_a_target_is_judged_by_sockets_that_begin_by_polling(run: Runner, server: Ready) -> None:
    run.folder.joinpath("profile.toml").write_text(UPGRADED)
    ran = run.pytest(f"--target={server.url}", "--profile=profile.toml", "--requirement=SEND-BROADCAST*")
    assert (ran.outcome("SEND-BROADCAST"), ran.outcome("SEND-BROADCAST-SCOPE")) == ("passed", "passed"), ran.output
