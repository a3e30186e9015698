"""Mutants of the chapter rights: who deletes another's message, and who clears another's chat."""

from collections.abc import Sequence
from typing import ClassVar

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.mutants.rights import CarriesOut, Plainly, SaysDone, Trips
from conformance.reference.records import Chat, Deed, Message, Room, User
from conformance.reference.rights import ADMIN, MODERATOR
from conformance.reference.shapes import Json
from conformance.reference.state import State

MUTANTS = Mutants()


# --- another's message -----------------------------------------------------------------------------------------------


@MUTANTS.breaks("DEL-RIGHTS")
class MembersDeleteEverything(Decisions):
    """Who knows an id may delete it."""

    def may_delete(self, actor: User, messages: Sequence[Message], chat: Chat) -> bool:
        return True


@MUTANTS.breaks("DEL-RIGHTS")
class MembersDeleteInPrivateChats(Decisions):
    """In a private chat whoever is in may delete."""

    def may_delete(self, actor: User, messages: Sequence[Message], chat: Chat) -> bool:
        return self.is_private(chat) or super().may_delete(actor, messages, chat)


@MUTANTS.breaks("DEL-RIGHTS")
class ModeratorsDeleteInPrivateChats(Decisions):
    """Whether a chat is private is not looked at where a moderator deletes."""

    def may_delete_any(self, actor: User, chat: Chat) -> bool:
        return super().may_delete_any(actor, chat) or actor.level >= MODERATOR


@MUTANTS.breaks("DEL-RIGHTS")
class OneOwnMessageAllowsTheRest(Decisions):
    """Some of the ids have to be the caller's."""

    def may_delete(self, actor: User, messages: Sequence[Message], chat: Chat) -> bool:
        return bool(self.own_messages(actor, messages)) or super().may_delete(actor, messages, chat)


@MUTANTS.breaks("DEL-RIGHTS")
class FirstAndLastAreLookedAt(Decisions):
    """Whose the messages are is looked up for the ends of the list."""

    def may_delete(self, actor: User, messages: Sequence[Message], chat: Chat) -> bool:
        return super().may_delete(actor, [*messages[:1], *messages[-1:]], chat)


@MUTANTS.breaks("DEL-RIGHTS")
class DeletionRightIsCachedByChat(Decisions):
    """That a deletion is allowed is remembered for the chat, and not for who asked."""

    def __init__(self) -> None:
        super().__init__()
        self._allowed: set[int] = set()

    def may_delete_any(self, actor: User, chat: Chat) -> bool:
        if super().may_delete_any(actor, chat):
            self._allowed.add(chat.id)
        return chat.id in self._allowed


@MUTANTS.breaks("DEL-RIGHTS")
class RefusedDeletionsAreCarriedOut(CarriesOut):
    """A deletion without the right is answered 403, and carried out."""

    deeds = frozenset({"delete"})


@MUTANTS.breaks("DEL-RIGHTS")
class RefusedDeletionsAreTold(CarriesOut):
    """Who lacks the right is refused, and the message is announced as deleted."""

    deeds = frozenset({"delete"})

    async def half_do(self, state: State, room: Room, deed: Deed) -> None:
        said = await state.store.messages.all(room.chat.id)
        ids = [message.id for message in said if message.type == "user"]
        await self.announce(state, "message:bulk_deleted", {"chat_id": room.chat.id, "ids": ids}, room.chat.id)


@MUTANTS.breaks("DEL-RIGHTS")
class DeletionsWithoutARightCountNone(SaysDone):
    """A deletion without the right is answered 200 with a count of 0."""

    deeds = frozenset({"delete"})
    said: ClassVar[Json] = {"deleted": 0}


@MUTANTS.breaks("DEL-RIGHTS")
class DeletionsWithoutARightTrip(Trips):
    """A deletion without the right ends in an accident, and a 500."""

    deeds = frozenset({"delete"})


# --- another's chat --------------------------------------------------------------------------------------------------


@MUTANTS.breaks("CLEAR-RIGHTS")
class MembersClear(Plainly):
    """Whoever is in a chat may clear it."""

    def may_clear(self, actor: User, chat: Chat) -> bool:
        return super().may_clear(actor, chat) or self.is_plain(actor, chat)


@MUTANTS.breaks("CLEAR-RIGHTS")
class MembersClearPrivateChats(Plainly):
    """A private chat may be cleared by all its members."""

    def may_clear(self, actor: User, chat: Chat) -> bool:
        return super().may_clear(actor, chat) or (self.is_private(chat) and self.is_plain(actor, chat))


@MUTANTS.breaks("CLEAR-RIGHTS")
class ModeratorsClear(Decisions):
    """Clearing takes a level above 0."""

    def may_clear(self, actor: User, chat: Chat) -> bool:
        return super().may_clear(actor, chat) or actor.level >= MODERATOR


@MUTANTS.breaks("CLEAR-RIGHTS")
class ModeratorsClearPublicChats(Decisions):
    """A moderator may clear a public chat."""

    def may_clear(self, actor: User, chat: Chat) -> bool:
        return super().may_clear(actor, chat) or self.moderates(actor, chat)


@MUTANTS.breaks("CLEAR-RIGHTS")
class ClearingTakesMoreThanAnAdmin(Decisions):
    """The check of the level is off by one: an admin may not clear."""

    def may_clear(self, actor: User, chat: Chat) -> bool:
        return self.owns(actor, chat) or actor.level > ADMIN


@MUTANTS.breaks("CLEAR-RIGHTS")
class AdminsDoNotClearPrivateChats(Decisions):
    """A private chat is cleared by its owner alone."""

    def may_clear(self, actor: User, chat: Chat) -> bool:
        return self.owns(actor, chat) or (super().may_clear(actor, chat) and not self.is_private(chat))


@MUTANTS.breaks("CLEAR-RIGHTS")
class AdminsClearInVain(SaysDone):
    """An admin who clears another's chat is answered 200, and nothing happens."""

    deeds = frozenset({"clear"})
    said: ClassVar[Json] = {"ok": True, "cleared": 1}

    def may_clear(self, actor: User, chat: Chat) -> bool:
        return self.owns(actor, chat)

    def concerns(self, deed: Deed) -> bool:
        return super().concerns(deed) and deed.actor.level >= ADMIN


@MUTANTS.breaks("CLEAR-RIGHTS")
class ClearRightIsCachedByChat(Decisions):
    """That a clear is allowed is remembered for the chat, and not for who asked."""

    def __init__(self) -> None:
        super().__init__()
        self._allowed: set[int] = set()

    def may_clear(self, actor: User, chat: Chat) -> bool:
        if super().may_clear(actor, chat):
            self._allowed.add(chat.id)
        return chat.id in self._allowed


@MUTANTS.breaks("CLEAR-RIGHTS")
class RefusedClearsAreCarriedOut(CarriesOut):
    """A clear without the right is answered 403, and carried out."""

    deeds = frozenset({"clear"})


@MUTANTS.breaks("CLEAR-RIGHTS")
class RefusedClearsRotate(CarriesOut):
    """The epoch is moved on before it is asked who clears."""

    deeds = frozenset({"clear"})

    async def half_do(self, state: State, room: Room, deed: Deed) -> None:
        await self.rotate(state, room, "clear", deed.actor)


@MUTANTS.breaks("CLEAR-RIGHTS")
class RefusedClearsAreTold(CarriesOut):
    """A clear is announced before it is asked who clears."""

    deeds = frozenset({"clear"})

    async def half_do(self, state: State, room: Room, deed: Deed) -> None:
        await self.announce(state, "portal:cleared", {"chat_id": room.chat.id}, room.chat.id)


@MUTANTS.breaks("CLEAR-RIGHTS")
class ClearsWithoutARightTrip(Trips):
    """A clear without the right ends in an accident, and a 500."""

    deeds = frozenset({"clear"})
