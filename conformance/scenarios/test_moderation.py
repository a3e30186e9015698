"""Chapter moderation: mutes as they are asked for, told and lifted, and mutes in every chat at once."""

import math

import pytest

from conformance.client.actor import Actor
from conformance.client.answers import Answer
from conformance.dialect import read
from conformance.ears import Ears
from conformance.expect import Expect
from conformance.provision.base import type_of_chat
from conformance.room import Room
from conformance.scenarios.marks import CLIENT_ERRORS, requirement, side_by_side
from conformance.scenarios.okay import says_ok, taken
from conformance.stage import Stage
from conformance.waiting import pause, stretched, until_accepted

_LONG_S = 600
_SHORT_S = 4
_DEFAULT_S = 300
_ROUNDING_S = 1
_WHY = "conformance"

_BEYOND = {
    "a second above the longest duration": {"duration": 86_401, "reason": _WHY},
    "a duration of many years": {"duration": 2**40, "reason": _WHY},
    "a duration below 0": {"duration": -1, "reason": _WHY},
    "a reason of 501 characters": {"duration": _LONG_S, "reason": "x" * 501},
}
_WITHIN = {
    "the longest duration": {"duration": 86_400, "reason": _WHY},
    "a reason of 500 characters": {"duration": _LONG_S, "reason": "x" * 500},
    "a reason of 500 characters outside of ASCII": {"duration": _LONG_S, "reason": "ж" * 500},
}


# --- answers and events -----------------------------------------------------------------------------------------------


@requirement("MUTE-OK", "MUTE-EVENT", "UNMUTE-OK")
@pytest.mark.parametrize("visibility", ["public", "private"])
def test_mute_and_unmute_are_told(stage: Stage, visibility: type_of_chat) -> None:
    """A mute and its end are answered ok, and told to every client of the chat.

    The owner mutes a member for a while and then for good, and lifts the mute each time; owner and member have two
    sessions each.
    Expect `{"ok": true}` to all four, and user:muted and user:unmuted at everybody who is in the chat.
    """
    room = _of_two_sessions(stage, visibility)
    sender, chat_id = room["sender"], room.chat.chat_id

    for how, duration in (("for a while", _LONG_S), ("for good", 0)):
        # Muted
        ears = Ears(room)
        muted = room.ask("mute", sender, duration=duration, reason=_WHY)
        says_ok(stage, "mute", muted, "MUTE-OK", title=f"a mute {how} is answered")
        ears.reaches("muted", "MUTE-EVENT", title=f"a mute {how} is heard", chat_id=chat_id)
        ears.note_times("muted", "MUTE-EVENT", chat_id=chat_id)

        # Unmuted
        ears = Ears(room)
        unmuted = room.ask("unmute", sender)
        says_ok(stage, "unmute", unmuted, "UNMUTE-OK", title=f"the end of a mute {how} is answered")
        ears.reaches("unmuted", "UNMUTE-OK", title=f"the end of a mute {how} is heard", chat_id=chat_id)


def _of_two_sessions(stage: Stage, visibility: type_of_chat) -> Room:
    if visibility == "private":
        stage.needs("private_chats")
    room = stage.room("owner", "sender", "observer", visibility=visibility)
    for name in ("owner", "sender"):
        room.admit(stage.session_of(room[name], f"{name}'s second session"))
    return room


# --- bounds -----------------------------------------------------------------------------------------------------------


@requirement("MUTE-BOUNDS")
def test_bounds_of_a_mute(stage: Stage, expect: Expect) -> None:
    """A mute that is too long, of a negative duration or with too long a reason is refused, and nothing happens.

    The owner asks for each of them, and then for the longest duration and the longest reason that there are.
    Expect a 4xx, no user:muted and a member who sends on; then 200 and a member who is muted.
    """
    room = stage.room("owner", "sender", "observer")
    sender, ears = room["sender"], Ears(room)
    room.accepted_before(sender)

    # Beyond the bounds: refused, and nothing happened
    for what, values in _BEYOND.items():
        answer = room.ask("mute", sender, **values)
        expect.refused(answer, "MUTE-BOUNDS", status=CLIENT_ERRORS, title=f"a mute of {what} is refused")
        after = room.send(sender, room.bundle())
        expect.accepted(after, "MUTE-BOUNDS", title=f"who would be muted by {what} sends on")
    room.barrier()
    ears.does_not_reach("muted", "MUTE-BOUNDS", at=room.inside, chat_id=room.chat.chat_id)

    # Within them, as far as mutes hold at all: accepted
    room.mute(sender, _LONG_S)
    expect.reached(room.send(sender, room.bundle()).status == 403, "a mute does not hold here, whatever its duration")
    for what, values in _WITHIN.items():
        room.unmute(sender)
        room.accepted_before(sender)
        taken(expect, room.ask("mute", sender, **values), "MUTE-BOUNDS", title=f"a mute of {what} is accepted")
        expect.refused(room.send(sender, room.bundle()), "MUTE-BOUNDS", title=f"a mute of {what} holds")


@requirement("MUTE-BOUNDS")
def test_durations_that_stand_for_others(stage: Stage, expect: Expect) -> None:
    """A mute without a duration lasts 300 seconds, and one of 0 has no end.

    The owner mutes a member for 300 seconds, which shows how the target tells of them, then without a duration, then
    for 0 seconds.
    Expect the same ttl, within a second, of the first two, and no ttl of a mute that ends for the third.
    """
    room = stage.room("owner", "sender")
    sender = room["sender"]
    room.accepted_before(sender)

    # What 300 seconds look like here
    muted, refused = room.mute(sender, _DEFAULT_S), room.send(sender, room.bundle())
    shown = _ttl(stage, refused)
    expect.reached(_lasts(shown, muted, refused), f"a mute of {_DEFAULT_S} s cannot be told by its ttl, {shown}")

    # The same without a duration
    muted, refused = _muted(expect, room, sender, "no duration")
    shown = _ttl(stage, refused)
    expect.that(
        _lasts(shown, muted, refused), "MUTE-BOUNDS", title="a mute without a duration lasts 300 seconds",
        expected=f"a ttl of {_DEFAULT_S}, within {_ROUNDING_S} s", observed=shown, exchange=refused.exchange,
    )  # fmt: skip

    # 0 stands for no end
    _, refused = _muted(expect, room, sender, "a duration of 0", duration=0)
    shown = _ttl(stage, refused)
    expect.that(
        shown is None or shown <= 0, "MUTE-BOUNDS", title="a mute of a duration of 0 has no end",
        expected="no ttl of a mute that ends", observed=shown, exchange=refused.exchange,
    )  # fmt: skip


def _muted(expect: Expect, room: Room, sender: Actor, what: str, **duration: int) -> tuple[Answer, Answer]:
    """The answers to a mute in place of the one that holds, and to a send of the muted."""
    room.unmute(sender)
    room.accepted_before(sender)
    muted = room.ask("mute", sender, reason=_WHY, **duration)
    taken(expect, muted, "MUTE-BOUNDS", title=f"a mute of {what} is accepted")
    refused = room.send(sender, room.bundle())
    expect.refused(refused, "MUTE-BOUNDS", title=f"a mute of {what} holds")
    return muted, refused


def _ttl(stage: Stage, refused: Answer) -> float | None:
    """The ttl in the body of a refusal; None where there is no number."""
    ttl = read(refused.json, stage.link.profile.dialect.record["error"]["ttl"])
    return ttl if isinstance(ttl, int | float) and not isinstance(ttl, bool) else None


def _lasts(ttl: float | None, muted: Answer, refused: Answer) -> bool:
    """Whether ``ttl`` is of a mute that lasts as long as one without a duration, within a second of rounding."""
    least = math.floor(_DEFAULT_S - (refused.ended - muted.started) - _ROUNDING_S)
    return ttl is not None and least <= ttl <= _DEFAULT_S


# --- hard mutes -------------------------------------------------------------------------------------------------------


def _cast(stage: Stage, **levels: int) -> dict[str, Actor]:
    """Fresh actors of these permission levels, where the target has hard mutes."""
    stage.needs("hard_mute")
    stage.needs("moderators")
    return {name: stage.actor(name, permission_level=level) for name, level in levels.items()}


def _hard_mute(by: Actor, target: Actor, duration: int) -> Answer:
    return by.call("hard_mute", user_id=target.identity.user_id, duration=duration, reason=_WHY)


@side_by_side
@requirement("UNMUTE-OK")
def test_unmute_leaves_a_hard_mute(stage: Stage, expect: Expect) -> None:
    """An unmute in a chat does not lift a hard mute, whoever asks for it.

    An admin mutes a user everywhere for four seconds, the chat's owner in the chat as well; first the owner, then the
    admin lifts the mute of the chat.
    Expect 403 after both, and acceptance once the hard mute has run out.
    """
    admin = _cast(stage, admin=2)["admin"]
    room = stage.room("owner", "sender")
    sender = room["sender"]
    room.accepted_before(sender)

    # Muted everywhere, and in the chat
    short_s = stretched(_SHORT_S, room.latency_s)
    hard = _hard_mute(admin, sender, short_s)
    expect.answered(hard, "an admin's hard mute of a plain user")
    for _ in range(2):
        expect.reached(room.send(sender, room.bundle()).status == 403, "a hard mute does not hold here")
    room.mute(sender, 0)

    # Unmuted in the chat, twice: it is still muted everywhere
    says_ok(stage, "unmute", room.ask("unmute", sender), "UNMUTE-OK", title="an unmute of a hard-muted is answered")
    by_owner = room.send(sender, room.bundle())
    admin.call("unmute", chat_id=room.chat.chat_id, user_id=sender.identity.user_id)
    by_admin = room.send(sender, room.bundle())
    expect.reached(by_admin.ended < hard.started + short_s - _ROUNDING_S, "the target was too slow to be asked in time")
    for refused, who in ((by_owner, "the chat's owner"), (by_admin, "the admin")):
        expect.refused(refused, "UNMUTE-OK", title=f"a hard mute holds after an unmute by {who}")

    over = until_accepted(lambda: room.send(sender, room.bundle()).ok, due=hard.ended + short_s)
    expect.reached(over, "the hard mute did not run out, so nothing can be said of what it stopped")


@side_by_side
@requirement("HARDMUTE")
def test_hard_mute_blocks_in_every_chat(stage: Stage, expect: Expect) -> None:
    """A hard mute blocks its user in every chat until it runs out.

    A user with two sessions is in a public chat, in an own one and in a private one; an admin, who is in none of them,
    mutes it everywhere for four seconds.
    Expect 403 in each chat, in another one as well if it may join that now, no trace, 200 for others, and acceptance
    everywhere afterwards.
    """
    admin = _cast(stage, admin=2)["admin"]
    for name in ("owner", "sender"):
        stage.actor(name, premium=True)
    room, own = stage.room("owner", "sender", "observer"), stage.room("sender", "observer")
    rooms = [room, own, *([stage.room("owner", "sender", visibility="private")] if stage.has("private_chats") else [])]
    sender, later = room["sender"], stage.room("owner", "observer")
    second = stage.session_of(sender, "sender's second session")
    room.admit(second)
    for one in rooms:
        one.accepted_before(sender)

    # The one cause
    short_s = stretched(_SHORT_S, room.latency_s)
    hard = _hard_mute(admin, sender, short_s)
    taken(expect, hard, "HARDMUTE", title="an admin's hard mute of a plain user is accepted")
    refused = [_blocked(expect, one, sender) for one in rooms]
    _blocked(expect, room, second)
    if later.asks_in(sender):
        later.admit(sender)
        _blocked(expect, later, sender)
    expect.note("HARDMUTE", "the ttl of a hard-muted sender's 403", _ttl(stage, refused[0]))
    others = room.send(room["observer"], room.bundle())
    expect.accepted(others, "HARDMUTE", title="while one user is hard-muted, another one's send is accepted")
    room.no_trace()

    # More than half of it has passed
    pause(until=hard.ended + short_s * 0.55)
    halfway = room.send(sender, room.bundle())
    expect.reached(halfway.ended < hard.started + short_s - _ROUNDING_S, "the target was too slow to be asked in time")
    expect.refused(halfway, "HARDMUTE", title="halfway through a hard mute the send is refused")

    # Over
    over = until_accepted(lambda: room.send(sender, room.bundle()).ok, due=hard.ended + short_s)
    expect.that(
        over, "HARDMUTE", title="after its time a hard mute is over",
        expected=f"acceptance within 1.5 s after {short_s} s", observed="accepted" if over else "still refused",
    )  # fmt: skip
    for one, actor in [*((one, sender) for one in rooms), (room, second)]:
        expect.accepted(one.send(actor, one.bundle()), "HARDMUTE", title=f"after it the send is accepted: {actor.name}")


def _blocked(expect: Expect, room: Room, actor: Actor) -> Answer:
    answer = room.send(actor, room.bundle())
    kind = "its own chat" if room.owner is actor else f"a {room.chat.visibility} chat"
    expect.refused(answer, "HARDMUTE", title=f"the send of a hard-muted user to {kind} is refused: {actor.name}")
    return answer


_MAY = (("admin", "plain"), ("admin", "moderator"), ("chief", "observer"), ("chief", "colleague"))
_MAY_NOT = (
    ("owner", "plain"),
    ("moderator", "plain"),
    ("owner", "moderator"),
    ("admin", "colleague"),
    ("admin", "admin"),
    ("admin", "chief"),
    ("chief", "partner"),
)


@requirement("HARDMUTE")
def test_who_may_hard_mute_whom(stage: Stage, expect: Expect) -> None:
    """A hard mute takes level 2 or higher, and a target below the own level.

    A chat with its owner and plain users, a moderator, two admins and two owners of the platform: first those who may
    not ask for hard mutes of others, then those who may.
    Expect a 4xx and a target who sends on; then 200 and a target who is refused.
    """
    cast = _cast(stage, moderator=1, admin=2, colleague=2, chief=3, partner=3)
    room = stage.room("owner", "plain", "observer", *cast)
    short_s = stretched(_SHORT_S, room.latency_s)

    for by, target in _MAY_NOT:
        room.accepted_before(room[target])
        answer = _hard_mute(room[by], room[target], short_s)
        title = f"a hard mute of {target} by {by} is refused"
        expect.refused(answer, "HARDMUTE", status=CLIENT_ERRORS, title=title)
        after = room.send(room[target], room.bundle())
        expect.accepted(after, "HARDMUTE", title=f"{target}, whom {by} may not mute, sends on")

    for by, target in _MAY:
        room.accepted_before(room[target])
        answer = _hard_mute(room[by], room[target], short_s)
        taken(expect, answer, "HARDMUTE", title=f"a hard mute of {target} by {by} is accepted")
        after = room.send(room[target], room.bundle())
        expect.reached(
            after.ended < answer.started + short_s - _ROUNDING_S, "the target was too slow to be asked in time"
        )
        expect.refused(after, "HARDMUTE", title=f"{target}, hard-muted by {by}, is refused")
