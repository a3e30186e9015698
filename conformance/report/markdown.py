"""Results as Markdown, for the summary of a pipeline or the notes of a release.

What a target said, or is called, stands in code spans only, where neither a link, a mention nor HTML can begin.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.redact import elide
from conformance.report.picking import broken_checks, unjudgeable
from conformance.report.terminal import repeat_command

_SIGNS = {"conformant": "✅", "non-conformant": "❌", "inconclusive": "⚠️"}
_REDS = 50
_CHECKS = 3
_UNSETTLED = 12


def code(text: str, limit: int = 300) -> str:
    """``text`` on one line in a code span that it cannot end, cut to ``limit`` characters."""
    line = elide(text, limit) or "(empty)"
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    return f"{fence} {line} {fence}"


def summary(document: Mapping[str, Any]) -> str:
    """The summary of a results ``document``."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    target, verdict = document["target"], document["verdict"]
    yield f"## {_SIGNS[verdict]} {verdict}: {code(target['name'] or target['url'] or 'no target', 80)}"
    yield ""
    yield code(document["reason"])
    yield ""
    yield f"Level {document['level']}, edition {document['catalogue']['edition']}, suite {code(document['suite'], 40)}."
    if document["narrowed"]:
        yield f"The run was narrowed: {code(document['narrowed'])}."
    if "gate" in document:
        yield f"The gate says {document['gate']['outcome']}: {code(document['gate']['reason'])}."
    yield ""
    yield from _counts(document)
    red = [one for one in document["requirements"] if one["outcome"] == "failed"]
    for one in red[:_REDS]:
        yield from _red(document, one)
    if len(red) > _REDS:
        yield f"and {len(red) - _REDS} more, see the results file"
    yield from _unsettled(document)


def _counts(document: Mapping[str, Any]) -> Iterator[str]:
    outcomes = list(dict.fromkeys(outcome for counts in document["counts"].values() for outcome in counts))
    if not outcomes:
        return
    yield f"| | {' | '.join(outcomes)} |"
    yield f"|---|{'---:|' * len(outcomes)}"
    for level, counts in document["counts"].items():
        yield f"| {level} | {' | '.join(str(counts.get(one, 0)) for one in outcomes)} |"
    yield ""


def _red(document: Mapping[str, Any], requirement: Mapping[str, Any]) -> Iterator[str]:
    pages = ", ".join(code(one, 60) for one in requirement["pages"])
    yield f"### {requirement['id']} is broken ({requirement['level']}, {pages})"
    yield ""
    yield f"> {code(requirement['text'], 600)}"
    yield ""
    broken = broken_checks(document, requirement["id"])
    for scenario, check in broken[:_CHECKS]:
        yield f"- {code(scenario['name'], 160)}: {code(check['title'])}"
        yield f"  - expected {code(check['expected'])}"
        yield f"  - observed {code(check['observed'])}"
    if len(broken) > _CHECKS:
        yield f"- and {len(broken) - _CHECKS} more"
    yield ""
    yield f"Repeat it: {code(repeat_command(document, requirement['id']), 600)}"
    yield ""


def _unsettled(document: Mapping[str, Any]) -> Iterator[str]:
    scenarios = unjudgeable(document)
    if not scenarios:
        return
    yield "### Not judged"
    yield ""
    for one in scenarios[:_UNSETTLED]:
        yield f"- {code(one['name'], 160)} ({one['outcome']}): {code(one['message'])}"
    if len(scenarios) > _UNSETTLED:
        yield f"- and {len(scenarios) - _UNSETTLED} more"
    yield ""
