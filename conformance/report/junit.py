"""JUnit XML of a results document: failures are failures, blocked and suite errors are errors, n/a is skipped."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from junitparser import Error, Failure, JUnitXml, Properties, Property, Skipped, TestCase, TestSuite

from conformance.redact import printable
from conformance.verdict import Outcome

_KINDS = {
    Outcome.FAILED: Failure,
    Outcome.BLOCKED: Error,
    Outcome.SUITE_ERROR: Error,
    Outcome.NOT_JUDGED: Error,
    Outcome.NOT_APPLICABLE: Skipped,
}


def write(document: Mapping[str, Any], path: Path) -> None:
    """Render the results ``document`` as JUnit XML into the file at ``path``."""
    suite = TestSuite("portal-conformance")
    suite.timestamp = document["started"]
    for name in ("verdict", "level", "suite"):
        suite.add_property(name, str(document[name]))
    suite.add_testcases([_case(scenario) for scenario in document["scenarios"]])
    xml = JUnitXml("portal-conformance")
    xml.add_testsuite(suite)
    xml.update_statistics()
    xml.write(str(path), pretty=True)


def _case(scenario: Mapping[str, Any]) -> Any:
    module, _, function = scenario["name"].partition("::")
    case = TestCase(function, f"conformance.scenarios.{module}", scenario["seconds"])
    case.append(_properties(scenario))
    kind = _KINDS.get(Outcome(scenario["outcome"]))
    if kind is not None:
        result = kind(_clean(scenario["message"]), scenario["outcome"].replace(" ", "-"))
        result.text = _clean("\n".join(_lines(scenario)))
        case.result = [result]
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
