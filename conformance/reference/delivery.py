"""Who hears what: every event that leaves the server passes through ``deliver``."""

from collections.abc import Sequence
from typing import Any

from conformance.reference.hub import Socket
from conformance.reference.records import Message, Room
from conformance.reference.shapes import Json, Shapes
from conformance.reference.standing import StandingRules
from conformance.reference.state import State


class Delivery(Shapes, StandingRules):
    """Receivers of messages and of everything else."""

    def hears(self, socket: Socket, room: Room, now: float) -> bool:
        """Whether a socket that listens to the chat may hear its messages."""
        if self.still_holds(room.bans.get(socket.user_id), now):
            return False
        member = room.chat.owner_id == socket.user_id or socket.user_id in room.members
        return member or not self.is_private(room.chat)

    def receivers_of(self, message: Message, room: Room, listeners: Sequence[Socket], now: float) -> list[str]:
        """The sockets that get ``message:new``, the sender's own too."""
        assert message.chat_id == room.chat.id
        return [socket.sid for socket in listeners if self.hears(socket, room, now)]

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        """Tell the chat of an accepted message."""
        sids = self.receivers_of(message, room, state.hub.listeners(room.chat.id), state.now())
        await self.deliver(state, "message:new", self.event_payload(message, room), sids)

    async def announce(self, state: State, event: str, payload: Json, chat_id: int) -> None:
        """Tell every socket that listens to the chat, the banned too: their client has to learn of it."""
        await self.deliver(state, event, payload, [socket.sid for socket in state.hub.listeners(chat_id)])

    async def announce_members(self, state: State, chat_id: int) -> None:
        """Tell the chat who is in it now."""
        members = await self.members(state, chat_id)
        await self.announce(state, "room:members", {"chat_id": chat_id, "members": members}, chat_id)

    async def members(self, state: State, chat_id: int) -> list[Json]:
        """The sessions that have joined the chat."""
        room = await state.store.chats.room(chat_id)
        joined = {} if room is None else room.joined
        keys = await state.store.accounts.public_keys(joined)
        return [
            {"user_id": user_id, "session_id": session_id, "public_key": keys[session_id]}
            for session_id, user_id in joined.items()
        ]

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        """Send one event to these sockets: the one way out."""
        if sids:
            await state.emit(event, payload, sids)
