"""Variants of epochs: where they begin, how far they go at once, and what else rotates them."""

import random
import time

from conformance.reference.decisions import Decisions
from conformance.reference.delivery import Delivery
from conformance.reference.lies import Variants
from conformance.reference.records import Cause, Room, Sanction, User
from conformance.reference.rights import RightsRules
from conformance.reference.state import State

VARIANTS = Variants()


class _Turning(Decisions):
    """What else rotates needs the epoch as it is by now, not as it was when the request began."""

    async def turn(self, state: State, chat_id: int) -> None:
        """Move the epoch on, and say so."""
        room = await self.look_at(state, chat_id)
        if room is not None:
            await super().rotate(state, room, "clear", User(0, "nobody"))

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        return await super().rotate(state, await self.look_at(state, room.chat.id) or room, cause, user)
