"""Accounts, chats and limits that a server has from the start, as a staging system has them: read from a TOML file.

The file is of the form in which a target profile lists them, so one file can serve both sides. Chats are made under
the ids that it gives them.
"""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.errors import UsageFault
from conformance.reference.decisions import Decisions
from conformance.reference.records import CHAT_LIMIT, GLOBAL_LIMIT, Limit
from conformance.reference.store import Store


@dataclass(frozen=True, slots=True)
class SeedAccount:
    """One account: how it logs in, or the secrets of the sessions that it has."""

    name: str
    level: int
    premium: bool
    platform: tuple[str, str] | None
    cookies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeedChat:
    """One chat, owned by the account of that name."""

    id: int
    owner: str
    visibility: str
    history_visible: bool


@dataclass(frozen=True, slots=True)
class Seed:
    """What a server has from the start."""

    accounts: tuple[SeedAccount, ...] = ()
    chats: tuple[SeedChat, ...] = ()
    chat_limit: Limit = CHAT_LIMIT
    global_limit: Limit = GLOBAL_LIMIT


def read_seed(path: Path) -> Seed:
    """The seed in the file at ``path``; raises `UsageFault` where it is none, or a variable is not set."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
        accounts = tuple(_account(one) for one in document.get("accounts", ()))
        chats = tuple(_chat(one) for one in document.get("chats", ()))
        limits = document.get("limits", {})
        chat_limit, global_limit = _limit(limits, "chat", CHAT_LIMIT), _limit(limits, "global", GLOBAL_LIMIT)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageFault(f"{path} lists no accounts to begin with ({type(error).__name__}: {error})") from None
    names = {one.name for one in accounts}
    if strangers := [chat.owner for chat in chats if chat.owner not in names]:
        raise UsageFault(f"{path}: nobody is called {', '.join(strangers)}, who is to own a chat")
    return Seed(accounts, chats, chat_limit, global_limit)


def _limit(table: dict[str, Any], name: str, usual: Limit) -> Limit:
    return Limit(int(table[name]["messages"]), float(table[name]["window_s"])) if name in table else usual


def _account(table: dict[str, Any]) -> SeedAccount:
    login = table.get("login")
    variables = [*([table["cookie_env"]] if "cookie_env" in table else []), *table.get("more_cookie_envs", ())]
    return SeedAccount(
        str(table["name"]),
        int(table.get("permission_level", 0)),
        bool(table.get("premium", False)),
        (str(login["platform"]), str(login["user"])) if login else None,
        tuple(_secret(name) for name in variables),
    )


def _secret(variable: str) -> str:
    secret = os.environ.get(variable)
    if not secret:
        raise ValueError(f"the environment variable {variable} is not set")
    return secret


def _chat(table: dict[str, Any]) -> SeedChat:
    return SeedChat(
        int(table["id"]), str(table["owner"]), str(table["visibility"]), bool(table.get("history_visible", True))
    )


async def plant(seed: Seed, store: Store, decisions: Decisions) -> None:
    """Make all that the seed lists."""
    ids = {}
    for one in seed.accounts:
        user = await store.accounts.create(one.level, premium=one.premium)
        ids[one.name] = user.id
        if one.platform:
            await store.accounts.bind_platform(*one.platform, user.id)
        for secret in one.cookies:
            await store.accounts.keep_session(user.id, secret)
    for chat in seed.chats:
        await store.chats.create(
            decisions.first_epoch(),
            number=chat.id,
            visibility="private" if chat.visibility == "private" else "public",
            owner_id=ids[chat.owner],
            history_visible=chat.history_visible,
        )
