"""One run: its options, parsed once, and what all of its scenarios share."""

import os
import secrets as randomness
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from conformance import guard, schemas
from conformance.catalogue import loader
from conformance.catalogue.records import Catalogue, Requirement, Tier
from conformance.client import tls
from conformance.client.actor import Link
from conformance.client.answers import Exchanging
from conformance.client.pacing import Pace
from conformance.client.patience import Patience
from conformance.embedded import EmbeddedServer
from conformance.errors import UsageFault
from conformance.exploration.expedition import DEFAULT_STEPS, DEFAULT_STORIES, DEFAULT_TRIALS, Route
from conformance.exploration.steps import Story, read_story
from conformance.known import KnownFailure, today
from conformance.known import load as known_failures_of
from conformance.late import late
from conformance.limits import USUAL_CHAT, USUAL_EVERYWHERE, Rate, rate_of
from conformance.profile import Profile
from conformance.profile import load as load_profile
from conformance.provision.accounts import AccountsDriver
from conformance.provision.accounts_lease import Linking
from conformance.provision.base import Driver
from conformance.provision.borrowed import FILE as BORROWED
from conformance.provision.borrowed import Borrowed
from conformance.provision.control import ControlDriver
from conformance.provision.sessions import Sessions
from conformance.redact import Secrets
from conformance.stage import Theatre, fresh_marker
from conformance.wire import WireLog

DEFAULT_EXAMPLES = 5
DEFAULT_SEED = 20261124
EMBEDDED = "embedded reference server"
AUTO = "auto"


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
    rate: Rate | None = None
    economy: bool = False
    known: tuple[KnownFailure, ...] | None = None
    """What a gate lets pass; None where the run is none."""

    @property
    def route(self) -> Route:
        """How far the exploration goes."""
        return Route(self.seed, self.report_dir, self.sequences, self.steps, self.trials, self.replay)

    def rate_of_each(self, workers: int) -> Rate | None:
        """The rate of each of so many workers: what the target counts together is shared by all who send it."""
        together = self.profile.limits.by == "address" or self.profile.provision.driver == "control"
        if self.rate is None or not together:
            return self.rate
        return Rate(max(1, self.rate.requests // workers), self.rate.window_s)

    def pace(self, workers: int = 1) -> Pace:
        """The pace of each of so many workers."""
        limits, rate = self.profile.limits, self.rate_of_each(workers)
        by_address = limits.by == "address"
        if self.profile.provision.driver == "control":
            return Pace(requests=rate, by_address=by_address)
        chat, everywhere = limits.chat or USUAL_CHAT, limits.everywhere or USUAL_EVERYWHERE
        return Pace(requests=rate, by_address=by_address, chat=chat, everywhere=everywhere)

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
    rate: str | None = None,
    economy: bool | None = None,
    known_failures: str | None = None,
    allow_production: bool | None = None,
) -> Options:
    """The options of a command line; raises `ConfigurationFault` with one sentence where they make no sense."""
    described = load_profile(Path(profile)) if profile else Profile()
    catalogue, tier = loader.load(), Tier(level or ("full" if replay else "core"))
    chosen = Options(
        profile=described.at(checked_url(target, "--target"), checked_url(ws_target, "--ws-target")),
        catalogue=catalogue,
        tier=tier,
        patterns=tuple(requirement or ()),
        examples=examples or DEFAULT_EXAMPLES,
        seed=DEFAULT_SEED if seed is None else seed,
        report_dir=Path(report_dir or "reports"),
        sequences=sequences or DEFAULT_STORIES,
        steps=steps or DEFAULT_STEPS,
        trials=DEFAULT_TRIALS if trials is None else trials,
        replay=read_story(Path(replay)) if replay else None,
        rate=_rate(rate, described),
        economy=bool(economy),
        known=_known(known_failures, catalogue, tier),
    )
    if chosen.profile.provision.driver == "accounts" and chosen.embedded:
        raise UsageFault("--profile: its accounts belong to a target: name that by --target, or by url in the profile")
    if ws_target is not None and chosen.embedded:
        raise UsageFault("--ws-target: needs --target as well; the embedded server has a Socket.IO of its own")
    guard.refuse_unreadable(chosen.profile.target)
    if not allow_production:
        guard.refuse_production(chosen.profile.target)
    if chosen.economy and chosen.tier is not Tier.CORE:
        raise UsageFault("--economy: judges the core level alone; leave out --level full")
    _ = chosen.selected  # an id that nothing matches is a mistake of the command line, to be told at once
    return chosen


def _rate(asked: str | None, profile: Profile) -> Rate | None:
    """The rate that was asked for; by itself the profile's, where accounts are played with that others count."""
    if asked == AUTO or (asked is None and profile.provision.driver == "accounts"):
        return profile.limits.requests
    if asked is None:
        return None
    found = rate_of(asked)
    if found is None:
        raise UsageFault(f"--rate: expected requests in a time, such as 120/min, or auto, got {asked!r}")
    return found


def _known(path: str | None, catalogue: Catalogue, tier: Tier) -> tuple[KnownFailure, ...] | None:
    return None if path is None else known_failures_of(Path(path), catalogue, tier, on=today())


def checked_url(url: str | None, option: str) -> str | None:
    """``url`` if it is one; raises `UsageFault` where it is not."""
    if url is not None and schemas.faults("profile", {"target": {"url": url}}):
        raise UsageFault(f"{option}: expected a URL such as https://portal.example, got {url!r}")
    return url


def _link(  # noqa: PLR0917 - all that a link is made of, the log last
    http: Exchanging,
    profile: Profile,
    context: ssl.SSLContext,
    secrets: Secrets,
    pace: Pace,
    patience: Patience,
    wire: WireLog,
) -> Link:
    return Link(http, profile, context, secrets, wire, pace, patience)


def _trust(trusting: Callable[[], ssl.SSLContext], *urls: str) -> ssl.SSLContext:
    """Whom a target's certificate may be signed by; where none is shown, nobody, and nothing is read for it."""
    if any(url.lower().startswith("https:") for url in urls):
        return trusting()
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(slots=True)
class Run:
    """A run while it goes: options, target, and the theatre of this process.

    It is worker number ``worker`` of ``workers``. ``mark`` is in the names of what is new on the target in every run.
    """

    options: Options
    secrets: Secrets = field(default_factory=Secrets)
    marker: str = field(default_factory=fresh_marker)
    server: EmbeddedServer | None = None
    theatre: Theatre | None = None
    profile: Profile = field(default_factory=Profile)
    token: str = field(default="", repr=False)
    mark: str = field(default_factory=lambda: randomness.token_hex(4))
    worker: int = 0
    workers: int = 1
    borrowed: Borrowed = field(default_factory=Borrowed)
    leftovers: tuple[str, ...] = ()
    trusting: Callable[[], ssl.SSLContext] = tls.trusting
    """Makes the context of TLS: one for connections that threads share, unless there are none."""

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
        context = _trust(self.trusting, url, ws_url or url)
        http: Exchanging = late("conformance.client.http").HttpClient(
            url, timeout_s=self.profile.target.timeout_s, context=context
        )
        pace = self.options.pace(self.workers)
        patience = Patience(guesses=self.options.rate is not None)
        linking = partial(_link, http, self.profile, context, self.secrets, pace, patience)
        driver = self._driver(http, pace, patience, linking)
        self.theatre = Theatre(self.profile, http, context, self.secrets, driver, self.marker, pace, patience)
        self.theatre.pairs = {} if self.options.economy else None

    def _driver(self, http: Exchanging, pace: Pace, patience: Patience, linking: Linking) -> Driver:
        provision = self.profile.provision
        if provision.driver == "accounts":
            crews = self.profile.roster.crews
            return AccountsDriver(linking, Sessions(self.profile, self.mark), crews[self.worker % len(crews)])
        # What the embedded server lent ends with it.
        gives_back = provision.give_back and not self.options.embedded
        self.borrowed = Borrowed(self.profile.target.url, self.options.report_dir / BORROWED if gives_back else None)
        return ControlDriver(
            http,
            self.token,
            self.secrets,
            token_env=provision.token_env,
            gives_back=gives_back,
            pace=pace,
            patience=patience,
            keeps_users=self.options.economy,
            borrowed=self.borrowed,
        )

    @property
    def waited(self) -> tuple[float, int]:
        """What this process waited for its pace and for limits, in seconds, and how many limits it met."""
        if self.theatre is None:
            return 0.0, 0
        pace, patience = self.theatre.pace, self.theatre.patience
        return pace.waited_s + patience.waited_s, patience.met

    def for_worker(self) -> dict[str, Any]:
        """What a worker process needs to judge the same target."""
        target = self.profile.target
        return {
            "url": target.url,
            "ws_url": target.ws_url,
            "name": target.name,
            "marker": self.marker,
            "mark": self.mark,
            "token": self.token,
        }

    def close(self) -> None:
        """Close connections, and end the embedded server."""
        if self.theatre is not None:
            self.theatre.http.close()
        self.borrowed.close()
        if self.server is not None:
            self.server.stop()
