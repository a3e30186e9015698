"""Mutants of the chapter deletion: who hears of it, and of what."""

from collections.abc import Sequence
from typing import Any

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.mutants.deletion import ANNOUNCED
from conformance.reference.records import Message, Room
from conformance.reference.shapes import Json
from conformance.reference.state import State

MUTANTS = Mutants()


class Announces(Decisions):
    """Announces deletions otherwise."""

    def told(self, payload: Json, room_id: int) -> Json | None:
        """What is announced in place of that; None for nothing."""
        return payload

    def hears_of(self, index: int, user_id: int) -> bool:
        """Whether the listener of that place, who is that user, is told."""
        return True

    async def announce(self, state: State, event: str, payload: Json, chat_id: int) -> None:
        if event != ANNOUNCED:
            await super().announce(state, event, payload, chat_id)
        elif (told := self.told(payload, chat_id)) is not None:
            here = enumerate(state.hub.listeners(chat_id))
            sids = [socket.sid for index, socket in here if self.hears_of(index, socket.user_id)]
            await self.deliver(state, event, told, sids)


@MUTANTS.breaks("DEL-EVENT")
class DeletionIsNotAnnounced(Announces):
    """Nobody is told of a deletion."""

    def told(self, payload: Json, room_id: int) -> Json | None:
        return None


@MUTANTS.breaks("DEL-EVENT")
class DeletionIsAnnouncedToOneSessionEach(Announces):
    """Of each user one socket is told."""

    def told(self, payload: Json, room_id: int) -> Json | None:
        self._told: set[int] = set()
        return payload

    def hears_of(self, index: int, user_id: int) -> bool:
        new = user_id not in self._told
        self._told.add(user_id)
        return new


@MUTANTS.breaks("DEL-EVENT")
class DeletionIsAnnouncedToAllButOne(Announces):
    """The loop over the listeners begins with the second."""

    def hears_of(self, index: int, user_id: int) -> bool:
        return index > 0


@MUTANTS.breaks("DEL-EVENT")
class DeleterIsNotTold(Announces):
    """The chat's owner, who deletes, is not told: its client knows."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        self._owner = room.chat.owner_id
        return await super().erase(state, room, messages)

    def hears_of(self, index: int, user_id: int) -> bool:
        return user_id != self._owner


@MUTANTS.breaks("DEL-EVENT")
class OnlyTheDeleterIsTold(DeleterIsNotTold):
    """The chat's owner, who deletes, is told alone."""

    def hears_of(self, index: int, user_id: int) -> bool:
        return user_id == self._owner


@MUTANTS.breaks("DEL-EVENT")
class OnlyAuthorsAreTold(Announces):
    """Those are told whose messages are gone."""

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        self._authors = {message.sender.id for message in messages if message.sender}
        return await super().erase(state, room, messages)

    def hears_of(self, index: int, user_id: int) -> bool:
        return user_id in self._authors


@MUTANTS.breaks("DEL-EVENT")
class OneOfTheDeletedIsNamed(Announces):
    """The announcement names the first of the deleted messages."""

    def told(self, payload: Json, room_id: int) -> Json | None:
        return {**payload, "ids": payload["ids"][:1]}


@MUTANTS.breaks("DEL-EVENT")
class NoneOfTheDeletedIsNamed(Announces):
    """The announcement says how many are gone, and not which."""

    def told(self, payload: Json, room_id: int) -> Json | None:
        return {"chat_id": room_id, "deleted": len(payload["ids"])}


@MUTANTS.breaks("DEL-EVENT")
class DeletionIsAnnouncedOfAnotherChat(Announces):
    """The announcement has the id of the chat before."""

    def told(self, payload: Json, room_id: int) -> Json | None:
        return {**payload, "chat_id": room_id - 1}


@MUTANTS.breaks("DEL-EVENT")
class DeletionsAreAnnouncedOnceAMinute(Announces):
    """A second deletion within a minute is not announced: it is a flood."""

    def __init__(self) -> None:
        super().__init__()
        self._told: set[int] = set()

    def told(self, payload: Json, room_id: int) -> Json | None:
        known = room_id in self._told
        self._told.add(room_id)
        return None if known else payload


@MUTANTS.breaks("DEL-EVENT")
class DeletionIsAnnouncedUnderAnotherName(Announces):
    """The announcement is called as that of a single message was."""

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        await super().deliver(state, "message:deleted" if event == ANNOUNCED else event, payload, sids)
