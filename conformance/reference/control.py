"""The control API: how a staging system lends out users, chats and limits."""

import secrets
from collections.abc import Awaitable, Callable
from hmac import compare_digest
from typing import Any, cast

from starlette.responses import Response
from starlette.routing import Route

from conformance.reference import bodies, refusals
from conformance.reference.bodies import Body
from conformance.reference.http import Action, Call, Json, endpoint
from conformance.reference.portal import Portal
from conformance.reference.records import CHAT_LIMIT, GLOBAL_LIMIT, Limit, Visibility
from conformance.reference.refusals import Refusal

Disconnect = Callable[[int], Awaitable[None]]
"""Ends the connections of a user."""

_BASE = "/_conformance/v1"
_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]
_HIGHEST_LEVEL = 3
_GONE = 204


def routes(portal: Portal, disconnect: Disconnect) -> list[Route]:
    """All of it; none where the server was started without a token."""
    if not portal.settings.control_token:
        return []

    async def delete_user(call: Call) -> Response:
        user_id = call.id("user_id", malformed=404)
        await portal.state.store.accounts.delete(user_id)
        await disconnect(user_id)
        return Response(status_code=_GONE)

    table: list[tuple[str, str, Action]] = [
        ("GET", "", describe),
        ("GET", "/", describe),
        ("POST", "/users", create_user),
        ("POST", "/users/{user_id}/sessions", open_session),
        ("POST", "/chats", create_chat),
        ("PUT", "/chats/{chat_id}/members/{user_id}", add_member),
        ("DELETE", "/chats/{chat_id}/members/{user_id}", remove_member),
        ("PUT", "/chats/{chat_id}/limit", limit_chat),
        ("PUT", "/users/{user_id}/limit", limit_user),
        ("DELETE", "/users/{user_id}", delete_user),
        ("DELETE", "/chats/{chat_id}", delete_chat),
    ]
    known = [Route(_BASE + path, _guarded(portal, action), methods=[method]) for method, path, action in table]
    # Without the token nobody learns which paths there are.
    return [*known, Route(_BASE + "{rest:path}", _guarded(portal, nothing_here), methods=_METHODS)]


def _guarded(portal: Portal, action: Action) -> Any:
    async def checked(call: Call) -> Any:
        _check_token(call)
        return await action(call)

    return endpoint(portal, checked)


def _check_token(call: Call) -> None:
    """Compared in constant time, so that a wrong token tells nothing about the right one."""
    wanted = f"Bearer {call.portal.settings.control_token}"
    given = call.request.headers.get("authorization", "")
    if not compare_digest(given.encode(), wanted.encode()):
        raise Refusal("token", 401, "a valid token is needed")


async def nothing_here(call: Call) -> Any:  # noqa: ARG001 - every action is handed its call
    """Answer what is no path of the control API."""
    raise refusals.unknown("path")


async def describe(call: Call) -> Any:  # noqa: ARG001 - every action is handed its call
    """Which protocol this is, and the limits of a chat and a user that nobody configured."""
    limits = {"chat": CHAT_LIMIT, "global": GLOBAL_LIMIT}
    shown = {name: {"messages": limit.messages, "window_s": limit.window_s} for name, limit in limits.items()}
    return {"protocol": "portal-conformance-control/1", "limits": shown}


async def create_user(call: Call) -> Response:
    """Make a user with one session."""
    body = await _body(call)
    level = bodies.integer(body, "permission_level", default=0, least=0, most=_HIGHEST_LEVEL)
    premium = bodies.boolean(body, "premium", default=False)
    accounts = call.portal.state.store.accounts
    user = await accounts.create(level, premium=premium)
    secret, session_id = await accounts.open_session(user.id)
    made = {"user_id": user.id, "username": user.username, "session": secret, "session_id": session_id}
    return Json(made, status_code=201)


async def open_session(call: Call) -> Response:
    """Give a user one more session."""
    user = await call.portal.user(call.id("user_id", malformed=404))
    await _body(call, optional=True)
    secret, session_id = await call.portal.state.store.accounts.open_session(user.id)
    return Json({"session": secret, "session_id": session_id}, status_code=201)


async def create_chat(call: Call) -> Response:
    """Make a chat of any visibility."""
    body = await _body(call)
    visibility, owner_id = _visibility(body), _owner_id(body)
    history_visible = bodies.boolean(body, "history_visible", default=True)
    member_ids = _member_ids(body)
    for user_id in [*member_ids, *([] if owner_id is None else [owner_id])]:
        await call.portal.user(user_id)
    chats, epoch = call.portal.state.store.chats, call.portal.decisions.first_epoch()
    chat = await chats.create(epoch, visibility=visibility, owner_id=owner_id, history_visible=history_visible)
    for user_id in member_ids:
        await chats.add_member(chat.id, user_id)
    return Json({"chat_id": chat.id, "chat_name": chat.name, "epoch": epoch}, status_code=201)


async def add_member(call: Call) -> Response:
    """Give membership."""
    chat_id, user_id = await _chat_and_user(call)
    await call.portal.state.store.chats.add_member(chat_id, user_id)
    return Response(status_code=_GONE)


async def remove_member(call: Call) -> Response:
    """Take membership."""
    chat_id, user_id = await _chat_and_user(call)
    async with call.portal.decisions.guard(call.portal.state, chat_id):
        await call.portal.decisions.end_membership(call.portal.state, chat_id, user_id)
    return Response(status_code=_GONE)


async def limit_chat(call: Call) -> Response:
    """Set the message limit of a chat."""
    room = await call.portal.room(call.id(malformed=404))
    await call.portal.state.store.chats.set_limit(room.chat.id, _limit(await _body(call)))
    return Response(status_code=_GONE)


async def limit_user(call: Call) -> Response:
    """Set the global message limit of a user."""
    user = await call.portal.user(call.id("user_id", malformed=404))
    await call.portal.state.store.windows.set_global(user.id, _limit(await _body(call)))
    return Response(status_code=_GONE)


async def delete_chat(call: Call) -> Response:
    """Forget a chat."""
    chat_id = call.id(malformed=404)
    async with call.portal.decisions.guard(call.portal.state, chat_id):
        await call.portal.decisions.destroy(call.portal.state, chat_id)
    return Response(status_code=_GONE)


async def _body(call: Call, *, optional: bool = False) -> Body:
    """The body; here every fault of it is a 422."""
    try:
        return await (call.body_or_nothing() if optional else call.body())
    except Refusal as refusal:
        raise refusals.invalid(refusal.error) from None


async def _chat_and_user(call: Call) -> tuple[int, int]:
    room = await call.portal.room(call.id(malformed=404))
    user = await call.portal.user(call.id("user_id", malformed=404))
    return room.chat.id, user.id


def _visibility(body: Body) -> Visibility:
    value = body.get("visibility", "public")
    if value not in ("public", "private", "official"):
        raise refusals.invalid("visibility must be public, private or official")
    return cast("Visibility", value)


def _owner_id(body: Body) -> int | None:
    return None if body.get("owner_id") is None else bodies.integer(body, "owner_id")


def _member_ids(body: Body) -> list[int]:
    ids = bodies.array(body, "member_ids", default=[])
    if not all(type(entry) is int for entry in ids):
        raise refusals.invalid("member_ids must be integers")
    return ids


def _limit(body: Body) -> Limit:
    messages = bodies.integer(body, "messages", least=1)
    return Limit(messages, bodies.number(body, "window_s"), secrets.token_hex(4))
