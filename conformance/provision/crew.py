"""The crew that a process plays with: who is lent, who is free, and which chats were used up."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from conformance.profile import Profile
from conformance.provision.base import Identity, NotLent
from conformance.roster import Account, Crew

_LEVELS = ("plain", "moderator", "admin", "platform owner's")


@dataclass(slots=True)
class Member:
    """An account with the sessions that it has; so many of them are lent. Until ``rests_until`` it is hard muted."""

    account: Account
    sessions: list[Identity] = field(default_factory=list)
    lent: int = 0
    rests_until: float = 0.0


class Company:
    """The members of a crew. Safe to share among threads."""

    def __init__(self, profile: Profile, crew: Crew) -> None:
        self.profile = profile
        self.crew = crew
        self.used_up: set[object] = set()
        self._lock = threading.Lock()
        self.members = [Member(account) for account in crew.accounts]

    def lend(self, *, permission_level: int, premium: bool) -> Member:
        """A free account of that level; raises `NotLent` with a sentence where there is none."""
        fitting = [one for one in self.members if fits(one.account, permission_level, premium=premium)]
        with self._lock:
            free = [one for one in fitting if not one.lent]
            if free:
                chosen = min(free, key=_later if any(one.lent for one in fitting) else _first)
                chosen.lent = 1
                return chosen
        kind = f"{'premium ' if premium else ''}{_LEVELS[permission_level]} account"
        raise NotLent(
            f"this scenario needs one more {kind} than the {len(fitting)} of the crew {self.crew.name!r}: "
            f"list another with permission_level = {permission_level}"
        )

    def in_order(self) -> list[Member]:
        """The members in the order in which they are lent to whom premium does not matter."""
        first = sorted(self.members, key=_first)[:1]
        return [*first, *sorted((one for one in self.members if one not in first), key=_later)]

    def member_of(self, user: Identity) -> Member:
        """The account whose session it is."""
        return next(one for one in self.members if any(user.cookie == mine.cookie for mine in one.sessions))

    def creator(self) -> Member | None:
        """Somebody who may make private chats."""
        return next((one for one in self.members if one.account.may_create), None)

    def new_ones(self) -> Iterator[str]:
        """The names of the accounts that came to be by their login in this run."""
        return (one.account.name for one in self.members if one.account.is_new and one.sessions)


def _first(member: Member) -> tuple[bool, ...]:
    """Who is lent first owns the chats of a scenario, and so has to be able to make them."""
    return (not member.account.may_create,)


def _later(member: Member) -> tuple[bool, ...]:
    """Of the others those whom nobody has seen yet; who may make chats is left for whoever asks for that."""
    return (not member.account.is_new, member.account.may_create)


def fits(account: Account, permission_level: int, *, premium: bool) -> bool:
    """Whether a scenario that asks for such an account may be lent this one."""
    return account.permission_level == permission_level and (account.premium or not premium)
