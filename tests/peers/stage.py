"""What both peers are given on a server: sessions, and chats in which a sender stands in every way that there is.

Socket.IO is not theirs to speak, so whatever takes it is done for them beforehand: joining, sharing keys, rotating.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import httpx
import socketio.exceptions
from reference import actors

PLENTY = {"messages": 1_000_000, "window_s": 1}
"""No message limit is met: what one says of a burst is of no use to somebody who cannot make out why."""

_SPARE = 15
_LONG_S = 3600
# What a server that is broken on purpose may answer while the stage is set.
BROKEN = (AssertionError, KeyError, TypeError, ValueError, httpx.HTTPError, socketio.exceptions.SocketIOError)


@contextlib.contextmanager
def world(url: str, ws_url: str) -> Iterator[actors.World]:
    """The way to the server, closed at the end even where it does not let go."""
    made = actors.World(url, ws_url, actors.Clock())
    try:
        yield made
    finally:
        with contextlib.suppress(*BROKEN, OSError):
            made.close()


class Setting:
    """Sets the stage on one server; a standing that it does not come to is left out."""

    def __init__(self, made: actors.World) -> None:
        self._world = made
        self._owner = made.user(3)
        self._plain = made.user()
        self._standings: list[dict[str, Any]] = []

    def set(self) -> dict[str, Any]:
        """All of it, as JSON values."""
        for user in (self._owner, self._plain):
            self._world.control("PUT", f"/users/{user.user_id}/limit", PLENTY)
        ready = self._ready()
        steps = (self._muted, self._muted_for_good, self._banned, self._without_key, self._outside, self._stale)
        for step in (*steps, self._stranger):
            with contextlib.suppress(*BROKEN):
                step()
        chats = [self._world.chat(self._owner, visibility=kind) for kind in ("public", "private", "official")]
        return {
            "session": self._owner.secret,
            "plain_session": self._plain.secret,
            "ready": {"chat": ready, "epoch": 1},
            "standings": self._standings,
            "chats": chats,
            "targets": [self._world.user().user_id for _ in range(5)],
            "messages": self._messages(chats[0]),
        }

    def _stand(self, name: str, chat: int, *, epoch: int = 1, owner: bool = False) -> None:
        session = (self._owner if owner else self._plain).secret
        self._standings.append({"name": name, "session": session, "chat": chat, "epoch": epoch})

    def _chat(self, **more: Any) -> int:
        chat = self._world.chat(self._owner, **more)
        self._world.control("PUT", f"/chats/{chat}/limit", PLENTY)
        return chat

    def _inside(self) -> int:
        chat = self._chat()
        self._world.ready(chat, self._owner, self._plain)
        return chat

    def _ready(self) -> int:
        chat = self._chat()
        with contextlib.suppress(*BROKEN):
            self._world.ready(chat, self._owner, self._plain)
        self._stand("ready", chat, owner=True)
        self._stand("ready", chat)
        self._stand("future epoch", chat, epoch=2)
        return chat

    def _under(self, name: str, measure: str, body: dict[str, Any]) -> None:
        chat = self._inside()
        self._owner.post_chat(chat, measure, {"user_id": self._plain.user_id, **body})
        self._stand(name, chat)

    def _muted(self) -> None:
        self._under("muted", "mute", {"duration": _LONG_S})

    def _muted_for_good(self) -> None:
        self._under("muted for good", "mute", {"duration": 0})

    def _banned(self) -> None:
        self._under("banned", "ban", {"duration": 0})

    def _without_key(self) -> None:
        chat = self._chat()
        self._world.ready(chat, self._owner)
        self._plain.join(chat)
        self._stand("no key", chat)

    def _outside(self) -> None:
        self._stand("not joined", self._chat())

    def _stale(self) -> None:
        chat = self._inside()
        self._owner.post_chat(chat, "clear")
        for actor in (self._owner, self._plain):
            self._owner.share(chat, actor, epoch=2)
        self._stand("ready, second epoch", chat, epoch=2)
        self._stand("stale epoch", chat, epoch=1)

    def _stranger(self) -> None:
        self._stand("no member of a private chat", self._chat(visibility="private"))

    def _messages(self, chat: int) -> list[str]:
        """Ids that can be deleted."""
        found: list[str] = []
        with contextlib.suppress(*BROKEN):
            self._world.control("PUT", f"/chats/{chat}/limit", PLENTY)
            self._world.ready(chat, self._owner)
            found.extend(self._owner.sent(chat) for _ in range(_SPARE))
        return found


def set_on(made: actors.World) -> dict[str, Any]:
    """The stage on the server, as JSON values."""
    return Setting(made).set()
