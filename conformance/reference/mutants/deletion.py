"""Mutants of the chapter deletion: by ids, what is taken, what is counted, and how many at once."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from conformance.reference import refusals
from conformance.reference.bodies import Body
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Attempt, Message, Room
from conformance.reference.state import State

MUTANTS = Mutants()

ANNOUNCED = "message:bulk_deleted"


class Asked(Decisions):
    """Knows which ids a deletion asked for; none where it asked otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        body = super().parse_body(content_type, raw)
        ids = body.get("ids")
        self.asked = [str(one) for one in ids] if isinstance(ids, list) else []
        return body

    @property
    def by_ids(self) -> bool:
        """Whether the deletion is one by ids."""
        return bool(self.asked)


# --- counted ----------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("DEL-COUNT", "DEL-BOUNDS")
class OneThatWasThereCountsForAll(Asked):
    """Where one of the ids is there, all that were asked for are counted."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        asked = len(self.asked)
        deleted = await super().erase(state, room, messages)
        return asked if deleted and asked else deleted


@MUTANTS.breaks("DEL-COUNT")
class IdsGivenTwiceCountTwice(Asked):
    """An id that is given twice is counted twice."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        there = {message.id for message in messages}
        times = sum(one in there for one in self.asked)
        deleted = await super().erase(state, room, messages)
        return times if times and deleted else deleted


@MUTANTS.breaks("DEL-COUNT")
class IdsAreReadByTheirTime(Asked):
    """Of an id only the first part is read: whatever was said in that millisecond is deleted."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        times = {one.partition("-")[0] for one in self.asked}
        said = await state.store.messages.all(room.chat.id)
        more = [one for one in said if one.id.partition("-")[0] in times and one.type == "user"]
        return await super().erase(state, room, more if self.by_ids else messages)


@MUTANTS.breaks("DEL-COUNT")
class DeletionReachesOtherChats(Asked):
    """An id is looked for in every chat, and deleted where it is found."""

    def __init__(self) -> None:
        super().__init__()
        self._chats: dict[str, int] = {}

    async def store_message(self, state: State, attempt: Attempt) -> Message:
        message = await super().store_message(state, attempt)
        self._chats[message.id] = message.chat_id
        return message

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        elsewhere = [one for one in self.asked if self._chats.get(one, room.chat.id) != room.chat.id]
        deleted = await super().erase(state, room, messages)
        for one in elsewhere:
            await state.store.messages.delete(self._chats[one], [one])
        return deleted


@MUTANTS.breaks("DEL-COUNT")
class DeletionCountsOtherChats(DeletionReachesOtherChats):
    """The ids of other chats' messages count, though only those of this chat are deleted."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        elsewhere = sum(self._chats.get(one, room.chat.id) != room.chat.id for one in self.asked)
        return elsewhere + await Decisions.erase(self, state, room, messages)


@MUTANTS.breaks("DEL-COUNT")
class DeletionEndsAtWhatIsNotThere(Asked):
    """A deletion goes through the ids in their order, and ends at the first that is not there."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        there = {message.id for message in messages}
        until = next((at for at, one in enumerate(self.asked) if one not in there), len(self.asked))
        taken = [message for message in messages if message.id in self.asked[:until]]
        return await super().erase(state, room, taken if self.by_ids else messages)


@MUTANTS.breaks("DEL-COUNT", "DEL-BOUNDS")
class UnknownIdsAreNotFound(Asked):
    """A deletion of several ids, one of which is not there, is refused as a whole."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        if len(self.asked) > 1 and len(messages) < len(set(self.asked)):
            raise refusals.unknown("message")
        return await super().erase(state, room, messages)


@MUTANTS.breaks("DEL-COUNT", "DEL-EVENT")
class OneIdAtATimeIsDeleted(Asked):
    """Of several ids the first that is there is deleted."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        return await super().erase(state, room, messages[:1] if self.by_ids else messages)


@MUTANTS.breaks("DEL-COUNT")
class DeletionIsCountedAndHalfDone(Asked):
    """A deletion of several messages counts them all, and leaves the last."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        if not self.by_ids or len(messages) < 2:
            return await super().erase(state, room, messages)
        await super().erase(state, room, messages[:-1])
        await self.announce(state, ANNOUNCED, {"chat_id": room.chat.id, "ids": [messages[-1].id]}, room.chat.id)
        return len(messages)


@MUTANTS.breaks("DEL-COUNT", "SEND-ID-DELETES")
class DeletionsAreAnsweredAgain(Asked):
    """The same request is answered as it was the first time: deletions are kept by their ids."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[tuple[str, ...], int] = {}

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        asked = tuple(self.asked)
        deleted = await super().erase(state, room, messages)
        return self._kept.setdefault(asked, deleted) if asked else deleted


# --- bounds -----------------------------------------------------------------------------------------------------------


class Bounds(Asked):
    """Has other bounds for the ids of a deletion; those of the newest stay."""

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        body = super().parse_body(content_type, raw)
        self.has_ids = "ids" in body
        return body

    def are_so_many(self, count: int) -> bool:
        """Whether so many ids may be deleted at once."""
        raise NotImplementedError

    def is_count(self, count: int) -> bool:
        return self.are_so_many(count) if self.has_ids else super().is_count(count)


@MUTANTS.breaks("DEL-BOUNDS")
class NoIdsAreDeleted(Bounds):
    """A deletion of no ids is accepted, and deletes none."""

    def are_so_many(self, count: int) -> bool:
        return count <= self.max_ids


@MUTANTS.breaks("DEL-BOUNDS")
class OneIdTooManyIsDeleted(Bounds):
    """A deletion of 101 ids is accepted."""

    def are_so_many(self, count: int) -> bool:
        return 1 <= count <= self.max_ids + 1


@MUTANTS.breaks("DEL-BOUNDS")
class ThousandIdsAreDeleted(Bounds):
    """A deletion of up to a thousand ids is accepted."""

    def are_so_many(self, count: int) -> bool:
        return 1 <= count <= 1000


@MUTANTS.breaks("DEL-BOUNDS")
class HundredIdsAreTooMany(Bounds):
    """A deletion of 100 ids is refused: the bound is exclusive."""

    def are_so_many(self, count: int) -> bool:
        return 1 <= count < self.max_ids


@MUTANTS.breaks(
    "DEL-BOUNDS",
    "SEND-ID-DELETES",
    "DEL-EVENT",
    collateral={"CHAT-UNKNOWN": "one id is asked for in a chat that does not exist, and refused for being one"},
)
class OneIdIsTooFew(Bounds):
    """A deletion of one id is refused: it is one of several."""

    def are_so_many(self, count: int) -> bool:
        return 1 < count <= self.max_ids


@MUTANTS.breaks("DEL-BOUNDS")
class TooManyIdsAreCut(Bounds):
    """Of more than 100 ids the first 100 are deleted."""

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        body = super().parse_body(content_type, raw)
        return {**body, "ids": body["ids"][: self.max_ids]} if self.by_ids else body

    def are_so_many(self, count: int) -> bool:
        return count >= 1


class Misjudges(Decisions):
    """Answers otherwise where the number of ids is refused."""

    status = 0

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        if request.url.path.endswith("/messages/delete") and response.status_code == 422:
            response.status_code = self.status
        return response


@MUTANTS.breaks("DEL-BOUNDS")
class TooManyIdsAreForbidden(Misjudges):
    """A wrong number of ids is answered 403."""

    status = 403


@MUTANTS.breaks("DEL-BOUNDS")
class TooManyIdsAreTooLarge(Misjudges):
    """A wrong number of ids is answered 413."""

    status = 413


@MUTANTS.breaks("DEL-BOUNDS")
class NoIdsCrash(Bounds):
    """A deletion of no ids ends in an accident: the command lacks arguments."""

    def are_so_many(self, count: int) -> bool:
        if not count:
            raise ValueError("wrong number of arguments")
        return count <= self.max_ids


@MUTANTS.breaks("DEL-BOUNDS")
class TooManyIdsAreDeletedAndRefused(Asked):
    """More than 100 ids are refused, and the messages are gone all the same."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        if response.status_code == 422 and request.url.path.endswith("/messages/delete"):
            self.late = int(request.path_params["chat_id"]), self.asked
        return response

    late: tuple[int, list[str]] = (0, [])

    async def look_at(self, state: State, chat_id: int) -> Room | None:
        if self.late[0] == chat_id:
            found = await state.store.messages.find(chat_id, self.late[1])
            await state.store.messages.delete(chat_id, [one.id for one in found])
        return await super().look_at(state, chat_id)
