"""Steps that move somebody: coming and going, keys, measures."""

from collections.abc import Callable, Mapping

from conformance.client.answers import Answer
from conformance.dialect import read
from conformance.envelope import KeyPair
from conformance.errors import Blocked
from conformance.exploration.playing import Place, Play, Wrong, both
from conformance.exploration.speaking import (
    NOTHING,
    Outcome,
    delete,
    delete_last,
    delete_mine,
    read_history,
    reckon,
    send,
)
from conformance.exploration.steps import HERE, THERE, Step
from conformance.model import measures
from conformance.model.facts import Sure
from conformance.model.outcomes import Right

_DURATIONS = {"for good": 0, "for ten minutes": 600}
_OK = {
    "mute": "MUTE-OK", "unmute": "UNMUTE-OK", "ban": "BAN-OK", "unban": "UNBAN-IDEMPOTENT", "kick": "KICK-OK",
    "hard_mute": "HARDMUTE", "clear": "CLEAR-OK",
}  # fmt: skip
_ANNOUNCED = {"mute": ("muted", "MUTE-EVENT"), "unmute": ("unmuted", "UNMUTE-OK"), "ban": ("banned", "BAN-EVENT")}


# --- coming and going -------------------------------------------------------------------------------------------------


def join(play: Play, place: Place, step: Step) -> Outcome:
    """Somebody asks to join."""
    facts, session = place.facts, step.actor
    user = play.world.user_of(session)
    new = measures.is_new(play.world, facts, session)
    if new and play.world.lost:
        # What rotates by itself is told apart from what the join does, as far as it can be.
        play.look(place, told=play.world.audience(facts))
    before, known = play.world.audience(facts), facts.epoch
    acknowledged = play.emit(session, "join", chat_id=place.chat.chat_id)
    # A socket that was ended meanwhile may have cost it its place.
    right = measures.right_join(play.world, facts, session)
    came = f"acknowledged with {acknowledged.shown()}"
    status = 200 if acknowledged.ok else 403
    if not right.allows(status):
        broken = right.broken_by(status)
        if not broken:
            raise Blocked(f"{session} may join, but it was {came}")
        raise Wrong(broken, step.told(), right.shown(), came)
    play.hold(*right.upheld(), title=step.told(), right=right.shown(), came=came)
    if acknowledged.ok:
        epoch = read(acknowledged.payload, play.stage.link.profile.dialect.emit["join"].ack["epoch"])
        measures.joined(play.world, facts, session)
        _rotates_by_joining(play, place, epoch, new=new and not facts.is_outside(user), before=before - {session})
        new_ids = [one for one in play.world.sessions_of(user) if one != session]
        play.look(place, told=before - {session, *new_ids} if facts.epoch == known else ())
    return right.shown(), "let in" if acknowledged.ok else "not let in"


def _rotates_by_joining(play: Play, place: Place, epoch: object, *, new: bool, before: set[str]) -> None:
    facts = place.facts
    if not isinstance(epoch, int):
        return
    rose = epoch > facts.epoch
    if new and (rose is facts.hidden or not (rose and play.may_rotate())):
        title = "a new user joins a chat whose history is " + ("hidden" if facts.hidden else "visible")
        right = f"{'above' if facts.hidden else 'still'} {facts.epoch}"
        play.expect(rose is facts.hidden, "JOIN-ROTATES", title=title, right=right, came=epoch)
    play.learn(place, epoch, told=before)


def leave(play: Play, place: Place, step: Step) -> Outcome:
    """Somebody who has joined leaves."""
    if place.facts.is_joined(step.actor) is not Sure.YES:
        return NOTHING
    if not play.emit(step.actor, "leave", chat_id=place.chat.chat_id).ok:
        # No clause speaks of leaving: what it is worth shows when somebody sends.
        measures.drop(place.facts, step.actor)
        return "done", "refused"
    measures.left(place.facts, step.actor)
    play.look(place, told=play.world.audience(place.facts))
    return "done", "done"


def reconnect(play: Play, _: Place, step: Step) -> Outcome:
    """Somebody loses its connection and comes back: whether it has left by that no page says."""
    actor = play.actor(step.actor)
    actor.close()
    measures.lost(play.world, step.actor)
    play.actor(step.actor)
    for one in both(play):
        play.look(one, told=play.world.audience(one.facts))
    return "done", "done"


def share(play: Play, place: Place, step: Step) -> Outcome:
    """The owner hands somebody the key, who has to be there for it."""
    facts, user = place.facts, play.world.user_of(step.target)
    if facts.is_joined(step.target) is Sure.NO or user in facts.bans or facts.is_outside(user):
        return NOTHING
    if not play.actor(step.target).identity.session_id:
        return NOTHING
    # Whoever was refused for want of the key has it now.
    if play.share(place, step.target):
        facts.suspect(user, *(["SEND-NOKEY-CURED"] if "SEND-DISTINCT" in facts.blame.get(user, {}) else []))
        return "done", "done"
    return "done", "refused"


def register(play: Play, _: Place, step: Step) -> Outcome:
    """Somebody registers a public key, a new one or the same again."""
    actor, new = play.actor(step.actor), step.how == "a new"
    if new:
        actor.pair = KeyPair.generate()
    answer = actor.call("register_key", public_key=actor.pair.public_base64)
    right = Right(blame=("KEY-REGISTER",), accepted=measures.DONE)
    play.judge(right, answer, step.told())
    if "keys" in play.stage.link.profile.absent:
        return right.shown(), str(answer.status)
    status = read(answer.json, play.stage.link.profile.dialect.rest["register_key"].answer["status"])
    wanted = "registered" if new else "unchanged"
    play.expect(status == wanted, "KEY-REGISTER", title=step.told(), right=wanted, came=status, answer=answer)
    for one in both(play):
        if new and step.actor in play.world.audience(one.facts):
            play.told_of(one, "key_added", play.world.audience(one.facts) - {step.actor}, "KEY-EVENT")
        if new:
            measures.doubt_key(one.facts, step.actor)
    return right.shown(), str(answer.status)


# --- measures ---------------------------------------------------------------------------------------------------------


def measure(play: Play, place: Place, step: Step) -> Outcome:
    """Somebody mutes, unmutes, bans, unbans or kicks somebody, and it is announced."""
    facts, world = place.facts, play.world
    actor, target = world.user_of(step.actor), world.user_of(step.target)
    right = measures.right_measure(world, facts, actor, step.verb, target)
    if target == "owner":
        return NOTHING
    before, there = (
        world.audience(facts),
        {one for one in world.sessions_of(target) if facts.is_joined(one) is Sure.YES},
    )
    duration = _DURATIONS.get(step.how, 0)
    answer = _ask(play, place, step, duration=duration, reason="conformance")
    if not play.judge(right, answer, step.told()):
        facts.suspect(target, *(one for cause in right.causes for one in cause.ids))
        return right.shown(), str(answer.status)
    _is_ok(play, step, answer)
    gone = world.sessions_of(target) if step.verb in ("ban", "kick") else []
    measures.after_measure(world, facts, step.verb, target, duration)
    _announced(play, place, step, before - set(gone), there if not right.causes else set())
    must = ["KICK-ROTATES"] if step.verb == "kick" and not right.causes else []
    play.look(place, *must, told=before - set(gone))
    if step.verb == "ban":
        _come_back(play, place, target)
    if step.verb == "kick" and target in facts.members:
        # Whether a kick ends membership no page says: from here on it is known again.
        play.stage.lease.give_membership(place.chat, play.actor(step.target).identity)
        play.look(place, told=world.audience(facts))
    return right.shown(), str(answer.status)


def _ask(play: Play, place: Place, step: Step, **values: object) -> Answer:
    target = play.actor(step.target).identity.user_id
    return play.actor(step.actor).call(step.verb, chat_id=place.chat.chat_id, user_id=target, **values)


def _is_ok(play: Play, step: Step, answer: Answer) -> None:
    pointer = play.stage.link.profile.dialect.rest[step.verb].answer["ok"]
    ok, right = read(answer.json, pointer), f"{pointer.removeprefix('/')} is true"
    play.expect(ok is True, _OK[step.verb], title=step.told(), right=right, came=answer.text, answer=answer)


def _announced(play: Play, place: Place, step: Step, hearers: set[str], there: set[str]) -> None:
    target = play.actor(step.target).identity.user_id
    if step.verb in _ANNOUNCED:
        what, requirement = _ANNOUNCED[step.verb]
        play.told_of(place, what, hearers, requirement, user_id=target)
    if step.verb == "kick" and there:
        play.told_of(place, "kicked", there, "KICK-OK")


def _come_back(play: Play, place: Place, user: str) -> None:
    """Whose socket may have been ended by a ban joins its other chats again."""
    for other in both(play):
        for session in play.world.sessions_of(user):
            if other is not place and other.facts.is_joined(session):
                _join_again(play, other, session)


def _join_again(play: Play, place: Place, session: str) -> None:
    try:
        join(play, place, Step(session, "join"))
    except Blocked:
        if not play.was_dropped(session):
            raise
        join(play, place, Step(session, "join"))
    if place.facts.has_key(session) is Sure.MAYBE and place.facts.is_joined(session) is Sure.YES:
        play.share(place, session)


def hard_mute(play: Play, place: Place, step: Step) -> Outcome:
    """Somebody mutes somebody everywhere. For a while: nothing lifts it."""
    actor, target = play.world.user_of(step.actor), play.world.user_of(step.target)
    if target == "owner" or play.stage.scarce:
        # Nothing lifts it: an account that has to be used again would rest for very long.
        return NOTHING
    # Furnished while everybody may join: no page says whether who is muted everywhere may.
    for name in (HERE, THERE):
        play.place(name)
    right = measures.right_hard_mute(play.world, actor, target)
    answer = _ask(play, place, step, duration=600, reason="conformance")
    if play.judge(right, answer, step.told()):
        _is_ok(play, step, answer)
        play.world.hard_muted.add(target)
    else:
        place.facts.suspect(target, "HARDMUTE")
    return right.shown(), str(answer.status)


def clear(play: Play, place: Place, step: Step) -> Outcome:
    """Somebody clears the chat, which rotates the epoch."""
    facts = place.facts
    right = measures.right_clear(play.world, play.world.user_of(step.actor))
    before, there = play.world.audience(facts), facts.there()
    answer = play.actor(step.actor).call("clear", chat_id=place.chat.chat_id)
    if not play.judge(right, answer, step.told()):
        for one in there:
            one.blame = ("CLEAR-RIGHTS",)
        return right.shown(), str(answer.status)
    _is_ok(play, step, answer)
    number = read(answer.json, play.stage.link.profile.dialect.rest["clear"].answer["cleared"])
    enough = isinstance(number, int) and number >= len(there)
    play.expect(
        enough, "CLEAR-OK", title="cleared counts", right=f"at least {len(there)}", came=answer.text, answer=answer
    )
    measures.deleted(there, "CLEAR-OK")
    play.told_of(place, "cleared", before, "CLEAR-OK")
    play.look(place, "CLEAR-ROTATES", without=step.target, told=before)
    return right.shown(), str(answer.status)


def give(play: Play, place: Place, step: Step) -> Outcome:
    """Somebody is made a member of the private chat."""
    if not place.facts.private or play.world.user_of(step.target) in place.facts.bans:
        return NOTHING
    play.stage.lease.give_membership(place.chat, play.actor(step.target).identity)
    measures.member(place.facts, play.world.user_of(step.target))
    play.look(place, told=play.world.audience(place.facts))
    return "done", "done"


def take(play: Play, place: Place, step: Step) -> Outcome:
    """Somebody loses its membership of the private chat."""
    user = play.world.user_of(step.target)
    if user not in place.facts.members:
        return NOTHING
    play.stage.lease.take_membership(place.chat, play.actor(step.target).identity)
    measures.no_member(play.world, place.facts, user)
    play.look(place, told=play.world.audience(place.facts))
    return "done", "done"


PLAYED: Mapping[str, Callable[[Play, Place, Step], Outcome]] = {
    "send": send, "join": join, "leave": leave, "reconnect": reconnect, "share": share, "register": register,
    "mute": measure, "unmute": measure, "ban": measure, "unban": measure, "kick": measure, "hard_mute": hard_mute,
    "clear": clear, "delete": delete, "delete_last": delete_last, "delete_mine": delete_mine, "read": read_history,
    "give": give, "take": take,
}  # fmt: skip
"""How each verb is played."""


def _last_word(play: Play, place: Place) -> None:
    """What was heard is complete only behind a message: said anew where it was overtaken by a rotation."""
    for _ in play.world.cast:
        known = place.facts.epoch
        send(play, place, Step("owner", "send", how="valid"))
        if place.facts.epoch == known:
            return


def conclude(play: Play) -> None:
    """The end of a story: the owner has a last word in each chat, the history is read, and all is reckoned up."""
    for place in both(play):
        play.turn()
        _last_word(play, place)
        reckon(play, place)
        if "history" not in play.stage.link.profile.absent:
            read_history(play, place, Step("owner", "read"))
