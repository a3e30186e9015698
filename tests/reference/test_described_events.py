"""What goes over the sockets is what schemas/asyncapi.json says: every event is heard once, and each payload is right.

The story is one chat's: two sessions come, get the key, talk, are sanctioned, and go.
"""

import json
import re
from typing import Any

from conformance import schemas

from .actors import Actor, Socket, World, public_key


def described() -> dict[str, str]:
    """The schema of each event that the server sends."""
    document = json.loads((schemas.folder() / "asyncapi.json").read_text("utf-8"))
    sent = [each for each in document["operations"].values() if each["action"] == "send"]
    return {each["title"]: re.sub(r"[:_]", "-", each["title"]) for each in sent}


def play(world: World) -> list[Socket]:
    """Everything that makes an event; the sockets that were there."""
    owner, guest, admin = world.user(), world.user(), world.user(2)
    chat = world.chat(owner, history_visible=False)
    for actor in (owner, guest):
        register(actor)
    sockets = [owner.socket, guest.socket]
    assert schemas.faults("room-join-acknowledgement", owner.join(chat)) == ()
    assert schemas.faults("room-join-acknowledgement", guest.join(chat)) == ()
    assert owner.socket.wait("room:epoch_changed")["epoch"] == 2
    for actor in (owner, guest):
        assert schemas.faults("acknowledgement", owner.share(chat, actor, epoch=2)) == ()
    said = [guest.sent(chat, epoch=2), owner.sent(chat, epoch=2)]
    register(guest)
    assert owner.post_chat(chat, "messages/delete", {"ids": said}).status_code == 200
    for path in ("mute", "unmute"):
        assert owner.post_chat(chat, path, {"user_id": guest.user_id}).status_code == 200
    assert admin.post("/v1/portal/hard-mute", {"user_id": guest.user_id, "duration": 1}).status_code == 200
    assert owner.post_chat(chat, "clear").status_code == 200
    for path in ("ban", "unban", "kick"):
        assert owner.post_chat(chat, path, {"user_id": guest.user_id}).status_code == 200
    guest.socket.wait("room:kicked")
    owner.socket.wait("portal:key_removed")
    assert guest.leave(chat) == {"ok": False, "error": "ERR_NOT_JOINED"}
    assert owner.leave(chat) == {"ok": True}
    return sockets


def register(actor: Actor) -> None:
    answer = actor.post("/v1/portal/keys", {"public_key": public_key()})
    assert schemas.faults("register-key-response", answer.json()) == ()


def test_every_event_is_described_and_every_description_is_heard(world: World) -> None:
    sockets, known = play(world), described()
    heard: list[tuple[str, Any]] = [each for socket in sockets for each in socket.everything()]
    assert {event for event, _ in heard} == known.keys()
    assert {event: faults for event, payload in heard if (faults := schemas.faults(known[event], payload))} == {}


def test_a_refused_request_is_acknowledged_as_described(world: World) -> None:
    alice = world.user()
    for event, payload in [("room:join", {"chat_id": 999_999_999}), ("room:leave", None), ("room:nothing", {})]:
        acknowledged = alice.socket.call(event, payload)
        assert acknowledged["ok"] is False
        assert schemas.faults("acknowledgement", acknowledged) == ()
        assert schemas.faults("room-join-acknowledgement", acknowledged) == ()
