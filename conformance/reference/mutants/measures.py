"""What mutants of measures share: answers to mutes, bans and the like, and how they are told."""

from contextvars import ContextVar
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from conformance.reference.decisions import Decisions
from conformance.reference.records import Room, Sanction, User
from conformance.reference.state import State

_FOR_GOOD: ContextVar[bool] = ContextVar("for_good", default=False)


class Answers(Decisions):
    """Answers a measure that was taken otherwise than by ``{"ok": true}``."""

    measure: str
    """The last part of its path."""
    status = 200
    said: Any = None
    """What is answered; None leaves the body as it was."""
    for_good_alone = False

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        taken = request.method == "POST" and request.url.path.endswith(f"/{self.measure}")
        if not taken or response.status_code != 200 or (self.for_good_alone and not _FOR_GOOD.get()):
            return response
        if self.status == 204:
            return Response(status_code=204)
        return JSONResponse({"ok": True} if self.said is None else self.said, self.status)

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        _FOR_GOOD.set(sanction.duration == 0)
        await super().apply_mute(state, room, sanction)

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        _FOR_GOOD.set(sanction.duration == 0)
        await super().apply_ban(state, room, sanction)


class Retells(Decisions):
    """Tells of a measure to others than its chat's clients, or tells something else."""

    about: str
    """The event's name."""

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        if event != self.about:
            await super().deliver(state, event, payload, sids)
            return
        room = await self.look_at(state, payload["chat_id"])
        if room is not None:
            name, retold = self.retold(payload)
            await super().deliver(state, name, retold, self.hearers(state, room, payload, sids))

    def retold(self, payload: Any) -> tuple[str, Any]:
        """The event's name and payload."""
        return self.about, payload

    def hearers(self, state: State, room: Room, payload: Any, sids: list[str]) -> list[str]:
        """Which of the sockets hear it."""
        return sids


def user_of(state: State, sid: str) -> User | None:
    """Whose socket it is."""
    session = state.hub.session(sid)
    return None if session is None else session.user


class ToldTo(Retells):
    """Tells some of the sockets alone."""

    def hears_of(self, user: User, room: Room, target_id: int) -> bool:
        """Whether this user's sockets are told."""
        raise NotImplementedError

    def hearers(self, state: State, room: Room, payload: Any, sids: list[str]) -> list[str]:
        told = [(sid, user) for sid in sids if (user := user_of(state, sid)) is not None]
        return [sid for sid, user in told if self.hears_of(user, room, payload["user_id"])]


class ToldToTheTarget(ToldTo):
    """Tells whom it is about, and nobody else."""

    def hears_of(self, user: User, room: Room, target_id: int) -> bool:
        return user.id == target_id


class ToldToOthers(ToldTo):
    """Tells everybody but whom it is about."""

    def hears_of(self, user: User, room: Room, target_id: int) -> bool:
        return user.id != target_id


class ToldToTheOwner(ToldTo):
    """Tells the chat's owner alone."""

    def hears_of(self, user: User, room: Room, target_id: int) -> bool:
        return user.id == room.chat.owner_id


class ToldToAllButTheOwner(ToldTo):
    """Tells everybody but who asked for it."""

    def hears_of(self, user: User, room: Room, target_id: int) -> bool:
        return user.id != room.chat.owner_id


class ToldInPublic(Retells):
    """Tells nobody in a private chat."""

    def hearers(self, state: State, room: Room, payload: Any, sids: list[str]) -> list[str]:
        return [] if self.is_private(room.chat) else sids


class ToldToOneSocketEach(Retells):
    """Tells one socket of each user: the others' places in the table are overwritten."""

    def hearers(self, state: State, room: Room, payload: Any, sids: list[str]) -> list[str]:
        return list({user.id: sid for sid in sids if (user := user_of(state, sid)) is not None}.values())


class ToldWithoutTheChat(Retells):
    """Tells what happened, and not where."""

    def retold(self, payload: Any) -> tuple[str, Any]:
        return self.about, {name: value for name, value in payload.items() if name != "chat_id"}


class ToldOfAnotherChat(Retells):
    """Names the target's id as that of the chat."""

    def retold(self, payload: Any) -> tuple[str, Any]:
        return self.about, {**payload, "chat_id": f"chat-of-{payload['user_id']}"}


class ToldInAnEnvelope(Retells):
    """Puts the payload into one of its own."""

    def retold(self, payload: Any) -> tuple[str, Any]:
        return self.about, {"type": self.about, "data": payload}


class ToldOfTheTimed(Retells):
    """Tells of those with an end alone: a duration of 0 is none."""

    def hearers(self, state: State, room: Room, payload: Any, sids: list[str]) -> list[str]:
        return sids if payload["duration"] else []


class ToldOfThoseForGood(Retells):
    """Tells of those without an end alone."""

    def hearers(self, state: State, room: Room, payload: Any, sids: list[str]) -> list[str]:
        return [] if payload["duration"] else sids


class ToldToNobody(Retells):
    """Tells nobody."""

    def hearers(self, state: State, room: Room, payload: Any, sids: list[str]) -> list[str]:
        return []
