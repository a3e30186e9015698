"""State and decisions together: what every action of the server is handed."""

from dataclasses import dataclass

from conformance.reference import refusals
from conformance.reference.decisions import Decisions
from conformance.reference.records import Room, Session, User
from conformance.reference.settings import Settings
from conformance.reference.state import State


@dataclass(frozen=True, slots=True)
class Portal:
    """One server, without its transport."""

    settings: Settings
    state: State
    decisions: Decisions

    async def room(self, chat_id: int) -> Room:
        """The chat as it stands; raises a refusal where there is none."""
        room = await self.decisions.look_at(self.state, chat_id)
        if room is None:
            raise refusals.unknown("chat")
        return room

    async def readable_room(self, session: Session, chat_id: int) -> Room:
        """The chat as it stands, for somebody who may see what is in it."""
        room = await self.room(chat_id)
        if not self.decisions.may_read(session.user, room):
            raise refusals.outsider()
        return room

    async def erasable_room(self, session: Session, chat_id: int) -> Room:
        """The chat as it stands, for somebody who may see what is in it or delete it unseen."""
        room = await self.room(chat_id)
        user, decisions = session.user, self.decisions
        if not decisions.may_read(user, room) and not decisions.may_delete_any(user, room.chat):
            raise refusals.outsider()
        return room

    async def user(self, user_id: int) -> User:
        """The user of that id; raises a refusal where there is none."""
        user = await self.state.store.accounts.find(user_id)
        if user is None:
            raise refusals.unknown("user")
        return user
