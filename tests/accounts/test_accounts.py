"""The driver `accounts`: a target is judged with accounts that exist, and left as it was."""

import json
from pathlib import Path

import pytest
from judging.conftest import Runner
from starlette.types import ASGIApp, Receive, Scope, Send

from conformance import foresight
from conformance import run as runs

from . import profile as profiles
from .conftest import Judging, staging

_IN_PUBLIC = (
    "test_kick::test_every_kick_moves_the_epoch_on[public]",
    "test_moderation::test_mute_and_unmute_are_told[public]",
)


def test_bans_and_mutes_are_judged_with_sessions_and_logins(judging: Judging, tmp_path: Path) -> None:
    profile = profiles.write(tmp_path / "profile.toml")
    ran = judging(profile, "--requirement=SEND-BANNED*", "--requirement=SEND-MUTED")
    assert {ran.outcome(one) for one in ("SEND-BANNED", "SEND-BANNED-SCOPE", "SEND-BANNED-LIFTED", "SEND-MUTED")} == {
        "passed"
    }
    assert ran.results["leftovers"] == [
        f"the account of {name!r}, made by its login, is left on the target" for name in ("carol", "erin")
    ]


def test_no_secret_of_an_account_is_in_any_artefact(judging: Judging, tmp_path: Path) -> None:
    profile = profiles.write(tmp_path / "profile.toml")
    ran = judging(profile, "--requirement=SEND-ACCEPT")
    written = ran.output + "".join(file.read_text("utf-8") for file in ran.folder.iterdir() if file.is_file())
    assert [name for name, secret in profiles.ENVIRONMENT.items() if secret in written] == []


def test_no_code_that_opens_a_session_or_a_chat_is_in_any_artefact(judging: Judging, tmp_path: Path) -> None:
    profile = profiles.write(tmp_path / "profile.toml")
    ran = judging(profile, "--requirement=SEND-PRIVATE", "--requirement=SEND-BROADCAST*")
    wire = [one for scenario in ran.results["scenarios"] for one in scenario["wire"] if one["kind"] == "http"]
    invited = [one for one in wire if one["path"].endswith("/invites")]
    assert invited
    assert {one["response_body"] for one in invited} == {"[masked]"}
    assert {one["path"].rpartition("/")[2] for one in wire if "/resolve/" in one["path"]} == {"[masked]"}


def test_a_rate_that_is_too_low_for_a_limit_blocks_what_is_about_it(tmp_path: Path) -> None:
    profile = profiles.write(tmp_path / "profile.toml", limits={"chat": (30, 4), "global": (60, 4)})
    lacking = foresight.lacking(runs.options(profile=str(profile), target="http://127.0.0.1:1", rate="20/10s"))
    assert lacking["test_limits::test_limit_of_a_chat"].startswith("the rate of 20 requests at once is too low")


def test_one_user_is_no_two_accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = profiles.write(tmp_path / "profile.toml")
    with staging(profile) as ready:
        monkeypatch.setenv("DAVE", profiles.SECRETS["ALICE"])
        ran = Runner(tmp_path).command("run", f"--target={ready.url}", f"--profile={profile}")
    assert "the accounts 'alice' and 'dave' are the same user: configuration" in ran.results["reason"]
    assert (ran.status, ran.results["scenarios"]) == (2, [])


def test_what_the_profile_lacks_is_blocked_with_a_sentence(judging: Judging, tmp_path: Path) -> None:
    profile = profiles.write(tmp_path / "profile.toml", chats=(), limits={})
    ran = judging(profile, "--requirement=SEND-429-GLOBAL", "--requirement=SEND-ID-SHAPE", "--requirement=SEND-ACCEPT")
    said = {one["name"]: one["message"] for one in ran.results["scenarios"] if one["outcome"] == "blocked"}
    assert said == {
        "test_limits::test_limit_over_all_chats": "this scenario needs to know the target's message limit: "
        "name it as global under [limits]",
        "test_sending::test_everyone_inside_may_send[public]": "this scenario needs one more public chat, "
        "owned by 'alice': list it under [[chats]]",
    }
    assert ran.status == 2


def test_a_chat_that_stays_is_left_without_mutes_and_bans(tmp_path: Path) -> None:
    profile = profiles.write(tmp_path / "profile.toml")
    runner = Runner(tmp_path)
    with staging(profile) as ready:
        for _ in range(2):
            ran = runner.command(
                "run", f"--target={ready.url}", f"--profile={profile}", "--level=full", "--requirement=KICK-ROTATES",
                "--requirement=MUTE-EVENT",
            )  # fmt: skip
            outcomes = {one["name"]: one["outcome"] for one in ran.results["scenarios"]}
            assert [outcomes[name] for name in _IN_PUBLIC] == ["passed"] * 2


@pytest.mark.parametrize(
    ("secret", "sentence"),
    [
        ("ALICE", "the session of the account 'alice' is not known: configuration; set the environment variable ALICE"),
        ("PORTAL_BOT_KEY", "accounts log in by a bot's key, and there is none: configuration; set the variable"),
    ],
)
def test_a_secret_that_is_not_set_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str, sentence: str
) -> None:
    profile = profiles.write(tmp_path / "profile.toml")
    with staging(profile) as ready:
        monkeypatch.delenv(secret)
        ran = Runner(tmp_path).command("run", f"--target={ready.url}", f"--profile={profile}")
    assert sentence in ran.results["reason"]
    assert (ran.status, ran.results["verdict"], "Traceback" in ran.output) == (2, "inconclusive", False)


def test_a_session_that_is_not_taken_is_told_before_anything_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = profiles.write(tmp_path / "profile.toml")
    with staging(profile) as ready:
        monkeypatch.setenv("DAVE", "no-session-of-anybody")
        ran = Runner(tmp_path).command("run", f"--target={ready.url}", f"--profile={profile}")
    assert "renew the accounts' sessions" in ran.results["reason"]
    assert (ran.status, ran.results["scenarios"]) == (2, [])


def test_more_workers_than_crews_is_wrong_usage(tmp_path: Path) -> None:
    profile = profiles.write(tmp_path / "profile.toml")
    ran = Runner(tmp_path).command("run", "--target=http://127.0.0.1:1", f"--profile={profile}", "-n2")
    assert ran.status == 4
    assert "-n 2: needs 2 crews of accounts, one a worker, and the profile has 1" in ran.output


def test_each_worker_plays_with_a_crew_of_its_own(judging: Judging, tmp_path: Path) -> None:
    second = [
        'name = "alice2"\ncrew = "2"\ncookie_env = "ALICE_B"\npremium = true',
        'name = "bob2"\ncrew = "2"\ncookie_env = "BOB_B"\nmore_cookie_envs = ["BOB_B_2"]',
        'name = "carol2"\ncrew = "2"\ncookie_env = "CAROL_B"',
        'name = "dave2"\ncrew = "2"\ncookie_env = "DAVE_B"',
    ]
    chats = (profiles.PUBLIC, 'id = 9002\nowner = "alice2"\nvisibility = "public"')
    profile = profiles.write(tmp_path / "profile.toml", (*profiles.CORE, *second), chats)
    ran = judging(profile, "--requirement=SEND-BANNED*", "--requirement=SEND-ACCEPT", "-n2")
    assert {ran.outcome(one) for one in ("SEND-BANNED", "SEND-BANNED-SCOPE", "SEND-BANNED-LIFTED", "SEND-ACCEPT")} == {
        "passed"
    }


class Hiccups:
    """Answers every fortieth request with a 429 that asks for a moment's patience."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        messages = scope["type"] == "http" and scope["path"].endswith("/messages")
        self._asked += messages
        if not messages or self._asked % 40:
            await self._app(scope, receive, send)
            return
        headers = [(b"retry-after", b"0"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 429, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"error": "later"}'})


def test_a_limit_that_nobody_asked_for_is_waited_out_and_counted(tmp_path: Path) -> None:
    profile = profiles.write(tmp_path / "profile.toml")
    with staging(profile, [Hiccups]) as ready:
        ran = Runner(tmp_path).command(
            "run",
            f"--target={ready.url}",
            f"--profile={profile}",
            "--requirement=SEND-422-CT",
            "--requirement=SEND-MUTED",
        )
    assert (ran.outcome("SEND-422-CT"), ran.outcome("SEND-MUTED")) == ("passed", "passed")
    assert ran.results["pace"]["limits_met"] > 0
    refused = [one for scenario in ran.results["scenarios"] for one in scenario["wire"] if one.get("status") == 429]
    assert refused, "each try is in the wire log"


def test_doctor_foretells_what_will_be_blocked(judging: Judging, tmp_path: Path) -> None:
    profile = profiles.write(tmp_path / "profile.toml", profiles.CORE[:3], chats=())
    asked = ("--requirement=SEND-BANNED*", "--requirement=SEND-PRIVATE", "--requirement=SEND-ID-UNIQUE")
    told = judging(profile, command="doctor")
    ran = judging(profile, *asked)
    blocked = {one["name"]: one["message"] for one in ran.results["scenarios"] if one["outcome"] == "blocked"}
    assert blocked
    for name, sentence in blocked.items():
        assert name in told.output
        assert sentence in told.output
    played = {one["name"] for one in ran.results["scenarios"] if one["outcome"] == "passed"}
    assert [name for name in played if f" {name}" in told.output] == []
    assert told.status == 2


def test_a_server_tells_who_it_has_from_the_start_as_one_profile_says(tmp_path: Path) -> None:
    profile = profiles.write(tmp_path / "profile.toml")
    with staging(profile) as ready:
        ran = Runner(tmp_path).command("doctor", f"--target={ready.url}", f"--profile={profile}")
    assert ran.status == 0, ran.output
    ticks = [line.split()[0] for line in ran.output.splitlines() if line.startswith(("ok", "BAD", "-"))]
    assert ticks == ["ok"] * 9
    assert "101 of 101 scenarios of the core level can be played" in ran.output
    assert json.dumps(profiles.SECRETS["ALICE"])[1:-1] not in ran.output
