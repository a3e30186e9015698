"""Trying changes: the tests of a module run in a child process for each, which loads the changed source in its place.

Pytest is started once and forks where it begins to collect: no module of the suite is loaded by then, and all that
the tests need of libraries is. A child ends at the first test that fails.
"""

import contextlib
import importlib.util
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType
from typing import Any

import hypothesis
import pytest

TESTS = Path(__file__).parent.parent
UNNOTICED = 0
BROKEN = frozenset({3, 4, 5})
"""What pytest exits with where it fails itself, is used wrongly, or finds no test."""
_FORK = multiprocessing.get_context("fork")
_MEMORY = 4 * 2**30
# No output, no files, and no word of plugins that were loaded before.
_QUIET = ("-o", "addopts=", "-p", "no:terminal", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestWarning")


# --- what is loaded in place of a module --------------------------------------------------------------------------


class _Changed(SourceFileLoader):
    """Loads a module from another source than that of its file."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self.source = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.source, self.get_filename(fullname), "exec", dont_inherit=True)


class _Finder(MetaPathFinder):
    def __init__(self, module: str, source: str) -> None:
        self.module, self.source = module, source

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:  # noqa: ARG002
        if fullname != self.module:
            return None
        origin = str(origin_of(fullname))
        loader = _Changed(fullname, origin, self.source)
        return importlib.util.spec_from_file_location(fullname, origin, loader=loader)


def origin_of(module: str) -> Path:
    """The file of a module, found without loading it or its package."""
    package = importlib.util.find_spec(module.partition(".")[0])
    assert package is not None
    assert package.origin is not None
    path = Path(package.origin).parent.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


# --- as it is -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Baseline:
    """What the unchanged module needs of its tests: seconds of processor time, and the libraries loaded."""

    status: int
    seconds: float
    loaded: tuple[str, ...]


def baseline(tests: Sequence[str]) -> Baseline:
    """Run the tests on what nobody changed."""
    here, there = _FORK.Pipe(duplex=False)
    child = _FORK.Process(target=_measure, args=(tests, there))
    child.start()
    there.close()
    measured: Baseline = here.recv()
    child.join()
    return measured


def _measure(tests: Sequence[str], there: Connection) -> None:
    status = _pytest(tests)
    libraries = [name for name, one in list(sys.modules.items()) if _is_library(getattr(one, "__file__", None))]
    there.send(Baseline(status, time.process_time(), tuple(libraries)))


def _is_library(file: str | None) -> bool:
    own = (str(origin_of("conformance").parent), str(TESTS))
    return file is not None and not file.startswith(own)


def _pytest(tests: Sequence[str], *plugins: object) -> int:
    # A failing example need not become a small one here, and what chance finds today it is to find tomorrow.
    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
    hypothesis.settings.register_profile("mutation", phases=phases, derandomize=True, database=None)
    hypothesis.settings.load_profile("mutation")
    return int(pytest.main([*_QUIET, *tests], plugins=plugins))


# --- changed ------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class _Tries:
    """A plugin of pytest that forks a child for each source, where pytest would collect; the parent only waits."""

    module: str
    sources: Sequence[str]
    seconds: float
    jobs: int
    parent: int = field(default_factory=os.getpid)
    running: dict[int, int] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        for index, source in enumerate(self.sources):
            while len(self.running) >= self.jobs:
                self._wait()
            child = os.fork()
            if not child:
                self._change(source)
                return  # and on it goes with this change
            self.running[child] = index
        while self.running:
            self._wait()
        pytest.exit("every change was tried", returncode=0)

    def _wait(self) -> None:
        child, status = os.wait()
        self.statuses[self.running.pop(child)] = os.waitstatus_to_exitcode(status)

    def _change(self, source: str) -> None:
        # What never ends is noticed by that. Processor time, since others may be at work on this machine as well.
        limit = int(self.seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        sys.meta_path.insert(0, _Finder(self.module, source))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> None:
        if call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception):
            os._exit(1)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            os._exit(1)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if os.getpid() != self.parent:
            os._exit(int(exitstatus))


def statuses(module: str, sources: Sequence[str], tests: Sequence[str], *, seconds: float, jobs: int) -> list[int]:
    """The status with which the tests ended for each of the sources."""
    tries = _Tries(module, sources, seconds, jobs)
    _pytest(tests, tries)
    return [tries.statuses[index] for index in range(len(sources))]


def warm(libraries: Iterable[str]) -> None:
    """Load what is not under test once, so that a child has it from the beginning."""
    for name in libraries:
        # A library that wants to be loaded in another way is loaded by each child.
        with contextlib.suppress(Exception):
            importlib.import_module(name)
