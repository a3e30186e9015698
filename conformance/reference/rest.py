"""The public REST paths."""

import secrets
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from conformance.reference import bodies, deletion, moderation, refusals, rooms, sending
from conformance.reference.bodies import Body
from conformance.reference.http import Action, Call, endpoint
from conformance.reference.invites import Invite
from conformance.reference.portal import Portal

_CHATS = "/v1/portal/chats"
_MAX_INVITE_USES = 1_000_000


def routes(portal: Portal) -> list[Route]:
    """The path table: everything that a logged-in user can ask for."""
    chat = f"{_CHATS}/{{chat_id}}"
    table: list[tuple[str, str, Action]] = [
        ("POST", f"{chat}/messages", send),
        ("GET", f"{chat}/history", history),
        ("POST", f"{chat}/messages/delete", delete),
        ("POST", f"{chat}/messages/delete-last", delete_last),
        ("POST", f"{chat}/messages/delete-mine", delete_mine),
        ("POST", f"{chat}/clear", clear),
        ("POST", f"{chat}/kick", kick),
        ("POST", f"{chat}/mute", mute),
        ("POST", f"{chat}/unmute", unmute),
        ("POST", f"{chat}/ban", ban),
        ("POST", f"{chat}/unban", unban),
        ("POST", "/v1/portal/hard-mute", hard_mute),
        ("POST", "/v1/portal/keys", register_key),
        ("POST", _CHATS, create_chat),
        ("POST", f"{chat}/delete", destroy_chat),
        ("POST", f"{chat}/invites", invite),
        ("POST", "/v1/portal/resolve/{code}", resolve),
    ]
    return [Route(path, endpoint(portal, action), methods=[method]) for method, path, action in table]


async def send(call: Call) -> Any:
    """Send a message."""
    session, chat_id = await call.session(), call.id()
    content = call.portal.decisions.content_of(await call.body())
    message = await sending.send(call.portal, session, chat_id, content)
    return call.portal.decisions.response_of_send(message)


async def history(call: Call) -> Any:
    """Read the history."""
    return await deletion.history(call.portal, await call.session(), call.id())


async def delete(call: Call) -> Any:
    """Delete messages by id."""
    session, chat_id = await call.session(), call.id()
    return {"deleted": await deletion.delete_by_id(call.portal, session, chat_id, await call.body())}


async def delete_last(call: Call) -> Any:
    """Delete the newest messages."""
    session, chat_id = await call.session(), call.id()
    return {"deleted": await deletion.delete_last(call.portal, session, chat_id, await call.body())}


async def delete_mine(call: Call) -> Any:
    """Delete the caller's messages."""
    return {"deleted": await deletion.delete_mine(call.portal, await call.session(), call.id())}


async def clear(call: Call) -> Any:
    """Clear a chat."""
    return {"ok": True, "cleared": await deletion.clear(call.portal, await call.session(), call.id())}


async def kick(call: Call) -> Any:
    """Kick a user."""
    session, chat_id = await call.session(), call.id()
    await rooms.kick(call.portal, session, chat_id, bodies.integer(await call.body(), "user_id"))
    return {"ok": True}


async def mute(call: Call) -> Any:
    """Mute a user in a chat."""
    session, chat_id = await call.session(), call.id()
    await moderation.mute(call.portal, session, chat_id, await call.body())
    return {"ok": True}


async def unmute(call: Call) -> Any:
    """Lift a mute."""
    session, chat_id = await call.session(), call.id()
    await moderation.unmute(call.portal, session, chat_id, await call.body())
    return {"ok": True}


async def ban(call: Call) -> Any:
    """Ban a user from a chat."""
    session, chat_id = await call.session(), call.id()
    await moderation.ban(call.portal, session, chat_id, await call.body())
    return {"ok": True}


async def unban(call: Call) -> Any:
    """Lift a ban."""
    session, chat_id = await call.session(), call.id()
    await moderation.unban(call.portal, session, chat_id, await call.body())
    return {"ok": True}


async def hard_mute(call: Call) -> Any:
    """Mute a user everywhere."""
    session = await call.session()
    await moderation.hard_mute(call.portal, session, await call.body())
    return {"ok": True}


async def register_key(call: Call) -> Any:
    """Register the session's public key."""
    session, decisions = await call.session(), call.portal.decisions
    public_key = decisions.public_key_of(await call.body())
    async with call.portal.state.lock(("key", session.id)):
        news = await decisions.register_key(call.portal.state, session, public_key)
    return {"status": "registered" if news else "unchanged"}


async def create_chat(call: Call) -> Any:
    """Make a private chat."""
    session, decisions = await call.session(), call.portal.decisions
    body = await call.body()
    name = bodies.text(body, "name", least=2, most=64)
    description = bodies.optional_text(body, "description", most=1000) or ""
    if not decisions.may_create(session.user):
        raise refusals.forbidden("a private chat needs premium")
    chat = await call.portal.state.store.chats.create(
        decisions.first_epoch(),
        name=name,
        visibility="private",
        owner_id=session.user.id,
        description=description,
    )
    return decisions.chat_object(await call.portal.room(chat.id))


async def destroy_chat(call: Call) -> Any:
    """Destroy a chat."""
    session, chat_id, state = await call.session(), call.id(), call.portal.state
    async with call.portal.decisions.guard(state, chat_id):
        room = await call.portal.room(chat_id)
        if not call.portal.decisions.may_destroy(session.user, room.chat):
            raise refusals.forbidden()
        await call.portal.decisions.destroy(state, chat_id)
    return {"message": "the chat is gone"}


async def invite(call: Call) -> Any:
    """Make an invitation."""
    session, chat_id = await call.session(), call.id()
    body = await call.body_or_nothing()
    room = await call.portal.room(chat_id)
    if not call.portal.decisions.may_invite(session.user, room.chat):
        raise refusals.forbidden()
    made = Invite(secrets.token_urlsafe(9), chat_id, _max_uses(body), _expires_at(body))
    await call.portal.state.store.invites.put(made)
    return {
        "code": made.code,
        "chat_id": chat_id,
        "max_uses": made.max_uses,
        "expires_at": body.get("expires_at"),
    }


async def resolve(call: Call) -> Response | Any:
    """Become a member by an invitation."""
    session, code = await call.session(), call.request.path_params["code"]
    state, decisions = call.portal.state, call.portal.decisions
    found = await state.store.invites.find(code)
    if found is None:
        raise refusals.unknown("invitation")
    async with decisions.guard(state, found.chat_id):
        room = await call.portal.room(found.chat_id)
        if decisions.is_banned(session.user, room, state.now()):
            raise refusals.banned()
        if session.user.id not in room.members and not decisions.owns(session.user, room.chat):
            await decisions.use_invite(state, code, session.user)
    return {"chat_id": room.chat.id, "chat_name": room.chat.name}


def _max_uses(body: Body) -> int | None:
    if body.get("max_uses") is None:
        return None
    return bodies.integer(body, "max_uses", least=1, most=_MAX_INVITE_USES)


def _expires_at(body: Body) -> float | None:
    """A time as ISO 8601, or as seconds since 1970."""
    value = body.get("expires_at")
    if value is None:
        return None
    if not isinstance(value, str):
        return bodies.number(body, "expires_at")
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise refusals.invalid("expires_at must be a time as ISO 8601") from None
