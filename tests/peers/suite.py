"""This suite on the mutants: the scenarios of the clauses that each breaks, to the first red one of these.

They are played as `portal-conformance mutants` plays them. What is counted is what the peers are counted by: requests
of the contract itself, without those of the control API, by which the peers' stage was set as well. Those of the
preflight, and the keys of those who take part, are counted apart: the peers find that done.
"""

import contextlib
import json
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from subprocess import DEVNULL, run
from sys import executable
from typing import Any

from reference import actors
from starlette.types import ASGIApp, Receive, Scope, Send

from conformance.catalogue.records import Catalogue
from conformance.matrix.jobs import Playback
from conformance.matrix.kills import job_for, second_look, tier_of
from conformance.matrix.pool import Pace, play_all
from conformance.provision.control import ROOT
from conformance.reference.embedded import serving
from conformance.reference.settings import Settings
from peers.clauses import Visible
from peers.finding import Finding

_EVENT_S, _ANSWER_S = 2.0, 6.0
# One clause that is quickly judged: what a run asks besides is its preflight.
_ANY = "SEND-OPAQUE"
_REGISTERING = "register_key"


def play(
    chosen: Sequence[Visible], catalogue: Catalogue, workers: int, preflight: int, told: Callable[[str], None]
) -> Iterator[tuple[Visible, Finding]]:
    """What is found on each."""
    jobs = [job_for(one.mutant, full=False, tier=tier_of(one.mutant, catalogue)) for one in chosen]
    pace = Pace(workers, event_timeout_s=_EVENT_S, timeout_s=_ANSWER_S)
    first = play_all(jobs, pace, told=lambda one: told(one.job.name))
    again = {one.job.name: job for one in first if (job := second_look(one))}
    second = {one.job.name: one for one in play_all(again.values(), pace)}
    for one, playback in zip(chosen, first, strict=True):
        plays = [playback, *([second[one.mutant.name]] if one.mutant.name in second else [])]
        yield one, finding(plays, one, preflight)


def finding(plays: Sequence[Playback], of: Visible, preflight: int) -> Finding:
    """What the plays of one mutant come to, one after the other."""
    requests, lent, prepared, seconds = 0, 0, 0, 0.0
    for play in plays:
        if play.obstacle:
            return Finding(error=play.obstacle, seconds=play.seconds)
        requests += preflight
        prepared += preflight
        for scene in play.scenes:
            lent += scene.requests - scene.asked
            # Where registering is what may be wrong, it is no preparation.
            prepared += 0 if _REGISTERING in of.asks else scene.registering
            red = sorted(scene.judged.failed.intersection(of.mutant.breaks))
            if red:
                asked = scene.asked if scene.until_red is None else scene.until_red
                # Seconds are those until all that it breaks was red: a little too many, where that is more than one.
                until = play.reached.seconds if play.reached else play.seconds
                return Finding(tuple(red), requests + asked, seconds + until, lent=lent, prepared=prepared)
            requests += scene.asked
        seconds += play.seconds
    return Finding(requests=requests, seconds=seconds, lent=lent, prepared=prepared)


class Counting:
    """Counts the requests to a server, but for those of its control API and of Socket.IO."""

    def __init__(self) -> None:
        self.asked = 0
        self._lock = threading.Lock()

    def __call__(self, app: ASGIApp) -> ASGIApp:
        """Stand in front of ``app``."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and not scope["path"].startswith((f"{ROOT}/", "/socket.io")):
                with self._lock:
                    self.asked += 1
            await app(scope, receive, send)

        return counted


def preflight_of_a_run() -> int:
    """The requests of the contract that a run makes before its first scenario, counted by the server."""
    counting = Counting()
    settings = Settings(control_token=actors.CONTROL_TOKEN)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ready = stack.enter_context(serving(settings, middlewares=[counting]))
        options = ["--target", ready.url, "--requirement", _ANY, "--report-dir", str(folder)]
        environment = {"PORTAL_CONTROL_TOKEN": actors.CONTROL_TOKEN}
        run([executable, "-m", "conformance", "run", *options], env=environment, stdout=DEVNULL, check=False)
        results: dict[str, Any] = json.loads((folder / "results.json").read_text("utf-8"))
    wire = [one for scenario in results["scenarios"] for one in scenario["wire"]]
    scenarios = [one for one in wire if one["kind"] == "http" and not one["path"].startswith(f"{ROOT}/")]
    return counting.asked - len(scenarios)
