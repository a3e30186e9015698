"""A user's mistake: exit status 4 and a sentence, never a traceback."""

import pytest

from .conftest import Ran, Runner


def told(ran: Ran) -> str:
    """What a usage error says; nothing was written."""
    assert ran.status == 4, ran.output
    assert "Traceback" not in ran.output
    assert not ran.folder.exists()
    return ran.output


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("--level=all", "argument --level: invalid choice: 'all' (choose from core, full)"),
        ("--examples=0", "argument --examples: expected a whole number from 1 on, got 0"),
        ("--examples=many", "argument --examples: invalid _positive value: 'many'"),
        ("--target=portal.example", "--target: expected a URL such as https://portal.example, got 'portal.example'"),
        ("--ws-target=ws://x", "--ws-target: expected a URL such as https://portal.example, got 'ws://x'"),
        (
            "--ws-target=http://127.0.0.1:1",
            "--ws-target: needs --target as well; the embedded server has a Socket.IO of",
        ),
        ("--requirement=SEND-BANED", "no requirement matches 'SEND-BANED' (did you mean SEND-BANNED?)"),
        ("--profile=nowhere.toml", "nowhere.toml: cannot be read (No such file or directory)"),
    ],
)
def test_wrong_option(run: Runner, option: str, sentence: str) -> None:
    assert sentence in told(run.pytest(option)).replace("'core', 'full'", "core, full")


@pytest.mark.parametrize("option", ["--level=all", "--examples=0", "--nonsense", "--requirement=NO-SUCH-ID"])
def test_wrong_option_of_the_command(run: Runner, option: str) -> None:
    told(run.command("run", option))


def test_wrong_command(run: Runner) -> None:
    assert "No such command 'judge'" in told(run.command("judge"))


def test_unknown_requirement_to_explain(run: Runner) -> None:
    ran = told(run.command("explain", "SEND-BANED"))
    assert ran == "Error: no requirement matches 'SEND-BANED' (did you mean SEND-BANNED?)\n"


def test_every_fault_of_a_profile_at_once(run: Runner) -> None:
    run.folder.joinpath("profile.toml").write_text(
        '[target]\nurl = 5\ntimeout = 3\n[provision]\ndriver = "magic"\n'
        '[features]\nabsent = ["mutes"]\n[dialect.emit.jion]\nevent = "x"\n[dialect.cookie]\nname = 7\n'
    )
    output = told(run.pytest("--profile=profile.toml"))
    for path in ("target.url", "target.timeout", "provision.driver", "features.absent[0]", "dialect.emit.jion"):
        assert f"{path}: " in output
    assert "dialect.cookie.name: expected a string, got an integer" in output


def test_report_folder_that_cannot_be_made(run: Runner) -> None:
    run.folder.joinpath("taken").write_text("a file")
    ran = run.pytest("--report-dir=taken")
    assert ran.status == 4
    assert "--report-dir taken: cannot be written (File exists)" in ran.output


def test_users_own_settings_do_not_bend_the_command(run: Runner) -> None:
    run.folder.joinpath("pytest.ini").write_text("[pytest]\naddopts = -k nothing --maxfail=1\n")
    run.folder.joinpath("conftest.py").write_text("raise SystemExit('a conftest of the user')\n")
    run.folder.joinpath("conformance.py").write_text("raise SystemExit('a module of the user')\n")
    run.environment["PYTEST_ADDOPTS"] = "--deselect test_bans.py"
    ran = run.command("run", "--requirement", "SEND-ACCEPT")
    assert ran.outcome("SEND-ACCEPT") == "passed", ran.output


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1"])  # noqa: S104 - refused, that is the point
def test_reference_server_stays_on_loopback(run: Runner, host: str) -> None:
    assert "is not a loopback address" in told(run.command("serve", "--host", host))
