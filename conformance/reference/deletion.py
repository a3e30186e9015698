"""Reading back, deleting, clearing."""

from functools import partial
from typing import Any

from conformance.reference import bodies, refusals
from conformance.reference.bodies import Body
from conformance.reference.portal import Portal
from conformance.reference.records import Deed, Session


async def history(portal: Portal, session: Session, chat_id: int) -> Any:
    """What the history shows."""
    decisions = portal.decisions
    room = await portal.readable_room(session, chat_id)
    page = decisions.history_page(await portal.state.store.messages.all(chat_id))
    return decisions.response_of_history([decisions.history_entry(message, room) for message in page])


async def delete_by_id(portal: Portal, session: Session, chat_id: int, body: Body) -> int:
    """Delete these messages; how many were there."""
    ids = bodies.array(body, "ids")
    if not portal.decisions.is_count(len(ids)) or not all(isinstance(entry, str) for entry in ids):
        raise refusals.invalid(f"ids must hold 1 to {portal.decisions.max_ids} strings")
    async with portal.decisions.guard(portal.state, chat_id):
        room = await portal.erasable_room(session, chat_id)
        found = await portal.state.store.messages.find(chat_id, ids)
        going = portal.decisions.deletable(session.user, found, room.chat)
        erase = partial(portal.decisions.erase, portal.state, room, going)
        if not portal.decisions.may_delete(session.user, found, room.chat):
            raise await portal.decisions.denied(portal.state, room, Deed("delete", session.user, erase))
        return await erase()


async def delete_last(portal: Portal, session: Session, chat_id: int, body: Body) -> int:
    """Delete the newest messages, whoever sent them; the server's own entries stay."""
    count = bodies.integer(body, "count")
    if not portal.decisions.is_count(count):
        raise refusals.invalid(f"count must be 1 to {portal.decisions.max_ids}")
    async with portal.decisions.guard(portal.state, chat_id):
        room = await portal.erasable_room(session, chat_id)
        if not portal.decisions.may_delete_any(session.user, room.chat):
            raise refusals.forbidden()
        newest = portal.decisions.newest_messages(await portal.state.store.messages.all(chat_id), count)
        return await portal.decisions.erase(portal.state, room, newest)


async def delete_mine(portal: Portal, session: Session, chat_id: int) -> int:
    """Delete the caller's messages."""
    async with portal.decisions.guard(portal.state, chat_id):
        room = await portal.erasable_room(session, chat_id)
        said = await portal.state.store.messages.all(chat_id)
        own = portal.decisions.own_messages(session.user, said)
        return await portal.decisions.erase(portal.state, room, own)


async def clear(portal: Portal, session: Session, chat_id: int) -> int:
    """Delete everything and move the epoch on; how much was there."""
    decisions = portal.decisions
    async with decisions.guard(portal.state, chat_id):
        room = await portal.room(chat_id)
        wipe = partial(decisions.wipe, portal.state, room)
        if not decisions.may_clear(session.user, room.chat):
            raise await decisions.denied(portal.state, room, Deed("clear", session.user, wipe))
        cleared = await wipe()
        await decisions.rotate(portal.state, room, "clear", session.user)
        await decisions.note(portal.state, room, f"{session.user.username} cleared the chat")
        return cleared
