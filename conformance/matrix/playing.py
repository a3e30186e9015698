"""Plays one job in a process of its own: its server in another one, and the suite as `portal-conformance run` has it.

Nothing here judges: pytest, the plugin, the scenarios and the results document are those of every run.
"""

import faulthandler
import gc
import json
import os
import secrets
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from conformance import packaged
from conformance.concluding import AUDIT, PAGE
from conformance.errors import ConformanceError
from conformance.matrix.apart import NoServer, busy_s, serving_apart
from conformance.matrix.jobs import EXPLORATION, Job, Playback
from conformance.matrix.watching import Watch
from conformance.profile import DEFAULT_TOKEN_ENV
from conformance.reference.settings import Ready, Settings
from conformance.scenarios.index import files_judging
from conformance.verdict import Verdict

LOG = "log.txt"
# Whoever asked ends it at the deadline, and can say so; it ends itself where nobody is there to.
_GRACE_S = 10.0
# Twice what a run tells: here the stories have to find by themselves what there is.
_STORIES = 12
_LEFT_OUT = ("logging", "unraisableexception", PAGE, AUDIT, "conformance.github")
# What catches words and looks for garbage on behalf of tests: whatever is said here goes to the log as it is. Nobody
# looks at a page for each player, and a workflow is not told of each of hundreds of runs.
_BARE = ("--capture=no", *(word for name in _LEFT_OUT for word in ("-p", f"no:{name}")))
_JUDGED = frozenset(verdict.exit_status for verdict in Verdict)


def play(job: Job, profile: Path, folder: Path, line: Connection, deadline_s: float) -> None:
    """Judge the server of ``job`` by ``profile``, and send a `Playback` along ``line``; ``folder`` takes what is left.

    Ends the process: where enough is known nobody waits for the rest.
    """
    # It ends within seconds: to look for garbage meanwhile is a tenth of all it does.
    gc.disable()
    _speak_into(folder / LOG)
    # Whoever asked may be gone by then: a server that hangs on purpose must not stay for ever.
    faulthandler.dump_traceback_later(deadline_s + _GRACE_S, exit=True)

    with ExitStack() as stack:

        def enough(playback: Playback) -> None:
            # The server ends first: its processor time is known then, and it is not left behind.
            stack.close()
            line.send(replace(playback, cpu_s=round(busy_s(), 3)))
            os._exit(0)

        def serve(settings: Settings) -> Ready:
            return stack.enter_context(serving_apart(job, settings))

        enough(_played(job, profile, folder, Watch(job, enough), serve))


def _speak_into(log: Path) -> None:
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.dup2(handle, stream.fileno())


def _played(job: Job, profile: Path, folder: Path, watch: Watch, serve: Callable[[Settings], Ready]) -> Playback:
    token = secrets.token_urlsafe(24)
    environment = {**packaged.environment(), DEFAULT_TOKEN_ENV: token}
    os.environ.clear()
    os.environ.update(environment)
    try:
        ready = serve(Settings(control_token=token))
        options = _options(job, profile, folder, ready.url)
        status = int(pytest.main(packaged.arguments(*options, files=_files(job)), plugins=[watch]))
    except (ConformanceError, NoServer) as error:
        return watch.playback(obstacle=f"the server did not start: {error}")
    if status not in _JUDGED:
        return watch.playback(obstacle=f"pytest ended with status {status}: {last_words(folder)}")
    return _concluded(job, folder, watch)


def _files(job: Job) -> list[Path]:
    if job.part == "stories":
        return [packaged.SCENARIOS / f"{EXPLORATION}.py"]
    return files_judging(job.requirements) if job.requirements else [packaged.SCENARIOS]


def _options(job: Job, profile: Path, folder: Path, url: str) -> list[str]:
    return [
        f"--target={url}",
        f"--profile={profile}",
        f"--level={job.tier}",
        f"--report-dir={folder}",
        *([] if job.shrink else ["--trials=0"]),
        *([f"--sequences={_STORIES}"] if job.part == "stories" else []),
        # Everything was imported before this process began.
        "-Wignore::pytest.PytestAssertRewriteWarning",
        *_BARE,
        *(f"--requirement={one}" for one in job.requirements),
    ]


def _concluded(job: Job, folder: Path, watch: Watch) -> Playback:
    document = json.loads((folder / "results.json").read_text("utf-8"))
    if job.requirements:
        return watch.playback()
    return watch.playback(Verdict(document["verdict"]), document["reason"])


def last_words(folder: Path) -> str:
    """The last line of what the process said, for whoever has to find out."""
    try:
        said = (folder / LOG).read_text("utf-8", "replace").strip().splitlines()
    except OSError:
        return "it said nothing"
    return said[-1] if said else "it said nothing"
