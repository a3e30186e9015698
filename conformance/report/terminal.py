"""The summary at the end of a run, as lines of text that one can act on."""

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import indent, wrap
from typing import Any

from conformance.redact import elide, printable
from conformance.report import curl
from conformance.report.picking import broken_checks, known_failures, unjudgeable

_WIDTH = 110
_SHOWN_ENTRIES = 6
_HOW_MANY = 12


def summary(document: Mapping[str, Any], files: Mapping[str, Path]) -> Iterator[tuple[str, str]]:
    """The lines of the summary of a results ``document``, each with its tone: good, bad, poor or plain."""
    yield "", "plain"
    yield from _red(document)
    yield from _unsettled(document)
    yield from _observations(document)
    target = document["target"]
    yield f"target   {printable(target['name'] or target['url'])}", "plain"
    yield (
        f"judged   {document['level']} level, edition {document['catalogue']['edition']}, {_counts(document)}",
        "plain",
    )
    yield (
        f"cost     {document['requests']} requests, {document['seconds']:.1f} s, seed {document['seed']}",
        "plain",
    )
    if document["pace"]["limits_met"]:
        yield f"limits   {document['pace']['limits_met']} times a rate limit that nobody asked for was met", "poor"
    for name, path in files.items():
        yield f"{name:<8} {path}", "plain"
    for one in document["leftovers"]:
        yield f"left     {printable(one)}", "poor"
    yield from _verdict(document)


def brief(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a log needs of it: what is broken, what could not be judged, and the verdict."""
    yield from _red(document)
    yield from _unsettled(document)
    yield from _verdict(document)


def _verdict(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    tones = {"conformant": "good", "non-conformant": "bad", "inconclusive": "poor"}
    yield f"verdict  {document['verdict'].upper()}: {printable(document['reason'])}", tones[document["verdict"]]
    if "gate" in document:
        yield from _passage(document["gate"])


def _passage(gate: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    tones = {"passed": "good", "failed": "bad", "inconclusive": "poor"}
    for one in gate["known"]:
        state = {"failed": "broken, as known", "passed": "broken no more"}.get(one["outcome"], one["outcome"])
        yield f"known    {one['id']} until {one['until']}: {state} ({printable(one['reason'])})", "poor"
    for one in gate["hidden"]:
        yield f"hidden   {one['id']}: no scenario came to it, because of {', '.join(one['behind'])}", "poor"
    yield f"gate     {gate['outcome'].upper()}: {printable(gate['reason'])}", tones[gate["outcome"]]


def _counts(document: Mapping[str, Any]) -> str:
    return "; ".join(
        f"{level}: " + (", ".join(f"{count} {outcome}" for outcome, count in counts.items()) or "none")
        for level, counts in document["counts"].items()
    )


def _red(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one in document["requirements"]:
        if one["outcome"] == "failed":
            yield from _one_red(document, one)


def _one_red(document: Mapping[str, Any], requirement: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    heading = f"{requirement['id']} ({requirement['level']}, page {', '.join(requirement['pages'])}) is broken"
    known = known_failures(document).get(requirement["id"])
    if known:
        heading += f", a known failure until {known['until']}: {printable(known['reason'])}"
    yield heading, "bad" if requirement["level"] == "MUST" and not known else "poor"
    yield indent("\n".join(wrap(requirement["text"], _WIDTH - 2)), "  "), "plain"
    broken = broken_checks(document, requirement["id"])
    for scenario, check in broken[:3]:
        yield from _broken_check(scenario, check)
    if len(broken) > 3:  # noqa: PLR2004 - as many as were shown
        yield f"  and {len(broken) - 3} more, see the results file", "plain"
    yield f"  repeat: {repeat_command(document, requirement['id'])}", "plain"
    commands = [told.command for told in (curl.of_check(document, *one) for one in broken) if told and told.command]
    if commands:
        yield f"  curl: {commands[0]}", "plain"
    yield "", "plain"


def _broken_check(scenario: Mapping[str, Any], check: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield f"  {scenario['name']}: {check['title']}", "plain"
    yield f"    expected {check['expected']}", "plain"
    yield f"    observed {check['observed']}", "plain"
    for spoiled in (one for one in scenario["spoiled"] if one["exchange"] == check["exchange"]):
        yield f"    spoiled  {spoiled['where']}: from {spoiled['before']} to {spoiled['after']}", "plain"
    for entry in wire_of(scenario, check):
        yield f"    wire     {entry}", "plain"


def wire_of(scenario: Mapping[str, Any], check: Mapping[str, Any]) -> list[str]:
    """The exchange that a check is about; the last entries of the log where it is about no single one."""
    about = [entry for entry in scenario["wire"] if entry["index"] == check["exchange"]]
    entries = about or [one for one in scenario["wire"] if one["actor"] != "control"][-_SHOWN_ENTRIES:]
    return [_entry(entry) for entry in entries]


def _entry(entry: Mapping[str, Any]) -> str:
    if entry["kind"] == "event":
        return elide(f"{entry['actor']} {entry['direction']} {entry['name']} {entry['payload']}", 150)
    asked = f"{entry['actor']}: {entry['method']} {entry['path']} {elide(entry['request_body'], 100)}"
    return f"{asked} -> {entry['status'] or entry['fault']} {elide(entry['response_body'], 100)}".rstrip()


def _unsettled(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    scenarios = unjudgeable(document)
    for one in scenarios[:_HOW_MANY]:
        yield f"{one['outcome']}: {one['name']}: {elide(one['message'], 400)}", "poor"
    if len(scenarios) > _HOW_MANY:
        yield f"and {len(scenarios) - _HOW_MANY} more that could not be judged, see the results file", "poor"
    if scenarios:
        yield "", "plain"


def _observations(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    absent = [one["id"] for one in document["requirements"] if one["outcome"] == "not applicable"]
    if absent:
        yield f"not applicable (declared absent): {', '.join(absent)}", "plain"
    seen = [one for scenario in document["scenarios"] for one in scenario["observations"]]
    if seen:
        yield f"observed, not graded ({len(seen)}):", "plain"
    for one in seen[:_HOW_MANY]:
        yield f"  {one['requirement']}: {one['title']}: {elide(one['observed'], 100)}", "plain"
    if len(seen) > _HOW_MANY:
        yield f"  and {len(seen) - _HOW_MANY} more, see the results file", "plain"
    if seen:
        yield "", "plain"


def repeat_command(document: Mapping[str, Any], requirement: str) -> str:
    """The command that judges ``requirement`` again as this run did."""
    words = ["portal-conformance", "run", "--requirement", requirement, "--seed", str(document["seed"])]
    if document["level"] != "core":
        # At the level that is the default, what belongs to another is not in the results.
        words += ["--level", document["level"]]
    target = document["target"]
    if target["url"] and not target["embedded"]:
        words += ["--target", target["url"]]
        if target["ws_url"] != target["url"]:
            words += ["--ws-target", target["ws_url"]]
    if target["profile"]:
        words += ["--profile", target["profile"]]
    if target.get("production"):
        words.append("--allow-production")
    return shlex.join(words)
