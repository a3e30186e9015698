from dataclasses import replace

import pytest

from conformance.catalogue import loader
from conformance.catalogue.records import Tier
from conformance.matrix import documents
from conformance.matrix.jobs import Playback, Scene
from conformance.matrix.kills import (
    Fate,
    Kill,
    job_for,
    judge,
    judge_by_stories,
    second_look,
    stale_collateral,
    tier_of,
    told_job,
)
from conformance.reference.lies import Mutant
from conformance.verdict import Outcome

from .made import mutant, playback, scene

CATALOGUE = loader.load()


def judged(one: Mutant, *scenes: Scene, full: bool = True, obstacle: str = "") -> Kill:
    return judge(one, playback(*scenes, full=full, obstacle=obstacle), CATALOGUE)


def test_red_for_what_it_breaks_is_killed() -> None:
    kill = judged(mutant(), scene("test_mutes::test_a[one]", "SEND-MUTED"), scene("test_mutes::test_b"))
    assert (kill.fate, kill.why, kill.red) == (Fate.KILLED, "", ("SEND-MUTED",))
    assert kill.killers == {"SEND-MUTED": ("test_mutes::test_a",)}


def test_nothing_red_is_survived() -> None:
    kill = judged(mutant(), scene("a", passed=("SEND-MUTED",)))
    assert (kill.fate, kill.why) == (Fate.SURVIVED, "did not go red: SEND-MUTED")


def test_blocked_is_not_red() -> None:
    kill = judged(mutant(), scene("a", passed=("SEND-MUTED",), outcome=Outcome.BLOCKED))
    assert kill.fate is Fate.SURVIVED


def test_red_in_part_is_misattributed() -> None:
    kill = judged(mutant("liar", "SEND-MUTED", "SEND-BANNED"), scene("a", "SEND-MUTED"))
    assert (kill.fate, kill.why) == (Fate.MISATTRIBUTED, "did not go red: SEND-BANNED")


def test_red_for_something_else_is_misattributed() -> None:
    kill = judged(mutant(), scene("a", "SEND-BANNED"))
    why = "did not go red: SEND-MUTED; went red without being named: SEND-BANNED"
    assert (kill.fate, kill.why) == (Fate.MISATTRIBUTED, why)


def test_red_for_something_else_as_well_is_misattributed_in_the_full_matrix() -> None:
    scenes = scene("a", "SEND-MUTED"), scene("b", "SEND-BANNED")
    assert judged(mutant(), *scenes).fate is Fate.MISATTRIBUTED
    # The targeted matrix stops as soon as what it looks for is red: what else was red by then is chance.
    targeted = judged(mutant(), *scenes, full=False)
    assert (targeted.fate, targeted.red) == (Fate.KILLED, ("SEND-MUTED",))


def test_collateral_with_a_reason_is_no_misattribution() -> None:
    one = mutant("liar", "SEND-MUTED", collateral={"SEND-BANNED": "who is muted is banned there"})
    kill = judged(one, scene("a", "SEND-MUTED", "SEND-BANNED"))
    assert (kill.fate, set(kill.red)) == (Fate.KILLED, {"SEND-BANNED", "SEND-MUTED"})
    assert stale_collateral([kill]) == {}


def test_collateral_that_does_not_happen_is_told() -> None:
    one = mutant("liar", "SEND-MUTED", collateral={"SEND-BANNED": "so it was once"})
    green = scene("a", "SEND-MUTED", passed=("SEND-BANNED",))
    assert stale_collateral([judged(one, green)]) == {"liar": ["SEND-BANNED"]}
    # Of what no scenario judged nothing can be told.
    assert stale_collateral([judged(one, scene("a", "SEND-MUTED"))]) == {}


def test_what_is_never_graded_is_never_red() -> None:
    info = next(one.id for one in CATALOGUE.requirements.values() if one.level.value == "INFO")
    assert judged(mutant(), scene("a", "SEND-MUTED", info)).red == ("SEND-MUTED",)


@pytest.mark.parametrize("full", [True, False])
def test_a_server_that_cannot_be_judged_is_an_error_and_no_kill(full: bool) -> None:
    kill = judged(mutant(), full=full, obstacle="the server did not start")
    assert (kill.fate, kill.why) == (Fate.ERROR, "the server did not start")


def test_a_mistake_of_the_suite_is_an_error() -> None:
    scenes = scene("a", "SEND-MUTED"), scene("b", outcome=Outcome.SUITE_ERROR, message="KeyError: 'id'")
    kill = judged(mutant(), *scenes)
    assert (kill.fate, kill.why) == (Fate.ERROR, "suite error in b: KeyError: 'id'")


def test_a_victim_is_one_whose_broken_requirement_the_scenario_turned_red() -> None:
    one = judged(mutant("one", "SEND-MUTED"), scene("a[1]", "SEND-MUTED"), scene("b", "SEND-BANNED"))
    assert documents.victims(documents.of_kills([one], mode="full", tier="core", seconds=1)) == {"a": {"one"}}


def test_a_targeted_job_stops_when_it_knows_enough_and_a_full_one_does_not() -> None:
    targeted = job_for(mutant("one", "SEND-MUTED"), full=False, tier=Tier.CORE)
    assert (targeted.requirements, targeted.stop) == (("SEND-MUTED",), True)
    full = job_for(mutant("one", "SEND-MUTED"), full=True, tier=Tier.FULL, on=("slow",))
    assert (full.name, full.requirements, full.stop, full.tier) == ("one + slow", (), False, "full")


@pytest.mark.parametrize(
    ("breaks", "tier"),
    [(("SEND-MUTED",), Tier.CORE), (("KICK-OK",), Tier.FULL), (("SEND-MUTED", "KICK-OK"), Tier.FULL)],
)
def test_a_mutant_is_of_the_level_that_judges_all_it_breaks(breaks: tuple[str, ...], tier: Tier) -> None:
    assert tier_of(mutant("one", *breaks), CATALOGUE) is tier


# --- stories ----------------------------------------------------------------------------------------------------------

STORY = "test_exploration::test_stories[public]"


def told(*breaks: str) -> Mutant:
    return replace(mutant("liar", *breaks), told=True)


def test_stories_are_played_for_mutants_of_several_causes_and_where_scenarios_found_nothing() -> None:
    plain, several = job_for(mutant(), full=False, tier=Tier.CORE), job_for(told(), full=False, tier=Tier.FULL)
    assert (plain.part, plain.requirements, plain.shrink) == ("scenarios", ("SEND-MUTED",), False)
    assert (several.part, several.requirements, several.shrink) == ("stories", (), True)
    assert job_for(mutant(), full=True, tier=Tier.FULL).part == "all"
    assert tier_of(told(), CATALOGUE) is Tier.FULL
    again = second_look(Playback(plain))
    assert again is not None
    assert (again.part, again.tier) == ("all", Tier.FULL)


def test_a_mistake_of_the_suite_is_looked_at_no_further() -> None:
    plain = job_for(mutant(), full=False, tier=Tier.CORE)
    wrong = replace(scene("test_bans::b"), judged=replace(scene("test_bans::b").judged, outcome=Outcome.SUITE_ERROR))
    assert second_look(Playback(plain, (wrong,))) is None


def test_what_a_story_accuses_besides_is_no_misattribution() -> None:
    kill = judged(mutant(), scene(STORY, "SEND-MUTED", "SEND-BANNED"))
    assert (kill.fate, kill.red) == (Fate.KILLED, ("SEND-MUTED",))
    kill = judged(mutant(), scene(STORY, "SEND-MUTED"), scene("test_bans::b", "SEND-BANNED"))
    assert kill.fate is Fate.MISATTRIBUTED


@pytest.mark.parametrize(
    ("red", "fate"),
    [
        (("SEND-BANNED", "SEND-MUTED"), Fate.KILLED),
        (("SEND-BANNED",), Fate.MISATTRIBUTED),
        ((), Fate.SURVIVED),
    ],
)
def test_by_stories_alone_one_red_of_what_it_breaks_is_enough(red: tuple[str, ...], fate: Fate) -> None:
    one = mutant("liar", "SEND-MUTED", "SEND-DISTINCT")
    kill = judge_by_stories(one, Playback(told_job(one), (scene(STORY, *red),)), CATALOGUE)
    assert (kill.fate, set(kill.red)) == (fate, set(red))
