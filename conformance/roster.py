"""The accounts and chats that a profile lists for the driver `accounts`, as frozen records.

Nothing secret is in here: a cookie or a key is named by the environment variable that holds it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

RUN_MARK = "{run}"
"""In a login's user this stands for the run: the account is made by its first login, and so new in every run."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who logs in by the bot's key: a user of a platform."""

    platform: str
    user: str


@dataclass(frozen=True, slots=True)
class Account:
    """One account; its session comes from ``cookie_env`` or by ``login``, further ones likewise."""

    name: str
    crew: str = "1"
    cookie_env: str = ""
    more_cookie_envs: tuple[str, ...] = ()
    login: Login | None = None
    premium: bool = False
    permission_level: int = 0

    @property
    def is_new(self) -> bool:
        """Whether nobody ever saw this account before the run."""
        return self.login is not None and RUN_MARK in self.login.user

    @property
    def may_create(self) -> bool:
        """Whether it may make private chats: by premium, or as an admin."""
        return self.premium or self.permission_level >= 2  # noqa: PLR2004 - the level of an admin

    @property
    def sessions(self) -> int | None:
        """How many sessions it can have at a time; None for as many as are asked for."""
        return None if self.login else 1 + len(self.more_cookie_envs)

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables that it needs."""
        return (self.cookie_env, *self.more_cookie_envs) if self.cookie_env else ()


@dataclass(frozen=True, slots=True)
class ExistingChat:
    """A chat that is there already, owned by the account of that name."""

    id: int | str
    owner: str
    visibility: Literal["public", "private"]
    history_visible: bool = True


@dataclass(frozen=True, slots=True)
class Crew:
    """Accounts that one process plays with, in the order of the profile, and the chats that they own."""

    name: str
    accounts: tuple[Account, ...]
    chats: tuple[ExistingChat, ...] = ()


@dataclass(frozen=True, slots=True)
class Roster:
    """All accounts and chats of a profile."""

    accounts: tuple[Account, ...] = ()
    chats: tuple[ExistingChat, ...] = ()

    @property
    def crews(self) -> tuple[Crew, ...]:
        """The crews, each with the chats that its accounts own."""
        names = dict.fromkeys(account.crew for account in self.accounts)
        return tuple(self._crew(name) for name in names)

    def _crew(self, name: str) -> Crew:
        accounts = tuple(account for account in self.accounts if account.crew == name)
        owners = {account.name for account in accounts}
        return Crew(name, accounts, tuple(chat for chat in self.chats if chat.owner in owners))


def build(accounts: Iterable[Mapping[str, Any]], chats: Iterable[Mapping[str, Any]]) -> Roster:
    """The roster of these tables of a profile, which are as its schema wants them."""
    return Roster(tuple(_account(one) for one in accounts), tuple(ExistingChat(**one) for one in chats))


def _account(table: Mapping[str, Any]) -> Account:
    login = Login(**table["login"]) if "login" in table else None
    further = tuple(table.get("more_cookie_envs", ()))
    return Account(**{**table, "login": login, "more_cookie_envs": further})


def faults(roster: Roster, *, needed: bool) -> Iterator[str]:
    """What no schema can say against a roster, a sentence each, with its path; ``needed``: it is played with."""
    if needed and not roster.accounts:
        yield 'accounts: the driver "accounts" needs some; list them under [[accounts]]'
    names: set[str] = set()
    sources: set[object] = set()
    for index, account in enumerate(roster.accounts):
        yield from _faults_of(account, f"accounts[{index}]", names, sources)
    for index, chat in enumerate(roster.chats):
        if chat.owner not in names:
            yield f"chats[{index}].owner: no account is called {chat.owner!r}"


def _faults_of(account: Account, here: str, names: set[str], sources: set[object]) -> Iterator[str]:
    """The faults of one account; its name and where its sessions come from are added to those of the others."""
    if account.name in names:
        yield f"{here}.name: {account.name!r} is the name of another account"
    names.add(account.name)
    if bool(account.cookie_env) == (account.login is not None):
        yield f"{here}: expected one of cookie_env and login"
    if account.more_cookie_envs and not account.cookie_env:
        yield f"{here}.more_cookie_envs: needs cookie_env; by login there are as many sessions as are needed"
    own = [*account.variables, *([account.login] if account.login else ())]
    if sources.intersection(own) or len(set(own)) < len(own):
        yield f"{here}: has a session that is listed already"
    sources.update(own)
