"""JUnit XML: every outcome in the words of that format, and well-formed whatever a target says."""

import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml

from conformance.known import KnownFailure
from conformance.report import junit
from conformance.verdict import Outcome

from .made import check, document, scenario

MUTED = "test_mutes::test_muted_sender"
OUTCOMES = {
    MUTED: Outcome.FAILED,
    "test_mutes::test_ttl": Outcome.BLOCKED,
    "test_keys::test_code": Outcome.NOT_APPLICABLE,
    "test_other::test_mistake": Outcome.SUITE_ERROR,
    "test_other::test_lost": Outcome.NOT_JUDGED,
}
BESIDE = {"properties", "system-out"}
EVERY_OUTCOME = [scenario(name, outcome, message=f"{outcome} it is") for name, outcome in OUTCOMES.items()]


def written(path: Path, found: dict[str, Any]) -> ET.Element:
    junit.write(found, path / "junit.xml")
    return ET.parse(path / "junit.xml").getroot()  # noqa: S314 - we wrote it


def test_each_outcome_is_in_the_words_of_the_format(tmp_path: Path) -> None:
    root = written(tmp_path, document(*EVERY_OUTCOME))
    results = {
        f"{case.get('classname')}.{case.get('name')}": [
            (one.tag, one.get("type"), one.get("message")) for one in case if one.tag not in BESIDE
        ]
        for case in root.iter("testcase")
    }
    assert results == {
        "conformance.scenarios.test_keys.test_code": [("skipped", "not-applicable", "not applicable it is")],
        "conformance.scenarios.test_limits.test_retry_after": [],
        "conformance.scenarios.test_mutes.test_muted_sender": [("failure", "failed", "failed it is")],
        "conformance.scenarios.test_mutes.test_ttl": [("error", "blocked", "blocked it is")],
        "conformance.scenarios.test_other.test_lost": [("error", "not-judged", "not judged it is")],
        "conformance.scenarios.test_other.test_mistake": [("error", "suite-error", "suite error it is")],
    }


def test_counts_agree_with_a_reader_of_the_format(tmp_path: Path) -> None:
    written(tmp_path, document(*EVERY_OUTCOME))
    read = JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    said = (read.tests, read.failures, read.errors, read.skipped)
    assert said == (6, 1, 3, 1)
    read.update_statistics()
    assert (read.tests, read.failures, read.errors, read.skipped) == said
    assert read.time == 1.5


def test_the_suite_says_what_the_run_came_to(tmp_path: Path) -> None:
    root = written(tmp_path, document())
    suite = root[0]
    assert (root.tag, root.get("name")) == ("testsuites", "portal-conformance")
    assert (len(root), suite.tag, suite.get("name")) == (1, "testsuite", "mutes")
    assert suite.get("hostname") == "portal.example"
    assert suite.get("timestamp") == "2026-01-02T03:04:05+00:00"
    properties = {one.get("name"): one.get("value") for one in suite.findall("properties/property")}
    assert properties == {"verdict": "conformant", "level": "core", "suite": "0.1.0"}


def test_a_case_names_its_requirements_and_shows_its_checks(tmp_path: Path) -> None:
    told = scenario(
        MUTED,
        Outcome.FAILED,
        requirements=["SEND-MUTED", "SEND-MUTED-TTL"],
        checks=[check("SEND-DISTINCT"), check("SEND-MUTED", "SEND-MUTED-TTL", held=False)],
        details="Traceback",
    )
    root = written(tmp_path, document(told))
    case = next(one for one in root.iter("testcase") if one.get("name") == "test_muted_sender")
    assert case.get("time") == "0.25"
    assert [one.get("value") for one in case.findall("properties/property")] == ["SEND-MUTED", "SEND-MUTED-TTL"]
    assert case.findtext("failure") == (
        "A muted sender is refused.\n"
        "held SEND-DISTINCT: the send is refused: expected 403, observed 403\n"
        'BROKEN SEND-MUTED, SEND-MUTED-TTL: the send is refused: expected 403, observed 200 {"id": "1-0"}\n'
        "Traceback"
    )


KNOWN = [
    KnownFailure(one, "PORTAL-1\x00", date(2026, 12, 31)) for one in ("SEND-MUTED", "SEND-MUTED-TTL", "SEND-NOKEY-CODE")
]


def test_in_a_gate_only_what_it_does_not_let_pass_is_a_failure(tmp_path: Path) -> None:
    red = scenario(MUTED, Outcome.FAILED, checks=[check("SEND-MUTED", held=False)], message="broken")
    blocked = scenario("test_mutes::test_ttl", Outcome.BLOCKED, requirements=["SEND-MUTED-TTL"], message="gone")
    root = written(tmp_path, document(red, blocked, known=KNOWN))
    entry = "known failure {} until 2026-12-31: PORTAL-1\\u0000".format
    results = {
        f"{case.get('classname')}.{case.get('name')}": (one.tag, one.get("type"), one.get("message"))
        for case in root.iter("testcase")
        for one in case
        if one.tag not in BESIDE
    }
    assert results == {
        "conformance.scenarios.test_mutes.test_muted_sender": ("skipped", "known-failure", entry("SEND-MUTED")),
        "conformance.scenarios.test_mutes.test_ttl": ("error", "blocked", "gone"),
        "conformance.known-failures.SEND-MUTED": ("skipped", "known-failure", entry("SEND-MUTED")),
        "conformance.known-failures.SEND-MUTED-TTL": ("error", "blocked", f"{entry('SEND-MUTED-TTL')}: blocked"),
        "conformance.known-failures.SEND-NOKEY-CODE": (
            "failure",
            "known-no-more",
            f"broken no more (passed), remove: {entry('SEND-NOKEY-CODE')}",
        ),
    }
    assert "BROKEN SEND-MUTED: the send is refused" in str(next(root.iter("skipped")).text)
    properties = [(one.get("name"), one.get("value")) for one in root[0].findall("properties/property")]
    assert properties[3:] == [
        ("gate", "failed"),
        *(("known-failure", entry(one.id)) for one in KNOWN),
    ]


def test_what_breaks_a_known_and_another_requirement_is_a_failure(tmp_path: Path) -> None:
    checks = [check("SEND-MUTED", held=False), check("SEND-DISTINCT", held=False)]
    root = written(tmp_path, document(scenario(MUTED, Outcome.FAILED, checks=checks), known=KNOWN[:1]))
    case = next(one for one in root.iter("testcase") if one.get("name") == "test_muted_sender")
    assert [one.tag for one in case] == ["properties", "failure", "system-out"]


def test_hostile_text_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    hostile = "\x00\x08\x1b[2J\ud800\ufffe\uffff\u202e]]></failure><script>&amp;\r"
    told = scenario(MUTED, Outcome.FAILED, checks=[check("SEND-MUTED", held=False)], message=hostile, details=hostile)
    case = next(one for one in written(tmp_path, document(told)).iter("testcase") if one.find("failure") is not None)
    shown = "\\u0000\\u0008\\u001b[2J\\ud800??\\u202e]]></failure><script>&amp;\\u000d"
    assert case.find("failure").get("message") == shown  # type: ignore[union-attr]
    assert case.findtext("failure").endswith(shown)  # type: ignore[union-attr]


@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=50,
)
@given(text=st.text(st.characters(), max_size=60))
def test_any_text_gives_well_formed_xml(tmp_path: Path, text: str) -> None:
    told = scenario(MUTED, Outcome.BLOCKED, message=text, details=text, checks=[check("SEND-MUTED")])
    assert len(list(written(tmp_path, document(told)).iter("error"))) == 1


def test_a_real_run_can_be_read_again(real_run: Path) -> None:
    read = JUnitXml.fromfile(str(real_run / "junit.xml"))
    assert (read.failures, read.errors, read.skipped) == (0, 0, 0)
    assert read.tests > 10
