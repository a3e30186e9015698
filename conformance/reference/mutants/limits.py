"""Mutants of the chapter limits: how many messages pass, and for how long no more do."""

import asyncio
import math
from dataclasses import replace

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import CHAT_LIMIT, GLOBAL_LIMIT, Attempt, Message, Room
from conformance.reference.refusals import Refusal
from conformance.reference.state import State

MUTANTS = Mutants()

_CHAT = ("SEND-429-CHAT", "SEND-DISTINCT")
_OPENS = {"SEND-429-GLOBAL": "a global limit that stays spent is seen where the chapter waits for it"}


# --- of a chat: too many, or too few ----------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-429-CHAT")
class ChatLimitNotKept(Decisions):
    """The limit of a chat is counted, and never met."""

    def within_chat_limit(self, attempt: Attempt) -> bool:
        return True


@MUTANTS.breaks("SEND-429-CHAT")
class ChatLimitOneMore(Decisions):
    """One message more than the limit of a chat passes."""

    def within_chat_limit(self, attempt: Attempt) -> bool:
        limit = attempt.room.limit
        return self.has_room(attempt.sent_here, replace(limit, messages=limit.messages + 1), attempt.now)


@MUTANTS.breaks("SEND-429-CHAT")
class ChatLimitOneLess(Decisions):
    """The last message within the limit of a chat is refused."""

    def within_chat_limit(self, attempt: Attempt) -> bool:
        limit = attempt.room.limit
        return self.has_room(attempt.sent_here, replace(limit, messages=limit.messages - 1), attempt.now)


@MUTANTS.breaks("SEND-429-CHAT")
class ChatLimitCountsTwice(Decisions):
    """A message counts in its chat as it is received, and once more as it is sent on."""

    async def count_attempt(self, state: State, attempt: Attempt, mark: str) -> None:
        await super().count_attempt(state, attempt, mark)
        window = self.chat_window_of(attempt.session, attempt.room)
        await state.store.windows.count(window, attempt.room.limit, f"{mark}/out", attempt.now)


@MUTANTS.breaks("SEND-429-CHAT")
class ChatLimitCountsByTheSecond(Decisions):
    """What was sent in a chat within one second counts once."""

    def within_chat_limit(self, attempt: Attempt) -> bool:
        seconds = {math.floor(at): at for at in attempt.sent_here}
        return self.has_room(tuple(seconds.values()), attempt.room.limit, attempt.now)


@MUTANTS.breaks("SEND-429-CHAT")
class ChatLimitOfItsOwnNotRead(Decisions):
    """A chat's own limit is stored, and the default one is kept."""

    def within_chat_limit(self, attempt: Attempt) -> bool:
        return self.has_room(attempt.sent_here, CHAT_LIMIT, attempt.now)


@MUTANTS.breaks("SEND-429-CHAT")
class ChatLimitInMilliseconds(Decisions):
    """The window of a chat's limit is taken for milliseconds."""

    def within_chat_limit(self, attempt: Attempt) -> bool:
        limit = attempt.room.limit
        return self.has_room(attempt.sent_here, replace(limit, window_s=limit.window_s / 1000), attempt.now)


@MUTANTS.breaks("SEND-429-CHAT")
class ChatLimitCountedASecondLate(Decisions):
    """What was sent in a chat is looked up once a second, and whatever comes meanwhile is not seen."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[tuple[int, int], tuple[float, tuple[float, ...]]] = {}

    def within_chat_limit(self, attempt: Attempt) -> bool:
        name = attempt.room.chat.id, attempt.session.user.id
        looked, times = self._seen.get(name, (0.0, ()))
        if attempt.now - looked > 1:
            looked, times = self._seen[name] = attempt.now, attempt.sent_here
        return self.has_room(times, attempt.room.limit, attempt.now)


@MUTANTS.breaks("SEND-429-CHAT")
class ChatLimitForgottenAfterRefusal(Decisions):
    """Whoever was refused by the limit of a chat begins to count anew at once."""

    def __init__(self) -> None:
        super().__init__()
        self._since: dict[tuple[int, int], float] = {}

    def within_chat_limit(self, attempt: Attempt) -> bool:
        name = attempt.room.chat.id, attempt.session.user.id
        times = tuple(at for at in attempt.sent_here if at > self._since.get(name, 0))
        within = self.has_room(times, attempt.room.limit, attempt.now)
        if not within:
            self._since[name] = attempt.now
        return within


# --- of a chat: the window --------------------------------------------------------------------------------------------


@MUTANTS.breaks(*_CHAT)
class ChatLimitNeverOpensAgain(Decisions):
    """Whoever met the limit of a chat once is refused there for good."""

    def __init__(self) -> None:
        super().__init__()
        self._met: set[tuple[int, int]] = set()

    def within_chat_limit(self, attempt: Attempt) -> bool:
        name = attempt.room.chat.id, attempt.session.user.id
        if not super().within_chat_limit(attempt):
            self._met.add(name)
        return name not in self._met


@MUTANTS.breaks(*_CHAT)
class ChatLimitInMinutes(Decisions):
    """The window of a chat's limit is taken for minutes."""

    def __init__(self) -> None:
        super().__init__()
        self._sent: dict[tuple[int, int, str], list[float]] = {}

    def within_chat_limit(self, attempt: Attempt) -> bool:
        limit = attempt.room.limit
        # The store forgets what no window of seconds reaches.
        sent = self._sent.setdefault((attempt.room.chat.id, attempt.session.user.id, limit.generation), [])
        sent.extend(at for at in attempt.sent_here if at not in sent)
        return self.has_room(tuple(sent), replace(limit, window_s=limit.window_s * 60), attempt.now)


@MUTANTS.breaks(*_CHAT)
class ChatLimitTwiceAsLong(Decisions):
    """The window of a chat's limit lasts twice its time."""

    def within_chat_limit(self, attempt: Attempt) -> bool:
        limit = attempt.room.limit
        return self.has_room(attempt.sent_here, replace(limit, window_s=limit.window_s * 1.9), attempt.now)


@MUTANTS.breaks(*_CHAT)
class ChatLimitOpensWithTheNextEpoch(Decisions):
    """Whoever met the limit of a chat is refused there until the epoch moves on."""

    def __init__(self) -> None:
        super().__init__()
        self._met: set[tuple[int, str, int]] = set()

    def within_chat_limit(self, attempt: Attempt) -> bool:
        name = attempt.room.chat.id, attempt.session.id, attempt.room.epoch
        if not super().within_chat_limit(attempt):
            self._met.add(name)
        return name not in self._met


# --- of a sender ------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-429-GLOBAL")
class GlobalLimitNotKept(Decisions):
    """A sender's own limit is counted, and never met."""

    def within_global_limit(self, attempt: Attempt) -> bool:
        return True


@MUTANTS.breaks("SEND-429-GLOBAL")
class GlobalLimitOneMore(Decisions):
    """One message more than the sender's own limit passes."""

    def within_global_limit(self, attempt: Attempt) -> bool:
        limit = attempt.global_limit
        return self.has_room(attempt.sent_anywhere, replace(limit, messages=limit.messages + 1), attempt.now)


@MUTANTS.breaks("SEND-429-GLOBAL")
class GlobalLimitOneLess(Decisions):
    """The last message within the sender's own limit is refused."""

    def within_global_limit(self, attempt: Attempt) -> bool:
        limit = attempt.global_limit
        return self.has_room(attempt.sent_anywhere, replace(limit, messages=limit.messages - 1), attempt.now)


@MUTANTS.breaks("SEND-429-GLOBAL")
class GlobalLimitCountedByChat(Decisions):
    """A sender's own limit is held against what it sent in one chat."""

    def within_global_limit(self, attempt: Attempt) -> bool:
        return self.has_room(attempt.sent_here, attempt.global_limit, attempt.now)


@MUTANTS.breaks("SEND-429-GLOBAL")
class GlobalLimitForEachChat(Decisions):
    """The global limit has the limit's number for each chat that the sender has joined."""

    def __init__(self) -> None:
        super().__init__()
        self._chats: dict[int, set[int]] = {}

    def within_global_limit(self, attempt: Attempt) -> bool:
        chats = self._chats.setdefault(attempt.session.user.id, set())
        chats.add(attempt.room.chat.id)
        limit = attempt.global_limit
        return self.has_room(attempt.sent_anywhere, replace(limit, messages=limit.messages * len(chats)), attempt.now)


@MUTANTS.breaks("SEND-429-GLOBAL")
class GlobalLimitBeginsAnewInAnotherChat(Decisions):
    """A sender's own limit begins anew when it turns to another chat."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[int, tuple[int, float]] = {}

    def within_global_limit(self, attempt: Attempt) -> bool:
        user_id, chat_id = attempt.session.user.id, attempt.room.chat.id
        last, since = self._last.get(user_id, (chat_id, 0.0))
        self._last[user_id] = chat_id, since if last == chat_id else attempt.now
        times = tuple(at for at in attempt.sent_anywhere if at >= self._last[user_id][1])
        return self.has_room(times, attempt.global_limit, attempt.now)


@MUTANTS.breaks("SEND-429-GLOBAL")
class GlobalLimitOfItsOwnNotRead(Decisions):
    """A sender's own limit is stored, and the default one is kept."""

    def within_global_limit(self, attempt: Attempt) -> bool:
        return self.has_room(attempt.sent_anywhere, GLOBAL_LIMIT, attempt.now)


@MUTANTS.breaks("SEND-429-GLOBAL")
class GlobalLimitInMilliseconds(Decisions):
    """The window of a sender's own limit is taken for milliseconds."""

    def within_global_limit(self, attempt: Attempt) -> bool:
        limit = attempt.global_limit
        return self.has_room(attempt.sent_anywhere, replace(limit, window_s=limit.window_s / 1000), attempt.now)


@MUTANTS.breaks("SEND-DISTINCT", collateral=_OPENS)
class GlobalLimitNeverOpensAgain(Decisions):
    """Whoever met its own limit once is refused everywhere for good."""

    def __init__(self) -> None:
        super().__init__()
        self._met: set[int] = set()

    def within_global_limit(self, attempt: Attempt) -> bool:
        if not super().within_global_limit(attempt):
            self._met.add(attempt.session.user.id)
        return attempt.session.user.id not in self._met


# --- another answer ---------------------------------------------------------------------------------------------------


class _LimitAnswered(Decisions):
    """Another status than 429."""

    chat_status = 429
    global_status = 429

    def status_of(self, refusal: Refusal) -> int:
        statuses = {"chat_limit": self.chat_status, "global_limit": self.global_status}
        return statuses.get(refusal.cause) or super().status_of(refusal)


@MUTANTS.breaks("SEND-429-CHAT", "SEND-429-GLOBAL")
class LimitAnswered403(_LimitAnswered):
    """Too many messages are forbidden ones."""

    chat_status = 403
    global_status = 403


@MUTANTS.breaks("SEND-429-CHAT", "SEND-429-GLOBAL")
class LimitAnswered503(_LimitAnswered):
    """Too many messages are more than the service can take."""

    chat_status = 503
    global_status = 503


@MUTANTS.breaks("SEND-429-CHAT")
class ChatLimitAnswered420(_LimitAnswered):
    """Too many messages in a chat ask for calm."""

    chat_status = 420


@MUTANTS.breaks("SEND-429-GLOBAL")
class GlobalLimitAnswered409(_LimitAnswered):
    """Too many messages of a sender are a conflict."""

    global_status = 409


@MUTANTS.breaks("SEND-429-CHAT")
class ChatLimitDropsAsAccepted(Decisions):
    """What is too much for a chat is answered with an id, and nobody hears it."""

    def check_chat_limit(self, attempt: Attempt) -> Refusal | None:
        return None

    async def store_message(self, state: State, attempt: Attempt) -> Message:
        if self.within_chat_limit(attempt):
            return await super().store_message(state, attempt)
        return Message("0-1", attempt.room.chat.id, attempt.session.user, "", 0, attempt.now)

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        if message.content:
            await super().broadcast(state, room, message)


@MUTANTS.breaks("SEND-429-CHAT")
class ChatLimitSlowsDown(Decisions):
    """What is too much for a chat waits for a second, and is accepted then."""

    def check_chat_limit(self, attempt: Attempt) -> Refusal | None:
        return None

    async def store_message(self, state: State, attempt: Attempt) -> Message:
        if not self.within_chat_limit(attempt):
            await asyncio.sleep(1)
        return await super().store_message(state, attempt)


@MUTANTS.breaks("SEND-REFUSED-SILENT")
class LimitedIsStoredThoughRefused(Decisions):
    """A message past a limit is refused, and is in the history."""

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        await super().refused(state, attempt, refusal)
        if refusal.status == 429:
            await self.store_message(state, attempt)
