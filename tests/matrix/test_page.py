from pathlib import Path
from typing import Any

import pytest

from conformance.catalogue import loader
from conformance.errors import UsageFault
from conformance.matrix import documents, page, tables
from conformance.matrix.kills import Kill, judge
from conformance.matrix.trials import Trial
from conformance.matrix.trials import judge as try_out
from conformance.verdict import Outcome, Verdict

from .made import mutant, playback, scene, variant

CATALOGUE = loader.load()
HOSTILE = "<script>alert(1)</script>"


def kills() -> list[Kill]:
    good = judge(mutant("good"), playback(scene("test_a::x", "SEND-MUTED")), CATALOGUE)
    bad = judge(mutant("bad", "SEND-BANNED"), playback(scene(HOSTILE, "SEND-MUTED", message=HOSTILE)), CATALOGUE)
    return [good, bad]


def document() -> dict[str, Any]:
    return {**documents.of_kills(kills(), mode="full", tier="core", seconds=2), "existence": [f"{HOSTILE}: no reason"]}


def test_the_page_shows_the_matrix_and_escapes_what_servers_say() -> None:
    html = page.of_mutants(document(), CATALOGUE)
    assert HOSTILE not in html
    assert "&lt;script&gt;" in html
    assert 'class="cell killed" title="SEND-MUTED: test_a::x">K<' in html
    assert 'class="cell survived" title="SEND-BANNED">S<' in html
    assert ">!</td>" in html


def test_what_the_stories_found_by_themselves_has_a_column(tmp_path: Path) -> None:
    by_stories = tmp_path / "mutants-by-stories.json"
    documents.write(document(), by_stories)
    found = documents.found_by_stories(by_stories)
    assert found == {"good": "killed", "bad": "misattributed"}
    html = page.of_mutants({**document(), "stories": found}, CATALOGUE)
    assert "<td>found</td>" in html
    assert "<td>found otherwise</td>" in html
    assert documents.found_by_stories(tmp_path / "nothing.json") == {}


def test_the_page_needs_nothing_from_elsewhere() -> None:
    html = page.of_mutants({**document(), "existence": []}, CATALOGUE)
    assert "http" not in html
    assert "<script" not in html
    assert "prefers-color-scheme: dark" in html


def test_what_was_measured_does_not_count_for_the_digest() -> None:
    slower = [judge(one.mutant, one.playback, CATALOGUE) for one in kills()]
    first = documents.of_kills(kills(), mode="full", tier="core", seconds=1)
    second = documents.of_kills(slower, mode="full", tier="core", seconds=900)
    assert first["digest"] == second["digest"]
    assert first["digest"] != documents.of_kills(kills()[:1], mode="full", tier="core", seconds=1)["digest"]


def test_the_table_for_the_readme_counts_by_chapter() -> None:
    chapters = {one.id: one.chapter for one in CATALOGUE.requirements.values()}
    lines = tables.markdown(kills(), chapters).splitlines()
    assert "| mutes | 1 | 1 | 0 | 0 | 0 |" in lines
    assert "| bans | 1 | 0 | 0 | 1 | 0 |" in lines
    assert lines[-1] == "| **all** | 2 | 1 | 0 | 1 | 0 |"


def trials() -> list[Trial]:
    one, other = variant("one"), variant("other")
    well = playback(scene("a"), verdict=Verdict.CONFORMANT)
    alarmed = playback(scene("a"), scene("b", outcome=Outcome.BLOCKED, message=HOSTILE), verdict=Verdict.INCONCLUSIVE)
    return [try_out([one], well), try_out([other], alarmed), try_out([one, other], well)]


def test_a_variant_is_quiet_only_if_it_is_conformant_and_nothing_was_blocked() -> None:
    assert [trial.quiet for trial in trials()] == [True, False, True]
    assert trials()[1].alarms == (f"b: blocked: {HOSTILE}",)


def test_a_run_without_a_verdict_is_an_alarm() -> None:
    assert try_out([variant("one")], playback(scene("a"))).alarms == ("no verdict: so it is",)


def test_an_obstacle_is_an_error_and_no_alarm() -> None:
    trial = try_out([variant("one")], playback(obstacle="nothing answers"))
    assert (trial.quiet, trial.error, trial.alarms) == (False, "nothing answers", ())
    found = documents.of_trials([*trials(), trial], tier="core", seconds=2)
    assert (found["counts"]["false alarms"], found["counts"]["not judged"]) == (1, 1)
    assert tables.counted_trials([trial]) == "1 variants: no false alarms, 1 could not be judged"
    assert tables.counted_trials(trials()) == "2 variants and 1 combinations: 1 false alarm"
    assert tables.markdown_of_trials([trial]).splitlines()[2] == "| alone | 0 | 0 | 0 |"
    assert '<b class="loud">1</b> not judged' in page.of_variants(found)
    assert "not judged" not in page.of_variants(documents.of_trials(trials(), tier="core", seconds=2))


def test_the_page_of_variants_shows_who_met_whom() -> None:
    html = page.of_variants(documents.of_trials(trials(), tier="core", seconds=2))
    assert HOSTILE not in html
    assert 'class="cell well" title="one and other: combinations 1">✓<' in html
    assert "1</b> combinations" in html


def test_the_table_of_variants_tells_alone_from_combined() -> None:
    assert tables.markdown_of_trials(trials()).splitlines()[2:] == [
        "| alone | 2 | 1 | 1 |",
        "| in combination | 1 | 1 | 0 |",
    ]


def test_two_matrices_differ_where_a_mutant_was_judged_otherwise() -> None:
    before = document()
    assert documents.differences(document(), before) == []
    [first, *others] = before["matrix"]
    changed = {**before, "matrix": [{**first, "red": ["SEND-ACCEPT"]}, *others[1:], {**others[0], "mutant": "another"}]}
    told = documents.differences(document(), changed)
    assert told[0].endswith("before")
    assert "by SEND-ACCEPT before" in told[0]
    assert any("not judged before" in line for line in told)
    assert any(line.startswith("another: not judged now") for line in told)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": "portal-conformance-mutants/1"}', '{"format": "x"}'])
def test_a_file_that_is_no_matrix_is_a_fault_of_usage(text: str, tmp_path: Path) -> None:
    path = tmp_path / "before.json"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageFault, match="no matrix"):
        documents.earlier(path)


def test_an_earlier_matrix_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "before.json"
    documents.write(document(), path)
    assert documents.differences(document(), documents.earlier(path)) == []
