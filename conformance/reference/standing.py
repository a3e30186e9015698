"""Where somebody stands in a chat: member, joined, banned, muted, holder of the key."""

import math
from collections.abc import Sequence

from conformance.reference.records import FOREVER, Bundle, Chat, KeyHolder, Room, Session, User


class StandingRules:
    """One question a method, answered from the records alone."""

    def is_private(self, chat: Chat) -> bool:
        """Whether only its owner and members may enter the chat."""
        return chat.visibility == "private"

    def owns(self, user: User, chat: Chat) -> bool:
        """Whether the chat is the user's."""
        return chat.owner_id == user.id

    def is_member(self, user: User, room: Room) -> bool:
        """Whether the user belongs to the chat; to a public one everybody does."""
        return not self.is_private(room.chat) or self.owns(user, room.chat) or user.id in room.members

    def end_of(self, duration: int, now: float) -> float:
        """When a sanction that starts now ends; a duration of 0 has no end."""
        return FOREVER if duration == 0 else now + duration

    def still_holds(self, until: float | None, now: float) -> bool:
        """Whether a sanction is in force."""
        return until is not None and now < until

    def is_banned(self, user: User, room: Room, now: float) -> bool:
        """Whether the user is banned from the chat."""
        return self.still_holds(room.bans.get(user.id), now)

    def is_muted(self, user: User, room: Room, now: float) -> bool:
        """Whether the user is muted in the chat."""
        return self.still_holds(room.mutes.get(user.id), now)

    def is_hard_muted(self, until: float | None, now: float) -> bool:
        """Whether the user is muted everywhere."""
        return self.still_holds(until, now)

    def ttl_of_mute(self, until: float, now: float) -> int:
        """Whole seconds that remain, rounded up; 0 has no end."""
        if until == FOREVER:
            return 0
        # Milliseconds first: the sum of two floats may lie a hair above the mute's own duration.
        return max(1, math.ceil(round(until - now, 3)))

    def is_joined(self, session: Session, room: Room) -> bool:
        """Whether this session has joined the chat: not another one of the same user."""
        return session.id in room.joined

    def leaves(self, others: Sequence[object]) -> bool:
        """Whether a session leaves, now that it lost a socket and has these others."""
        return not others

    def epoch_matches(self, bundle: Bundle, room: Room) -> bool:
        """Whether the bundle was sealed at the chat's current epoch."""
        return bundle.epoch == room.epoch

    def has_key(self, session: Session, room: Room) -> bool:
        """Whether this session was given the key of the current epoch."""
        return KeyHolder(room.epoch, session.user.id, session.id) in room.key_holders
