"""The judge's hooks: configuring a run, collecting its scenarios, reaching its target.

Loaded by the plugin when a run judges a target. A worker of pytest-xdist judges what its controller reached.
"""

import gc
import inspect
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from conformance import costing, interrupts, needs
from conformance import run as runs
from conformance.embedded import EmbeddedServer
from conformance.errors import CatalogueFault, ConfigurationFault, ConformanceError, PreflightFailure
from conformance.late import late
from conformance.planning import Plan
from conformance.plugin import SCENARIOS, is_scenario
from conformance.run import Run

RUN = pytest.StashKey[Run]()
OBSTACLE = pytest.StashKey[str]()
"""Why nothing could be judged; a sentence."""
NARROWED = pytest.StashKey[str]()
"""How the user narrowed the run, so that it cannot certify; words."""
CLAIMS = pytest.StashKey[Mapping[str, Sequence[str]]]()
"""The scenarios that set out to judge a requirement, by its id."""
PLAN = pytest.StashKey[Plan]()
"""What the run is to cost; not there where nothing is judged, or a story is told again."""
QUIET = -2
"""The verbosity from which down nothing is said but what is wrong: pytest's `-qq`."""
SIDE_BY_SIDE = "side_by_side"
THOROUGH = "thorough"
# Two users' keys and a message, before the first that plays on the bench.
_BENCH = 3
_ENDING = "told to end: after the scenarios that are going on; once more ends at once"


def pytest_configure(config: pytest.Config) -> None:
    """Parse options, profile and catalogue once; every fault is a usage error."""
    config.addinivalue_line("markers", "requirement(id, ...): the requirements that a scenario judges")
    config.addinivalue_line("markers", f"{THOROUGH}: a scenario that an economical run does without")
    config.addinivalue_line("markers", f"{SIDE_BY_SIDE}: a scenario that mostly waits, run beside the others")
    names = inspect.signature(runs.options).parameters
    try:
        options = runs.options(**{name: getattr(config.option, f"portal_{name}", None) for name in names})
    except ConfigurationFault as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[RUN] = Run(options)
    _check_crews(config, options)
    _settle_arguments(config)
    if not (hasattr(config, "workerinput") or config.option.collectonly or options.replay):
        config.stash[PLAN] = costing.plan_of(options, getattr(config.option, "numprocesses", None) or 1)
    for plugin in ("conformance.recording", "conformance.fixtures"):
        config.pluginmanager.import_plugin(plugin)
    if getattr(config.option, "allure_report_dir", None):
        config.pluginmanager.import_plugin("conformance.report.allure_results")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.import_plugin("conformance.concluding")
        if os.environ.get("GITHUB_ACTIONS") == "true":
            config.pluginmanager.import_plugin("conformance.github")


def _check_crews(config: pytest.Config, options: runs.Options) -> None:
    if options.profile.provision.driver == "accounts":
        # Whoever takes the place of a crashed worker would take the crew of another one.
        config.option.maxworkerrestart = "0"
    asked, crews = getattr(config.option, "numprocesses", None) or 0, len(options.profile.roster.crews)
    if options.profile.provision.driver == "accounts" and asked > crews:
        raise pytest.UsageError(
            f"-n {asked}: needs {asked} crews of accounts, one a worker, and the profile has {crews}: "
            "give some accounts another crew, or ask for fewer workers"
        )


def _settle_arguments(config: pytest.Config) -> None:
    # Judged by the scenarios of this very package, wherever the run was started and whatever was narrowed.
    arguments = [_own(config, argument) for argument in config.args if is_scenario(config, argument)]
    narrowed = config.args_source is pytest.Config.ArgsSource.ARGS and arguments != [str(SCENARIOS)]
    if narrowed:
        config.stash[NARROWED] = "only some scenarios were named"
    config.args[:] = arguments or [str(SCENARIOS)]
    config.option.importmode = "importlib"
    if getattr(config.option, "dist", "no") == "load":
        config.option.dist = "loadgroup"
    # Our own summary says it all, and says it last.
    if config.option.tbstyle == "auto":
        config.option.tbstyle = "no"
    if config.option.reportchars == "fE":
        config.option.reportchars = ""


def _own(config: pytest.Config, argument: str) -> str:
    path, colons, test = argument.partition("::")
    resolved = Path(config.invocation_params.dir, path).resolve()
    inside = resolved.parts[resolved.parts.index(SCENARIOS.name) + 1 :]
    own = SCENARIOS.joinpath(*inside)
    return f"{own if own.exists() else resolved}{colons}{test}"


# --- collecting ---------------------------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Hold scenarios against the catalogue, keep those of the requirements asked for, order what waits."""
    run = config.stash[RUN]
    if run.options.economy:
        _keep(config, items, [item for item in items if item.get_closest_marker(THOROUGH) is None])
    claims: dict[str, list[str]] = defaultdict(list)
    for item in items:
        for one in claimed(item):
            claims[one].append(name_of(item))
    config.stash[CLAIMS] = dict(claims)
    if NARROWED not in config.stash and not config.getoption("ignore", None):
        try:
            run.options.catalogue.require_judged(claims, run.options.tier)
        except CatalogueFault as error:
            raise pytest.UsageError(f"suite fault: {error}") from None
    _keep_selected(config, run, items)
    _order(config, items)


def _keep_selected(config: pytest.Config, run: Run, items: list[pytest.Item]) -> None:
    selected = run.options.selected
    kept = [item for item in items if selected.intersection(claimed(item))]
    if run.options.replay:
        # It claims nothing: what a story comes by is known only when it was told.
        kept = [item for item in items if not claimed(item)]
        config.stash[NARROWED] = "only a story was told again"
    elif run.options.patterns:
        config.stash[NARROWED] = f"only {', '.join(run.options.patterns)} was asked for"
    _keep(config, items, kept)


def _keep(config: pytest.Config, items: list[pytest.Item], kept: list[pytest.Item]) -> None:
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def _order(config: pytest.Config, items: list[pytest.Item]) -> None:
    waiting = [item for item in items if item.get_closest_marker(SIDE_BY_SIDE)]
    for item in waiting:
        item.add_marker(pytest.mark.xdist_group(SIDE_BY_SIDE))
    others = [item for item in items if item not in waiting]
    if hasattr(config, "workerinput"):
        # A worker has the waiting ones to itself, and the longest of the others first: what is begun last is short.
        others.sort(key=_lasts_s, reverse=True)
        items[:] = [*waiting, *others]
    else:
        # In one process the waiting ones go on beside the others and are asked last.
        items[:] = [*others, *waiting]


def _lasts_s(item: pytest.Item) -> float:
    need = needs.load().get(name_of(item))
    return need.seconds if need else 0.0


def asks(item: pytest.Item) -> int:
    """How many requests a scenario makes where it is played by itself; none of one that has not been measured."""
    need = needs.load().get(name_of(item))
    return sum(need.requests) + _BENCH * need.bench if need else 0


def claimed(item: pytest.Item) -> tuple[str, ...]:
    """The ids that a scenario says it judges, in order."""
    ids = [str(one) for marker in item.iter_markers("requirement") for one in marker.args]
    return tuple(dict.fromkeys(ids))


def name_of(item: pytest.Item) -> str:
    """A scenario's name: its module, function and case, without the folder it was found in."""
    return f"{item.path.stem}::{item.name.partition('@')[0]}"


# --- the target ---------------------------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the embedded server while the scenarios are collected; reach the target first where workers need it."""
    config = session.config
    run = config.stash[RUN]
    handed = getattr(config, "workerinput", {}).get("portal")
    if handed is not None:
        interrupts.leave_to_controller()
        run.worker = int(config.workerinput["workerid"].removeprefix("gw"))  # type: ignore[attr-defined]
        run.workers = config.workerinput["workercount"]  # type: ignore[attr-defined]
        _take_over(run, handed)
    elif not hasattr(config, "workerinput") and not config.option.collectonly:
        _end_when_told(session)
        _say_what_it_costs(config)
        if run.options.embedded:
            run.server = EmbeddedServer()
            run.server.start()
        if getattr(config.option, "dist", "no") != "no":
            _reach(config)


def _say_what_it_costs(config: pytest.Config) -> None:
    options = config.stash[RUN].options
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and PLAN in config.stash and config.get_verbosity() > QUIET:
        reporter.write_line(f"plan     {costing.line(options, config.stash[PLAN])}")


def _end_when_told(session: pytest.Session) -> None:
    """By Ctrl-C, or by SIGTERM as a pipeline does it: what was borrowed is given back first."""

    def told() -> None:
        session.shouldstop = _ENDING
        distributing: Any = session.config.pluginmanager.get_plugin("dsession")
        if distributing is not None:
            distributing.shouldstop = _ENDING
        os.write(2, f"\n{_ENDING}\n".encode())

    interrupts.listen(told)


def _take_over(run: Run, handed: dict[str, str]) -> None:
    run.marker, run.mark = handed["marker"], handed["mark"]
    run.build(handed["url"], handed["ws_url"], handed["token"], handed["name"])


def _reach(config: pytest.Config) -> None:
    run, preflight = config.stash[RUN], late("conformance.preflight")
    try:
        run.reach()
        assert run.theatre is not None
        preflight.greet(run.theatre)
        run.leftovers += tuple(preflight.clear_up(run.theatre))
        run.leftovers += preflight.check(run.theatre)
    except PreflightFailure as error:
        config.stash[OBSTACLE] = run.secrets.mask(str(error))
    except ConformanceError as error:
        config.stash[OBSTACLE] = run.secrets.mask(f"{error}: suite; please report it")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Hand a worker the target that this process reached."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]
    if OBSTACLE not in config.stash and config.stash[RUN].theatre is not None:
        node.workerinput["portal"] = config.stash[RUN].for_worker()  # type: ignore[attr-defined]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Reach the target before the first scenario; judge nothing where it cannot be judged."""
    config = session.config
    # What is loaded stays to the end: to look through it for garbage again and again is a tenth of a run.
    gc.freeze()
    if config.option.collectonly or hasattr(config, "workerinput"):
        return None
    if config.stash[RUN].theatre is None and session.items and OBSTACLE not in config.stash:
        _reach(config)
    return True if OBSTACLE in config.stash else None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close what this process opened."""
    if RUN in config.stash:
        config.stash[RUN].close()
        if not hasattr(config, "workerinput"):
            config.stash[RUN].borrowed.tidy()
