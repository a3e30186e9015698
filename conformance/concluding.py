"""Gathers the records of all processes, and concludes: results, renderings, summary, exit status. Controller only."""

from pathlib import Path
from typing import Any

import pytest

from conformance import __version__
from conformance.catalogue.records import Tier
from conformance.judge import CLAIMS, NARROWED, OBSTACLE, RUN
from conformance.report import junit, terminal
from conformance.report.results import Findings, Writer
from conformance.verdict import Verdict

_MARKUP = {
    "good": {"green": True, "bold": True},
    "bad": {"red": True, "bold": True},
    "poor": {"yellow": True},
    "plain": {},
}


def pytest_configure(config: pytest.Config) -> None:
    """Register what concludes this run, unless it only collects."""
    if not config.option.collectonly:
        config.pluginmanager.register(Conclusion(config), "portal-conformance-conclusion")


def pytest_report_header(config: pytest.Config) -> list[str]:
    """What is judged, by what, and how to repeat it."""
    options = config.stash[RUN].options
    target = options.profile.target.url or "the embedded reference server"
    drawn = f"{options.examples} examples a class of defects"
    if options.tier is Tier.FULL:
        drawn += f", {options.sequences} stories of {options.steps} steps a setting"
    return [
        f"portal-conformance {__version__}, edition {options.catalogue.edition}, level {options.tier.value}",
        f"judging {target}, seed {options.seed}, {drawn}",
    ]


class Conclusion:
    """The findings of one run, from its first moment to its verdict."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._run = config.stash[RUN]
        options = self._run.options
        self._writer = Writer(options.report_dir)
        self._document: dict[str, Any] = {}
        self._findings = Findings(
            catalogue=options.catalogue,
            tier=options.tier,
            suite=__version__,
            seed=options.seed,
            examples=options.examples,
            target=self._target(),
        )

    def _target(self) -> dict[str, Any]:
        run = self._run
        target = (run.profile if run.theatre else run.options.profile).target
        return {
            "name": target.name,
            "url": target.url,
            "ws_url": target.ws_url,
            "embedded": run.options.embedded,
            "profile": getattr(self._config.option, "portal_profile", None) or "",
        }

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Open the results, so that a run which is killed leaves a document that says so."""
        try:
            self._writer.begin(self._findings)
        except OSError as error:
            folder = self._run.options.report_dir
            raise pytest.UsageError(f"--report-dir {folder}: cannot be written ({error.strerror})") from None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in, and journal, the record that came with the last report of a scenario."""
        record = getattr(report, "portal", None)
        if record is not None:
            self._findings.scenarios.append(record)
            self._findings.leftovers.extend(record["leftovers"])
            self._writer.scenario(record)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take in what a worker collected and left behind."""
        told = getattr(node, "workeroutput", {}).get("portal")
        if told:
            self._config.stash[CLAIMS] = told["claims"]
            self._findings.narrowed = self._findings.narrowed or told["narrowed"]
            self._findings.leftovers.extend(told["leftovers"])

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Fold, write, and set the exit status."""
        if exitstatus == pytest.ExitCode.USAGE_ERROR:
            return
        endings = {
            pytest.ExitCode.INTERRUPTED: "the run was interrupted",
            pytest.ExitCode.INTERNAL_ERROR: "the suite crashed",
        }
        findings, stash = self._findings, self._config.stash
        findings.interrupted = endings.get(pytest.ExitCode(exitstatus), "")
        findings.target = self._target()
        findings.claims = stash.get(CLAIMS, {})
        findings.obstacle = stash.get(OBSTACLE, "")
        findings.narrowed = findings.narrowed or stash.get(NARROWED, "")
        findings.leftovers.extend(self._run.leftovers)
        self._document = findings.document(ended=True)
        self._writer.end(self._document)
        junit.write(self._document, self._files()["junit"])
        session.exitstatus = Verdict(self._document["verdict"]).exit_status

    def _files(self) -> dict[str, Path]:
        return {"results": self._writer.results, "junit": self._run.options.report_dir / "junit.xml"}

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The lines that one can act on, last of all."""
        if self._document:
            terminalreporter.section("portal-conformance")
            for line, tone in terminal.summary(self._document, self._files()):
                terminalreporter.write_line(line, **_MARKUP[tone])
