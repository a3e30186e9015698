"""JUnit XML as pipelines read it: valid by its schema, and a stranger sees the exchange in the CI's own view."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xmlschema
from rooms.made import CATALOGUE, CLAIMS, SECRET, answer, check, document, findings, scenario

from conformance.known import KnownFailure
from conformance.redact import Secrets
from conformance.report import junit
from conformance.verdict import Outcome
from conformance.wire import WireLog

from . import readers

SCHEMA = xmlschema.XMLSchema11(Path(__file__).with_name("junit.xsd"))
MUTED = "test_mutes::test_muted_sender"
REPEAT = (
    "repeat: portal-conformance run --requirement SEND-MUTED --seed 7 --target https://portal.example "
    "--ws-target https://ws.portal.example --profile staging.toml"
)
EXCHANGE = """

owner asked:
POST /v1/portal/chats/1/messages

and was answered after 0.000 s:
HTTP 200

{"id": "1-0", "token": "[masked]"}"""


def red() -> dict[str, object]:
    wire = WireLog(Secrets([SECRET]))
    answer(200, b'{"id": "0-1"}', wire=wire)
    answer(200, b'{"id": "1-0", "token": "x"}', wire=wire)
    checks = [check("SEND-DISTINCT"), check("SEND-MUTED", held=False, exchange=1)]
    return scenario(MUTED, Outcome.FAILED, message="a muted sender was heard", checks=checks, wire=wire.entries)


def blocked() -> dict[str, object]:
    wire = WireLog(Secrets())
    wire.exchange("owner", 0.0, "POST", "/a", ({}, b""), None, "the connection was dropped")
    made = {"requirements": ["SEND-MUTED-TTL"], "message": "no answer", "wire": wire.entries}
    return scenario("test_mutes::test_ttl", Outcome.BLOCKED, **made)


KNOWN = [KnownFailure(one, "PORTAL-1", date(2026, 12, 31)) for one in ("SEND-MUTED", "SEND-MUTED-TTL")]
DOCUMENTS = {
    "green": document,
    "red and blocked": lambda: document(red(), blocked()),
    "absent": lambda: document(scenario(MUTED, Outcome.NOT_APPLICABLE, message="absent")),
    "gate": lambda: document(red(), known=KNOWN),
    "nothing": lambda: findings(scenarios=[], obstacle="nothing listens there").document(ended=True),
    "hostile": lambda: document(scenario(MUTED, Outcome.BLOCKED, message="\x00]]></error>", details="\x1b\ud800")),
}


@pytest.mark.parametrize("made", DOCUMENTS.values(), ids=list(DOCUMENTS))
def test_what_is_written_is_valid(tmp_path: Path, made: Callable[[], dict[str, object]]) -> None:
    junit.write(made(), tmp_path / "junit.xml")
    assert [str(one) for one in SCHEMA.iter_errors(tmp_path / "junit.xml")] == []


def test_what_a_real_run_writes_is_valid_with_a_suite_a_chapter(real_run: Path) -> None:
    assert [str(one) for one in SCHEMA.iter_errors(real_run / "junit.xml")] == []
    shown = readers.gitlab(real_run / "junit.xml")
    assert {one.suite for one in shown} >= {"sending", "malformed"}
    assert {one.suite: one.file for one in shown}["malformed"] == "conformance/scenarios/test_malformed.py"


@pytest.mark.parametrize("spoilt", ["name", "time", "timestamp", "order"])
def test_the_schema_finds_what_a_reader_would_stumble_over(tmp_path: Path, spoilt: str) -> None:
    junit.write(document(red()), tmp_path / "junit.xml")
    tree = ET.parse(tmp_path / "junit.xml")  # noqa: S314 - we wrote it
    suite = tree.getroot()[0]
    case = next(one for one in suite.iter("testcase") if one.find("failure") is not None)
    match spoilt:
        case "name":
            del case.attrib["name"]
        case "time":
            case.set("time", "0,25")
        case "timestamp":
            suite.set("timestamp", "2 January")
        case "order":
            case.append(ET.Element("failure", message="late", type="failed"))
    tree.write(tmp_path / "junit.xml")
    assert not SCHEMA.is_valid(tmp_path / "junit.xml")


@pytest.mark.parametrize(("reader", "status"), [(readers.gitlab, "failed"), (readers.jenkins, "failure")])
def test_a_stranger_sees_the_exchange_and_how_to_repeat_it(
    tmp_path: Path, reader: Callable[[Path], list[readers.Shown]], status: str
) -> None:
    junit.write(document(red()), tmp_path / "junit.xml")
    one = next(one for one in reader(tmp_path / "junit.xml") if one.status == status)
    assert (one.suite, one.name, one.seconds) == ("mutes", "test_muted_sender", 0.25)
    assert one.classname == "conformance.scenarios.test_mutes"
    assert "BROKEN SEND-MUTED: the send is refused: expected 403, observed 200" in one.told
    assert re.sub(r"after \d+\.\d{3} s", "after 0.000 s", one.told).endswith(REPEAT + EXCHANGE)


def test_what_was_blocked_shows_the_last_that_went_over_the_wire(tmp_path: Path) -> None:
    junit.write(document(blocked()), tmp_path / "junit.xml")
    one = next(one for one in readers.jenkins(tmp_path / "junit.xml") if one.status == "error")
    assert one.told.startswith("no answer\n")
    assert "repeat: portal-conformance run --requirement SEND-MUTED-TTL " in one.told
    assert one.told.endswith("\nowner: POST /a  -> the connection was dropped")


def test_where_nothing_was_judged_the_view_says_why(tmp_path: Path) -> None:
    junit.write(findings(scenarios=[], obstacle="nothing listens there").document(ended=True), tmp_path / "junit.xml")
    shown = [(one.suite, one.name, one.status, one.told) for one in readers.gitlab(tmp_path / "junit.xml")]
    assert shown == [("preflight", "the target can be judged", "error", "nothing listens there")]


def test_a_pipeline_shows_each_known_failure_by_itself(tmp_path: Path) -> None:
    junit.write(document(red(), known=KNOWN), tmp_path / "junit.xml")
    shown = [(one.name, one.status) for one in readers.gitlab(tmp_path / "junit.xml") if one.suite == "known-failures"]
    assert shown == [("SEND-MUTED", "skipped"), ("SEND-MUTED-TTL", "failed")]


def test_every_case_is_there_for_each_reader(tmp_path: Path) -> None:
    junit.write(document(red(), blocked()), tmp_path / "junit.xml")
    names = [[one.name for one in reader(tmp_path / "junit.xml")] for reader in (readers.gitlab, readers.jenkins)]
    assert names[0] == names[1]
    assert len(names[0]) == len(CATALOGUE.requirements) == len(CLAIMS)
