"""Variants of mutes and bans as measures: how they are told, asked for and counted in time."""

import math
from typing import Any

from conformance.reference import refusals
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Variants
from conformance.reference.records import FOREVER, Chat, Room, Sanction, Session, User
from conformance.reference.refusals import Refusal
from conformance.reference.shapes import Json
from conformance.reference.state import State

VARIANTS = Variants()

_TOLD = ("user:muted", "user:unmuted", "user:banned", "user:unbanned")


# --- how they are told ------------------------------------------------------------------------------------------------


@VARIANTS.keeps()
class SanctionsGiveNoReason(Decisions):
    """Why somebody was muted or banned is told to nobody."""

    def sanction_payload(self, chat_id: int, sanction: Sanction) -> Json:
        payload = super().sanction_payload(chat_id, sanction)
        return {name: value for name, value in payload.items() if name != "reason"}


@VARIANTS.keeps()
class SanctionsToldTwice(Decisions):
    """Every mute, every ban and the end of each is told twice in a row."""

    async def announce(self, state: State, event: str, payload: Json, chat_id: int) -> None:
        await super().announce(state, event, payload, chat_id)
        if event in _TOLD:
            await super().announce(state, event, payload, chat_id)


@VARIANTS.keeps()
class SanctionsToldToEverybody(Decisions):
    """Mutes and bans are told to everybody who is connected, in whatever chat."""

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        everybody = [socket.sid for socket in state.hub.everyone()]
        await super().deliver(state, event, payload, everybody if event in _TOLD else sids)


@VARIANTS.keeps()
class HardMutesAreNotTold(Decisions):
    """Nobody is told of a hard mute: the next refusal says it."""

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        if event != "user:hard_muted":
            await super().deliver(state, event, payload, sids)


@VARIANTS.keeps(apart=["ban-ejects", "ban-disconnects", "not-joined-is-a-conflict", "not-joined-is-not-found"])
class BanEjectsBeforeItIsTold(Decisions):
    """A ban makes the banned leave first, so that the others alone are told of it."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        for session_id, user_id in room.joined.items():
            if user_id == sanction.user.id:
                await self.depart(state, room, session_id, user_id)
        await super().apply_ban(state, room, sanction)


# --- how they are asked for -------------------------------------------------------------------------------------------


@VARIANTS.keeps()
class OneMuteAtATime(Decisions):
    """Who is muted cannot be muted again, and who is not cannot be unmuted: 409."""

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        if self.is_muted(sanction.user, room, state.now()):
            raise Refusal("muted_already", 409, "this user is muted already")
        await super().apply_mute(state, room, sanction)

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        if not self.is_muted(target, room, state.now()):
            raise Refusal("not_muted", 409, "this user is not muted")
        await super().lift_mute(state, room, target)


@VARIANTS.keeps()
class OneBanAtATime(Decisions):
    """Who is banned cannot be banned again: 409."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        if self.is_banned(sanction.user, room, state.now()):
            raise Refusal("banned_already", 409, "this user is banned already")
        await super().apply_ban(state, room, sanction)


@VARIANTS.keeps(apart=["missing-rights-find-nothing"])
class MeasuresAgainstOneselfAreBadRequests(Decisions):
    """Who would ban itself is answered 400: it is no question of rights."""

    def may_ban(self, actor: User, target: User, chat: Chat) -> bool:
        if actor.id == target.id:
            raise refusals.bad_body("nobody bans oneself")
        return super().may_ban(actor, target, chat)


@VARIANTS.keeps()
class HardMutedMayNotJoin(Decisions):
    """Who is muted everywhere cannot join another chat meanwhile; where it is already it stays."""

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        until = await state.store.accounts.hard_muted_until(session.user.id)
        if session.id not in room.joined and self.is_hard_muted(until, state.now()):
            raise refusals.hard_muted(1)
        return await super().enter(state, room, session, sid)


# --- how they are counted in time -------------------------------------------------------------------------------------


@VARIANTS.keeps(apart=["sanctions-run-to-the-full-second", "ttl-rounded-down", "ttl-rounded-to-the-nearest"])
class SanctionsEndWithTheSecond(Decisions):
    """The end of a mute or ban is kept in whole seconds, the fraction cut off."""

    def end_of(self, duration: int, now: float) -> float:
        end = super().end_of(duration, now)
        return end if end == FOREVER else math.floor(end)


@VARIANTS.keeps(apart=["sanctions-end-with-the-second", "ttl-rounded-down", "ttl-rounded-to-the-nearest"])
class SanctionsRunToTheFullSecond(Decisions):
    """A mute or ban runs on until the clock's second is full, which its ttl does not count."""

    def end_of(self, duration: int, now: float) -> float:
        end = super().end_of(duration, now)
        return end if end == FOREVER else math.ceil(end)

    def ttl_of_mute(self, until: float, now: float) -> int:
        return 0 if until == FOREVER else math.floor(until - now)
