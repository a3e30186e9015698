"""Mutants of the chapter clear: what a clear leaves behind, counts wrongly, or tells to the wrong people."""

from collections import defaultdict
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from conformance.reference import http, refusals
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.mutants.kick_epochs import RotatesForTheEyesAlone
from conformance.reference.records import Cause, Chat, Message, Room, Session, User
from conformance.reference.state import State

MUTANTS = Mutants()

_BOTH = ("CLEAR-ROTATES", "EPOCH-MONOTONE")


class _Clearing(Decisions):
    """Knows who is about to clear, and what users said in the chat."""

    def __init__(self) -> None:
        super().__init__()
        self.clearer = -1

    def may_clear(self, actor: User, chat: Chat) -> bool:
        self.clearer = actor.id
        return super().may_clear(actor, chat)

    async def said(self, state: State, room: Room) -> list[Message]:
        """The user messages of the chat."""
        return [entry for entry in await state.store.messages.all(room.chat.id) if entry.type == "user"]

    async def told(self, state: State, room: Room) -> None:
        """Send the event of a clear."""
        await self.announce(state, "portal:cleared", {"chat_id": room.chat.id}, room.chat.id)


# --- what is left ---------------------------------------------------------------------------------------------------


@MUTANTS.breaks("CLEAR-OK")
class ClearCountsAndKeeps(_Clearing):
    """A clear counts the messages and keeps them."""

    async def wipe(self, state: State, room: Room) -> int:
        await self.told(state, room)
        return len(await self.said(state, room))


@MUTANTS.breaks("CLEAR-OK")
class ClearSparesTheNewest(_Clearing):
    """A clear trims the stream to one entry in place of none."""

    async def wipe(self, state: State, room: Room) -> int:
        said = await self.said(state, room)
        await state.store.messages.delete(room.chat.id, [entry.id for entry in said[:-1]])
        await self.told(state, room)
        return len(said)


@MUTANTS.breaks("CLEAR-OK")
class ClearSparesTheOldest(_Clearing):
    """A clear begins behind the first entry."""

    async def wipe(self, state: State, room: Room) -> int:
        said = await self.said(state, room)
        await state.store.messages.delete(room.chat.id, [entry.id for entry in said[1:]])
        await self.told(state, room)
        return len(said)


@MUTANTS.breaks("CLEAR-OK")
class ClearTakesTheClearersOnly(_Clearing):
    """A clear deletes what the clearer said, and nobody else's."""

    async def wipe(self, state: State, room: Room) -> int:
        said = await self.said(state, room)
        own = [entry.id for entry in said if entry.sender is not None and entry.sender.id == self.clearer]
        await state.store.messages.delete(room.chat.id, own)
        await self.told(state, room)
        return len(said)


@MUTANTS.breaks("CLEAR-OK")
class ClearHidesFromTheClearerAlone(_Clearing):
    """A clear hides the messages from whom cleared; all others go on reading them."""

    def __init__(self) -> None:
        super().__init__()
        self._hidden: dict[int, set[str]] = defaultdict(set)
        self._reader = -1

    async def wipe(self, state: State, room: Room) -> int:
        said = await self.said(state, room)
        self._hidden[self.clearer] |= {entry.id for entry in said}
        await self.told(state, room)
        return len(said)

    def may_read(self, user: User, room: Room) -> bool:
        self._reader = user.id
        return super().may_read(user, room)

    def history_page(self, messages: Sequence[Message]) -> Sequence[Message]:
        return [entry for entry in super().history_page(messages) if entry.id not in self._hidden[self._reader]]


@MUTANTS.breaks("CLEAR-OK")
class ClearTakesTheOwnersOtherChats(_Clearing):
    """A clear deletes by the chat's owner, so whatever was said in the owner's other chats goes too."""

    def __init__(self) -> None:
        super().__init__()
        self._chats: dict[int | None, set[int]] = defaultdict(set)

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        self._chats[room.chat.owner_id].add(room.chat.id)
        return await super().enter(state, room, session, sid)

    async def wipe(self, state: State, room: Room) -> int:
        for chat_id in self._chats[room.chat.owner_id] - {room.chat.id}:
            await state.store.messages.clear(chat_id)
        return await super().wipe(state, room)


@MUTANTS.breaks("CLEAR-OK")
class HistoryCacheOutlivesTheClear(Decisions):
    """What the history showed last is shown again where a chat has nothing to show."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: Sequence[Message] = ()

    def history_page(self, messages: Sequence[Message]) -> Sequence[Message]:
        page = super().history_page(messages)
        if any(entry.type == "user" for entry in page):
            self._shown = page
            return page
        return [entry for entry in self._shown if page and entry.chat_id == page[0].chat_id] or page


# --- what is answered -----------------------------------------------------------------------------------------------


class _Answered(Decisions):
    """Another answer to a clear."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        if request.url.path.endswith("/clear") and response.status_code == 200:
            return self.clear_answered(response)
        return response

    def clear_answered(self, response: Response) -> Response:
        """What is answered in place of ``response``."""
        return response


@MUTANTS.breaks("CLEAR-OK")
class ClearAnswered202(_Answered):
    """A clear is said to be under way."""

    def clear_answered(self, response: Response) -> Response:
        response.status_code = 202
        return response


@MUTANTS.breaks("CLEAR-OK")
class ClearAnsweredWithoutOk(_Answered):
    """The answer to a clear has the count alone."""

    def clear_answered(self, response: Response) -> Response:
        return http.Json({"cleared": 10_000})


@MUTANTS.breaks("CLEAR-OK")
class ClearedUnderAnotherName(_Answered):
    """The answer to a clear counts under the name that deletions have for it."""

    def clear_answered(self, response: Response) -> Response:
        return http.Json({"ok": True, "deleted": 10_000})


@MUTANTS.breaks("CLEAR-OK")
class ClearedAsText(_Answered):
    """The answer to a clear counts in a text."""

    def clear_answered(self, response: Response) -> Response:
        return http.Json({"ok": True, "cleared": "10000"})


@MUTANTS.breaks("CLEAR-OK")
class ClearedAsBoolean(_Answered):
    """The answer to a clear says that something was cleared, and not how much."""

    def clear_answered(self, response: Response) -> Response:
        return http.Json({"ok": True, "cleared": True})


@MUTANTS.breaks("CLEAR-OK")
class ClearedOneTooFew(_Clearing):
    """The count of a clear is one below what was there."""

    async def wipe(self, state: State, room: Room) -> int:
        count = len(await self.said(state, room))
        await super().wipe(state, room)
        return max(0, count - 1)


@MUTANTS.breaks("CLEAR-OK")
class ClearedCountsAfterwards(_Clearing):
    """A clear counts what is there when it is done."""

    async def wipe(self, state: State, room: Room) -> int:
        await super().wipe(state, room)
        return len(await self.said(state, room))


@MUTANTS.breaks("CLEAR-OK")
class ClearedCountsTheClearersOnly(_Clearing):
    """A clear deletes everything and counts what the clearer said."""

    async def wipe(self, state: State, room: Room) -> int:
        said = await self.said(state, room)
        await super().wipe(state, room)
        return len([entry for entry in said if entry.sender is not None and entry.sender.id == self.clearer])


@MUTANTS.breaks("CLEAR-OK")
class EmptyChatIsNotCleared(_Clearing):
    """To clear a chat in which nobody said anything is answered 404."""

    async def wipe(self, state: State, room: Room) -> int:
        if not await self.said(state, room):
            raise refusals.unknown("message")
        return await super().wipe(state, room)


# --- who is told of it ----------------------------------------------------------------------------------------------


@MUTANTS.breaks("CLEAR-OK")
class ClearNotTold(Decisions):
    """Nobody is told of a clear."""

    async def wipe(self, state: State, room: Room) -> int:
        return await state.store.messages.clear(room.chat.id)


@MUTANTS.breaks("CLEAR-OK")
class ClearToldToTheClearerAlone(_Clearing):
    """The event of a clear goes to whom it was asked by."""

    async def wipe(self, state: State, room: Room) -> int:
        sids = [socket.sid for socket in state.hub.of_user(self.clearer)]
        await self.deliver(state, "portal:cleared", {"chat_id": room.chat.id}, sids)
        return await state.store.messages.clear(room.chat.id)


@MUTANTS.breaks("CLEAR-OK")
class ClearToldToTheOthersAlone(_Clearing):
    """The event of a clear goes to everybody but who asked for it."""

    async def wipe(self, state: State, room: Room) -> int:
        others = [one.sid for one in state.hub.listeners(room.chat.id) if one.user_id != self.clearer]
        await self.deliver(state, "portal:cleared", {"chat_id": room.chat.id}, others)
        return await state.store.messages.clear(room.chat.id)


@MUTANTS.breaks("CLEAR-OK")
class ClearToldOfTheOwnersId(Decisions):
    """The event of a clear names the owner's id in the place of the chat's."""

    async def wipe(self, state: State, room: Room) -> int:
        await self.announce(state, "portal:cleared", {"chat_id": room.chat.owner_id}, room.chat.id)
        return await state.store.messages.clear(room.chat.id)


@MUTANTS.breaks("CLEAR-OK")
class EmptyClearNotTold(_Clearing):
    """A clear that finds nothing is not told."""

    async def wipe(self, state: State, room: Room) -> int:
        if await self.said(state, room):
            return await super().wipe(state, room)
        return await state.store.messages.clear(room.chat.id)


# --- the epoch ------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("CLEAR-ROTATES")
class ClearKeepsTheEpoch(Decisions):
    """A clear leaves the epoch as it is."""

    def rotates_on(self, cause: Cause, room: Room, user: User) -> bool:
        return cause != "clear" and super().rotates_on(cause, room, user)


@MUTANTS.breaks("CLEAR-ROTATES")
class ClearOfAPrivateChatKeepsTheEpoch(Decisions):
    """In a private chat, whose members are known, a clear leaves the epoch as it is."""

    def rotates_on(self, cause: Cause, room: Room, user: User) -> bool:
        spared = cause == "clear" and self.is_private(room.chat)
        return not spared and super().rotates_on(cause, room, user)


@MUTANTS.breaks("CLEAR-ROTATES")
class EmptyClearKeepsTheEpoch(_Clearing):
    """A clear that finds nothing leaves the epoch as it is."""

    def __init__(self) -> None:
        super().__init__()
        self._found = 0

    async def wipe(self, state: State, room: Room) -> int:
        self._found = len(await self.said(state, room))
        return await super().wipe(state, room)

    def rotates_on(self, cause: Cause, room: Room, user: User) -> bool:
        return (cause != "clear" or self._found > 0) and super().rotates_on(cause, room, user)


@MUTANTS.breaks("CLEAR-ROTATES")
class SecondClearKeepsTheEpoch(Decisions):
    """Each chat's epoch rotates at its first clear alone."""

    def __init__(self) -> None:
        super().__init__()
        self._cleared: set[int] = set()

    def rotates_on(self, cause: Cause, room: Room, user: User) -> bool:
        if cause != "clear":
            return super().rotates_on(cause, room, user)
        first = room.chat.id not in self._cleared
        self._cleared.add(room.chat.id)
        return first


@MUTANTS.breaks("CLEAR-ROTATES")
class HighestEpochSoughtAmongTexts(Decisions):
    """The next epoch is one above the highest so far, which is sought among texts: 9 is above 10."""

    def next_epoch(self, current: int) -> int:
        first = self.first_epoch()
        return int(max(map(str, range(first, current + 1)))) + 1


@MUTANTS.breaks("CLEAR-ROTATES", collateral={"EPOCH-MONOTONE": "the epoch that a join tells is not the one that holds"})
class ClearRotatesForTheEyesAlone(RotatesForTheEyesAlone):
    """A clear announces the next epoch, and joins tell of it, but sends are held against the old one."""

    spared = "clear"


# --- who is told of the epoch ---------------------------------------------------------------------------------------


class _ClearTelling(_Clearing):
    """Tells of the epoch after a clear in another way."""

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        if cause != "clear":
            return await super().rotate(state, room, cause, user)
        epoch = self.next_epoch(room.epoch)
        await state.store.chats.set_epoch(room.chat.id, epoch)
        payload = {"chat_id": room.chat.id, "epoch": self.epoch_told(room.epoch, epoch)}
        await self.deliver(state, "room:epoch_changed", payload, self.told_of_the_epoch(state, room))
        return epoch

    def epoch_told(self, old: int, new: int) -> int:
        """The epoch in the event."""
        return new

    def told_of_the_epoch(self, state: State, room: Room) -> list[str]:
        """The sockets that are told."""
        return [socket.sid for socket in state.hub.listeners(room.chat.id)]


@MUTANTS.breaks(*_BOTH)
class ClearRotatesWithoutAWord(_ClearTelling):
    """Nobody is told of the epoch after a clear."""

    def told_of_the_epoch(self, state: State, room: Room) -> list[str]:
        return []


@MUTANTS.breaks(*_BOTH)
class ClearTellsItsClearerTheEpoch(_ClearTelling):
    """Who clears a chat is told of the epoch, and nobody else."""

    def told_of_the_epoch(self, state: State, room: Room) -> list[str]:
        return [one.sid for one in state.hub.listeners(room.chat.id) if one.user_id == self.clearer]


@MUTANTS.breaks(*_BOTH)
class ClearTellsTheOthersTheEpoch(_ClearTelling):
    """Everybody is told of the epoch but who cleared the chat."""

    def told_of_the_epoch(self, state: State, room: Room) -> list[str]:
        return [one.sid for one in state.hub.listeners(room.chat.id) if one.user_id != self.clearer]


@MUTANTS.breaks(*_BOTH)
class ClearTellsTheOldEpoch(_ClearTelling):
    """The event after a clear has the epoch that has just ended."""

    def epoch_told(self, old: int, new: int) -> int:
        return old


@MUTANTS.breaks("CLEAR-ROTATES")
class ClearTellsKeyHoldersTheEpoch(_ClearTelling):
    """Who has no key of the old epoch is not told of the new one."""

    def told_of_the_epoch(self, state: State, room: Room) -> list[str]:
        holders = {holder.session_id for holder in room.key_holders if holder.epoch == room.epoch}
        return [one.sid for one in state.hub.listeners(room.chat.id) if one.session_id in holders]


@MUTANTS.breaks("CLEAR-ROTATES")
class ClearTellsOneSocketOfEachUser(_ClearTelling):
    """Of each user's sockets one is told of the epoch after a clear."""

    def told_of_the_epoch(self, state: State, room: Room) -> list[str]:
        return list({one.user_id: one.sid for one in state.hub.listeners(room.chat.id)}.values())


@MUTANTS.breaks(*_BOTH)
class ClearTellsThoseWhoSpokeTheEpoch(_ClearTelling):
    """Who never said anything in the chat is not told of the epoch after a clear."""

    def __init__(self) -> None:
        super().__init__()
        self._spoke: set[tuple[int, int]] = set()

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        if message.sender is not None:
            self._spoke.add((room.chat.id, message.sender.id))
        await super().broadcast(state, room, message)

    def told_of_the_epoch(self, state: State, room: Room) -> list[str]:
        chat_id, owner = room.chat.id, room.chat.owner_id
        there = state.hub.listeners(chat_id)
        return [one.sid for one in there if (chat_id, one.user_id) in self._spoke or one.user_id == owner]
