"""Private chats, invitations, and the login by a bot's key."""

from typing import Any

import httpx
import pytest

from .actors import BOT_KEY, Actor, World


def create(actor: Actor, **body: Any) -> httpx.Response:
    return actor.post("/v1/portal/chats", {"name": "a chat", "description": "of ours", **body})


def test_a_private_chat_is_made_and_destroyed(world: World) -> None:
    owner, outsider = world.user(premium=True), world.user()
    made = create(owner)
    assert made.status_code == 200
    chat = made.json()["id"]
    assert made.json() == {
        "id": chat,
        "name": "a chat",
        "description": "of ours",
        "visibility": "private",
        "owner_id": owner.user_id,
        "history_visible": True,
        "epoch": 1,
    }
    world.ready(chat, owner)
    sent = owner.sent(chat)
    assert owner.socket.wait("message:new", id=sent)["chat_name"] == "a chat"
    assert outsider.join(chat)["ok"] is False
    assert outsider.post_chat(chat, "delete").status_code == 403
    assert owner.post_chat(chat, "delete").json()["message"]
    assert owner.send(chat).status_code == 404
    assert owner.join(chat)["ok"] is False
    assert owner.post_chat(chat, "delete").status_code == 404


def test_it_takes_premium_or_an_admin(world: World) -> None:
    assert create(world.user()).status_code == 403
    assert create(world.user(1)).status_code == 403
    assert create(world.user(2)).status_code == 200


@pytest.mark.parametrize("name", ["x", "x" * 65, None, 5, ""])
def test_a_name_has_2_to_64_characters(world: World, name: object) -> None:
    owner = world.user(premium=True)
    assert create(owner, name=name).status_code == 422
    assert create(owner, name="x" * 64).status_code == 200


def test_an_invitation_lets_in_so_often(world: World) -> None:
    owner, alice, bob = world.user(premium=True), world.user(), world.user()
    chat = create(owner).json()["id"]
    assert alice.post_chat(chat, "invites", {}).status_code == 403
    code = owner.post_chat(chat, "invites", {"max_uses": 1, "expires_at": None}).json()["code"]
    for _ in range(2):
        assert alice.post(f"/v1/portal/resolve/{code}").json()["chat_id"] == chat
    assert bob.post(f"/v1/portal/resolve/{code}").status_code == 404
    world.ready(chat, owner, alice)
    alice.sent(chat)
    assert bob.send(chat).status_code == 403
    assert bob.post("/v1/portal/resolve/nothing").status_code == 404


@pytest.mark.parametrize("expires_at", ["2001-01-01T00:00:00Z", "2001-01-01T00:00:00", 5])
def test_an_invitation_expires(world: World, expires_at: object) -> None:
    owner, alice = world.user(premium=True), world.user()
    chat = create(owner).json()["id"]
    code = owner.post_chat(chat, "invites", {"expires_at": expires_at}).json()["code"]
    assert alice.post(f"/v1/portal/resolve/{code}").status_code == 404
    assert alice.join(chat)["ok"] is False


@pytest.mark.parametrize(
    "body", [{"max_uses": 0}, {"max_uses": True}, {"max_uses": "1"}, {"expires_at": "soon"}, {"expires_at": []}]
)
def test_an_invitation_of_the_wrong_form(world: World, body: dict[str, Any]) -> None:
    owner = world.user(premium=True)
    chat = create(owner).json()["id"]
    assert owner.post_chat(chat, "invites", body).status_code == 422


def test_an_invitation_does_not_undo_a_ban(world: World) -> None:
    owner, alice = world.user(premium=True), world.user()
    chat = create(owner).json()["id"]
    code = owner.post_chat(chat, "invites").json()["code"]
    owner.post_chat(chat, "ban", {"user_id": alice.user_id})
    assert alice.post(f"/v1/portal/resolve/{code}").status_code == 403


def bot(world: World, step: str, body: Any, key: str | None = BOT_KEY) -> httpx.Response:
    headers = {} if key is None else {"X-API-Key": key}
    with httpx.Client(base_url=world.url) as client:
        return client.post(f"/v1/authentication/{step}", json=body, headers=headers)


def test_a_bot_logs_its_users_in(world: World) -> None:
    who = {"platform": "tests", "platform_user_id": "one"}
    chat = world.chat()
    users = set()
    for _ in range(2):
        code = bot(world, "bot/send-code", who).json()["code"]
        verified = bot(world, "verify", {"code": code})
        assert verified.status_code == 200
        users.add(verified.json()["user_id"])
        cookie = {"Cookie": f"psession={verified.cookies['psession']}"}
        assert world.http.get(f"/v1/portal/chats/{chat}/history", headers=cookie).status_code == 200
        assert bot(world, "verify", {"code": code}).status_code == 401
    assert len(users) == 1


def test_a_code_expires(world: World) -> None:
    code = bot(world, "bot/send-code", {"platform": "tests", "platform_user_id": "late"}).json()["code"]
    world.clock.advance(301)
    assert bot(world, "verify", {"code": code}).status_code == 401


@pytest.mark.parametrize("key", [None, "", "wrong", BOT_KEY + "x"])
def test_a_wrong_key_opens_nothing(world: World, key: str | None) -> None:
    who = {"platform": "tests", "platform_user_id": "one"}
    assert bot(world, "bot/send-code", who, key).status_code == 401
    code = bot(world, "bot/send-code", who).json()["code"]
    assert bot(world, "verify", {"code": code}, key).status_code == 401


@pytest.mark.parametrize("body", [{}, {"platform": 5, "platform_user_id": "x"}, {"platform": "x"}, []])
def test_a_login_of_the_wrong_form(world: World, body: Any) -> None:
    assert bot(world, "bot/send-code", body).status_code == 422
    assert bot(world, "verify", body).status_code == 422
