"""What every rendering looks for in a results document. Pure."""

from collections.abc import Mapping
from typing import Any


def broken_checks(document: Mapping[str, Any], requirement: str) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """The checks that broke the requirement of that id, each with its scenario, in the document's order."""
    return [
        (scenario, check)
        for scenario in document["scenarios"]
        for check in scenario["checks"]
        if not check["held"] and requirement in check["requirements"]
    ]


def unjudgeable(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The scenarios that could not be judged, in the document's order."""
    return [one for one in document["scenarios"] if one["outcome"] in ("blocked", "suite error")]


def known_failures(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What a gate was told is broken, by the requirement's id; nothing where the run was none."""
    return {one["id"]: one for one in document.get("gate", {"known": ()})["known"]}
