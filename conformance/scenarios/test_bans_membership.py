"""Chapter bans-membership: bans as they are asked for, told and lifted, and what they do to membership."""

import time
from collections.abc import Collection
from contextlib import suppress

import pytest

from conformance.client.actor import Actor
from conformance.client.answers import Answer
from conformance.ears import Ears
from conformance.errors import Blocked
from conformance.expect import Expect
from conformance.provision.base import type_of_chat
from conformance.room import Room
from conformance.scenarios.marks import CLIENT_ERRORS, requirement, side_by_side
from conformance.scenarios.okay import says_ok, taken
from conformance.stage import Stage
from conformance.waiting import pause, stretched, until_accepted

_LONG_S = 600
_LONGEST_S = 2_592_000
_SHORT_S = 4
_HELD_S = 2
_ROUNDING_S = 1
_WHY = "conformance"


# --- answers and events -----------------------------------------------------------------------------------------------


@requirement("BAN-OK", "BAN-EVENT")
@pytest.mark.parametrize("visibility", ["public", "private"])
def test_ban_is_told(stage: Stage, visibility: type_of_chat) -> None:
    """A ban is answered ok, and told to every client of the chat.

    The owner bans one member for a while and another one for good; owner and observer have two sessions each.
    Expect `{"ok": true}` to both, and user:banned at everybody who stays in the chat.
    """
    if visibility == "private":
        stage.needs("private_chats")
    room = stage.room("owner", "first", "second", "observer", visibility=visibility)
    for name in ("owner", "observer"):
        room.admit(stage.session_of(room[name], f"{name}'s second session"))

    for how, banned, duration in (("for a while", room["first"], _LONG_S), ("for good", room["second"], 0)):
        ears = Ears(room)
        answer = room.ask("ban", banned, duration=duration, reason=_WHY)
        room.put_out(banned)
        says_ok(stage, "ban", answer, "BAN-OK", title=f"a ban {how} is answered")
        ears.reaches("banned", "BAN-EVENT", title=f"a ban {how} is heard", chat_id=room.chat.chat_id)
        ears.note_times("banned", "BAN-EVENT", chat_id=room.chat.chat_id)


@requirement("BAN-EVENT")
def test_banned_client_is_told(stage: Stage, expect: Expect) -> None:
    """A client that a ban leaves in the chat is one of the chat's clients, and hears of it.

    The owner bans a member and lifts the ban. Who is in the chat then without having joined again never left it; a
    target may put out whom it bans, and need not tell it of the ban.
    Expect user:banned at the banned, where it was left in the chat.
    """
    room = stage.room("owner", "sender", "observer")
    sender, ears = room["sender"], Ears(room)
    room.ban(sender)
    ears.reaches("banned", "BAN-EVENT", chat_id=room.chat.chat_id)

    # Is it still in the chat? Its next join is acknowledged behind what went to its socket before
    room.unban(sender)
    room.unsure_of(sender)
    room.follow()
    said = room.send(room.owner, room.bundle())
    room.barrier(said)
    room.let_back_in(sender)
    stayed = any(trace.id == room.id_of(said) for trace in room.heard(sender))

    if stayed:
        ears.reaches("banned", "BAN-EVENT", at=["sender"], chat_id=room.chat.chat_id)
    expect.note("BAN-EVENT", "whether a ban leaves the banned client in the chat", "yes" if stayed else "no")


# --- bounds -----------------------------------------------------------------------------------------------------------


@requirement("BAN-BOUNDS")
def test_bounds_of_a_ban(stage: Stage, expect: Expect) -> None:
    """A ban that is too long is refused, and so is a ban of oneself; nothing happens.

    The owner asks for bans above the longest duration and of itself, and then for the longest one that there is.
    Expect a 4xx, no user:banned and a member and an owner who send on; then 200 and a member who is banned.
    """
    room = stage.room("owner", "sender", "observer")
    sender, ears = room["sender"], Ears(room)
    for actor in (room.owner, sender):
        room.accepted_before(actor)

    # Refused, and nothing happened
    asked = (
        ("a ban of a second above the longest duration", sender, _LONGEST_S + 1),
        ("a ban of many years", sender, 2**40),
        ("a ban of oneself for a while", room.owner, _LONG_S),
        ("a ban of oneself for good", room.owner, 0),
    )
    for what, target, duration in asked:
        answer = room.ask("ban", target, duration=duration, reason=_WHY)
        expect.refused(answer, "BAN-BOUNDS", status=CLIENT_ERRORS, title=f"{what} is refused")
        after = room.send(target, room.bundle())
        expect.accepted(after, "BAN-BOUNDS", title=f"after {what} was refused, its target sends on")
    room.barrier()
    ears.does_not_reach("banned", "BAN-BOUNDS", at=room.inside, chat_id=room.chat.chat_id)

    # The longest is accepted and holds, as far as bans hold at all
    _ordinary_bans_hold(room, sender)
    _banned(expect, room, sender, "of the longest duration", duration=_LONGEST_S)


@side_by_side
@requirement("BAN-BOUNDS")
def test_ban_for_good(stage: Stage, expect: Expect) -> None:
    """A ban of the duration 0 has no end, and neither has one without a duration, which is 0 by default.

    The owner bans one member for 0 seconds and another one without a duration.
    Expect 200, and 403 for the sends of both, at once and two seconds later.
    """
    room = stage.room("owner", "given", "default")
    _ordinary_bans_hold(room, room["given"])
    _banned(expect, room, room["given"], "of the duration 0", duration=0)
    last = _banned(expect, room, room["default"], "without a duration")

    pause(until=last.ended + _HELD_S)
    for name in ("given", "default"):
        answer = room.send(room[name], room.bundle())
        expect.refused(answer, "BAN-BOUNDS", title=f"two seconds after a ban for good the send is refused: {name}")


def _ordinary_bans_hold(room: Room, actor: Actor) -> None:
    """A ban of an ordinary duration stops a send, and can be lifted: without it nothing could be said of others."""
    room.accepted_before(actor)
    room.ban(actor, _LONG_S)
    room.expect.reached(
        room.send(actor, room.bundle()).status == 403, "a ban does not hold here, whatever its duration"
    )
    room.unban(actor)
    room.let_back_in(actor)
    room.accepted_before(actor)


def _is_banned(room: Room, actor: Actor) -> None:
    """A ban that does not stop a send is none, and says nothing of what bans do."""
    room.expect.reached(not room.send(actor, room.bundle()).ok, f"the ban of {actor.name} does not stop its sends")


def _banned(expect: Expect, room: Room, actor: Actor, how: str, **duration: int) -> Answer:
    answer = room.ask("ban", actor, reason=_WHY, **duration)
    room.put_out(actor)
    taken(expect, answer, "BAN-BOUNDS", title=f"a ban {how} is accepted")
    refused = room.send(actor, room.bundle())
    expect.refused(refused, "BAN-BOUNDS", title=f"a ban {how} holds")
    return answer


# --- membership -------------------------------------------------------------------------------------------------------


@requirement("BAN-MEMBERSHIP")
def test_ban_ends_membership(stage: Stage, expect: Expect) -> None:
    """Who was banned from a private chat is no member of it once the ban is lifted.

    The owner bans a member for good, another one for a while, and one that has not joined; it lifts all three bans.
    Expect that none of them gets in, sends or reads, that another member does all along, and that they do again once
    they are made members.
    """
    stage.needs("private_chats")
    room = stage.room("owner", "for good", "for a while", "observer", visibility="private")
    absent = stage.actor("absent")
    stage.lease.give_membership(room.chat, absent.identity)
    bundle = room.bundle()
    banned = (room["for good"], room["for a while"], absent)
    for actor in banned[:2]:
        room.accepted_before(actor)

    # Banned, and no longer banned
    for actor in banned:
        room.ban(actor, _LONG_S if actor.name == "for a while" else 0)
        _is_banned(room, actor)
        room.unban(actor)

    # No members any more
    for actor in banned:
        _is_no_member(stage, room, actor)
    room.follow()
    other = room.send(room["observer"], room.renewed(bundle))
    expect.accepted(other, "BAN-MEMBERSHIP", title="a ban of others leaves a member what it was")

    # Members again
    for actor in banned:
        stage.lease.give_membership(room.chat, actor.identity)
        room.let_back_in(actor)
        answer = room.send(actor, room.bundle())
        expect.answered(answer, f"the send of {actor.name}, who was made a member again")
        if stage.has("history"):
            expect.answered(actor.call("history", chat_id=room.chat.chat_id), f"{actor.name} reading the history")


def _is_no_member(stage: Stage, room: Room, actor: Actor) -> None:
    """Whether its socket is let in is left open; it may neither send, with or without the key, nor read."""
    status: Collection[int] = CLIENT_ERRORS
    if room.asks_in(actor):
        # No longer explained by its not having joined: that it has no key, or is no member, is left.
        status = (403, 404)
        room.unsure_of(actor)
        room.follow()
        with suppress(Blocked):
            room.share(actor)
    refused = room.send(actor, room.bundle())
    title = f"after ban and unban, the send of a former member is refused: {actor.name}"
    stage.expect.refused(refused, "BAN-MEMBERSHIP", status=status, title=title)
    if stage.has("history"):
        answer = actor.call("history", chat_id=room.chat.chat_id)
        title = f"after ban and unban, a former member does not read the history: {actor.name}"
        stage.expect.refused(answer, "BAN-MEMBERSHIP", status=CLIENT_ERRORS, title=title)


# --- the door ---------------------------------------------------------------------------------------------------------


@requirement("BAN-REJOIN")
def test_banned_user_cannot_join(stage: Stage, expect: Expect) -> None:
    """Who is banned is not let in: over no socket, in no session, whether or not it ever was in the chat.

    The owner bans a member, and somebody who never joined. The member asks over the socket that has joined, over one
    of a session that has not, and over one of a login after the ban; then it leaves and asks again.
    Expect a refusal each time, that the refused hear nothing even after unban, and that they all may join then.
    """
    room = stage.room("owner", "sender", "observer")
    sender, stranger = room["sender"], stage.actor("stranger")
    before = stage.session_of(sender, "sender's second session")
    room.ban(sender)
    room.ban(stranger)
    _is_banned(room, sender)
    after = stage.session_of(sender, "sender's third session")

    # Refused at the door
    for actor in (sender, before, after, stranger):
        _is_kept_out(expect, room, actor, "while it is banned")
    sender.emit("leave", chat_id=room.chat.chat_id)
    _is_kept_out(expect, room, sender, "after it left")
    room.barrier()

    # The cause removed: who never got in is still outside, unless messages reach those who did not even ask
    unasked = room.actors["unasked"] = stage.session_of(stranger, "unasked")
    room.unban(sender)
    room.unban(stranger)
    room.unsure_of(sender)
    room.follow()
    room.barrier()
    room.let_back_in(sender, before, after, stranger, unasked)
    expect.reached(not _strays(room, unasked), "messages reach who never asked to join: nothing can be said of others")
    for actor in (before, after, stranger):
        strays = _strays(room, actor)
        expect.that(
            not strays, "BAN-REJOIN", title=f"who was refused at the door is not inside: {actor.name}",
            expected="no message from before it joined", observed=", ".join(strays) or "none",
        )  # fmt: skip


def _strays(room: Room, actor: Actor) -> list[str]:
    """The messages that it heard without being in the room."""
    return [one.id for one in room.ledger.overheard(actor.name, room.heard(actor))]


@side_by_side
@requirement("BAN-REJOIN", "UNBAN-IDEMPOTENT")
def test_ban_with_an_end_keeps_out_until_then(stage: Stage, expect: Expect) -> None:
    """Who is banned for a while is not let in before its end, and has nothing to be lifted afterwards.

    The owner bans a member for four seconds, and lifts the ban when it has run out.
    Expect a refusal at once and after more than half of the time; then 200 and `{"ok": true}`, and a member as before.
    """
    room = stage.room("owner", "sender")
    sender = room["sender"]
    room.accepted_before(sender)

    short_s = stretched(_SHORT_S, room.latency_s)
    banned = room.ban(sender, short_s)
    _is_banned(room, sender)
    _is_kept_out(expect, room, sender, "at the beginning of its ban")
    pause(until=banned.ended + short_s * 0.55)
    _is_banned(room, sender)
    let_in, asked = room.asks_in(sender), time.monotonic()
    expect.reached(asked < banned.started + short_s - _ROUNDING_S, "the target was too slow to be asked in time")
    _let_in(expect, room, sender, "halfway through its ban", let_in=let_in)

    # Run out: in again by itself, and nothing is left to be lifted
    over = until_accepted(lambda: room.try_admit(sender), due=banned.ended + short_s)
    expect.reached(over, "the ban did not run out, so nothing can be said of what it stopped")
    _lifts_nothing(stage, room, sender, "whose ban ran out")
    after = room.send(sender, room.bundle())
    expect.accepted(after, "UNBAN-IDEMPOTENT", title="after the unban of one whose ban ran out, it sends on")


def _is_kept_out(expect: Expect, room: Room, actor: Actor, when: str) -> None:
    _let_in(expect, room, actor, when, let_in=room.asks_in(actor))


def _let_in(expect: Expect, room: Room, actor: Actor, when: str, *, let_in: bool) -> None:
    join = room.called("join")
    expect.that(
        not let_in, "BAN-REJOIN", title=f"the banned is not let in {when}: {actor.name}",
        expected=f"{join} refused", observed=f"{join} acknowledged" if let_in else f"{join} refused",
    )  # fmt: skip


# --- lifting what is not there ----------------------------------------------------------------------------------------


@requirement("UNBAN-IDEMPOTENT")
def test_unban_of_one_who_was_never_banned(stage: Stage, expect: Expect) -> None:
    """An unban of somebody who was never banned is answered ok, however often, and changes nothing.

    The owner lifts the ban of somebody who never joined; and of a member who was never banned, twice.
    Expect 200 and `{"ok": true}` for each, and a member who sends without joining anew.
    """
    room = stage.room("owner", "sender")
    sender = room["sender"]

    _lifts_nothing(stage, room, stage.actor("stranger"), "who never joined")
    room.accepted_before(sender)
    for time_ in ("once", "twice"):
        _lifts_nothing(stage, room, sender, f"who was never banned, {time_}")
    after = room.send(sender, room.bundle())
    expect.accepted(after, "UNBAN-IDEMPOTENT", title="after an unban for nothing, its target sends on")


@requirement("UNBAN-IDEMPOTENT")
def test_unban_of_one_whose_ban_was_lifted(stage: Stage, expect: Expect) -> None:
    """A second unban of somebody is answered ok, and changes nothing.

    The owner bans a member, lifts the ban twice, and the member joins again in between.
    Expect 200 and `{"ok": true}` for the second unban too, and a member who sends on.
    """
    room = stage.room("owner", "other")
    other = room["other"]
    room.accepted_before(other)
    room.ban(other)
    room.unban(other)
    room.let_back_in(other)
    room.accepted_before(other)
    _lifts_nothing(stage, room, other, "whose ban was lifted")
    after = room.send(other, room.bundle())
    expect.accepted(after, "UNBAN-IDEMPOTENT", title="after an unban too many, its target is not banned")


def _lifts_nothing(stage: Stage, room: Room, actor: Actor, who: str) -> None:
    says_ok(stage, "unban", room.ask("unban", actor), "UNBAN-IDEMPOTENT", title=f"an unban of one {who} is answered")
