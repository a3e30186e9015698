"""The schemas leave open what the contract leaves open: whatever a variant says is right under them too."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx
import pytest

from conformance import schemas
from conformance.reference.embedded import serving
from conformance.reference.lies import Variant
from conformance.reference.settings import Settings
from conformance.reference.variants.index import variants

from .actors import CONTROL_TOKEN, Actor, Clock, World, public_key
from .test_described_events import described

FOREIGN = {"message:typing", "presence:update", "room:key_taken", "user:kicked"}
"""Events of which no page speaks, and which a variant sends all the same."""


class Judged:
    """What was said in a story, and every fault of it by schema."""

    def __init__(self) -> None:
        self.faults: defaultdict[str, list[str]] = defaultdict(list)

    def body(self, schema: str, answer: httpx.Response) -> Any:
        """The body of an answer, judged."""
        return self.said(schema, answer.json())

    def said(self, schema: str, instance: Any) -> Any:
        """An acknowledgement, a payload or a body, judged."""
        if found := schemas.faults(schema, instance):
            self.faults[schema] += found
        return instance


@contextmanager
def played_on(variant: Variant) -> Iterator[World]:
    settings = Settings(control_token=CONTROL_TOKEN)
    with serving(settings, variant.decisions()) as ready, closing(World(ready.url, ready.ws_url, Clock())) as world:
        yield world


def play(world: World, judged: Judged) -> None:
    owner, guest = world.user(), world.user()
    chat = world.control("POST", "/chats", {"owner_id": owner.user_id}).json()["chat_id"]
    epoch = _meet(judged, chat, owner, guest)
    sent = guest.send(chat, epoch=epoch)
    message = judged.body("send-response", sent)["id"]
    guest.socket.wait("message:new")
    judged.body("error", guest.send(chat, "no bundle"))
    judged.body("error", guest.send(chat, epoch=epoch + 5))
    judged.body("history-response", owner.history(chat))
    judged.body("ok-response", owner.post_chat(chat, "mute", {"user_id": guest.user_id, "duration": 50}))
    judged.body("error-muted", guest.send(chat, epoch=epoch))
    judged.body("deletion-response", owner.post_chat(chat, "messages/delete", {"ids": [message]}))
    judged.body("clear-response", owner.post_chat(chat, "clear"))
    for path in ("unmute", "kick", "ban", "unban"):
        judged.body("ok-response", owner.post_chat(chat, path, {"user_id": guest.user_id}))
    owner.socket.wait("user:unbanned")


def _meet(judged: Judged, chat: Any, *actors: Actor) -> int:
    """All of them register a key, join, and get the chat key from the first; the epoch."""
    for actor in actors:
        judged.body("register-key-response", actor.post("/v1/portal/keys", {"public_key": public_key()}))
        epoch: int = judged.said("room-join-acknowledgement", actor.join(chat))["epoch"]
    for actor in actors:
        judged.said("acknowledgement", actors[0].share(chat, actor, epoch=epoch))
    return epoch


@pytest.mark.parametrize("variant", [pytest.param(each, id=each.name) for each in variants()])
def test_a_variant_speaks_by_the_schemas(variant: Variant) -> None:
    judged, known = Judged(), described()
    with played_on(variant) as world:
        play(world, judged)
        for event, payload in [each for socket in world.sockets for each in socket.everything()]:
            if event not in FOREIGN:
                judged.said(known[event], payload)
    assert judged.faults == {}
