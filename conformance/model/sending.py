"""Which answers to a send are right, and what an answer tells."""

from collections.abc import Iterator
from dataclasses import replace

from conformance.model.facts import ChatFacts, Said, Sure, World
from conformance.model.outcomes import CLIENT_ERRORS, Cause, Right

STALE, FUTURE, VALID = "stale", "future", "valid"
_NOT_JOINED = "it may not have joined"
_NO_KEY = "it may not have the key"


def right_send(world: World, chat: ChatFacts, session: str, what: str, malformed: Cause | None = None) -> Right:
    """What is right for a send: valid, of a stale or a future epoch, or ``malformed``."""
    causes = [*_standing(world, chat, session), *_content(chat, session, what)]
    user = world.user_of(session)
    blame = tuple(chat.blame.get(user, ())) or _elsewhere(world, chat, user) or ("SEND-ACCEPT",)
    return Right((*causes, *([malformed] if malformed else ())), blame)


def right_overtaken(world: World, chat: ChatFacts, session: str, what: str, malformed: Cause | None = None) -> Right:
    """What is right for a send that was answered while the epoch rose, before or after: whatever is right for either.

    ``chat`` is as it is known to be after it.
    """
    right = right_send(world, chat, session, what, malformed)
    return replace(right, causes=(*right.causes, *_MEANWHILE))


_MEANWHILE = (
    Cause("the epoch rose meanwhile", ("SEND-EPOCH-STALE",), certain=False, code="epoch_mismatch"),
    Cause("its key was of the epoch before", ("SEND-NOKEY-ROTATED",), certain=False, code="no_room_key"),
)


def _standing(world: World, chat: ChatFacts, session: str) -> Iterator[Cause]:
    user = world.user_of(session)
    if chat.is_outside(user):
        banished = user in chat.banished
        yield Cause("it is no member", ("BAN-MEMBERSHIP",) if banished else ("SEND-PRIVATE",), (403, 404))
    if user in chat.bans:
        yield Cause("it is banned", ("SEND-BANNED",), (403, 404) if chat.private else (403,))
    if user in chat.mutes:
        yield Cause("it is muted", ("SEND-MUTED",), ttl=chat.mutes[user])
    if user in world.hard_muted:
        yield Cause("it is muted everywhere", ("HARDMUTE", *(("UNMUTE-OK",) if user in world.unmuted else ())))
    joined = chat.is_joined(session)
    if joined is not Sure.YES:
        words = "it has not joined" if joined is Sure.NO else _NOT_JOINED
        yield Cause(words, ("SEND-JOINED",), CLIENT_ERRORS, certain=joined is Sure.NO)


def _content(chat: ChatFacts, session: str, what: str) -> Iterator[Cause]:
    if what == STALE:
        yield Cause("the epoch is stale", ("SEND-EPOCH-STALE",), code="epoch_mismatch")
    if what == FUTURE:
        yield Cause("the epoch is yet to come", ("SEND-EPOCH-FUTURE",), code="epoch_mismatch")
    key = chat.has_key(session)
    if key is not Sure.YES:
        words = "it has no key" if key is Sure.NO else _NO_KEY
        yield Cause(words, (_no_key(chat, session),), certain=key is Sure.NO, code="no_room_key")


def _no_key(chat: ChatFacts, session: str) -> str:
    """What is broken if the session without a key is accepted."""
    if session in chat.keys:
        return "SEND-NOKEY-ROTATED"
    twin = session.rstrip("2")
    return "KEY-SESSION" if twin != session and chat.has_key(twin) else "SEND-NOKEY"


def _elsewhere(world: World, chat: ChatFacts, user: str) -> tuple[str, ...]:
    others = [one for one in world.chats.values() if one is not chat]
    muted = ("SEND-MUTED-SCOPE",) if any(user in one.mutes for one in others) else ()
    return (*muted, *(("SEND-BANNED-SCOPE",) if any(user in one.bans for one in others) else ()))


def accepted(world: World, chat: ChatFacts, session: str, said: Said) -> None:
    """A send was accepted: its sender has joined and has the key, and nothing is left of what was suspected."""
    # Joining is the session's, events are for the sockets which joined: another one of it may send and hear nothing.
    chat.joined[session] = Sure.MAYBE if session in chat.anew else Sure.YES
    chat.keys[session] = (chat.epoch, Sure.YES)
    chat.blame.pop(world.user_of(session), None)
    chat.said.append(said)
    chat.fresh.append(said)


def refused(world: World, chat: ChatFacts, session: str, right: Right, status: int) -> None:
    """A send was refused: where only one thing that was not sure explains it, that is sure now."""
    chat.fresh.clear()
    explained = right.explained(status)
    user = world.user_of(session)
    for one in right.causes:
        if one.certain:
            chat.suspect(user, *_CURED.get(one.ids[0], ()), "SEND-DISTINCT")
    if len(explained) == 1 and not explained[0].certain:
        if explained[0].words == _NOT_JOINED:
            chat.joined[session] = Sure.NO
        else:
            chat.keys[session] = (chat.epoch, Sure.NO)


_CURED = {
    "SEND-MUTED": ("SEND-MUTED-LIFTED",),
    "SEND-BANNED": ("SEND-BANNED-LIFTED",),
    "SEND-NOKEY": ("SEND-NOKEY-CURED",),
    "SEND-NOKEY-ROTATED": ("SEND-NOKEY-CURED",),
    "KEY-SESSION": ("SEND-NOKEY-CURED",),
    "SEND-JOINED": ("SEND-JOINED",),
    "SEND-PRIVATE": ("SEND-PRIVATE",),
}
"""What breaks if the sender is still refused when the cause is gone."""
