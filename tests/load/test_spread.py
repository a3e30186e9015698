"""Locust's master and two workers on loopback: one verdict of all that they saw."""

import importlib
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance.reference.chosen import chosen
from conformance.reference.decisions import Decisions
from conformance.reference.records import Attempt, Message
from conformance.reference.state import State

from .made import PATIENCE_S, SMALL, Loaded, command, environment, load, server

Process = subprocess.Popen[str]
PLAN = {**SMALL, "users": 12, "chats": 4, "duration": 6, "rate": 2}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def started(folder: Path, **options: object) -> Iterator[Process]:
    folder.mkdir(exist_ok=True)
    with subprocess.Popen(
        command(folder, **options), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def spread(folder: Path, url: str, **more: object) -> Iterator[tuple[Process, list[Process]]]:
    """A master and its two workers."""
    port = free_port()
    master = {**PLAN, "master": True, "workers": 2, "master-port": port, "target": url, **more}
    worker = {"worker": True, "master-port": port}
    with (
        started(folder / "master", **master) as first,
        started(folder / "one", **worker) as one,
        started(folder / "two", **worker) as two,
    ):
        yield first, [one, two]


def outcome(folder: Path, master: Process) -> Loaded:
    output, _ = master.communicate(timeout=PATIENCE_S)
    return Loaded(master.returncode, output, folder / "master" / "reports")


def test_two_workers_carry_a_load_and_the_master_judges_it(tmp_path: Path) -> None:
    with server() as url, spread(tmp_path, url) as (master, workers):
        loaded = outcome(tmp_path, master)
        assert [worker.wait(PATIENCE_S) for worker in workers] == [0, 0]
    results = loaded.results
    assert (loaded.status, results["verdict"], loaded.red) == (0, "conformant", set())
    assert [(one["worker"], one["chats"], one["members"]) for one in results["generators"]] == [(0, 2, 6), (1, 2, 6)]
    assert results["counts"]["joined"] == PLAN["users"]
    assert all(one["heard"] > 0 for one in results["generators"])
    assert results["latency_ms"]["delivery"]["number"] > 0


@pytest.mark.parametrize(
    ("mutant", "red"),
    [("fifth-message-is-not-told", "SEND-BROADCAST"), ("everybody-connected-is-told", "SEND-BROADCAST-SCOPE")],
)
def test_what_workers_saw_is_red_at_the_master(tmp_path: Path, mutant: str, red: str) -> None:
    with server(chosen(mutant)) as url, spread(tmp_path, url, duration=2.5) as (master, _):
        loaded = outcome(tmp_path, master)
    assert (loaded.status, loaded.red) == (1, {red})


def test_a_worker_that_is_lost_leaves_the_run_open(tmp_path: Path) -> None:
    spoken = threading.Event()

    class Telling(Decisions):
        stored = 0

        async def store_message(self, state: State, attempt: Attempt) -> Message:
            Telling.stored += 1
            if Telling.stored == 40:
                spoken.set()
            return await super().store_message(state, attempt)

    with server(Telling()) as url, spread(tmp_path, url, duration=60) as (master, workers):
        assert spoken.wait(PATIENCE_S)
        # The command itself carries nobody: that is a process of its own.
        for carrying in importlib.import_module("psutil").Process(workers[0].pid).children():
            carrying.kill()
        loaded = outcome(tmp_path, master)
    results = loaded.results
    assert (loaded.status, results["verdict"], loaded.red) == (2, "inconclusive", set())
    assert "1 of 2 workers" in results["reason"]
    assert len(results["generators"]) == 1


def test_workers_that_cannot_reach_the_target_say_so(tmp_path: Path) -> None:
    with server() as url:
        pass
    with spread(tmp_path, url) as (master, _):
        loaded = outcome(tmp_path, master)
    assert loaded.status == 2
    assert "nothing answers at 127.0.0.1" in loaded.results["reason"]


def test_a_port_that_is_taken_is_a_usage_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        loaded = load(tmp_path, master=True, target="http://127.0.0.1:1", **{"master-port": port})
    assert loaded.status == 4
    assert f"Error: --master-port {port}: cannot be listened at on 127.0.0.1" in loaded.output
