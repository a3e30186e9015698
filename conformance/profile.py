"""The target profile: TOML to frozen records, every fault of a file reported at once with its path."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from conformance import dialect as dialects
from conformance import roster as rosters
from conformance import schemas, toml
from conformance.dialect import Dialect
from conformance.errors import ProfileFault
from conformance.limits import Limit, Rate, rate_of
from conformance.roster import Roster

DEFAULT_TOKEN_ENV = "PORTAL_CONTROL_TOKEN"  # noqa: S105 - the name of a variable, not its value
DEFAULT_BOT_KEY_ENV = "PORTAL_BOT_KEY"


@dataclass(frozen=True, slots=True)
class Target:
    """Where the server under test is; times in seconds. An empty ``url`` stands for the embedded server."""

    url: str = ""
    ws_url: str = ""
    name: str = ""
    timeout_s: float = 10.0
    event_timeout_s: float = 5.0
    chat_id: Literal["integer", "hex32"] = "integer"
    environment: Literal["staging", "production"] = "staging"


@dataclass(frozen=True, slots=True)
class Provision:
    """How the target lends actors and chats. Not ``give_back``: it ends with the run, and all that it lent with it."""

    driver: Literal["control", "accounts"] = "control"
    token_env: str = DEFAULT_TOKEN_ENV
    bot_key_env: str = DEFAULT_BOT_KEY_ENV
    give_back: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits that the target is known to have; None where nobody said."""

    requests: Rate | None = None
    by: Literal["account", "address"] = "account"
    chat: Limit | None = None
    everywhere: Limit | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """All that the suite knows of a target before it speaks to it."""

    target: Target = field(default_factory=Target)
    provision: Provision = field(default_factory=Provision)
    absent: frozenset[str] = frozenset()
    dialect: Dialect = field(default_factory=lambda: dialects.build()[0])
    limits: Limits = field(default_factory=Limits)
    roster: Roster = field(default_factory=Roster)

    def at(self, url: str | None, ws_url: str | None = None) -> "Profile":
        """This profile with the URLs of the command line, which go before those of the file.

        A URL of the command line replaces the file's Socket.IO URL as well: the two belong together.
        """
        if url is None and ws_url is None:
            return self
        rest = (url or self.target.url).rstrip("/")
        if not rest:
            # Socket.IO alone is no target: whoever reads the options says so.
            return self
        socket = (ws_url or ("" if url else self.target.ws_url) or rest).rstrip("/")
        # A target that nobody named goes by its URL, which may be another one now.
        name = "" if self.target.name == self.target.url else self.target.name
        return replace(self, target=replace(self.target, url=rest, ws_url=socket, name=name or rest))

    def named(self, name: str) -> "Profile":
        """This profile with another name for the target in reports."""
        return replace(self, target=replace(self.target, name=name))


def load(path: Path) -> Profile:
    """The profile in the TOML file at ``path``.

    Raises `ProfileFault`, with all faults, where it cannot be read, is no TOML, or says what no profile says.
    """
    document = toml.read(path, ProfileFault)
    return parse(document, source=str(path))


def _no_times(document: Mapping[str, Any]) -> tuple[str, ...]:
    # TOML has nan, which is neither too small nor too large for a schema.
    limits = document.get("limits", {})
    tables = {"target": document.get("target", {})}
    if isinstance(limits, Mapping):
        tables |= {f"limits.{name}": table for name, table in limits.items()}
    return tuple(
        f"{path}.{name}: expected a number of seconds, got nan"
        for path, table in tables.items()
        if isinstance(table, Mapping)
        for name, value in table.items()
        if isinstance(value, float) and math.isnan(value)
    )


def parse(document: Mapping[str, Any], *, source: str = "profile") -> Profile:
    """The profile that ``document`` (the value of the TOML) describes; raises `ProfileFault` with all faults."""
    overrides = document.get("dialect", {})
    dialect, faults = dialects.build(overrides if isinstance(overrides, Mapping) else {})
    every = (*schemas.faults("profile", document), *faults, *_no_times(document))
    if every:
        raise ProfileFault(source, every)
    roster = rosters.build(document.get("accounts", ()), document.get("chats", ()))
    driver = document.get("provision", {}).get("driver", "control")
    if wrong := tuple(rosters.faults(roster, needed=driver == "accounts")):
        raise ProfileFault(source, wrong)
    target = document.get("target", {})
    url = target.get("url", "").rstrip("/")
    socket = target.get("ws_url", url).rstrip("/")
    known = {**target, "url": url, "ws_url": socket, "name": target.get("name", url)}
    return Profile(
        target=Target(**known),
        provision=Provision(**document.get("provision", {})),
        absent=frozenset(document.get("features", {}).get("absent", ())),
        dialect=dialect,
        limits=_limits(document.get("limits", {})),
        roster=roster,
    )


def _limits(table: Mapping[str, Any]) -> Limits:
    return Limits(
        requests=rate_of(table.get("requests", "")),
        by=table.get("by", "account"),
        chat=Limit(**table["chat"]) if "chat" in table else None,
        everywhere=Limit(**table["global"]) if "global" in table else None,
    )
