"""Variants of clears, kicks, public keys and lost sockets: what a page leaves open about them."""

import asyncio
from collections.abc import Sequence
from typing import Any

from conformance.reference import refusals
from conformance.reference.bodies import Body
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Variants
from conformance.reference.records import Cause, Chat, Message, Room, Session, User
from conformance.reference.refusals import Refusal
from conformance.reference.state import State

VARIANTS = Variants()


# --- clears -----------------------------------------------------------------------------------------------------


class _Clearing(Decisions):
    """Deletes what users said, and leaves the server's own entries."""

    async def wipe(self, state: State, room: Room) -> int:
        said = [entry for entry in await state.store.messages.all(room.chat.id) if entry.type == "user"]
        await state.store.messages.delete(room.chat.id, [entry.id for entry in said])
        await self.announce(state, "portal:cleared", {"chat_id": room.chat.id}, room.chat.id)
        return self.cleared(said)

    def cleared(self, said: Sequence[Message]) -> int:
        """The count that is answered."""
        return len(said)


@VARIANTS.keeps(apart=["clear-counts-more"])
class ClearSparesSystemEntries(_Clearing):
    """A clear deletes and counts the messages of users alone; the server's own entries stay."""


@VARIANTS.keeps(apart=["clear-spares-system-entries"])
class ClearCountsMore(Decisions):
    """A clear counts what was deleted earlier as well."""

    async def wipe(self, state: State, room: Room) -> int:
        return await super().wipe(state, room) + 5


@VARIANTS.keeps()
class ClearRotatesTwice(Decisions):
    """A clear moves the epoch on before it deletes, and once more afterwards."""

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        epoch = await super().rotate(state, room, cause, user)
        if cause != "clear":
            return epoch
        return await super().rotate(state, await self.look_at(state, room.chat.id) or room, cause, user)


# --- kicks ------------------------------------------------------------------------------------------------------


# Where events come late, the kicked would be gone before it is told: a server that breaks a clause, and no variant.
@VARIANTS.keeps(apart=["late-events", "events-in-any-order", "events-after-answers"])
class KickDisconnects(Decisions):
    """A kick ends the connections of the kicked that listen to the chat; it may connect again."""

    async def expel(self, state: State, room: Room, target: User) -> None:
        sids = [socket.sid for socket in state.hub.listeners(room.chat.id) if socket.user_id == target.id]
        await super().expel(state, room, target)
        for sid in sids:
            await state.hang_up(sid)


@VARIANTS.keeps()
class KickEndsMembership(Decisions):
    """Who is kicked out of a private chat is no member of it any more."""

    async def expel(self, state: State, room: Room, target: User) -> None:
        await super().expel(state, room, target)
        if self.is_private(room.chat):
            await self.end_membership(state, room.chat.id, target.id)


@VARIANTS.keeps()
class KicksAreToldToAll(Decisions):
    """Everybody in the chat is told who was kicked, by an event of its own."""

    async def expel(self, state: State, room: Room, target: User) -> None:
        await super().expel(state, room, target)
        payload = {"chat_id": room.chat.id, "user_id": target.id}
        await self.announce(state, "user:kicked", payload, room.chat.id)


@VARIANTS.keeps()
class SelfKickUnprocessable(Decisions):
    """To kick oneself is answered 422: it is a mistake in the request, whoever asks."""

    def may_kick(self, actor: User, target: User, chat: Chat) -> bool:
        if actor.id == target.id:
            raise refusals.invalid("user_id must be another user's")
        return super().may_kick(actor, target, chat)


# --- public keys ------------------------------------------------------------------------------------------------


@VARIANTS.keeps()
class WrongKeysAnswered400(Decisions):
    """What is no public key is answered 400."""

    def public_key_of(self, body: Body) -> str:
        try:
            return super().public_key_of(body)
        except Refusal as refusal:
            raise refusals.bad_body(refusal.error) from None


@VARIANTS.keeps(apart=["new-keys-told-twice"])
class NewKeysToldToOthersAlone(Decisions):
    """The session that registers a key is not told of it by an event."""

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        if event == "portal:key_added":
            own = {socket.sid for socket in state.hub.of_session(payload["session_id"])}
            sids = [sid for sid in sids if sid not in own]
        await super().deliver(state, event, payload, sids)


@VARIANTS.keeps(apart=["new-keys-told-to-others-alone"])
class NewKeysToldTwice(Decisions):
    """Every new key is told twice."""

    async def announce_key(self, state: State, session: Session, public_key: str) -> None:
        await super().announce_key(state, session, public_key)
        await super().announce_key(state, session, public_key)


@VARIANTS.keeps()
class KeysReceiptedToTheirGivers(Decisions):
    """Who shares a key is told by an event that it was taken, without the blob."""

    async def forward_key(self, state: State, share: Any) -> None:
        await super().forward_key(state, share)
        sids = [socket.sid for socket in state.hub.of_session(share.giver.id)]
        await self.deliver(state, "room:key_taken", {"chat_id": share.chat_id, "epoch": share.epoch}, sids)


# --- lost sockets -----------------------------------------------------------------------------------------------


@VARIANTS.keeps()
class LostSessionsLinger(Decisions):
    """A session that lost its last socket has a moment to come back before it leaves."""

    departs_before_it_returns = False

    async def linger(self, session: Session) -> None:
        await asyncio.sleep(0.15)
