"""Mutants of the chapter kick: kicks that do too little or too much, or are told to the wrong people."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from conformance.reference import refusals
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Chat, Room, Sanction, Session, Share, User
from conformance.reference.state import State

MUTANTS = Mutants()

_HEARS = {"SEND-BROADCAST-SCOPE": "who was kicked hears what is said"}


class BySocket(Decisions):
    """Knows which chats are asked a kick by Socket.IO, and whether with a ban."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[object, Any] = {}

    def request_of(self, event: str, payload: Any) -> tuple[str, Any]:
        event, payload = super().request_of(event, payload)
        if event == "room:kick" and isinstance(payload, dict):
            self.asked[payload.get("chat_id")] = payload.get("ban", False)
        return event, payload

    async def answer(self, request: Request, response: Response) -> Response:
        self.asked.clear()
        return await super().answer(request, response)


# --- what it does to the kicked -------------------------------------------------------------------------------------


@MUTANTS.breaks("KICK-OK", collateral=_HEARS)
class KickDoesNothing(Decisions):
    """A kick is answered with ok, and whom it is about stays."""

    async def expel(self, state: State, room: Room, target: User) -> None:
        """Nothing."""


@MUTANTS.breaks("KICK-OK", collateral=_HEARS)
class KickOverTheSocketDoesNothing(BySocket):
    """A kick over the socket is acknowledged, and whom it is about stays."""

    async def expel(self, state: State, room: Room, target: User) -> None:
        if room.chat.id not in self.asked:
            await super().expel(state, room, target)


@MUTANTS.breaks("KICK-OK", collateral=_HEARS)
class KickLeavesTheEars(Decisions):
    """Who is kicked has left, and its sockets go on hearing the chat."""

    async def expel(self, state: State, room: Room, target: User) -> None:
        sids = [socket.sid for socket in state.hub.listeners(room.chat.id) if socket.user_id == target.id]
        await super().expel(state, room, target)
        for sid in sids:
            state.hub.listen(sid, room.chat.id)


@MUTANTS.breaks("KICK-OK")
class KickStopsTheEarsAlone(Decisions):
    """Who is kicked hears nothing more and counts as joined: given the key, it sends on."""

    async def expel(self, state: State, room: Room, target: User) -> None:
        await super().expel(state, room, target)
        for session_id, user_id in room.joined.items():
            if user_id == target.id:
                await state.store.chats.join(room.chat.id, user_id, session_id)


@MUTANTS.breaks("KICK-OK")
class KickOfOneSession(Decisions):
    """A kick throws out one session of the user, and the others stay."""

    async def expel(self, state: State, room: Room, target: User) -> None:
        there = [socket for socket in state.hub.listeners(room.chat.id) if socket.user_id == target.id]
        await self.deliver(state, "room:kicked", {"chat_id": room.chat.id}, [one.sid for one in there])
        for session_id in [session_id for session_id, user_id in room.joined.items() if user_id == target.id][:1]:
            await self.depart(state, room, session_id, target.id)


@MUTANTS.breaks("KICK-OK")
class KickBansAsWell(Decisions):
    """Who was kicked may not come back."""

    async def expel(self, state: State, room: Room, target: User) -> None:
        await super().expel(state, room, target)
        await state.store.chats.ban(room.chat.id, target.id, state.now() + 600)


@MUTANTS.breaks("KICK-OK")
class KickHandsOnTheKeys(Decisions):
    """At a kick everybody's key is written down for the new epoch too, that of the kicked as well."""

    async def expel(self, state: State, room: Room, target: User) -> None:
        await super().expel(state, room, target)
        for holder in room.key_holders:
            giver = Session(holder.session_id, User(holder.user_id, ""))
            epoch = self.next_epoch(room.epoch)
            await state.store.chats.put_key(
                Share(room.chat.id, epoch, giver, holder.user_id, holder.session_id, "AAAA")
            )


# --- who is told ----------------------------------------------------------------------------------------------------


class _Telling(Decisions):
    """Tells of a kick in another way."""

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        if event == "room:kicked":
            await self.tell_of_kick(state, payload, sids)
        else:
            await super().deliver(state, event, payload, sids)

    async def tell_of_kick(self, state: State, payload: Any, sids: list[str]) -> None:
        """Send the event to ``sids``."""
        await super().deliver(state, "room:kicked", payload, sids)


@MUTANTS.breaks("KICK-OK")
class KickedIsNotTold(_Telling):
    """Nobody is told of a kick."""

    async def tell_of_kick(self, state: State, payload: Any, sids: list[str]) -> None:
        """Nothing."""


@MUTANTS.breaks("KICK-OK")
class KickedIsToldOfNoChat(_Telling):
    """The event of a kick does not say which chat it is about."""

    async def tell_of_kick(self, state: State, payload: Any, sids: list[str]) -> None:
        await super().tell_of_kick(state, {}, sids)


@MUTANTS.breaks("KICK-OK")
class OthersAreToldOfTheKick(_Telling):
    """The event of a kick goes to everybody but the kicked."""

    async def tell_of_kick(self, state: State, payload: Any, sids: list[str]) -> None:
        others = [one.sid for one in state.hub.listeners(payload["chat_id"]) if one.sid not in sids]
        await super().tell_of_kick(state, payload, others)


@MUTANTS.breaks("KICK-OK")
class OneSocketIsToldOfTheKick(_Telling):
    """The event of a kick goes to one of the user's sockets."""

    async def tell_of_kick(self, state: State, payload: Any, sids: list[str]) -> None:
        await super().tell_of_kick(state, payload, sids[:1])


@MUTANTS.breaks("KICK-OK")
class KickedIsToldByAnotherName(Decisions):
    """The event of a kick is called as that of a leave."""

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        await super().deliver(state, "room:left" if event == "room:kicked" else event, payload, sids)


# --- what is answered -----------------------------------------------------------------------------------------------


class _Answered(Decisions):
    """Another answer to a kick by REST."""

    kick_status = 200
    kick_body = '{"ok": true}'

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        if request.url.path.endswith("/kick") and response.status_code == 200:
            return Response(self.kick_body, self.kick_status, media_type="application/json")
        return response


@MUTANTS.breaks("KICK-OK")
class KickAnswered202(_Answered):
    """A kick is said to be under way."""

    kick_status = 202


@MUTANTS.breaks("KICK-OK")
class KickAnsweredWithoutOk(_Answered):
    """The answer to a kick says that somebody was kicked, in words of its own."""

    kick_body = '{"kicked": true}'


@MUTANTS.breaks("KICK-OK")
class KickAnsweredNotOk(_Answered):
    """The answer to a kick that was carried out says that it was not."""

    kick_body = '{"ok": false}'


@MUTANTS.breaks("KICK-OK")
class KickOverTheSocketUnknown(BySocket):
    """The socket knows no kicks any more: there is REST for it."""

    def request_of(self, event: str, payload: Any) -> tuple[str, Any]:
        event, payload = super().request_of(event, payload)
        return ("room:kick:retired" if event == "room:kick" else event), payload


# --- oneself --------------------------------------------------------------------------------------------------------


class _SelfKick(BySocket):
    """Lets somebody at the kick of oneself, and then does as it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.oneself = False

    def may_kick(self, actor: User, target: User, chat: Chat) -> bool:
        self.oneself = actor.id == target.id
        return self.oneself or super().may_kick(actor, target, chat)

    def may_ban(self, actor: User, target: User, chat: Chat) -> bool:
        asked_with_kick = actor.id == target.id and chat.id in self.asked
        return asked_with_kick or super().may_ban(actor, target, chat)

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        if not self.oneself:
            await super().apply_ban(state, room, sanction)


@MUTANTS.breaks("KICK-SELF")
class OwnerKicksItself(Decisions):
    """Nobody looks whether who kicks is who is kicked."""

    def may_kick(self, actor: User, target: User, chat: Chat) -> bool:
        return self.may_sanction(actor, target, chat)


@MUTANTS.breaks("KICK-SELF")
class MemberKicksItself(Decisions):
    """For a member to kick itself is to leave."""

    def may_kick(self, actor: User, target: User, chat: Chat) -> bool:
        leaving = actor.id == target.id and not self.owns(actor, chat)
        return leaving or super().may_kick(actor, target, chat)


@MUTANTS.breaks("KICK-SELF")
class AdminKicksItself(Decisions):
    """An admin may kick anybody, so itself too."""

    def may_kick(self, actor: User, target: User, chat: Chat) -> bool:
        return (actor.id == target.id and actor.level > 1) or super().may_kick(actor, target, chat)


@MUTANTS.breaks("KICK-SELF")
class SelfKickOverTheSocket(BySocket):
    """That nobody kicks oneself is looked at by REST alone."""

    def may_kick(self, actor: User, target: User, chat: Chat) -> bool:
        if chat.id in self.asked and not self.asked[chat.id]:
            return self.may_sanction(actor, target, chat)
        return super().may_kick(actor, target, chat)


@MUTANTS.breaks("KICK-SELF")
class SelfKickAnsweredOk(_SelfKick):
    """To kick oneself is answered with ok, and nothing happens."""

    async def expel(self, state: State, room: Room, target: User) -> None:
        if not self.oneself:
            await super().expel(state, room, target)

    async def rotate(self, state: State, room: Room, cause: Any, user: User) -> int:
        return room.epoch if cause == "kick" and self.oneself else await super().rotate(state, room, cause, user)


@MUTANTS.breaks("KICK-SELF")
class SelfKickRefusedTooLate(_SelfKick):
    """To kick oneself is refused when one is out already."""

    async def expel(self, state: State, room: Room, target: User) -> None:
        await super().expel(state, room, target)
        if self.oneself:
            raise refusals.forbidden()


@MUTANTS.breaks("KICK-SELF")
class SelfKickIsToldThoughRefused(_SelfKick):
    """Who tries to kick itself is refused, and is told that it was kicked."""

    async def expel(self, state: State, room: Room, target: User) -> None:
        if self.oneself:
            sids = [socket.sid for socket in state.hub.of_user(target.id)]
            await self.deliver(state, "room:kicked", {"chat_id": room.chat.id}, sids)
            raise refusals.forbidden()
        await super().expel(state, room, target)


@MUTANTS.breaks("KICK-SELF")
class SelfKickRotatesThoughRefused(_SelfKick):
    """Who tries to kick itself is refused, and the epoch moves on."""

    async def expel(self, state: State, room: Room, target: User) -> None:
        if self.oneself:
            await self.rotate(state, room, "kick", target)
            raise refusals.forbidden()
        await super().expel(state, room, target)


@MUTANTS.breaks("KICK-SELF")
class SelfKickFails(_SelfKick):
    """To kick oneself makes the server stumble."""

    async def expel(self, state: State, room: Room, target: User) -> None:
        if self.oneself:
            raise RuntimeError("nobody is left to tell")
        await super().expel(state, room, target)
