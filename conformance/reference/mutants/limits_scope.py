"""Mutants of the chapter limits: whom a spent limit is held against."""

from conformance.reference import refusals
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Attempt, Room, Session
from conformance.reference.refusals import Refusal
from conformance.reference.state import State

MUTANTS = Mutants()


# --- against others ---------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-429-SCOPE")
class ChatLimitOfAllSendersTogether(Decisions):
    """The limit of a chat is one for all who send there."""

    def chat_window_of(self, session: Session, room: Room) -> str:
        return f"chat:{room.chat.id}"


@MUTANTS.breaks("SEND-429-SCOPE")
class ChatLimitByPermissionLevel(Decisions):
    """The limit of a chat is one for all senders of a permission level."""

    def chat_window_of(self, session: Session, room: Room) -> str:
        return f"chat:{room.chat.id}:{session.user.level}"


@MUTANTS.breaks("SEND-429-SCOPE")
class ChatLimitByShortenedName(Decisions):
    """Who counts together in a chat is told by the first five characters of their names."""

    def chat_window_of(self, session: Session, room: Room) -> str:
        return f"chat:{room.chat.id}:{session.user.username[:5]}"


@MUTANTS.breaks("SEND-429-SCOPE")
class SentCountsForTheWholeAudience(Decisions):
    """A message counts for each user who has joined its chat, not for its sender alone."""

    async def count_attempt(self, state: State, attempt: Attempt, mark: str) -> None:
        await super().count_attempt(state, attempt, mark)
        room = attempt.room
        for user_id in {*room.joined.values()} - {attempt.session.user.id}:
            await state.store.windows.count(f"chat:{room.chat.id}:{user_id}", room.limit, mark, attempt.now)


class _ClosedByOne(Decisions):
    """Somebody's spent limit closes the chat to the others for a while."""

    closing_causes: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self._closed: dict[int, tuple[int, float]] = {}

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        await super().refused(state, attempt, refusal)
        if refusal.cause in self.closing_causes:
            self._closed[attempt.room.chat.id] = attempt.session.user.id, attempt.now + 1

    def check_chat_limit(self, attempt: Attempt) -> Refusal | None:
        closer, until = self._closed.get(attempt.room.chat.id, (attempt.session.user.id, 0.0))
        if closer != attempt.session.user.id and attempt.now < until:
            return refusals.rate_limited("closed", 1)
        return super().check_chat_limit(attempt)


@MUTANTS.breaks("SEND-429-SCOPE")
class ChatClosedByOneSendersLimit(_ClosedByOne):
    """For a second after one sender met the limit of a chat nobody else may send there."""

    closing_causes = ("chat_limit",)


@MUTANTS.breaks("SEND-429-SCOPE")
class ChatClosedByOneGlobalLimit(_ClosedByOne):
    """For a second after one sender met its own limit nobody else may send in the chat where it did."""

    closing_causes = ("global_limit",)


# --- not against all of the sender ------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-429-CHAT")
class ChatLimitBySession(Decisions):
    """Each session of a sender has the limit of a chat for itself."""

    def chat_window_of(self, session: Session, room: Room) -> str:
        return f"chat:{room.chat.id}:{session.id}"


@MUTANTS.breaks("SEND-429-GLOBAL")
class GlobalLimitBySession(Decisions):
    """Each session of a sender has the sender's own limit for itself."""

    def global_window_of(self, session: Session) -> str:
        return f"session:{session.id}"


@MUTANTS.breaks("SEND-429-CHAT")
class ChatLimitClosesAllChats(Decisions):
    """Whoever meets the limit of one chat may not send to any until its window is over."""

    def __init__(self) -> None:
        super().__init__()
        self._until: dict[int, float] = {}

    def within_chat_limit(self, attempt: Attempt) -> bool:
        user_id, within = attempt.session.user.id, super().within_chat_limit(attempt)
        if not within:
            self._until[user_id] = attempt.now + attempt.room.limit.window_s
        return within and attempt.now >= self._until.get(user_id, 0)
