"""The profile: from TOML to records, and every fault of a file in whole sentences."""

import math
from pathlib import Path

import pytest

from conformance.errors import ProfileFault
from conformance.profile import Profile, Provision, Target, load, parse

FULL = """\
[target]
url = "https://portal.example/"
ws_url = "https://ws.portal.example/"
name = "Portal staging"
timeout_s = 3
event_timeout_s = 0.5
chat_id = "hex32"
environment = "production"

[provision]
token_env = "STAGING_TOKEN"
give_back = false

[features]
absent = ["history", "kick"]

[dialect.cookie]
name = "sid"
"""


def of(tmp_path: Path, text: str) -> Profile:
    path = tmp_path / "profile.toml"
    path.write_text(text, "utf-8")
    return load(path)


def faults_of(tmp_path: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(ProfileFault) as caught:
        of(tmp_path, text)
    assert caught.value.source == str(tmp_path / "profile.toml")
    assert str(caught.value) == f"{caught.value.source}: {'; '.join(caught.value.faults)}"
    return caught.value.faults


# --- what is read ---------------------------------------------------------------------------------------------


def test_everything_that_a_profile_says_is_kept(tmp_path: Path) -> None:
    profile = of(tmp_path, FULL)
    assert profile.target == Target(
        "https://portal.example", "https://ws.portal.example", "Portal staging", 3, 0.5, "hex32", "production"
    )
    assert profile.provision == Provision("control", "STAGING_TOKEN", give_back=False)
    assert profile.absent == {"history", "kick"}
    assert (profile.dialect.cookie, profile.dialect.socket_path) == ("sid", "/socket.io")


def test_an_empty_profile_is_the_default(tmp_path: Path) -> None:
    assert of(tmp_path, "") == Profile()
    assert Profile().target == Target("", "", "", 10.0, 5.0, "integer", "staging")
    assert Profile().provision == Provision("control", "PORTAL_CONTROL_TOKEN", give_back=True)


def test_one_url_serves_for_both_and_for_the_name() -> None:
    target = parse({"target": {"url": "http://127.0.0.1:8080/"}}).target
    assert (target.url, target.ws_url, target.name) == ("http://127.0.0.1:8080",) * 3


# --- the command line goes first ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "url", "ws_url", "urls", "name"),
    [
        ({}, None, None, ("", ""), ""),
        ({}, "http://a", None, ("http://a", "http://a"), "http://a"),
        ({}, "http://a/", "http://b/", ("http://a", "http://b"), "http://a"),
        ({"url": "http://f", "ws_url": "http://g"}, None, None, ("http://f", "http://g"), "http://f"),
        ({"url": "http://f", "ws_url": "http://g"}, "http://a", None, ("http://a", "http://a"), "http://a"),
        ({"url": "http://f", "ws_url": "http://g"}, None, "http://b", ("http://f", "http://b"), "http://f"),
        ({"url": "http://f", "ws_url": "http://g"}, "http://a", "http://b", ("http://a", "http://b"), "http://a"),
        ({"url": "http://f"}, None, "http://b", ("http://f", "http://b"), "http://f"),
        ({"url": "http://f", "name": "Staging"}, "http://a", None, ("http://a", "http://a"), "Staging"),
        ({"name": "Staging"}, "http://a", None, ("http://a", "http://a"), "Staging"),
        ({"url": "http://f", "ws_url": "http://g"}, None, "", ("http://f", "http://g"), "http://f"),
        ({}, "http://a/X/", "http://b/X//", ("http://a/X", "http://b/X"), "http://a/X"),
        ({"url": "http://f/X/", "ws_url": "http://g/X/"}, None, None, ("http://f/X", "http://g/X"), "http://f/X"),
    ],
)
def test_urls_of_the_command_line_go_before_those_of_the_file(
    file: dict[str, str], url: str | None, ws_url: str | None, urls: tuple[str, str], name: str
) -> None:
    target = parse({"target": file}).at(url, ws_url).target
    assert ((target.url, target.ws_url), target.name) == (urls, name)


def test_urls_change_nothing_else(tmp_path: Path) -> None:
    before = of(tmp_path, FULL)
    after = before.at("http://a")
    assert (after.provision, after.absent, after.dialect) == (before.provision, before.absent, before.dialect)
    assert (after.target.timeout_s, after.target.event_timeout_s, after.target.chat_id) == (3, 0.5, "hex32")


def test_another_name() -> None:
    assert Profile().at("http://a").named("embedded").target == Target("http://a", "http://a", "embedded")


# --- files that cannot be read --------------------------------------------------------------------------------


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ProfileFault) as caught:
        load(tmp_path / "none.toml")
    assert str(caught.value) == f"{tmp_path / 'none.toml'}: cannot be read (No such file or directory)"


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ProfileFault) as caught:
        load(tmp_path)
    assert str(caught.value) == f"{tmp_path}: cannot be read (Is a directory)"


def test_malformed_toml(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "[target]\nurl = http://a\n") == (
        "is not valid TOML (Invalid value (at line 2, column 7))",
    )
    assert faults_of(tmp_path, "[target\n") == (
        "is not valid TOML (Expected ']' at the end of a table declaration (at line 1, column 8))",
    )


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    path.write_bytes(b"[target]\nname = '\xff'\n")
    with pytest.raises(ProfileFault) as caught:
        load(path)
    assert caught.value.faults == (
        "is not valid TOML ('utf-8' codec can't decode byte 0xff in position 17: invalid start byte)",
    )


# --- what no profile says -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "target = 5",
            "target: expected an object, got the integer 5",
        ),
        (
            "[targets]",
            "targets: unknown member (did you mean 'target'?)",
        ),
        (
            "[zzz]",
            "zzz: unknown member (there are: accounts, chats, dialect, features, limits, provision, target)",
        ),
        (
            '[target]\nuri = "http://a"',
            "target.uri: unknown member (did you mean 'url'?)",
        ),
        (
            '[target]\nurl = "portal.example"',
            'target.url: expected a URL such as https://portal.example, got the string "portal.example"',
        ),
        (
            '[provision]\ntoken_env = "2 TOKENS"',
            'provision.token_env: expected the name of a variable, got the string "2 TOKENS"',
        ),
        (
            "[target]\ntimeout_s = 0",
            "target.timeout_s: expected more than 0, got the integer 0",
        ),
        (
            "[target]\ntimeout_s = 300.5",
            "target.timeout_s: expected at most 300, got the number 300.5",
        ),
        (
            "[target]\ntimeout_s = nan",
            "target.timeout_s: expected a number of seconds, got nan",
        ),
        (
            '[target]\nname = ""',
            "target.name: expected at least 1 character, got 0",
        ),
        (
            '[target]\nchat_id = "uuid"',
            'target.chat_id: expected one of "integer", "hex32", got the string "uuid"',
        ),
        (
            '[provision]\ndriver = "magic"',
            'provision.driver: expected one of "control", "accounts", got the string "magic"',
        ),
        (
            '[features]\nabsent = ["history", "mutes"]',
            (
                'features.absent[1]: expected one of "history", "deletion", "clear", "kick", "keys", "hard_mute", '
                '"private_chats", "hidden_history", "moderators", got the string "mutes"'
            ),
        ),
        (
            '[features]\nabsent = ["history", "history"]',
            'features.absent: expected items that all differ, got the array ["history", "history"]',
        ),
        (
            "dialect = []",
            "dialect: expected an object, got the array []",
        ),
        (
            "dialect = 5",
            "dialect: expected an object, got the integer 5",
        ),
        (
            "[dialect.cookie]\nname = 2026-11-24",
            "dialect.cookie.name: expected a string, got a date or a time",
        ),
    ],
)
def test_a_fault_is_a_sentence_with_its_path(tmp_path: Path, text: str, sentence: str) -> None:
    assert faults_of(tmp_path, text) == (sentence,)


def test_a_document_without_a_file_is_a_profile() -> None:
    with pytest.raises(ProfileFault) as caught:
        parse({"target": {"timeout_s": math.nan, "event_timeout_s": math.nan}})
    assert str(caught.value) == (
        "profile: target.timeout_s: expected a number of seconds, got nan; "
        "target.event_timeout_s: expected a number of seconds, got nan"
    )


def test_every_fault_of_a_file_at_once(tmp_path: Path) -> None:
    text = """\
[target]
url = 5
timeout = 3
[provision]
driver = "magic"
[features]
absent = "history"
[dialect.emit.jion]
event = "x"
[dialect.cookie]
name = 7
"""
    assert faults_of(tmp_path, text) == (
        'features.absent: expected an array, got the string "history"',
        'provision.driver: expected one of "control", "accounts", got the string "magic"',
        "target.timeout: unknown member (did you mean 'timeout_s'?)",
        "target.url: expected a string, got the integer 5",
        "dialect.emit.jion: no such setting (did you mean 'join'?)",
        "dialect.cookie.name: expected a string, got an integer",
    )
