"""Variants of deletion: how it is announced, what it leaves behind, and what of a request is refused."""

from collections.abc import Sequence

from conformance.reference import refusals
from conformance.reference.bodies import Body
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Variants
from conformance.reference.records import Message, Room
from conformance.reference.shapes import Json
from conformance.reference.state import State

VARIANTS = Variants()

_ANNOUNCED = "message:bulk_deleted"


@VARIANTS.keeps(apart=["deletion-announces-what-was-asked-for"])
class DeletionAnnouncedOneByOne(Decisions):
    """Each deleted message is announced by itself."""

    async def announce(self, state: State, event: str, payload: Json, chat_id: int) -> None:
        parts = [{**payload, "ids": [one]} for one in payload["ids"]] if event == _ANNOUNCED else [payload]
        for part in parts:
            await super().announce(state, event, part, chat_id)


@VARIANTS.keeps(apart=["deletion-announced-one-by-one"])
class DeletionAnnouncesWhatWasAskedFor(Decisions):
    """All ids of a deletion are announced, those too that were not there."""

    def __init__(self) -> None:
        super().__init__()
        self._asked: list[str] = []

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        body = super().parse_body(content_type, raw)
        self._asked = [str(one) for one in body["ids"]] if isinstance(body.get("ids"), list) else []
        return body

    async def announce(self, state: State, event: str, payload: Json, chat_id: int) -> None:
        if event == _ANNOUNCED:
            payload = {**payload, "ids": list(dict.fromkeys([*self._asked, *payload["ids"]]))}
        await super().announce(state, event, payload, chat_id)


@VARIANTS.keeps()
class EmptyDeletionAnnounced(Decisions):
    """A deletion of nothing is announced as well."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        if not messages:
            await self.announce(state, _ANNOUNCED, {"chat_id": room.chat.id, "ids": []}, room.chat.id)
        return await super().erase(state, room, messages)


@VARIANTS.keeps(apart=["no-system-entries"])
class DeletionNoted(Decisions):
    """A deletion is noted in the history."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        deleted = await super().erase(state, room, messages)
        if deleted:
            await self.note(state, room, f"{deleted} messages were deleted")
        return deleted


@VARIANTS.keeps()
class IdsGivenTwiceRefused(Decisions):
    """A deletion that gives an id twice is refused: no page says what it would be."""

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        body = super().parse_body(content_type, raw)
        ids = body.get("ids")
        if isinstance(ids, list) and len({str(one) for one in ids}) < len(ids):
            raise refusals.invalid("ids must all differ")
        return body
