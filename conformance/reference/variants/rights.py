"""Variants of rights: what the clauses leave open about who may do what."""

from collections.abc import Sequence

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Variants
from conformance.reference.records import Chat, Deed, Message, Room, User
from conformance.reference.refusals import Refusal
from conformance.reference.rights import ADMIN, MODERATOR
from conformance.reference.state import State

VARIANTS = Variants()

_PLATFORM_OWNER = 3


@VARIANTS.keeps(apart=["own-messages-stay", "deletion-announces-what-was-asked-for"])
class OwnOnesAmongOthersAreDeleted(Decisions):
    """Of a list of ids those go that may be deleted, and the others do not count."""

    def may_delete(self, actor: User, messages: Sequence[Message], chat: Chat) -> bool:
        return bool(self.own_messages(actor, messages)) or super().may_delete(actor, messages, chat)

    def deletable(self, actor: User, messages: Sequence[Message], chat: Chat) -> Sequence[Message]:
        return messages if self.may_delete_any(actor, chat) else self.own_messages(actor, messages)


@VARIANTS.keeps(apart=["own-ones-among-others-are-deleted"])
class OwnMessagesStay(Decisions):
    """By their ids a plain member deletes not even its own messages."""

    def may_delete(self, actor: User, messages: Sequence[Message], chat: Chat) -> bool:
        return self.may_delete_any(actor, chat)


@VARIANTS.keeps(apart=["staff-acts-in-private-chats", "platform-owners-act-on-everybody"])
class StaffIsPowerless(Decisions):
    """A level above 0 gives no power over others' chats but what a clause says."""

    def moderates(self, user: User, chat: Chat) -> bool:
        return False


@VARIANTS.keeps(apart=["staff-is-powerless"])
class StaffActsInPrivateChats(Decisions):
    """In a private chat moderators kick and ban whom they like, and an admin acts on everybody."""

    def may_sanction(self, actor: User, target: User, chat: Chat) -> bool:
        return super().may_sanction(actor, target, chat) or (self.is_private(chat) and actor.level >= ADMIN)

    def may_kick(self, actor: User, target: User, chat: Chat) -> bool:
        return super().may_kick(actor, target, chat) or self._reaches(actor, target, chat)

    def may_ban(self, actor: User, target: User, chat: Chat) -> bool:
        return super().may_ban(actor, target, chat) or self._reaches(actor, target, chat)

    def _reaches(self, actor: User, target: User, chat: Chat) -> bool:
        return self.is_private(chat) and actor.level >= MODERATOR and actor.id != target.id


@VARIANTS.keeps(apart=["staff-is-powerless"])
class PlatformOwnersActOnEverybody(Decisions):
    """A platform owner may act on other platform owners, and clears no chat of another."""

    def may_sanction(self, actor: User, target: User, chat: Chat) -> bool:
        return super().may_sanction(actor, target, chat) or actor.level == _PLATFORM_OWNER

    def may_clear(self, actor: User, chat: Chat) -> bool:
        return self.owns(actor, chat) or actor.level == ADMIN


@VARIANTS.keeps(apart=["missing-rights-find-nothing"])
class MissingRightsAreAConflict(Decisions):
    """Who lacks a right to what it asks for is answered 409, a clean 4xx like any other."""

    async def denied(self, state: State, room: Room, deed: Deed) -> Refusal:
        return Refusal("forbidden", 409, "you may not do this", code="ERR_FORBIDDEN")
