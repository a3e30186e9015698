"""Whole loads: an honest server is green, what cannot be judged is neither green nor red, and no secret is left."""

import asyncio
import itertools
import signal
import subprocess
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from conformance.reference.decisions import Decisions, Middleware
from conformance.reference.embedded import serving
from conformance.reference.records import Attempt, Message, Room, User
from conformance.reference.refusals import Refusal
from conformance.reference.server import Stop, serve
from conformance.reference.settings import Ready, Settings
from conformance.reference.state import State

from .made import PROFILE, SMALL, TOKEN, Loaded, command, environment, load, server

JUDGED = 19


def test_the_embedded_server_holds_under_load_and_no_secret_is_left(tmp_path: Path) -> None:
    loaded = load(tmp_path, duration=6, rate=2)
    results = loaded.results
    assert (loaded.status, results["verdict"], loaded.with_outcome("passed")) == (
        0,
        "conformant",
        {one["id"] for one in results["requirements"]},
    )
    assert len(results["requirements"]) == JUDGED
    assert results["target"]["embedded"] is True
    assert results["counts"]["joined"] == SMALL["users"]
    assert results["latency_ms"]["delivery"]["number"] > results["latency_ms"]["answer"]["number"] > 0
    assert "CONFORMANT: 19 clauses held under load" in loaded.output
    for path in loaded.folder.rglob("*"):
        text = path.read_text("utf-8")
        assert TOKEN not in text
        assert "plaintext-" not in text
        assert "psession=" not in text
    assert [path.name for path in loaded.folder.iterdir()] == ["load.json"]


def test_the_same_seed_says_the_same(tmp_path: Path) -> None:
    plans = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        with server() as url:
            plans.append(load(tmp_path / name, target=url, seed=7, duration=1.5).results["plan"])
    assert plans[0] == plans[1]
    assert plans[0]["seed"] == 7


# --- what cannot be judged ----------------------------------------------------------------------------------------


def inconclusive(loaded: Loaded, said: str) -> None:
    results = loaded.results
    assert (loaded.status, results["verdict"], loaded.red) == (2, "inconclusive", set())
    assert said in results["reason"]
    assert f"verdict  INCONCLUSIVE: {results['reason']}" in loaded.output


def test_nothing_answers(tmp_path: Path) -> None:
    with server() as url:
        pass
    loaded = load(tmp_path, target=url)
    inconclusive(loaded, "nothing answers at 127.0.0.1")
    assert loaded.results["requirements"] != []
    assert loaded.with_outcome("passed") == set()


def test_a_wrong_token(tmp_path: Path) -> None:
    with server() as url:
        inconclusive(
            load(tmp_path, target=url, variables={"PORTAL_CONTROL_TOKEN": "another-token"}),
            "the control API refused the token (401)",
        )


def sometimes(fault: Callable[[Send], Awaitable[None]]) -> Middleware:
    """What stands in front of a server: of ten messages one is not let through, and meets ``fault``."""

    def before(app: ASGIApp) -> ASGIApp:
        numbers = itertools.count(1)

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            message = scope["type"] == "http" and scope["path"].endswith("/messages")
            if message and next(numbers) % 10 == 0:
                await fault(send)
            else:
                await app(scope, receive, send)

        return serve

    return before


def answering(status: int) -> Callable[[Send], Awaitable[None]]:
    async def answer(send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return answer


async def silent(_send: Send) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (answering(502), "gateway: "),
        (answering(429), "others limited, elsewhere: "),
        (silent, "unanswered: "),
    ],
)
def test_what_has_another_cause_is_not_blamed_on_the_target(
    tmp_path: Path, fault: Callable[[Send], Awaitable[None]], said: str
) -> None:
    with serving(Settings(control_token=TOKEN), middlewares=[sometimes(fault)]) as ready:
        loaded = load(tmp_path, target=ready.url, profile=PROFILE.replace("3.0", "1.0"))
    inconclusive(loaded, "it could not be judged whether valid messages are accepted")
    assert said in loaded.output


class KeepsOut(Decisions):
    """Lets nobody join a chat that has three members; the suite's own look at the target is none of them."""

    def refuses_join(self, user: User, room: Room, now: float) -> Refusal | None:
        return (
            Refusal("full", 403, "this chat is full")
            if len(room.joined) >= 3
            else super().refuses_join(user, room, now)
        )


def test_who_is_kept_out_is_counted_once_and_nobody_comes_in_its_place(tmp_path: Path) -> None:
    with server(KeepsOut()) as url:
        loaded = load(tmp_path, target=url, users=12, duration=1.5)
    inconclusive(loaded, "kept out: 3: ")
    assert loaded.results["counts"]["joined"] == 9
    assert "Traceback" not in loaded.output


def test_a_server_error_is_the_targets_own(tmp_path: Path) -> None:
    with serving(Settings(control_token=TOKEN), middlewares=[sometimes(answering(500))]) as ready:
        loaded = load(tmp_path, target=ready.url)
    assert (loaded.status, loaded.red) == (1, {"SEND-ACCEPT"})


def dying(after: int) -> tuple[Decisions, Stop]:
    """A server that ends once it has stored so many messages."""
    stop = Stop()

    class Dying(Decisions):
        stored = 0

        async def store_message(self, state: State, attempt: Attempt) -> Message:
            Dying.stored += 1
            if Dying.stored == after:
                stop()
            return await super().store_message(state, attempt)

    return Dying(), stop


def test_a_target_that_dies_under_load_is_neither_green_nor_red(tmp_path: Path) -> None:
    started = Future[Ready]()
    decisions, stop = dying(60)
    thread = threading.Thread(
        target=partial(serve, Settings(control_token=TOKEN), ready=started.set_result, decisions=decisions, stop=stop)
    )
    thread.start()
    try:
        loaded = load(tmp_path, target=started.result(30).url, duration=20)
    finally:
        stop()
        thread.join()
    inconclusive(loaded, "")
    assert loaded.results["counts"]["dropped"] > 0
    # Once nobody is left there is nothing to wait for.
    assert loaded.results["seconds"] < 15


def test_whoever_interrupts_it_gets_a_verdict_of_what_was_seen(tmp_path: Path) -> None:
    seen = threading.Event()

    class Telling(Decisions):
        async def store_message(self, state: State, attempt: Attempt) -> Message:
            seen.set()
            return await super().store_message(state, attempt)

    with server(Telling()) as url:
        asked = command(tmp_path, **{**SMALL, "target": url, "duration": 60})
        with subprocess.Popen(asked, env=environment(), stdout=subprocess.PIPE, text=True) as process:
            assert seen.wait(30)
            process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=30)
    inconclusive(Loaded(process.returncode, output, tmp_path / "reports"), "the run was interrupted")
