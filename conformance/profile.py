"""The target profile: TOML to frozen records, every fault of a file reported at once with its path."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from conformance import dialect as dialects
from conformance import schemas
from conformance.dialect import Dialect
from conformance.errors import ProfileFault

DEFAULT_TOKEN_ENV = "PORTAL_CONTROL_TOKEN"  # noqa: S105 - the name of a variable, not its value


@dataclass(frozen=True, slots=True)
class Target:
    """Where the server under test is; times in seconds. An empty ``url`` stands for the embedded server."""

    url: str = ""
    ws_url: str = ""
    name: str = ""
    timeout_s: float = 10.0
    event_timeout_s: float = 5.0
    chat_id: Literal["integer", "hex32"] = "integer"


@dataclass(frozen=True, slots=True)
class Provision:
    """How the target lends actors and chats."""

    driver: Literal["control"] = "control"
    token_env: str = DEFAULT_TOKEN_ENV


@dataclass(frozen=True, slots=True)
class Profile:
    """All that the suite knows of a target before it speaks to it."""

    target: Target = field(default_factory=Target)
    provision: Provision = field(default_factory=Provision)
    absent: frozenset[str] = frozenset()
    dialect: Dialect = field(default_factory=lambda: dialects.build()[0])

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
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ProfileFault(str(path), [f"cannot be read ({error.strerror})"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileFault(str(path), [f"is not valid TOML ({error})"]) from None
    return parse(document, source=str(path))


def _no_times(document: Mapping[str, Any]) -> tuple[str, ...]:
    # TOML has nan, which is neither too small nor too large for a schema.
    target = document.get("target", {})
    named = target if isinstance(target, Mapping) else {}
    wrong = [name for name, value in named.items() if isinstance(value, float) and math.isnan(value)]
    return tuple(f"target.{name}: expected a number of seconds, got nan" for name in wrong)


def parse(document: Mapping[str, Any], *, source: str = "profile") -> Profile:
    """The profile that ``document`` (the value of the TOML) describes; raises `ProfileFault` with all faults."""
    overrides = document.get("dialect", {})
    dialect, faults = dialects.build(overrides if isinstance(overrides, Mapping) else {})
    every = (*schemas.faults("profile", document), *faults, *_no_times(document))
    if every:
        raise ProfileFault(source, every)
    target = document.get("target", {})
    url = target.get("url", "").rstrip("/")
    socket = target.get("ws_url", url).rstrip("/")
    known = {**target, "url": url, "ws_url": socket, "name": target.get("name", url)}
    return Profile(
        target=Target(**known),
        provision=Provision(**document.get("provision", {})),
        absent=frozenset(document.get("features", {}).get("absent", ())),
        dialect=dialect,
    )
