"""JUnit XML of a results document: failures are failures, blocked and suite errors are errors, n/a is skipped.

A suite a chapter, each with what the run came to, and with each case the exchange that broke it: a stranger sees it
in the test view of a pipeline. Where the run was a gate, what it lets pass must not turn a pipeline red: a scenario
that broke known failures alone is skipped, and each entry of the file is a case of its own, which fails where the
entry has to go.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from junitparser import Attr, Error, Failure, JUnitXml, Properties, Property, Skipped, TestCase, TestSuite

from conformance.gate import fails_by
from conformance.record import judged
from conformance.redact import printable
from conformance.report.exchange import evidence
from conformance.report.picking import known_failures
from conformance.verdict import UNSETTLED, Outcome

_KINDS = {
    Outcome.FAILED: Failure,
    Outcome.BLOCKED: Error,
    Outcome.SUITE_ERROR: Error,
    Outcome.NOT_JUDGED: Error,
    Outcome.NOT_APPLICABLE: Skipped,
}


class _Case(TestCase):
    """A case with the file that it is in, as pytest and GitLab have it."""

    file = Attr()


def write(document: Mapping[str, Any], path: Path) -> None:
    """Render the results ``document`` as JUnit XML into the file at ``path``."""
    xml = JUnitXml("portal-conformance")
    for name, cases in _suites(document):
        suite = TestSuite(name)
        suite.timestamp = document["started"]
        # Whoever looks at a report wants to know which of the targets it is about; the machine that judged is none.
        suite.hostname = _clean(urlsplit(document["target"]["url"]).hostname or "localhost")
        for property_name, value in _about(document):
            suite.add_property(property_name, _clean(value))
        suite.add_testcases(cases)
        xml.add_testsuite(suite)
    xml.update_statistics()
    xml.write(str(path), pretty=True)


def _suites(document: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    known = known_failures(document)
    chapters: dict[str, list[Any]] = defaultdict(list)
    for scenario in document["scenarios"]:
        chapters[scenario["chapter"]].append(_case(document, scenario, known))
    yield from sorted(chapters.items())
    if known:
        yield "known-failures", [_case_of_entry(one) for one in known.values()]
    if not chapters:
        yield "preflight", [_case_of_nothing(document)]


def _about(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("verdict", "level", "suite"):
        yield name, str(document[name])
    if "gate" in document:
        yield "gate", document["gate"]["outcome"]
        for one in document["gate"]["known"]:
            yield "known-failure", _entry(one)


def _entry(known: Mapping[str, Any]) -> str:
    return f"known failure {known['id']} until {known['until']}: {known['reason']}"


def _case_of_nothing(document: Mapping[str, Any]) -> Any:
    """Where no scenario was played: a report without a case is taken for one that is missing."""
    case = _Case("the target can be judged", "conformance.preflight", 0)
    case.result = [Error(_clean(document["reason"]), "not-judged")]
    return case


def _case_of_entry(known: Mapping[str, Any]) -> Any:
    case = _Case(known["id"], "conformance.known-failures", 0)
    outcome = Outcome(known["outcome"])
    if outcome is Outcome.FAILED:
        case.result = [Skipped(_clean(_entry(known)), "known-failure")]
    elif outcome in UNSETTLED:
        case.result = [Error(_clean(f"{_entry(known)}: {outcome.value}"), outcome.value.replace(" ", "-"))]
    else:
        case.result = [Failure(_clean(f"broken no more ({outcome.value}), remove: {_entry(known)}"), "known-no-more")]
    return case


def _case(document: Mapping[str, Any], scenario: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> Any:
    module, _, function = scenario["name"].partition("::")
    case = _Case(_clean(function), f"conformance.scenarios.{module}", scenario["seconds"])
    case.file = f"conformance/scenarios/{module}.py"
    if scenario["requirements"]:
        case.append(_properties(scenario))
    kind = _KINDS.get(Outcome(scenario["outcome"]))
    if kind is None:
        return case
    broken = sorted(judged(dict(scenario)).failed)
    result: Any = kind(_clean(scenario["message"]), scenario["outcome"].replace(" ", "-"))
    if kind is Failure and fails_by(broken, known):
        result = Skipped(_clean("; ".join(_entry(known[one]) for one in broken)), "known-failure")
    result.text = _clean("\n".join(_lines(scenario)))
    case.result = [result]
    if kind is not Skipped:
        case.system_out = _clean(evidence(document, scenario))
    return case


def _properties(scenario: Mapping[str, Any]) -> Any:
    properties = Properties()
    for requirement in scenario["requirements"]:
        properties.add_property(Property("requirement", requirement))
    return properties


def _lines(scenario: Mapping[str, Any]) -> list[str]:
    checks = [
        f"{'held' if check['held'] else 'BROKEN'} {', '.join(check['requirements'])}: {check['title']}: "
        f"expected {check['expected']}, observed {check['observed']}"
        for check in scenario["checks"]
    ]
    return [scenario["title"], *checks, *filter(None, [scenario["details"]])]


def _clean(text: str) -> str:
    # XML has no way to write a control character, not even escaped.
    return printable(text).replace("\ufffe", "?").replace("\uffff", "?")
