"""Variants of mutes, bans, leaving and rights: what a page leaves open about them."""

import math

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Variants
from conformance.reference.records import FOREVER, Chat, Room, Sanction, Session, Share, User
from conformance.reference.refusals import Refusal
from conformance.reference.shapes import Json
from conformance.reference.state import State

VARIANTS = Variants()


# --- the ttl of a mute ------------------------------------------------------------------------------------------


@VARIANTS.keeps(apart=["ttl-rounded-to-the-nearest"])
class TtlRoundedDown(Decisions):
    """The ttl is rounded down, so it is 0 within the last second of a mute."""

    def ttl_of_mute(self, until: float, now: float) -> int:
        return 0 if until == FOREVER else math.floor(round(until - now, 3))


@VARIANTS.keeps(apart=["ttl-rounded-down"])
class TtlRoundedToTheNearest(Decisions):
    """The ttl is rounded to the nearest second."""

    def ttl_of_mute(self, until: float, now: float) -> int:
        return 0 if until == FOREVER else math.floor(until - now + 0.5)


@VARIANTS.keeps()
class TtlAsFloat(Decisions):
    """The ttl is written as 5.0, which JSON does not tell from 5."""

    def error_body(self, refusal: Refusal) -> Json:
        body = super().error_body(refusal)
        return {**body, "ttl": float(body["ttl"])} if "ttl" in body else body


@VARIANTS.keeps()
class HardMuteWithoutTtl(Decisions):
    """Who is muted everywhere is not told for how long."""

    def error_body(self, refusal: Refusal) -> Json:
        body = super().error_body(refusal)
        return {name: value for name, value in body.items() if name != "ttl" or refusal.cause != "hard_muted"}


# --- bans, leaving, joining -------------------------------------------------------------------------------------


@VARIANTS.keeps(apart=["ban-disconnects", "not-joined-is-a-conflict", "not-joined-is-not-found"])
class BanEjects(Decisions):
    """A ban makes all sessions of the banned leave the chat."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_ban(state, room, sanction)
        fresh = await self.look_at(state, room.chat.id)
        for session_id, user_id in fresh.joined.items() if fresh else ():
            if user_id == sanction.user.id:
                await self.depart(state, room, session_id, user_id)


@VARIANTS.keeps(apart=["ban-ejects", "not-joined-is-a-conflict", "not-joined-is-not-found"])
class BanDisconnects(Decisions):
    """A ban ends the connections of the banned that listen to the chat; it may connect again."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_ban(state, room, sanction)
        for socket in state.hub.listeners(room.chat.id):
            if socket.user_id == sanction.user.id:
                await state.hang_up(socket.sid)


@VARIANTS.keeps()
class LeavingDropsTheKey(Decisions):
    """Who leaves a chat has its key no longer, and has to be given it again."""

    def __init__(self) -> None:
        super().__init__()
        self._dropped: set[tuple[int, int, str]] = set()

    async def depart(self, state: State, room: Room, session_id: str, user_id: int) -> None:
        fresh = await self.look_at(state, room.chat.id) or room
        self._dropped.add((room.chat.id, fresh.epoch, session_id))
        await super().depart(state, room, session_id, user_id)

    def has_key(self, session: Session, room: Room) -> bool:
        return super().has_key(session, room) and (room.chat.id, room.epoch, session.id) not in self._dropped

    async def keep_key(self, state: State, share: Share) -> None:
        self._dropped.discard((share.chat_id, share.epoch, share.session_id))
        await super().keep_key(state, share)


@VARIANTS.keeps()
class OutsidersMayKnock(Decisions):
    """An outsider's socket is let into a private chat, where it hears nothing and may say nothing."""

    def may_join(self, user: User, room: Room) -> bool:
        return True


# --- rights -----------------------------------------------------------------------------------------------------


@VARIANTS.keeps()
class OwnersActOnStaff(Decisions):
    """A chat's owner may act on higher levels too, within the own chat."""

    def may_sanction(self, actor: User, target: User, chat: Chat) -> bool:
        return self.owns(actor, chat) or super().may_sanction(actor, target, chat)
