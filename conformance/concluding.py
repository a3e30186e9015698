"""Gathers the records of all processes, and concludes: results, renderings, summary, exit status. Controller only."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance import __version__, guard
from conformance.catalogue.records import Tier
from conformance.gate import Passage
from conformance.judge import CLAIMS, NARROWED, OBSTACLE, PLAN, QUIET, RUN
from conformance.provision.borrowed import FILE as BORROWED
from conformance.redact import Secrets
from conformance.report import junit, terminal
from conformance.report.audit import audit, mask_anew
from conformance.report.results import Findings, Tempo, Writer
from conformance.verdict import Verdict

_ALLURE = ("*-result.json", "*-container.json", "*-attachment*")
PAGE = "portal-conformance-page"
"""The name under which whoever plays many runs that nobody looks at does without the page: `-p no:…`."""
AUDIT = "portal-conformance-audit"
"""The same for what is deleted at once, and need not be searched for secrets."""
DOCUMENT = pytest.StashKey[dict[str, Any]]()
"""The results, once the run has been folded."""

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
        self._told: list[str] = []
        """The secrets of the workers."""
        self._findings = Findings(
            catalogue=options.catalogue,
            tier=options.tier,
            suite=__version__,
            seed=options.seed,
            examples=options.examples,
            target=self._target(),
            pace=self._tempo(),
            known=options.known,
        )

    def _tempo(self) -> Tempo:
        rate, planned = str(self._run.options.rate or ""), self._config.stash.get(PLAN, None)
        return Tempo(rate, planned.requests, round(planned.seconds, 1)) if planned else Tempo(rate)

    def _target(self) -> dict[str, Any]:
        run = self._run
        profile = run.profile if run.theatre else run.options.profile
        target = profile.target
        return {
            "name": target.name,
            "url": target.url,
            "ws_url": target.ws_url,
            "embedded": run.options.embedded,
            "production": guard.is_production(target),
            "profile": getattr(self._config.option, "portal_profile", None) or "",
            "cookie": profile.dialect.cookie,
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
            self._findings.pace.took(*told["waited"])
            self._told.extend(told["secrets"])

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
        findings.pace.took(*self._run.waited)
        self._mask_for_all()
        self._document = findings.document(ended=True)
        self._writer.end(self._document)
        junit.write(self._document, self._files()["junit"])
        if self._shows_page:
            # What pages are made with takes a while to be imported, and no run needs it before its end.
            importlib.import_module("conformance.report.page").write(self._document, self._files()["page"])
        self._audit()
        stash[DOCUMENT] = self._document
        session.exitstatus = self._exit_status()

    def _mask_for_all(self) -> None:
        """Mask again what workers recorded: a target may tell one of them what is another's, or this process's.

        What all of them know they mask themselves, so that is looked for first.
        """
        if self._told:
            known_to_all = Secrets((self._run.token, self._run.marker))
            self._findings.shown = audit(self._written(), known_to_all)
            for secret in self._told:
                self._run.secrets.add(secret)
            self._findings.scenarios = [self._run.secrets.mask_json(one) for one in self._findings.scenarios]
            mask_anew(self._written(), self._run.secrets)

    def _audit(self) -> None:
        """Take back what shows a secret, whoever put it there; the results are written anew, and say so."""
        if self._config.pluginmanager.is_blocked(AUDIT):
            return
        found = audit(self._written(), self._run.secrets)
        if found:
            self._findings.shown += found
            self._document = self._run.secrets.mask_json(self._findings.document(ended=True))
            self._writer.end(self._document)
            # If it can't be masked, nothing is better than that.
            audit([self._writer.results], self._run.secrets)

    def _written(self) -> Iterator[Path]:
        """Every file that a run may have written."""
        yield from (*self._files().values(), self._writer.journal)
        folder = self._run.options.report_dir
        yield from (folder / BORROWED, *folder.glob("story-*.json"))
        allure = getattr(self._config.option, "allure_report_dir", None)
        if allure:
            yield from (path for kind in _ALLURE for path in Path(allure).glob(kind))

    def _exit_status(self) -> int:
        if gate := self._document.get("gate"):
            return Passage(gate["outcome"]).exit_status
        return Verdict(self._document["verdict"]).exit_status

    @property
    def _shows_page(self) -> bool:
        return not self._config.pluginmanager.is_blocked(PAGE)

    def _files(self) -> dict[str, Path]:
        folder = self._run.options.report_dir
        files = {"results": self._writer.results, "junit": folder / "junit.xml"}
        return {**files, "page": folder / "report.html"} if self._shows_page else files

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The lines that one can act on, last of all."""
        if not self._document:
            return
        quiet = self._config.get_verbosity() <= QUIET
        if not quiet:
            terminalreporter.section("portal-conformance")
        lines = terminal.brief(self._document) if quiet else terminal.summary(self._document, self._files())
        for line, tone in lines:
            terminalreporter.write_line(self._run.secrets.mask(line), **_MARKUP[tone])
