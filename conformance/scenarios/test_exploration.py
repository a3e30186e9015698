"""Chapter exploration: stories of random actions, every outcome of which the model of the contract explains."""

import pytest

from conformance.errors import NotApplicable
from conformance.exploration.expedition import explore_stories, tell_again
from conformance.exploration.playing import Troupe
from conformance.exploration.steps import SETTINGS, Setting
from conformance.run import Options
from conformance.scenarios.marks import requirement


@requirement("BAN-EVENT", "BAN-OK", "BAN-REJOIN", "EPOCH-MONOTONE", "KEY-SESSION", "MUTE-EVENT", "MUTE-OK")
@requirement("MUTE-RIGHTS", "UNBAN-IDEMPOTENT", "UNMUTE-OK")
@pytest.mark.parametrize("setting", SETTINGS)
def test_stories(troupe: Troupe, options: Options, setting: Setting) -> None:
    """Whatever owner, members, outsider and staff do in whatever order, each outcome is one that the contract allows.

    Drawn by the seed of the run: sends of all kinds, joins, keys, mutes, bans, kicks, clears, deletions, memberships.
    Expect of each answer, each event and the history in the end that some cause explains it; a wrong story is shrunk.
    """
    if SETTINGS[setting]:
        troupe.stage.needs(SETTINGS[setting])
    if troupe.stage.scarce and setting != "private":
        # They are told in chats of their own, each of them fresh: here only the private ones are.
        raise NotApplicable(f"the target makes no {setting} chats on request; its private ones are explored")
    explore_stories(troupe, setting, options.route)


def test_story_again(troupe: Troupe, options: Options) -> None:
    """The story that was handed in by --replay is told once more.

    It plays in a fresh chat with fresh actors.
    Expect that some cause explains each outcome.
    """
    tell_again(troupe, options.route)
