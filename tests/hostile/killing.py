"""Runs that are killed, one after the other in one folder, and what each of them leaves."""

import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conformance import packaged
from conformance.provision.borrowed import FILE, Borrowed
from conformance.reference.embedded import serving
from conformance.reference.settings import Settings

from .playing import TOKEN

SEED = 20261124
NARROWED = ("--requirement=SEND-ID-*",)
# Where nothing narrows a run, those that mostly wait play at once, each in a thread.
AT_ONCE = 13
_MOST_REQUESTS = 60
_LONG_S = 60
_MADE = re.compile(r"/_conformance/v1(/users|/chats)")
_DELETED = re.compile(r"/_conformance/v1(/(?:users|chats)/[^/]+)")


@dataclass(frozen=True)
class Plan:
    """How a run is killed: by which signal, at which of its requests, and whether that one is answered only then."""

    signal: signal.Signals
    request: int
    held: bool
    options: tuple[str, ...] = NARROWED

    @property
    def in_flight(self) -> int:
        """How much may have been made that nobody was told of."""
        if self.signal is not signal.SIGKILL:
            return 0
        return 2 if "-n2" in self.options else 1 if self.options else AT_ONCE


@dataclass(frozen=True)
class Killed:
    """What a killed run left: its status, its files, and what is on the target."""

    plan: Plan
    status: int
    output: str
    journal: bytes
    document: dict[str, Any] | None
    alive: frozenset[str]
    noted: frozenset[str]
    lost: frozenset[str]
    """What is on the target and noted nowhere, and was not so before."""


def plans(lane: int, number: int) -> list[Plan]:
    """The same for the same lane: a third by each signal; of those that are killed some are not narrowed."""
    draw = random.Random(SEED + lane)
    signals = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL] * number
    made = []
    for place, chosen in enumerate(signals[:number]):
        kill = chosen is signal.SIGKILL
        options = [NARROWED, (), NARROWED, (*NARROWED, "-n2")][place // 3 % 4] if kill else NARROWED
        made.append(Plan(chosen, draw.randint(0, _MOST_REQUESTS), draw.random() < 0.5, options))
    draw.shuffle(made)
    return made


class Watch:
    """What stands in front of the server: it knows what is on it, and tells when so many requests have come."""

    def __init__(self) -> None:
        self.alive: set[str] = set()
        self.reached, self.killed = threading.Event(), threading.Event()
        self._idle = threading.Condition()
        self._open = 0
        self._left = -1
        self._holds = False

    def expect(self, plan: Plan) -> None:
        """Tell of the request that the plan names."""
        self.reached.clear()
        self.killed.clear()
        self._left, self._holds = plan.request, plan.held

    def wait_until_idle(self) -> None:
        """Wait until every request is over, of those too who are not there any more."""
        with self._idle:
            assert self._idle.wait_for(lambda: self._open == 0, _LONG_S)

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or "/socket.io" in scope["path"]:
                await app(scope, receive, send)
                return
            self._count(1)
            try:
                await app(scope, receive, self._watching(scope, send))
            finally:
                self._count(-1)

        return watched

    def _count(self, by: int) -> None:
        with self._idle:
            self._open += by
            self._idle.notify_all()

    def _watching(self, scope: Scope, send: Send) -> Send:
        answer: list[Message] = []

        async def watch(message: Message) -> None:
            answer.append(message)
            if message["type"] != "http.response.body" or message.get("more_body"):
                return
            self._note(scope, answer)
            await self._tell()
            for one in answer:
                await send(one)

        return watch

    def _note(self, scope: Scope, answer: Sequence[Message]) -> None:
        status, body = answer[0]["status"], b"".join(one.get("body", b"") for one in answer)
        if scope["method"] == "POST" and status < 300 and (made := _MADE.fullmatch(scope["path"])):
            said = json.loads(body)
            self.alive.add(f"{made[1]}/{said.get('chat_id') or said.get('user_id')}")
        if scope["method"] == "DELETE" and status < 300 and (gone := _DELETED.fullmatch(scope["path"])):
            self.alive.discard(gone[1])

    async def _tell(self) -> None:
        self._left -= 1
        if self._left == 0:
            self.reached.set()
            if self._holds:
                await asyncio.to_thread(self.killed.wait, _LONG_S)


@dataclass
class Lane:
    """A server, a folder, and the runs that are killed there, one after the other."""

    folder: Path
    watch: Watch = field(default_factory=Watch)
    killed: list[Killed] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    last: Killed | None = None

    def run(self, chosen: Sequence[Plan]) -> "Lane":
        """Kill a run by each plan, and let a last one come to its end."""
        with serving(Settings(control_token=TOKEN), middlewares=[self.watch]) as ready:
            for plan in chosen:
                self.killed.append(self._kill(ready.url, plan))
            self.last = self._kill(ready.url, None)
        return self

    def _kill(self, url: str, plan: Plan | None) -> Killed:
        plan_or_none = plan or Plan(signal.SIGINT, -1, held=False)
        self.watch.expect(plan_or_none)
        # What is asked for is judged by one module: the others need not be read.
        files = [packaged.SCENARIOS / "test_sending.py" if plan_or_none.options else packaged.SCENARIOS]
        options = [f"--target={url}", "--examples=1", *plan_or_none.options]
        # As `portal-conformance run` starts it: this is the process that has to clear up.
        command = [sys.executable, "-P", "-m", "pytest", *packaged.arguments(*options, files=files)]
        environment = {**packaged.environment(), "PORTAL_CONTROL_TOKEN": TOKEN}
        output = self.folder / "output.txt"
        with (
            output.open("wb") as out,
            subprocess.Popen(
                command, cwd=self.folder, env=environment, stdout=out, stderr=out, process_group=0
            ) as process,
        ):
            if plan is not None:
                self._strike(process, plan)
            process.wait(_LONG_S)
        self.watch.wait_until_idle()
        return self._found(url, plan_or_none, process.returncode, output.read_text("utf-8", "replace"))

    def _strike(self, process: subprocess.Popen[bytes], plan: Plan) -> None:
        while plan.request and not self.watch.reached.wait(0.2) and process.poll() is None:
            pass
        # A terminal's Ctrl-C goes to the whole group, and so does the end of a machine.
        os.kill(process.pid, plan.signal) if plan.signal is signal.SIGTERM else os.killpg(process.pid, plan.signal)
        self.watch.killed.set()

    def _found(self, url: str, plan: Plan, status: int, output: str) -> Killed:
        reports = self.folder / "reports"
        journal, results = reports / "results.jsonl", reports / "results.json"
        alive = frozenset(self.watch.alive)
        noted = frozenset(Borrowed(url, reports / FILE).left_behind())
        lost = alive - noted - self.lost
        self.lost |= lost
        return Killed(
            plan,
            status,
            output,
            journal.read_bytes() if journal.exists() else b"",
            json.loads(results.read_text("utf-8")) if results.exists() else None,
            alive,
            noted,
            lost,
        )
