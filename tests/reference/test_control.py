"""The control API, word by word."""

from typing import Any

import httpx
import pytest

from conformance.reference.embedded import serving

from .actors import CONTROL, CONTROL_TOKEN, World

PATHS = [
    ("GET", "/"),
    ("GET", ""),
    ("POST", "/users"),
    ("POST", "/users/1/sessions"),
    ("POST", "/chats"),
    ("PUT", "/chats/1001/members/1"),
    ("DELETE", "/chats/1001/members/1"),
    ("PUT", "/chats/1001/limit"),
    ("PUT", "/users/1/limit"),
    ("DELETE", "/users/1"),
    ("DELETE", "/chats/1001"),
    ("GET", "/nothing/here"),
    ("PATCH", "/users"),
]
LIMIT = {"messages": 2, "window_s": 5}


def test_it_says_its_protocol_and_default_limits(world: World) -> None:
    assert world.control("GET", "/").json() == {
        "protocol": "portal-conformance-control/1",
        "limits": {
            "chat": {"messages": 30, "window_s": 10},
            "global": {"messages": 60, "window_s": 10},
        },
    }


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer wrong",
        CONTROL_TOKEN,
        f"Basic {CONTROL_TOKEN}",
        f"Bearer {CONTROL_TOKEN}x",
        "Bearer \xe4",
    ],
)
def test_without_the_token_everything_is_401(world: World, method: str, path: str, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    answer = world.http.request(method, CONTROL + path, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]


def test_a_server_without_a_token_has_no_control_api() -> None:
    with serving() as ready:
        for method, path in PATHS:
            for token in ("None", CONTROL_TOKEN):
                headers = {"Authorization": f"Bearer {token}"}
                answer = httpx.request(method, ready.url + CONTROL + path, headers=headers)
                assert answer.status_code == 404


def test_a_user_is_made_with_defaults(world: World) -> None:
    made = world.control("POST", "/users", {"unknown": 1})
    assert made.status_code == 201
    assert set(made.json()) == {"user_id", "username", "session", "session_id"}
    assert isinstance(made.json()["user_id"], int)


def test_one_more_session_is_another_one(world: World) -> None:
    user = world.user()
    made = world.control("POST", f"/users/{user.user_id}/sessions")
    assert (made.status_code, set(made.json())) == (201, {"session", "session_id"})
    assert made.json()["session_id"] != user.session_id
    assert made.json()["session"] not in (user.secret, made.json()["session_id"])


def test_a_chat_is_made_with_defaults(world: World) -> None:
    made = world.control("POST", "/chats", {})
    assert made.status_code == 201
    chat = made.json()["chat_id"]
    assert made.json() == {"chat_id": chat, "chat_name": f"chat-{chat}", "epoch": 1}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        *(
            ("/users", body)
            for body in (
                {"permission_level": 4},
                {"permission_level": -1},
                {"permission_level": True},
                {"permission_level": "1"},
                {"premium": 1},
                {"premium": None},
            )
        ),
        *(
            ("/chats", body)
            for body in (
                {"visibility": "secret"},
                {"visibility": None},
                {"visibility": []},
                {"owner_id": "1"},
                {"owner_id": True},
                {"member_ids": 1},
                {"member_ids": ["1"]},
                {"member_ids": [True]},
                {"history_visible": 1},
            )
        ),
        ("/users", []),
        ("/chats", "x"),
    ],
)
def test_a_malformed_body_is_422(world: World, path: str, body: Any) -> None:
    assert world.control("POST", path, body).status_code == 422


def test_a_body_that_cannot_be_read_is_422(world: World) -> None:
    user, chat = world.user().user_id, world.chat()
    for method, path in [
        ("POST", "/users"),
        ("POST", "/chats"),
        ("PUT", f"/chats/{chat}/limit"),
        ("PUT", f"/users/{user}/limit"),
    ]:
        for raw in (b"", b"{", b"\xff", b"[" * 5000):
            assert world.control(method, path, content=raw).status_code == 422
    assert world.control("POST", f"/users/{user}/sessions", content=b"{").status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"messages": 1},
        {"window_s": 1},
        {**LIMIT, "messages": 0},
        {**LIMIT, "messages": 1.5},
        {**LIMIT, "messages": True},
        {**LIMIT, "window_s": 0},
        {**LIMIT, "window_s": -1},
        {**LIMIT, "window_s": "5"},
        {**LIMIT, "window_s": True},
        {**LIMIT, "window_s": 10**400},
    ],
)
def test_a_malformed_limit_is_422(world: World, body: Any) -> None:
    assert world.control("PUT", f"/chats/{world.chat()}/limit", body).status_code == 422
    assert world.control("PUT", f"/users/{world.user().user_id}/limit", body).status_code == 422


@pytest.mark.parametrize("unknown", ["999999999", "abc", "-1", "1.5", "9" * 40])
def test_an_unknown_id_is_404(world: World, unknown: str) -> None:
    user, chat = world.user().user_id, world.chat()
    for method, path, body in [
        ("POST", f"/users/{unknown}/sessions", {}),
        ("PUT", f"/chats/{unknown}/members/{user}", None),
        ("PUT", f"/chats/{chat}/members/{unknown}", None),
        ("DELETE", f"/chats/{unknown}/members/{user}", None),
        ("DELETE", f"/chats/{chat}/members/{unknown}", None),
        ("PUT", f"/chats/{unknown}/limit", LIMIT),
        ("PUT", f"/users/{unknown}/limit", LIMIT),
    ]:
        assert world.control(method, path, body).status_code == 404
    for body in ({"owner_id": 999_999_999}, {"member_ids": [999_999_999]}):
        assert world.control("POST", "/chats", body).status_code == 404


def test_deleting_is_done_once_and_answered_always(world: World) -> None:
    alice = world.user()
    chat = world.chat(alice)
    for _ in range(2):
        assert world.control("DELETE", f"/chats/{chat}").status_code == 204
        assert world.control("DELETE", f"/users/{alice.user_id}").status_code == 204
    assert world.control("POST", f"/users/{alice.user_id}/sessions", {}).status_code == 404
    assert world.control("PUT", f"/chats/{chat}/limit", LIMIT).status_code == 404


def test_membership_is_given_and_taken(world: World) -> None:
    owner, alice = world.user(), world.user()
    chat = world.chat(owner, visibility="private")
    path = f"/chats/{chat}/members/{alice.user_id}"
    for method, status in [("PUT", 200), ("PUT", 200), ("DELETE", 403), ("DELETE", 403), ("PUT", 200)]:
        answer = world.control(method, path)
        assert (answer.status_code, answer.content) == (204, b"")
        assert alice.history(chat).status_code == status
