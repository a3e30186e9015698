"""What GitHub shows of a run: annotations that a target's text can't forge, and a summary that it can't bend."""

import re
from datetime import date
from typing import Any

import pytest
from markdown_it import MarkdownIt
from rooms.made import check, document, scenario

from conformance.known import KnownFailure
from conformance.report.annotations import MOST, annotations, command
from conformance.report.markdown import summary as markdown
from conformance.verdict import Outcome

MUTED, CODE = "test_mutes::test_muted_sender", "test_keys::test_code"
REPEAT = "portal-conformance run --requirement {} --seed 7 --target https://portal.example --ws-target"


def red(id_: str = "SEND-MUTED", name: str = MUTED, **more: Any) -> dict[str, Any]:
    return scenario(name, Outcome.FAILED, requirements=[id_], checks=[check(id_, held=False)], message="x", **more)


def obeyed(line: str) -> tuple[str, dict[str, str], str]:
    """A line as a runner takes it: the command, its properties and its text, each with its escapes undone."""
    found = re.fullmatch(r"::([a-z-]+)(?: ([^:]*))?::(.*)", line)
    assert found, f"no command: {line}"
    name, properties, text = found.groups()
    pairs = dict(one.split("=", 1) for one in (properties or "").split(",") if one)
    return name, {key: undone(value, ":,") for key, value in pairs.items()}, undone(text)


def undone(text: str, more: str = "") -> str:
    for character in f"\r\n{more}%":
        text = text.replace(f"%{ord(character):02X}", character)
    return text


def test_a_broken_must_is_an_error_and_a_broken_should_a_warning() -> None:
    told = [obeyed(one) for one in annotations(document(red(), red("SEND-NOKEY-CODE", CODE)))]
    assert [(kind, properties) for kind, properties, _ in told] == [
        ("error", {"title": "SEND-MUTED (MUST) is broken"}),
        ("warning", {"title": "SEND-NOKEY-CODE (SHOULD) is broken"}),
    ]
    lines = told[0][2].splitlines()
    assert lines[0] == "What SEND-MUTED says."
    assert lines[1] == f'{MUTED}: the send is refused: expected 403, observed 200 {{"id": "1-0"}}'
    assert lines[2].startswith(f"repeat: {REPEAT.format('SEND-MUTED')}")


def test_what_was_blocked_is_a_warning() -> None:
    blocked = scenario(MUTED, Outcome.BLOCKED, message="no answer")
    assert [obeyed(one) for one in annotations(document(blocked))] == [
        ("warning", {"title": f"blocked: {MUTED}"}, "no answer")
    ]


def test_green_says_nothing_and_a_run_that_judged_nothing_says_why() -> None:
    assert annotations(document()) == []
    assert annotations(document(narrowed="only A, B: 5%")) == [
        "::warning title=inconclusive::the run was narrowed: only A, B: 5%25"
    ]


def test_what_is_known_is_a_warning_and_what_is_broken_no_more_an_error() -> None:
    known = [KnownFailure(one, "PORTAL-1", date(2026, 12, 31)) for one in ("SEND-MUTED", "SEND-MUTED-TTL")]
    told = [obeyed(one)[:2] for one in annotations(document(red(), known=known))]
    assert told == [
        ("error", {"title": "SEND-MUTED-TTL is broken no more"}),
        ("warning", {"title": "SEND-MUTED (MUST) is broken, a known failure until 2026-12-31: PORTAL-1"}),
    ]


def test_beyond_ten_the_rest_is_counted() -> None:
    blocked = [scenario(f"test_x::test_{n}", Outcome.BLOCKED, message="no answer") for n in range(MOST + 3)]
    told = [obeyed(one)[:2] for one in annotations(document(red(), *blocked))]
    assert len(told) == MOST + 1
    assert [told[0][0], told[9][0], told[10]] == ["error", "warning", ("notice", {"title": "4 more"})]


HOSTILE = "\n::error::forged\r\n##[error]x\n::add-mask::a%0A::b,title=c:d%"


def test_hostile_text_stays_text() -> None:
    line = command("warning", HOSTILE, HOSTILE)
    assert line.splitlines() == [line]
    assert not re.search(r"[,]", line.partition("::warning title=")[2].partition("::")[0])
    # A terminal's escapes are shown, and a line's end is the text's own.
    assert obeyed(line) == (
        "warning",
        {"title": HOSTILE.replace("\r", "\\u000d")},
        HOSTILE.replace("\r", "\\u000d"),
    )


def test_hostile_text_of_a_target_is_one_annotation() -> None:
    blocked = scenario(MUTED, Outcome.BLOCKED, message=HOSTILE)
    (line,) = annotations(document(blocked))
    assert line.startswith("::warning title=blocked%3A test_mutes%3A%3Atest_muted_sender::")
    assert "\n" not in line


MARKUP = "`` </code>\n\n<img src=x onerror=y> [a](https://evil.example) @team #1 | ![b](c) `"


@pytest.mark.parametrize("where", ["message", "reason", "check"])
def test_the_summary_renders_nothing_that_a_target_says(where: str) -> None:
    found = {
        "message": document(scenario(MUTED, Outcome.BLOCKED, message=MARKUP)),
        "reason": document(obstacle=MARKUP),
        "check": document(red()),
    }[where]
    if where == "check":
        next(one for one in found["scenarios"] if one["name"] == MUTED)["checks"][0]["observed"] = MARKUP
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(markdown(found))
    kinds = {child.type for token in tokens for child in [token, *(token.children or ())]}
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "fence"}
    spans = [child.content for token in tokens for child in token.children or () if child.type == "code_inline"]
    assert any("<img src=x onerror=y>" in one and "@team #1 | " in one for one in spans)


def test_the_summary_has_the_counts_the_clause_and_the_way_to_repeat_it() -> None:
    said = markdown(document(red()))
    assert said.startswith("## ❌ non-conformant: ` Portal staging `\n")
    assert "| MUST | 1 | 1 |" in said
    assert "### SEND-MUTED is broken (MUST, ` send-message `" in said
    assert "> ` What SEND-MUTED says. `\n" in said
    assert '  - expected ` 403 `\n  - observed ` 200 {"id": "1-0"} `\n' in said
    assert f"Repeat it: ` {REPEAT.format('SEND-MUTED')}" in said
