"""Mutants of the chapter bans-membership: what a ban is answered, who is told, and what it does to membership."""

from typing import Any

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.mutants import measures
from conformance.reference.records import Room, Sanction, User
from conformance.reference.state import State

MUTANTS = Mutants()


# --- what a ban is answered -------------------------------------------------------------------------------------------


@MUTANTS.breaks("BAN-OK")
class BanIsAnswered204(measures.Answers):
    """A ban is answered 204, with nothing to read."""

    measure, status = "ban", 204


@MUTANTS.breaks("BAN-OK")
class BanIsAnswered202(measures.Answers):
    """A ban is answered 202: it will be done."""

    measure, status = "ban", 202


@MUTANTS.breaks("BAN-OK")
class BanOkIsText(measures.Answers):
    """The ok of a ban is a text."""

    measure, said = "ban", {"ok": "yes"}


@MUTANTS.breaks("BAN-OK")
class BanOkIsNested(measures.Answers):
    """The ok of a ban is one level too deep."""

    measure, said = "ban", {"result": {"ok": True}}


@MUTANTS.breaks("BAN-OK")
class BanSaysBanned(measures.Answers):
    """A ban is answered with what holds now, and not that it worked."""

    measure, said = "ban", {"banned": True}


@MUTANTS.breaks("BAN-OK")
class BanForGoodSaysNotOk(measures.Answers):
    """The ok of a ban is whether it has seconds to run, so one for good is not ok."""

    measure, said, for_good_alone = "ban", {"ok": False}, True


# --- who is told of a ban ---------------------------------------------------------------------------------------------


@MUTANTS.breaks("BAN-EVENT")
class BanIsNotTold(measures.ToldToNobody):
    """Nobody is told of a ban."""

    about = "user:banned"


@MUTANTS.breaks("BAN-EVENT")
class BanIsToldToTheBannedAlone(measures.ToldToTheTarget):
    """Only the banned is told of it."""

    about = "user:banned"


@MUTANTS.breaks("BAN-EVENT")
class BanIsKeptFromTheBanned(measures.ToldToOthers):
    """Who is banned hears nothing from then on, not even that, though it is still in the chat."""

    about = "user:banned"


@MUTANTS.breaks("BAN-EVENT")
class BanIsToldToTheOwnerAlone(measures.ToldToTheOwner):
    """Only who owns the chat is told of a ban."""

    about = "user:banned"


@MUTANTS.breaks("BAN-EVENT")
class BanIsKeptFromItsMaker(measures.ToldToAllButTheOwner):
    """Who bans knows it already, and is not told."""

    about = "user:banned"


@MUTANTS.breaks("BAN-EVENT")
class BanIsToldInPublicAlone(measures.ToldInPublic):
    """In a private chat nobody is told of a ban."""

    about = "user:banned"


@MUTANTS.breaks("BAN-EVENT")
class BanIsToldToOneSocketEach(measures.ToldToOneSocketEach):
    """Of each user one socket is told of a ban."""

    about = "user:banned"


@MUTANTS.breaks("BAN-EVENT")
class BanIsToldWithoutTheChat(measures.ToldWithoutTheChat):
    """It is told who was banned, and not from where."""

    about = "user:banned"


@MUTANTS.breaks("BAN-EVENT")
class BanIsToldOfAnotherChat(measures.ToldOfAnotherChat):
    """The event of a ban names another chat."""

    about = "user:banned"


@MUTANTS.breaks("BAN-EVENT")
class BanForGoodIsNotTold(measures.ToldOfTheTimed):
    """Only a ban with an end is told."""

    about = "user:banned"


@MUTANTS.breaks("BAN-EVENT")
class BanForAWhileIsNotTold(measures.ToldOfThoseForGood):
    """Only a ban without an end is told."""

    about = "user:banned"


@MUTANTS.breaks("BAN-EVENT")
class BanIsToldAsAKick(measures.Retells):
    """A ban is told like a kick."""

    about = "user:banned"

    def retold(self, payload: Any) -> tuple[str, Any]:
        return "room:kicked", payload


# --- membership -------------------------------------------------------------------------------------------------------


class Keeps(Decisions):
    """Lets some of those who are banned stay members."""

    def keeps(self, sanction: Sanction, room: Room) -> bool:
        """Whether the membership stays."""
        return True

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_ban(state, room, sanction)
        if sanction.user.id in room.members and self.keeps(sanction, room):
            await state.store.chats.add_member(room.chat.id, sanction.user.id)


@MUTANTS.breaks("BAN-MEMBERSHIP")
class BanKeepsMembership(Keeps):
    """A ban is noted, and the list of members stays as it is."""


@MUTANTS.breaks("BAN-MEMBERSHIP")
class BanForAWhileKeepsMembership(Keeps):
    """Who is banned for a while is a member again afterwards."""

    def keeps(self, sanction: Sanction, room: Room) -> bool:
        return sanction.duration > 0


@MUTANTS.breaks("BAN-MEMBERSHIP")
class BanForGoodKeepsMembership(Keeps):
    """Who is banned for good has no need to be taken from the list."""

    def keeps(self, sanction: Sanction, room: Room) -> bool:
        return sanction.duration == 0


@MUTANTS.breaks("BAN-MEMBERSHIP")
class BanKeepsMembershipOfTheAbsent(Keeps):
    """The membership ends when the banned is thrown out, so who is not there keeps it."""

    def keeps(self, sanction: Sanction, room: Room) -> bool:
        return sanction.user.id not in room.joined.values()


@MUTANTS.breaks("BAN-MEMBERSHIP")
class UnbanGivesMembershipBack(Decisions):
    """An unban makes everything as it was before the ban."""

    async def lift_ban(self, state: State, room: Room, target: User) -> None:
        await super().lift_ban(state, room, target)
        if self.is_private(room.chat) and target.id in room.bans:
            await state.store.chats.add_member(room.chat.id, target.id)


@MUTANTS.breaks("BAN-MEMBERSHIP", collateral={"SEND-BROADCAST": "who is in a private chat and no member hears nothing"})
class BanEndsEveryMembership(Decisions):
    """The list of members is emptied, and not one taken from it."""

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_ban(state, room, sanction)
        for user_id in room.members:
            await state.store.chats.remove_member(room.chat.id, user_id)


class _Remembers(Decisions):
    """Knows who was ever banned from a private chat."""

    def __init__(self) -> None:
        super().__init__()
        self._banned: set[tuple[int, int]] = set()

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        self._banned.add((room.chat.id, sanction.user.id))
        await super().apply_ban(state, room, sanction)

    def was_banned(self, user: User, room: Room) -> bool:
        """Whether the user was banned from the chat, and is not now."""
        return (room.chat.id, user.id) in self._banned and user.id not in room.bans


@MUTANTS.breaks("BAN-MEMBERSHIP")
class FormerMembersReadOn(_Remembers):
    """Who was a member before a ban may read the history afterwards, and nothing else."""

    def may_read(self, user: User, room: Room) -> bool:
        return self.was_banned(user, room) or super().may_read(user, room)


@MUTANTS.breaks("BAN-MEMBERSHIP")
class FormerMembersSendOn(_Remembers):
    """Who was a member before a ban may join and send afterwards, and read nothing."""

    def is_member(self, user: User, room: Room) -> bool:
        return self.was_banned(user, room) or super().is_member(user, room)

    def may_read(self, user: User, room: Room) -> bool:
        return super().is_member(user, room)
