"""The HTTP of a run as HAR 1.2, for the tools that read it; redacted as the results document is.

HAR knows of no Socket.IO and of no scenarios: what it has no word for stands in members that begin with an underscore,
as the format has it. What is not known (sizes of headers, what the parts of an exchange took) is -1, its word for that.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_UNKNOWN = -1
_NO_VERSION = "unknown"


def write(document: Mapping[str, Any], path: Path) -> None:
    """Write the HAR of the results ``document`` into the file at ``path``. Raises `OSError`."""
    with path.open("w", encoding="utf-8") as file:
        json.dump(archive(document), file, indent=1)


def archive(document: Mapping[str, Any]) -> dict[str, Any]:
    """The HAR of a results ``document``: a page a scenario, an entry an exchange.

    The results tell when a run started and how long after the start of its log an entry came; the log of each scenario
    is told from the start of the run, so entries of one scenario are in their order, and those of several are not.
    """
    started = datetime.fromisoformat(document["started"])
    scenarios = document["scenarios"]
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "portal-conformance", "version": document["suite"]},
            "comment": "Secrets are masked, and long bodies cut. Times within a scenario are right among themselves.",
            "pages": [_page(one, started) for one in scenarios],
            "entries": [
                _entry(each, one["name"], document["target"], started)
                for one in scenarios
                for each in one["wire"]
                if each["kind"] == "http"
            ],
            "_socketEvents": [
                {**each, "pageref": one["name"], "startedDateTime": _at(started, each)}
                for one in scenarios
                for each in one["wire"]
                if each["kind"] == "event"
            ],
        }
    }


def _page(scenario: Mapping[str, Any], started: datetime) -> dict[str, Any]:
    return {
        "id": scenario["name"],
        "title": scenario["title"] or scenario["name"],
        "startedDateTime": started.isoformat(),
        "pageTimings": {"onContentLoad": _UNKNOWN, "onLoad": round(scenario["seconds"] * 1000, 3)},
        "_outcome": scenario["outcome"],
        "_requirements": scenario["requirements"],
    }


def _entry(exchange: Mapping[str, Any], scenario: str, target: Mapping[str, Any], started: datetime) -> dict[str, Any]:
    milliseconds = round(exchange["seconds"] * 1000, 3)
    return {
        "pageref": scenario,
        "startedDateTime": _at(started, exchange),
        "time": milliseconds,
        "request": _request(exchange, target),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "_actor": exchange["actor"],
        "_index": exchange["index"],
    }


def _at(started: datetime, entry: Mapping[str, Any]) -> str:
    try:
        moment = started + timedelta(seconds=entry["at"])
    except OverflowError:
        moment = started
    return moment.isoformat(timespec="milliseconds")


def _request(exchange: Mapping[str, Any], target: Mapping[str, Any]) -> dict[str, Any]:
    url = target["url"].rstrip("/") + exchange["path"]
    request = {
        "method": exchange["method"],
        "url": url,
        "httpVersion": _NO_VERSION,
        "cookies": [],
        "headers": list(_headers(exchange["request_headers"])),
        "queryString": [{"name": name, "value": value} for name, value in _query(url)],
        "headersSize": _UNKNOWN,
        "bodySize": _UNKNOWN,
    }
    if exchange["request_body"]:
        kind = _content_type(exchange["request_headers"])
        request["postData"] = {"mimeType": kind, "text": exchange["request_body"]}
    return request


def _response(exchange: Mapping[str, Any]) -> dict[str, Any]:
    response = {
        "status": exchange["status"] or 0,
        "statusText": "",
        "httpVersion": _NO_VERSION,
        "cookies": [],
        "headers": list(_headers(exchange["response_headers"])),
        "content": {
            "size": _UNKNOWN,
            "mimeType": _content_type(exchange["response_headers"]),
            "text": exchange["response_body"],
        },
        "redirectURL": next(
            (value for name, value in exchange["response_headers"].items() if name.lower() == "location"), ""
        ),
        "headersSize": _UNKNOWN,
        "bodySize": _UNKNOWN,
    }
    return {**response, "_error": exchange["fault"]} if exchange["fault"] else response


def _headers(headers: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for name, value in headers.items():
        yield {"name": name, "value": value}


def _query(url: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(url).query, keep_blank_values=True)
    except ValueError:
        # What a target is called is the user's, and what was asked of it the suite's: neither has to be a URL.
        return []


def _content_type(headers: Mapping[str, str]) -> str:
    return next((value for name, value in headers.items() if name.lower() == "content-type"), "")
