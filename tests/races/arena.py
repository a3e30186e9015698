"""Where a scenario is played over and over against one server: what it found each time."""

import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from conformance.client.http import HttpClient
from conformance.errors import NonConformance, TargetFault
from conformance.profile import Profile
from conformance.provision.control import ControlDriver
from conformance.redact import Secrets
from conformance.reference.decisions import Decisions
from conformance.reference.embedded import serving
from conformance.reference.settings import Settings
from conformance.sidebyside import perform
from conformance.stage import Theatre, fresh_marker

TOKEN = "control-token-of-the-races"

Scenario = Callable[..., None]


@contextmanager
def theatre(decisions: Decisions) -> Iterator[Theatre]:
    """The way to a server that decides so."""
    with serving(Settings(control_token=TOKEN), decisions) as ready:
        profile = _quick(Profile().at(ready.url, ready.ws_url))
        secrets, context = Secrets([TOKEN]), ssl.create_default_context()
        http = HttpClient(ready.url, timeout_s=profile.target.timeout_s, context=context)
        driver = ControlDriver(http, TOKEN, secrets, token_env="PORTAL_CONTROL_TOKEN")
        try:
            yield Theatre(profile, http, context, secrets, driver, fresh_marker())
        finally:
            http.close()


def _quick(profile: Profile) -> Profile:
    """A server in the same process answers in milliseconds: an event that has not come in a second is lost."""
    return replace(profile, target=replace(profile.target, event_timeout_s=1.0))


def play(scenario: Scenario, at: Theatre) -> str:
    """What a run of the scenario comes to: green, the ids that are red, or why it was blocked."""
    stage = at.stage()
    try:
        perform(scenario, stage)
        stage.reconcile()
        stage.expect.conclude()
    except NonConformance as error:
        return " ".join(error.requirements)
    except TargetFault as error:
        return f"blocked: {error}"
    finally:
        stage.close()
    return "green"


def tally(scenario: Scenario, decisions: Decisions, runs: int, *, at_once: int = 1) -> Counter[str]:
    """How often the scenario came to what, in so many runs."""
    with theatre(decisions) as there, ThreadPoolExecutor(at_once) as pool:
        return Counter(pool.map(lambda _: play(scenario, there), range(runs)))
