"""Mutants of the chapter history: the fields of an entry, and who spoke."""

from datetime import UTC, datetime
from email.utils import format_datetime

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Message, Room, User
from conformance.reference.shapes import Json

MUTANTS = Mutants()


class Shows(Decisions):
    """Shows an entry of the history otherwise."""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        """The entry that is shown."""
        raise NotImplementedError

    def history_entry(self, message: Message, room: Room) -> Json:
        return self.shown(super().history_entry(message, room), message, room)


class Without(Shows):
    """Leaves one field out of every entry."""

    field = ""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        return {name: value for name, value in entry.items() if name != self.field}


# --- fields -----------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("HIST-FIELDS")
class EntriesLackTheChatsName(Without):
    """An entry does not say what its chat is called: the reader knows."""

    field = "chat_name"


@MUTANTS.breaks("HIST-FIELDS")
class EntriesLackTheEpoch(Without):
    """An entry does not say its epoch: the content does."""

    field = "epoch"


@MUTANTS.breaks("HIST-FIELDS")
class EntriesLackTheLevel(Without):
    """An entry does not say the level of who spoke."""

    field = "permission_level"


@MUTANTS.breaks("HIST-FIELDS")
class EmptyFieldsAreLeftOut(Shows):
    """What is null or zero is left out of an entry, as Go does where it is told to."""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        return {name: value for name, value in entry.items() if value}


@MUTANTS.breaks("HIST-FIELDS")
class SystemEntriesHaveFewerFields(Shows):
    """The server's own entries have no content, no epoch and no chat's name."""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        gone = ("content", "epoch", "chat_name") if message.type == "system" else ()
        return {name: value for name, value in entry.items() if name not in gone}


@MUTANTS.breaks("HIST-FIELDS")
class ChatsNameIsAnObject(Shows):
    """The chat's name is an object of names by language."""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        return {**entry, "chat_name": {"en": entry["chat_name"]}}


@MUTANTS.breaks("HIST-FIELDS")
class EntriesAreOfAnotherChat(Shows):
    """The chat of an entry is off by one."""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        return {**entry, "chat_id": room.chat.id + 1}


@MUTANTS.breaks("HIST-FIELDS")
class TimestampsAreSeconds(Shows):
    """A timestamp is a number of seconds."""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        return {**entry, "timestamp": int(message.at)}


@MUTANTS.breaks("HIST-FIELDS")
class TimestampsAreSecondsInText(Shows):
    """A timestamp is a number of seconds in a text."""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        return {**entry, "timestamp": str(int(message.at))}


@MUTANTS.breaks("HIST-FIELDS")
class TimestampsAreOfMail(Shows):
    """A timestamp is written as in the header of a mail."""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        return {**entry, "timestamp": format_datetime(datetime.fromtimestamp(message.at, UTC))}


@MUTANTS.breaks("HIST-FIELDS")
class TimestampsOfTheDatabase(Shows):
    """A timestamp is written as the database prints it."""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        return {**entry, "timestamp": datetime.fromtimestamp(message.at, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")}


@MUTANTS.breaks("HIST-FIELDS")
class SystemTimestampsAreNull(Shows):
    """The server's own entries have no time."""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        return {**entry, "timestamp": None} if message.type == "system" else entry


@MUTANTS.breaks("HIST-FIELDS")
class EpochsAreDecimalTexts(Shows):
    """An epoch is a decimal number in a text."""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        return {**entry, "epoch": str(message.epoch)}


@MUTANTS.breaks("HIST-FIELDS")
class EpochsAreFourBytes(Shows):
    """An epoch is four bytes in hexadecimal."""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        return {**entry, "epoch": f"{message.epoch:08x}"}


@MUTANTS.breaks("HIST-FIELDS")
class EpochsAreTheChatsOwn(Shows):
    """The epoch of an entry is the one that the chat has now."""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        return {**entry, "epoch": room.epoch}


@MUTANTS.breaks("HIST-FIELDS")
class SendersAreNames(Shows):
    """A sender is a name, and no object."""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        return {**entry, "sender": message.sender.username if message.sender else None}


@MUTANTS.breaks("HIST-FIELDS")
class SendersAreTheOwner(Shows):
    """The sender of a message is the chat's owner: the query joins the wrong table."""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        return {**entry, "sender": self.sender(message.sender and User(room.chat.owner_id or 0, "owner"))}


@MUTANTS.breaks("HIST-FIELDS")
class KicksAreOfTheirOwnType(Shows):
    """The entry that notes a kick is of a type of its own."""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        return {**entry, "type": "kick"} if message.sender is None and message.content.endswith("kicked") else entry


# --- who spoke --------------------------------------------------------------------------------------------------------


class ShowsNotes(Shows):
    """Shows the server's own entries otherwise."""

    sender_of_notes: object = None
    level_of_notes: int | None = None

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        if message.type == "user":
            return entry
        return {**entry, "sender": self.sender_of_notes, "permission_level": self.level_of_notes}


@MUTANTS.breaks("HIST-SYSTEM")
class NotesAreSentByThePlatform(ShowsNotes):
    """The platform is the sender of the server's own entries."""

    sender_of_notes: object = {"id": 0, "username": "Portal", "avatar_url": None}


@MUTANTS.breaks("HIST-SYSTEM")
class NotesAreSentByAnEmptyObject(ShowsNotes):
    """The sender of the server's own entries is an object with nothing in it."""

    sender_of_notes: object = {}


@MUTANTS.breaks("HIST-SYSTEM")
class NotesHaveTheLevelOfAUser(ShowsNotes):
    """The server's own entries have the level 0, which is a user's."""

    level_of_notes = 0


@MUTANTS.breaks("HIST-SYSTEM")
class LevelZeroIsNull(Shows):
    """The level 0 of a user is null: it is false to the serializer."""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        return {**entry, "permission_level": entry["permission_level"] or None}


@MUTANTS.breaks("HIST-SYSTEM")
class WhoIsGoneIsNobody(Shows):
    """The sender of a message is null once it is not in the chat any more."""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        there = message.sender is not None and message.sender.id in room.joined.values()
        return entry if there else {**entry, "sender": None}


@MUTANTS.breaks("HIST-SYSTEM")
class WhoIsGoneHasNoLevel(Shows):
    """The level of a sender is null once it is not in the chat any more."""

    def shown(self, entry: Json, message: Message, room: Room) -> Json:
        there = message.sender is not None and message.sender.id in room.joined.values()
        return entry if there else {**entry, "permission_level": None}
