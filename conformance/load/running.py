"""A run as Locust has it: members are its users, and it spawns them at a rate. What is needed alone and spread out."""

import logging
import signal
import ssl
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import gevent
from locust import User, task
from locust.env import Environment

from conformance import preflight
from conformance.load.generator import Generator
from conformance.load.guest import Guest
from conformance.load.latency import Latencies
from conformance.load.plan import Plan
from conformance.redact import Secrets
from conformance.run import Options, Run

# How long everybody may take to come in, beyond what the spawn rate asks for.
IN_PLACE_S = 120.0
_IDLE_S = 3600.0
INTERRUPTED = "the run was interrupted"


@dataclass(slots=True)
class Course:
    """How far a run is: ``why`` is what ended it before its time, in a sentence."""

    in_place: threading.Event = field(default_factory=threading.Event)
    enough: threading.Event = field(default_factory=threading.Event)
    why: str = ""

    def end(self, why: str) -> None:
        """End it before its time."""
        self.why = self.why or why
        self.in_place.set()
        self.enough.set()

    def obey_signals(self) -> None:
        """Let Ctrl-C and SIGTERM end it: what was borrowed is given back, and the verdict says so."""
        for number in (signal.SIGINT, signal.SIGTERM):
            gevent.signal_handler(number, self.end, INTERRUPTED)

    def await_all(self, plan: Plan) -> None:
        """Wait until everybody is in place."""
        if not self.in_place.wait(plan.users / plan.spawn_rate + IN_PLACE_S):
            self.why = (
                f"not everybody came in within {IN_PLACE_S:g} s of the last one's turn: target, or too few workers"
            )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: an account of each generator, and why it did not come to its end; empty where it did."""

    accounts: Sequence[Mapping[str, Any]]
    obstacle: str = ""


class Clocks:
    """What a generator measures: how long answers and deliveries took."""

    def __init__(self) -> None:
        self.answers, self.deliveries = Latencies(), Latencies()

    def begin(self) -> None:
        """Forget what was measured while members still came in."""
        self.answers.clear()
        self.deliveries.clear()

    def as_json(self) -> dict[str, Any]:
        """The measurements for another process."""
        return {"answer": self.answers.counted(), "delivery": self.deliveries.counted()}


class VirtualMember(User):
    """A member as one of Locust's users."""

    generator: ClassVar[Generator]
    _guest: Guest | None = None

    def on_start(self) -> None:
        """Come in; who cannot stays idle, as Locust would spawn another one in the place of who is gone."""
        try:
            self._guest = self.generator.admit()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a mistake of ours, and told in the verdict
            self.generator.mistaken(error)

    def wait_time(self) -> float:
        """Seconds between two acts; who is out has none."""
        return _IDLE_S if self._guest is None or self._guest.out else self._guest.pause()

    @task
    def act(self) -> None:
        """Say something."""
        if self._guest is not None:
            self._guest.act()


def engage(generator: Generator) -> None:
    """From now on this process's members are those of ``generator``, and its threads' mistakes are told by it."""
    VirtualMember.generator = generator
    threading.excepthook = lambda told: generator.mistaken(told.exc_value or SystemExit())


def environment_of() -> Environment:
    """Locust's environment; it says nothing by itself."""
    logging.getLogger("locust").setLevel(logging.ERROR)
    environment = Environment(user_classes=[VirtualMember])
    environment.events.user_error.add_listener(_mistake)
    return environment


def _mistake(exception: Exception, **_told: Any) -> None:
    VirtualMember.generator.mistaken(exception)


def reached(options: Options, plan: Plan, secrets: Secrets) -> Run:
    """The target, reached and looked at; raises `PreflightFailure` where there is nothing to load."""
    # gevent has one thread, and sockets of TLS of its own.
    trusting = ssl.create_default_context
    run = Run(options, secrets, worker=plan.worker, workers=plan.workers, trusting=trusting)
    try:
        run.reach()
        assert run.theatre is not None
        preflight.greet(run.theatre)
        preflight.clear_up(run.theatre)
        preflight.check(run.theatre)
    except BaseException:
        run.close()
        raise
    return run


def alone(plan: Plan, options: Options, secrets: Secrets) -> Outcome:
    """All of the plan in this process. Raises `PreflightFailure` where there is nothing to load."""
    course, clocks = Course(), Clocks()
    course.obey_signals()
    run = reached(options, plan, secrets)
    try:
        generator = Generator(plan, run, answered=clocks.answers.note, delivered=clocks.deliveries.note)
        return Outcome([_loaded(plan, generator, course, clocks)], course.why)
    finally:
        run.close()


def _loaded(plan: Plan, generator: Generator, course: Course, clocks: Clocks) -> dict[str, Any]:
    engage(generator)

    def came() -> None:
        if generator.arrived >= plan.users:
            course.in_place.set()

    generator.came = came
    generator.all_out = lambda: course.end("nobody was left in any chat: target")
    runner = environment_of().create_local_runner()
    runner.start(plan.users, spawn_rate=plan.spawn_rate)
    course.await_all(plan)
    generator.begin()
    clocks.begin()
    course.enough.wait(plan.duration_s)
    account = {**generator.finish(), "latency": clocks.as_json()}
    runner.quit()
    return account
