"""Targets that are broken or hostile: a right outcome and a sentence, in time, in little memory, and nothing leaks."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from rooms.raw import always, raw_server

from conformance.reference.embedded import serving
from conformance.reference.settings import Ready, Settings
from conformance.scenarios import test_sending as sending

from . import http_servers as http
from . import whole_runs
from .cases import CASES, IN_TIME_S, PASSED, Case
from .playing import CONTROL, MEMORY_MAX, TOKEN, Judged, judge
from .proxy import proxy
from .whole_runs import RUNS, Played


@pytest.fixture
def memory() -> Callable[[], int]:
    """The bytes by which this process, with the hostile server in it, has grown at most since the test began.

    What it had before is not the hostile server's: a worker that ran thousands of tests already holds more than a run.
    """
    process = Path("/proc/self")
    if not process.joinpath("clear_refs").exists():
        return lambda: 0
    process.joinpath("clear_refs").write_text("5")
    before = _peak(process)
    return lambda: _peak(process) - before


def _peak(process: Path) -> int:
    return 1024 * int(re.findall(r"VmHWM:\s+(\d+)", process.joinpath("status").read_text())[0])


# --- one scenario --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_target_is_judged_rightly(honest: Ready, memory: Callable[[], int], name: str) -> None:
    case = CASES[name]
    with proxy(honest.url, case.spoiler()) as target:
        transports = ["polling"] if case.polling else ["websocket"]
        judged = judge(target.url, case.scenario, transports=transports, timeout_s=case.timeout_s)
    _is_right(case, judged)
    assert memory() < MEMORY_MAX


def _is_right(case: Case, judged: Judged) -> None:
    assert judged.outcome is case.outcome, judged.sentence
    assert re.search(case.sentence, judged.sentence), judged.sentence
    assert judged.seconds < IN_TIME_S
    _is_clean(judged.sentence + judged.written, {TOKEN, *judged.cookies})


def _is_clean(written: str, secrets: set[str]) -> None:
    assert "Traceback" not in written
    assert CONTROL.search(written) is None
    assert [secret for secret in secrets if secret in written] == []


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_takes_neither_cookie_nor_request_to_another_host(honest: Ready, status: str) -> None:
    with raw_server(always("200 OK")) as elsewhere:
        moved = http.saying(f"HTTP/1.1 {status}\r\nLocation: {elsewhere.url}/\r\nContent-Length: 0\r\n\r\n".encode())
        with proxy(honest.url, http.Sends(moved)) as target:
            judged = judge(target.url, sending.test_valid_send)
        assert elsewhere.connections == 0
    assert judged.sentence.startswith(f"SEND-ACCEPT: the send is accepted: expected 200, observed {status[:3]}")


def test_a_redirect_to_itself_is_asked_once(honest: Ready) -> None:
    loop = http.saying(b"HTTP/1.1 307 Again\r\nLocation: /v1/portal/chats/1/messages\r\nContent-Length: 0\r\n\r\n")
    with proxy(honest.url, http.Sends(loop)) as target:
        judged = judge(target.url, sending.test_valid_send)
        assert sum(request.is_send for request in target.seen) == 1
    assert "observed 307" in judged.sentence


@pytest.mark.parametrize("transport", ["websocket", "polling"])
@pytest.mark.parametrize(
    "cookie", ["psession=theirs; Path=/", "psession=theirs; Domain=127.0.0.1", "psession=theirs; Domain=.example"]
)
def test_a_cookie_that_is_set_takes_nobodys_place(honest: Ready, transport: str, cookie: str) -> None:
    mirror = http.Mirror(b"Set-Cookie: " + cookie.encode())
    with proxy(honest.url, mirror) as target:
        judged = judge(target.url, sending.test_valid_send, transports=[transport])
    assert judged.outcome is PASSED, judged.sentence
    assert [one for one in mirror.cookies if "theirs" in one] == []


def test_cookies_of_a_target_that_sets_them_without_end_are_not_all_kept(honest: Ready) -> None:
    mirror = http.Mirror(b"\r\n".join(b"Set-Cookie: c%d=%s" % (number, b"x" * 50) for number in range(500)))
    with proxy(honest.url, mirror) as target:
        judged = judge(target.url, sending.test_valid_send, transports=["polling"])
    assert judged.outcome is PASSED, judged.sentence
    assert max(map(len, mirror.cookies)) < 2000


def test_a_clock_that_jumps_by_days_is_no_fault_of_a_send() -> None:
    times = iter(range(10**9))

    def jumping() -> float:
        return 1_800_000_000 + next(times) % 2 * 86_400

    with serving(Settings(control_token=TOKEN), clock=jumping) as ready:
        judged = judge(ready.url, sending.test_valid_send)
    assert judged.outcome is PASSED, judged.sentence


# --- whole runs ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def runs(
    request: pytest.FixtureRequest, honest: Ready, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Played]]]:
    """The runs that tests ask for, two at a time."""
    items = [getattr(item, "callspec", None) for item in request.session.items]
    asked = [one.params["whole"] for one in items if one is not None and "whole" in one.params]
    with ThreadPoolExecutor(2) as pool:
        yield {
            name: pool.submit(whole_runs.play, name, honest.url, tmp_path_factory.mktemp("run"))
            for name in dict.fromkeys(asked)
        }


@pytest.mark.parametrize("whole", RUNS)
def test_a_run_on_a_hostile_target_comes_to_a_right_end(runs: dict[str, Future[Played]], whole: str) -> None:
    played, wanted = runs[whole].result(), RUNS[whole]
    ran = played.ran
    assert ran.status == wanted.status, ran.output
    assert re.search(wanted.sentence, f"{ran.results['reason']}\n{ran.messages()}"), ran.output
    assert ran.results["end"] == "end of results"
    wanted.more(played)
    assert ran.seconds < 30 * whole_runs.TIMEOUT_S, ran.output
    assert ran.peak < MEMORY_MAX
    _is_clean(ran.written(), {TOKEN, *played.cookies})
