"""Mutants of the chapter rights: plain members who kick and mute, and moderators in private chats."""

from contextvars import ContextVar
from dataclasses import replace
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import Response

from conformance.reference import refusals
from conformance.reference.decisions import Decisions
from conformance.reference.http import Json
from conformance.reference.lies import Mutants
from conformance.reference.records import Chat, Deed, Room, Sanction, Session, User
from conformance.reference.refusals import Refusal
from conformance.reference.rights import ADMIN, MODERATOR
from conformance.reference.state import State

MUTANTS = Mutants()


class Plainly(Decisions):
    """Tells plain members from the others."""

    def is_plain(self, user: User, chat: Chat) -> bool:
        """Whether the user has nothing but its membership."""
        return user.level == 0 and not self.owns(user, chat)


class CarriesOut(Decisions):
    """Refuses, and does some of it all the same."""

    deeds: ClassVar[frozenset[str]]

    async def denied(self, state: State, room: Room, deed: Deed) -> Refusal:
        if deed.name in self.deeds:
            await self.half_do(state, room, deed)
        return await super().denied(state, room, deed)

    async def half_do(self, state: State, room: Room, deed: Deed) -> None:
        """What is done of it."""
        await deed.carry_out()


class SaysDone(Decisions):
    """Answers who lacks a right as if it were done, and does nothing."""

    paths: ClassVar[tuple[str, ...]]
    said: ClassVar[dict[str, Any]] = {"ok": True}

    async def answer(self, request: Request, response: Response) -> Response:
        if request.url.path.endswith(self.paths) and b"ERR_FORBIDDEN" in bytes(response.body):
            response = Json(self.said)
        return await super().answer(request, response)


class Trips(Decisions):
    """Ends in an accident where a right is missing."""

    deeds: ClassVar[frozenset[str]]

    async def denied(self, state: State, room: Room, deed: Deed) -> Refusal:
        return Refusal("accident", 500, "the server failed") if deed.name in self.deeds else refusals.forbidden()


# --- every right -----------------------------------------------------------------------------------------------------

_ALL = ("DEL-RIGHTS", "CLEAR-RIGHTS", "KICK-RIGHTS", "MUTE-RIGHTS")


@MUTANTS.breaks(*_ALL)
class WhoOwnsAChatOwnsThemAll(Decisions):
    """Whether somebody is an owner is looked up by user, and not by chat as well."""

    def __init__(self) -> None:
        super().__init__()
        self._owners: set[int | None] = set()

    async def look_at(self, state: State, chat_id: int) -> Room | None:
        room = await super().look_at(state, chat_id)
        self._owners |= {room.chat.owner_id} if room else set()
        return room

    def _as_owned(self, actor: User, chat: Chat) -> Chat:
        return replace(chat, owner_id=actor.id) if actor.id in self._owners else chat

    def may_sanction(self, actor: User, target: User, chat: Chat) -> bool:
        return super().may_sanction(actor, target, self._as_owned(actor, chat))

    def may_delete_any(self, actor: User, chat: Chat) -> bool:
        return super().may_delete_any(actor, self._as_owned(actor, chat))

    def may_clear(self, actor: User, chat: Chat) -> bool:
        return super().may_clear(actor, self._as_owned(actor, chat))


@MUTANTS.breaks(*_ALL)
class FurtherSessionsHaveTheDefaultLevel(Decisions):
    """The level is kept with a user's first session; any further one gets the default, which is an admin's."""

    def __init__(self) -> None:
        super().__init__()
        self._first: dict[int, str] = {}

    async def session_of(self, state: State, secret: str | None) -> Session | None:
        session = await super().session_of(state, secret)
        if session is None or self._first.setdefault(session.user.id, session.id) == session.id:
            return session
        return replace(session, user=replace(session.user, level=ADMIN))


# --- kicks -----------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("KICK-RIGHTS")
class MembersKick(Plainly):
    """Whoever is in a chat may kick."""

    def may_kick(self, actor: User, target: User, chat: Chat) -> bool:
        return super().may_kick(actor, target, chat) or (actor.id != target.id and self.is_plain(actor, chat))


@MUTANTS.breaks("KICK-RIGHTS")
class MembersKickInPrivateChats(Plainly):
    """In a private chat every member may kick: there all are friends."""

    def may_kick(self, actor: User, target: User, chat: Chat) -> bool:
        allowed = self.is_private(chat) and actor.id != target.id and self.is_plain(actor, chat)
        return allowed or super().may_kick(actor, target, chat)


@MUTANTS.breaks("KICK-RIGHTS")
class MembersKickStaff(Plainly):
    """The levels are compared the wrong way round where a plain member kicks."""

    def may_kick(self, actor: User, target: User, chat: Chat) -> bool:
        return super().may_kick(actor, target, chat) or (self.is_plain(actor, chat) and actor.level < target.level)


@MUTANTS.breaks("KICK-RIGHTS")
class KickRightIsCachedByChat(Plainly):
    """That a kick is allowed is remembered for the chat, and not for who asked."""

    def __init__(self) -> None:
        super().__init__()
        self._allowed: set[int] = set()

    def may_kick(self, actor: User, target: User, chat: Chat) -> bool:
        if super().may_kick(actor, target, chat):
            self._allowed.add(chat.id)
            return True
        return actor.id != target.id and self.is_plain(actor, chat) and chat.id in self._allowed


_BY_SOCKET: ContextVar[Any] = ContextVar("by_socket", default=None)
"""What was asked for over a socket, while it is carried out."""


class _Sockets(Plainly):
    """Knows what is asked for over a socket."""

    def request_of(self, event: str, payload: Any) -> tuple[str, Any]:
        _BY_SOCKET.set(payload)
        return super().request_of(event, payload)

    def unchecked(self, asked: Any) -> bool:
        """Whether no right is asked for here."""
        raise NotImplementedError

    def may_kick(self, actor: User, target: User, chat: Chat) -> bool:
        asked = _BY_SOCKET.get()
        return (isinstance(asked, dict) and self.unchecked(asked)) or super().may_kick(actor, target, chat)


@MUTANTS.breaks("KICK-RIGHTS", "RIGHTS-HIERARCHY")
class RoomKickIsUnchecked(_Sockets):
    """The right to kick is asked for in the REST call alone; over the socket everybody kicks."""

    def unchecked(self, asked: Any) -> bool:
        return True


@MUTANTS.breaks("KICK-RIGHTS")
class RoomKickWithBanIsUnchecked(_Sockets):
    """Over the socket a kick that is a ban as well is checked by nobody: each way leaves it to the other."""

    def unchecked(self, asked: Any) -> bool:
        return asked.get("ban") is True

    def may_ban(self, actor: User, target: User, chat: Chat) -> bool:
        asked = _BY_SOCKET.get()
        return (isinstance(asked, dict) and self.unchecked(asked)) or super().may_ban(actor, target, chat)


@MUTANTS.breaks("KICK-RIGHTS", "RIGHTS-HIERARCHY")
class RefusedKicksAreCarriedOut(CarriesOut):
    """A kick without the right is answered 403, and carried out."""

    deeds = frozenset({"kick"})


@MUTANTS.breaks("KICK-RIGHTS", "RIGHTS-HIERARCHY")
class RefusedKicksRotate(CarriesOut):
    """The epoch is moved on before it is asked who kicks."""

    deeds = frozenset({"kick"})

    async def half_do(self, state: State, room: Room, deed: Deed) -> None:
        await self.rotate(state, room, "kick", deed.target or deed.actor)


@MUTANTS.breaks("KICK-RIGHTS", "RIGHTS-HIERARCHY")
class RefusedKicksAreTold(CarriesOut):
    """Whom somebody tried to kick is told that it was."""

    deeds = frozenset({"kick"})

    async def half_do(self, state: State, room: Room, deed: Deed) -> None:
        sids = [
            socket.sid
            for socket in state.hub.listeners(room.chat.id)
            if socket.user_id == getattr(deed.target, "id", 0)
        ]
        await self.deliver(state, "room:kicked", {"chat_id": room.chat.id}, sids)


@MUTANTS.breaks("KICK-RIGHTS", "RIGHTS-HIERARCHY")
class RefusedKicksDeafen(CarriesOut):
    """A kick stops the target's messages before it is asked who kicks."""

    deeds = frozenset({"kick"})

    async def half_do(self, state: State, room: Room, deed: Deed) -> None:
        for session_id, user_id in room.joined.items():
            if deed.target is not None and user_id == deed.target.id:
                state.hub.deafen(session_id, room.chat.id)


@MUTANTS.breaks("KICK-RIGHTS", "RIGHTS-HIERARCHY")
class KicksWithoutARightAreAnsweredOk(SaysDone):
    """A kick without the right is answered like any other, and nobody goes."""

    paths = ("/kick",)


@MUTANTS.breaks("KICK-RIGHTS", "RIGHTS-HIERARCHY")
class KicksWithoutARightTrip(Trips):
    """A kick without the right ends in an accident, and a 500."""

    deeds = frozenset({"kick"})


# --- mutes -----------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("MUTE-RIGHTS")
class MembersMute(Plainly):
    """Whoever is in a chat may mute."""

    def may_mute(self, actor: User, target: User, chat: Chat) -> bool:
        return super().may_mute(actor, target, chat) or self.is_plain(actor, chat)


@MUTANTS.breaks("MUTE-RIGHTS")
class MembersMuteStaff(Plainly):
    """The levels are compared the wrong way round where a plain member mutes."""

    def may_mute(self, actor: User, target: User, chat: Chat) -> bool:
        return super().may_mute(actor, target, chat) or (self.is_plain(actor, chat) and actor.level < target.level)


@MUTANTS.breaks("MUTE-RIGHTS")
class MembersMuteInPrivateChats(Plainly):
    """In a private chat every member may mute."""

    def may_mute(self, actor: User, target: User, chat: Chat) -> bool:
        return super().may_mute(actor, target, chat) or (self.is_private(chat) and self.is_plain(actor, chat))


@MUTANTS.breaks("MUTE-RIGHTS")
class ModeratorsMuteInPrivateChats(Decisions):
    """Whether a chat is private is not looked at where a moderator mutes a plain user."""

    def may_mute(self, actor: User, target: User, chat: Chat) -> bool:
        return super().may_mute(actor, target, chat) or (actor.level >= MODERATOR and self.outranks(actor, target))


@MUTANTS.breaks("MUTE-RIGHTS")
class ModeratorsMuteEachOtherInPrivateChats(Decisions):
    """In a private chat the check of levels lets the own one through."""

    def may_mute(self, actor: User, target: User, chat: Chat) -> bool:
        peers = self.is_private(chat) and actor.level == target.level == MODERATOR
        return peers or super().may_mute(actor, target, chat)


@MUTANTS.breaks("MUTE-RIGHTS")
class MuteRightIsCachedByChat(Plainly):
    """That a mute is allowed is remembered for the chat, and not for who asked."""

    def __init__(self) -> None:
        super().__init__()
        self._allowed: set[int] = set()

    def may_mute(self, actor: User, target: User, chat: Chat) -> bool:
        if super().may_mute(actor, target, chat):
            self._allowed.add(chat.id)
            return True
        return self.is_plain(actor, chat) and chat.id in self._allowed


@MUTANTS.breaks("MUTE-RIGHTS", "RIGHTS-HIERARCHY")
class RefusedMutesAreKept(CarriesOut):
    """A mute without the right is answered 403, and kept."""

    deeds = frozenset({"mute"})


@MUTANTS.breaks("MUTE-RIGHTS", "RIGHTS-HIERARCHY")
class RefusedMutesAreTold(CarriesOut):
    """A mute is announced before it is asked who mutes."""

    deeds = frozenset({"mute"})

    async def half_do(self, state: State, room: Room, deed: Deed) -> None:
        payload = self.sanction_payload(room.chat.id, Sanction(deed.target or deed.actor, 600, "conformance"))
        await self.announce(state, "user:muted", payload, room.chat.id)


@MUTANTS.breaks("MUTE-RIGHTS", "RIGHTS-HIERARCHY")
class MutesWithoutARightAreAnsweredOk(SaysDone):
    """A mute without the right is answered like any other, and nobody is muted."""

    paths = ("/mute",)


@MUTANTS.breaks("MUTE-RIGHTS", "RIGHTS-HIERARCHY")
class MutesWithoutARightTrip(Trips):
    """A mute without the right ends in an accident, and a 500."""

    deeds = frozenset({"mute"})
