"""What a server is called in which nothing has the name that the default dialect gives it: the server's own table.

It is written from the server's side, and never from the suite's reader of dialects: two parties who share a table
agree on its mistakes. What a profile says of this server is in `renamed.toml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Moves = tuple[tuple[str, str], ...]
"""Pairs of pointers, in the order in which they apply: where a value is by default, and where it is here."""


@dataclass(frozen=True, slots=True)
class Way:
    """One REST call: how it is asked for here and by default, and where the values of its body and answer are."""

    here: tuple[str, str]
    default: tuple[str, str]
    body: Moves = ()
    answer: Moves = ()
    numbers_in_path: tuple[str, ...] = ()
    """Values of the path here that stand in the body by default."""


@dataclass(frozen=True, slots=True)
class Request:
    """One event of a client: its default name, and where the values of its payload and acknowledgement are."""

    default: str
    payload: Moves
    ack: Moves = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the server: its name here, and where the values of its payload are."""

    here: str
    payload: Moves = field(default=())


COOKIE, DEFAULT_COOKIE = "passport", "psession"
KEY_HEADER, DEFAULT_KEY_HEADER = "x-robot", "x-api-key"
SOCKET_PATH, DEFAULT_SOCKET_PATH = "/live/wire", "/socket.io"
NAMESPACE = "/portal-chat"
CODES: Mapping[str, str] = {
    "ERR_EPOCH_MISMATCH": "E-OTHER-ERA",
    "ERR_NO_ROOM_KEY": "E-KEYLESS",
    # These are the default dialect's own, and a profile need not know of them.
    "ERR_BANNED": "E-OUT",
    "ERR_MUTED": "E-HUSHED",
    "ERR_NOT_JOINED": "E-OUTSIDE",
    "ERR_FORBIDDEN": "E-NO-RIGHT",
    "ERR_INVALID_BUNDLE": "E-NO-BUNDLE",
    "ERR_RATE_LIMITED": "E-TOO-MUCH",
}

_WHO: Moves = (("/user_id", "/whom/number"),)
_MEASURE: Moves = (*_WHO, ("/duration", "/seconds"), ("/reason", "/because"))
_V1, _HERE = "/v1/portal", "/api/portal"

WAYS = (
    Way(
        ("PUT", f"{_HERE}/rooms/{{chat_id}}/say"),
        ("POST", f"{_V1}/chats/{{chat_id}}/messages"),
        answer=(("/id", "/said/number"),),
    ),
    Way(
        ("POST", f"{_HERE}/rooms/{{chat_id}}/scroll"),
        ("GET", f"{_V1}/chats/{{chat_id}}/history"),
        answer=(("", "/scroll/lines"),),
    ),
    Way(
        ("PATCH", f"{_HERE}/rooms/{{chat_id}}/unsay"),
        ("POST", f"{_V1}/chats/{{chat_id}}/messages/delete"),
        body=(("/ids", "/which/numbers"),),
        answer=(("/deleted", "/unsaid"),),
    ),
    Way(
        ("PATCH", f"{_HERE}/rooms/{{chat_id}}/unsay-newest"),
        ("POST", f"{_V1}/chats/{{chat_id}}/messages/delete-last"),
        body=(("/count", "/how_many"),),
        answer=(("/deleted", "/unsaid/newest"),),
    ),
    Way(
        ("PATCH", f"{_HERE}/rooms/{{chat_id}}/unsay-own"),
        ("POST", f"{_V1}/chats/{{chat_id}}/messages/delete-mine"),
        answer=(("/deleted", "/unsaid/own"),),
    ),
    Way(
        ("DELETE", f"{_HERE}/rooms/{{chat_id}}/scroll"),
        ("POST", f"{_V1}/chats/{{chat_id}}/clear"),
        answer=(("/ok", "/blank/done"), ("/cleared", "/blank/lines")),
    ),
    Way(
        ("PUT", f"{_HERE}/rooms/{{chat_id}}/throw-out"),
        ("POST", f"{_V1}/chats/{{chat_id}}/kick"),
        _WHO,
        (("/ok", "/thrown"),),
    ),
    Way(
        ("PUT", f"{_HERE}/rooms/{{chat_id}}/hush"),
        ("POST", f"{_V1}/chats/{{chat_id}}/mute"),
        _MEASURE,
        (("/ok", "/hushed"),),
    ),
    Way(
        ("DELETE", f"{_HERE}/rooms/{{chat_id}}/hush"),
        ("POST", f"{_V1}/chats/{{chat_id}}/unmute"),
        _WHO,
        (("/ok", "/speaks"),),
    ),
    Way(
        ("PUT", f"{_HERE}/rooms/{{chat_id}}/shut-out"),
        ("POST", f"{_V1}/chats/{{chat_id}}/ban"),
        _MEASURE,
        (("/ok", "/out"),),
    ),
    Way(
        ("DELETE", f"{_HERE}/rooms/{{chat_id}}/shut-out/{{user_id}}"),
        ("POST", f"{_V1}/chats/{{chat_id}}/unban"),
        answer=(("/ok", "/let_in"),),
        numbers_in_path=("user_id",),
    ),
    Way(("PUT", f"{_HERE}/hush-everywhere"), ("POST", f"{_V1}/hard-mute"), _MEASURE, (("/ok", "/silent"),)),
    Way(
        ("PUT", f"{_HERE}/lock"),
        ("POST", f"{_V1}/keys"),
        body=(("/public_key", "/lock"),),
        answer=(("/status", "/lock/state"),),
    ),
    Way(
        ("PUT", f"{_HERE}/rooms"),
        ("POST", f"{_V1}/chats"),
        body=(("/name", "/title"), ("/description", "/about")),
        answer=(("/id", "/room/number"),),
    ),
    Way(("DELETE", f"{_HERE}/rooms/{{chat_id}}"), ("POST", f"{_V1}/chats/{{chat_id}}/delete")),
    Way(
        ("PUT", f"{_HERE}/rooms/{{chat_id}}/tickets"),
        ("POST", f"{_V1}/chats/{{chat_id}}/invites"),
        body=(("/max_uses", "/how_often"), ("/expires_at", "/until")),
        answer=(("/code", "/ticket"),),
    ),
    Way(("PUT", f"{_HERE}/tickets/{{code}}"), ("POST", f"{_V1}/resolve/{{code}}")),
    Way(
        ("PUT", "/api/robots/ask"),
        ("POST", "/v1/authentication/bot/send-code"),
        body=(("/platform", "/where"), ("/platform_user_id", "/who")),
        answer=(("/code", "/word"),),
    ),
    Way(("PUT", "/api/robots/come-in"), ("POST", "/v1/authentication/verify"), body=(("/code", "/word"),)),
)

ERROR: Moves = (
    ("/error", "/problem/text"),
    ("/correlation_id", "/problem/trace"),
    ("/code", "/problem/kind"),
    ("/ttl", "/problem/wait_s"),
)
ENTRY: Moves = (
    ("/chat_id", "/room/number"),
    ("/chat_name", "/room/title"),
    ("/id", "/number"),
    ("/sender", "/author"),
    ("/author/id", "/author/number"),
    ("/content", "/sealed"),
    ("/type", "/kind"),
    ("/permission_level", "/rank"),
    ("/epoch", "/era"),
    ("/timestamp", "/at"),
)
MEMBER: Moves = (("/user_id", "/who"), ("/session_id", "/seat"), ("/public_key", "/lock"))

_ROOM: Moves = (("/chat_id", "/room"),)
_SEAT: Moves = (*_ROOM, ("/user_id", "/who"), ("/session_id", "/seat"))

REQUESTS: Mapping[str, Request] = {
    "hall:enter": Request(
        "room:join",
        _ROOM,
        (("/ok", "/entered"), ("/error", "/shut"), *_ROOM, ("/epoch", "/hall/era"), ("/members", "/hall/people")),
    ),
    "hall:exit": Request("room:leave", (("/chat_id", "/hall"),), (("/ok", "/left"), ("/error", "/held"))),
    "hall:hand": Request(
        "room:share_key",
        (*_SEAT, ("/epoch", "/era"), ("/blob", "/sealed")),
        (("/ok", "/handed"), ("/error", "/kept/why")),
    ),
    "hall:throw": Request(
        "room:kick",
        (("/chat_id", "/hall"), ("/user_id", "/whom"), ("/ban", "/for_good")),
        (("/ok", "/thrown/out"), ("/error", "/thrown/not")),
    ),
}
EVENTS: Mapping[str, Event] = {
    "message:new": Event(
        "chat:said",
        (("/chat_id", "/room/number"), ("/id", "/said/number"), ("/content", "/said/sealed"), ("/epoch", "/said/era")),
    ),
    "room:key_shared": Event(
        "hall:handed",
        (("/chat_id", "/hall"), ("/epoch", "/now"), ("/from_public_key", "/from/lock"), ("/blob", "/from/sealed")),
    ),
    "room:epoch_changed": Event("hall:era", (("/chat_id", "/of"), ("/epoch", "/era"))),
    "portal:key_added": Event(
        "lock:new",
        (("/chat_id", "/in"), ("/user_id", "/who"), ("/session_id", "/seat"), ("/public_key", "/lock")),
    ),
    "portal:key_removed": Event(
        "lock:gone", (("/chat_id", "/out_of"), ("/user_id", "/whose"), ("/session_id", "/from"))
    ),
    "room:members": Event("hall:people", (("/chat_id", "/hall/number"), ("/members", "/hall/people"))),
    "room:kicked": Event("hall:thrown", (("/chat_id", "/thrown_out_of"),)),
    "message:bulk_deleted": Event("chat:unsaid", (("/chat_id", "/where"), ("/ids", "/numbers"))),
    "portal:cleared": Event("chat:blank", (("/chat_id", "/blank"),)),
    "user:muted": Event(
        "person:hushed",
        (("/chat_id", "/room"), ("/user_id", "/hushed"), ("/duration", "/seconds"), ("/reason", "/because")),
    ),
    "user:unmuted": Event("person:speaks", (("/chat_id", "/room"), ("/user_id", "/speaks"))),
    "user:banned": Event(
        "person:out",
        (("/chat_id", "/room"), ("/user_id", "/out"), ("/duration", "/out_for"), ("/reason", "/out_because")),
    ),
    "user:unbanned": Event("person:let_in", (("/chat_id", "/let_into"), ("/user_id", "/let_in"))),
    "user:hard_muted": Event("person:silent", (("/user_id", "/silent"), ("/duration", "/silent_for"))),
}
PEOPLE = "/hall/people"
"""Where members stand, in acknowledgements and in events."""
