"""What is known of some chats and of those who act in them.

Not all of it is known for sure: where no page says what an action brings about, it is held for possible until an
answer tells.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

OWNER = "owner"


class Sure(IntEnum):
    """Whether something is so."""

    NO = 0
    MAYBE = 1
    YES = 2


@dataclass(slots=True)
class Said:
    """An accepted message: its id, who said it, and its ciphertext.

    ``gone`` are the ids by whose right it was deleted, ``blame`` those that are broken if it is missed.
    """

    id: str
    user: str
    ct: str
    gone: tuple[str, ...] = ()
    blame: tuple[str, ...] = ("HIST-CONTAINS",)


@dataclass(slots=True)
class ChatFacts:
    """What is known of one chat. Sessions join and have keys; mutes, bans and membership are the user's.

    ``anew`` are those that lost the socket which joined: whether their next one hears anything no page says.
    ``keys`` has the newest epoch whose key a session was handed. ``mutes`` has the durations that a mute may have, 0
    for one without end. ``blame`` has, by user, which ids are broken if an unexplained refusal comes next.
    """

    name: str
    private: bool = False
    hidden: bool = False
    members: set[str] = field(default_factory=set)
    joined: dict[str, Sure] = field(default_factory=dict)
    anew: set[str] = field(default_factory=set)
    ever: set[str] = field(default_factory=set)
    epoch: int = -1
    earlier: list[int] = field(default_factory=list)
    keys: dict[str, tuple[int, Sure]] = field(default_factory=dict)
    mutes: dict[str, frozenset[int]] = field(default_factory=dict)
    bans: set[str] = field(default_factory=set)
    banished: set[str] = field(default_factory=set)
    blame: dict[str, dict[str, None]] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    fresh: list[Said] = field(default_factory=list)

    def is_joined(self, session: str) -> Sure:
        """Whether the session has joined."""
        return self.joined.get(session, Sure.NO)

    def has_key(self, session: str) -> Sure:
        """Whether the session has the key of the current epoch."""
        epoch, sure = self.keys.get(session, (-1, Sure.NO))
        return sure if epoch == self.epoch else Sure.NO

    def is_outside(self, user: str) -> bool:
        """Whether the chat is private, and the user neither its owner nor a member."""
        return self.private and user != OWNER and user not in self.members

    def there(self) -> list[Said]:
        """The messages that were not deleted, oldest first."""
        return [one for one in self.said if not one.gone]

    def suspect(self, user: str, *ids: str) -> None:
        """Remember what an unexplained refusal of the user would break."""
        self.blame.setdefault(user, {}).update(dict.fromkeys(ids))


@dataclass(slots=True)
class World:
    """Who acts, by session, and the chats. ``levels`` are the users' on the platform."""

    cast: Mapping[str, str]
    levels: Mapping[str, int]
    chats: dict[str, ChatFacts]
    hard_muted: set[str] = field(default_factory=set)
    unmuted: set[str] = field(default_factory=set)
    """Users who were unmuted in a chat while they were muted everywhere, which changes nothing."""
    dropped: set[str] = field(default_factory=set)
    """Users who were banned or kicked: a target may have ended their connections by that."""
    lost: set[str] = field(default_factory=set)
    """Sessions that lost a socket: when a target notices that, and whether it rotates an epoch, no page says."""

    def user_of(self, session: str) -> str:
        """Whose session it is."""
        return self.cast[session]

    def sessions_of(self, user: str) -> list[str]:
        """The user's sessions."""
        return [session for session, whose in self.cast.items() if whose == user]

    def level_of(self, user: str) -> int:
        """The user's level on the platform."""
        return self.levels.get(user, 0)

    def audience(self, chat: ChatFacts) -> set[str]:
        """The sessions that hear what is said in the chat."""
        return {one for one in self.cast if chat.is_joined(one) is Sure.YES and not self._deaf(chat, one)}

    def undecided(self, chat: ChatFacts) -> set[str]:
        """The sessions of which no page says whether they hear it."""
        maybe = {one for one in self.cast if chat.is_joined(one) is Sure.MAYBE}
        outside = {one for one in self.cast if chat.is_joined(one) and chat.is_outside(self.cast[one])}
        return {one for one in maybe | outside if self.cast[one] not in chat.bans}

    def _deaf(self, chat: ChatFacts, session: str) -> bool:
        user = self.cast[session]
        return user in chat.bans or chat.is_outside(user)


def world(cast: Mapping[str, str], levels: Mapping[str, int], chats: Iterable[ChatFacts]) -> World:
    """A world of these users and chats, in which nothing has happened."""
    return World(cast, levels, {one.name: one for one in chats})
