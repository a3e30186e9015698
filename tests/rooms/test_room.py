"""Rooms on servers that drop the sockets of whom they ban, and notice late that a session is gone."""

import asyncio
import itertools
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from conformance.catalogue import loader
from conformance.errors import Blocked
from conformance.profile import parse
from conformance.reference.chosen import chosen
from conformance.reference.decisions import Decisions
from conformance.reference.embedded import serving
from conformance.reference.lies import combined
from conformance.reference.records import Session
from conformance.reference.settings import Settings
from conformance.run import Options, Run
from conformance.stage import Stage

_STEP_S = 0.02


class _NoticesAtOnce(Decisions):
    """As the reference does."""


class _NoticesOneAfterTheOther(Decisions):
    """It takes the server its time to notice that a session is gone, and each time longer; who comes back waits."""

    def __init__(self) -> None:
        super().__init__()
        self._steps = itertools.cycle(range(1, 6))

    async def linger(self, session: Session) -> None:
        await asyncio.sleep(_STEP_S * next(self._steps))
        await super().linger(session)


class _NoticesAfterTheReturn(_NoticesOneAfterTheOther):
    """The same, but who comes back need not wait for it."""

    departs_before_it_returns = False


@contextmanager
def stage_on(decisions: Decisions) -> Iterator[Stage]:
    token = secrets.token_urlsafe(8)
    with serving(Settings(control_token=token), decisions) as ready:
        run = Run(Options(parse({"target": {"event_timeout_s": 2.0}}), loader.load()))
        run.build(ready.url, ready.url, token, "embedded")
        assert run.theatre is not None
        stage = run.theatre.stage()
        try:
            yield stage
        finally:
            stage.close()
            run.close()


def _dropping(notices: type[Decisions], *variants: str) -> Decisions:
    return combined([notices, *(type(chosen(None, [one])) for one in variants)])


@pytest.mark.parametrize("notices", [_NoticesAtOnce, _NoticesOneAfterTheOther, _NoticesAfterTheReturn])
@pytest.mark.parametrize("rotating", [(), ("leaving-rotates",), ("leaving-rotates", "returning-rotates")])
def test_who_was_dropped_is_let_back_in_whenever_that_is_noticed(
    notices: type[Decisions], rotating: tuple[str, ...]
) -> None:
    with stage_on(_dropping(notices, "ban-disconnects", *rotating)) as stage:
        room, other = stage.room("owner", "sender", "one", "two"), stage.room("owner", "one", "two")
        outside = [other["one"], stage.session_of(other["one"], "one's second session"), other["two"]]
        for chat in (room, other):
            chat.admit(outside[1])
        room.ban(outside[0])
        room.ban(outside[2])

        other.let_back_in(*outside)

        other.barrier()
        # A key is handed to nobody who is not back yet.
        assert not [one.line() for one in stage.link.wire.entries if "ERR_NOT_JOINED" in one.line()]
        assert set(other.inside) == {"owner", *(one.name for one in outside)}
        answer, _ = room.say(room["sender"])
        assert answer.ok
        stage.reconcile()
        stage.expect.conclude()


def test_who_is_kept_out_without_having_lost_its_socket_is_not_asked_for_again() -> None:
    with stage_on(Decisions()) as stage:
        room = stage.room("owner", "banned")
        room.ban(room["banned"])
        with pytest.raises(Blocked, match="room:join of banned was refused"):
            room.let_back_in(room["banned"])
        joins = [one.line() for one in stage.link.wire.entries if one.line().startswith("banned: sent room:join")]
        assert "banned" not in room.inside
        assert len(joins) == 2


def test_what_was_said_before_is_not_taken_for_what_is_said_again() -> None:
    with stage_on(_NoticesAtOnce()) as stage:
        room = stage.room("owner", "observer")
        bundle = room.bundle()
        for _ in range(2):
            answer = room.send(room.owner, bundle)
            heard = room.hear_bundle(room["observer"], answer, bundle)
            assert heard is not None
            assert heard.id == room.id_of(answer)
