"""Which answers to a send are right: every documented answer of any cause that holds, and no other."""

import pytest

from conformance.model.facts import ChatFacts, Said, Sure
from conformance.model.measures import after_measure, joined, left, lost, no_member, rotated, shared
from conformance.model.outcomes import Cause, Right
from conformance.model.sending import accepted, refused, right_overtaken, right_send

from .made import chat, world_of


def right(facts: ChatFacts, session: str = "alice", what: str = "valid", malformed: Cause | None = None) -> Right:
    return right_send(world_of(facts), facts, session, what, malformed)


def broken(facts: ChatFacts, status: int, session: str = "alice", what: str = "valid") -> tuple[str, ...]:
    return right(facts, session, what).broken_by(status)


def test_with_no_cause_only_acceptance_is_right() -> None:
    assert broken(chat(), 200) == ()
    assert broken(chat(), 403) == ("SEND-ACCEPT",)
    assert broken(chat(), 500) == ("SEND-ACCEPT",)


@pytest.mark.parametrize(
    ("verb", "requirement"), [("mute", "SEND-MUTED"), ("ban", "SEND-BANNED"), ("kick", "SEND-JOINED")]
)
def test_a_measure_is_a_cause(verb: str, requirement: str) -> None:
    facts = chat()
    after_measure(world_of(facts), facts, verb, "alice")
    assert broken(facts, 403) == ()
    assert broken(facts, 200) == (requirement,)
    assert broken(facts, 200, "bob") == ()


def test_a_cause_with_a_status_of_its_own_breaks_its_own_clause() -> None:
    facts = chat()
    facts.mutes["alice"] = frozenset({0})
    assert broken(facts, 422) == ("SEND-MUTED",)


def test_any_documented_answer_of_any_cause_that_holds_is_right() -> None:
    facts, malformed = chat(), Cause("v is 1", ("SEND-422-V",), (422,))
    facts.mutes["alice"] = frozenset({0})
    facts.bans.add("alice")
    several = right(facts, "alice", "stale", malformed)
    assert [several.allows(status) for status in (403, 422, 404, 200)] == [True, True, False, False]
    assert several.broken_by(200) == ("SEND-BANNED", "SEND-MUTED", "SEND-EPOCH-STALE", "SEND-422-V")


def test_no_page_names_the_status_of_who_has_not_joined() -> None:
    facts = chat()
    assert [broken(facts, status, "eve") for status in (404, 409)] == [(), ()]
    assert broken(facts, 429, "eve") == ("SEND-JOINED", "SEND-NOKEY")


def test_who_was_never_handed_the_key_is_told_from_who_has_an_old_one() -> None:
    facts = chat()
    facts.joined["eve"] = facts.joined["alice2"] = Sure.YES
    assert broken(facts, 200, "eve") == ("SEND-NOKEY",)
    assert broken(facts, 200, "alice2") == ("KEY-SESSION",)
    rotated(facts, 4)
    assert broken(facts, 200, "alice") == ("SEND-NOKEY-ROTATED",)
    shared(facts, "alice")
    assert broken(facts, 403, "alice") == ("SEND-ACCEPT",)


def test_a_private_chat_is_closed_to_who_is_no_member() -> None:
    facts = chat(private=True)
    no_member(world_of(facts), facts, "alice")
    assert [broken(facts, status) for status in (403, 404)] == [(), ()]
    assert broken(facts, 200) == ("SEND-PRIVATE",)


def test_a_ban_ends_the_membership_of_a_private_chat() -> None:
    facts = chat(private=True)
    world = world_of(facts)
    after_measure(world, facts, "ban", "alice")
    assert broken(facts, 404) == ()
    after_measure(world, facts, "unban", "alice")
    assert broken(facts, 200) == ("BAN-MEMBERSHIP",)


def test_whether_a_ban_makes_its_user_leave_is_learnt_from_the_first_answer() -> None:
    facts = chat()
    world = world_of(facts)
    after_measure(world, facts, "ban", "alice")
    after_measure(world, facts, "unban", "alice")
    assert [broken(facts, status) for status in (200, 403, 404)] == [(), (), ()]
    accepted(world, facts, "alice", Said("1-0", "alice", "AAAA"))
    assert (facts.is_joined("alice"), facts.has_key("alice")) == (Sure.YES, Sure.YES)
    assert broken(facts, 403) == ("SEND-ACCEPT",)


def test_whether_another_socket_of_a_session_hears_anything_is_open_until_it_joins() -> None:
    facts = chat()
    world = world_of(facts)
    lost(world, "alice")
    assert [broken(facts, status) for status in (200, 403, 404)] == [(), (), ()]
    accepted(world, facts, "alice", Said("1-0", "alice", "AAAA"))
    assert facts.is_joined("alice") is Sure.MAYBE
    joined(world, facts, "alice")
    accepted(world, facts, "alice", Said("2-0", "alice", "AAAA"))
    assert facts.is_joined("alice") is Sure.YES


@pytest.mark.parametrize("what", ["valid", "stale", "future"])
def test_a_send_that_a_rotation_came_between_is_right_as_before_it_and_as_after_it(what: str) -> None:
    facts = chat()
    world = world_of(facts)
    rotated(facts, 4)
    shared(facts, "alice")
    overtaken = right_overtaken(world, facts, "alice", what)
    assert {one.code for one in overtaken.explained(403)} == {"epoch_mismatch", "no_room_key"}
    assert overtaken.only is None
    assert [overtaken.allows(status) for status in (200, 404, 422, 500)] == [what == "valid", False, False, False]


def test_a_refusal_that_a_rotation_explains_says_nothing_of_what_is_not_sure() -> None:
    facts = chat()
    world = world_of(facts)
    facts.joined["alice"] = Sure.MAYBE
    refused(world, facts, "alice", right_overtaken(world, facts, "alice", "valid"), 403)
    assert facts.is_joined("alice") is Sure.MAYBE
    assert facts.has_key("alice") is Sure.YES


def test_a_rotation_excuses_no_other_cause() -> None:
    facts = chat()
    facts.mutes["alice"] = frozenset({0})
    overtaken = right_overtaken(world_of(facts), facts, "alice", "valid")
    assert overtaken.broken_by(200) == ("SEND-MUTED",)


def test_the_one_thing_that_explains_a_refusal_is_so() -> None:
    facts = chat()
    facts.joined["alice"] = Sure.MAYBE
    refused(world_of(facts), facts, "alice", right(facts), 404)
    assert facts.is_joined("alice") is Sure.NO


def test_of_two_things_that_explain_a_refusal_none_is_sure() -> None:
    facts = chat()
    facts.joined["alice"], facts.keys["alice"] = Sure.MAYBE, (3, Sure.MAYBE)
    refused(world_of(facts), facts, "alice", right(facts), 403)
    assert (facts.is_joined("alice"), facts.has_key("alice")) == (Sure.MAYBE, Sure.MAYBE)


def test_whether_a_key_outlives_leaving_no_page_says() -> None:
    facts = chat()
    left(facts, "alice")
    joined(world_of(facts), facts, "alice")
    assert [broken(facts, status) for status in (200, 403)] == [(), ()]


def test_what_was_lifted_is_to_blame_for_a_refusal_without_a_cause() -> None:
    facts = chat()
    world = world_of(facts)
    after_measure(world, facts, "mute", "alice")
    refused(world, facts, "alice", right(facts), 403)
    after_measure(world, facts, "unmute", "alice")
    assert set(broken(facts, 403)) == {"SEND-MUTED-LIFTED", "SEND-DISTINCT"}
    accepted(world, facts, "alice", Said("1-0", "alice", "AAAA"))
    assert broken(facts, 403) == ("SEND-ACCEPT",)


def test_a_mute_or_ban_in_another_chat_is_to_blame_before_anything_else() -> None:
    here, there = chat(), chat("there")
    world = world_of(here, there)
    there.mutes["alice"] = frozenset({600})
    there.bans.add("bob")
    assert right_send(world, here, "alice", "valid").broken_by(403) == ("SEND-MUTED-SCOPE",)
    assert right_send(world, here, "bob", "valid").broken_by(403) == ("SEND-BANNED-SCOPE",)


def test_a_hard_mute_holds_in_every_chat() -> None:
    facts = chat()
    world = world_of(facts)
    world.hard_muted.add("bob")
    assert right_send(world, facts, "bob", "valid").broken_by(200) == ("HARDMUTE",)


def test_the_code_is_asked_for_only_where_there_is_no_other_cause() -> None:
    facts = chat()
    assert getattr(right(facts, "alice", "future").only, "code", "") == "epoch_mismatch"
    facts.mutes["alice"] = frozenset({0})
    assert right(facts, "alice", "future").only is None


def test_the_right_outcomes_in_words() -> None:
    facts = chat()
    facts.joined["alice"] = Sure.MAYBE
    facts.mutes["bob"] = frozenset({0})
    assert right(facts).shown() == "200 or a clean 4xx (it may not have joined)"
    assert right(facts, "bob").shown() == "403 (it is muted)"
