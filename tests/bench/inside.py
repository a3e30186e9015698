"""What happens within a run: a request beside bare httpx, bundles and checks a second, memory, and starting up."""

import hashlib
import json
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from conformance.catalogue import loader
from conformance.embedded import EmbeddedServer
from conformance.envelope import ChatKey
from conformance.expect import Expect
from conformance.limits import Limit
from conformance.profile import Profile
from conformance.redact import Secrets
from conformance.run import Options, Run
from conformance.stage import Stage
from conformance.strategies.bundles import ordinary_bundle, plain_bundle

from .measuring import ROOT, Findings, in_turn, run

_BATCH = 200
_FUNCTION_S = 0.2
_DRAWN = 5
_DRAWING = "SEND-422-*"
_PEAK = ROOT / "tests" / "hostile" / "peak.py"


def requests(found: Findings, times: int) -> None:
    """A message sent by an actor, logged and masked, and the same bytes posted by an httpx client that does no more."""
    run_ = Run(Options(Profile(), loader.load()))
    run_.server = EmbeddedServer()
    try:
        run_.reach()
        assert run_.theatre is not None
        stage = run_.theatre.stage()
        _compare(found, stage, run_.profile.target.url, times)
        stage.close()
    finally:
        run_.close()


def _compare(found: Findings, stage: Stage, url: str, times: int) -> None:
    room = stage.room("owner")
    owner = room.owner
    stage.lease.limit_chat(room.chat, Limit(messages=1_000_000, window_s=1))
    stage.lease.limit_user(owner.identity, Limit(messages=1_000_000, window_s=1))
    body = ordinary_bundle(next(iter(owner.keys.values())), room.epoch).request_body()
    path = stage.link.profile.dialect.rest["send"].path_for(chat_id=room.chat.chat_id)
    headers = {"Cookie": f"{stage.link.profile.dialect.cookie}={owner.identity.cookie}"}
    headers["Content-Type"] = "application/json"
    with httpx.Client(base_url=url, headers=headers, trust_env=False) as client:
        ours, bare, ours_refused, bare_refused = in_turn(
            times,
            lambda: _each(200, lambda: owner.post(room.chat, body).status),
            lambda: _each(200, lambda: client.post(path, content=body).status_code),
            # The quickest answer that there is: what the client does shows most.
            lambda: _each(401, lambda: owner.request("POST", path, body, "application/json", cookies="x=y").status),
            lambda: _each(401, lambda: client.post(path, content=body, headers={"Cookie": "x=y"}).status_code),
        )
    one, other = found.add("message: the suite", ours), found.add("message: httpx", bare)
    found.ratio("a message: the suite / httpx", one, other, 1.4)
    one, other = (
        found.add("refused at once: the suite", ours_refused),
        found.add("refused at once: httpx", bare_refused),
    )
    found.ratio("a request that is refused at once: the suite / httpx", one, other, 1.4)


def _each(expected: int, send: Callable[[], int]) -> float:
    began = time.perf_counter()
    statuses = {send() for _ in range(_BATCH)}
    seconds = (time.perf_counter() - began) / _BATCH
    if statuses != {expected}:
        raise RuntimeError(f"the requests were answered {sorted(statuses)}: {expected} was expected")
    return seconds


def functions(found: Findings, times: int) -> None:
    """Bundles and checks a second, beside a digest of a kilobyte, which every machine knows."""
    key, expect, payload = ChatKey.generate(), Expect(Secrets()), secrets.token_bytes(1024)
    series = in_turn(
        times,
        lambda: _a_second(lambda: plain_bundle(b"plaintext of a benchmark", key, 1).request_body()),
        lambda: _a_second(lambda: ordinary_bundle(key, 1).request_body()),
        lambda: _a_second(lambda: expect.equal("1-0", "1-0", "SEND-BROADCAST-ID", title="the event's id")),
        lambda: _a_second(lambda: hashlib.sha256(payload).digest()),
    )
    names = ("bundles, plain", "bundles, with + and / and =", "checks", "digests of a kilobyte")
    medians = [found.add(f"a second: {name}", values) for name, values in zip(names, series, strict=True)]
    for name, median in zip(names[:-1], medians[:-1], strict=True):
        found.ratio(f"digests of a kilobyte / {name}", medians[-1], median)


def _a_second(call: Callable[[], object]) -> float:
    ends, calls = time.perf_counter() + _FUNCTION_S, 0
    began = time.perf_counter()
    while time.perf_counter() < ends:
        call()
        calls += 1
    return calls / (time.perf_counter() - began)


def memory(found: Findings) -> None:
    """The memory of a run that draws 1, 10 and 100 times the examples."""
    peaks = {}
    for more in (1, 10, 100):
        with tempfile.TemporaryDirectory(prefix="portal-bench-") as name:
            options = (f"--examples={_DRAWN * more}", f"--requirement={_DRAWING}", f"--report-dir={name}")
            note = Path(name, "peak")
            # A small process stands in between: a child starts with the memory of its parent.
            command = (str(_PEAK), str(note), sys.executable, "-m", "conformance", "run", "--quiet", *options)
            run(command, folder=Path(name))
            asked = json.loads(Path(name, "results.json").read_text("utf-8"))["requests"]
            peaks[more] = found.add(f"memory: {more} times the examples, bytes", [float(note.read_text("utf-8"))])
        found.notes[f"memory: requests of {more} times the examples"] = asked
    for more, most in ((10, 1.15), (100, None)):
        found.ratio(f"memory: {more} times the examples / once", peaks[more], peaks[1], most)


def starting(found: Findings, times: int) -> None:
    """The help, and the collection of all scenarios beside a run of pytest that finds nothing."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as name:
        folder = Path(name)
        collect = ("-m", "pytest", "-q", "--collect-only", "--level=full", f"--report-dir={name}/reports")
        _timed(("-m", "pytest", "-q"), folder)
        _timed(collect, folder)
        helping, bare, empty, collecting = in_turn(
            times,
            lambda: _timed(("-m", "conformance", "--help"), folder),
            lambda: _timed(("-c", "pass"), folder),
            lambda: _timed(("-m", "pytest", "-q"), folder),
            lambda: _timed(collect, folder),
        )
    found.ratio("start: --help / python -c pass", found.add("start: --help", helping), found.add("start: pass", bare))
    empty_s, collecting_s = found.add("start: empty pytest", empty), found.add("start: --collect-only", collecting)
    found.ratio("start: --collect-only / empty pytest", collecting_s, empty_s, 1.5)


def _timed(command: tuple[str, ...], folder: Path) -> float:
    return run(command, folder=folder).seconds
