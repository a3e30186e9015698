"""Mutants of the chapter key registration: new keys that are told to the wrong people, or wrongly, or not at all."""

from typing import Any

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Session
from conformance.reference.shapes import Json
from conformance.reference.state import State

MUTANTS = Mutants()


class _Telling(Decisions):
    """Tells of a new key in another way."""

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        if event == "portal:key_added":
            await self.tell_of_key(state, payload, sids)
        else:
            await super().deliver(state, event, payload, sids)

    async def tell_of_key(self, state: State, payload: Json, sids: list[str]) -> None:
        """Send the event to ``sids``."""
        await super().deliver(state, "portal:key_added", payload, sids)


@MUTANTS.breaks("KEY-EVENT")
class NewKeyNotTold(_Telling):
    """Nobody is told of a new key."""

    async def tell_of_key(self, state: State, payload: Json, sids: list[str]) -> None:
        """Nothing."""


@MUTANTS.breaks("KEY-EVENT")
class NewKeyToldToItsUser(_Telling):
    """A user's own sockets are told of its new key, and nobody else's."""

    async def tell_of_key(self, state: State, payload: Json, sids: list[str]) -> None:
        own = [one.sid for one in state.hub.of_user(payload["user_id"]) if one.sid in sids]
        await super().tell_of_key(state, payload, own)


@MUTANTS.breaks("KEY-EVENT")
class NewKeyNotToldToItsUser(_Telling):
    """Everybody is told of a new key but the sockets of its user, another session's too."""

    async def tell_of_key(self, state: State, payload: Json, sids: list[str]) -> None:
        own = [one.sid for one in state.hub.of_user(payload["user_id"])]
        await super().tell_of_key(state, payload, [sid for sid in sids if sid not in own])


@MUTANTS.breaks("KEY-EVENT")
class NewKeyToldToTheOwner(_Telling):
    """The chat's owner, who hands out keys, is told of a new one, and nobody else."""

    async def tell_of_key(self, state: State, payload: Json, sids: list[str]) -> None:
        room = await self.look_at(state, payload["chat_id"])
        owner = room.chat.owner_id if room else None
        told = [one.sid for one in state.hub.listeners(payload["chat_id"]) if one.user_id == owner]
        await super().tell_of_key(state, payload, told)


@MUTANTS.breaks("KEY-EVENT")
class NewKeyToldInOneChat(Decisions):
    """The first of the chats that the session has joined is told of its new key."""

    async def announce_key(self, state: State, session: Session, public_key: str) -> None:
        chats = await state.store.chats.joined_by(session.id)
        if chats:
            payload = {"user_id": session.user.id, "session_id": session.id, "public_key": public_key}
            await self.announce(state, "portal:key_added", {"chat_id": chats[0], **payload}, chats[0])


@MUTANTS.breaks("KEY-EVENT")
class NewKeyToldInTheLastChat(Decisions):
    """The last of the chats that the session has joined is told of its new key."""

    async def announce_key(self, state: State, session: Session, public_key: str) -> None:
        chats = await state.store.chats.joined_by(session.id)
        if chats:
            payload = {"user_id": session.user.id, "session_id": session.id, "public_key": public_key}
            await self.announce(state, "portal:key_added", {"chat_id": chats[-1], **payload}, chats[-1])


@MUTANTS.breaks("KEY-EVENT")
class OldKeyTold(Decisions):
    """The event of a new key has the one that it replaces."""

    async def register_key(self, state: State, session: Session, public_key: str) -> bool:
        known = await state.store.accounts.public_keys([session.id])
        if known[session.id] == public_key:
            return False
        await state.store.accounts.register_key(session.id, public_key)
        await self.announce_key(state, session, known[session.id] or public_key)
        return True


@MUTANTS.breaks("KEY-EVENT")
class ThirdKeyNotTold(Decisions):
    """Others are told of a session's first two keys, as they were foreseen."""

    def __init__(self) -> None:
        super().__init__()
        self._times: dict[str, int] = {}

    async def announce_key(self, state: State, session: Session, public_key: str) -> None:
        self._times[session.id] = self._times.get(session.id, 0) + 1
        if self._times[session.id] <= 2:
            await super().announce_key(state, session, public_key)


@MUTANTS.breaks("KEY-EVENT")
class NewKeyToldOfAnotherSession(_Telling):
    """The event of a new key names its user in the place of its session."""

    async def tell_of_key(self, state: State, payload: Json, sids: list[str]) -> None:
        await super().tell_of_key(state, {**payload, "session_id": payload["user_id"]}, sids)


@MUTANTS.breaks("KEY-EVENT")
class NewKeyToldOfNoChat(_Telling):
    """The event of a new key does not say in which chat it is told."""

    async def tell_of_key(self, state: State, payload: Json, sids: list[str]) -> None:
        await super().tell_of_key(state, {**payload, "chat_id": None}, sids)


@MUTANTS.breaks("KEY-EVENT")
class UnchangedKeyTold(Decisions):
    """Others are told of a key that is unchanged as of a new one."""

    async def register_key(self, state: State, session: Session, public_key: str) -> bool:
        news = await super().register_key(state, session, public_key)
        if not news:
            await self.announce_key(state, session, public_key)
        return news


@MUTANTS.breaks("KEY-EVENT")
class UnchangedKeyToldInOneChat(Decisions):
    """The last chat is told of a key that is unchanged."""

    async def register_key(self, state: State, session: Session, public_key: str) -> bool:
        news = await super().register_key(state, session, public_key)
        for chat_id in [] if news else (await state.store.chats.joined_by(session.id))[-1:]:
            payload = {"chat_id": chat_id, "user_id": session.user.id, "session_id": session.id}
            await self.announce(state, "portal:key_added", {**payload, "public_key": public_key}, chat_id)
        return news
