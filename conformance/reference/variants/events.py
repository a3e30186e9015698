"""Variants of what goes over the socket: further members and events, and other forms of the content."""

import json
from typing import Any

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Variants
from conformance.reference.records import Attempt, Message, Room, User
from conformance.reference.shapes import Json
from conformance.reference.state import State

VARIANTS = Variants()

_SEND = "message:new"


@VARIANTS.keeps()
class EventsSayMore(Decisions):
    """Every event has further members, in front of and behind the known ones."""

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        more: Json = {"seq": 7, "event": event, **payload, "flags": [], "trace": None}
        await super().deliver(state, event, more, sids)


@VARIANTS.keeps()
class AcknowledgementsSayMore(Decisions):
    """Every acknowledgement has further members."""

    def acknowledgement(self, event: str, result: Json) -> Json:
        return {**super().acknowledgement(event, result), "event": event, "warnings": [], "history": []}


@VARIANTS.keeps()
class MembersSayMore(Decisions):
    """The list of members is turned around, and each entry has more to say."""

    async def members(self, state: State, chat_id: int) -> list[Json]:
        members = await super().members(state, chat_id)
        return [{"username": "?", **member, "online": True, "roles": []} for member in reversed(members)]


@VARIANTS.keeps()
class SendersSayMore(Decisions):
    """The sender of a message has further members, and a picture."""

    def sender(self, user: User | None) -> Json | None:
        sender = super().sender(user)
        if sender is None:
            return None
        return {**sender, "avatar_url": "https://portal.example/a.png", "badges": ["early"], "premium": True}


@VARIANTS.keeps()
class ChattySockets(Decisions):
    """Each event is preceded and followed by others that no page knows."""

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        await super().deliver(state, "presence:update", {"online": len(sids)}, sids)
        await super().deliver(state, event, payload, sids)
        await super().deliver(state, "message:typing", {"content": None}, sids)


@VARIANTS.keeps()
class EpochsAnnouncedTwice(Decisions):
    """Every rotation is announced twice in a row."""

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        await super().deliver(state, event, payload, sids)
        if event == "room:epoch_changed":
            await super().deliver(state, event, payload, sids)


@VARIANTS.keeps(apart=["bundle-objects-in-events"])
class BareCiphertextsInEvents(Decisions):
    """The content of an event is the bare ciphertext."""

    def event_payload(self, message: Message, room: Room) -> Json:
        return {**super().event_payload(message, room), "content": self.read_content(message.content)["ct"]}


@VARIANTS.keeps(apart=["bare-ciphertexts-in-events"])
class BundleObjectsInEvents(Decisions):
    """The content of an event is the bundle as an object."""

    def event_payload(self, message: Message, room: Room) -> Json:
        return {**super().event_payload(message, room), "content": self.read_content(message.content)}


@VARIANTS.keeps()
class ContentSerialisedAnew(Decisions):
    """The content is kept as a text of the server's own, with the same members and the same ciphertext."""

    def content_kept(self, attempt: Attempt) -> str:
        read = self.read_content(super().content_kept(attempt))
        return json.dumps(dict(sorted(read.items())), indent=1).replace("/", r"\/")
