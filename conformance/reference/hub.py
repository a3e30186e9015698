"""The sockets that are connected, and which chats each of them listens to."""

from dataclasses import dataclass

from conformance.reference.records import Session


@dataclass(frozen=True, slots=True)
class Socket:
    """One connected socket; ``sid`` is Socket.IO's name for it."""

    sid: str
    session_id: str
    user_id: int


class Hub:
    """Sockets live and die with this process, so they are the one thing that is not kept in Redis."""

    def __init__(self) -> None:
        self._sockets: dict[str, tuple[Socket, Session]] = {}
        self._listening: dict[int, set[str]] = {}

    def add(self, sid: str, session: Session) -> None:
        """A socket connected."""
        self._sockets[sid] = (Socket(sid, session.id, session.user.id), session)

    def remove(self, sid: str) -> Session | None:
        """A socket is gone; whose it was."""
        for listeners in self._listening.values():
            listeners.discard(sid)
        _, session = self._sockets.pop(sid, (None, None))
        return session

    def session(self, sid: str) -> Session | None:
        """Whose socket it is."""
        _, session = self._sockets.get(sid, (None, None))
        return session

    def everyone(self) -> list[Socket]:
        """All sockets."""
        return [socket for socket, _ in self._sockets.values()]

    def of_user(self, user_id: int) -> list[Socket]:
        """The user's sockets."""
        return [socket for socket in self.everyone() if socket.user_id == user_id]

    def of_session(self, session_id: str) -> list[Socket]:
        """The session's sockets."""
        return [socket for socket in self.everyone() if socket.session_id == session_id]

    def listen(self, sid: str, chat_id: int) -> bool:
        """From now on the socket hears the chat; False where the socket is gone."""
        if sid not in self._sockets:
            return False
        self._listening.setdefault(chat_id, set()).add(sid)
        return True

    def deafen(self, session_id: str, chat_id: int) -> None:
        """None of the session's sockets hears the chat any more."""
        for socket in self.listeners(chat_id):
            if socket.session_id == session_id:
                self._listening[chat_id].discard(socket.sid)

    def forget(self, chat_id: int) -> None:
        """Nobody hears the chat any more."""
        self._listening.pop(chat_id, None)

    def listeners(self, chat_id: int) -> list[Socket]:
        """The sockets that hear the chat."""
        return [self._sockets[sid][0] for sid in sorted(self._listening.get(chat_id, ()))]
