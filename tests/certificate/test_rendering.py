"""Badge, Markdown and comparison: what they say, and that a target can say nothing through them."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from conformance.report.badge import badge
from conformance.report.comparing import Difference, difference
from conformance.report.markdown import code, summary

from .conftest import Certified, command

HOSTILE = "`</title><script>alert(1)</script> [free](https://evil.example) @everyone\n# hello ``` ![x](y)"
Results = dict[str, Any]


def requirement(results: Results, id_: str = "SEND-MUTED") -> Results:
    return next(one for one in results["requirements"] if one["id"] == id_)


def broken(results: Results, observed: str = "200 {}") -> Results:
    """One requirement is red, by one check."""
    requirement(results)["outcome"] = "failed"
    results["verdict"] = "non-conformant"
    for scenario in results["scenarios"]:
        for check in scenario["checks"]:
            if "SEND-MUTED" in check["requirements"]:
                check.update(held=False, observed=observed)
                return results
    raise AssertionError


# --- badge --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said", "colour"),
    [
        ({}, "conformant, core 2026.11", "#2b7d1f"),
        ({"verdict": "non-conformant"}, "non-conformant, core 2026.11", "#b6342a"),
        ({"verdict": "inconclusive", "narrowed": "only X"}, "inconclusive, core 2026.11 (in part)", "#6f6f6f"),
    ],
)
def test_a_badge_says_the_verdict(results: Results, changes: Results, said: str, colour: str) -> None:
    drawn = ElementTree.fromstring(badge({**results, **changes}))  # noqa: S314 - our own
    texts = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["portal conformance", said]
    assert colour in {one.get("fill") for one in drawn.iter()}


def test_a_badge_asks_nothing_of_anybody(results: Results) -> None:
    results["target"].update(name=HOSTILE, url="https://evil.example")
    drawn = badge(results)
    assert "evil" not in drawn
    assert re.findall(r"https?://[^\"]+", drawn) == ["http://www.w3.org/2000/svg"]


# --- Markdown -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "span"),
    [("a", "` a `"), ("", "` (empty) `"), ("a`b", "`` a`b ``"), ("``` x", "```` ``` x ````"), ("a\nb", "` a\\nb `")],
)
def test_a_code_span_cannot_be_left(text: str, span: str) -> None:
    assert code(text) == span


def test_a_summary_tells_what_is_broken_and_how_to_repeat_it(results: Results) -> None:
    told = summary(broken(results))
    assert told.startswith("## ❌ non-conformant: ` embedded reference server `")
    assert "### SEND-MUTED is broken (MUST, " in told
    assert "  - observed ` 200 {} `" in told
    assert f"Repeat it: ` portal-conformance run --requirement SEND-MUTED --seed {results['seed']} `" in told


def test_a_summary_counts(results: Results) -> None:
    must = results["counts"]["MUST"]["passed"]
    assert f"| MUST | {must} |" in summary(results)


def test_a_target_says_nothing_in_a_summary(results: Results) -> None:
    results["target"]["name"] = results["reason"] = HOSTILE
    told = summary(broken(results, observed=HOSTILE))
    assert "alert(1)" in told
    # What is left when every code span is taken away is our own.
    ours = re.sub(r"(`+) .*? \1(?!`)", "", told)
    assert not re.search(r"[<>]\w|https?:|@|\]\(|`", ours)


# --- comparison ---------------------------------------------------------------------------------------------------


def compared(results: Results, **outcomes: str) -> Difference:
    """The results against themselves, where some requirements of the later ones ended otherwise."""
    later = json.loads(json.dumps(results))
    for id_, outcome in outcomes.items():
        requirement(later, id_.replace("_", "-"))["outcome"] = outcome
    return difference(results, later, ratio=2)


def test_the_same_results_do_not_differ(results: Results) -> None:
    found = compared(results)
    assert found.exit_status == 0
    assert found.text() == "no requirement ended otherwise, and nothing is slower\n"


def test_what_is_newly_red_weighs_most(results: Results) -> None:
    found = compared(results, SEND_MUTED="failed", SEND_BANNED="blocked")
    assert (found.newly_red, found.no_longer_judged, found.exit_status) == (["SEND-MUTED"], ["SEND-BANNED"], 1)


@pytest.mark.parametrize("outcome", ["blocked", "suite error", "not judged", "not applicable"])
def test_what_is_judged_no_longer(results: Results, outcome: str) -> None:
    found = compared(results, SEND_MUTED=outcome)
    assert (found.no_longer_judged, found.exit_status) == (["SEND-MUTED"], 2)


def test_what_became_better(results: Results) -> None:
    requirement(results, "SEND-MUTED")["outcome"] = "failed"
    requirement(results, "SEND-BANNED")["outcome"] = "blocked"
    found = compared(results, SEND_MUTED="passed", SEND_BANNED="passed")
    assert (found.newly_green, found.newly_judged, found.exit_status) == (["SEND-MUTED"], ["SEND-BANNED"], 0)


def test_a_requirement_that_is_gone_is_judged_no_longer(results: Results) -> None:
    later = json.loads(json.dumps(results))
    later["requirements"].remove(requirement(later))
    assert difference(results, later, ratio=2).no_longer_judged == ["SEND-MUTED"]


def test_what_is_slower_is_told_and_decides_nothing(results: Results) -> None:
    later = json.loads(json.dumps(results))
    later["scenarios"][0]["seconds"] = results["scenarios"][0]["seconds"] * 2 + 1
    found = difference(results, later, ratio=2)
    assert list(found.slower) == [results["scenarios"][0]["name"]]
    assert found.exit_status == 0


def test_another_edition_is_said(results: Results) -> None:
    later = {**results, "catalogue": {**results["catalogue"], "edition": "2031.01"}}
    assert difference(results, later, ratio=2).notes == ["the edition differs: 2026.11 before, 2031.01 now"]


def test_nothing_is_said_through_a_name(results: Results) -> None:
    later = {**results, "target": {**results["target"], "url": HOSTILE}}
    assert "\n#" not in difference(results, later, ratio=2).text()
    assert "`` the target differs" in difference(results, later, ratio=2).markdown().replace("````", "``")


# --- the commands -------------------------------------------------------------------------------------------------


def test_the_commands_render_a_bundle(certified: Certified, tmp_path: Path) -> None:
    assert command("badge", certified.bundle, "--out", "b.svg", folder=tmp_path).status == 0
    assert tmp_path.joinpath("b.svg").read_text().startswith("<svg ")
    told = command("summary", certified.bundle, folder=tmp_path)
    assert (told.status, told.output.startswith("## ✅ conformant")) == (0, True)
    same = command("diff", certified.bundle, certified.bundle, "--json", folder=tmp_path)
    assert (same.status, json.loads(same.output)["newly_red"]) == (0, [])


@pytest.mark.parametrize("name", ["badge", "summary", "diff"])
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is neither results nor a bundle: no JSON"),
        (b"[]", "is no results document: "),
        (b'{"scenarios": [7]}', "is no results document: "),
        (b"PK\x03\x04", "is a zip archive that was cut off or damaged"),
        (b'{"a": 1, "a": 2}', "a member comes twice"),
        (None, "cannot be read (No such file or directory)"),
    ],
)
def test_a_malformed_file_is_one_sentence(tmp_path: Path, name: str, content: bytes | None, sentence: str) -> None:
    if content is not None:
        tmp_path.joinpath("wrong.json").write_bytes(content)
    files = ["wrong.json"] * (2 if name == "diff" else 1)
    done = command(name, *files, folder=tmp_path)
    assert done.status == 4
    assert done.output.startswith("Error: wrong.json: ")
    assert sentence in done.output
    assert done.output.count("\n") == 1
