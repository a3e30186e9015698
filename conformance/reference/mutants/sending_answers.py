"""Mutants of the chapter sending: whether an id deletes its message, and what an answer gives away."""

import asyncio
import base64
import itertools
import json
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from conformance.reference.bodies import Body, BodyRules
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.mutants.sending_ids import Renamed, parts
from conformance.reference.records import Attempt, Message, Room
from conformance.reference.shapes import Json
from conformance.reference.state import State

MUTANTS = Mutants()


# --- the id deletes --------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-ID-DELETES")
class DeletionIsCountedNotDone(Decisions):
    """A deletion is counted and announced, and the message stays."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        return len(messages)


@MUTANTS.breaks("SEND-ID-DELETES")
class DeletionCountsNothing(Decisions):
    """A deletion is done and counts 0."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        await super().erase(state, room, messages)
        return 0


@MUTANTS.breaks("SEND-ID-DELETES")
class DeletionCountsWhatWasAskedFor(Decisions):
    """A deletion counts the ids in the request, whether they are there or not."""

    def __init__(self) -> None:
        self._asked = 0

    def is_count(self, count: int) -> bool:
        self._asked = count
        return super().is_count(count)

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        asked = self._asked
        await super().erase(state, room, messages)
        return asked


@MUTANTS.breaks("SEND-ID-DELETES")
class DeletionCountsFromTwo(Decisions):
    """A deletion of something counts one too many."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        deleted = await super().erase(state, room, messages)
        return deleted + 1 if deleted else 0


@MUTANTS.breaks("SEND-ID-DELETES")
class DeletionSaysTrue(Decisions):
    """The number of what was deleted is the boolean whether anything was."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        return bool(await super().erase(state, room, messages))


@MUTANTS.breaks("SEND-ID-DELETES")
class DeletionLeavesATombstone(Decisions):
    """A deleted message is hidden from the history, and can be deleted over and over."""

    def __init__(self) -> None:
        self._hidden: set[tuple[int, str]] = set()

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        self._hidden.update((room.chat.id, message.id) for message in messages)
        ids = [message.id for message in messages]
        await self.announce(state, "message:bulk_deleted", {"chat_id": room.chat.id, "ids": ids}, room.chat.id)
        return len(messages)

    def history_page(self, messages: Sequence[Message]) -> Sequence[Message]:
        return [message for message in messages if (message.chat_id, message.id) not in self._hidden]


@MUTANTS.breaks("SEND-ID-DELETES")
class DeletionIsDoneLater(Decisions):
    """A deletion is answered at once and done a second later, so what is gone counts again."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[int]] = set()

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        task = asyncio.create_task(self._later(state, room, messages))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return len(messages)

    async def _later(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        await asyncio.sleep(1)
        return await super().erase(state, room, messages)


@MUTANTS.breaks("SEND-ID-DELETES")
class DeletionTakesTheOneBefore(Decisions):
    """A deletion is off by one: it takes the entry before the one that was named."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        said = await state.store.messages.all(room.chat.id)
        named = {message.id for message in messages}
        before = [entry for entry, after in itertools.pairwise(said) if after.id in named]
        return await super().erase(state, room, before)


@MUTANTS.breaks("SEND-ID-DELETES")
class IdIsTheNextOnes(Renamed):
    """The id that clients get is one above the stored one, and a deletion looks for the stored one."""

    def renamed(self, stored: str, attempt: Attempt) -> str:
        first, second = parts(stored)
        return f"{first}-{second + 1}"

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        return BodyRules.parse_body(self, content_type, raw)


# --- the answer says nothing -----------------------------------------------------------------------------------------


def ciphertext_of(message: Message) -> str:
    """The ct that was sent."""
    return str(json.loads(message.content)["ct"])


@MUTANTS.breaks("SEND-OPAQUE")
class AnswerEchoesTheContent(Decisions):
    """The answer to a send repeats its content."""

    def response_of_send(self, message: Message) -> Json:
        return {"id": message.id, "content": message.content}


@MUTANTS.breaks("SEND-OPAQUE")
class AnswerEchoesTheCiphertext(Decisions):
    """The answer to a send has the bare ciphertext beside the id."""

    def response_of_send(self, message: Message) -> Json:
        return {"id": message.id, "ct": ciphertext_of(message)}


@MUTANTS.breaks("SEND-OPAQUE")
class AnswerIsTheWholeEntry(Decisions):
    """The answer to a send is the entry as the history shows it."""

    def response_of_send(self, message: Message) -> Json:
        return {
            "id": message.id,
            "chat_id": message.chat_id,
            "sender": self.sender(message.sender),
            "content": self.message_content(message),
            "epoch": message.epoch,
            "timestamp": self.timestamp(message.at),
        }


@MUTANTS.breaks("SEND-OPAQUE")
class AnswerHoldsTheBundle(Decisions):
    """The answer to a send has the bundle as an object, deep inside."""

    def response_of_send(self, message: Message) -> Json:
        return {"id": message.id, "stored": {"entries": [json.loads(message.content)]}}


@MUTANTS.breaks("SEND-OPAQUE")
class AnswerHasTheCiphertextInAHeader(Decisions):
    """The answer to a send names the ciphertext as its entity tag."""

    def __init__(self) -> None:
        self._tags: dict[str, str] = {}

    def response_of_send(self, message: Message) -> Json:
        self._tags[message.id] = ciphertext_of(message)
        return super().response_of_send(message)

    async def answer(self, request: Request, response: Response) -> Response:
        if request.url.path.endswith("/messages") and response.status_code == 200:
            tag = self._tags.pop(json.loads(bytes(response.body))["id"])
            response.headers["ETag"] = f'"{tag}"'
        return response


@MUTANTS.breaks("SEND-OPAQUE")
class AnswerHasAPreview(Decisions):
    """The answer to a send repeats the first forty characters of the ciphertext as a preview."""

    def response_of_send(self, message: Message) -> Json:
        return {"id": message.id, "preview": ciphertext_of(message)[:40]}


@MUTANTS.breaks("SEND-OPAQUE")
class AnswerEchoesUrlSafely(Decisions):
    """The answer to a send repeats the ciphertext in the url-safe alphabet."""

    def response_of_send(self, message: Message) -> Json:
        safe = base64.urlsafe_b64encode(base64.b64decode(ciphertext_of(message)))
        return {"id": message.id, "ref": safe.decode().rstrip("=")}


@MUTANTS.breaks("SEND-OPAQUE")
class AnswerEchoesInHexadecimal(Decisions):
    """The answer to a send repeats the bytes of the ciphertext in base sixteen."""

    def response_of_send(self, message: Message) -> Json:
        return {"id": message.id, "raw": base64.b64decode(ciphertext_of(message)).hex()}


@MUTANTS.breaks("SEND-OPAQUE")
class AnswerQuotesTheContent(Decisions):
    """The answer to a send has the content as an escaped text inside of a log line."""

    def response_of_send(self, message: Message) -> Json:
        return {"id": message.id, "log": f"stored {message.id}: {json.dumps(message.content)}"}
