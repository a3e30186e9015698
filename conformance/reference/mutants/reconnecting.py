"""Mutants of delivery over several connections: who comes back hears too little or too much, or is not let speak."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Sequence

from conformance.reference.decisions import Decisions
from conformance.reference.hub import Socket
from conformance.reference.lies import Mutants
from conformance.reference.records import Message, Room, Session
from conformance.reference.state import State

MUTANTS = Mutants()


class _Sockets(Decisions):
    """Remembers by which sockets each session joined each chat, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.joined_by: dict[tuple[int, str], list[str]] = defaultdict(list)

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        known = self.joined_by[room.chat.id, session.id]
        if sid not in known:
            known.append(sid)
        return await super().enter(state, room, session, sid)


@MUTANTS.breaks("SEND-BROADCAST")
class LostSubscriptionsAreKept(_Sockets):
    """What a lost socket had subscribed to goes to the socket after it as well, so it hears everything twice."""

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        await super().broadcast(state, room, message)
        there = state.hub.listeners(room.chat.id)
        live = {one.sid for one in there}
        for one in there:
            lost = [sid for sid in self.joined_by[room.chat.id, one.session_id] if sid not in live]
            for _ in lost:
                await self.deliver(state, "message:new", self.event_payload(message, room), [one.sid])


@MUTANTS.breaks("SEND-BROADCAST")
class EveryJoinSubscribesAgain(Decisions):
    """Each join subscribes once more, so who joined twice hears everything twice."""

    def __init__(self) -> None:
        super().__init__()
        self._times: dict[tuple[int, str], int] = defaultdict(int)

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        self._times[room.chat.id, sid] += 1
        return await super().enter(state, room, session, sid)

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        await super().broadcast(state, room, message)
        for one in state.hub.listeners(room.chat.id):
            for _ in range(self._times[room.chat.id, one.sid] - 1):
                await self.deliver(state, "message:new", self.event_payload(message, room), [one.sid])


@MUTANTS.breaks("SEND-BROADCAST")
class ReturnedSocketIsDeaf(_Sockets):
    """A session's first socket in a chat hears it, and none that comes after."""

    def receivers_of(self, message: Message, room: Room, listeners: Sequence[Socket], now: float) -> list[str]:
        first = {name: sids[0] for name, sids in self.joined_by.items() if sids}
        heard = super().receivers_of(message, room, listeners, now)
        return [one.sid for one in listeners if one.sid in heard and first[room.chat.id, one.session_id] == one.sid]


@MUTANTS.breaks("SEND-BROADCAST")
class LastSocketHearsAlone(_Sockets):
    """Of the sockets of a session that joined a chat the last one hears it."""

    def receivers_of(self, message: Message, room: Room, listeners: Sequence[Socket], now: float) -> list[str]:
        last = {name: sids[-1] for name, sids in self.joined_by.items() if sids}
        heard = super().receivers_of(message, room, listeners, now)
        return [one.sid for one in listeners if one.sid in heard and last[room.chat.id, one.session_id] == one.sid]


@MUTANTS.breaks("SEND-BROADCAST")
class LostSocketStopsTheBroadcast(_Sockets):
    """A broadcast ends at the first lost socket: who joined after it hears nothing."""

    def receivers_of(self, message: Message, room: Room, listeners: Sequence[Socket], now: float) -> list[str]:
        live, heard = {one.sid for one in listeners}, super().receivers_of(message, room, listeners, now)
        order = [sid for (chat_id, _), sids in self.joined_by.items() if chat_id == room.chat.id for sid in sids]
        lost = [place for place, sid in enumerate(order) if sid not in live]
        return [sid for sid in order[: lost[0] if lost else None] if sid in heard]


@MUTANTS.breaks("SEND-BROADCAST", collateral={"SEND-ACCEPT": "it may send something before it misses anything"})
class AnyLostSocketLeaves(Decisions):
    """A session that loses one of its sockets leaves, though it has another."""

    def leaves(self, others: Sequence[object]) -> bool:
        return True


@MUTANTS.breaks("SEND-JOINED", collateral={"SEND-BROADCAST": "once it has left, it hears nothing either"})
class LostSocketLeavesTooLate(Decisions):
    """A session that lost its socket leaves in the end, though it is back and has heard the first message."""

    departs_before_it_returns = False

    def __init__(self) -> None:
        super().__init__()
        self._back: set[str] = set()
        self._lost: dict[str, asyncio.Event] = {}
        self._leaving = False

    def leaves(self, others: Sequence[object]) -> bool:
        return self._leaving or super().leaves(others)

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        self._back |= {session.id} & set(self._lost)
        return await super().enter(state, room, session, sid)

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        await super().broadcast(state, room, message)
        for session_id in self._back & set(room.joined):
            self._lost[session_id].set()

    async def linger(self, session: Session) -> None:
        heard = self._lost[session.id] = asyncio.Event()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(heard.wait(), 1)
        self._back.discard(session.id)
        self._leaving = True


@MUTANTS.breaks("SEND-JOINED")
class ReturnedSessionMayNotSend(Decisions):
    """A session that lost its socket is not let speak again, however often it joins."""

    def __init__(self) -> None:
        super().__init__()
        self._lost: set[str] = set()

    async def linger(self, session: Session) -> None:
        self._lost.add(session.id)

    def is_joined(self, session: Session, room: Room) -> bool:
        return session.id not in self._lost and super().is_joined(session, room)


@MUTANTS.breaks(
    "SEND-BROADCAST", collateral={"SEND-BROADCAST-SCOPE": "who joins by a new session was not there when it was said"}
)
class LastMessageComesAgainAtJoin(Decisions):
    """Whoever joins is sent the last message once more, in case it was missed."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[int, Message] = {}

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        self._last[room.chat.id] = message
        await super().broadcast(state, room, message)

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        entered = await super().enter(state, room, session, sid)
        last = self._last.get(room.chat.id)
        if last is not None and session.user.id in room.ever_joined:
            await self.deliver(state, "message:new", self.event_payload(last, room), [sid])
        return entered


@MUTANTS.breaks("SEND-JOINED")
class LeavesAreCounted(Decisions):
    """Who joined several times has left when it left as often."""

    def __init__(self) -> None:
        super().__init__()
        self._times: dict[tuple[int, str], int] = defaultdict(int)

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        self._times[room.chat.id, session.id] += 1
        return await super().enter(state, room, session, sid)

    async def depart(self, state: State, room: Room, session_id: str, user_id: int) -> None:
        left = self._times[room.chat.id, session_id] = self._times[room.chat.id, session_id] - 1
        if left <= 0:
            await super().depart(state, room, session_id, user_id)


@MUTANTS.breaks("SEND-BROADCAST-SCOPE")
class EarsAreCounted(Decisions):
    """Who joined several times and left once may not send, and hears on."""

    def __init__(self) -> None:
        super().__init__()
        self._times: dict[tuple[int, str], int] = defaultdict(int)

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        self._times[room.chat.id, session.id] += 1
        return await super().enter(state, room, session, sid)

    async def depart(self, state: State, room: Room, session_id: str, user_id: int) -> None:
        listening = [one.sid for one in state.hub.listeners(room.chat.id) if one.session_id == session_id]
        await super().depart(state, room, session_id, user_id)
        self._times[room.chat.id, session_id] -= 1
        if self._times[room.chat.id, session_id] > 0:
            for sid in listening:
                state.hub.listen(sid, room.chat.id)
