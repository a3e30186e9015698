"""Who heard which event of a chat: what was announced from a moment on, told apart by the fields it carries.

That an event reaches the chat's clients is what the pages promise. How often it comes, and whether others hear it as
well, is observed and not graded, unless a clause says so.
"""

from collections.abc import Collection, Iterable, Mapping

from conformance import relation
from conformance.client.actor import Actor
from conformance.client.inbox import Received
from conformance.dialect import read
from conformance.room import Room


class Ears:
    """The ears of everybody who was in a room, opened at this moment: only what comes later is heard."""

    def __init__(self, room: Room, *others: Actor) -> None:
        self._room = room
        self._actors = {one.name: one for one in (*room.actors.values(), *others)}
        self._since = {name: actor.inbox.mark for name, actor in self._actors.items()}

    def wait(self, name: str, what: str, **where: object) -> Received | None:
        """The first event that the dialect calls ``what`` at ``name`` with these fields; None if none comes in time."""
        return self._actors[name].wait_for(what, where, self._since[name])

    def heard(self, name: str, what: str, **where: object) -> list[Received]:
        """All such events that ``name`` heard so far; complete behind a barrier."""
        actor = self._actors[name]
        kind = actor.link.profile.dialect.event[what]
        events = actor.inbox.events(kind.name, self._since[name])
        return [event for event in events if actor.is_heard(event, what, where)]

    def reaches(
        self, what: str, *requirements: str, at: Iterable[str] | None = None, title: str = "", **where: object
    ) -> None:
        """The event reaches each of ``at``, everybody inside the room unless said: a check."""
        kind = self._room.called(what)
        for name in sorted(self._room.inside if at is None else at):
            event = self.wait(name, what, **where)
            self._room.expect.that(
                event is not None,
                *requirements,
                title=f"{title or f'{kind} is heard'}: {name}",
                expected=self._shown(what, where),
                observed=self._shown(what, where) if event else "no such event in time",
                by=relation.heard(kind, name, event),
            )

    def does_not_reach(
        self, what: str, *requirements: str, at: Iterable[str], title: str = "", **where: object
    ) -> None:
        """The event reached none of ``at``: a check, to be made behind a barrier that they hear too."""
        kind = self._room.called(what)
        for name in sorted(at):
            times = len(self.heard(name, what, **where))
            self._room.expect.that(
                not times,
                *requirements,
                title=f"{title or f'{kind} is not heard'}: {name}",
                expected=f"no {self._shown(what, where)}",
                observed=f"{times} of it" if times else "none",
                by=relation.within(times, most=0),
            )

    def told_ids(self, name: str, wanted: Collection[str]) -> set[str]:
        """The ids that ``name`` was told are deleted, waited for until all ``wanted`` are among them.

        Several events may share them.
        """
        actor = self._actors[name]
        pointer = actor.link.profile.dialect.event["bulk_deleted"].fields["ids"]

        def told() -> set[str]:
            events = self.heard(name, "bulk_deleted", chat_id=self._room.chat.chat_id)
            named = [read(event.payload, pointer) for event in events]
            return {str(one) for ids in named if isinstance(ids, list) for one in ids}

        actor.inbox.wait_until(lambda: told() >= set(wanted), actor.link.profile.target.event_timeout_s)
        return told()

    def note_times(self, what: str, requirement: str, *, at: Iterable[str] | None = None, **where: object) -> None:
        """How often each of ``at``, everybody inside the room unless said, heard it is printed, not graded."""
        names = sorted(self._room.inside if at is None else at)
        times = {name: len(self.heard(name, what, **where)) for name in names}
        said = ", ".join(f"{name} {number}" for name, number in times.items())
        self._room.expect.note(requirement, f"times that {what} was heard", said)

    def _shown(self, what: str, where: Mapping[str, object]) -> str:
        """The event in the target's own names."""
        heard = self._room.owner.link.profile.dialect.event[what]
        return " ".join([heard.name, *(f"{heard.fields[name][1:]}={value}" for name, value in where.items())])
