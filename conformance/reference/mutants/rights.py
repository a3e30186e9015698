"""Mutants of the chapter rights: plain members who kick and mute, and moderators in private chats."""

from contextvars import ContextVar
from dataclasses import replace
from typing import Any, ClassVar

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Chat, Deed, Room, Sanction, Session, User
from conformance.reference.refusals import Refusal
from conformance.reference.rights import ADMIN, MODERATOR
from conformance.reference.shapes import Json
from conformance.reference.state import State

MUTANTS = Mutants()


class Plainly(Decisions):
    """Tells plain members from the others."""

    def is_plain(self, user: User, chat: Chat) -> bool:
        """Whether the user has nothing but its membership."""
        return user.level == 0 and not self.owns(user, chat)


class Denies(Decisions):
    """Deals otherwise with some deeds for which the right is missing; what somebody tries at itself is left alone."""

    deeds: ClassVar[frozenset[str]]

    def concerns(self, deed: Deed) -> bool:
        """Whether the lie is about this one."""
        at_oneself = deed.target is not None and deed.target.id == deed.actor.id
        return deed.name in self.deeds and not at_oneself


class CarriesOut(Denies):
    """Refuses, and does some of it all the same."""

    async def denied(self, state: State, room: Room, deed: Deed) -> Refusal:
        if self.concerns(deed):
            await self.half_do(state, room, deed)
        return await super().denied(state, room, deed)

    async def half_do(self, state: State, room: Room, deed: Deed) -> None:
        """What is done of it."""
        await deed.carry_out()


class SaysDone(Denies):
    """Answers who lacks a right as if it were done, and does nothing."""

    said: ClassVar[Json] = {"ok": True}

    async def denied(self, state: State, room: Room, deed: Deed) -> Refusal:
        return Refusal("said", 200, "done") if self.concerns(deed) else await super().denied(state, room, deed)

    def error_body(self, refusal: Refusal) -> Json:
        return dict(self.said) if refusal.cause == "said" else super().error_body(refusal)


class Trips(Denies):
    """Ends in an accident where a right is missing."""

    async def denied(self, state: State, room: Room, deed: Deed) -> Refusal:
        accident = Refusal("accident", 500, "the server failed")
        return accident if self.concerns(deed) else await super().denied(state, room, deed)


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


@MUTANTS.breaks(*_ALL)
class WhoIsMutedHasARowOfItsOwn(Plainly):
    """Who has a row in a chat's table of special users may act there; so has whoever is muted."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: set[tuple[int, int]] = set()

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        self._rows.add((room.chat.id, sanction.user.id))
        await super().apply_mute(state, room, sanction)

    def has_row(self, user: User, chat: Chat) -> bool:
        """Whether the user is in the table."""
        return self.is_plain(user, chat) and (chat.id, user.id) in self._rows

    def may_sanction(self, actor: User, target: User, chat: Chat) -> bool:
        return super().may_sanction(actor, target, chat) or (self.has_row(actor, chat) and target.level == 0)

    def may_delete_any(self, actor: User, chat: Chat) -> bool:
        return super().may_delete_any(actor, chat) or self.has_row(actor, chat)

    def may_clear(self, actor: User, chat: Chat) -> bool:
        return super().may_clear(actor, chat) or self.has_row(actor, chat)


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
        return self.is_let_through(actor, target) or super().may_kick(actor, target, chat)

    def is_let_through(self, actor: User, target: User) -> bool:
        """Whether this kick is one that nobody checks."""
        asked = _BY_SOCKET.get()
        return isinstance(asked, dict) and actor.id != target.id and self.unchecked(asked)


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
        return self.is_let_through(actor, target) or super().may_ban(actor, target, chat)


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

    deeds = frozenset({"kick"})


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

    deeds = frozenset({"mute"})


@MUTANTS.breaks("MUTE-RIGHTS", "RIGHTS-HIERARCHY")
class MutesWithoutARightTrip(Trips):
    """A mute without the right ends in an accident, and a 500."""

    deeds = frozenset({"mute"})
