"""Variants of when things arrive: events before, beside or long after the answer, slow answers, slow joins."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Variants
from conformance.reference.records import Room, Session
from conformance.reference.state import State

VARIANTS = Variants()

_LATEST_S = 0.05
_SEND = "message:new"

Step = Callable[[], Awaitable[None]]


class Lanes:
    """Steps that are taken later: in one lane one after the other, each after a delay of its own."""

    def __init__(self) -> None:
        self._last: dict[object, asyncio.Task[None]] = {}

    def put(self, lane: object, delay_s: float, step: Step) -> None:
        """Take the step once the delay is over and the lane is clear."""
        task = asyncio.create_task(self._later(self._last.get(lane), delay_s, step))
        self._last[lane] = task
        task.add_done_callback(lambda done: self._forget(lane, done))

    @staticmethod
    async def _later(before: asyncio.Task[None] | None, delay_s: float, step: Step) -> None:
        await asyncio.sleep(delay_s)
        if before is not None:
            await asyncio.wait([before])
        await step()

    def _forget(self, lane: object, done: asyncio.Task[None]) -> None:
        if self._last.get(lane) is done:
            del self._last[lane]


@VARIANTS.keeps(apart=["events-in-any-order", "messages-in-any-order", "events-after-answers"])
class LateEvents(Decisions):
    """Every event comes up to 50 ms late, those of one socket in their order."""

    def __init__(self) -> None:
        super().__init__()
        self._lanes = Lanes()

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        send = super().deliver
        for sid in sids:
            self._lanes.put(sid, random.uniform(0, _LATEST_S), partial(send, state, event, payload, [sid]))


@VARIANTS.keeps(apart=["late-events", "messages-in-any-order", "events-after-answers"])
class EventsInAnyOrder(Decisions):
    """Every event comes up to 50 ms late, and only those of one name keep their order."""

    def __init__(self) -> None:
        super().__init__()
        self._lanes = Lanes()

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        send = super().deliver
        for sid in sids:
            delay_s = random.uniform(0, _LATEST_S)
            self._lanes.put((sid, event), delay_s, partial(send, state, event, payload, [sid]))


@VARIANTS.keeps(apart=["late-events", "events-in-any-order", "events-after-answers"])
class MessagesInAnyOrder(Decisions):
    """Messages come up to 50 ms late, in any order; all other events come at once."""

    def __init__(self) -> None:
        super().__init__()
        self._lanes = Lanes()

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        send = super().deliver
        if event != _SEND:
            await send(state, event, payload, sids)
            return
        for sid in sids:
            delay_s = random.uniform(0, _LATEST_S)
            self._lanes.put(object(), delay_s, partial(send, state, event, payload, [sid]))


@VARIANTS.keeps(apart=["late-events", "events-in-any-order", "messages-in-any-order", "answers-after-events"])
class EventsAfterAnswers(Decisions):
    """Events come only when what caused them has long been answered."""

    def __init__(self) -> None:
        super().__init__()
        self._lanes = Lanes()

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        send = super().deliver
        self._lanes.put("all", 0.04, partial(send, state, event, payload, sids))


@VARIANTS.keeps(apart=["events-after-answers", "slow-answers"])
class AnswersAfterEvents(Decisions):
    """The answer to a send comes when everybody has long heard the message."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        if request.url.path.endswith("/messages"):
            await asyncio.sleep(0.03)
        return response


@VARIANTS.keeps(apart=["answers-after-events"])
class SlowAnswers(Decisions):
    """Every answer takes 20 to 80 ms more, each another time."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        await asyncio.sleep(random.uniform(0.02, 0.08))
        return response


@VARIANTS.keeps()
class SlowJoins(Decisions):
    """A join takes its time to be acknowledged, and the chat waits meanwhile."""

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        await asyncio.sleep(random.uniform(0.01, 0.05))
        return await super().enter(state, room, session, sid)


@VARIANTS.keeps()
class SanctionsAnnouncedLate(Decisions):
    """A mute or ban holds at once and is announced a tenth of a second later."""

    def __init__(self) -> None:
        super().__init__()
        self._announcements = Lanes()

    async def deliver(self, state: State, event: str, payload: Any, sids: list[str]) -> None:
        send = super().deliver
        if event.startswith("user:"):
            self._announcements.put("all", 0.1, partial(send, state, event, payload, sids))
        else:
            await send(state, event, payload, sids)
