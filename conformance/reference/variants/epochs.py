"""Variants of epochs: where they begin, how far they go at once, and what else rotates them."""

import random
import time

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Variants
from conformance.reference.records import Cause, Room, Sanction, User
from conformance.reference.state import State

VARIANTS = Variants()


# --- numbers ----------------------------------------------------------------------------------------------------


@VARIANTS.keeps(apart=["epochs-from-a-thousand", "epochs-from-two-to-the-forty", "epochs-of-the-clock"])
class EpochsFromZero(Decisions):
    """The first epoch is 0."""

    def first_epoch(self) -> int:
        return 0


@VARIANTS.keeps(apart=["epochs-from-zero", "epochs-from-two-to-the-forty", "epochs-of-the-clock"])
class EpochsFromAThousand(Decisions):
    """The first epoch is 1000."""

    def first_epoch(self) -> int:
        return 1000


@VARIANTS.keeps(apart=["epochs-from-zero", "epochs-from-a-thousand", "epochs-of-the-clock"])
class EpochsFromTwoToTheForty(Decisions):
    """The first epoch needs more than 32 bits."""

    def first_epoch(self) -> int:
        return 2**40


@VARIANTS.keeps(
    apart=["epochs-from-zero", "epochs-from-a-thousand", "epochs-from-two-to-the-forty", "epochs-in-strides"]
)
class EpochsOfTheClock(Decisions):
    """An epoch is the millisecond in which it began."""

    def first_epoch(self) -> int:
        return int(time.time() * 1000)

    def next_epoch(self, current: int) -> int:
        return max(super().next_epoch(current), int(time.time() * 1000))


@VARIANTS.keeps(apart=["epochs-of-the-clock"])
class EpochsInStrides(Decisions):
    """A rotation raises the epoch by up to fifty."""

    def next_epoch(self, current: int) -> int:
        return super().next_epoch(current) + random.randrange(50)


# --- what else rotates ------------------------------------------------------------------------------------------


@VARIANTS.keeps()
class FirstJoinRotates(Decisions):
    """Whoever joins a chat in which nobody is moves its epoch on."""

    def rotates_on(self, cause: Cause, room: Room, user: User) -> bool:
        return super().rotates_on(cause, room, user) or (cause == "join" and not room.joined)


@VARIANTS.keeps()
class ReturningRotates(Decisions):
    """Whoever comes back to a chat moves its epoch on, also where the history is visible."""

    def rotates_on(self, cause: Cause, room: Room, user: User) -> bool:
        away = user.id in room.ever_joined and user.id not in room.joined.values()
        return super().rotates_on(cause, room, user) or (cause == "join" and away)


@VARIANTS.keeps()
class FurtherSessionsRotate(Decisions):
    """Another session of somebody who is there moves the epoch on."""

    def rotates_on(self, cause: Cause, room: Room, user: User) -> bool:
        here = user.id in room.joined.values()
        return super().rotates_on(cause, room, user) or (cause == "join" and here)


class _Turning(Decisions):
    """One request may rotate twice, so the epoch to go on from is read anew each time."""

    async def turn(self, state: State, chat_id: int) -> None:
        """Move the epoch on, and say so."""
        room = await self.look_at(state, chat_id)
        if room is not None:
            epoch = self.next_epoch(room.epoch)
            await state.store.chats.set_epoch(chat_id, epoch)
            await self.announce(state, "room:epoch_changed", {"chat_id": chat_id, "epoch": epoch}, chat_id)

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        return await super().rotate(state, await self.look_at(state, room.chat.id) or room, cause, user)


@VARIANTS.keeps()
class LeavingRotates(_Turning):
    """A session that leaves moves the epoch on for those who stay."""

    async def depart(self, state: State, room: Room, session_id: str, user_id: int) -> None:
        await super().depart(state, room, session_id, user_id)
        await self.turn(state, room.chat.id)


@VARIANTS.keeps()
class BanningRotates(_Turning):
    """A ban moves the epoch on, since the banned has the key."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_ban(state, room, sanction)
        await self.turn(state, room.chat.id)


@VARIANTS.keeps()
class LostMembershipRotates(_Turning):
    """Who loses its membership has the key, so the epoch moves on."""

    async def end_membership(self, state: State, chat_id: int, user_id: int) -> None:
        await super().end_membership(state, chat_id, user_id)
        await self.turn(state, chat_id)
