"""Plays each scenario and records how it went; runs where the scenarios run, in workers too."""

import gc
import traceback
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from conformance.catalogue.records import Catalogue, Level
from conformance.errors import NonConformance, NotApplicable, TargetFault
from conformance.expect import Expect
from conformance.judge import CLAIMS, NARROWED, RUN, SIDE_BY_SIDE, claimed, name_of
from conformance.record import ScenarioRecord
from conformance.redact import printable
from conformance.sidebyside import SideBySide
from conformance.verdict import Outcome
from conformance.wire import WireLog

BESIDE = pytest.StashKey[SideBySide]()
BEGAN = pytest.StashKey[bool]()
RECORD = pytest.StashKey[ScenarioRecord]()


def _nothing() -> None:
    """A scenario on the bench leaves its room as it was: there is nothing to reconcile."""


@dataclass(slots=True)
class Played:
    """What a scenario plays on. ``since`` and ``before`` are where its part of the wire log begins."""

    wire: WireLog
    expect: Expect
    since: int = 0
    before: int = 0
    reconcile: Callable[[], None] = _nothing
    finished: bool = False
    passed: bool = False
    spoiled: Sequence[Mapping[str, Any]] = ()
    leftovers: tuple[str, ...] = field(default=())


PLAYED = pytest.StashKey[Played]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    """Before the first scenario, start those that wait; in a worker, when their turn has come."""
    config, run = item.config, item.config.stash[RUN]
    item.stash[RECORD] = ScenarioRecord(
        name_of(item), _title(item), item.path.stem.removeprefix("test_"), claimed(item)
    )
    if BESIDE not in config.stash and run.theatre is not None:
        config.stash[BESIDE] = SideBySide(run.theatre)
    waits = item.get_closest_marker(SIDE_BY_SIDE) is not None
    if waits or (BEGAN not in config.stash and not hasattr(config, "workerinput")):
        config.stash[BEGAN] = True
        waiting = [one for one in item.session.items if one.get_closest_marker(SIDE_BY_SIDE)]
        config.stash[BESIDE].start([one for one in waiting if isinstance(one, pytest.Function)])


def _title(item: pytest.Item) -> str:
    told = (getattr(getattr(item, "obj", None), "__doc__", "") or "").strip()
    return told.partition("\n")[0]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Play the scenario, reconcile its ledgers, and raise what its soft checks found."""
    config, played = pyfuncitem.config, pyfuncitem.stash[PLAYED]
    if config.stash[BESIDE].stage_of(pyfuncitem):
        # It has been playing for a while: what is left is to wait for its end.
        pyfuncitem.obj = lambda **_fixtures: config.stash[BESIDE].finish(pyfuncitem)
    result = yield
    played.reconcile()
    played.finished = True
    played.expect.conclude()
    played.passed = True
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Record the outcome in our words, and put it into pytest's: blocked is an error, not applicable a skip."""
    report = yield
    record = item.stash[RECORD]
    record.seconds += call.duration
    if call.excinfo is not None:
        _note_failure(item, record, call.excinfo)
        _put(report, record, item)
    if call.when == "teardown":
        _complete(item, record)
        report.portal = record.as_json(item.config.stash[RUN].secrets)  # type: ignore[attr-defined]
    return report


def _note_failure(item: pytest.Item, record: ScenarioRecord, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    outcome = outcome_of(excinfo.value)
    played = item.stash.get(PLAYED, None)
    if outcome is Outcome.BLOCKED and played and any(not check.held for check in played.expect.checks):
        outcome = Outcome.FAILED
    if record.outcome is Outcome.FAILED:
        # What broke in clearing up must not hide what the target broke.
        return
    record.outcome = outcome
    record.message = item.config.stash[RUN].secrets.mask(printable(str(excinfo.value)))
    if outcome is Outcome.SUITE_ERROR:
        record.message = f"{type(excinfo.value).__name__}: {record.message}"
        details = "".join(traceback.format_exception(excinfo.value)[-6:])
        record.details = item.config.stash[RUN].secrets.mask(printable(details))


def outcome_of(error: BaseException) -> Outcome:
    """The outcome of a scenario that ended in ``error``; what we did not raise on purpose is our own fault."""
    match error:
        case NonConformance():
            return Outcome.FAILED
        case TargetFault():
            return Outcome.BLOCKED
        case NotApplicable():
            return Outcome.NOT_APPLICABLE
        case _:
            return Outcome.SUITE_ERROR


def _put(report: pytest.TestReport, record: ScenarioRecord, item: pytest.Item) -> None:
    report.portal_outcome = record.outcome.value  # type: ignore[attr-defined]
    text = f"{record.outcome}: {record.message}"
    if record.outcome is Outcome.NOT_APPLICABLE:
        report.outcome = "skipped"
        report.longrepr = (str(item.path), item.location[1] or 0, text)
        return
    report.longrepr = f"{record.name}\n{text}\n{record.details}".rstrip()
    if record.outcome is not Outcome.FAILED and report.when == "call":
        # pytest, and every JUnit reader behind it, calls an error what did not fail in the call itself.
        report.when = "setup"


def _complete(item: pytest.Item, record: ScenarioRecord) -> None:
    played = item.stash.get(PLAYED, None)
    if played is None:
        return
    record.finished = played.finished
    record.checks, record.observations = played.expect.checks, played.expect.observations
    # A story that is told again claims what it came by.
    record.requirements = record.requirements or tuple(
        {one: None for check in record.checks for one in check.requirements}
    )
    record.wire = played.wire.entries[played.since :]
    record.requests = played.wire.requests - played.before
    record.spoiled, record.leftovers = played.spoiled, played.leftovers
    if record.outcome is Outcome.NOT_JUDGED and played.passed:
        _call_it_passed(record, item.config.stash[RUN].options.catalogue)


def _call_it_passed(record: ScenarioRecord, catalogue: Catalogue) -> None:
    checked = {one for check in record.checks for one in check.requirements}
    # What is never graded need only be observed.
    observed = {one.requirement for one in record.observations}
    checked.update(one for one in observed if catalogue.requirements[one].level is Level.INFO)
    missed = [one for one in record.requirements if one not in checked]
    if missed:
        record.outcome = Outcome.SUITE_ERROR
        record.message = f"the scenario claims {', '.join(missed)}, but checked nothing of it"
    else:
        record.outcome = Outcome.PASSED


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """Bring what still plays to an end; once all is torn down, a worker tells what its controller cannot see."""
    config = session.config
    if BESIDE in config.stash:
        config.stash[BESIDE].close()
    run = config.stash[RUN]
    if run.theatre is not None:
        run.leftovers += tuple(run.theatre.driver.close())
    yield
    if hasattr(config, "workeroutput"):
        config.workeroutput["portal"] = {
            "claims": config.stash.get(CLAIMS, {}),
            "narrowed": config.stash.get(NARROWED, ""),
            "leftovers": list(config.stash[RUN].leftovers),
            "waited": list(config.stash[RUN].waited),
            # From process to process, and into nothing that is written: what this one used is looked for in all of it.
            "secrets": list(config.stash[RUN].secrets.values),
        }
    # pytest looks for garbage ten times before it ends, for seconds where there are the records of a whole run.
    gc.freeze()


def pytest_report_teststatus(report: pytest.TestReport | pytest.CollectReport) -> tuple[str, str, str] | None:
    """The words of the verdict, in place of pytest's."""
    outcome = getattr(report, "portal_outcome", None)
    letters = {"blocked": "B", "not applicable": "n", "suite error": "E", "failed": "F"}
    if outcome in letters:
        return outcome, letters[outcome], outcome.upper()
    return None
