"""One run: its options, parsed once, and what all of its scenarios share."""

import os
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance import schemas
from conformance.catalogue import loader
from conformance.catalogue.records import Catalogue, Requirement, Tier
from conformance.client.http import HttpClient
from conformance.embedded import EmbeddedServer
from conformance.errors import UsageFault
from conformance.exploration.expedition import DEFAULT_STEPS, DEFAULT_STORIES, DEFAULT_TRIALS, Route
from conformance.exploration.steps import Story, read_story
from conformance.profile import Profile
from conformance.profile import load as load_profile
from conformance.provision.control import ControlDriver
from conformance.redact import Secrets
from conformance.stage import Theatre, fresh_marker

DEFAULT_EXAMPLES = 5
DEFAULT_SEED = 20261124
EMBEDDED = "embedded reference server"


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for, checked; `ConfigurationFault` where it makes no sense."""

    profile: Profile
    catalogue: Catalogue
    tier: Tier = Tier.CORE
    patterns: tuple[str, ...] = ()
    examples: int = DEFAULT_EXAMPLES
    seed: int = DEFAULT_SEED
    report_dir: Path = Path("reports")
    sequences: int = DEFAULT_STORIES
    steps: int = DEFAULT_STEPS
    trials: int = DEFAULT_TRIALS
    replay: Story | None = None

    @property
    def route(self) -> Route:
        """How far the exploration goes."""
        return Route(self.seed, self.report_dir, self.sequences, self.steps, self.trials, self.replay)

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """The requirements of the level that is judged."""
        return self.catalogue.of_tier(self.tier)

    @property
    def selected(self) -> frozenset[str]:
        """The ids that the user wants judged: all of the level unless some were named."""
        chosen = self.catalogue.select(self.patterns) if self.patterns else self.requirements
        return frozenset(one.id for one in chosen)

    @property
    def embedded(self) -> bool:
        """Whether no target was named, so that the embedded server is judged."""
        return not self.profile.target.url


def options(
    *,
    target: str | None = None,
    ws_target: str | None = None,
    profile: str | None = None,
    level: str | None = None,
    requirement: list[str] | None = None,
    examples: int | None = None,
    seed: int | None = None,
    report_dir: str | None = None,
    sequences: int | None = None,
    steps: int | None = None,
    trials: int | None = None,
    replay: str | None = None,
) -> Options:
    """The options of a command line; raises `ConfigurationFault` with one sentence where they make no sense."""
    described = load_profile(Path(profile)) if profile else Profile()
    chosen = Options(
        profile=described.at(checked_url(target, "--target"), checked_url(ws_target, "--ws-target")),
        catalogue=loader.load(),
        tier=Tier(level or ("full" if replay else "core")),
        patterns=tuple(requirement or ()),
        examples=examples or DEFAULT_EXAMPLES,
        seed=DEFAULT_SEED if seed is None else seed,
        report_dir=Path(report_dir or "reports"),
        sequences=sequences or DEFAULT_STORIES,
        steps=steps or DEFAULT_STEPS,
        trials=DEFAULT_TRIALS if trials is None else trials,
        replay=read_story(Path(replay)) if replay else None,
    )
    if ws_target is not None and chosen.embedded:
        raise UsageFault("--ws-target: needs --target as well; the embedded server has a Socket.IO of its own")
    _ = chosen.selected  # an id that nothing matches is a mistake of the command line, to be told at once
    return chosen


def checked_url(url: str | None, option: str) -> str | None:
    """``url`` if it is one; raises `UsageFault` where it is not."""
    if url is not None and schemas.faults("profile", {"target": {"url": url}}):
        raise UsageFault(f"{option}: expected a URL such as https://portal.example, got {url!r}")
    return url


def _trust(*urls: str) -> ssl.SSLContext:
    """Whom a target's certificate may be signed by; where none is shown, nobody, and nothing is read for it."""
    if any(url.lower().startswith("https:") for url in urls):
        return ssl.create_default_context()
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(slots=True)
class Run:
    """A run while it goes: options, target, and the theatre of this process."""

    options: Options
    secrets: Secrets = field(default_factory=Secrets)
    marker: str = field(default_factory=fresh_marker)
    server: EmbeddedServer | None = None
    theatre: Theatre | None = None
    profile: Profile = field(default_factory=Profile)
    token: str = field(default="", repr=False)
    leftovers: tuple[str, ...] = ()

    def reach(self) -> None:
        """Find the target, starting the embedded one where none was named, and build the theatre."""
        chosen = self.options
        if chosen.embedded:
            self.server = self.server or EmbeddedServer()
            url, ws_url = self.server.wait()
            self.build(url, ws_url, self.server.token, EMBEDDED)
        else:
            token = os.environ.get(chosen.profile.provision.token_env, "")
            self.build(chosen.profile.target.url, chosen.profile.target.ws_url, token, None)

    def build(self, url: str, ws_url: str, token: str, name: str | None) -> None:
        """The theatre for the target at ``url``."""
        self.token = token
        self.secrets.add(token)
        self.secrets.add(self.marker)
        self.profile = self.options.profile.at(url, ws_url)
        if name:
            self.profile = self.profile.named(name)
        context = _trust(url, ws_url or url)
        http = HttpClient(url, timeout_s=self.profile.target.timeout_s, context=context)
        driver = ControlDriver(http, token, self.secrets, token_env=self.profile.provision.token_env)
        self.theatre = Theatre(self.profile, http, context, self.secrets, driver, self.marker)

    def for_worker(self) -> dict[str, Any]:
        """What a worker process needs to judge the same target."""
        target = self.profile.target
        return {
            "url": target.url,
            "ws_url": target.ws_url,
            "name": target.name,
            "marker": self.marker,
            "token": self.token,
        }

    def close(self) -> None:
        """Close connections, and end the embedded server."""
        if self.theatre is not None:
            self.theatre.http.close()
        if self.server is not None:
            self.server.stop()
