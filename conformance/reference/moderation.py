"""Mutes and bans: what is asked for, who may, and then the effect."""

from functools import partial

from conformance.reference import bodies, refusals
from conformance.reference.bodies import Body
from conformance.reference.portal import Portal
from conformance.reference.records import Deed, Sanction, Session

_MAX_TEXT = 100_000
"""Beyond this nobody looks at what a text says."""


async def mute(portal: Portal, session: Session, chat_id: int, body: Body) -> None:
    """Mute somebody in the chat."""
    decisions = portal.decisions
    sanction = await _sanction(portal, body, decisions.default_mute_s, decisions.max_mute_s)
    async with decisions.guard(portal.state, chat_id):
        room = await portal.room(chat_id)
        apply = partial(decisions.apply_mute, portal.state, room, sanction)
        if not decisions.may_mute(session.user, sanction.user, room.chat):
            raise await decisions.denied(portal.state, room, Deed("mute", session.user, apply, sanction.user))
        await apply()


async def unmute(portal: Portal, session: Session, chat_id: int, body: Body) -> None:
    """Lift somebody's mute in the chat."""
    target = await portal.user(bodies.integer(body, "user_id"))
    async with portal.decisions.guard(portal.state, chat_id):
        room = await portal.room(chat_id)
        if not portal.decisions.may_mute(session.user, target, room.chat):
            raise refusals.forbidden()
        await portal.decisions.lift_mute(portal.state, room, target)


async def ban(portal: Portal, session: Session, chat_id: int, body: Body) -> None:
    """Ban somebody from the chat."""
    decisions = portal.decisions
    sanction = await _sanction(portal, body, decisions.default_ban_s, decisions.max_ban_s)
    async with decisions.guard(portal.state, chat_id):
        room = await portal.room(chat_id)
        apply = partial(decisions.apply_ban, portal.state, room, sanction)
        if not decisions.may_ban(session.user, sanction.user, room.chat):
            raise await decisions.denied(portal.state, room, Deed("ban", session.user, apply, sanction.user))
        await apply()


async def unban(portal: Portal, session: Session, chat_id: int, body: Body) -> None:
    """Lift somebody's ban, whether there is one or not."""
    target = await portal.user(bodies.integer(body, "user_id"))
    async with portal.decisions.guard(portal.state, chat_id):
        room = await portal.room(chat_id)
        if not portal.decisions.may_ban(session.user, target, room.chat):
            raise refusals.forbidden()
        await portal.decisions.lift_ban(portal.state, room, target)


async def hard_mute(portal: Portal, session: Session, body: Body) -> None:
    """Mute somebody in every chat."""
    decisions = portal.decisions
    sanction = await _sanction(portal, body, decisions.default_mute_s, decisions.max_mute_s)
    if not decisions.may_hard_mute(session.user, sanction.user):
        raise refusals.forbidden()
    await decisions.apply_hard_mute(portal.state, sanction)


async def _sanction(portal: Portal, body: Body, default_s: int, max_s: int) -> Sanction:
    user_id = bodies.integer(body, "user_id")
    duration = bodies.integer(body, "duration", default=default_s)
    if not portal.decisions.is_duration(duration, max_s):
        raise refusals.invalid(f"duration must be 0 to {max_s} seconds")
    reason = bodies.optional_text(body, "reason", most=_MAX_TEXT)
    if reason is not None and not portal.decisions.is_reason(reason):
        raise refusals.invalid(f"reason must be at most {portal.decisions.max_reason_length} characters")
    return Sanction(await portal.user(user_id), duration, reason)
