"""A load run on several machines: Locust's master spreads the members, its workers carry them.

A chat is on one worker with all of its members, so whoever sent a message and all who have to hear it are in one
ledger, and no message is told to the master. At the end each worker gives an account, and the master judges by all of
them: what a worker does not account for is not judged, and the run is not conformant.
"""

import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import gevent
from locust.exception import RPCError
from locust.runners import MasterRunner, WorkerRunner

from conformance.errors import ConformanceError, PreflightFailure, UsageFault
from conformance.load.generator import Generator
from conformance.load.plan import Plan
from conformance.load.running import Clocks, Course, Outcome, engage, environment_of, reached
from conformance.redact import Secrets
from conformance.run import Options, Run

# The messages between master and workers.
_HERE, _PLAN, _READY, _ARRIVED, _BEGIN, _ENOUGH, _ACCOUNT = (
    f"portal-{name}" for name in ("here", "plan", "ready", "arrived", "begin", "enough", "account")
)
_COME_S = 120.0
_READY_S = 60.0
# A member is given back in less.
_EACH_S = 0.1
_MISSING = "missing"
_LOOK_S = 1.0


@dataclass(slots=True)
class _Book:
    """What the workers told, by their clients' names; ``full`` is set whenever something was told by all of them."""

    workers: int
    told: dict[str, Any] = field(default_factory=dict)
    full: threading.Event = field(default_factory=threading.Event)

    def enter(self, environment: Any, msg: Any) -> None:  # noqa: ARG002 - Locust's own names
        """Enter what one worker told."""
        self.told[msg.node_id] = msg.data
        self._look()

    def expect(self, workers: int) -> None:
        """So many are left to tell anything."""
        self.workers = workers
        self._look()

    def _look(self) -> None:
        if len(self.told) >= self.workers:
            self.full.set()


class Master:
    """Spreads a plan over as many workers as it names."""

    def __init__(self, plan: Plan, host: str, port: int, told: Callable[[str], None]) -> None:
        self._plan = plan
        self._told = told
        self._course = Course()
        self._runner = _listening(host, port)
        self._here, self._ready, self._accounts = (_Book(plan.workers) for _ in range(3))
        self._arrived: dict[str, tuple[int, int]] = {}
        for message, book in ((_HERE, self._here), (_READY, self._ready), (_ACCOUNT, self._accounts)):
            self._runner.register_message(message, book.enter)
        self._runner.register_message(_ARRIVED, self._came)

    def run(self, target: Mapping[str, str]) -> Outcome:
        """All of it; raises `PreflightFailure` where it cannot begin."""
        self._course.obey_signals()
        self._told(f"waiting for {self._plan.workers} workers at port {self._runner.server.port}")
        try:
            self._gather(target)
            self._load()
            return self._outcome()
        finally:
            self._runner.quit()

    def _gather(self, target: Mapping[str, str]) -> None:
        """Wait for the workers, tell each its share, and hear from each that it reached the target."""
        if not self._here.full.wait(_COME_S):
            came = len(self._here.told)
            raise PreflightFailure(
                f"{came} of {self._plan.workers} workers came within {_COME_S:g} s: configuration; "
                f"start the others with --worker --master-host, or ask for {came or 1}"
            )
        for client, share in zip(self._here.told, self._plan.shares(), strict=False):
            self._runner.send_message(_PLAN, {"plan": share.as_json(), "target": dict(target)}, client)
        if not self._ready.full.wait(_READY_S):
            raise PreflightFailure("not every worker reached the target in time: target or configuration")
        if troubles := [told["obstacle"] for told in self._ready.told.values() if told["obstacle"]]:
            raise PreflightFailure(troubles[0])

    def _load(self) -> None:
        gevent.spawn(self._runner.start, self._plan.users, spawn_rate=self._plan.spawn_rate)
        watch = gevent.spawn(self._watch)
        self._course.await_all(self._plan)
        self._runner.send_message(_BEGIN)
        self._course.enough.wait(self._plan.duration_s)
        watch.kill()

    def _came(self, environment: Any, msg: Any) -> None:  # noqa: ARG002 - Locust's own names
        self._arrived[msg.node_id] = msg.data["arrived"], msg.data["out"]
        arrived, out = (sum(numbers) for numbers in zip(*self._arrived.values(), strict=True))
        if arrived >= self._plan.users:
            self._course.in_place.set()
            if out >= arrived:
                self._course.end("nobody was left in any chat: target")

    def _watch(self) -> None:
        """A worker that is lost takes its chats with it, and what came of them."""
        while True:
            gevent.sleep(_LOOK_S)
            lost = [client for client in self._here.told if client not in self._runner.clients]
            lost += [client.id for client in self._runner.clients.values() if client.state == _MISSING]
            if lost:
                self._accounts.expect(self._plan.workers - len(lost))
                self._course.end(f"{len(lost)} of {self._plan.workers} workers were lost on the way: configuration")

    def _outcome(self) -> Outcome:
        self._runner.send_message(_ENOUGH)
        if not self._accounts.full.wait(_READY_S + _EACH_S * self._plan.users):
            missing = self._plan.workers - len(self._accounts.told)
            self._course.end(
                f"{missing} of {self._plan.workers} workers gave no account of what they saw: configuration"
            )
        accounts = sorted(self._accounts.told.values(), key=lambda one: int(one["plan"]["worker"]))
        return Outcome(accounts, self._course.why)


def _listening(host: str, port: int) -> MasterRunner:
    """Locust's master at that port; raises `UsageFault` where it is taken."""
    try:
        return environment_of().create_master_runner(host, port)
    except (RPCError, SystemExit) as error:
        raise UsageFault(f"--master-port {port}: cannot be listened at on {host} ({error})") from None


class Worker:
    """Carries what its master asks it to."""

    def __init__(self, options: Options, host: str, port: int) -> None:
        self._options = options
        self._clocks = Clocks()
        self._generator: Generator | None = None
        self._run: Run | None = None
        self._lock = threading.Lock()
        self._ending = False
        self.accounted = False
        self._runner: WorkerRunner = environment_of().create_worker_runner(host, port)
        self._runner.register_message(_PLAN, self._begin, concurrent=True)
        self._runner.register_message(_BEGIN, self._measure)
        self._runner.register_message(_ENOUGH, self._end, concurrent=True)
        self._runner.send_message(_HERE)

    def work(self) -> None:
        """Until the master is done, or gone, or somebody ends it: what was borrowed is given back."""
        for number in (signal.SIGINT, signal.SIGTERM):
            gevent.signal_handler(number, self._runner.quit)
        try:
            self._runner.greenlet.join()
            if self._generator is not None and not self._ending:
                self._generator.finish()
        finally:
            if self._run is not None:
                self._run.close()

    def _begin(self, environment: Any, msg: Any) -> None:  # noqa: ARG002 - Locust's own names
        plan, target = Plan.of(msg.data["plan"]), msg.data["target"]
        options = replace(
            self._options,
            profile=self._options.profile.at(target["url"], target["ws_url"]),
            # What two workers borrow is noted in a folder each.
            report_dir=self._options.report_dir / f"worker-{plan.worker}",
        )
        try:
            self._run = reached(options, plan, Secrets())
        except ConformanceError as error:
            self._runner.send_message(_READY, {"obstacle": f"{error} (worker {plan.worker})"})
            return
        clocks = self._clocks
        self._generator = Generator(plan, self._run, answered=clocks.answers.note, delivered=clocks.deliveries.note)
        self._generator.came = self._generator.all_out = self._came
        engage(self._generator)
        self._runner.send_message(_READY, {"obstacle": ""})

    def _came(self) -> None:
        assert self._generator is not None
        self._runner.send_message(_ARRIVED, {"arrived": self._generator.arrived, "out": self._generator.out})

    def _measure(self, environment: Any, msg: Any) -> None:  # noqa: ARG002 - Locust's own names
        if self._generator is not None:
            self._generator.begin()
            self._clocks.begin()

    def _end(self, environment: Any, msg: Any) -> None:  # noqa: ARG002 - Locust's own names
        if self._generator is not None and not self._ending:
            self._ending = True
            account = {**self._generator.finish(), "latency": self._clocks.as_json()}
            self._runner.send_message(_ACCOUNT, account)
            self.accounted = True
