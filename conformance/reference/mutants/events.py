"""Mutants of the chapter events: clients in the chat who are forgotten, and events that say what is not so."""

from collections.abc import Sequence
from typing import Any

from conformance.reference.decisions import Decisions
from conformance.reference.hub import Socket
from conformance.reference.lies import Mutants
from conformance.reference.mutants.deletion_events import Announces
from conformance.reference.records import Cause, Deed, Message, Room, Sanction, Share, User
from conformance.reference.refusals import Refusal
from conformance.reference.shapes import Json
from conformance.reference.state import State

MUTANTS = Mutants()

_OF_A_CHAT = (
    "message:bulk_deleted",
    "portal:cleared",
    "portal:key_added",
    "room:epoch_changed",
    "room:kicked",
    "user:banned",
    "user:muted",
    "user:unmuted",
)
_ALL = (
    "DEL-EVENT",
    "CLEAR-OK",
    "CLEAR-ROTATES",
    "KEY-EVENT",
    "EPOCH-MONOTONE",
    "KICK-OK",
    "BAN-EVENT",
    "MUTE-EVENT",
    "UNMUTE-OK",
)


class _Forgetting(Decisions):
    """Tells some of those who are in a chat of its messages alone."""

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        room = await self.look_at(state, payload["chat_id"]) if event in _OF_A_CHAT else None
        if room is not None:
            there = [socket for socket in state.hub.everyone() if socket.sid in sids]
            sids = [socket.sid for socket in self.remembered(there, room, state.now())]
        await super().deliver(state, event, payload, sids)

    def remembered(self, there: Sequence[Socket], room: Room, now: float) -> list[Socket]:
        """Those of the sockets that are told."""
        return [socket for socket in there if not self.is_forgotten(socket, room, now)]

    def is_forgotten(self, socket: Socket, room: Room, now: float) -> bool:
        """Whether nothing but messages is told to this socket."""
        return False


# --- who is forgotten -----------------------------------------------------------------------------------------------


@MUTANTS.breaks(*_ALL)
class EventsReachOneSocketOfASession(_Forgetting):
    """Messages go to sockets and all else to sessions: of a session's sockets one is told."""

    def remembered(self, there: Sequence[Socket], room: Room, now: float) -> list[Socket]:
        return list({socket.session_id: socket for socket in there}.values())


@MUTANTS.breaks(*_ALL)
class EventsAreKeptFromTheMuted(_Forgetting):
    """Who is muted reads along, and is told of nothing else."""

    def is_forgotten(self, socket: Socket, room: Room, now: float) -> bool:
        return self.still_holds(room.mutes.get(socket.user_id), now)


@MUTANTS.breaks(*_ALL)
class EventsAreKeptFromThoseWhoNeverHadTheKey(_Forgetting):
    """A session that was never handed a key of the chat is not set up for more than its messages."""

    def is_forgotten(self, socket: Socket, room: Room, now: float) -> bool:
        return socket.session_id not in {one.session_id for one in room.key_holders}


@MUTANTS.breaks(*_ALL)
class EventsAreToldInPublicAlone(_Forgetting):
    """In a private chat messages are told, and nothing else."""

    def is_forgotten(self, socket: Socket, room: Room, now: float) -> bool:
        return self.is_private(room.chat)


class _Returning(_Forgetting):
    """Forgets who was out once, and came back."""

    def __init__(self) -> None:
        super().__init__()
        self.out: set[tuple[int, int]] = set()

    def is_forgotten(self, socket: Socket, room: Room, now: float) -> bool:
        return (room.chat.id, socket.user_id) in self.out


@MUTANTS.breaks(*_ALL)
class EventsAreKeptFromWhoCameBack(_Returning):
    """Who left and joined again gets the chat's messages, and is not signed up for anything else."""

    async def depart(self, state: State, room: Room, session_id: str, user_id: int) -> None:
        await super().depart(state, room, session_id, user_id)
        self.out.add((room.chat.id, user_id))


@MUTANTS.breaks(*_ALL)
class EventsAreKeptFromTheUnbanned(_Returning):
    """Who was banned once gets the chat's messages again, and is told of nothing else."""

    async def lift_ban(self, state: State, room: Room, target: User) -> None:
        await super().lift_ban(state, room, target)
        self.out.add((room.chat.id, target.id))


@MUTANTS.breaks("KICK-OK")
class KickWithABanIsNotTold(Decisions):
    """A kick with a ban is a ban: who is kicked by it is not told."""

    def __init__(self) -> None:
        super().__init__()
        self._held: dict[int, tuple[Json, list[str]]] = {}

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        if event == "room:kicked":
            self._held[payload["chat_id"]] = (payload, sids)
        else:
            await super().deliver(state, event, payload, sids)

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        self._held.pop(room.chat.id, None)
        await super().apply_ban(state, room, sanction)

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        if room.chat.id in self._held:
            payload, sids = self._held.pop(room.chat.id)
            await super().deliver(state, "room:kicked", payload, sids)
        return await super().rotate(state, room, cause, user)


# --- who is told too much -------------------------------------------------------------------------------------------


class _Leaking(Decisions):
    """Hands a shared key to the session that it is for, and to others."""

    async def forward_key(self, state: State, share: Share) -> None:
        await super().forward_key(state, share)
        room = await self.look_at(state, share.chat_id)
        if room is not None:
            sids = [one.sid for one in state.hub.everyone() if self.is_let_in_on(one, room, share)]
            payload = {"chat_id": share.chat_id, "epoch": share.epoch, "blob": share.blob}
            await self.deliver(state, "room:key_shared", payload, sids)

    def is_let_in_on(self, socket: Socket, room: Room, share: Share) -> bool:
        """Whether the key goes to this socket as well."""
        return False


@MUTANTS.breaks("E2EE-ROUNDTRIP")
class BlobGoesToWhoWasThere(_Leaking):
    """The list of those who are told of keys is of all who ever joined, and nobody is struck off it."""

    def is_let_in_on(self, socket: Socket, room: Room, share: Share) -> bool:
        return socket.user_id in room.ever_joined and socket.session_id not in room.joined


@MUTANTS.breaks("E2EE-ROUNDTRIP")
class BlobGoesToSessionsElsewhere(_Leaking):
    """A shared key goes also to those sessions of its user that have yet to join the chat: they will need it."""

    def is_let_in_on(self, socket: Socket, room: Room, share: Share) -> bool:
        return socket.user_id == share.user_id and socket.session_id not in room.joined


@MUTANTS.breaks("E2EE-ROUNDTRIP")
class BlobGoesToTheBanned(_Leaking):
    """Whose socket a ban left in the chat gets all keys that are shared there."""

    def is_let_in_on(self, socket: Socket, room: Room, share: Share) -> bool:
        return socket.user_id in room.bans and socket.session_id in room.joined


# --- what is told is not so -----------------------------------------------------------------------------------------


@MUTANTS.breaks("DEL-EVENT")
class DeletionNamesWhatIsBetween(Announces):
    """The announcement of a deletion is of all from the first deleted message to the last."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[int, list[str]] = {}

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        self._said.setdefault(room.chat.id, []).append(message.id)
        await super().broadcast(state, room, message)

    def told(self, payload: Json, room_id: int) -> Json | None:
        said = self._said.get(room_id, [])
        places = [said.index(one) for one in payload["ids"] if one in said]
        return {**payload, "ids": said[min(places) : max(places) + 1]} if places else payload


@MUTANTS.breaks("EPOCH-MONOTONE")
class EpochToldInOtherChats(Decisions):
    """A rotation is told in every chat of those who are there, each time as that chat's own."""

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        epoch = await super().rotate(state, room, cause, user)
        sessions = {one.session_id for one in state.hub.listeners(room.chat.id)} if epoch != room.epoch else set()
        others = {chat_id for one in sessions for chat_id in await state.store.chats.joined_by(one)}
        for chat_id in others - {room.chat.id}:
            await self.announce(state, "room:epoch_changed", {"chat_id": chat_id, "epoch": epoch}, chat_id)
        return epoch


@MUTANTS.breaks("EPOCH-MONOTONE")
class EpochAfterNextToldAsWell(Decisions):
    """A rotation tells of the epoch after it as well, so that clients can make its key in time."""

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        epoch = await super().rotate(state, room, cause, user)
        if epoch != room.epoch:
            payload = {"chat_id": room.chat.id, "epoch": self.next_epoch(epoch)}
            await self.announce(state, "room:epoch_changed", payload, room.chat.id)
        return epoch


@MUTANTS.breaks("EPOCH-MONOTONE")
class RefusedMeasuresTellAnEpoch(Decisions):
    """The next epoch is told before it is asked who clears or kicks, and does not come where it is refused."""

    async def denied(self, state: State, room: Room, deed: Deed) -> Refusal:
        if deed.name in ("clear", "kick"):
            payload = {"chat_id": room.chat.id, "epoch": self.next_epoch(room.epoch)}
            await self.announce(state, "room:epoch_changed", payload, room.chat.id)
        return await super().denied(state, room, deed)
