"""Variants of ids: users, chats, sessions and messages are called otherwise. All of it is opaque to a client."""

import itertools
import json
import random
import re
import secrets
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from conformance.reference.bodies import Body
from conformance.reference.decisions import Decisions, Middleware
from conformance.reference.lies import Variants
from conformance.reference.records import Attempt, Room
from conformance.reference.shapes import Json
from conformance.reference.state import State
from conformance.reference.variants.rewriting import respelled

VARIANTS = Variants()

_PRIME = 2**53 - 111
_FACTOR = 6_364_136_223_846_793


# --- users and chats --------------------------------------------------------------------------------------------


@VARIANTS.keeps(apart=["ids-from-zero"])
class ScatteredIds(Decisions):
    """Ids of users and chats are large and in no order."""

    def new_user_id(self, number: int) -> int:
        return super().new_user_id(number) * _FACTOR % _PRIME

    def new_chat_id(self, number: int) -> int:
        return super().new_chat_id(number) * _FACTOR % _PRIME


@VARIANTS.keeps(apart=["scattered-ids"])
class IdsFromZero(Decisions):
    """Users and chats are both counted from 0 on, so a chat's id is a user's as well."""

    def new_user_id(self, number: int) -> int:
        return number - 1

    def new_chat_id(self, number: int) -> int:
        return number - 1


@VARIANTS.keeps()
class NamesInOtherScripts(Decisions):
    """Users and chats have names with letters, signs and markup of all kinds."""

    def new_username(self, user_id: int) -> str:
        return f'Ünal "🦊" <i>{user_id}</i> \u202eأحمد'

    def new_chat_name(self, chat_id: int) -> str:
        return f"чат & «{chat_id}» </script> \\ %s {{0}}\n2"


@VARIANTS.keeps()
class TextIds(Decisions):
    """Ids of chats are 32 hexadecimal characters, as another page has them, and those of users are words."""

    def middlewares(self) -> Sequence[Middleware]:
        return (*super().middlewares(), _IdsInPaths)

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        body: Body = _inward(super().parse_body(content_type, raw))
        return body

    def request_of(self, event: str, payload: Any) -> tuple[str, Any]:
        event, payload = super().request_of(event, payload)
        return event, _inward(payload) if isinstance(payload, dict) else payload

    def chat_object(self, room: Room) -> Json:
        return {**super().chat_object(room), "id": _OUTWARD["chat_id"](room.chat.id)}

    async def answer(self, request: Request, response: Response) -> Response:
        return respelled(await super().answer(request, response), lambda read: json.dumps(_outward(read)))

    def acknowledgement(self, event: str, result: Json) -> Json:
        shown: Json = _outward(super().acknowledgement(event, result))
        return shown

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        await super().deliver(state, event, _outward(payload), sids)


def _chat_text(number: int) -> str:
    return f"{number:032x}"


def _user_text(number: int) -> str:
    return f"usr_{number}"


_OUTWARD = {"chat_id": _chat_text, "user_id": _user_text, "from_user_id": _user_text, "owner_id": _user_text}
_TEXT = re.compile(r"([0-9a-f]{32})|usr_([0-9]{1,18})", re.ASCII)


def _outward(value: Any) -> Any:
    """The value with every id in it as the text that clients know."""
    if isinstance(value, list):
        return [_outward(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    shown = {name: _shown(name, entry) for name, entry in value.items()}
    if isinstance(shown.get("sender"), dict) and type(shown["sender"].get("id")) is int:
        shown["sender"]["id"] = _user_text(shown["sender"]["id"])
    return shown


def _shown(name: str, entry: Any) -> Any:
    return _OUTWARD[name](entry) if name in _OUTWARD and type(entry) is int else _outward(entry)


def _inward(body: Body) -> Body:
    """The body with every text that is an id as the number behind it."""
    read = {name: _number(body[name]) for name in _OUTWARD.keys() & body.keys()}
    if isinstance(body.get("member_ids"), list):
        read["member_ids"] = [_number(entry) for entry in body["member_ids"]]
    return {**body, **read}


def _number(value: Any) -> Any:
    found = _TEXT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    return int(found[1], 16) if found[1] else int(found[2])


class _IdsInPaths:
    """Turns the ids in a request's path into the numbers behind them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = "/".join(str(_number(part)) for part in scope["path"].split("/"))
            scope = {**scope, "path": path, "raw_path": path.encode()}
        await self._app(scope, receive, send)


# --- sessions ---------------------------------------------------------------------------------------------------


@VARIANTS.keeps(apart=["session-ids-of-digits"])
class UuidSessions(Decisions):
    """The id of a session is a UUID."""

    def new_session_id(self) -> str:
        return str(uuid.uuid4())


@VARIANTS.keeps(apart=["uuid-sessions"])
class SessionIdsOfDigits(Decisions):
    """The id of a session is a text of digits that begins with zeros."""

    def new_session_id(self) -> str:
        return f"{secrets.randbelow(10**15):020}"


@VARIANTS.keeps()
class LongCookies(Decisions):
    """The session's cookie is a long one, of three parts."""

    def new_cookie(self) -> str:
        return f"eyJhbGciOiJIUzI1NiJ9.{secrets.token_urlsafe(600)}.{super().new_cookie()}"


# --- messages ---------------------------------------------------------------------------------------------------


class _Numbered(Decisions):
    """Messages and system entries of a chat draw their ids from the same source, or they would not grow."""

    def next_id(self, chat_id: int) -> str:
        """The id of the next entry."""
        raise NotImplementedError

    def new_message_id(self, attempt: Attempt) -> str:
        return self.next_id(attempt.room.chat.id)

    def new_note_id(self, room: Room) -> str:
        return self.next_id(room.chat.id)


@VARIANTS.keeps(apart=["message-ids-of-each-chat", "message-ids-in-nanoseconds", "message-ids-in-the-second-part"])
class MessageIdsFromOneCounter(_Numbered):
    """The ids of all chats come from one counter, which begins with 1."""

    def __init__(self) -> None:
        super().__init__()
        self._count = itertools.count(1)

    def next_id(self, chat_id: int) -> str:
        return f"{next(self._count)}-0"


@VARIANTS.keeps(apart=["message-ids-from-one-counter", "message-ids-in-nanoseconds", "message-ids-in-the-second-part"])
class MessageIdsOfEachChat(_Numbered):
    """Each chat counts its ids from 1 on, so another chat has the same ones."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: defaultdict[int, Iterator[int]] = defaultdict(lambda: itertools.count(1))

    def next_id(self, chat_id: int) -> str:
        return f"{next(self._counts[chat_id])}-1"


@VARIANTS.keeps(apart=["message-ids-from-one-counter", "message-ids-of-each-chat", "message-ids-in-the-second-part"])
class MessageIdsInNanoseconds(_Numbered):
    """The first part of an id is a time in nanoseconds, the second one is drawn by lot."""

    def __init__(self) -> None:
        super().__init__()
        self._last = 0

    def next_id(self, chat_id: int) -> str:
        self._last = max(self._last + 1, time.time_ns())
        return f"{self._last}-{random.randrange(10**6)}"


@VARIANTS.keeps(apart=["message-ids-from-one-counter", "message-ids-of-each-chat", "message-ids-in-nanoseconds"])
class MessageIdsInTheSecondPart(_Numbered):
    """The first part of all ids is the same, and the second one counts."""

    def __init__(self) -> None:
        super().__init__()
        self._count = itertools.count(10**12)

    def next_id(self, chat_id: int) -> str:
        return f"0-{next(self._count)}"
