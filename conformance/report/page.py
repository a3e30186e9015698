"""The results as a page to look at: one file that needs nothing else, whatever a target wrote into it.

It is a rendering of the results document and of nothing besides. Every string in that may be an attack: the templates
escape all of them, and the policy in the page's head lets the browser apply our style sheet and run our script, known
by their hashes, and fetch nothing.
"""

import base64
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from conformance.pages import PAGES, source
from conformance.report import curl
from conformance.report.picking import known_failures
from conformance.report.sequence import Diagram, begun, diagrams
from conformance.report.shown import MARKS, Check, Entry, Mark, Scenario, around, entry, mark, scenario
from conformance.report.terminal import repeat_command

NAME = "report.html"
NOT_ENDED = "This run did not come to its end."

# Characters of logs that are shown with their bodies, the red ones first: more than that nobody reads in a browser.
_WHOLE = 1_000_000
_SHOWN_CHECKS = 3
_UNSETTLED = frozenset({"blocked", "suite error", "not judged"})
_HEADLINES = {"conformant": ("✓", "good"), "non-conformant": ("✗", "bad"), "inconclusive": ("▲", "open")}


@dataclass(frozen=True, slots=True)
class Broken:
    """A check that did not hold: its scenario, what was spoiled, the exchange, and what went on around it."""

    scenario: Scenario
    check: Check
    spoiled: tuple[Mapping[str, Any], ...]
    entry: Entry | None
    diagrams: tuple[Diagram, ...]
    curl: curl.Curl | None


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement, with what broke it; ``more`` counts broken checks that are shown at their scenarios alone."""

    record: Mapping[str, Any]
    anchor: str
    mark: Mark
    scenarios: tuple[Scenario, ...]
    broken: tuple[Broken, ...]
    more: int
    observations: tuple[Mapping[str, Any], ...]
    repeat: str
    known: Mapping[str, Any] | None

    @property
    def tallied(self) -> Counter[str]:
        """How many of its scenarios ended how."""
        return Counter(one.mark.word for one in self.scenarios)


def write(document: Mapping[str, Any], path: Path) -> None:
    """Render the results ``document`` into the file at ``path``."""
    path.write_text(render(document), "utf-8")


def render(document: Mapping[str, Any]) -> str:
    """The page of a results ``document``, which has to be valid under its schema."""
    style, script = source("base.css", "report.css"), source("report.js")
    scenarios = _scenarios(document)
    requirements = _requirements(document, scenarios)
    ended = "end" in document
    verdict = document["verdict"] if ended else "inconclusive"
    return PAGES.get_template("report.html").render(
        document=document,
        policy=_policy(style, script),
        style=style,
        script=script,
        ended=ended,
        not_ended=NOT_ENDED,
        verdict=verdict,
        headline=_HEADLINES[verdict],
        target=document["target"]["name"] or document["target"]["url"] or "no target",
        marks=MARKS,
        by_level=list(_by_level(requirements)),
        requirements=requirements,
        red=[one for one in requirements if one.mark.word == "failed"],
        unsettled=[one for one in requirements if one.mark.word in _UNSETTLED],
        chapters=_by_chapter(requirements),
        settled=_by_chapter([one for one in requirements if one.mark.word != "failed" and not _open(one)]),
        told=[one for one in scenarios.values() if one.mark.word not in {"passed", "not applicable"}],
        quiet=_by_chapter([one for one in scenarios.values() if one.mark.word in {"passed", "not applicable"}]),
        session=curl.SESSION,
        anchor=_anchor,
        begun=begun,
    )


def _open(requirement: Requirement) -> bool:
    return requirement.mark.word in _UNSETTLED


def _policy(style: str, script: str) -> str:
    def digest(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")

    return (
        f"default-src 'none'; style-src 'sha256-{digest(style)}'; script-src 'sha256-{digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _scenarios(document: Mapping[str, Any]) -> dict[str, Scenario]:
    """The scenarios by name: those that did not pass first, with their logs as far as there is room."""
    shown, room = {}, _WHOLE
    urgency = {"failed": 0, "suite error": 1, "blocked": 2}
    order = sorted(document["scenarios"], key=lambda one: urgency.get(one["outcome"], 3))
    for number, record in enumerate(order, 1):
        size = sum(map(_size, record["wire"])) if record["outcome"] in urgency else 0
        whole = record["outcome"] in urgency and size <= room
        room -= size if whole else 0
        shown[record["name"]] = scenario(record, f"s{number}", whole=whole)
    return shown


def _size(one: Mapping[str, Any]) -> int:
    # What an entry costs however little it says is about as much as its other members.
    texts = ("payload", "request_body", "response_body", "path", "name", "fault")
    heads = [
        text for name in ("request_headers", "response_headers") for pair in one.get(name, {}).items() for text in pair
    ]
    return 800 + sum(len(one.get(name) or "") for name in texts) + sum(map(len, heads))


def _requirements(document: Mapping[str, Any], scenarios: Mapping[str, Scenario]) -> list[Requirement]:
    red: dict[str, list[tuple[Scenario, Check]]] = defaultdict(list)
    seen: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for shown in scenarios.values():
        for check in shown.checks:
            for id_ in () if check.held else check.ids:
                red[id_].append((shown, check))
        for one in shown.record["observations"]:
            seen[one["requirement"]].append(one)
    return [_requirement(document, one, scenarios, red[one["id"]], seen[one["id"]]) for one in document["requirements"]]


def _requirement(
    document: Mapping[str, Any],
    record: Mapping[str, Any],
    scenarios: Mapping[str, Scenario],
    red: Sequence[tuple[Scenario, Check]],
    seen: Sequence[Mapping[str, Any]],
) -> Requirement:
    names = dict.fromkeys([*record["scenarios"], *(shown.name for shown, _ in red)])
    return Requirement(
        record=record,
        anchor=_anchor(record["id"]),
        mark=mark(record["outcome"], record["level"]),
        scenarios=tuple(scenarios[name] for name in names if name in scenarios),
        broken=tuple(
            _broken(document, shown, check, drawn=number == 0)
            for number, (shown, check) in enumerate(red[:_SHOWN_CHECKS])
        ),
        more=max(0, len(red) - _SHOWN_CHECKS),
        observations=tuple(seen),
        repeat=repeat_command(document, record["id"]),
        known=known_failures(document).get(record["id"]),
    )


def _anchor(id_: str) -> str:
    """The address of a requirement within the page."""
    return quote(id_, errors="replace")


def _broken(document: Mapping[str, Any], shown: Scenario, check: Check, *, drawn: bool) -> Broken:
    record, hits = shown.record, frozenset() if check.exchange is None else frozenset({check.exchange})
    about = next((one for one in record["wire"] if one["index"] == check.exchange), None)
    return Broken(
        scenario=shown,
        check=check,
        spoiled=tuple(one for one in record["spoiled"] if one["exchange"] == check.exchange),
        entry=entry(about, hits, whole=True) if about else None,
        diagrams=diagrams(around(record, check.exchange), hits) if drawn else (),
        curl=curl.of_exchange(document["target"], about) if about and about["kind"] == "http" else None,
    )


def _by_chapter(some: Sequence[Any]) -> list[tuple[str, list[Any]]]:
    """Requirements or scenarios, by the chapter that they are of, in the order in which the chapters come first."""

    def chapter(one: Any) -> str:
        return str(one.record["chapter"])

    order = list(dict.fromkeys(map(chapter, some)))
    return [
        (name, list(group)) for name, group in groupby(sorted(some, key=lambda one: order.index(chapter(one))), chapter)
    ]


def _by_level(requirements: Sequence[Requirement]) -> Iterator[tuple[str, list[tuple[Mark, int]]]]:
    for level in ("MUST", "SHOULD", "INFO"):
        counted = Counter(one.mark for one in requirements if one.record["level"] == level)
        if counted:
            yield level, counted.most_common()
