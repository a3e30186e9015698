"""Who may do what to whom, and within which bounds."""

from collections.abc import Sequence

from conformance.reference import refusals
from conformance.reference.records import Cause, Chat, Message, Room, Session, Share, User
from conformance.reference.refusals import Refusal
from conformance.reference.standing import StandingRules

MODERATOR, ADMIN = 1, 2


class RightsRules(StandingRules):
    """Rights of the chat's owner and of the platform's levels, and the epochs they move."""

    default_mute_s = 300
    max_mute_s = 86_400
    default_ban_s = 0
    max_ban_s = 2_592_000
    max_reason_length = 500
    max_ids = 100

    def may_read(self, user: User, room: Room) -> bool:
        """Whether the user may see the chat's history."""
        return self.is_member(user, room)

    def may_join(self, user: User, room: Room) -> bool:
        """Whether the user may enter the chat, bans aside."""
        return self.is_member(user, room)

    def refuses_join(self, user: User, room: Room, now: float) -> Refusal | None:
        """Why the user may not enter the chat; None lets in."""
        if self.is_banned(user, room, now):
            return refusals.banned()
        return None if self.may_join(user, room) else refusals.outsider()

    def refuses_share(self, share: Share, room: Room) -> Refusal | None:
        """Why the key is not handed on: somebody is not here, an old epoch, or the giver has no key."""
        if not self.is_joined(share.giver, room) or room.joined.get(share.session_id) != share.user_id:
            return refusals.not_joined()
        if share.epoch != room.epoch:
            return refusals.epoch_mismatch()
        return None if self.may_distribute(share.giver, room) else refusals.no_room_key()

    def may_distribute(self, giver: Session, room: Room) -> bool:
        """Whether the session is the first to share this epoch's key, or has it."""
        first = room.distributors.get(room.epoch, giver.id)
        return first == giver.id or self.has_key(giver, room)

    def moderates(self, user: User, chat: Chat) -> bool:
        """Whether the user's level reaches into the chat: a moderator's ends before private ones."""
        return user.level >= (ADMIN if self.is_private(chat) else MODERATOR)

    def outranks(self, actor: User, target: User) -> bool:
        """Whether the actor's level is above the target's."""
        return actor.level > target.level

    def may_sanction(self, actor: User, target: User, chat: Chat) -> bool:
        """Whether the actor may act on the target: as chat owner on plain users, by level on lower ones."""
        if self.owns(actor, chat):
            return target.level == 0 or self.outranks(actor, target)
        return self.moderates(actor, chat) and self.outranks(actor, target)

    def may_mute(self, actor: User, target: User, chat: Chat) -> bool:
        """Whether the actor may mute or unmute the target."""
        return self.may_sanction(actor, target, chat)

    def may_ban(self, actor: User, target: User, chat: Chat) -> bool:
        """Whether the actor may ban or unban the target; nobody bans oneself."""
        return actor.id != target.id and self.may_sanction(actor, target, chat)

    def may_kick(self, actor: User, target: User, chat: Chat) -> bool:
        """Whether the actor may kick the target; nobody kicks oneself."""
        return actor.id != target.id and self.may_sanction(actor, target, chat)

    def may_hard_mute(self, actor: User, target: User) -> bool:
        """Whether the actor may mute the target everywhere."""
        return actor.level >= ADMIN and self.outranks(actor, target)

    def may_delete_any(self, actor: User, chat: Chat) -> bool:
        """Whether the actor may delete what others said."""
        return self.owns(actor, chat) or self.moderates(actor, chat)

    def may_delete(self, actor: User, messages: Sequence[Message], chat: Chat) -> bool:
        """Whether the actor may delete these: own ones, or any."""
        return len(self.own_messages(actor, messages)) == len(messages) or self.may_delete_any(actor, chat)

    def deletable(self, actor: User, messages: Sequence[Message], chat: Chat) -> Sequence[Message]:  # noqa: ARG002 - for those who replace it
        """Which of these an allowed deletion deletes: all."""
        return messages

    def is_count(self, count: int) -> bool:
        """Whether so many messages may be deleted at once."""
        return 1 <= count <= self.max_ids

    def own_messages(self, user: User, messages: Sequence[Message]) -> list[Message]:
        """Those which the user sent."""
        return [entry for entry in messages if entry.sender is not None and entry.sender.id == user.id]

    def newest_messages(self, messages: Sequence[Message], count: int) -> list[Message]:
        """The newest ones, whoever sent them; the server's own entries do not count."""
        return [entry for entry in messages if entry.type == "user"][-count:]

    def may_clear(self, actor: User, chat: Chat) -> bool:
        """Whether the actor may clear the chat."""
        return self.owns(actor, chat) or actor.level >= ADMIN

    def may_create(self, actor: User) -> bool:
        """Whether the actor may make a private chat."""
        return actor.premium or actor.level >= ADMIN

    def may_destroy(self, actor: User, chat: Chat) -> bool:
        """Whether the actor may destroy the chat."""
        return self.owns(actor, chat) or actor.level >= ADMIN

    def may_invite(self, actor: User, chat: Chat) -> bool:
        """Whether the actor may invite others."""
        return self.owns(actor, chat) or actor.level >= ADMIN

    def is_duration(self, duration: int, longest: int) -> bool:
        """Whether a sanction may last so long."""
        return 0 <= duration <= longest

    def is_reason(self, reason: str) -> bool:
        """Whether the reason of a sanction may be so long."""
        return len(reason) <= self.max_reason_length

    def first_epoch(self) -> int:
        """The epoch of a new chat."""
        return 1

    def next_epoch(self, current: int) -> int:
        """The epoch after a rotation."""
        return current + 1

    def rotates_on(self, cause: Cause, room: Room, user: User) -> bool:
        """Whether the epoch rotates, now that ``user`` cleared, was kicked, or is about to join."""
        return cause != "join" or self.is_newcomer(user, room)

    def is_newcomer(self, user: User, room: Room) -> bool:
        """Whether history is hidden, others are here, and the user never was."""
        others = any(user_id != user.id for user_id in room.joined.values())
        return not room.chat.history_visible and others and user.id not in room.ever_joined
