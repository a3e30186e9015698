"""Mutants of the chapter delivery: the id and the ciphertext in the event."""

import base64
import html
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.mutants.sending_ids import Crowded, parts
from conformance.reference.records import Message, Room
from conformance.reference.shapes import Json
from conformance.reference.state import State

MUTANTS = Mutants()


# --- the id ----------------------------------------------------------------------------------------------------------


class _NamesOtherwise(Decisions):
    """Gives the event another id than the answer."""

    def id_in_event(self, message: Message) -> Any:
        raise NotImplementedError

    def event_payload(self, message: Message, room: Room) -> Json:
        return {**super().event_payload(message, room), "id": self.id_in_event(message)}


@MUTANTS.breaks(
    "SEND-BROADCAST-ID",
    collateral={
        "SEND-BROADCAST": "by its id the message before came once more, and the last one never",
        "SEND-REFUSED-SILENT": "the first message has the id of none",
    },
)
class EventHasThePreviousId(_NamesOtherwise):
    """The event has the id of the chat's message before: it is built before the new id is known."""

    def __init__(self) -> None:
        self._previous: dict[int, str] = {}

    def id_in_event(self, message: Message) -> Any:
        previous = self._previous.get(message.chat_id, "0-0")
        self._previous[message.chat_id] = message.id
        return previous


@MUTANTS.breaks("SEND-BROADCAST-ID")
class EventHasAnIdOfItsOwn(_NamesOtherwise):
    """The event's id is drawn anew, a moment after the message's."""

    def id_in_event(self, message: Message) -> Any:
        first, second = parts(message.id)
        return f"{first + 1}-{second}"


@MUTANTS.breaks("SEND-BROADCAST-ID")
class EventHasTheNextSequence(_NamesOtherwise):
    """The second number of the event's id is one ahead."""

    def id_in_event(self, message: Message) -> Any:
        first, second = parts(message.id)
        return f"{first}-{second + 1}"


@MUTANTS.breaks("SEND-BROADCAST-ID")
class EventHasHalfTheId(_NamesOtherwise):
    """The event has the first number of the id alone, as an integer."""

    def id_in_event(self, message: Message) -> Any:
        return parts(message.id)[0]


@MUTANTS.breaks("SEND-BROADCAST-ID")
class EventHasNoId(_NamesOtherwise):
    """The event's id is null: the message was told before it was stored."""

    def id_in_event(self, message: Message) -> Any:
        return None


@MUTANTS.breaks("SEND-BROADCAST-ID")
class EventNamesTheChat(_NamesOtherwise):
    """The event's id is the chat's."""

    def id_in_event(self, message: Message) -> Any:
        return str(message.chat_id)


@MUTANTS.breaks("SEND-BROADCAST-ID")
class IdDiffersForThoseBehindTheFirst(Decisions):
    """Each receiver's event is numbered by itself: only the first one has the message's id."""

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        first, second = parts(message.id)
        sids = self.receivers_of(message, room, state.hub.listeners(room.chat.id), state.now())
        for place, sid in enumerate(sids):
            payload = {**self.event_payload(message, room), "id": f"{first}-{second + place}"}
            await self.deliver(state, "message:new", payload, [sid])


@MUTANTS.breaks("SEND-BROADCAST-ID")
class EventIdsDifferUnderLoad(Crowded):
    """Under concurrent senders an event that has to wait is given an id of its own."""

    def event_payload(self, message: Message, room: Room) -> Json:
        payload = super().event_payload(message, room)
        first, second = parts(message.id)
        return {**payload, "id": f"{first}-{second + 1000}"} if self.crowded(room.chat.id) else payload


# --- the ciphertext --------------------------------------------------------------------------------------------------


class _Tells(Decisions):
    """Changes the content of the event, and leaves the history alone."""

    def told(self, content: str) -> Any:
        raise NotImplementedError

    def event_payload(self, message: Message, room: Room) -> Json:
        return {**super().event_payload(message, room), "content": self.told(message.content)}


def with_ciphertext(content: str, change: Callable[[str], str]) -> str:
    """The bundle with another ct."""
    bundle = json.loads(content)
    return json.dumps({**bundle, "ct": change(bundle["ct"])})


@MUTANTS.breaks("SEND-BROADCAST-CT")
class CiphertextIsToldUrlSafely(_Tells):
    """The ct is told in the url-safe alphabet."""

    def told(self, content: str) -> Any:
        return with_ciphertext(content, lambda ct: ct.replace("+", "-").replace("/", "_"))


@MUTANTS.breaks("SEND-BROADCAST-CT")
class CiphertextIsToldUnpadded(_Tells):
    """The padding of the ct is stripped."""

    def told(self, content: str) -> Any:
        return with_ciphertext(content, lambda ct: ct.rstrip("="))


@MUTANTS.breaks("SEND-BROADCAST-CT")
class CiphertextIsToldInLowerCase(_Tells):
    """The ct is told in lower case."""

    def told(self, content: str) -> Any:
        return with_ciphertext(content, str.lower)


@MUTANTS.breaks("SEND-BROADCAST-CT")
class PlusesAreToldAsSpaces(_Tells):
    """A plus in the ct is told as a space: it went through a form."""

    def told(self, content: str) -> Any:
        return with_ciphertext(content, lambda ct: ct.replace("+", " "))


@MUTANTS.breaks("SEND-BROADCAST-CT")
class CiphertextIsToldQuoted(_Tells):
    """The ct is told percent-encoded."""

    def told(self, content: str) -> Any:
        return with_ciphertext(content, lambda ct: quote(ct, safe=""))


@MUTANTS.breaks("SEND-BROADCAST-CT")
class SlashesAreToldEscaped(_Tells):
    """A slash in the ct is told with a backslash in front: it was escaped twice."""

    def told(self, content: str) -> Any:
        return with_ciphertext(content, lambda ct: ct.replace("/", "\\/"))


@MUTANTS.breaks("SEND-BROADCAST-CT")
class CiphertextIsToldWrapped(_Tells):
    """The ct is told with a line break after every 76 characters, as in a mail."""

    def told(self, content: str) -> Any:
        return with_ciphertext(content, lambda ct: base64.encodebytes(base64.b64decode(ct)).decode().rstrip("\n"))


@MUTANTS.breaks("SEND-BROADCAST-CT")
class CiphertextIsToldTwiceEncoded(_Tells):
    """The ct is encoded once more before it is told."""

    def told(self, content: str) -> Any:
        return with_ciphertext(content, lambda ct: base64.b64encode(ct.encode()).decode())


@MUTANTS.breaks("SEND-BROADCAST-CT")
class CiphertextIsToldWithoutItsNonce(_Tells):
    """The nonce in front of the ct is cut off."""

    def told(self, content: str) -> Any:
        return with_ciphertext(content, lambda ct: base64.b64encode(base64.b64decode(ct)[24:]).decode())


@MUTANTS.breaks("SEND-BROADCAST-CT")
class CiphertextIsToldUpToAThousand(_Tells):
    """A ct is cut after a thousand characters."""

    def told(self, content: str) -> Any:
        return with_ciphertext(content, lambda ct: ct[:1000])


@MUTANTS.breaks("SEND-BROADCAST-CT")
class LastByteIsNotTold(_Tells):
    """The last byte of the ciphertext is taken for a terminator."""

    def told(self, content: str) -> Any:
        return with_ciphertext(content, lambda ct: base64.b64encode(base64.b64decode(ct)[:-1]).decode())


@MUTANTS.breaks("SEND-BROADCAST-CT")
class ContentIsCutAt4095(_Tells):
    """The content is told up to its 4095th character, for the terminator of the column."""

    def told(self, content: str) -> Any:
        return content[:4095]


@MUTANTS.breaks("SEND-BROADCAST-CT")
class ContentIsToldAsHtml(_Tells):
    """The content is escaped for a web page."""

    def told(self, content: str) -> Any:
        return html.escape(content)


@MUTANTS.breaks("SEND-BROADCAST-CT")
class ContentIsNotTold(_Tells):
    """The event has no content: clients may fetch it."""

    def told(self, content: str) -> Any:
        return None


@MUTANTS.breaks(
    "SEND-BROADCAST-CT", collateral={"SEND-BROADCAST": "by its ciphertext the message before came once more"}
)
class ContentOfThePreviousIsTold(Decisions):
    """The event has the content of the chat's message before."""

    def __init__(self) -> None:
        self._previous: dict[int, str] = {}

    def event_payload(self, message: Message, room: Room) -> Json:
        previous = self._previous.get(message.chat_id, message.content)
        self._previous[message.chat_id] = message.content
        return super().event_payload(replace(message, content=previous), room)


@MUTANTS.breaks("SEND-BROADCAST-CT")
class SenderAloneIsToldTheCiphertext(Decisions):
    """The sender hears its own ciphertext; all others hear it cut in half."""

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        cut = replace(message, content=with_ciphertext(message.content, lambda ct: ct[: len(ct) // 8 * 4]))
        for socket in state.hub.listeners(room.chat.id):
            own = message.sender is not None and socket.user_id == message.sender.id
            told = message if own else cut
            sids = self.receivers_of(told, room, [socket], state.now())
            await self.deliver(state, "message:new", self.event_payload(told, room), sids)


@MUTANTS.breaks("SEND-BROADCAST-CT")
class RaggedCiphertextIsFilledUp(Decisions):
    """A ciphertext whose length is no multiple of three is filled up with zeros before it is told."""

    def event_payload(self, message: Message, room: Room) -> Json:
        filled = with_ciphertext(message.content, self._filled)
        return {**super().event_payload(message, room), "content": filled}

    @staticmethod
    def _filled(ct: str) -> str:
        raw = base64.b64decode(ct)
        return base64.b64encode(raw + b"\0" * (-len(raw) % 3)).decode()
