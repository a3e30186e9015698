"""What a provision driver offers, whatever the target: users, sessions, chats, memberships, limits.

A driver hands out a `Lease` a scenario. All that was made under a lease is given back when it is closed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from conformance.errors import Blocked
from conformance.limits import Limit
from conformance.wire import WireLog

type_of_chat = Literal["public", "private", "official"]
wanted_chat = Literal["public", "private", "official", "any"]
"""What a scenario asks for: "any" where it does not matter to the clause."""


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
    fresh: bool = True
    """Whether it was made for this scenario, so that nothing was ever said in it."""


class Doors(Protocol):
    """Who may come in to a chat that was lent as any kind and is private: the scenario knows nothing of memberships."""

    def open_to(self, user: Identity) -> None:
        """Make ``user`` a member, unless it is one. Raises `Blocked` where that fails."""

    def shut_to(self, user: Identity) -> None:
        """``user`` may have lost its membership."""


class OpenDoors:
    """A chat that is open to everybody, or whose memberships are the scenario's own affair."""

    def open_to(self, user: Identity) -> None:
        """Nothing to do."""

    def shut_to(self, user: Identity) -> None:
        """Nothing to do."""


class NotLent(Blocked):
    """What the target or the profile does not offer to the suite; the sentence says what is missing."""


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What a scenario did to what it was lent.

    ``clean``: it passed, so that its users are as they were, but for those who are ``hard_muted`` until a
    `time.monotonic` reading, by user id. ``measured`` is what has to be lifted in chats that stay: by which call, in
    which chat, and for whom.
    """

    clean: bool = False
    hard_muted: Mapping[str, float] = field(default_factory=dict)
    measured: Collection[tuple[str, str, str]] = ()


UNTOUCHED = Aftermath()


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
        visibility: wanted_chat = "any",
        history_visible: bool = True,
    ) -> Chat:
        """A chat, a fresh one where the target makes them."""

    def doors(self, chat: Chat) -> Doors:
        """The doors of ``chat``."""

    def give_membership(self, chat: Chat, user: Identity) -> None:
        """Make ``user`` a member."""

    def take_membership(self, chat: Chat, user: Identity) -> None:
        """End the membership of ``user``."""

    def limit_chat(self, chat: Chat, limit: Limit) -> Limit:
        """Set the message limit of a chat and sender, or wait until its own counts anew; the limit that is in force."""

    def limit_user(self, user: Identity, limit: Limit) -> Limit:
        """The same for a sender's limit over all chats."""

    def unlimited(self, chat: Chat | None, users: Sequence[Identity]) -> None:
        """Lift the limits of ``chat`` and ``users`` as far as the target lets the suite."""

    def give_back(self, chat: Chat) -> None:
        """Give this chat back before the rest."""

    def close(self, after: Aftermath = UNTOUCHED) -> Sequence[str]:
        """Give everything back; what could not be given back, a sentence each. Never raises a `TargetFault`."""


class Driver(Protocol):
    """How a target lends actors and chats.

    ``scarce``: there are only so many users, whoever asks. ``in_turn``: scenarios play one after the other, since each
    is lent the users of the one before.
    """

    scarce: bool
    in_turn: bool

    def hello(self, wire: WireLog) -> None:
        """Make sure that the target lends at all; raises `PreflightFailure` with a sentence where it does not."""

    def clear_up(self, wire: WireLog) -> Sequence[str]:
        """Give back what killed runs did not; what could not be given back, a sentence each."""

    def lease(self, wire: WireLog) -> Lease:
        """A lease for one scenario, its requests logged in ``wire``."""

    def close(self) -> Sequence[str]:
        """The run is over: give back what was kept for all scenarios; what could not be, a sentence each."""
