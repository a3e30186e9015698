"""Each mutant that takes several causes in a row is found by what the default seed draws, and shrunk to a short story.

It takes minutes, so it is no part of the ordinary tests: `tox -e matrix` has it.
"""

from pathlib import Path

import pytest

from conformance.errors import NonConformance
from conformance.exploration.expedition import Route, explore_stories
from conformance.exploration.playing import Troupe
from conformance.exploration.steps import SETTINGS, read_story
from conformance.reference.lies import Mutant
from conformance.reference.mutants.stories import MUTANTS
from conformance.run import DEFAULT_SEED

from .played import troupe_on

LONGEST = 8


@pytest.mark.parametrize("mutant", MUTANTS.all, ids=lambda one: one.name)
def test_a_mutant_is_found_and_its_story_is_short(mutant: Mutant, tmp_path: Path) -> None:
    with troupe_on(mutant.name) as troupe, pytest.raises(NonConformance) as caught:
        _explore(troupe, tmp_path)
    assert set(mutant.breaks) <= set(caught.value.requirements)
    (story,) = tmp_path.glob("story-*.json")
    assert len(read_story(story).steps) <= LONGEST


def _explore(troupe: Troupe, folder: Path) -> None:
    for setting in SETTINGS:
        explore_stories(troupe, setting, Route(DEFAULT_SEED, folder, stories=12))
        troupe.stage.expect.conclude()
