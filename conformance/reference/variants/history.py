"""Variants of the history: order, pages, system entries and forms; and of what deletion counts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Variants
from conformance.reference.records import Message, Room, Sanction, User
from conformance.reference.shapes import Json
from conformance.reference.state import State

VARIANTS = Variants()

_PAGE = 50
_INDIA = timezone(timedelta(hours=5, minutes=30))


@VARIANTS.keeps()
class HistoryNewestFirst(Decisions):
    """The history begins with the newest entry."""

    def history_page(self, messages: Sequence[Message]) -> Sequence[Message]:
        return super().history_page(messages)[::-1]


@VARIANTS.keeps()
class HistoryInPages(Decisions):
    """The history shows the newest fifty entries."""

    def history_page(self, messages: Sequence[Message]) -> Sequence[Message]:
        return super().history_page(messages[-_PAGE:])


@VARIANTS.keeps(apart=["more-system-entries"])
class NoSystemEntries(Decisions):
    """The server keeps no entries of its own."""

    async def note(self, state: State, room: Room, text: str) -> None:
        return


@VARIANTS.keeps(apart=["no-system-entries"])
class MoreSystemEntries(Decisions):
    """Mutes, bans and departures are noted in the history too."""

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_mute(state, room, sanction)
        await self.note(state, room, f"{sanction.user.username} was muted")

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        await super().apply_ban(state, room, sanction)
        await self.note(state, room, f"{sanction.user.username} was banned")

    async def depart(self, state: State, room: Room, session_id: str, user_id: int) -> None:
        await super().depart(state, room, session_id, user_id)
        await self.note(state, room, "somebody left")


@VARIANTS.keeps(apart=["bundle-objects-in-history"])
class BareCiphertextsInHistory(Decisions):
    """The content of a history entry is the bare ciphertext."""

    def history_entry(self, message: Message, room: Room) -> Json:
        entry = super().history_entry(message, room)
        return entry if message.type == "system" else {**entry, "content": self.read_content(message.content)["ct"]}


@VARIANTS.keeps(apart=["bare-ciphertexts-in-history"])
class BundleObjectsInHistory(Decisions):
    """The content of a history entry is the bundle as an object."""

    def history_entry(self, message: Message, room: Room) -> Json:
        entry = super().history_entry(message, room)
        return entry if message.type == "system" else {**entry, "content": self.read_content(message.content)}


@VARIANTS.keeps()
class HistorySaysMore(Decisions):
    """History entries have further members."""

    def history_entry(self, message: Message, room: Room) -> Json:
        return {**super().history_entry(message, room), "reactions": [], "edited_at": None, "deleted": False}


@VARIANTS.keeps(apart=["prefixed-epochs-in-history"])
class HexadecimalEpochsInHistory(Decisions):
    """The epoch of a history entry is eight bytes in hexadecimal, as its own page has it."""

    def history_entry(self, message: Message, room: Room) -> Json:
        return {**super().history_entry(message, room), "epoch": f"{message.epoch:016x}"}


@VARIANTS.keeps(apart=["timestamps-in-whole-seconds", "timestamps-in-basic-form"])
class TimestampsWithOffset(Decisions):
    """Times are local ones with an offset, to the microsecond."""

    def timestamp(self, at: float) -> str:
        return datetime.fromtimestamp(at, _INDIA).isoformat(timespec="microseconds")


@VARIANTS.keeps(apart=["timestamps-with-offset", "timestamps-in-basic-form"])
class TimestampsInWholeSeconds(Decisions):
    """Times are whole seconds and end in Z."""

    def timestamp(self, at: float) -> str:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@VARIANTS.keeps(apart=["timestamps-with-offset", "timestamps-in-whole-seconds"])
class TimestampsInBasicForm(Decisions):
    """Times are local ones in the basic form of ISO 8601, with a decimal comma and without an offset."""

    def timestamp(self, at: float) -> str:
        return datetime.fromtimestamp(at, _INDIA).strftime("%Y%m%dT%H%M%S,%f")


@VARIANTS.keeps(apart=["hexadecimal-epochs-in-history"])
class PrefixedEpochsInHistory(Decisions):
    """The epoch of a history entry is eight bytes in hexadecimal, in capitals and with a prefix."""

    def history_entry(self, message: Message, room: Room) -> Json:
        return {**super().history_entry(message, room), "epoch": f"0x{message.epoch:016X}"}


@VARIANTS.keeps(apart=["no-system-entries"])
class SystemEntriesSayNothing(Decisions):
    """The content of the server's own entries is null: what happened stands in another member."""

    def history_entry(self, message: Message, room: Room) -> Json:
        entry = super().history_entry(message, room)
        return entry if message.type == "user" else {**entry, "content": None, "event": message.content}


@VARIANTS.keeps()
class PrivateHistoryForWhoHasJoined(Decisions):
    """The history of a private chat is for members that have joined it."""

    def may_read(self, user: User, room: Room) -> bool:
        there = not self.is_private(room.chat) or self.owns(user, room.chat) or user.id in room.joined.values()
        return there and super().may_read(user, room)


# --- deletion ---------------------------------------------------------------------------------------------------


@VARIANTS.keeps()
class ClearedCountsMessagesAlone(Decisions):
    """A clear counts what users said, and not the server's own entries."""

    async def wipe(self, state: State, room: Room) -> int:
        said = [entry for entry in await state.store.messages.all(room.chat.id) if entry.type == "user"]
        await super().wipe(state, room)
        return len(said)


@VARIANTS.keeps()
class NewestIncludeSystemEntries(Decisions):
    """Deleting the newest counts the server's own entries as well."""

    def newest_messages(self, messages: Sequence[Message], count: int) -> list[Message]:
        return list(messages[-count:])
