"""Stories as data: written and read back, drawn by a seed, shrunk."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.errors import Blocked, UsageFault
from conformance.exploration.expedition import opening
from conformance.exploration.inventing import invented, playable
from conformance.exploration.playing import Wrong
from conformance.exploration.steps import SETTINGS, VERBS, Setting, Step, Story, read_story
from conformance.exploration.telling import Told, shrunk

STORY = Story(
    "private",
    (
        Step("owner", "mute", "alice", "for good"),
        Step("alice", "send", how="stale", chat="there"),
        Step("owner", "clear", "bob"),
    ),
)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "story.json"
    path.write_text(text, "utf-8")
    return path


def test_a_story_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read_story(written(tmp_path, STORY.written(broken=["SEND-MUTED"]))) == STORY
    assert json.loads(STORY.written())["steps"][1] == {
        "actor": "alice",
        "verb": "send",
        "how": "stale",
        "chat": "there",
    }


def test_a_step_in_words() -> None:
    told = [step.told() for step in STORY.steps]
    assert told == [
        "owner mutes alice for good",
        "alice sends stale, in the other chat",
        "owner clears the chat, and the new key goes to all but bob",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[]", "expected a story of the format 'portal-conformance-story/1'"),
        ("{", "expected a story as JSON"),
        (STORY.written().replace('"private"', '"secret"'), "setting: expected public, private or hidden, got 'secret'"),
        (STORY.written().replace('"mute"', '"hug"'), "steps[0].verb: there is no 'hug'"),
        (
            STORY.written().replace('"how"', '"why"'),
            "steps[0]: expected an object of actor, verb, target, how and chat",
        ),
        (STORY.written().replace('"stale"', '"politely"'), "steps[1].how: there is no 'politely'"),
    ],
)
def test_what_is_no_story_is_told_in_a_sentence(tmp_path: Path, text: str, fault: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsageFault) as caught:
        read_story(path)
    assert str(caught.value) == f"--replay {path}: {fault}"


def test_a_story_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="cannot be read"):
        read_story(tmp_path / "nothing.json")


# --- drawn ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_seed_repeats_a_story(setting: Setting) -> None:
    assert invented(setting, "1", 25, ()) == invented(setting, "1", 25, ())
    assert invented(setting, "1", 25, ()) != invented(setting, "2", 25, ())
    assert len(invented(setting, "1", 25, ()).steps) == 25


def test_many_stories_come_by_every_verb() -> None:
    drawn = {step.verb for setting in SETTINGS for at in range(20) for step in invented(setting, str(at), 25, ()).steps}
    assert drawn == set(VERBS)


def test_every_invented_story_can_be_written_and_read_back(tmp_path: Path) -> None:
    for at in range(20):
        story = invented("private", str(at), 25, ())
        assert read_story(written(tmp_path, story.written())) == story


def test_nothing_is_asked_of_a_target_that_it_lacks() -> None:
    absent = ("clear", "kick", "deletion", "history", "hard_mute", "moderators")
    stories = [*(invented("public", str(at), 25, absent) for at in range(20)), opening("public", absent)]
    steps = [step for story in stories for step in story.steps]
    assert not {step.verb for step in steps} & {"clear", "kick", "delete", "delete_last", "delete_mine", "read"}
    assert not {"mod", "admin"} & {name for step in steps for name in (step.actor, step.target)}
    assert not playable(Step("admin", "hard_mute", "bob"), ("moderators",))


# --- shrunk -----------------------------------------------------------------------------------------------------------

LONG = Story("public", tuple(Step("alice", "send", how="valid") for _ in range(20)) + STORY.steps)


def told_of(story: Story, *, ids: tuple[str, ...] = ("SEND-MUTED",)) -> Told:
    """A world in which a mute that is followed by a clear is wrong."""
    verbs = [step.verb for step in story.steps]
    wrong = "mute" in verbs and "clear" in verbs[verbs.index("mute") :]
    lines = tuple((step, "200", "200") for step in story.steps)
    return Told(story, lines, {}, Wrong(ids, "alice sends", "403", "200") if wrong else None)


def test_a_wrong_story_is_shrunk_to_what_it_needs() -> None:
    best = shrunk(told_of(LONG), told_of, most=100, seconds=10)
    assert [step.verb for step in best.meant.steps] == ["mute", "clear"]


def test_shrinking_ends_after_so_many_trials() -> None:
    trials: list[Story] = []

    def again(story: Story) -> Told:
        trials.append(story)
        return told_of(story)

    best = shrunk(told_of(LONG), again, most=3, seconds=10)
    assert len(trials) == 3
    assert best.wrong is not None
    assert shrunk(told_of(LONG), again, most=0, seconds=10).meant == LONG


def test_another_fault_is_not_taken_for_the_same() -> None:
    best = shrunk(told_of(LONG), lambda story: told_of(story, ids=("SEND-BANNED",)), most=50, seconds=10)
    assert best.meant == LONG


def test_what_blocks_while_a_story_is_shrunk_is_passed_over() -> None:
    def again(_: Story) -> Told:
        raise Blocked("the target is gone")

    assert shrunk(told_of(LONG), again, most=50, seconds=10).meant == LONG


def test_a_told_story_shows_who_did_what_and_what_came() -> None:
    told = replace(told_of(STORY), lines=((STORY.steps[0], "200", "200"), (STORY.steps[1], "403", "wrong")))
    assert told.numbered().splitlines() == [
        "      1. owner mutes alice for good: 200",
        "      2. alice sends stale, in the other chat: wrong",
        "      alice sends: right was 403, what came was 200",
    ]
