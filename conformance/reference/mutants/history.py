"""Mutants of the chapter history: what is not in it, and who reads it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Attempt, Message, Room, User
from conformance.reference.refusals import Refusal, outsider
from conformance.reference.shapes import Json
from conformance.reference.state import State

MUTANTS = Mutants()

NOT_SHOWN = "what was deleted is looked for in a history that shows other than is there"
NOT_KEPT = "that nothing was deleted is shown by a history that lacks some of it"
LEFT_OUT = {
    **dict.fromkeys(("DEL-MINE", "DEL-LAST"), NOT_SHOWN),
    "DEL-BOUNDS": NOT_KEPT,
}
NOBODYS = dict.fromkeys(("AUTH-NONE", "AUTH-BAD"), NOT_KEPT)


class Lacks(Decisions):
    """Leaves some messages out of the history."""

    def __init__(self) -> None:
        super().__init__()
        self.reader = User(0, "")
        self.room: Room | None = None

    def may_read(self, user: User, room: Room) -> bool:
        self.reader, self.room = user, room
        return super().may_read(user, room)

    def lacks(self, message: Message, room: Room) -> bool:
        """Whether that one is left out."""
        raise NotImplementedError

    def history_page(self, messages: Sequence[Message]) -> Sequence[Message]:
        room = self.room
        assert room is not None
        kept = [one for one in messages if one.sender is None or not self.lacks(one, room)]
        return super().history_page(kept)


# --- what is not in it ------------------------------------------------------------------------------------------------


@MUTANTS.breaks("HIST-CONTAINS", collateral={**LEFT_OUT, "DEL-COUNT": NOT_SHOWN})
class NewestIsNotYetInTheHistory(Decisions):
    """The history ends in front of its newest entry: the end of the range is exclusive."""

    def history_page(self, messages: Sequence[Message]) -> Sequence[Message]:
        return super().history_page(messages[:-1])


@MUTANTS.breaks("HIST-CONTAINS", collateral={**LEFT_OUT, **NOBODYS, "DEL-COUNT": NOT_SHOWN})
class HistoryIsOfOneself(Lacks):
    """The history shows what the reader said."""

    def lacks(self, message: Message, room: Room) -> bool:
        return message.sender is not None and message.sender.id != self.reader.id


@MUTANTS.breaks("HIST-CONTAINS", collateral={**LEFT_OUT, **NOBODYS})
class HistoryIsOfOthers(Lacks):
    """The history leaves out what the reader said, who knows it."""

    def lacks(self, message: Message, room: Room) -> bool:
        return message.sender is not None and message.sender.id == self.reader.id


@MUTANTS.breaks("HIST-CONTAINS")
class HistoryIsOfTheCurrentEpoch(Lacks):
    """The history shows what can be opened with the current key."""

    def lacks(self, message: Message, room: Room) -> bool:
        return message.epoch != room.epoch


@MUTANTS.breaks("HIST-CONTAINS")
class HistoryIsOfWhoIsThere(Lacks):
    """The history is joined with the members, so what was said by those who are gone is lost."""

    def lacks(self, message: Message, room: Room) -> bool:
        return message.sender is not None and message.sender.id not in room.joined.values()


@MUTANTS.breaks("HIST-CONTAINS")
class LongMessagesAreNotInTheHistory(Lacks):
    """Content above 4000 characters does not fit into the archive."""

    def lacks(self, message: Message, room: Room) -> bool:
        return len(message.content) > 4000


@MUTANTS.breaks("HIST-CONTAINS", collateral={"DEL-COUNT": NOT_SHOWN, "DEL-LAST": NOT_SHOWN})
class HistoryIsCached(Decisions):
    """The history of a chat is kept for five seconds from when it was read."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[int, tuple[float, Sequence[Message]]] = {}
        self._now = 0.0

    async def look_at(self, state: State, chat_id: int) -> Room | None:
        self._now = state.now()
        return await super().look_at(state, chat_id)

    def history_page(self, messages: Sequence[Message]) -> Sequence[Message]:
        if not messages:
            return messages
        chat_id = messages[0].chat_id
        at, kept = self._kept.get(chat_id, (0.0, messages))
        if self._now - at > 5:
            self._kept[chat_id] = self._now, messages
            kept = messages
        return super().history_page(kept)


# --- what was said comes back otherwise -------------------------------------------------------------------------------


class Rewrites(Decisions):
    """Shows the ciphertext of a message in the history otherwise."""

    def rewritten(self, ct: str) -> str:
        """The ciphertext that is shown."""
        raise NotImplementedError

    def history_entry(self, message: Message, room: Room) -> Json:
        if message.type == "user":
            bundle: Any = json.loads(message.content)
            message = replace(message, content=json.dumps({**bundle, "ct": self.rewritten(bundle["ct"])}))
        return super().history_entry(message, room)


@MUTANTS.breaks("HIST-CONTAINS")
class HistoryHasTheOtherAlphabet(Rewrites):
    """Ciphertexts come back in the URL-safe alphabet."""

    def rewritten(self, ct: str) -> str:
        return ct.replace("+", "-").replace("/", "_")


@MUTANTS.breaks("HIST-CONTAINS")
class HistoryDropsThePadding(Rewrites):
    """Ciphertexts come back without their padding."""

    def rewritten(self, ct: str) -> str:
        return ct.rstrip("=")


@MUTANTS.breaks("HIST-CONTAINS")
class HistoryCutsLongCiphertexts(Rewrites):
    """Ciphertexts are cut to the length of their column."""

    def rewritten(self, ct: str) -> str:
        return ct[:2000]


@MUTANTS.breaks("HIST-CONTAINS", "HIST-FIELDS")
class MessagesAreOfTypeMessage(Decisions):
    """The type of what users said is `message`."""

    def history_entry(self, message: Message, room: Room) -> Json:
        entry = super().history_entry(message, room)
        return {**entry, "type": "message"} if message.type == "user" else entry


@MUTANTS.breaks("HIST-CONTAINS")
class HistoryIsInAnEnvelope(Decisions):
    """The array of entries stands inside of an object, where nobody looks for it."""

    def response_of_history(self, entries: list[Json]) -> Any:
        return {"entries": entries, "next": None}


# --- who reads it -----------------------------------------------------------------------------------------------------


@MUTANTS.breaks("HIST-PRIVATE")
class HistoryIsReadByAll(Decisions):
    """The history of any chat is for any session."""

    def may_read(self, user: User, room: Room) -> bool:
        return True


@MUTANTS.breaks("HIST-PRIVATE")
class HistoryIsReadByWhoWasThere(Decisions):
    """Who ever joined a private chat may read its history for good."""

    def may_read(self, user: User, room: Room) -> bool:
        return super().may_read(user, room) or user.id in room.ever_joined


@MUTANTS.breaks("HIST-PRIVATE")
class HistoryIsReadByWhoListens(Decisions):
    """Whose session has joined a private chat may read its history, member or not."""

    def may_read(self, user: User, room: Room) -> bool:
        return super().may_read(user, room) or user.id in room.joined.values()


@MUTANTS.breaks("HIST-PRIVATE")
class HistoryIsReadByAnyMember(Decisions):
    """Whether the reader is a member is asked for without saying of which private chat."""

    def __init__(self) -> None:
        super().__init__()
        self._members: dict[int, frozenset[int]] = {}

    async def look_at(self, state: State, chat_id: int) -> Room | None:
        room = await super().look_at(state, chat_id)
        if room is not None and self.is_private(room.chat):
            self._members[chat_id] = room.members
        return room

    def may_read(self, user: User, room: Room) -> bool:
        return super().may_read(user, room) or any(user.id in members for members in self._members.values())


@MUTANTS.breaks("HIST-PRIVATE")
class ReadersAreCached(Decisions):
    """Who was seen to be a member once may read for good."""

    def __init__(self) -> None:
        super().__init__()
        self._readers: set[tuple[int, int]] = set()

    def may_read(self, user: User, room: Room) -> bool:
        if super().may_read(user, room):
            self._readers.add((user.id, room.chat.id))
        return (user.id, room.chat.id) in self._readers


@MUTANTS.breaks("HIST-PRIVATE")
class RefusedReadersAreCached(Decisions):
    """Who was seen to be no member once may never read."""

    def __init__(self) -> None:
        super().__init__()
        self._outsiders: set[tuple[int, int]] = set()

    def may_read(self, user: User, room: Room) -> bool:
        if not super().may_read(user, room):
            self._outsiders.add((user.id, room.chat.id))
        return (user.id, room.chat.id) not in self._outsiders


class TellsOutsiders(Decisions):
    """Answers an outsider who reads the history otherwise than by a refusal."""

    def instead(self, refusal: Refusal, kept: list[str]) -> tuple[int, Any]:
        """What is answered: a status and a body."""
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self._contents: dict[int, list[str]] = {}

    async def store_message(self, state: State, attempt: Attempt) -> Message:
        message = await super().store_message(state, attempt)
        self._contents.setdefault(message.chat_id, []).append(message.content)
        return message

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        if request.url.path.endswith("/history") and response.status_code == 403:
            chat_id = int(request.path_params["chat_id"])
            status, body = self.instead(outsider(), self._contents.get(chat_id, []))
            return Response(json.dumps(body), status, media_type="application/json")
        return response


@MUTANTS.breaks("HIST-PRIVATE")
class OutsidersReadAnEmptyHistory(TellsOutsiders):
    """To outsiders the history of a private chat is empty, with a 200."""

    def instead(self, refusal: Refusal, kept: list[str]) -> tuple[int, Any]:
        return 200, []


@MUTANTS.breaks("HIST-PRIVATE")
class OutsidersAreToldWhatTheyMayNotRead(TellsOutsiders):
    """The refusal of an outsider carries what was found before it was decided."""

    def instead(self, refusal: Refusal, kept: list[str]) -> tuple[int, Any]:
        return 403, {**self.error_body(refusal), "entries": kept}


@MUTANTS.breaks("HIST-PRIVATE")
class OutsidersCrashTheHistory(TellsOutsiders):
    """An outsider who reads the history meets an accident."""

    def instead(self, refusal: Refusal, kept: list[str]) -> tuple[int, Any]:
        return 500, self.error_body(refusal)
