"""Who may do what to whom, who hears it, and what it brings about."""

import pytest

from conformance.model.facts import Said, Sure
from conformance.model.measures import (
    after_measure,
    deleted,
    is_new,
    joined,
    lost,
    no_member,
    right_clear,
    right_delete,
    right_delete_mine,
    right_hard_mute,
    right_join,
    right_measure,
    right_read,
    rotated,
)
from conformance.model.outcomes import Right
from conformance.model.reading import left_over, missed

from .made import chat, world_of

MUST, MUST_NOT, OPEN = "must", "must not", "open"


def kind(right: Right) -> tuple[str, tuple[str, ...]]:
    """Whether an action must be carried out, must be refused, or is left open; and what the other outcome breaks."""
    done, refused = right.allows(200), right.allows(403)
    if done and refused:
        return OPEN, ()
    return (MUST, right.broken_by(403)) if done else (MUST_NOT, right.broken_by(200))


@pytest.mark.parametrize(
    ("actor", "verb", "target", "expected"),
    [
        ("owner", "mute", "alice", (MUST, ("MUTE-OK",))),
        ("owner", "ban", "bob", (MUST, ("BAN-OK",))),
        ("owner", "kick", "bob", (MUST, ("KICK-OK",))),
        ("owner", "unban", "alice", (MUST, ("UNBAN-IDEMPOTENT",))),
        ("owner", "unmute", "alice", (OPEN, ())),
        ("owner", "mute", "eve", (OPEN, ())),
        ("owner", "mute", "mod", (OPEN, ())),
        ("owner", "kick", "owner", (MUST_NOT, ("KICK-SELF",))),
        ("owner", "ban", "owner", (MUST_NOT, ("BAN-BOUNDS",))),
        ("alice", "mute", "bob", (MUST_NOT, ("MUTE-RIGHTS",))),
        ("alice", "kick", "bob", (MUST_NOT, ("KICK-RIGHTS",))),
        ("alice", "ban", "bob", (OPEN, ())),
        ("mod", "mute", "bob", (OPEN, ())),
        ("mod", "ban", "mod", (MUST_NOT, ("BAN-BOUNDS",))),
        ("mod", "kick", "admin", (MUST_NOT, ("RIGHTS-HIERARCHY",))),
        ("admin", "mute", "mod", (OPEN, ())),
    ],
)
def test_who_may_do_what_in_a_public_chat(
    actor: str, verb: str, target: str, expected: tuple[str, tuple[str, ...]]
) -> None:
    facts = chat()
    assert kind(right_measure(world_of(facts), facts, actor, verb, target)) == expected


def test_a_moderator_may_not_mute_in_a_private_chat() -> None:
    facts = chat(private=True)
    world = world_of(facts)
    assert kind(right_measure(world, facts, "mod", "mute", "bob")) == (MUST_NOT, ("MUTE-RIGHTS",))
    assert kind(right_measure(world, facts, "admin", "mute", "bob")) == (OPEN, ())


def test_lifting_a_mute_is_a_must_where_there_is_one() -> None:
    facts = chat()
    world = world_of(facts)
    after_measure(world, facts, "mute", "alice", 600)
    assert kind(right_measure(world, facts, "owner", "unmute", "alice")) == (MUST, ("UNMUTE-OK",))
    after_measure(world, facts, "mute", "alice", 0)
    assert facts.mutes["alice"] == {0, 600}
    after_measure(world, facts, "unmute", "alice")
    assert facts.mutes == {}


@pytest.mark.parametrize(
    ("actor", "target", "expected"),
    [
        ("admin", "bob", (MUST, ("HARDMUTE",))),
        ("admin", "admin", (MUST_NOT, ("HARDMUTE",))),
        ("mod", "bob", (MUST_NOT, ("HARDMUTE",))),
        ("owner", "bob", (MUST_NOT, ("HARDMUTE",))),
    ],
)
def test_who_may_mute_everywhere(actor: str, target: str, expected: tuple[str, tuple[str, ...]]) -> None:
    assert kind(right_hard_mute(world_of(chat()), actor, target)) == expected


def test_who_may_clear() -> None:
    world = world_of(chat())
    assert kind(right_clear(world, "owner")) == (MUST, ("CLEAR-OK",))
    assert kind(right_clear(world, "admin")) == (MUST, ("CLEAR-RIGHTS",))
    assert [kind(right_clear(world, one)) for one in ("alice", "mod")] == [(MUST_NOT, ("CLEAR-RIGHTS",))] * 2


def test_who_may_delete_what() -> None:
    public, private = chat(), chat(private=True)
    world, message = world_of(public), Said("1-0", "bob", "AAAA")
    assert kind(right_delete(world, public, "owner", message)) == (MUST, ("DEL-COUNT",))
    assert kind(right_delete(world, public, "alice", message)) == (MUST_NOT, ("DEL-RIGHTS",))
    assert kind(right_delete(world, public, "bob", message)) == (OPEN, ())
    assert kind(right_delete(world, public, "mod", message)) == (OPEN, ())
    assert kind(right_delete(world, private, "mod", message)) == (MUST_NOT, ("DEL-RIGHTS",))
    assert kind(right_delete_mine(world, public, "alice")) == (MUST, ("DEL-MINE",))
    assert kind(right_delete_mine(world, public, "eve")) == (OPEN, ())


def test_the_banned_may_not_join_and_outsiders_may_be_let_in() -> None:
    facts = chat(private=True)
    world = world_of(facts)
    assert kind(right_join(world, facts, "eve")) == (OPEN, ())
    assert kind(right_join(world, facts, "bob")) == (MUST, ())
    after_measure(world, facts, "ban", "bob")
    assert kind(right_join(world, facts, "bob")) == (MUST_NOT, ("BAN-REJOIN",))
    after_measure(world, facts, "unban", "bob")
    facts.members.add("bob")
    assert kind(right_join(world, facts, "bob")) == (MUST, ("SEND-BANNED-LIFTED",))


def test_the_history_of_a_private_chat_is_refused_to_outsiders() -> None:
    assert kind(right_read(chat(private=True), "eve", inside=False)) == (MUST_NOT, ("HIST-PRIVATE",))
    assert kind(right_read(chat(), "eve", inside=False)) == (OPEN, ())
    assert kind(right_read(chat(), "owner", inside=True)) == (MUST, ())


def test_who_is_banned_kicked_or_no_member_hears_nothing_for_sure_or_is_left_open() -> None:
    facts = chat(private=True)
    world = world_of(facts)
    assert (world.audience(facts), world.undecided(facts)) == ({"owner", "alice", "bob"}, set())
    after_measure(world, facts, "ban", "bob")
    no_member(world, facts, "alice")
    assert (world.audience(facts), world.undecided(facts)) == ({"owner"}, {"alice"})
    after_measure(world, facts, "kick", "alice")
    assert (world.audience(facts), world.undecided(facts)) == ({"owner"}, set())


def test_who_lost_its_socket_may_be_there_still_in_each_chat() -> None:
    here, there = chat(), chat("there")
    world = world_of(here, there)
    lost(world, "alice")
    assert world.lost == {"alice"}
    for one in (here, there):
        assert (one.is_joined("alice"), one.has_key("alice")) == (Sure.MAYBE, Sure.MAYBE)
        assert world.audience(one) == {"owner", "bob"}
        assert world.undecided(one) == {"alice"}


def test_a_new_user_is_one_who_never_joined_while_others_are_there() -> None:
    facts = chat()
    world = world_of(facts)
    assert [is_new(world, facts, one) for one in ("eve", "alice2", "bob")] == [True, False, False]
    joined(world, facts, "eve")
    assert not is_new(world, facts, "eve")


def test_a_rotation_ends_what_every_key_was_worth() -> None:
    facts = chat()
    rotated(facts, 9)
    assert (facts.epoch, facts.earlier, facts.has_key("alice")) == (9, [3], Sure.NO)


def test_a_page_of_the_history_may_be_short_and_has_no_gaps() -> None:
    facts = chat()
    facts.said = [Said(f"{number}-0", "bob", "AAAA") for number in range(1, 10)]
    newest_five = ["5-0", "6-0", "7-0", "8-0", "9-0"]
    assert list(missed(facts, newest_five)) == []
    assert [one.id for one in missed(facts, newest_five[1:])] == ["5-0"]
    assert [one.id for one in missed(facts, ["2-0", *newest_five])] == ["3-0", "4-0"]


def test_what_was_deleted_is_neither_missed_nor_to_be_seen() -> None:
    facts = chat()
    facts.said = [Said("1-0", "bob", "AAAA"), Said("2-0", "alice", "BBBB")]
    deleted(facts.said[:1], "DEL-MINE")
    assert list(missed(facts, ["2-0"])) == []
    assert [(one.id, one.gone) for one in left_over(facts, ["1-0", "2-0"])] == [("1-0", ("DEL-MINE",))]
