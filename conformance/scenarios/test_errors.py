"""Chapter authentication: what an error says, and what it must not."""

import json
from collections.abc import Iterator
from typing import Any

from conformance.asking import ask, asks, odd_chat_ids, some, unknown_chat, unknown_cookie
from conformance.client.actor import Actor
from conformance.client.answers import Answer
from conformance.dialect import MISSING, read
from conformance.expect import GATEWAY_STATUSES, Expect
from conformance.internals import found_in
from conformance.limits import Limit
from conformance.room import Room
from conformance.scenarios.marks import requirement
from conformance.schemas import faults
from conformance.stage import Stage


@requirement("ERR-SHAPE", "ERR-CORRELATION-UNIQUE", "ERR-NO-INTERNALS")
def test_error_bodies(stage: Stage, expect: Expect) -> None:
    """Every error is a JSON object with a text and a correlation id of its own, and shows nothing of the inside.

    Refusals of many causes and endpoints are collected: 401, 403, 404, 422, 429, some of them twice.
    Expect `error`, a UUID as `correlation_id`, never the same one again, and no internals, in each.
    """
    ids: dict[str, list[str]] = {}
    shape = stage.link.profile.dialect.record["error"]
    for title, answer in _refusals(stage):
        expect.reached(answer.status >= 400, f"{title}: expected to be refused, but was answered {answer.status}")
        expect.reached(answer.status not in GATEWAY_STATUSES, f"{title}: a gateway answered {answer.status}")
        said = {name: read(answer.json, shape[name]) for name in ("error", "correlation_id")}
        wrong = faults("error", {name: value for name, value in said.items() if value is not MISSING})
        wrong = wrong if isinstance(answer.json, dict) else ("no JSON object",)
        expect.that(
            not wrong, "ERR-SHAPE", title=f"the error body of {title}", expected="error and correlation_id",
            observed="; ".join(wrong) or "both", exchange=answer.exchange, soft=True,
        )  # fmt: skip
        _shows_nothing(expect, title, answer)
        if isinstance(said["correlation_id"], str):
            ids.setdefault(said["correlation_id"].lower(), []).append(title)

    expect.reached(len(ids) > 0, "no error has a correlation id, so none of them can be the same")
    twice = [" and ".join(titles) for titles in ids.values() if len(titles) > 1]
    expect.that(
        not twice, "ERR-CORRELATION-UNIQUE", title="no two errors have the same correlation id",
        expected="another one for each", observed="; ".join(twice) or "another one for each", soft=True,
    )  # fmt: skip


@requirement("ERR-NO-INTERNALS")
def test_hostile_input(stage: Stage, expect: Expect) -> None:
    """Whatever a client sends, what it is answered shows nothing of the server's inside.

    Paths, bodies and cookies with quotes, NUL, half a JSON text, numbers beyond all bounds and values of other types.
    Expect no traceback, file path, SQL or Redis command in any answer that is an error.
    """
    room = stage.room("owner", "member")
    room.accepted_before(room.owner)

    for title, answer in _answers_to_hostile(room):
        if answer.status >= 400 and answer.status not in GATEWAY_STATUSES:
            _shows_nothing(expect, title, answer)
    room.no_trace()


def _shows_nothing(expect: Expect, title: str, answer: Answer) -> None:
    shown = found_in(answer.body)
    expect.that(
        not shown, "ERR-NO-INTERNALS", title=f"the error body of {title}", expected="no internals",
        observed=shown or "no internals", exchange=answer.exchange, soft=True,
    )  # fmt: skip


def _refusals(stage: Stage) -> Iterator[tuple[str, Answer]]:
    """Refusals of all kinds, each with what was refused."""
    room = stage.room("owner", "member", "observer")
    owner, member, observer = room.owner, room["member"], room["observer"]
    unknown = unknown_chat(owner)
    odd_cookie = f"{stage.link.profile.dialect.cookie}={unknown_cookie(owner)}"
    for one in asks(room, observer):
        yield f"{one.what} without a cookie", one.by(owner, cookies="")
    yield "register_key of a huge number", ask(room, "register_key", owner, public_key=10**30).by(owner)
    for what in ("send", "mute", "mute"):
        yield (
            f"{what} with an unknown cookie",
            ask(room, what, observer).by(owner, cookies=odd_cookie),
        )
        yield f"{what} in a chat that does not exist", ask(room, what, observer, chat_id=unknown).by(owner)
        yield f"{what} under a chat id of a wrong form", ask(room, what, observer, chat_id="abc").by(owner)
    for what in ("mute", "ban"):
        yield f"{what} by a plain member", ask(room, what, observer).by(member)
        yield f"{what} of a negative duration", ask(room, what, observer, duration=-1).by(owner)
    if stage.has("deletion"):
        yield "a deletion of no ids", ask(room, "delete", observer, ids=()).by(owner)
        yield "a deletion of the newest 0", ask(room, "delete_last", observer, count=0).by(owner)
    yield "register_key of three bytes", ask(room, "register_key", owner, public_key="AAAA").by(owner)
    yield from _refused_sends(stage, room)


def _refused_sends(stage: Stage, room: Room) -> Iterator[tuple[str, Answer]]:
    member, observer = room["member"], room["observer"]
    for title in ("a send of no bundle", "another send of no bundle"):
        yield title, member.post(room.chat, b'{"content": "{}"}')
    yield "a send of half a JSON text", member.post(room.chat, b'{"content": ')
    yield "a send at a later epoch", room.send(member, room.bundle(epoch=room.epoch + 1))
    yield "a send by one who has not joined", room.send(stage.actor("stranger"), room.bundle())
    room.mute(observer, 0)
    room.follow()
    for title in ("a muted send", "another muted send"):
        yield title, room.send(observer, room.bundle())
    yield from _beyond_the_limit(stage, room, member)


def _beyond_the_limit(stage: Stage, room: Room, member: Actor) -> Iterator[tuple[str, Answer]]:
    stage.limits_are_judged()
    limit = stage.lease.limit_chat(room.chat, Limit(1, 10))
    with stage.hurry(member, number=limit.messages + 2):
        for _ in range(limit.messages):
            stage.expect.answered(room.send(member, room.bundle()), "a send that the limit allows")
        for title in ("a send beyond the limit", "another send beyond the limit"):
            yield title, room.send(member, room.bundle())


_ODD_TEXTS = ("'", '"', "\0", "%s%n", "${x}", "\\", "\u202e\ud83d\ude00", "x" * 5000)
_ODD_VALUES: tuple[Any, ...] = (*_ODD_TEXTS, -1, 10**30, 1e300, True, None, {"$gt": ""}, [[]])
_ODD_BODIES = (b"{", b"[]", b"null", b"\xff\xfe\x00", b'{"a": 1e999', b"[" * 3000, b'{"content": "\\ud800"}', b"\0")


def _answers_to_hostile(room: Room) -> Iterator[tuple[str, Answer]]:
    owner, member, name = room.owner, room["member"], room.owner.link.profile.dialect.cookie
    for odd in odd_chat_ids(room.chat.chat_id):
        for one in some(room, "history", "delete_mine"):
            yield f"{one.what} under {odd[:20]!r}", ask(room, one.what, member, chat_id=odd).by(owner)
    for odd in _ODD_TEXTS:
        yield f"a send of {odd[:20]!r}", owner.post(room.chat, json.dumps({"content": odd}).encode())
    for body in _ODD_BODIES:
        for one in some(room, "send", "mute", "delete", "register_key"):
            said = owner.request(one.method, one.path, body, "application/json")
            yield f"{one.what} with the body {body[:20]!r}", said
    yield from _hostile_values(room)
    for value in ("'", "%00", '"', "x" * 4000):
        yield f"a send with the cookie {value[:20]!r}", ask(room, "send", member).by(owner, cookies=f"{name}={value}")


def _hostile_values(room: Room) -> Iterator[tuple[str, Answer]]:
    owner, member = room.owner, room["member"]
    for value in _ODD_VALUES:
        for what, field, given in (
            ("mute", "user_id", value),
            ("mute", "reason", value),
            ("delete", "ids", [value]),
            ("delete_last", "count", value),
            ("register_key", "public_key", value),
        ):
            if what in ("mute", "register_key") or "deletion" not in owner.link.profile.absent:
                made = ask(room, what, member, **{field: given})
                yield f"{what} with {field} {str(value)[:20]!r}", made.by(owner)
