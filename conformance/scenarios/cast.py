"""The cast of a story about rights: somebody for every role of the matrix, in a chat of somebody else.

The cells of the role matrix that cite a clause become attempts: who tries what, and at whom. What may not be is
refused and leaves everything as it was: the target sends and hears as before, the message is still there, the epoch
stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from conformance.client.actor import Acknowledged, Actor
from conformance.client.answers import Answer
from conformance.dialect import read
from conformance.ears import Ears
from conformance.errors import Blocked
from conformance.roles import loader
from conformance.roles.records import CHATS, Cell, type_of_chat
from conformance.roles.records import Answer as Expected
from conformance.room import Room
from conformance.scenarios.marks import CLIENT_ERRORS
from conformance.stage import Stage

LEVELS = {"moderator": 1, "admin": 2, "platform-owner": 3}
STAFF = tuple(LEVELS)
_LONG_S = 600
# So often an attempt has to move the epoch, and its absence not, before the one is blamed for the other.
_ROUNDS = 3


def in_each_chat(clause: str) -> pytest.MarkDecorator:
    """One case a kind of chat of which the matrix has cells that cite ``clause``."""
    return pytest.mark.parametrize("chat", [chat for chat in CHATS if loader.load().citing(clause, chat)])


@dataclass(frozen=True, slots=True)
class Attempt:
    """A cell, played: who tries it, and at whom; without a ``target`` it is at the chat."""

    cell: Cell
    actor: Actor
    target: Actor | None = None

    @property
    def title(self) -> str:
        """The cell in words."""
        at = f": {self.target.name}" if self.target else ""
        answer = ":" if self.cell.answer is Expected.OBSERVED else f" {self.cell.answer}"
        return f"{self.cell.role.title}{answer} {self.cell.action.title}{at}"

    @property
    def verb(self) -> str:
        """What is tried, as the dialect calls it."""
        return self.cell.action.name.partition("-")[0]


class Cast:
    """Everybody of whom the cells speak that cite ``clause`` for one kind of chat and have one of ``answers``.

    ``staff`` are the levels of those above 0 at whom something is tried.
    """

    def __init__(
        self,
        stage: Stage,
        clause: str,
        chat: type_of_chat,
        *answers: Expected,
        staff: tuple[str, ...] = ("moderator",),
    ) -> None:
        if chat == "private":
            stage.needs("private_chats")
        self._stage, self._clause = stage, clause
        self._deaf = False
        self._cells = [cell for cell in loader.load().citing(clause, chat, *answers) if self._there(cell)]
        at_staff = any(cell.action.name.endswith("-staff") for cell in self._cells)
        self._staff = {level: f"another {level}" for level in staff} if at_staff else {}
        self.room = self._make(chat)
        self._roles = self._settle()

    def _there(self, cell: Cell) -> bool:
        staff = cell.role.name in LEVELS or cell.action.name.endswith("-staff")
        kick = cell.action.name.startswith("kick-")
        return (not staff or self._stage.has("moderators")) and (not kick or self._stage.has("kick"))

    def _asked(self, *among: str) -> list[str]:
        there = {cell.role.name for cell in self._cells}
        return [role for role in among if role in there]

    def _make(self, chat: type_of_chat) -> Room:
        # The member owns another chat.
        for name in ("owner", "member"):
            self._stage.actor(name, premium=True)
        for level in self._asked(*LEVELS):
            self._stage.actor(level, permission_level=LEVELS[level])
        for level, name in self._staff.items():
            self._stage.actor(name, permission_level=LEVELS[level])
        names = ("owner", "member", "target", *self._asked(*LEVELS, "muted"), *self._staff.values())
        return self._stage.room(*names, visibility=chat)

    def _settle(self) -> dict[str, Actor]:
        room, roles = self.room, {"chat-owner": self.room.owner, **self.room.actors}
        # Who owns a chat somewhere owns no other one by that.
        room["member"].join(self._stage.lease.chat(owner=room["member"].identity))
        if self._asked("other-session"):
            roles["other-session"] = self._stage.session_of(room["member"], "member's other session")
            room.enter(roles["other-session"])
        if self._asked("muted"):
            room.mute(room["muted"], 0)
        for target in (room["target"], *(room[name] for name in self._staff.values())):
            said = self.says(target)
            room.expect.reached(self._hears(target, said), f"{target.name} did not hear its own message")
        return roles

    # --- what is tried ------------------------------------------------------------------------------------------

    def attempts(self, *answers: Expected) -> Iterator[Attempt]:
        """The cells with one of these answers, each once for everybody at whom it can be tried."""
        for cell in self._cells:
            if cell.answer in answers:
                yield from (Attempt(cell, self._roles[cell.role.name], target) for target in self._targets(cell))

    def _targets(self, cell: Cell) -> list[Actor | None]:
        if cell.action.name.endswith("-plain"):
            return [self.room["target"]]
        if not cell.action.name.endswith("-staff"):
            return [None]
        own = LEVELS.get(cell.role.name, 0)
        return [self.room[name] for level, name in self._staff.items() if LEVELS[level] >= own]

    def does(self, attempt: Attempt, **values: object) -> Answer:
        """What is tried, by REST; ``values`` are what the request says besides."""
        values["chat_id"] = self.room.chat.chat_id
        if attempt.target is not None:
            values["user_id"] = attempt.target.identity.user_id
        if attempt.verb in ("mute", "ban"):
            values |= {"duration": _LONG_S, "reason": "conformance"}
        return attempt.actor.call(attempt.verb, **values)

    def says(self, actor: Actor) -> Answer:
        """``actor`` sends, and is accepted: a precondition."""
        said = self._speaks(actor)
        self.room.expect.answered(said, f"{actor.name}'s valid send")
        return said

    def _speaks(self, actor: Actor) -> Answer:
        # At a new epoch, where the target rotated meanwhile for reasons of its own.
        self.room.follow()
        return self.room.send(actor, self.room.bundle())

    def _hears(self, actor: Actor, said: Answer) -> bool:
        return self.room.hear(actor, self.room.id_of(said)) is not None

    # --- may not ------------------------------------------------------------------------------------------------

    def is_refused(self, attempt: Attempt, **values: object) -> None:
        """The attempt is answered with a 4xx, moves no epoch, and leaves its target as it was: checks."""
        answer = self.does(attempt, **values)
        self.room.expect.refused(answer, self._clause, status=CLIENT_ERRORS, title=attempt.title)
        self._moves_no_epoch(attempt, **values)
        if attempt.target is not None:
            self._is_unharmed(attempt.target, attempt.title)

    def is_refused_over_the_socket(self, attempt: Attempt, *, ban: bool = False) -> None:
        """The same of a kick that is asked for over the socket; where nothing is acknowledged, its effect alone."""
        assert attempt.target is not None
        told = self._asks(attempt.actor, user_id=attempt.target.identity.user_id, ban=ban)
        title = f"{attempt.title}, over the socket"
        if told is not None:
            self.room.expect.that(
                not told.ok, self._clause, title=title, expected="no ok", observed=told.shown()
            )  # fmt: skip
        self._is_unharmed(attempt.target, title)

    def _asks(self, actor: Actor, **values: object) -> Acknowledged | None:
        if self._deaf:
            return None
        try:
            return actor.emit("kick", chat_id=self.room.chat.chat_id, **values)
        except Blocked:
            # A target that has no such event answers nothing; a dropped socket is another matter.
            self._deaf = not actor.inbox.closed
            if not self._deaf:
                raise
            return None

    def _is_unharmed(self, target: Actor, title: str) -> None:
        said = self._speaks(target)
        self.room.expect.accepted(said, self._clause, title=f"{title}; its send is accepted as before")
        heard = self._hears(target, said)
        self.room.expect.that(
            heard, self._clause, title=f"{title}; it hears as before",
            expected="its own message", observed="heard" if heard else "not heard in time",
        )  # fmt: skip

    def _moves_no_epoch(self, attempt: Attempt, **values: object) -> None:
        # A target may rotate whenever it likes: blamed is only what comes with every attempt, and never without.
        before, now = self.room.epoch, self._epoch()
        moved = now > before and all(self._moves(attempt, **values) for _ in range(_ROUNDS))
        self.room.expect.that(
            not moved, self._clause, title=f"{attempt.title}; the epoch stays",
            expected=f"epoch {before}", observed=f"epoch {now}, a later one each time" if moved else f"epoch {now}",
        )  # fmt: skip

    def _moves(self, attempt: Attempt, **values: object) -> bool:
        first, without = self._epoch(), self._epoch()
        self.does(attempt, **values)
        return first == without < self._epoch()

    def _epoch(self) -> int:
        return self.room.owner.join(self.room.chat)

    def was_not_told(self, ears: Ears, what: str) -> None:
        """Nobody was told of a measure that was refused: checks, to be made behind a barrier."""
        for name in ("target", *self._staff.values()):
            where = {"chat_id": self.room.chat.chat_id}
            if what != "kicked":
                where["user_id"] = self.room[name].identity.user_id
            at = (name,) if what == "kicked" else self.room.inside
            title = f"nobody is told of what was refused, {what} {name}"
            heard = {one: ears.heard(one, what, **where) for one in sorted(at)}
            self.room.expect.that(
                not any(heard.values()), self._clause, title=title,
                expected="no such event", observed=", ".join(one for one in heard if heard[one]) or "none",
            )  # fmt: skip

    # --- messages -----------------------------------------------------------------------------------------------

    def leaves(self, actor: Actor) -> Answer:
        """``actor`` sends what is there from then on, for all who can tell: a precondition."""
        said = self.says(actor)
        self.room.expect.reached(self.is_there(said) is not False, f"{actor.name}'s message is not in the history")
        return said

    def is_there(self, said: Answer, *, last: bool = False) -> bool | None:
        """Whether the message is there still; None where nothing tells.

        The history tells, or else, once it is the ``last`` time that is asked, whether the owner's deletion counts it.
        """
        sent_id = self.room.id_of(said)
        if self.room.history_there:
            return sent_id in {trace.id for trace in self.room.history()}
        return self.deleted(self.room.owner, said) == 1 if last and self._stage.has("deletion") else None

    def stays(self, said: Answer, title: str, *, last: bool = False) -> None:
        """The message is there still: a check, where anything tells."""
        there = self.is_there(said, last=last)
        if there is not None:
            self.room.expect.that(
                there, self._clause, title=f"{title}; the message is there still",
                expected="the message", observed="the message" if there else "no such message",
            )  # fmt: skip

    def deleted(self, actor: Actor, said: Answer) -> object:
        """What ``actor`` is told of how many were deleted, having asked for the deletion of this one message."""
        answer = actor.call("delete", chat_id=self.room.chat.chat_id, ids=[self.room.id_of(said)])
        self.room.expect.answered(answer, f"{actor.name}'s deletion")
        return read(answer.json, actor.link.profile.dialect.rest["delete"].answer["deleted"])

    def comes_back(self, attempt: Attempt) -> None:
        """What was done to the target had its effect, and is undone: preconditions."""
        target, room = attempt.target, self.room
        assert target is not None
        if attempt.verb != "mute":
            room.unsure_of(target)
        room.follow()
        room.expect.reached(not room.send(target, room.bundle()).ok, f"{attempt.title}: it had no effect")
        if attempt.verb == "mute":
            room.unmute(target)
            return
        if attempt.verb == "ban":
            room.unban(target)
        self.takes_back(target)

    def takes_back(self, target: Actor) -> None:
        """The target, who was kicked or banned, is in the room again; whether a kick ends membership no page says."""
        if self.room.chat.visibility == "private":
            self._stage.lease.give_membership(self.room.chat, target.identity)
        self.room.let_back_in(target)
