"""Joining, leaving, handing over the key, and being kicked."""

from functools import partial

from conformance.reference import refusals
from conformance.reference.portal import Portal
from conformance.reference.records import Deed, Sanction, Session, Share
from conformance.reference.shapes import Json


async def join(portal: Portal, session: Session, sid: str, chat_id: int) -> Json:
    """Let the session in; what its acknowledgement says."""
    decisions, state = portal.decisions, portal.state
    async with decisions.guard(state, chat_id):
        room = await portal.room(chat_id)
        refusal = decisions.refuses_join(session.user, room, state.now())
        if refusal is not None:
            raise refusal
        await decisions.rotate(state, room, "join", session.user)
        if not await decisions.enter(state, room, session, sid):
            raise refusals.no_session()
        return decisions.join_ack(await portal.room(chat_id), await decisions.members(state, chat_id))


async def leave(portal: Portal, session: Session, chat_id: int) -> None:
    """Let the session out."""
    async with portal.decisions.guard(portal.state, chat_id):
        room = await portal.room(chat_id)
        if not portal.decisions.is_joined(session, room):
            raise refusals.not_joined()
        await portal.decisions.depart(portal.state, room, session.id, session.user.id)


async def abandon(portal: Portal, session: Session) -> None:
    """Let the session out of every chat that none of its sockets listens to: its last socket is gone."""
    state = portal.state
    for chat_id in await state.store.chats.joined_by(session.id):
        async with portal.decisions.guard(state, chat_id):
            room = await portal.decisions.look_at(state, chat_id)
            there = [socket for socket in state.hub.listeners(chat_id) if socket.session_id == session.id]
            if room is not None and portal.decisions.leaves(there):
                await portal.decisions.depart(state, room, session.id, session.user.id)


async def kick(portal: Portal, session: Session, chat_id: int, user_id: int, *, ban: bool = False) -> None:
    """Throw the user out, for good where ``ban`` is set, and move the epoch on."""
    decisions, state = portal.decisions, portal.state
    async with decisions.guard(state, chat_id):
        room = await portal.room(chat_id)
        target = await portal.user(user_id)
        expel = partial(decisions.expel, state, room, target)
        if not decisions.may_kick(session.user, target, room.chat):
            raise await decisions.denied(state, room, Deed("kick", session.user, expel, target))
        if ban and not decisions.may_ban(session.user, target, room.chat):
            raise refusals.forbidden()
        await expel()
        if ban:
            await decisions.apply_ban(state, room, Sanction(target, 0))
        await decisions.rotate(state, room, "kick", target)
        await decisions.note(state, room, f"{target.username} was kicked")


async def share_key(portal: Portal, share: Share) -> None:
    """Hand the key of the current epoch from one session to another."""
    decisions, state = portal.decisions, portal.state
    async with decisions.guard(state, share.chat_id):
        room = await portal.room(share.chat_id)
        refusal = decisions.refuses_share(share, room)
        if refusal is not None:
            raise refusal
        await decisions.keep_key(state, share)
        await decisions.forward_key(state, share)
