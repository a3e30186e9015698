"""Mutants of the chapter deletion: one's own messages, and the newest."""

import itertools
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from conformance.reference import refusals
from conformance.reference.bodies import Body
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Attempt, Chat, Message, Room, Session, User
from conformance.reference.state import State

MUTANTS = Mutants()


class Called(Decisions):
    """Knows by which endpoint and session a deletion was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.path = ""
        self.caller: Session | None = None

    async def caller_of(self, request: Request, state: State) -> Session | None:
        session = await super().caller_of(request, state)
        if "/messages/delete" in request.url.path:
            self.path, self.caller = request.url.path, session
        return session


class Own(Called):
    """Takes other messages for the caller's."""

    def taken(self, own: list[Message], said: Sequence[Message], user: User) -> list[Message]:
        """The messages that are deleted."""
        raise NotImplementedError

    def own_messages(self, user: User, messages: Sequence[Message]) -> list[Message]:
        own = super().own_messages(user, messages)
        return self.taken(own, messages, user) if self.path.endswith("/delete-mine") else own


# --- one's own --------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("DEL-MINE")
class OwnersDeleteAllAsTheirs(Decisions):
    """In its own chat all messages are the owner's."""

    async def look_at(self, state: State, chat_id: int) -> Room | None:
        room = await super().look_at(state, chat_id)
        self._owner = room.chat.owner_id if room else None
        return room

    def own_messages(self, user: User, messages: Sequence[Message]) -> list[Message]:
        if user.id != self._owner:
            return super().own_messages(user, messages)
        return [one for one in messages if one.type == "user"]


@MUTANTS.breaks("DEL-MINE")
class OwnMessagesAreOfOneSession(Own):
    """What another session of the caller said stays."""

    def __init__(self) -> None:
        super().__init__()
        self._by: dict[str, str] = {}

    async def store_message(self, state: State, attempt: Attempt) -> Message:
        message = await super().store_message(state, attempt)
        self._by[message.id] = attempt.session.id
        return message

    def taken(self, own: list[Message], said: Sequence[Message], user: User) -> list[Message]:
        session = self.caller.id if self.caller else ""
        return [one for one in own if self._by.get(one.id) == session]


@MUTANTS.breaks("DEL-MINE")
class NewestOwnMessageIsDeleted(Own):
    """The caller's newest message is deleted."""

    def taken(self, own: list[Message], said: Sequence[Message], user: User) -> list[Message]:
        return own[-1:]


@MUTANTS.breaks("DEL-MINE")
class OldestOwnMessageStays(Own):
    """The range of the caller's messages begins behind the first."""

    def taken(self, own: list[Message], said: Sequence[Message], user: User) -> list[Message]:
        return own[1:]


@MUTANTS.breaks("DEL-MINE")
class AsManyAsOwnAreDeleted(Own):
    """As many messages as the caller sent are deleted, the newest."""

    def taken(self, own: list[Message], said: Sequence[Message], user: User) -> list[Message]:
        return [one for one in said if one.type == "user"][-len(own) :] if own else []


@MUTANTS.breaks("DEL-MINE")
class RangeOfOwnIsDeleted(Own):
    """Everything from the caller's first message to its last is deleted."""

    def taken(self, own: list[Message], said: Sequence[Message], user: User) -> list[Message]:
        return [one for one in said if own and own[0].id <= one.id <= own[-1].id and one.type == "user"]


@MUTANTS.breaks("DEL-MINE")
class OwnMessagesOfEveryChatAreDeleted(Own):
    """The caller's messages are deleted in every chat."""

    def __init__(self) -> None:
        super().__init__()
        self._sent: list[Message] = []

    async def store_message(self, state: State, attempt: Attempt) -> Message:
        message = await super().store_message(state, attempt)
        self._sent.append(message)
        return message

    def taken(self, own: list[Message], said: Sequence[Message], user: User) -> list[Message]:
        return own

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        if self.path.endswith("/delete-mine") and self.caller:
            for one in super().own_messages(self.caller.user, self._sent):
                if one.chat_id != room.chat.id:
                    await state.store.messages.delete(one.chat_id, [one.id])
        return await super().erase(state, room, messages)


@MUTANTS.breaks("DEL-MINE")
class OwnMessagesAreCountedAlone(Called):
    """The caller's messages are counted, and stay."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        if self.path.endswith("/delete-mine"):
            return len(messages)
        return await super().erase(state, room, messages)


@MUTANTS.breaks("DEL-MINE")
class OwnMessagesAreForModerators(Called):
    """Who may not delete what others said may not delete its own either."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        user = self.caller.user if self.caller else User(0, "")
        if self.path.endswith("/delete-mine") and not self.may_delete_any(user, room.chat):
            raise refusals.forbidden()
        return await super().erase(state, room, messages)


@MUTANTS.breaks("DEL-MINE")
class OwnMessagesOfNobodyAreNotFound(Called):
    """Who has no message in the chat is answered 404."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        if self.path.endswith("/delete-mine") and not messages:
            raise refusals.unknown("message")
        return await super().erase(state, room, messages)


# --- the newest -------------------------------------------------------------------------------------------------------


class Newest(Called):
    """Takes other messages for the newest."""

    def taken(self, said: list[Message], count: int) -> list[Message]:
        """The messages that are deleted; ``said`` are those of users, oldest first."""
        raise NotImplementedError

    def newest_messages(self, messages: Sequence[Message], count: int) -> list[Message]:
        return self.taken([one for one in messages if one.type == "user"], count)


@MUTANTS.breaks("DEL-LAST")
class OldestAreDeleted(Newest):
    """The oldest are deleted: the list is read from its other end."""

    def taken(self, said: list[Message], count: int) -> list[Message]:
        return said[:count]


@MUTANTS.breaks("DEL-LAST")
class OneMoreIsDeleted(Newest):
    """One more than was asked for is deleted."""

    def taken(self, said: list[Message], count: int) -> list[Message]:
        return said[-count - 1 :]


@MUTANTS.breaks("DEL-LAST")
class NewestStays(Newest):
    """The newest stays, and those before it are deleted."""

    def taken(self, said: list[Message], count: int) -> list[Message]:
        return said[-count - 1 : -1]


@MUTANTS.breaks("DEL-LAST")
class NewestOfTheCallerAreDeleted(Newest):
    """The newest of the caller's messages are deleted."""

    def taken(self, said: list[Message], count: int) -> list[Message]:
        return self.own_messages(self.caller.user, said)[-count:] if self.caller else []


@MUTANTS.breaks("DEL-LAST")
class NewestOfOneSenderAreDeleted(Newest):
    """The newest are deleted as far back as one and the same sent them."""

    def taken(self, said: list[Message], count: int) -> list[Message]:
        newest = said[::-1]
        return list(itertools.takewhile(lambda one: one.sender == newest[0].sender, newest[:count]))


@MUTANTS.breaks("DEL-LAST")
class NewestOfOthersAreDeleted(Newest):
    """What the chat's owner said itself is skipped."""

    def taken(self, said: list[Message], count: int) -> list[Message]:
        own = self.own_messages(self.caller.user, said) if self.caller else []
        return [one for one in said if one not in own][-count:]


@MUTANTS.breaks("DEL-LAST")
class CountIsIgnored(Newest):
    """One message is deleted, whatever the count."""

    def taken(self, said: list[Message], count: int) -> list[Message]:
        return said[-1:]


@MUTANTS.breaks("DEL-LAST")
class NewestOfAllChatsAreDeleted(Newest):
    """The newest are looked for over all chats."""

    def __init__(self) -> None:
        super().__init__()
        self._sent: list[Message] = []

    async def store_message(self, state: State, attempt: Attempt) -> Message:
        message = await super().store_message(state, attempt)
        self._sent.append(message)
        return message

    def taken(self, said: list[Message], count: int) -> list[Message]:
        return self._sent[-count:]

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        deleted = await super().erase(state, room, [one for one in messages if one.chat_id == room.chat.id])
        for one in messages:
            deleted += await state.store.messages.delete(one.chat_id, [one.id])
        return deleted


class Counts(Called):
    """Has other bounds for the number of the newest; those of ids stay."""

    def is_so_many(self, count: int) -> bool:
        """Whether the newest so many may be deleted."""
        raise NotImplementedError

    def is_count(self, count: int) -> bool:
        return self.is_so_many(count) if self.path.endswith("/delete-last") else super().is_count(count)


@MUTANTS.breaks("DEL-LAST")
class NewestNoneAreAll(Counts):
    """The newest 0 are accepted, and are all: minus nothing is the beginning."""

    def is_so_many(self, count: int) -> bool:
        return 0 <= count <= self.max_ids

    def newest_messages(self, messages: Sequence[Message], count: int) -> list[Message]:
        return [one for one in messages if one.type == "user"][-count:]


@MUTANTS.breaks("DEL-LAST")
class NewestHundredAndOneAreDeleted(Counts):
    """The newest 101 are accepted."""

    def is_so_many(self, count: int) -> bool:
        return 1 <= count <= self.max_ids + 1


@MUTANTS.breaks("DEL-LAST")
class NewestHundredAreTooMany(Counts):
    """The newest 100 are refused: the bound is exclusive."""

    def is_so_many(self, count: int) -> bool:
        return 1 <= count < self.max_ids


@MUTANTS.breaks("DEL-LAST")
class NewestLessThanNoneAreDeleted(Counts):
    """A negative number is accepted, and deletes nothing."""

    def is_so_many(self, count: int) -> bool:
        return count < 0 or super(Counts, self).is_count(count)

    def newest_messages(self, messages: Sequence[Message], count: int) -> list[Message]:
        return super().newest_messages(messages, count) if count > 0 else []


@MUTANTS.breaks("DEL-LAST")
class NewestAreBroughtWithinBounds(Called):
    """A number out of bounds is taken for the nearest within."""

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        body = super().parse_body(content_type, raw)
        if isinstance(body.get("count"), int):
            body["count"] = min(max(body["count"], 1), self.max_ids)
        return body


@MUTANTS.breaks("DEL-LAST")
class TooManyOfTheNewestAreDeletedAndRefused(Called):
    """More than 100 of the newest are refused, and gone all the same."""

    late = 0

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        if response.status_code == 422 and self.path.endswith("/delete-last") and self.path == request.url.path:
            self.late = int(request.path_params["chat_id"])
        return response

    async def look_at(self, state: State, chat_id: int) -> Room | None:
        if self.late == chat_id:
            said = await state.store.messages.all(chat_id)
            await state.store.messages.delete(chat_id, [one.id for one in said if one.type == "user"])
            self.late = 0
        return await super().look_at(state, chat_id)


@MUTANTS.breaks("DEL-LAST")
class NewestAreForModerators(Called):
    """The newest are deleted by the platform's moderators alone, not by the chat's owner."""

    def may_delete_any(self, actor: User, chat: Chat) -> bool:
        if self.path.endswith("/delete-last"):
            return self.moderates(actor, chat)
        return super().may_delete_any(actor, chat)
