"""GitHub's annotations for a results document, as workflow commands; what a target says can't become one itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.redact import elide, printable
from conformance.report.picking import broken_checks, known_failures, unjudgeable
from conformance.report.terminal import repeat_command

MOST = 10
"""As many as GitHub shows of a step, of each kind."""
_SHOWN = 400


def annotations(document: Mapping[str, Any]) -> list[str]:
    """A command for each of the first red requirements, then of what could not be judged, and one that counts the rest.

    A broken MUST is an error; a broken SHOULD, what is known to be broken and what could not be judged are warnings.
    """
    errors, warnings = [*_red(document), *_over(document)], [*_poor(document), *_unsettled(document)]
    all_of_them = [command("error", *one) for one in errors] + [command("warning", *one) for one in warnings]
    if not all_of_them and document["verdict"] == "inconclusive":
        all_of_them = [command("warning", "inconclusive", document["reason"])]
    rest = len(all_of_them) - MOST
    # As a third kind, since GitHub drops the eleventh of one.
    more = [command("notice", f"{rest} more", "the summary and the results file have all of them")] if rest > 0 else []
    return all_of_them[:MOST] + more


def command(kind: str, title: str, text: str) -> str:
    """One workflow command on one line, whatever stands in ``title`` and ``text``."""
    return f"::{kind} title={_escaped(printable(title), ',:')}::{_escaped(printable(text))}"


def _escaped(text: str, more: str = "") -> str:
    # The percent sign first: it is what the others are escaped with.
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _red(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    known = known_failures(document)
    for one in document["requirements"]:
        if one["outcome"] == "failed" and one["level"] == "MUST" and one["id"] not in known:
            yield f"{one['id']} (MUST) is broken", _why(document, one)


def _over(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one in known_failures(document).values():
        if one["outcome"] in {"passed", "not applicable"}:
            yield f"{one['id']} is broken no more", f"remove it from the file of known failures: {one['reason']}"


def _poor(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    known = known_failures(document)
    for one in document["requirements"]:
        if one["outcome"] == "failed" and (one["level"] != "MUST" or one["id"] in known):
            entry = known.get(one["id"])
            until = f", a known failure until {entry['until']}: {entry['reason']}" if entry else ""
            yield f"{one['id']} ({one['level']}) is broken{until}", _why(document, one)


def _unsettled(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one in unjudgeable(document):
        yield f"{one['outcome']}: {one['name']}", elide(one["message"], _SHOWN)


def _why(document: Mapping[str, Any], requirement: Mapping[str, Any]) -> str:
    broken = [
        f"{scenario['name']}: {check['title']}: "
        f"expected {elide(check['expected'])}, observed {elide(check['observed'])}"
        for scenario, check in broken_checks(document, requirement["id"])[:1]
    ]
    return "\n".join([requirement["text"], *broken, f"repeat: {repeat_command(document, requirement['id'])}"])
