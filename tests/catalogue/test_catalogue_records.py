"""What is asked of a catalogue: tiers, a choice by pattern, and whether scenarios judge what it says."""

from types import MappingProxyType

import pytest

from conformance.catalogue.records import Catalogue, Chapter, Level, Requirement, Tier
from conformance.errors import CatalogueFault, UsageFault


def requirement(id_: str, tier: Tier = Tier.CORE, unjudged: str = "") -> Requirement:
    return Requirement(id_, Level.MUST, tier, "all", ("send-message",), "A sentence.", unjudged=unjudged)


RECORDS = (
    requirement("SEND-MUTED"),
    requirement("SEND-MUTED-TTL"),
    requirement("SEND-BANNED"),
    requirement("SEND-ODD", unjudged="No way to reach it."),
    requirement("KICK-OK", Tier.FULL),
    requirement("HARDMUTE", Tier.FULL, unjudged="Not yet."),
)
CATALOGUE = Catalogue(
    edition="2026.11",
    chapters=(Chapter("all", "Everything", Tier.CORE),),
    requirements=MappingProxyType({one.id: one for one in RECORDS}),
    digest="sha256:00",
    pages=MappingProxyType({"send-message": "Sending a message"}),
)
CORE_JUDGED = {"SEND-MUTED": ["test_mute"], "SEND-MUTED-TTL": {"test_mute"}, "SEND-BANNED": ("test_ban",)}


def ids(requirements: tuple[Requirement, ...]) -> list[str]:
    return [one.id for one in requirements]


# --- words ------------------------------------------------------------------------------------------------------


def test_levels_and_tiers_are_closed_sets() -> None:
    assert [one.value for one in Level] == ["MUST", "SHOULD", "INFO"]
    assert [one.value for one in Tier] == ["core", "full"]


def test_a_requirement_says_no_more_than_it_has_to() -> None:
    plain = Requirement("A", Level.MUST, Tier.CORE, "all", ("send-message",), "A sentence.")
    assert (plain.conditions, plain.feature, plain.unjudged) == ((), "", "")


# --- tiers and patterns -------------------------------------------------------------------------------------


def test_the_core_tier_is_the_core_alone() -> None:
    assert ids(CATALOGUE.of_tier(Tier.CORE)) == ["SEND-MUTED", "SEND-MUTED-TTL", "SEND-BANNED", "SEND-ODD"]


def test_the_full_tier_contains_the_core() -> None:
    assert CATALOGUE.of_tier(Tier.FULL) == RECORDS


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        ([], []),
        (["SEND-BANNED"], ["SEND-BANNED"]),
        (["send-muted"], ["SEND-MUTED"]),
        (["Send-Muted*"], ["SEND-MUTED", "SEND-MUTED-TTL"]),
        (["*mute*"], ["SEND-MUTED", "SEND-MUTED-TTL", "HARDMUTE"]),
        (["SEND-[BO]*"], ["SEND-BANNED", "SEND-ODD"]),
        (["KICK-O?", "SEND-MUTED", "*-muted"], ["SEND-MUTED", "KICK-OK"]),
    ],
)
def test_patterns_choose_in_reading_order_and_once(patterns: list[str], chosen: list[str]) -> None:
    assert ids(CATALOGUE.select(patterns)) == chosen


@pytest.mark.parametrize(
    ("patterns", "fault"),
    [
        (["send-mutd"], "no requirement matches 'send-mutd' (did you mean SEND-MUTED?)"),
        (["zzz*"], "no requirement matches 'zzz*'"),
        (
            ["SEND-BANED", "SEND-MUTED", "?"],
            "no requirement matches 'SEND-BANED' (did you mean SEND-BANNED?); no requirement matches '?'",
        ),
    ],
)
def test_a_pattern_that_matches_nothing_is_said(patterns: list[str], fault: str) -> None:
    with pytest.raises(UsageFault) as caught:
        CATALOGUE.select(patterns)
    assert str(caught.value) == fault


# --- who judges what ----------------------------------------------------------------------------------------


def judge_fault(judged: dict[str, list[str]], tier: Tier = Tier.CORE) -> list[str]:
    with pytest.raises(CatalogueFault) as caught:
        CATALOGUE.require_judged(CORE_JUDGED | judged, tier)
    return str(caught.value).splitlines()


def test_judged_wholly() -> None:
    CATALOGUE.require_judged(CORE_JUDGED, Tier.CORE)
    CATALOGUE.require_judged({**CORE_JUDGED, "KICK-OK": ["test_kick"]}, Tier.FULL)


def test_a_scenario_of_the_other_tier_does_no_harm() -> None:
    CATALOGUE.require_judged({**CORE_JUDGED, "KICK-OK": ["test_kick"]}, Tier.CORE)


def test_an_id_that_the_catalogue_does_not_have() -> None:
    assert judge_fault({"SEND-BANED": ["test_b", "test_a"], "X": ["test_x"]}) == [
        "SEND-BANED: judged by test_a, test_b, but no such requirement (did you mean SEND-BANNED?)",
        "X: judged by test_x, but no such requirement",
    ]


def test_a_requirement_that_no_scenario_judges() -> None:
    assert judge_fault({}, Tier.FULL) == ["KICK-OK: judged by no scenario, and nothing says why"]


def test_an_empty_list_of_scenarios_judges_nothing() -> None:
    assert judge_fault({"SEND-BANNED": []}) == ["SEND-BANNED: judged by no scenario, and nothing says why"]


def test_a_reason_that_is_stale() -> None:
    assert judge_fault({"SEND-ODD": ["test_odd"]}) == [
        "SEND-ODD: judged by test_odd, but said to be unjudged ('No way to reach it.')"
    ]


def test_a_reason_of_the_other_tier_can_be_stale_too() -> None:
    assert judge_fault({"HARDMUTE": ["test_b", "test_a"]}) == [
        "HARDMUTE: judged by test_a, test_b, but said to be unjudged ('Not yet.')"
    ]


def test_all_of_it_at_once() -> None:
    assert judge_fault({"SEND-BANNED": [], "SEND-ODD": ["test_odd"], "X": ["test_x"]}) == [
        "X: judged by test_x, but no such requirement",
        "SEND-BANNED: judged by no scenario, and nothing says why",
        "SEND-ODD: judged by test_odd, but said to be unjudged ('No way to reach it.')",
    ]
