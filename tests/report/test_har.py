"""The HAR of a run. That it is valid HAR, the schemas of HAR say: har/check.py."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from conformance.report import har

from .made import BUNDLE, MUTED, broken_document, hostile_document


def entries(document: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    found = har.archive(document or broken_document())["log"]["entries"]
    return [one for one in found if one["pageref"] == MUTED]


def test_every_exchange_is_an_entry_of_its_scenario() -> None:
    document = broken_document()
    log = har.archive(document)["log"]
    assert [page["id"] for page in log["pages"]] == [one["name"] for one in document["scenarios"]]
    http = [each for one in document["scenarios"] for each in one["wire"] if each["kind"] == "http"]
    assert len(log["entries"]) == len(http) == 12
    assert {one["pageref"] for one in log["entries"]} <= {page["id"] for page in log["pages"]}


def test_a_request_and_its_answer() -> None:
    entry = entries()[1]
    assert entry["request"]["method"] == "POST"
    assert entry["request"]["url"] == "https://portal.example/v1/portal/chats/1/messages"
    assert entry["request"]["postData"] == {"mimeType": "application/json", "text": json.dumps({"content": BUNDLE})}
    assert {"name": "Cookie", "value": "[masked]"} in entry["request"]["headers"]
    assert entry["response"]["status"] == 200
    assert entry["response"]["content"]["text"] == '{"id":"1-0"}'
    assert entry["response"]["headers"] == [{"name": "date", "value": "now"}]
    assert entry["_actor"] == "sender"


def test_what_got_no_answer_has_no_status_and_says_why() -> None:
    assert entries()[2]["response"]["status"] == 0
    assert entries()[2]["response"]["_error"] == "the connection was dropped"


def test_times_are_those_of_the_run() -> None:
    document = broken_document()
    scenario = next(one for one in document["scenarios"] if one["name"] == MUTED)
    scenario["wire"][1] |= {"at": 1.5, "seconds": 0.025}
    entry = entries(document)[1]
    assert entry["startedDateTime"] == "2026-01-02T03:04:06.500+00:00"
    assert entry["time"] == sum(entry["timings"].values()) == 25.0


def test_a_time_beyond_all_time_is_none() -> None:
    document = broken_document()
    for scenario in document["scenarios"]:
        for entry in scenario["wire"]:
            entry["at"] = 1e300
    assert {datetime.fromisoformat(one["startedDateTime"]).year for one in entries(document)} == {2026}


def test_the_query_is_told_by_its_parts() -> None:
    document = broken_document()
    next(one for one in document["scenarios"] if one["name"] == MUTED)["wire"][1]["path"] = "/x?limit=3&before="
    query = entries(document)[1]["request"]["queryString"]
    assert query == [{"name": "limit", "value": "3"}, {"name": "before", "value": ""}]


def test_events_are_kept_beside_the_entries() -> None:
    events = har.archive(broken_document())["log"]["_socketEvents"]
    own = [one for one in events if one["pageref"] == MUTED]
    assert [(one["direction"], one["name"]) for one in own] == [
        ("received", "message:new"),
        ("disconnected", "Socket.IO"),
    ]


def test_where_an_answer_led_is_told() -> None:
    document = broken_document()
    scenario = next(one for one in document["scenarios"] if one["name"] == MUTED)
    scenario["wire"][1]["response_headers"] = {"Location": "/elsewhere"}
    assert [one["response"]["redirectURL"] for one in entries(document)] == ["", "/elsewhere", "", ""]


def test_a_file_that_any_reader_can_read(tmp_path: Path) -> None:
    path = tmp_path / "wire.har"
    har.write(hostile_document("\ud800\u202e\x00http://[::bad"), path)
    assert path.read_bytes().isascii()
    assert json.loads(path.read_text("ascii"))["log"]["version"] == "1.2"
