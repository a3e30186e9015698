"""JUnit files as two readers of the world take them: each by its own rules, and no more of them than it looks at."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class Shown:
    """One test as the view of a pipeline shows it: on a click, ``told``."""

    suite: str
    name: str
    classname: str
    status: str
    seconds: float
    told: str
    file: str = ""


def _root(path: Path) -> ET.Element:
    return ET.parse(path).getroot()  # noqa: S314 - we wrote it


def gitlab(path: Path) -> list[Shown]:
    """GitLab: failure, error and skipped by their text, or by their message where they have none; then both streams."""
    return [
        _in_gitlab(suite, case)
        for suite in _root(path).iter("testsuite")
        for case in suite.findall("testcase")  # a case of another suite would be that one's
    ]


def _in_gitlab(suite: ET.Element, case: ET.Element) -> Shown:
    status, told = "success", [("", case.findtext("system-out"))]
    for tag, word in (("failure", "failed"), ("error", "error"), ("skipped", "skipped")):
        found = case.find(tag)
        if found is not None:
            status = word
            told = [
                ("", found.text or found.get("message")),
                ("System Out:\n\n", case.findtext("system-out")),
                ("System Err:\n\n", case.findtext("system-err")),
            ]
            break
    text = "\n\n".join(f"{heading}{part}" for heading, part in told if part)
    seconds = float(case.get("time", ""))
    return Shown(
        suite.get("name", ""),
        case.attrib["name"],
        case.get("classname", ""),
        status,
        seconds,
        text,
        case.get("file", ""),
    )


def jenkins(path: Path) -> list[Shown]:
    """Jenkins: suites within suites; a case by its class, with message, stack trace and standard output on one page."""
    return [one for suite in _suites(_root(path)) for one in _in_jenkins(suite)]


def _suites(element: ET.Element) -> Iterator[ET.Element]:
    if element.tag == "testsuite":
        yield element
    for child in element.findall("testsuite"):
        yield from _suites(child)


def _in_jenkins(suite: ET.Element) -> Iterator[Shown]:
    datetime.fromisoformat(suite.attrib["timestamp"])
    for case in suite.findall("testcase"):
        classname, _, _ = case.attrib["classname"].partition(" ")
        assert "." in classname, "Jenkins takes what stands before the last dot for the package"
        found = {tag: case.find(tag) for tag in ("error", "failure", "skipped")}
        status = next((tag for tag, one in found.items() if one is not None), "passed")
        result = found.get(status)
        parts = [] if result is None else [result.get("message") or "", result.text or ""]
        told = "\n".join([*parts, case.findtext("system-out") or ""])
        # Java's own reading of a number: a dot, and no grouping.
        yield Shown(suite.attrib["name"], case.attrib["name"], classname, status, float(case.attrib["time"]), told)
