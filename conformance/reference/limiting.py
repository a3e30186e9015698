"""How the message limits count: by sliding windows, accepted messages only."""

import math

from conformance.reference.records import Attempt, Limit, Room, Session
from conformance.reference.refusals import Refusal


class LimitRules:
    """Who is counted together, what counts, and when it is too much."""

    def chat_window_of(self, session: Session, room: Room) -> str:
        """Who shares one count of the chat's limit: all sessions of one user."""
        return f"chat:{room.chat.id}:{session.user.id}"

    def global_window_of(self, session: Session) -> str:
        """Who shares one count of the global limit."""
        return f"user:{session.user.id}"

    def counts(self, attempt: Attempt, refusal: Refusal | None) -> bool:  # noqa: ARG002 - for those who replace it
        """Whether the attempt counts against the limits."""
        return refusal is None

    def still_counting(self, times: tuple[float, ...], limit: Limit, now: float) -> tuple[float, ...]:
        """Those of the counted times that lie within the window."""
        return tuple(at for at in times if at > now - limit.window_s)

    def within_chat_limit(self, attempt: Attempt) -> bool:
        """Whether the chat's limit leaves room for one more message of this sender."""
        return self.has_room(attempt.sent_here, attempt.room.limit, attempt.now)

    def within_global_limit(self, attempt: Attempt) -> bool:
        """Whether the sender's own limit leaves room for one more message."""
        return self.has_room(attempt.sent_anywhere, attempt.global_limit, attempt.now)

    def has_room(self, times: tuple[float, ...], limit: Limit, now: float) -> bool:
        """Whether one more message fits."""
        return len(self.still_counting(times, limit, now)) < limit.messages

    def retry_after(self, times: tuple[float, ...], limit: Limit, now: float) -> int:
        """Whole seconds until one more message fits."""
        within = self.still_counting(times, limit, now)
        if not within:
            return math.ceil(limit.window_s)
        freed = within[max(0, len(within) - limit.messages)] + limit.window_s
        return max(1, math.ceil(round(freed - now, 3)))
