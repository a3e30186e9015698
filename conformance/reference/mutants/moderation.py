"""Mutants of the chapter moderation: what a mute and its end are answered, and who is told."""

from typing import Any

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.mutants import measures
from conformance.reference.records import Attempt, Chat, Room, Sanction, User
from conformance.reference.refusals import Refusal
from conformance.reference.state import State

MUTANTS = Mutants()


# --- what a mute is answered ------------------------------------------------------------------------------------------


@MUTANTS.breaks("MUTE-OK")
class MuteIsAnswered204(measures.Answers):
    """A mute is answered 204, with nothing to read."""

    measure, status = "mute", 204


@MUTANTS.breaks("MUTE-OK")
class MuteIsAnswered201(measures.Answers):
    """A mute is something made, and answered 201."""

    measure, status = "mute", 201


@MUTANTS.breaks("MUTE-OK")
class MuteOkIsText(measures.Answers):
    """The ok of a mute is a text."""

    measure, said = "mute", {"ok": "true"}


@MUTANTS.breaks("MUTE-OK")
class MuteOkIsOne(measures.Answers):
    """The ok of a mute is the 1 of the database."""

    measure, said = "mute", {"ok": 1}


@MUTANTS.breaks("MUTE-OK")
class MuteSaysSuccess(measures.Answers):
    """A mute is answered as an older version did it."""

    measure, said = "mute", {"success": True}


@MUTANTS.breaks("MUTE-OK")
class MuteForGoodSaysNotOk(measures.Answers):
    """The ok of a mute is whether it has seconds to run, so one for good is not ok."""

    measure, said, for_good_alone = "mute", {"ok": False}, True


# --- who is told of a mute --------------------------------------------------------------------------------------------


@MUTANTS.breaks("MUTE-EVENT")
class MuteIsNotTold(measures.ToldToNobody):
    """Nobody is told of a mute."""

    about = "user:muted"


@MUTANTS.breaks("MUTE-EVENT")
class MuteIsToldToTheMutedAlone(measures.ToldToTheTarget):
    """Only the muted is told of it."""

    about = "user:muted"


@MUTANTS.breaks("MUTE-EVENT")
class MuteIsKeptFromTheMuted(measures.ToldToOthers):
    """Everybody is told of a mute but the muted."""

    about = "user:muted"


@MUTANTS.breaks("MUTE-EVENT")
class MuteIsToldToTheOwnerAlone(measures.ToldToTheOwner):
    """Only who owns the chat is told of a mute."""

    about = "user:muted"


@MUTANTS.breaks("MUTE-EVENT")
class MuteIsKeptFromItsMaker(measures.ToldToAllButTheOwner):
    """Who mutes knows it already, and is not told."""

    about = "user:muted"


@MUTANTS.breaks("MUTE-EVENT")
class MuteIsToldInPublicAlone(measures.ToldInPublic):
    """In a private chat nobody is told of a mute."""

    about = "user:muted"


@MUTANTS.breaks("MUTE-EVENT")
class MuteIsToldToOneSocketEach(measures.ToldToOneSocketEach):
    """Of each user one socket is told of a mute."""

    about = "user:muted"


@MUTANTS.breaks("MUTE-EVENT")
class MuteIsToldWithoutTheChat(measures.ToldWithoutTheChat):
    """It is told who was muted, and not where."""

    about = "user:muted"


@MUTANTS.breaks("MUTE-EVENT")
class MuteIsToldOfAnotherChat(measures.ToldOfAnotherChat):
    """The event of a mute names another chat."""

    about = "user:muted"


@MUTANTS.breaks("MUTE-EVENT")
class MuteIsToldInAnEnvelope(measures.ToldInAnEnvelope):
    """What is told of a mute is one level too deep."""

    about = "user:muted"


@MUTANTS.breaks("MUTE-EVENT")
class MuteForGoodIsNotTold(measures.ToldOfTheTimed):
    """Only a mute with an end is told."""

    about = "user:muted"


@MUTANTS.breaks("MUTE-EVENT")
class MuteForAWhileIsNotTold(measures.ToldOfThoseForGood):
    """Only a mute without an end is told."""

    about = "user:muted"


@MUTANTS.breaks("MUTE-EVENT")
class MuteIsToldByAnotherName(measures.Retells):
    """A mute is told as it is asked for: user:mute."""

    about = "user:muted"

    def retold(self, payload: Any) -> tuple[str, Any]:
        return "user:mute", payload


# --- what an unmute is answered, and who is told ----------------------------------------------------------------------


@MUTANTS.breaks("UNMUTE-OK")
class UnmuteIsAnswered204(measures.Answers):
    """An unmute is answered 204, with nothing to read."""

    measure, status = "unmute", 204


@MUTANTS.breaks("UNMUTE-OK")
class UnmuteCountsTheLifted(measures.Answers):
    """An unmute is answered with the number of mutes that it lifted."""

    measure, said = "unmute", {"ok": 1, "lifted": 1}


@MUTANTS.breaks("UNMUTE-OK")
class UnmuteSaysMutedNot(measures.Answers):
    """An unmute is answered with what holds now, and not that it worked."""

    measure, said = "unmute", {"muted": False}


@MUTANTS.breaks("UNMUTE-OK")
class UnmuteIsNotTold(measures.ToldToNobody):
    """Nobody is told of an unmute."""

    about = "user:unmuted"


@MUTANTS.breaks("UNMUTE-OK")
class UnmuteIsToldToTheUnmutedAlone(measures.ToldToTheTarget):
    """Only who is unmuted is told of it."""

    about = "user:unmuted"


@MUTANTS.breaks("UNMUTE-OK")
class UnmuteIsKeptFromTheUnmuted(measures.ToldToOthers):
    """Who is unmuted will see for itself, and is not told."""

    about = "user:unmuted"


@MUTANTS.breaks("UNMUTE-OK")
class UnmuteIsToldToOneSocketEach(measures.ToldToOneSocketEach):
    """Of each user one socket is told of an unmute."""

    about = "user:unmuted"


@MUTANTS.breaks("UNMUTE-OK")
class UnmuteIsToldWithoutTheChat(measures.ToldWithoutTheChat):
    """It is told who was unmuted, and not where."""

    about = "user:unmuted"


@MUTANTS.breaks("UNMUTE-OK")
class UnmuteIsToldAsAMute(measures.Retells):
    """An unmute is told as a mute of no time."""

    about = "user:unmuted"

    def retold(self, payload: Any) -> tuple[str, Any]:
        return "user:muted", {**payload, "duration": 0, "reason": None}


@MUTANTS.breaks("UNMUTE-OK")
class UnmuteOfAMuteForGoodIsNotTold(Decisions):
    """Only the end of a mute that would have ended anyway is told."""

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        if room.mutes.get(target.id) == float("inf"):
            await state.store.chats.unmute(room.chat.id, target.id)
        else:
            await super().lift_mute(state, room, target)


# --- what an unmute lifts ---------------------------------------------------------------------------------------------


@MUTANTS.breaks("UNMUTE-OK")
class UnmuteLiftsTheHardMute(Decisions):
    """An unmute lifts whatever mute there is."""

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        await super().lift_mute(state, room, target)
        await state.store.accounts.hard_mute(target.id, 0)


@MUTANTS.breaks("UNMUTE-OK")
class AdminsUnmuteLiftsTheHardMute(Decisions):
    """Who may mute everywhere lifts that by an unmute in any chat."""

    def __init__(self) -> None:
        super().__init__()
        self._by_admin = False

    def may_mute(self, actor: User, target: User, chat: Chat) -> bool:
        self._by_admin = actor.level > 1
        return super().may_mute(actor, target, chat)

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        by_admin = self._by_admin
        await super().lift_mute(state, room, target)
        if by_admin:
            await state.store.accounts.hard_mute(target.id, 0)


@MUTANTS.breaks("UNMUTE-OK")
class UnmuteLiftsTheHardMuteWhereNoOtherIs(Decisions):
    """Where the chat has no mute to lift, an unmute goes on to that of the account."""

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        found = self.is_muted(target, room, state.now())
        await super().lift_mute(state, room, target)
        if not found:
            await state.store.accounts.hard_mute(target.id, 0)


@MUTANTS.breaks("UNMUTE-OK")
class UnmutedMaySpeakHere(Decisions):
    """Who is unmuted in a chat is an exception there, whatever holds elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self._exceptions: set[tuple[int, int]] = set()

    async def apply_hard_mute(self, state: State, sanction: Sanction) -> None:
        self._exceptions = {one for one in self._exceptions if one[1] != sanction.user.id}
        await super().apply_hard_mute(state, sanction)

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        self._exceptions.add((room.chat.id, target.id))
        await super().lift_mute(state, room, target)

    def check_hard_mute(self, attempt: Attempt) -> Refusal | None:
        excepted = (attempt.room.chat.id, attempt.session.user.id) in self._exceptions
        return None if excepted else super().check_hard_mute(attempt)
