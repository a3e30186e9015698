"""Errors: one shape everywhere, no internals, and never a 5xx but for a fault of the server's own."""

import json
import logging
from uuid import UUID

import httpx
import pytest

from conformance.reference.decisions import Decisions
from conformance.reference.embedded import serving
from conformance.reference.records import Attempt
from conformance.reference.refusals import Refusal
from conformance.reference.settings import Settings

from .actors import CONTROL_TOKEN, Clock, World, bundle

PATHS = [
    ("POST", "/v1/portal/chats/{chat}/messages"),
    ("GET", "/v1/portal/chats/{chat}/history"),
    ("POST", "/v1/portal/chats/{chat}/messages/delete"),
    ("POST", "/v1/portal/chats/{chat}/messages/delete-last"),
    ("POST", "/v1/portal/chats/{chat}/messages/delete-mine"),
    ("POST", "/v1/portal/chats/{chat}/clear"),
    ("POST", "/v1/portal/chats/{chat}/kick"),
    ("POST", "/v1/portal/chats/{chat}/mute"),
    ("POST", "/v1/portal/chats/{chat}/unmute"),
    ("POST", "/v1/portal/chats/{chat}/ban"),
    ("POST", "/v1/portal/chats/{chat}/unban"),
    ("POST", "/v1/portal/hard-mute"),
    ("POST", "/v1/portal/keys"),
    ("POST", "/v1/portal/chats"),
    ("POST", "/v1/portal/chats/{chat}/delete"),
    ("POST", "/v1/portal/chats/{chat}/invites"),
    ("POST", "/v1/portal/resolve/some-code"),
]


def assert_shape(answer: httpx.Response) -> str:
    body = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert body["error"]
    assert str(UUID(body["correlation_id"], version=4)) == body["correlation_id"]
    for internal in ("Traceback", "File ", ".py", "XADD", "redis"):
        assert internal not in answer.text
    return str(body["correlation_id"])


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize("cookie", [None, "psession=", "psession=nobody", "psession=%00;;=", "other=1"])
def test_without_a_session_every_path_says_401(world: World, method: str, path: str, cookie: str | None) -> None:
    headers = {} if cookie is None else {"Cookie": cookie}
    answer = world.http.request(method, path.format(chat=1001), headers=headers)
    assert answer.status_code == 401
    assert_shape(answer)


def test_two_errors_have_different_correlation_ids(world: World) -> None:
    answers = [world.http.post("/v1/portal/keys") for _ in range(5)]
    assert len({assert_shape(answer) for answer in answers}) == 5


@pytest.mark.parametrize(("method", "path"), [each for each in PATHS if "{chat}" in each[1]])
def test_a_chat_that_is_not_there(world: World, method: str, path: str) -> None:
    alice = world.user(3)
    headers = {"Cookie": f"psession={alice.secret}"}
    body = {"content": bundle(), "ids": ["1-1"], "count": 1, "user_id": alice.user_id}
    for chat, status in [("999999999", 404), ("0", 404)]:
        answer = world.http.request(method, path.format(chat=chat), headers=headers, json=body)
        assert answer.status_code == status, answer.text
        assert_shape(answer)
    for chat in ("abc", "-1", "1.0", "1e3", "٣", "9" * 40, "%00", "a" * 500, "0x10", " 1"):
        answer = world.http.request(method, path.format(chat=chat), headers=headers, json=body)
        assert answer.status_code == 422, chat
        assert_shape(answer)


def test_a_path_or_method_that_is_not_there(world: World) -> None:
    for method, path, status in [
        ("GET", "/", 404),
        ("GET", "/v1/portal/chats/1/nothing", 404),
        ("GET", "/v1/portal/keys", 405),
        ("DELETE", "/v1/portal/chats/1001/messages", 405),
        ("POST", "/v1/portal/keys/", 404),
    ]:
        answer = world.http.request(method, path)
        assert answer.status_code == status
        assert_shape(answer)


def test_a_method_that_is_not_there_is_told_which_are(world: World) -> None:
    assert world.http.get("/v1/portal/keys").headers["allow"] == "POST"
    assert set(world.http.post("/v1/portal/chats/1001/history").headers["allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize("path", ["kick", "mute", "unmute", "ban", "unban"])
def test_the_target_must_be_a_known_user(world: World, path: str) -> None:
    owner = world.user()
    chat = world.chat(owner)
    for user_id in ("1", 1.5, True, None, [1], {}):
        assert owner.post_chat(chat, path, {"user_id": user_id}).status_code == 422
    assert owner.post_chat(chat, path, {}).status_code == 422
    for user_id in (0, -1, 999_999_999, 10**30):
        assert owner.post_chat(chat, path, {"user_id": user_id}).status_code == 404


def test_a_whole_number_is_an_integer_however_it_is_written(world: World) -> None:
    owner, guest = world.user(), world.user()
    chat = world.chat(owner)
    guest.socket.call("room:join", {"chat_id": float(chat)})
    body = {"user_id": float(guest.user_id), "duration": 60.0}
    assert owner.post_chat(chat, "mute", body).json() == {"ok": True}
    heard = guest.socket.wait("user:muted")
    assert json.dumps(heard["duration"]) == "60"
    assert owner.post_chat(chat, "mute", {**body, "duration": 60.5}).status_code == 422


class Failing(Decisions):
    """A server with a fault of its own."""

    def judge(self, attempt: Attempt) -> Refusal | None:
        raise RuntimeError(f"the cookie of {attempt.session.user.username} was eaten by /srv/portal.py")


def test_a_fault_of_the_server_shows_nothing_of_itself(caplog: pytest.LogCaptureFixture) -> None:
    with serving(Settings(control_token=CONTROL_TOKEN), Failing()) as ready:
        world = World(ready.url, ready.ws_url, Clock())
        alice = world.user()
        chat = world.chat()
        with caplog.at_level(logging.ERROR):
            answer = alice.send(chat)
        assert answer.status_code == 500
        assert answer.json()["error"] == "the server failed"
        assert assert_shape(answer) in caplog.text
        assert "eaten" in caplog.text
        assert alice.secret not in caplog.text
        world.close()
