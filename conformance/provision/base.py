"""What a provision driver offers, whatever the target: users, sessions, chats, memberships, limits.

A driver hands out a `Lease` a scenario. All that was made under a lease is given back when it is closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from conformance.wire import WireLog

type_of_chat = Literal["public", "private", "official"]


@dataclass(frozen=True, slots=True)
class Identity:
    """A user's session; ids are opaque. ``cookie`` is the secret value of the session's cookie."""

    user_id: object
    session_id: object
    username: str
    cookie: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat as it was made."""

    chat_id: object
    name: str
    visibility: type_of_chat
    owner_id: object
    history_visible: bool


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``messages`` in ``window_s`` seconds."""

    messages: int
    window_s: float


class Lease(Protocol):
    """What one scenario borrows from the target. Each method raises `Blocked` where the target does not lend."""

    def user(self, *, permission_level: int = 0, premium: bool = False) -> Identity:
        """A fresh user with one session."""

    def session(self, of: Identity) -> Identity:
        """One more session of the same user."""

    def chat(
        self,
        *,
        owner: Identity,
        members: Sequence[Identity] = (),
        visibility: type_of_chat = "public",
        history_visible: bool = True,
    ) -> Chat:
        """A fresh chat."""

    def give_membership(self, chat: Chat, user: Identity) -> None:
        """Make ``user`` a member."""

    def take_membership(self, chat: Chat, user: Identity) -> None:
        """End the membership of ``user``."""

    def limit_chat(self, chat: Chat, limit: Limit) -> None:
        """Set the message limit of a chat and sender; counting starts anew."""

    def limit_user(self, user: Identity, limit: Limit) -> None:
        """Set a sender's limit over all chats; counting starts anew."""

    def give_back(self, chat: Chat) -> None:
        """Give this chat back before the rest."""

    def close(self) -> Sequence[str]:
        """Give everything back; what could not be given back, a sentence each. Never raises a `TargetFault`."""


class Driver(Protocol):
    """How a target lends actors and chats."""

    def hello(self, wire: WireLog) -> None:
        """Make sure that the target lends at all; raises `PreflightFailure` with a sentence where it does not."""

    def lease(self, wire: WireLog) -> Lease:
        """A lease for one scenario, its requests logged in ``wire``."""
