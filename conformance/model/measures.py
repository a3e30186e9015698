"""Who may do what to whom, and what it brings about."""

from conformance.model.facts import OWNER, ChatFacts, Said, Sure, World
from conformance.model.outcomes import CLIENT_ERRORS, Cause, Right

DONE = frozenset(range(200, 300))
MODERATOR, ADMIN = 1, 2

_MUST = Right(accepted=DONE)
_OPEN = Right((Cause("no page says", (), CLIENT_ERRORS, certain=False),), accepted=DONE)


def _must(*ids: str) -> Right:
    return Right(blame=ids, accepted=DONE)


def _must_not(words: str, *ids: str) -> Right:
    return Right((Cause(words, ids, CLIENT_ERRORS),), accepted=DONE)


# --- who may ----------------------------------------------------------------------------------------------------------


def right_measure(world: World, chat: ChatFacts, actor: str, verb: str, target: str) -> Right:
    """What is right when the user ``actor`` mutes, unmutes, bans, unbans or kicks the user ``target``."""
    if actor == target:
        forbidden = {"kick": "KICK-SELF", "ban": "BAN-BOUNDS"}.get(verb)
        return _must_not("nobody may do this to oneself", forbidden) if forbidden else _OPEN
    level = world.level_of(actor)
    if actor == OWNER:
        return _by_owner(world, chat, verb, target)
    if level == 0:
        forbidden = {"kick": "KICK-RIGHTS", "mute": "MUTE-RIGHTS"}.get(verb)
        return _must_not("it is a plain member", forbidden) if forbidden else _OPEN
    return _by_level(world, chat, level, verb, target)


def _by_owner(world: World, chat: ChatFacts, verb: str, target: str) -> Right:
    if world.level_of(target):
        return _OPEN
    here = any(chat.is_joined(one) is Sure.YES for one in world.sessions_of(target)) and target not in chat.bans
    needed = {
        "mute": here and target not in chat.mutes,
        "unmute": target in chat.mutes and not chat.is_outside(target),
        "ban": here,
        "unban": True,
        "kick": here,
    }[verb]
    ids = {"mute": "MUTE-OK", "unmute": "UNMUTE-OK", "ban": "BAN-OK", "unban": "UNBAN-IDEMPOTENT", "kick": "KICK-OK"}
    return _must(ids[verb]) if needed else _OPEN


def _by_level(world: World, chat: ChatFacts, level: int, verb: str, target: str) -> Right:
    if chat.private:
        return _must_not("it is a private chat", "MUTE-RIGHTS") if (verb, level) == ("mute", MODERATOR) else _OPEN
    above = world.level_of(target) >= level and target != OWNER
    return _must_not("its level is not above", "RIGHTS-HIERARCHY") if above and verb in _ON_LOWER else _OPEN


_ON_LOWER = ("mute", "ban", "kick")


def right_hard_mute(world: World, actor: str, target: str) -> Right:
    """What is right when the user ``actor`` mutes the user ``target`` everywhere."""
    level = world.level_of(actor)
    if level < ADMIN:
        return _must_not("it is no admin", "HARDMUTE")
    if world.level_of(target) >= level:
        return _must_not("its level is not above", "HARDMUTE")
    return _must("HARDMUTE") if target not in world.hard_muted else _OPEN


def right_clear(world: World, actor: str) -> Right:
    """What is right when the user ``actor`` clears a chat of the owner's."""
    if actor == OWNER:
        return _must("CLEAR-OK")
    if world.level_of(actor) < ADMIN:
        return _must_not("it is neither owner nor admin", "CLEAR-RIGHTS")
    return _must("CLEAR-RIGHTS")


def right_delete(world: World, chat: ChatFacts, actor: str, message: Said) -> Right:
    """What is right when the user ``actor`` deletes a message by its id."""
    if actor == OWNER:
        return _must("DEL-COUNT")
    level = world.level_of(actor)
    if actor == message.user or level >= ADMIN or (level == MODERATOR and not chat.private):
        return _OPEN
    return _must_not("it is another's message", "DEL-RIGHTS")


def right_delete_mine(world: World, chat: ChatFacts, session: str) -> Right:
    """What is right when a session deletes what its user said."""
    inside = session in world.audience(chat)
    return _must("DEL-MINE") if inside else _OPEN


def right_join(world: World, chat: ChatFacts, session: str) -> Right:
    """What is right when a session asks to join; an acknowledgement counts as 200 or 403."""
    user = world.user_of(session)
    if user in chat.bans:
        return Right((Cause("it is banned", ("BAN-REJOIN",)),))
    if chat.is_outside(user):
        return Right((Cause("it is no member", (), certain=False),))
    if user in world.hard_muted and chat.is_joined(session) is not Sure.YES:
        return Right((Cause("it is muted everywhere, and no page says that it may join", (), certain=False),))
    lifted = tuple(one for one in chat.blame.get(user, ()) if one == "SEND-BANNED-LIFTED")
    return Right(blame=lifted)


def right_read(chat: ChatFacts, user: str, *, inside: bool) -> Right:
    """What is right when somebody reads the history."""
    if chat.is_outside(user):
        return _must_not("it is no member", "HIST-PRIVATE")
    return _MUST if inside else _OPEN


# --- what it brings about ---------------------------------------------------------------------------------------------


def after_measure(world: World, chat: ChatFacts, verb: str, target: str, duration: int = 0) -> None:
    """The measure was carried out."""
    if verb == "mute":
        chat.mutes[target] = chat.mutes.get(target, frozenset()) | {duration}
    elif verb == "unmute":
        world.unmuted |= {target} & world.hard_muted
        if chat.mutes.pop(target, None):
            chat.suspect(target, "SEND-MUTED-LIFTED")
    elif verb == "ban":
        _banned(world, chat, target)
    elif verb == "unban":
        if target in chat.bans:
            chat.bans.discard(target)
            chat.suspect(target, "SEND-BANNED-LIFTED")
    elif verb == "kick":
        _kicked(world, chat, target)


def _banned(world: World, chat: ChatFacts, target: str) -> None:
    chat.bans.add(target)
    world.dropped.add(target)
    if chat.private and target in chat.members:
        chat.members.discard(target)
        chat.banished.add(target)
    for session in world.sessions_of(target):
        drop(chat, session)


def _kicked(world: World, chat: ChatFacts, target: str) -> None:
    world.dropped.add(target)
    for session in world.sessions_of(target):
        chat.joined[session] = Sure.NO


def lost(world: World, session: str) -> None:
    """The session lost its socket: what it had in each chat is not known any more."""
    world.lost.add(session)
    for chat in world.chats.values():
        chat.anew.add(session)
        drop(chat, session)


def drop(chat: ChatFacts, session: str) -> None:
    """Whether the session is still joined is not known any more, nor whether its key outlives that."""
    if chat.is_joined(session) is Sure.YES:
        chat.joined[session] = Sure.MAYBE
        doubt_key(chat, session)


def doubt_key(chat: ChatFacts, session: str) -> None:
    """Whether the session has the key still is not known any more."""
    if chat.has_key(session) is Sure.YES:
        chat.keys[session] = (chat.epoch, Sure.MAYBE)


def left(chat: ChatFacts, session: str) -> None:
    """The session left."""
    chat.joined[session] = Sure.NO
    doubt_key(chat, session)


def joined(world: World, chat: ChatFacts, session: str) -> None:
    """The session joined."""
    user = world.user_of(session)
    chat.ever.add(user)
    chat.anew.discard(session)
    if chat.is_joined(session) is Sure.NO and chat.keys.get(session):
        doubt_key(chat, session)
    chat.joined[session] = Sure.MAYBE if chat.is_outside(user) else Sure.YES


def is_new(world: World, chat: ChatFacts, session: str) -> bool:
    """Whether a join of the session is that of a new user in a chat that others have joined."""
    user = world.user_of(session)
    others = any(sure is Sure.YES and world.user_of(one) != user for one, sure in chat.joined.items())
    return user not in chat.ever and others


def rotated(chat: ChatFacts, epoch: int) -> None:
    """The epoch rose: no key counts any more."""
    if chat.epoch >= 0:
        chat.earlier.append(chat.epoch)
    chat.epoch = epoch


def shared(chat: ChatFacts, session: str) -> None:
    """The session was handed the key of the current epoch."""
    chat.keys[session] = (chat.epoch, Sure.YES)


def member(chat: ChatFacts, user: str) -> None:
    """The user was made a member."""
    chat.members.add(user)
    chat.banished.discard(user)
    chat.suspect(user, "SEND-PRIVATE")


def no_member(world: World, chat: ChatFacts, user: str) -> None:
    """The user lost its membership: whether that makes it leave no page says."""
    chat.members.discard(user)
    chat.banished.discard(user)
    for session in world.sessions_of(user):
        drop(chat, session)


def deleted(messages: list[Said], *ids: str) -> None:
    """These messages were deleted."""
    for one in messages:
        one.gone = ids
