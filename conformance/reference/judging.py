"""Whether an attempt to send is accepted: the checks, and their order."""

from collections.abc import Callable

from conformance.reference import refusals
from conformance.reference.bundle import BundleRules
from conformance.reference.limiting import LimitRules
from conformance.reference.records import Attempt, Bundle
from conformance.reference.refusals import Refusal
from conformance.reference.standing import StandingRules

Check = Callable[[Attempt], Refusal | None]


class SendRules(BundleRules, StandingRules, LimitRules):
    """Each check refuses for its own cause and has no opinion otherwise, so their order is free."""

    def judge(self, attempt: Attempt) -> Refusal | None:
        """The first refusal of the checks; None accepts."""
        return next((refusal for check in self.checks_in_order() if (refusal := check(attempt))), None)

    def checks_in_order(self) -> tuple[Check, ...]:
        """The checks of a send, the first to refuse wins."""
        return (
            self.check_bundle,
            self.check_membership,
            self.check_ban,
            self.check_mute,
            self.check_hard_mute,
            self.check_joined,
            self.check_epoch,
            self.check_key,
            self.check_chat_limit,
            self.check_global_limit,
        )

    def check_bundle(self, attempt: Attempt) -> Refusal | None:
        """The content is a valid bundle."""
        return attempt.bundle if isinstance(attempt.bundle, Refusal) else None

    def check_membership(self, attempt: Attempt) -> Refusal | None:
        """The sender belongs to the chat."""
        return None if self.is_member(attempt.session.user, attempt.room) else refusals.outsider()

    def check_ban(self, attempt: Attempt) -> Refusal | None:
        """The sender is not banned."""
        banned = self.is_banned(attempt.session.user, attempt.room, attempt.now)
        return refusals.banned() if banned else None

    def check_mute(self, attempt: Attempt) -> Refusal | None:
        """The sender is not muted in the chat."""
        user, room, now = attempt.session.user, attempt.room, attempt.now
        if not self.is_muted(user, room, now):
            return None
        return refusals.muted(self.ttl_of_mute(room.mutes[user.id], now))

    def check_hard_mute(self, attempt: Attempt) -> Refusal | None:
        """The sender is not muted everywhere."""
        until, now = attempt.hard_muted_until, attempt.now
        if until is None or not self.is_hard_muted(until, now):
            return None
        return refusals.hard_muted(self.ttl_of_mute(until, now))

    def check_joined(self, attempt: Attempt) -> Refusal | None:
        """The session has joined the chat."""
        return None if self.is_joined(attempt.session, attempt.room) else refusals.not_joined()

    def check_epoch(self, attempt: Attempt) -> Refusal | None:
        """The bundle is of the current epoch."""
        if not isinstance(attempt.bundle, Bundle) or self.epoch_matches(attempt.bundle, attempt.room):
            return None
        return refusals.epoch_mismatch()

    def check_key(self, attempt: Attempt) -> Refusal | None:
        """The session has the key of the current epoch."""
        return None if self.has_key(attempt.session, attempt.room) else refusals.no_room_key()

    def check_chat_limit(self, attempt: Attempt) -> Refusal | None:
        """The chat's limit is not spent."""
        if self.within_chat_limit(attempt):
            return None
        wait = self.retry_after(attempt.sent_here, attempt.room.limit, attempt.now)
        return refusals.rate_limited("chat_limit", wait)

    def check_global_limit(self, attempt: Attempt) -> Refusal | None:
        """The sender's own limit is not spent."""
        if self.within_global_limit(attempt):
            return None
        wait = self.retry_after(attempt.sent_anywhere, attempt.global_limit, attempt.now)
        return refusals.rate_limited("global_limit", wait)
