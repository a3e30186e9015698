"""Chapter authentication: who is nobody, and chats that are not there."""

import base64
import json
import re
from collections.abc import Iterator

import pytest

from conformance.asking import ask, asks, odd_chat_ids, some, unknown_chat, unknown_cookie
from conformance.client.actor import Actor
from conformance.ears import Ears
from conformance.expect import Expect
from conformance.room import Room
from conformance.scenarios.marks import CLIENT_ERRORS, requirement
from conformance.scenarios.okay import key_status
from conformance.stage import Stage

_NOBODY = (401,)
_HIDDEN = (403, 404)
# A header so long may be too long for what stands in front of a target.
_TOO_LONG = (400, 401, 431)
_FIT_FOR_A_COOKIE = re.compile(r"[!#-+\--:<-\[\]-~]+")
# What would be announced, and about whom: earlier measures may be announced late.
_ANNOUNCED = {
    "bulk_deleted": "",
    "cleared": "",
    "kicked": "",
    "key_added": "",
    "muted": "member",
    "banned": "member",
    "unmuted": "muted",
    "unbanned": "banned",
}


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("no cookie", marks=requirement("AUTH-NONE")),
        pytest.param("an unknown cookie", marks=requirement("AUTH-BAD")),
    ],
)
def test_nobody_measures_or_registers(stage: Stage, expect: Expect, kind: str) -> None:
    """Whoever has no session, or one that nobody was given, mutes nobody and registers no key.

    The plain case: the mute of a member, and another key in the place of the owner's, without a cookie or with an
    unknown one. Expect 401 for each, the member's send to be accepted, and the owner's key to be what it was.
    """
    stage.needs("keys")
    room = stage.room("owner", "member")
    owner, member, name = room.owner, room["member"], stage.link.profile.dialect.cookie
    clause, cookies = ("AUTH-NONE", "") if kind == "no cookie" else ("AUTH-BAD", f"{name}={unknown_cookie(owner)}")
    room.accepted_before(member)

    # The one cause: there is no session
    muted = ask(room, "mute", member).by(owner, cookies=cookies)
    expect.refused(muted, clause, status=_NOBODY, title=f"a mute with {kind} is refused")
    sent = room.send(member, room.bundle())
    expect.accepted(sent, clause, title="nobody was muted: the member's send is accepted")

    known = _own_key(stage, owner)
    registered = ask(room, "register_key", member).by(owner, cookies=cookies)
    expect.refused(registered, clause, status=_NOBODY, title=f"to register a key with {kind} is refused")
    expect.equal(_own_key(stage, owner), known, clause, title="no key was registered: the owner's is what it was")


@requirement("AUTH-NONE")
def test_no_cookie(stage: Stage, expect: Expect) -> None:
    """Whoever has no session cookie is answered 401, whatever is asked for, and nothing happens.

    Every documented call of a chat's owner is made without a cookie; the last of them with its cookie.
    Expect 401 for each, everything as it was, and 200 for the owner.
    """
    room, ids = _furnished(stage)
    ears = Ears(room)

    # The one cause: there is no cookie
    for one in asks(room, room["member"], ids=ids):
        answer = one.by(room.owner, cookies="")
        expect.refused(answer, "AUTH-NONE", status=_NOBODY, title=f"{one.what} without a cookie is refused")
    _nothing_happened(room, ears, ids, "AUTH-NONE")

    # The cause removed
    expect.accepted(room.unmute(room["muted"]), "AUTH-NONE", title="with the cookie, the owner's unmute is accepted")


@requirement("AUTH-NONE")
def test_cookies_of_other_names(stage: Stage, expect: Expect) -> None:
    """A session in a cookie of another name is no session.

    A member sends, and reads the history, with its session in cookies whose names are not the right one.
    Expect 401 for each and no trace, and 200 with a stray cookie in front of the right one.
    """
    room = stage.room("owner", "member")
    member = room["member"]
    name, session = stage.link.profile.dialect.cookie, member.identity.cookie
    wrong = (f"session={session}", f"x{name}={session}", f"{name}2={session}", f"theme=dark; x-{name}={session}")
    room.accepted_before(member)

    # The one cause: the cookie has another name
    for cookies in wrong:
        for one in some(room, "send", "history"):
            title = f"{one.what} with {cookies.replace(session, '…')} is refused"
            expect.refused(one.by(member, cookies=cookies), "AUTH-NONE", status=_NOBODY, title=title)
    room.no_trace("AUTH-NONE")

    # The cause removed, though not alone
    answer = ask(room, "register_key", member).by(member, cookies=f"theme=dark; {name}={session}")
    expect.accepted(answer, "AUTH-NONE", title="with the right cookie among others, the call is accepted")


@requirement("AUTH-BAD")
def test_unknown_cookie(stage: Stage, expect: Expect) -> None:
    """Whoever has a session cookie that nobody was given is answered 401, and nothing happens.

    Every documented call of a chat's owner is made with a cookie of the right form, each with another one.
    Expect 401 for each, everything as it was, and 200 for the owner.
    """
    room, ids = _furnished(stage)
    ears, name = Ears(room), stage.link.profile.dialect.cookie

    # The one cause: nobody was given that session
    for one in asks(room, room["member"], ids=ids):
        answer = one.by(room.owner, cookies=f"{name}={unknown_cookie(room.owner)}")
        expect.refused(answer, "AUTH-BAD", status=_NOBODY, title=f"{one.what} with an unknown cookie is refused")
    _nothing_happened(room, ears, ids, "AUTH-BAD")

    # The cause removed
    expect.accepted(room.unmute(room["muted"]), "AUTH-BAD", title="with the cookie, the owner's unmute is accepted")


@requirement("AUTH-BAD")
def test_malformed_cookies(stage: Stage, expect: Expect) -> None:
    """A session cookie that is empty, cut, doubled, guessed or no session at all is answered 401.

    A member sends and reads the history with each; it does so with its own cookie before and after.
    Expect 401 for each (400 or 431 too where it is very long), and no trace of any.
    """
    room = stage.room("owner", "member")
    member, name = room["member"], stage.link.profile.dialect.cookie
    room.accepted_before(member)

    for kind, value in _malformed(member):
        for one in some(room, "send", "history"):
            expect.refused(
                one.by(member, cookies=f"{name}={value}"),
                "AUTH-BAD",
                status=_TOO_LONG if kind == "very long" else _NOBODY,
                title=f"{one.what} with a session cookie that is {kind} is refused",
                never_5xx=True,
            )
    room.no_trace("AUTH-BAD")

    after = room.send(member, room.bundle())
    expect.accepted(after, "AUTH-BAD", title="with its own cookie, the member's send is accepted")


def _malformed(actor: Actor) -> Iterator[tuple[str, str]]:
    """Values of the session cookie that are no session, each with what it is."""
    own, user = actor.identity.cookie, actor.identity
    middle = len(own) // 3
    derived = {
        "cut in half": own[: len(own) // 2],
        "another's by one character": own[:middle] + ("b" if own[middle] == "a" else "a") + own[middle + 1 :],
        "its own twice": own + own,
    }
    for value in derived.values():
        actor.link.secrets.add(value)
    yield from derived.items()
    yield from {
        "empty": "",
        "null": "null",
        "a number": "0",
        "a quote": "'",
        "full of separators": "a=b=c==",
        "escaped": "%00%0d%0a%ff",
        "an object": "{}",
        "an unsigned token": f"{_token({'alg': 'none'})}.{_token({'sub': str(user.user_id)})}.",
        "very long": "x" * 4000,
    }.items()
    for kind, public in (("the user's id", user.user_id), ("the session's public id", user.session_id)):
        if _FIT_FOR_A_COOKIE.fullmatch(str(public)) and str(public) != own:
            yield kind, str(public)


def _token(part: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def _own_key(stage: Stage, actor: Actor) -> object:
    """What a target says of the actor's own key where that is registered again."""
    answer = actor.call("register_key", public_key=actor.pair.public_base64)
    stage.expect.answered(answer, "registering the own key again")
    return key_status(stage, answer)


def _furnished(stage: Stage) -> tuple[Room, list[str]]:
    """A room in which there is something to undo, and the ids of two messages in it."""
    room = stage.room("owner", "member", "muted", "banned")
    room.ban(room["banned"])
    room.mute(room["muted"], 0)
    room.follow()
    answers = [room.send(actor, room.bundle()) for actor in (room.owner, room["member"])]
    for answer in answers:
        stage.expect.answered(answer, "a valid send before anything is asked for by nobody")
    room.barrier()
    return room, [room.id_of(answer) or "" for answer in answers]


def _nothing_happened(room: Room, ears: Ears, ids: list[str], clause: str) -> None:
    """Nobody was muted, banned, kicked or set free, nothing was sent, deleted or cleared, and nothing announced."""
    expect = room.expect
    sent = room.send(room["member"], room.bundle())
    expect.accepted(sent, clause, title="no measure was taken: the member's send is accepted")
    for name in ("muted", "banned"):
        refused = room.send(room[name], room.bundle())
        expect.refused(refused, clause, status=CLIENT_ERRORS, title=f"no measure was lifted: {name} is refused")
    room.no_trace(clause, after=sent)
    for what, name in _ANNOUNCED.items():
        where = {"user_id": room[name].identity.user_id} if name else {}
        ears.does_not_reach(what, clause, at=room.inside, title=f"{what} is not announced", **where)
    if room.history_there:
        lost = set(ids) - {one.id for one in room.history()}
        expect.that(
            not lost, clause, title="nothing was deleted", expected="both messages in the history",
            observed=f"not there: {', '.join(sorted(lost))}" if lost else "both messages in the history",
        )  # fmt: skip


# --- chats that are not there -----------------------------------------------------------------------------------------


@requirement("CHAT-UNKNOWN")
def test_unknown_chat(stage: Stage, expect: Expect) -> None:
    """Whatever is asked about a chat that does not exist is answered 404, or 403.

    Every documented call about a chat is made by one who may make it in the own chat.
    Expect 404 or 403 for each (any 4xx for a send, since who sends has not joined either), twice for the history.
    """
    room = stage.room("owner", "member")
    room.accepted_before(room.owner)
    unknown = unknown_chat(room.owner)

    for again in ("", ", asked again"):
        for one in asks(room, room["member"], chat_id=unknown):
            if str(unknown) not in one.path or (again and one.what != "history"):
                continue
            answer = one.by(room.owner)
            status = CLIENT_ERRORS if one.what == "send" else _HIDDEN
            title = f"{one.what} of a chat that does not exist is refused{again}"
            expect.refused(answer, "CHAT-UNKNOWN", status=status, title=title)
            expect.note("CHAT-UNKNOWN", f"the status of {one.what}{again}", answer.status)

    after = room.send(room.owner, room.bundle())
    expect.accepted(after, "CHAT-UNKNOWN", title="in a chat that exists, the same sender is accepted")


@requirement("CHAT-ID-TYPE")
def test_chat_ids_of_a_wrong_form(stage: Stage, expect: Expect) -> None:
    """A chat id of a wrong form is a clean 4xx, also where it begins like that of a chat.

    The chat's owner sends to, reads and mutes in what is no chat id.
    Expect a 4xx for each, no trace, nobody muted, and acceptance under the chat's own id.
    """
    room = stage.room("owner", "member")
    room.accepted_before(room.owner)

    for odd in odd_chat_ids(room.chat.chat_id):
        for what in ("send", "history", "mute"):
            if what != "history" or stage.has("history"):
                answer = ask(room, what, room["member"], chat_id=odd).by(room.owner)
                title = f"{what} under {odd[:40]!r} is refused"
                expect.refused(answer, "CHAT-ID-TYPE", status=CLIENT_ERRORS, title=title, never_5xx=True)
    room.no_trace("CHAT-ID-TYPE")

    after = room.send(room["member"], room.bundle())
    expect.accepted(after, "CHAT-ID-TYPE", title="nobody was muted: under the right id, the member is accepted")
