"""What the server knows, as frozen records. Decisions are made on these, never on the storage itself."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from conformance.reference.refusals import Refusal

Visibility = Literal["public", "private", "official"]
Cause = Literal["clear", "kick", "join"]
"""Why an epoch may rotate."""

FOREVER = float("inf")
"""The end of what has none: an indefinite mute, a permanent ban."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many messages in so many seconds. A new ``generation`` starts the counting anew."""

    messages: int
    window_s: float
    generation: str = "0"


CHAT_LIMIT = Limit(30, 10)
GLOBAL_LIMIT = Limit(60, 10)


@dataclass(frozen=True, slots=True)
class User:
    """An account; ``level`` is 0 user, 1 moderator, 2 admin, 3 owner of the platform."""

    id: int
    username: str
    level: int = 0
    premium: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """One login of a user. Its id is public; the cookie's secret is not kept."""

    id: str
    user: User


@dataclass(frozen=True, slots=True)
class Chat:
    """What a chat was made with."""

    id: int
    name: str
    visibility: Visibility = "public"
    owner_id: int | None = None
    history_visible: bool = True
    description: str = ""


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """A session for which the key of one epoch is stored."""

    epoch: int
    user_id: int
    session_id: str


@dataclass(frozen=True, slots=True)
class Room:
    """A chat as it stands at one moment."""

    chat: Chat
    epoch: int
    limit: Limit
    members: frozenset[int]
    joined: Mapping[str, int]
    """Session id to user id."""
    ever_joined: frozenset[int]
    bans: Mapping[int, float]
    """User id to the time when it ends; also those that have ended."""
    mutes: Mapping[int, float]
    key_holders: frozenset[KeyHolder]
    distributors: Mapping[int, str]
    """Epoch to the session that was the first to share its key."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A valid CiphertextV2 bundle."""

    epoch: int
    ct: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to send, with everything that decides about it."""

    session: Session
    room: Room
    content: object
    """What the request's body held under ``content``, whatever it is."""
    bundle: Bundle | Refusal
    now: float
    hard_muted_until: float | None
    global_limit: Limit
    sent_here: tuple[float, ...]
    """When this sender's messages in this chat were counted, oldest first."""
    sent_anywhere: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A stored entry: a user's message, or the server's own note with no sender."""

    id: str
    chat_id: int
    sender: User | None
    content: str
    epoch: int
    at: float
    type: Literal["user", "system"] = "user"


@dataclass(frozen=True, slots=True)
class Share:
    """The chat key of one epoch, sealed by one session for another."""

    chat_id: int
    epoch: int
    giver: Session
    user_id: int
    session_id: str
    blob: str


@dataclass(frozen=True, slots=True)
class Sanction:
    """A mute or a ban that was asked for."""

    user: User
    duration: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody asks for who has no right to it; ``carry_out`` is what is not done."""

    name: Literal["delete", "clear", "kick", "mute", "ban"]
    actor: User
    carry_out: Callable[[], Awaitable[object]]
    target: User | None = None
