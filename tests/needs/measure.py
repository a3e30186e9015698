"""Measures what each scenario needs: one whole run on the embedded server, with a lease that takes notes.

`python -m tests.needs.measure` writes conformance/needs.toml anew.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest

from conformance import needs, packaged, sidebyside
from conformance.judge import SIDE_BY_SIDE, THOROUGH, name_of
from conformance.limits import Limit
from conformance.provision.base import Chat, Identity, wanted_chat
from conformance.provision.control import ControlDriver, ControlLease
from conformance.recording import PLAYED
from conformance.sidebyside import perform
from conformance.stage import Stage
from conformance.wire import Exchange, WireLog

TABLE = Path(__file__).parents[2] / "conformance" / "needs.toml"
_EFFECTS = ("ban", "unban", "mute", "unmute", "kick", "clear", "hard-mute", "delete", "delete-last", "delete-mine")
_STORIES = "test_exploration::"


class NotingLease(ControlLease):
    """A lease that notes what it is asked for."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.noted: list[str] = []
        self.users: list[object] = []

    def user(self, *, permission_level: int = 0, premium: bool = False) -> Identity:
        made = super().user(permission_level=permission_level, premium=premium)
        self.users.append(made.user_id)
        self.noted.append(f"user {permission_level}{' premium' if premium else ''}")
        return made

    def session(self, of: Identity) -> Identity:
        self.noted.append(f"session {self.users.index(of.user_id)}")
        return super().session(of)

    def chat(
        self,
        *,
        owner: Identity,
        members: Sequence[Identity] = (),
        visibility: wanted_chat = "any",
        history_visible: bool = True,
    ) -> Chat:
        history = "visible" if history_visible else "hidden"
        self.noted.append(f"chat {visibility} {history} {self.users.index(owner.user_id)}")
        return super().chat(owner=owner, members=members, visibility=visibility, history_visible=history_visible)

    def limit_chat(self, chat: Chat, limit: Limit) -> Limit:
        self.noted.append("limit chat")
        return super().limit_chat(chat, limit)

    def limit_user(self, user: Identity, limit: Limit) -> Limit:
        self.noted.append("limit global")
        return super().limit_user(user, limit)

    def unlimited(self, chat: Chat | None, users: Sequence[Identity]) -> None:
        noted = len(self.noted)
        super().unlimited(chat, users)
        del self.noted[noted:]


class Measuring:
    """A plugin that measures each scenario when it is over."""

    def __init__(self) -> None:
        self.needs: dict[str, dict[str, Any]] = {}
        self._ends: dict[int, float] = {}

    def perform(self, scenario: Callable[..., None], stage: Stage) -> None:
        """Play a scenario beside the others; it ends now, and not when its turn has come."""
        perform(scenario, stage)
        self._ends[id(stage)] = stage.link.wire.entries[-1].at

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        assert isinstance(item, pytest.Function)
        given = item.funcargs
        stage = given.get("stage") or given["benches"].stage
        played = item.stash[PLAYED]
        bench = {"bench": True} if "bench" in item.fixturenames else {}
        marks = {name: True for name in (SIDE_BY_SIDE, THOROUGH) if item.get_closest_marker(name) is not None}
        self.needs[name_of(item)] = {**self._need(stage, played.wire, played.since), **bench, **marks}

    def _need(self, stage: Stage, wire: WireLog, since: int) -> dict[str, Any]:
        lease = stage.lease
        assert isinstance(lease, NotingLease)
        entries = wire.entries[since:]
        asked = [one for one in entries if isinstance(one, Exchange)]
        users = {name: lease.users.index(actor.identity.user_id) for name, actor in stage.actors.items()}
        by_user = Counter(users.get(one.actor, 0) for one in asked if one.actor != "control")
        messages = Counter(users.get(one.actor, 0) for one in asked if one.path.endswith("/messages"))
        end = self._ends.get(id(stage), entries[-1].at)
        done = {one.path.rpartition("/")[2] for one in asked if one.status and one.status < 300}
        effects = sorted(done & set(_EFFECTS))
        return {
            "lent": lease.noted,
            "requests": [by_user[at] for at in range(len(lease.users))],
            "messages": [messages[at] for at in range(len(lease.users))],
            "provisioning": sum(one.actor == "control" for one in asked),
            "seconds": max(0.0, round(end - entries[0].at, 2)),
            **({"effects": effects} if effects else {}),
        }


def measured() -> Mapping[str, dict[str, Any]]:
    """What each scenario needs today, by its name."""
    measuring = Measuring()

    def noting(driver: ControlDriver, wire: WireLog) -> NotingLease:
        return NotingLease(driver, wire, driver._secrets)

    with (
        TemporaryDirectory() as folder,
        patch.dict(os.environ, packaged.environment(), clear=True),
        patch.object(ControlDriver, "lease", noting),
        patch.object(sidebyside, "perform", measuring.perform),
        # The run says what it will cost, by a table that may not know of today's scenarios.
        patch.object(needs, "load", dict),
    ):
        options = packaged.arguments("--level=full", f"--report-dir={folder}", "--capture=no")
        status = pytest.main(options, plugins=[measuring])
    assert status == 0, f"the reference server is not conformant: {status}"
    return {name: _once(name, need) for name, need in sorted(measuring.needs.items())}


def _once(name: str, need: dict[str, Any]) -> dict[str, Any]:
    """Stories give each chat back before they make the next: two chats at a time are all that they need."""
    if not name.startswith(_STORIES):
        return need
    people = [call for call in need["lent"] if not call.startswith("chat")]
    return {**need, "lent": people + list(dict.fromkeys(call for call in need["lent"] if call.startswith("chat")))}


def written(found: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """The table as TOML."""
    yield "# What each scenario needs and costs. Measured: `python -m tests.needs.measure` writes it anew."
    for name, need in found.items():
        yield f'\n["{name}"]'
        yield from (f"{key} = {_toml(value)}" for key, value in need.items())


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


if __name__ == "__main__":
    TABLE.write_text("\n".join(written(measured())) + "\n", "utf-8")
    sys.exit(0)
