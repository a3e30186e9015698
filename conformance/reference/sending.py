"""The way of a message: gathered, judged, stored, told."""

from conformance.reference.portal import Portal
from conformance.reference.records import Attempt, Message, Session
from conformance.reference.refusals import Refusal


async def send(portal: Portal, session: Session, chat_id: int, content: object) -> Message:
    """Accept the message or raise the refusal; nothing else happens in the chat meanwhile."""
    decisions, state = portal.decisions, portal.state
    # The sender's own lock comes second everywhere: its global limit is one over all chats.
    async with decisions.guard(state, chat_id), decisions.guard_of_sender(state, session):
        attempt = await gather(portal, session, chat_id, content)
        refusal = decisions.judge(attempt)
        if refusal is not None:
            await _refuse(portal, attempt, refusal)
            raise refusal
        message = await decisions.store_message(state, attempt)
        if decisions.counts(attempt, None):
            await decisions.count_attempt(state, attempt, message.id)
        await decisions.broadcast(state, attempt.room, message)
    return message


async def gather(portal: Portal, session: Session, chat_id: int, content: object) -> Attempt:
    """Everything that decides about the attempt, as it is now."""
    decisions, store = portal.decisions, portal.state.store
    room = await portal.room(chat_id)
    global_limit = await store.windows.global_limit(session.user.id)
    return Attempt(
        session=session,
        room=room,
        content=content,
        bundle=decisions.validate_bundle(content),
        now=portal.state.now(),
        hard_muted_until=await store.accounts.hard_muted_until(session.user.id),
        global_limit=global_limit,
        sent_here=await store.windows.times(decisions.chat_window_of(session, room), room.limit),
        sent_anywhere=await store.windows.times(decisions.global_window_of(session), global_limit),
    )


async def _refuse(portal: Portal, attempt: Attempt, refusal: Refusal) -> None:
    if portal.decisions.counts(attempt, refusal):
        await portal.decisions.count_attempt(portal.state, attempt, portal.decisions.correlation_id())
    await portal.decisions.refused(portal.state, attempt, refusal)
