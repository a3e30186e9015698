"""Mutants of the chapter rights: levels that do not protect, and owners who cannot act in their own chat."""

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.mutants.rights import CarriesOut, SaysDone
from conformance.reference.records import Chat, Deed, Room, Sanction, User
from conformance.reference.rights import ADMIN, MODERATOR
from conformance.reference.state import State

MUTANTS = Mutants()

_TOO = "it is the owner's measure on a plain user that is judged there too"


# --- at or above the own level ---------------------------------------------------------------------------------------


class _Between(Decisions):
    """Lets some of the staff act on some of the staff, in public chats that are not their own."""

    def may_sanction(self, actor: User, target: User, chat: Chat) -> bool:
        elsewhere = not self.owns(actor, chat) and not self.is_private(chat) and actor.id != target.id
        return (elsewhere and self.reaches(actor.level, target.level)) or super().may_sanction(actor, target, chat)

    def reaches(self, own: int, other: int) -> bool:
        """Whether the level reaches the other one, though the contract says that it does not."""
        raise NotImplementedError


@MUTANTS.breaks("RIGHTS-HIERARCHY")
class StaffActsOnItsOwnLevel(_Between):
    """The comparison of levels lets the own one through."""

    def reaches(self, own: int, other: int) -> bool:
        return own >= MODERATOR and own == other


@MUTANTS.breaks("RIGHTS-HIERARCHY")
class ModeratorsActOnModerators(_Between):
    """A moderator may act on other moderators."""

    def reaches(self, own: int, other: int) -> bool:
        return own == other == MODERATOR


@MUTANTS.breaks("RIGHTS-HIERARCHY")
class AdminsActOnAdmins(_Between):
    """An admin may act on other admins."""

    def reaches(self, own: int, other: int) -> bool:
        return own == other == ADMIN


@MUTANTS.breaks("RIGHTS-HIERARCHY")
class AdminsActOnEverybody(_Between):
    """Above an admin nobody is known."""

    def reaches(self, own: int, other: int) -> bool:
        return own == ADMIN


@MUTANTS.breaks("RIGHTS-HIERARCHY")
class PlatformOwnersHaveNoRank(_Between):
    """A table of ranks ends with the admin, and who is not in it is as low as a plain user."""

    def reaches(self, own: int, other: int) -> bool:
        return MODERATOR <= own <= ADMIN < other


@MUTANTS.breaks("RIGHTS-HIERARCHY")
class ModeratorsActOnAdminsAlone(_Between):
    """Only the own level is out of a moderator's reach, and a platform owner's."""

    def reaches(self, own: int, other: int) -> bool:
        return own == MODERATOR and other == ADMIN


@MUTANTS.breaks("RIGHTS-HIERARCHY")
class BansAskForNoLevel(Decisions):
    """Who is banned by one of the staff is not looked at."""

    def may_ban(self, actor: User, target: User, chat: Chat) -> bool:
        return super().may_ban(actor, target, chat) or (actor.id != target.id and self.moderates(actor, chat))


@MUTANTS.breaks("RIGHTS-HIERARCHY")
class KicksAskForNoLevel(Decisions):
    """Who is kicked by one of the staff is not looked at."""

    def may_kick(self, actor: User, target: User, chat: Chat) -> bool:
        return super().may_kick(actor, target, chat) or (actor.id != target.id and self.moderates(actor, chat))


@MUTANTS.breaks("RIGHTS-HIERARCHY")
class MutesAskForNoLevel(Decisions):
    """Who is muted by one of the staff is not looked at."""

    def may_mute(self, actor: User, target: User, chat: Chat) -> bool:
        return super().may_mute(actor, target, chat) or self.moderates(actor, chat)


@MUTANTS.breaks("RIGHTS-HIERARCHY")
class RefusedBansAreKept(CarriesOut):
    """A ban without the right is answered 403, and kept."""

    deeds = frozenset({"ban"})


@MUTANTS.breaks("RIGHTS-HIERARCHY")
class RefusedBansAreTold(CarriesOut):
    """A ban is announced before it is asked who bans."""

    deeds = frozenset({"ban"})

    async def half_do(self, state: State, room: Room, deed: Deed) -> None:
        payload = self.sanction_payload(room.chat.id, Sanction(deed.target or deed.actor, 600, "conformance"))
        await self.announce(state, "user:banned", payload, room.chat.id)


@MUTANTS.breaks("RIGHTS-HIERARCHY")
class BansWithoutARightAreAnsweredOk(SaysDone):
    """A ban without the right is answered like any other, and nobody is banned."""

    deeds = frozenset({"ban"})


# --- the chat's owner ------------------------------------------------------------------------------------------------


@MUTANTS.breaks(
    "RIGHTS-HIERARCHY", collateral=dict.fromkeys(("KICK-OK", "MUTE-OK", "BAN-OK", "UNBAN-IDEMPOTENT"), _TOO)
)
class OwnersNeedALevel(Decisions):
    """The levels are compared for the chat's owner as well, and its own is no higher than a plain user's."""

    def may_sanction(self, actor: User, target: User, chat: Chat) -> bool:
        return super().may_sanction(actor, target, chat) and self.outranks(actor, target)


@MUTANTS.breaks("RIGHTS-HIERARCHY")
class OwnersOfPrivateChatsNeedALevel(Decisions):
    """In a private chat the levels are compared for its owner as well."""

    def may_sanction(self, actor: User, target: User, chat: Chat) -> bool:
        outranked = not self.is_private(chat) or self.outranks(actor, target)
        return super().may_sanction(actor, target, chat) and outranked


@MUTANTS.breaks("RIGHTS-HIERARCHY", collateral=dict.fromkeys(("BAN-OK", "UNBAN-IDEMPOTENT"), _TOO))
class OwnersOfPublicChatsMayNotBan(Decisions):
    """From a public chat only the staff bans."""

    def may_ban(self, actor: User, target: User, chat: Chat) -> bool:
        return super().may_ban(actor, target, chat) and (self.is_private(chat) or actor.level > 0)


@MUTANTS.breaks("RIGHTS-HIERARCHY", collateral={"KICK-OK": _TOO})
class OwnersMayNotKick(Decisions):
    """Kicking takes a level, whoever owns the chat."""

    def may_kick(self, actor: User, target: User, chat: Chat) -> bool:
        return super().may_kick(actor, target, chat) and actor.level > 0


@MUTANTS.breaks("RIGHTS-HIERARCHY", collateral={"MUTE-OK": _TOO})
class OwnersMayNotMute(Decisions):
    """Muting takes a level, whoever owns the chat."""

    def may_mute(self, actor: User, target: User, chat: Chat) -> bool:
        return super().may_mute(actor, target, chat) and actor.level > 0
