"""Mutants of the chapter bans-membership: how long a ban may be, and whom it may not be of."""

from dataclasses import replace

from conformance.reference import refusals
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Chat, Room, Sanction, User
from conformance.reference.state import State

MUTANTS = Mutants()


class Longest(Decisions):
    """Bounds a ban otherwise, and leaves mutes alone."""

    def is_ban(self, duration: int) -> bool:
        """Whether a ban may last so long."""
        return duration >= 0

    def is_duration(self, duration: int, longest: int) -> bool:
        return self.is_ban(duration) if longest == self.max_ban_s else super().is_duration(duration, longest)


# --- the duration -----------------------------------------------------------------------------------------------------


@MUTANTS.breaks("BAN-BOUNDS")
class BanOfThirtyDaysAndASecond(Longest):
    """The longest ban is a second longer than thirty days."""

    def is_ban(self, duration: int) -> bool:
        return 0 <= duration <= self.max_ban_s + 1


@MUTANTS.breaks("BAN-BOUNDS")
class BanOfThirtyDaysIsTooLong(Longest):
    """A ban has to be shorter than thirty days."""

    def is_ban(self, duration: int) -> bool:
        return 0 <= duration < self.max_ban_s


@MUTANTS.breaks("BAN-BOUNDS")
class BanOfAnyLength(Longest):
    """A ban may last as long as anybody likes."""


@MUTANTS.breaks("BAN-BOUNDS")
class BanAsLongAsAMute(Longest):
    """Bans are bounded as mutes are."""

    def is_ban(self, duration: int) -> bool:
        return 0 <= duration <= self.max_mute_s


@MUTANTS.breaks("BAN-BOUNDS")
class TooLongABanIsCut(Longest):
    """A ban that is too long is one of thirty days."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_ban(state, room, replace(sanction, duration=min(sanction.duration, self.max_ban_s)))


@MUTANTS.breaks("BAN-BOUNDS")
class TooLongABanIsRefusedAndKept(Longest):
    """A ban is kept first and measured then."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_ban(state, room, sanction)
        if sanction.duration > self.max_ban_s:
            raise refusals.invalid("duration is out of bounds")


@MUTANTS.breaks("BAN-BOUNDS")
class TooLongABanIsRefusedAndTold(Longest):
    """A ban is told first and measured then."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        if sanction.duration <= self.max_ban_s:
            await super().apply_ban(state, room, sanction)
            return
        await self.announce(state, "user:banned", self.sanction_payload(room.chat.id, sanction), room.chat.id)
        raise refusals.invalid("duration is out of bounds")


@MUTANTS.breaks("BAN-BOUNDS")
class BanOfManyYearsCrashes(Longest):
    """A duration that the calendar does not hold ends in an accident, and a 500."""

    def is_ban(self, duration: int) -> bool:
        if duration > 2**31:
            raise OverflowError
        return 0 <= duration <= self.max_ban_s


@MUTANTS.breaks("BAN-BOUNDS")
class BanOfThirtyDaysIsForgotten(Decisions):
    """The longest ban is answered and told, and not kept."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_ban(state, room, sanction)
        if sanction.duration == self.max_ban_s:
            await state.store.chats.unban(room.chat.id, sanction.user.id)


# --- for good ---------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("BAN-BOUNDS")
class BanForGoodLastsTwoSeconds(Decisions):
    """A ban of 0 seconds is one of the shortest time that the cache knows."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_ban(state, room, sanction)
        if sanction.duration == 0:
            await state.store.chats.ban(room.chat.id, sanction.user.id, state.now() + 1.9)


@MUTANTS.breaks("BAN-BOUNDS")
class BanByDefaultLastsASecond(Decisions):
    """A ban without a duration lasts a second."""

    default_ban_s = 1


@MUTANTS.breaks("BAN-BOUNDS")
class BanNeedsADuration(Decisions):
    """A ban without a duration is refused."""

    default_ban_s = -1


@MUTANTS.breaks("BAN-BOUNDS")
class BanByDefaultHasNoEffect(Decisions):
    """A ban without a duration is answered and told, and not kept."""

    default_ban_s = Decisions.max_ban_s - 1

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_ban(state, room, sanction)
        if sanction.duration == self.default_ban_s:
            await state.store.chats.unban(room.chat.id, sanction.user.id)


# --- of oneself -------------------------------------------------------------------------------------------------------


class Oneself(Decisions):
    """Lets a chat's owner ban itself."""

    def may_ban(self, actor: User, target: User, chat: Chat) -> bool:
        oneself = actor.id == target.id and self.owns(actor, chat)
        return oneself or super().may_ban(actor, target, chat)


@MUTANTS.breaks("BAN-BOUNDS")
class OwnersBanThemselves(Oneself):
    """A chat's owner may ban whom it likes, itself as well."""


@MUTANTS.breaks("BAN-BOUNDS")
class OwnersBanThemselvesForAWhile(Oneself):
    """Only for good nobody bans oneself."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        if self.owns(sanction.user, room.chat) and sanction.duration == 0:
            raise refusals.forbidden()
        await super().apply_ban(state, room, sanction)


@MUTANTS.breaks("BAN-BOUNDS")
class OwnersBanThemselvesForGood(Oneself):
    """Only for a while nobody bans oneself."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        if self.owns(sanction.user, room.chat) and sanction.duration:
            raise refusals.forbidden()
        await super().apply_ban(state, room, sanction)


@MUTANTS.breaks("BAN-BOUNDS")
class BanOfOneselfIsRefusedAndKept(Oneself):
    """Who bans itself is told that it may not, and is banned."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_ban(state, room, sanction)
        if self.owns(sanction.user, room.chat):
            raise refusals.forbidden()


@MUTANTS.breaks("BAN-BOUNDS")
class BanOfOneselfIsAnsweredOk(Oneself):
    """A ban of oneself is answered ok, told, and not kept."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_ban(state, room, sanction)
        if self.owns(sanction.user, room.chat):
            await state.store.chats.unban(room.chat.id, sanction.user.id)
