"""Whole levels with accounts that exist: all is judged but what the profile lacks, and doctor foretold exactly that."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from judging.conftest import Ran, Runner

from . import profile as profiles
from .conftest import staging

_WHOLE_S = 900


def told_and_judged(folder: Path, profile: Path, level: str) -> tuple[Ran, Ran]:
    """What doctor says of a server with the accounts of the profile, and how the run went."""
    runner = Runner(folder, patience_s=_WHOLE_S)
    runner.environment = {}
    with staging(profile) as ready:
        asked = (f"--target={ready.url}", f"--profile={profile}", f"--level={level}")
        return runner.command("doctor", *asked), runner.command("run", *asked)


def foretold(told: Ran) -> dict[str, str]:
    """The scenarios that doctor says will be blocked, each with the sentence."""
    found = re.findall(r"^blocked: (.*)\n  (.*)$", told.output, re.MULTILINE)
    return {name: sentence for names, sentence in found for name in names.split(", ")}


@pytest.mark.parametrize(
    ("level", "accounts", "chats", "limits"),
    [
        ("core", profiles.CORE, (), {"chat": (30, 4)}),
        ("full", profiles.FULL[:-2], profiles.ALL_CHATS[:-1], profiles.LIMITS),
    ],
)
def test_a_level_is_judged_but_for_what_the_profile_lacks(
    tmp_path: Path, level: str, accounts: Sequence[str], chats: Sequence[str], limits: dict[str, tuple[int, float]]
) -> None:
    profile = profiles.write(tmp_path / "profile.toml", accounts, chats, limits)
    told, ran = told_and_judged(tmp_path, profile, level)
    outcomes = {one["name"]: one["outcome"] for one in ran.results["scenarios"]}
    blocked = {one["name"]: one["message"] for one in ran.results["scenarios"] if one["outcome"] == "blocked"}
    assert blocked == foretold(told)
    assert blocked, "the profile was to lack something"
    assert {name for name, outcome in outcomes.items() if outcome not in ("passed", "blocked")} == {
        name for name in outcomes if name.startswith("test_exploration::") and "private" not in name
    }
    assert {one["outcome"] for one in ran.results["requirements"]} <= {"passed", "blocked", "observed"}
    assert (told.status, ran.status) == (2, 2)
    assert [one for one in ran.results["leftovers"] if "made by its login" not in one] == []


def test_a_profile_that_lacks_nothing_is_conformant(tmp_path: Path) -> None:
    profile = profiles.write(tmp_path / "profile.toml")
    told, ran = told_and_judged(tmp_path, profile, "core")
    assert (told.status, ran.status, ran.results["verdict"]) == (0, 0, "conformant"), ran.output
    assert ran.results["pace"]["limits_met"] == 0
