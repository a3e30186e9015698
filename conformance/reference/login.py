"""Logging in by a bot's key: a code, and the session that it opens."""

import secrets
from hmac import compare_digest
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from conformance.reference import bodies, refusals
from conformance.reference.http import Call, Json, endpoint
from conformance.reference.portal import Portal
from conformance.reference.settings import COOKIE

_CODE_LIFETIME_S = 300


def routes(portal: Portal) -> list[Route]:
    """Both steps."""
    base = "/v1/authentication"
    return [
        Route(f"{base}/bot/send-code", endpoint(portal, send_code), methods=["POST"]),
        Route(f"{base}/verify", endpoint(portal, verify), methods=["POST"]),
    ]


async def send_code(call: Call) -> Any:
    """Give the bot a code for one user of its platform."""
    _check_key(call)
    body = await call.body()
    platform = bodies.text(body, "platform", least=1, most=64)
    user = bodies.text(body, "platform_user_id", least=1, most=128)
    code, expires = f"{secrets.randbelow(10**8):08}", call.portal.state.now() + _CODE_LIFETIME_S
    await call.portal.state.store.accounts.put_login_code(code, platform, user, expires)
    return {"code": code, "expires_in": _CODE_LIFETIME_S}


async def verify(call: Call) -> Response:
    """Take the code once, and open a session."""
    _check_key(call)
    accounts = call.portal.state.store.accounts
    taken = await accounts.take_login_code(bodies.text(await call.body(), "code", least=1, most=64))
    if taken is None or taken[2] <= call.portal.state.now():
        raise refusals.no_session()
    async with call.portal.state.lock(("platform", taken[0], taken[1])):
        user = await accounts.of_platform(taken[0], taken[1])
    secret, _ = await accounts.open_session(user.id)
    response = Json({"ok": True, "user_id": user.id})
    response.set_cookie(COOKIE, secret, path="/", httponly=True, samesite="lax")
    return response


def _check_key(call: Call) -> None:
    """Compared in constant time, so that a wrong key tells nothing about the right one."""
    wanted = call.portal.settings.bot_api_key
    given = call.request.headers.get("x-api-key", "")
    if not wanted or not compare_digest(given.encode(), wanted.encode()):
        raise refusals.no_api_key()
