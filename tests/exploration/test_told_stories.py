"""Short stories, told on servers that lie after several causes in a row, and on the reference, which does not."""

from pathlib import Path

import pytest

from conformance.errors import NonConformance
from conformance.exploration.expedition import Route, explore_stories, opening, tell_again
from conformance.exploration.steps import SETTINGS, Setting, Step, Story
from conformance.exploration.telling import tell
from conformance.reference.mutants.stories import MUTANTS

from .played import troupe_on

BREAKS = {one.name: set(one.breaks) for one in MUTANTS.all}
MUTE = Step("owner", "mute", "alice", "for good")
UNMUTE = Step("owner", "unmute", "alice")
BAN = Step("owner", "ban", "alice", "for good")
UNBAN = Step("owner", "unban", "alice")
KICK = Step("owner", "kick", "alice")
CLEAR = Step("owner", "clear")
JOIN = Step("alice", "join")
LEAVE = Step("alice", "leave")
KEY = Step("owner", "share", "alice")
SEND = Step("alice", "send", how="valid")

STORIES: dict[str, tuple[Step, ...]] = {
    "unban-wipes-the-slate": (MUTE, BAN, UNBAN, JOIN, KEY, SEND),
    "kick-wipes-the-slate": (MUTE, KICK, JOIN, KEY, SEND),
    "mute-ends-with-the-visit": (MUTE, SEND, LEAVE, JOIN, KEY, SEND),
    "unmute-lifts-both-mutes": (
        Step("admin", "hard_mute", "bob"),
        Step("owner", "mute", "bob", "for good"),
        Step("owner", "unmute", "bob"),
        Step("bob", "send", how="valid"),
    ),
    "clear-forgets-the-bans": (BAN, CLEAR, JOIN),
    "unban-brings-the-mute-of-another-chat": (
        Step("owner", "mute", "alice", "for good", chat="there"),
        BAN,
        UNBAN,
        JOIN,
        KEY,
        SEND,
    ),
    "return-after-a-ban-keeps-an-old-key": (BAN, CLEAR, UNBAN, JOIN, SEND),
    "unban-after-a-kick-restores-the-key": (KICK, UNBAN, JOIN, SEND),
    "second-clear-turns-back": (CLEAR, CLEAR),
    "return-after-a-clear-resets-the-keys": (CLEAR, LEAVE, JOIN),
    "refused-is-said-at-the-next-visit": (MUTE, SEND, UNMUTE, LEAVE, JOIN),
    "mine-are-those-before-the-mute": (MUTE, UNMUTE, SEND, Step("alice", "delete_mine")),
}


def test_there_is_a_story_for_each_mutant_of_several_causes() -> None:
    assert set(STORIES) == set(BREAKS)


@pytest.mark.parametrize("name", STORIES)
def test_a_mutant_of_several_causes_is_wrong_at_the_end_of_its_story(name: str) -> None:
    with troupe_on(name) as troupe:
        told = tell(troupe, Story("public", STORIES[name]))
    assert told.wrong is not None
    assert set(told.wrong.ids) >= BREAKS[name]
    assert len(told.meant.steps) == len(STORIES[name])


def test_the_reference_is_right_in_every_one_of_them() -> None:
    with troupe_on() as troupe:
        wrong = [told.wrong for steps in STORIES.values() if (told := tell(troupe, Story("public", steps))).wrong]
    assert wrong == []


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("absent", [(), ("clear", "kick", "deletion", "history", "hard_mute", "moderators", "keys")])
def test_the_opening_comes_by_every_id_that_the_exploration_claims(setting: Setting, absent: tuple[str, ...]) -> None:
    with troupe_on(absent=absent) as troupe:
        told = tell(troupe, opening(setting, absent))
    assert told.wrong is None
    assert set(told.held) >= {
        "BAN-EVENT", "BAN-OK", "BAN-REJOIN", "EPOCH-MONOTONE", "KEY-SESSION", "MUTE-EVENT", "MUTE-OK", "MUTE-RIGHTS",
        "UNBAN-IDEMPOTENT", "UNMUTE-OK",
    }  # fmt: skip


def test_a_wrong_story_is_put_down_and_goes_wrong_again_when_it_is_told_again(tmp_path: Path) -> None:
    story = Story("public", (Step("bob", "send", how="valid"), *STORIES["second-clear-turns-back"]))
    with troupe_on("second-clear-turns-back") as troupe:
        tell_again(troupe, Route(1, tmp_path, replay=story))
        with pytest.raises(NonConformance) as caught:
            troupe.stage.expect.conclude()
        assert "      2. owner clears the chat, and the new key goes to all but nobody: 200\n" in str(caught.value)
        assert caught.value.requirements == ("EPOCH-MONOTONE", "CLEAR-ROTATES")
    assert (tmp_path / "story-public.json").exists()


def test_the_reference_keeps_the_contract_in_whatever_is_drawn(tmp_path: Path) -> None:
    with troupe_on() as troupe:
        explore_stories(troupe, "hidden", Route(1, tmp_path, stories=3))
        troupe.stage.expect.conclude()
    assert list(tmp_path.iterdir()) == []


BACK = (Step("bob", "reconnect"), Step("alice", "send", how="valid"), Step("eve", "send", how="valid"))
OTHERS = (Step("alice", "send", how="valid", chat="there"), Step("bob", "send", how="future", chat="there"))


@pytest.mark.parametrize(
    ("variants", "steps"),
    [
        # Who is dropped here leaves there too, at a time that the story does not know, and that rotates.
        (("leaving-rotates", "kick-disconnects"), (*OTHERS, KICK, *OTHERS, JOIN, KEY, SEND)),
        (("leaving-rotates", "ban-disconnects"), (*OTHERS, BAN, *OTHERS, UNBAN, JOIN, KEY, SEND)),
        (("leaving-rotates", "kick-disconnects", "lost-sessions-linger"), (*OTHERS, KICK, *OTHERS, JOIN, KEY, SEND)),
        # It has not left yet when it is back: it may send, but its new socket has not joined.
        (("leaving-rotates", "lost-sessions-linger"), (*BACK, Step("bob", "send", how="valid"), *BACK)),
    ],
)
def test_what_a_lost_socket_brings_about_is_left_open(variants: tuple[str, ...], steps: tuple[Step, ...]) -> None:
    with troupe_on(None, *variants) as troupe:
        wrong = [told.wrong for _ in range(3) if (told := tell(troupe, Story("public", steps))).wrong]
    assert wrong == []


def test_whether_a_kick_ends_membership_is_left_open() -> None:
    with troupe_on(None, "kick-ends-membership") as troupe:
        told = tell(troupe, Story("private", (KICK, SEND, JOIN, KEY, SEND)))
    assert told.wrong is None
    assert [came for _, _, came in told.lines] == ["200", "403", "let in", "done", "200"]


@pytest.mark.parametrize("variant", ["ban-disconnects", "leaving-drops-the-key", "further-sessions-rotate"])
def test_what_no_page_says_is_learnt_from_what_comes(variant: str, tmp_path: Path) -> None:
    with troupe_on(None, variant) as troupe:
        explore_stories(troupe, "private", Route(2, tmp_path, stories=2))
        troupe.stage.expect.conclude()
    assert list(tmp_path.iterdir()) == []
