"""What the page shows of a results document, as records: outcomes with their signs, entries, checks and scenarios."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.redact import elide
from conformance.report import sealed
from conformance.report.sequence import Diagram, begun, diagrams

_SHORT = 90
_LINE = 110
_AROUND = 6
"""Entries before and behind the one that a check is about."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An outcome as it is seen: a sign, which is read without its colour, the name of its style, and the word."""

    sign: str
    kind: str
    word: str


_MARKS = {
    "passed": Mark("✓", "good", "passed"),
    "failed": Mark("✗", "bad", "failed"),
    "blocked": Mark("▲", "open", "blocked"),
    "suite error": Mark("!", "open", "suite error"),
    "not judged": Mark("?", "open", "not judged"),
    "not applicable": Mark("-", "none", "not applicable"),
    "observed": Mark("○", "none", "observed"),
}
MARKS = tuple(_MARKS.values())


def mark(outcome: str, level: str = "MUST") -> Mark:
    """How an outcome is shown; a SHOULD that failed is a warning."""
    if outcome == "failed" and level != "MUST":
        return Mark("✗", "odd", "failed")
    return _MARKS.get(outcome) or Mark("?", "open", outcome)


@dataclass(frozen=True, slots=True)
class Part:
    """A named text of an entry; a long one is elided in ``short``."""

    name: str
    text: str
    short: str
    ciphertexts: tuple[sealed.Sealed, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a wire log: on a line, and where it is shown whole, in parts."""

    number: int
    at: str
    line: str
    hit: bool
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison; ``times`` is how often it was made with the same result."""

    ids: tuple[str, ...]
    title: str
    expected: str
    observed: str
    held: bool
    exchange: int | None
    times: int = 1


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario; ``whole`` tells whether its log is shown with bodies and diagrams."""

    anchor: str
    name: str
    title: str
    chapter: str
    mark: Mark
    ids: tuple[str, ...]
    message: str
    details: str
    seconds: float
    requests: int
    checks: tuple[Check, ...]
    record: Mapping[str, Any] = field(repr=False)
    whole: bool = False
    entries: tuple[Entry, ...] = ()
    diagrams: tuple[Diagram, ...] = ()


def scenario(record: Mapping[str, Any], anchor: str, *, whole: bool) -> Scenario:
    """``record``, a scenario of the results document, as it is shown."""
    hits = frozenset(one["exchange"] for one in record["checks"] if not one["held"] and one["exchange"] is not None)
    return Scenario(
        anchor=anchor,
        name=record["name"],
        title=record["title"],
        chapter=record["chapter"],
        mark=mark(record["outcome"]),
        ids=tuple(record["requirements"]),
        message=record["message"],
        details=record["details"],
        seconds=record["seconds"],
        requests=record["requests"],
        checks=checks(record["checks"]),
        record=record,
        whole=whole,
        entries=tuple(entry(one, hits, whole=whole) for one in record["wire"]),
        diagrams=diagrams(record["wire"], hits) if whole else (),
    )


def checks(found: Sequence[Mapping[str, Any]]) -> tuple[Check, ...]:
    """The checks, broken ones first; what held several times in the same words is one."""
    broken = [_check(one) for one in found if not one["held"]]
    held = Counter(
        (tuple(one["requirements"]), one["title"], one["expected"], elide(one["observed"], _SHORT))
        for one in found
        if one["held"]
    )
    same = [Check(*words, held=True, exchange=None, times=times) for words, times in held.items()]
    return (*broken, *same)


def _check(one: Mapping[str, Any]) -> Check:
    ids = tuple(one["requirements"])
    return Check(ids, one["title"], one["expected"], one["observed"], held=one["held"], exchange=one["exchange"])


def entry(one: Mapping[str, Any], hits: frozenset[int], *, whole: bool) -> Entry:
    """One entry of a wire log; with its parts where it is shown ``whole``."""
    line = _event_line(one) if one["kind"] == "event" else _exchange_line(one)
    parts = tuple(_parts(one)) if whole else ()
    return Entry(one["index"], f"{one['at']:.3f}", line, one["index"] in hits, parts)


def _event_line(one: Mapping[str, Any]) -> str:
    return begun(f"{one['actor']} {one['direction']} {one['name']} {one['payload']}".rstrip(), _LINE)


def _exchange_line(one: Mapping[str, Any]) -> str:
    answer = one["status"] if one["status"] is not None else one["fault"] or "no answer"
    asked = f"{begun(one['actor'], _SHORT)}: {one['method']} {begun(one['path'], _SHORT)}"
    return f"{asked} → {begun(str(answer), _SHORT)} {begun(one['response_body'], _SHORT)}".rstrip()


def _parts(one: Mapping[str, Any]) -> Iterator[Part]:
    if one["kind"] == "event":
        yield from _part("payload", one["payload"])
        return
    yield from _part("request headers", _headers(one["request_headers"]))
    yield from _part("request body", one["request_body"])
    yield from _part("response headers", _headers(one["response_headers"]))
    yield from _part("response body", one["response_body"])
    yield from _part("fault", one["fault"] or "")


def _part(name: str, text: str) -> Iterator[Part]:
    if text:
        yield Part(name, text, elide(text, _SHORT), sealed.found_in(text))


def _headers(headers: Mapping[str, str]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers.items())


def around(record: Mapping[str, Any], exchange: int | None) -> Sequence[Mapping[str, Any]]:
    """The entries that a broken check is best understood by: those about its own, or the last ones."""
    wire = record["wire"]
    place = next((number for number, one in enumerate(wire) if one["index"] == exchange), None)
    if place is None:
        return [one for one in wire if one["actor"] != "control"][-2 * _AROUND :]
    return list(wire[max(0, place - _AROUND) : place + _AROUND + 1])
