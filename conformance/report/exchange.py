"""The exchange behind a broken check, as text for whoever has nothing else to look at: a reader of CI's own view."""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.redact import elide, printable
from conformance.report.terminal import repeat_command, wire_of

_BODY = 1500
_HEADER = 200


def evidence(document: Mapping[str, Any], scenario: Mapping[str, Any]) -> str:
    """How to judge the scenario again, and the first exchange that broke it; where none did, the last entries."""
    check = next((one for one in scenario["checks"] if not one["held"]), None)
    ids = check["requirements"] if check else scenario["requirements"]
    repeat = [f"repeat: {repeat_command(document, ids[0])}"] if ids else []
    return "\n".join([*repeat, *_told(scenario, check or {"exchange": None})])


def _told(scenario: Mapping[str, Any], check: Mapping[str, Any]) -> Iterator[str]:
    about = next((one for one in scenario["wire"] if one["index"] == check["exchange"]), None)
    if about is None or about["kind"] != "http":
        yield from wire_of(scenario, check)
        return
    yield from ("", f"{about['actor']} asked:", f"{about['method']} {printable(about['path'])}")
    yield from _message(about["request_headers"], about["request_body"])
    yield from ("", f"and was answered after {about['seconds']:.3f} s:")
    yield printable(f"HTTP {about['status']}" if about["status"] is not None else about["fault"] or "no answer")
    yield from _message(about["response_headers"], about["response_body"])


def _message(headers: Mapping[str, str], body: str) -> Iterator[str]:
    for name, value in headers.items():
        yield f"{elide(name, _HEADER)}: {elide(value, _HEADER)}"
    if body:
        yield from ("", elide(body, _BODY))
