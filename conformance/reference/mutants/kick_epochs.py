"""Mutants of the chapter kick: kicks that leave the epoch as it is, in one case or another."""

from collections import defaultdict
from dataclasses import replace

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.mutants.kick import BySocket
from conformance.reference.records import Cause, Room, Share, User
from conformance.reference.refusals import Refusal
from conformance.reference.shapes import Json
from conformance.reference.state import State

MUTANTS = Mutants()


@MUTANTS.breaks("KICK-ROTATES")
class KickKeepsTheEpoch(Decisions):
    """A kick leaves the epoch as it is."""

    def rotates_on(self, cause: Cause, room: Room, user: User) -> bool:
        return cause != "kick" and super().rotates_on(cause, room, user)


@MUTANTS.breaks("KICK-ROTATES")
class KickByRestKeepsTheEpoch(BySocket):
    """Only a kick over the socket rotates."""

    def rotates_on(self, cause: Cause, room: Room, user: User) -> bool:
        return (cause != "kick" or room.chat.id in self.asked) and super().rotates_on(cause, room, user)


@MUTANTS.breaks("KICK-ROTATES")
class KickOverTheSocketKeepsTheEpoch(BySocket):
    """Only a kick by REST rotates."""

    def rotates_on(self, cause: Cause, room: Room, user: User) -> bool:
        return (cause != "kick" or room.chat.id not in self.asked) and super().rotates_on(cause, room, user)


@MUTANTS.breaks("KICK-ROTATES")
class KickWithABanKeepsTheEpoch(BySocket):
    """A kick with a ban leaves the rotation to the ban, which does not rotate."""

    def rotates_on(self, cause: Cause, room: Room, user: User) -> bool:
        with_ban = cause == "kick" and self.asked.get(room.chat.id)
        return not with_ban and super().rotates_on(cause, room, user)


@MUTANTS.breaks("KICK-ROTATES")
class KickOfTheKeylessKeepsTheEpoch(Decisions):
    """Who never had the key takes none along, so its kick leaves the epoch as it is."""

    def rotates_on(self, cause: Cause, room: Room, user: User) -> bool:
        has_it = any(holder.user_id == user.id and holder.epoch == room.epoch for holder in room.key_holders)
        return (cause != "kick" or has_it) and super().rotates_on(cause, room, user)


@MUTANTS.breaks("KICK-ROTATES")
class SecondKickKeepsTheEpoch(Decisions):
    """The epoch rotates at the first kick of each user alone."""

    def __init__(self) -> None:
        super().__init__()
        self._kicked: set[tuple[int, int]] = set()

    def rotates_on(self, cause: Cause, room: Room, user: User) -> bool:
        again = cause == "kick" and (room.chat.id, user.id) in self._kicked
        if cause == "kick":
            self._kicked.add((room.chat.id, user.id))
        return not again and super().rotates_on(cause, room, user)


@MUTANTS.breaks("KICK-ROTATES")
class KickInAPrivateChatKeepsTheEpoch(Decisions):
    """In a private chat the members are known, so a kick leaves the epoch as it is."""

    def rotates_on(self, cause: Cause, room: Room, user: User) -> bool:
        spared = cause == "kick" and self.is_private(room.chat)
        return not spared and super().rotates_on(cause, room, user)


class RotatesForTheEyesAlone(Decisions):
    """What ``spared`` causes moves the epoch that is told, and not the one that holds."""

    spared: Cause

    def __init__(self) -> None:
        super().__init__()
        self._ahead: dict[int, int] = defaultdict(int)

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        if cause != self.spared:
            return await super().rotate(state, room, cause, user)
        self._ahead[room.chat.id] += 1
        payload = {"chat_id": room.chat.id, "epoch": room.epoch + self._ahead[room.chat.id]}
        await self.announce(state, "room:epoch_changed", payload, room.chat.id)
        return room.epoch

    def refuses_share(self, share: Share, room: Room) -> Refusal | None:
        return super().refuses_share(replace(share, epoch=share.epoch - self._ahead[room.chat.id]), room)

    def join_ack(self, room: Room, members: list[Json]) -> Json:
        return super().join_ack(replace(room, epoch=room.epoch + self._ahead[room.chat.id]), members)


@MUTANTS.breaks("KICK-ROTATES", collateral={"EPOCH-MONOTONE": "the epoch that a join tells is not the one that holds"})
class KickRotatesForTheEyesAlone(RotatesForTheEyesAlone):
    """A kick announces the next epoch, and joins tell of it, but sends are held against the old one."""

    spared = "kick"
