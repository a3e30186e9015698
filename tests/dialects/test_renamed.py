"""A target on which nothing has its default name is judged by its profile alone, and as strictly as any other."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from accounts import profile as accounts
from judging.conftest import TOKEN, Ran, Runner

from conformance import dialect as dialects
from conformance.reference.decisions import Decisions
from conformance.reference.embedded import serving
from conformance.reference.mutants.delivery_content import CiphertextIsToldUnpadded, EventHasHalfTheId
from conformance.reference.mutants.mutes_ttl import TtlAsText
from conformance.reference.records import Session
from conformance.reference.settings import Settings
from conformance.reference.state import State

from . import names
from .renamed import Renamed

PROFILE = Path(__file__).parent / "renamed.toml"
DEFAULT: Mapping[str, Any] = tomllib.loads(resources.files("conformance").joinpath("dialect.toml").read_text("utf-8"))
LEVEL_FULL_S = 900


class Remembering(Decisions):
    """A server that remembers the sessions that it lent: secrets of the run."""

    def __init__(self) -> None:
        self.secrets: set[str] = set()

    async def session_of(self, state: State, secret: str | None) -> Session | None:
        session = await super().session_of(state, secret)
        if session is not None and secret:
            self.secrets.add(secret)
        return session


def judged(folder: Path, decisions: Decisions, *arguments: str) -> Ran:
    """A run that judges the renamed server by its profile."""
    run = Runner(folder, patience_s=LEVEL_FULL_S)
    with serving(Settings(control_token=TOKEN), decisions=decisions, middlewares=[Renamed]) as ready:
        return run.command("run", "--target", ready.url, "--profile", str(PROFILE), "--examples", "1", *arguments)


def settings(tables: Mapping[str, Any], *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every setting of a dialect by its path."""
    for name, value in tables.items():
        if isinstance(value, Mapping):
            yield from settings(value, *path, name)
        else:
            yield (*path, name), value


def spoken_by_default(text: str) -> set[str]:
    """The default names of events and calls, and of members that are the dialect's alone, that occur in ``text``."""
    events = [one["name"] for one in DEFAULT["event"].values()] + [one["event"] for one in DEFAULT["emit"].values()]
    words = [re.escape(one) for one in (*events, "/v1/portal", "psession", *DEFAULT["codes"].values())]
    members = (
        r'"(?:ok|chat_id|user_id|session_id|public_key|correlation_id|ttl|members|blob|deleted|cleared|ids|count)"'
    )
    return set(re.findall("|".join([*words, members]), text))


def spoken(ran: Ran) -> str:
    """All that went over the wire to the target, and what was said of it in checks; the control API stands apart."""
    parts = []
    for scenario in ran.results["scenarios"]:
        parts += [json.dumps(one) for one in scenario["wire"] if one["actor"] != "control"]
        parts += [f"{one['expected']} {one['observed']}" for one in scenario["checks"]]
    return "\n".join(parts).replace('\\"', '"')


# --- the profile ----------------------------------------------------------------------------------------------


def test_the_profile_leaves_no_default() -> None:
    overrides = tomllib.loads(PROFILE.read_text("utf-8"))["dialect"]
    given = dict(settings(overrides))
    assert dialects.build(overrides)[1] == ()
    assert {path for path, value in settings(DEFAULT) if given.get(path, value) == value} == set()


def test_the_profile_speaks_of_what_the_server_has() -> None:
    dialect = dialects.build(tomllib.loads(PROFILE.read_text("utf-8"))["dialect"])[0]
    assert {(one.method, one.path) for one in dialect.rest.values()} == {way.here for way in names.WAYS}
    assert {one.event for one in dialect.emit.values()} == set(names.REQUESTS)
    assert {one.name for one in dialect.event.values()} == {one.here for one in names.EVENTS.values()}


# --- judging by it --------------------------------------------------------------------------------------------


def test_the_server_is_conformant_at_the_full_level_and_no_default_name_is_spoken(tmp_path: Path) -> None:
    server = Remembering()
    ran = judged(tmp_path, server, "--level", "full", "-n", "2")
    assert (ran.status, ran.results["verdict"]) == (0, "conformant"), ran.output
    assert (ran.results["counts"]["MUST"].keys(), ran.results["leftovers"]) == ({"passed"}, [])
    assert spoken_by_default(spoken(ran)) == set()
    written = "\n".join(path.read_text("utf-8") for path in ran.folder.rglob("*") if path.is_file()) + ran.output
    assert len(server.secrets) > 100
    assert [one for secret in server.secrets for one in (secret, quote(secret, safe="")) if one in written] == []


def test_accounts_log_in_and_make_chats_under_other_names_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in accounts.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PORTAL_CONTROL_TOKEN", raising=False)
    profile = accounts.write(tmp_path / "profile.toml", more=PROFILE.read_text("utf-8"))
    run = Runner(tmp_path)
    run.environment = {}
    with serving(Settings(bot_api_key=accounts.BOT_KEY, seed=profile), middlewares=[Renamed]) as ready:
        ran = run.command("run", "--target", ready.url, "--profile", str(profile), "--requirement=SEND-MUTED")
    assert ran.outcome("SEND-MUTED") == "passed", ran.output
    assert re.findall(r"/v1/|psession", spoken(ran)) == []


@pytest.mark.parametrize(
    ("lie", "requirement", "words"),
    [
        (EventHasHalfTheId(), "SEND-BROADCAST-ID", ['"name": "chat:said"', '"said": {"number":']),
        (CiphertextIsToldUnpadded(), "SEND-BROADCAST-CT", ['"name": "chat:said"', '"sealed":']),
        (TtlAsText(), "SEND-MUTED-TTL", ['"path": "/api/portal/rooms/', '"wait_s":']),
    ],
)
def test_a_broken_clause_is_red_and_shown_in_the_names_of_the_target(
    tmp_path: Path, lie: Decisions, requirement: str, words: list[str]
) -> None:
    ran = judged(tmp_path, lie, "--requirement", requirement)
    assert (ran.status, ran.outcome(requirement)) == (1, "failed"), ran.output
    told = spoken(ran)
    assert [one for one in words if one not in told] == []
    assert spoken_by_default(told) == set()
    assert re.search(r" {4}wire .*(/api/portal/rooms/|chat:said)", ran.output)


def test_the_server_does_not_answer_to_default_names(tmp_path: Path) -> None:
    run = Runner(tmp_path)
    with serving(Settings(control_token=TOKEN), middlewares=[Renamed]) as ready:
        ran = run.command("run", "--target", ready.url)
    assert (ran.status, ran.results["scenarios"]) == (2, []), ran.output


@pytest.mark.parametrize(
    "line",
    [
        '[dialect.cookie]\nname = "psession"',
        '[dialect.socket]\npath = "/socket.io"',
        '[dialect.socket]\nnamespace = "/"',
        '[dialect.emit.join]\nevent = "room:join"',
        '[dialect.rest.register_key]\npath = "/v1/portal/keys"',
    ],
)
def test_one_name_that_is_not_the_servers_is_enough_to_get_nowhere(tmp_path: Path, line: str) -> None:
    table, _, setting = line.partition("\n")
    key = setting.partition(" ")[0]
    text = re.sub(
        rf"({re.escape(table)}(?:\n[^\[].*?)*?\n){key} = [^\n]*", rf"\g<1>{setting}", PROFILE.read_text("utf-8")
    )
    assert text != PROFILE.read_text("utf-8")
    run = Runner(tmp_path)
    tmp_path.joinpath("profile.toml").write_text(text)
    with serving(Settings(control_token=TOKEN), middlewares=[Renamed]) as ready:
        ran = run.command("run", "--target", ready.url, "--profile", "profile.toml")
    assert (ran.status, ran.results["scenarios"]) == (2, []), ran.output
