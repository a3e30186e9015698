"""The accounts of a profile: crews, what they may do, and what is wrong with a list of them."""

import math
from typing import Any

import pytest

from conformance.errors import ProfileFault
from conformance.limits import Limit, Rate
from conformance.profile import Limits, Profile, parse
from conformance.roster import Account, ExistingChat, Login

ALICE = {"name": "alice", "cookie_env": "ALICE", "more_cookie_envs": ["ALICE_2"], "premium": True}
BOB = {"name": "bob", "login": {"platform": "p", "user": "bob-{run}"}}
MIA = {"name": "mia", "crew": "2", "cookie_env": "MIA", "permission_level": 2}


def profile(*accounts: dict[str, Any], **more: Any) -> Profile:
    return parse({"provision": {"driver": "accounts"}, "accounts": list(accounts), **more})


def test_accounts_are_read_with_all_that_is_said_of_them() -> None:
    accounts = profile(ALICE, BOB, MIA).roster.accounts
    assert accounts == (
        Account("alice", cookie_env="ALICE", more_cookie_envs=("ALICE_2",), premium=True),
        Account("bob", login=Login("p", "bob-{run}")),
        Account("mia", "2", cookie_env="MIA", permission_level=2),
    )
    assert [one.may_create for one in accounts] == [True, False, True]
    assert [one.is_new for one in accounts] == [False, True, False]
    assert [one.sessions for one in accounts] == [2, None, 1]


def test_of_what_is_not_said_of_accounts_and_chats_the_least_is_assumed() -> None:
    account, other = Account("ann"), Account("joe", more_cookie_envs=("JOE_2",))
    assert (account.permission_level, account.premium, account.crew) == (0, False, "1")
    # Without its first session an account has no use for further ones.
    assert (account.variables, other.variables) == ((), ())
    assert Account("eve", cookie_env="EVE", more_cookie_envs=("EVE_2",)).variables == ("EVE", "EVE_2")
    assert ExistingChat(17, "ann", "public").history_visible


def test_accounts_make_crews_and_chats_go_to_that_of_their_owner() -> None:
    chat = {"id": 17, "owner": "mia", "visibility": "public", "history_visible": False}
    crews = profile(ALICE, MIA, BOB, chats=[chat]).roster.crews
    assert [(crew.name, [one.name for one in crew.accounts]) for crew in crews] == [
        ("1", ["alice", "bob"]),
        ("2", ["mia"]),
    ]
    assert [crew.chats for crew in crews] == [(), (ExistingChat(17, "mia", "public", history_visible=False),)]


def test_limits_are_read() -> None:
    told = {"requests": "120/min", "by": "address", "chat": {"messages": 30, "window_s": 10}}
    assert parse({"limits": told}).limits == Limits(Rate(120, 60), "address", Limit(30, 10), None)
    everywhere = {"global": {"messages": 7, "window_s": 3}}
    assert parse({"limits": everywhere}).limits == Limits(everywhere=Limit(7, 3))
    assert parse({}).limits == Limits()


def test_a_window_has_a_length() -> None:
    for table in ({"limits": {"chat": {"messages": 1, "window_s": math.nan}}}, {"target": {"timeout_s": math.nan}}):
        with pytest.raises(ProfileFault, match="expected a number of seconds, got nan"):
            parse(table)


def test_the_bot_has_its_key_from_the_variable_of_the_documentation() -> None:
    assert parse({}).provision.bot_key_env == "PORTAL_BOT_KEY"


@pytest.mark.parametrize(
    ("accounts", "fault"),
    [
        ([], 'accounts: the driver "accounts" needs some; list them under [[accounts]]'),
        ([{"name": "alice"}], "accounts[0]: expected one of cookie_env and login"),
        ([{**BOB, "cookie_env": "BOB"}], "accounts[0]: expected one of cookie_env and login"),
        ([ALICE, {**BOB, "name": "alice"}], "accounts[1].name: 'alice' is the name of another account"),
        (
            [{**BOB, "more_cookie_envs": ["BOB_2"]}],
            "accounts[0].more_cookie_envs: needs cookie_env; by login there are as many sessions as are needed",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_path(accounts: list[dict[str, Any]], fault: str) -> None:
    with pytest.raises(ProfileFault) as caught:
        profile(*accounts)
    assert caught.value.faults == (fault,)


@pytest.mark.parametrize(
    "accounts",
    [
        [ALICE, {"name": "twin", "cookie_env": "ALICE_2"}],
        [BOB, {**BOB, "name": "twin"}],
        [{**ALICE, "more_cookie_envs": ["ALICE"]}],
    ],
)
def test_a_session_is_of_one_account(accounts: list[dict[str, Any]]) -> None:
    with pytest.raises(ProfileFault) as caught:
        profile(*accounts)
    assert caught.value.faults == (f"accounts[{len(accounts) - 1}]: has a session that is listed already",)


def test_a_chat_of_nobody_is_a_fault() -> None:
    with pytest.raises(ProfileFault) as caught:
        profile(ALICE, chats=[{"id": 1, "owner": "eve", "visibility": "public"}])
    assert caught.value.faults == ("chats[0].owner: no account is called 'eve'",)


def test_no_secret_is_written_in_a_profile() -> None:
    with pytest.raises(ProfileFault) as caught:
        profile({"name": "alice", "cookie": "the-secret-itself"})
    assert "the-secret-itself" not in str(caught.value)
