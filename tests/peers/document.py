"""The comparison as a JSON document, and its renderings: a page, and a table for the README."""

import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from peers import summary
from peers.arena import Journal
from peers.clauses import Shows, Visible

FORMAT = "portal-conformance-peers/2"
_MEANS = {
    Shows.DOCUMENT: "in one answer, against the document",
    Shows.KNOWLEDGE: "in one answer, by what was done before",
    Shows.STORY: "by a story of several requests",
}
_NAMES = {"suite": "this suite", "schemathesis": "Schemathesis", "baseline": "Hypothesis and schemas"}
_MATRIX = Path(__file__).parents[2] / "reports" / "sample" / "mutants.json"
_INTRODUCTION = Path(__file__).with_name("introduction.md")

_Document = Mapping[str, Any]


def made(
    chosen: Sequence[Visible], journal: Journal, *, terms: Mapping[str, Any], level: str, workers: int
) -> dict[str, Any]:
    """The document of what the journal has of the mutants ``chosen``."""
    met = [one for one in chosen if journal.found("peers", one.mutant.name)]
    rows = [_row(one, journal) for one in met]
    return {
        "format": FORMAT,
        "level": level,
        "terms": {**terms, "workers": workers, "preflight": (journal.found("preflight") or {}).get("requests")},
        "machine": machine(),
        "untold": untold(),
        "summary": summary.of(rows),
        "controls": _controls(chosen, journal),
        "left": [one.mutant.name for one in chosen if one not in met],
        "mutants": rows,
    }


def _row(one: Visible, journal: Journal) -> dict[str, Any]:
    mutant = one.mutant
    peers = journal.found("peers", mutant.name)
    assert peers is not None
    row = {"mutant": mutant.name, "lie": mutant.lie, "breaks": list(mutant.breaks), "shows": one.shows.value}
    return {**row, "asks": list(one.asks), "suite": journal.found("suite", mutant.name), **peers}


def _controls(chosen: Sequence[Visible], journal: Journal) -> list[dict[str, Any]]:
    found = []
    for asks in sorted({one.asks for one in chosen}):
        by = 0
        while (control := journal.found("control", str(by), *asks)) is not None:
            found.append({"asks": list(asks), "seed": by, **control})
            by += 1
    return found


def alarms(document: _Document) -> list[str]:
    """What the peers accuse a server of that keeps the contract: then no failure of that kind would be a finding."""
    return [
        f"{name}: {', '.join(control[name]['what']) or control[name]['error']}"
        for control in document["controls"]
        for name in summary.CONTENDERS[1:]
        if control[name]["what"] or control[name]["error"]
    ]


def untold() -> dict[str, Any]:
    """What the suite needs where nothing tells it where to look: by the matrix of every scenario that is kept."""
    every = json.loads(_MATRIX.read_text("utf-8"))["measured"]["mutants"].values()
    return {"mutants": len(every), "requests": median(one["until_red"]["requests"] for one in every)}


def machine() -> dict[str, Any]:
    """What it was measured on."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "hypothesis": version("hypothesis"),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def table(document: _Document) -> str:
    """For the README: who found how many, and by how many requests."""
    lines = [
        "| a breach shows | mutants | found by the suite | by Schemathesis | by Hypothesis and schemas |",
        "|---|---:|---:|---:|---:|",
    ]
    rows = {**{one.value: text for one, text in _MEANS.items()}, summary.ALL: "all"}
    for kind, text in rows.items():
        counts = document["summary"][kind]
        cells = " | ".join(str(counts[name]["found"]) for name in summary.CONTENDERS)
        lines.append(f"| {text} | {counts['mutants']} | {cells} |")
    return "\n".join(lines)


def sentences(beside: Mapping[str, Any]) -> tuple[str, ...]:
    """What the README says in words of the mutants that Schemathesis finds as well."""
    return (
        f"Of the {beside['found_by_both']} that Schemathesis finds as well",
        f"the suite needs fewer requests for {beside['suite_needs_fewer']}",
        f"as many for {beside['as_many']}",
        f"more for {beside['peer_needs_fewer']}",
        f"medians {beside['suite']['asked']:g} and {beside['peer']['asked']:g}",
    )


def still(document: _Document) -> str:
    """What is to be said where the comparison was cut off; empty where it was not."""
    left, met = len(document["left"]), len(document["mutants"])
    return f"{met} of {met + left} were met so far, drawn by lot for the most part." if left else ""


def page(document: _Document) -> str:
    """All of it, to read."""
    return "\n".join([_INTRODUCTION.read_text("utf-8").format(**_said(document)), *_all_rows(document), ""])


def _said(document: _Document) -> dict[str, Any]:
    """What the introduction speaks of."""
    terms, its = document["terms"], document["machine"]
    beside = {name: document["summary"]["all"][name]["beside_the_suite"] for name in summary.CONTENDERS[1:]}
    return {
        **terms,
        "level": document["level"],
        "machine": f"{its['cores']} cores ({its['processor']}), {its['system']}, Python {its['python']}",
        "hypothesis": its["hypothesis"],
        "controls": len(document["controls"]),
        "left": ", ".join(f"`{name}`" for name in document["left"]) or "none",
        "still": f" {still(document)}" if document["left"] else "",
        "untold": f"{document['untold']['requests']:g}",
        "alarms": "; ".join(alarms(document)) or "nothing",
        "table": table(document),
        "beside": "\n".join(_beside(_NAMES[name], one) for name, one in beside.items()),
        "cheaper": "\n".join(_cheaper(document)) or "None.",
        "errors": "\n".join(_errors(document)) or "None.",
    }


def _beside(name: str, counts: Mapping[str, Any]) -> str:
    return (
        f"- {name}: {counts['found_by_both']} mutants are found by both. The suite needs fewer requests for "
        f"{counts['suite_needs_fewer']} of them, as many for {counts['as_many']}, and more for "
        f"{counts['peer_needs_fewer']}; the medians are {_price(counts['suite'])} for the suite and "
        f"{_price(counts['peer'])} for the other. {counts['not_found_by_the_suite']} are found by the other alone."
        if counts["found_by_both"]
        else f"- {name}: no mutant is found by both."
    )


def _price(medians: Mapping[str, Any]) -> str:
    with_all = f" ({medians['requests']:g} with what prepares)" if medians["requests"] != medians["asked"] else ""
    return f"{medians['asked']:g} requests{with_all} in {medians['seconds']:g} s"


def _cheaper(document: _Document) -> Iterator[str]:
    """The mutants that Schemathesis finds by fewer requests."""
    for row in document["mutants"]:
        ours, theirs = row["suite"], row["schemathesis"]
        if theirs["what"] and summary.asked(ours) > summary.asked(theirs):
            yield f"- `{row['mutant']}`: {summary.asked(ours)} and {summary.asked(theirs)}. {row['lie']}"


def _errors(document: _Document) -> Iterator[str]:
    for row in document["mutants"]:
        for name in summary.CONTENDERS:
            if row[name]["error"]:
                yield f"- {_NAMES[name]} on `{row['mutant']}`: {row[name]['error']}"


def _all_rows(document: _Document) -> Iterator[str]:
    yield "| mutant | breaks | takes | this suite | Schemathesis | Hypothesis and schemas |"
    yield "|---|---|---|---:|---:|---:|"
    for row in document["mutants"]:
        cells = " | ".join(_found(row[name]) for name in summary.CONTENDERS)
        yield f"| `{row['mutant']}` | {', '.join(row['breaks'])} | {row['shows']} | {cells} |"


def _found(finding: Mapping[str, Any]) -> str:
    if finding["error"]:
        return "error"
    return f"{summary.asked(finding)}" if finding["what"] else "-"
