"""Servers with a window of 50 ms in which what was decided does not hold yet, or no longer: as short as races get.

In the proof (`RACES_RUNS`) a window is 50 ms by the clock, on a machine that does nothing else. The spot check among
the other tests has windows of 200 ms, by the processor's time of this process, so that what else a machine is busy with
does not count; where the process waits, such a window ends by the clock all the same.

What a server decides about a send that began before the answer is its own business, and shows in no order of events.
Three kinds of window do show: a measure is answered before it is in force; a verdict is kept for a while; a send is
judged by what the chat was like a moment ago.
"""

import asyncio
import math
import os
import random
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.types import ASGIApp, Receive, Scope, Send

from conformance.reference.decisions import Decisions, Middleware
from conformance.reference.records import Attempt, Cause, Room, Sanction, User
from conformance.reference.refusals import Refusal
from conformance.reference.state import State

PROOF = "RACES_RUNS" in os.environ
_BUSY_S, _IDLE_S = (math.inf, 0.05) if PROOF else (0.2, 0.5)

Moment = tuple[float, float]


def moment() -> Moment:
    return time.process_time(), time.monotonic()


def over(opened: Moment, times: float = 1.0) -> bool:
    """Whether a window that was opened then is over, or so many times as much."""
    busy, clock = moment()
    return busy - opened[0] > times * _BUSY_S or clock - opened[1] > times * _IDLE_S


class _Later(Decisions):
    def __init__(self) -> None:
        super().__init__()
        self._tasks: set[asyncio.Task[None]] = set()

    def later(self, act: Callable[[], Awaitable[object]]) -> None:
        task = asyncio.create_task(self._in_a_moment(act))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @staticmethod
    async def _in_a_moment(act: Callable[[], Awaitable[object]]) -> None:
        opened = moment()
        while not over(opened):
            await asyncio.sleep(0.002)
        await act()


class AnsweredBeforeInForce(_Later):
    """A mute, a ban or a rotation holds 50 ms after it was answered."""

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        apply = super().apply_mute
        self.later(lambda: apply(state, room, sanction))

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        apply = super().apply_ban
        self.later(lambda: apply(state, room, sanction))

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        if cause != "clear":
            return await super().rotate(state, room, cause, user)
        move = super().rotate
        self.later(lambda: move(state, room, cause, user))
        return room.epoch


class VerdictsKept(Decisions):
    """That a session may send at an epoch is remembered for 50 ms from when it was looked up."""

    def __init__(self) -> None:
        super().__init__()
        self._good: dict[tuple[str, int, object], Moment] = {}

    def judge(self, attempt: Attempt) -> Refusal | None:
        refused = isinstance(attempt.bundle, Refusal)
        known = attempt.session.id, attempt.room.chat.id, None if refused else attempt.bundle.epoch  # type: ignore[union-attr]
        if known in self._good and not over(self._good[known]):
            return None
        verdict = super().judge(attempt)
        if verdict is None:
            self._good[known] = moment()
        return verdict


class JudgedByAReplica(Decisions):
    """A send is judged by the mutes, bans and the epoch of 50 ms ago, as by a replica that lags behind."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[int, deque[tuple[Moment, Room]]] = defaultdict(deque)

    def judge(self, attempt: Attempt) -> Refusal | None:
        seen = self._seen[attempt.room.chat.id]
        seen.append((moment(), attempt.room))
        # The first that stays is the youngest of those that are old enough, or the oldest that there is.
        while len(seen) > 1 and over(seen[1][0]):
            seen.popleft()
        # Where nobody sent for a while nothing is known of 50 ms ago: then it is judged by what is.
        then = attempt.room if over(seen[0][0], 1.5) else seen[0][1]
        room = replace(attempt.room, mutes=then.mutes, bans=then.bans, epoch=then.epoch)
        return super().judge(replace(attempt, room=room))


WINDOWS: tuple[type[Decisions], ...] = (AnsweredBeforeInForce, VerdictsKept, JudgedByAReplica)


class Jitter(Decisions):
    """Every request takes 20 to 80 ms to get there, and its answer as long to come back."""

    def middlewares(self) -> tuple[Middleware, ...]:
        return (_far_away,)


def _far_away(app: ASGIApp) -> ASGIApp:
    async def at_the_other_end(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or ("/messages" not in scope["path"] and not _is_measure(scope["path"])):
            await app(scope, receive, send)
            return
        await asyncio.sleep(random.uniform(0.02, 0.08))
        await app(scope, receive, _held(send))

    return at_the_other_end


def _is_measure(path: str) -> bool:
    return path.rpartition("/")[2] in {"mute", "ban", "clear"}


def _held(send: Send) -> Send:
    async def later(message: object) -> None:
        if message["type"] == "http.response.start":  # type: ignore[index]
            await asyncio.sleep(random.uniform(0.02, 0.08))
        await send(message)  # type: ignore[arg-type]

    return later
