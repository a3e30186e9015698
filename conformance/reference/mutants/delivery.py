"""Mutants of the chapter delivery: who hears an accepted message, how often, and who else."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from conformance.reference.decisions import Decisions
from conformance.reference.hub import Socket
from conformance.reference.lies import Mutants
from conformance.reference.mutants.sending_ids import Crowded
from conformance.reference.records import Attempt, KeyHolder, Message, Room, Sanction, Session, User
from conformance.reference.state import State

MUTANTS = Mutants()


class Picks(Decisions):
    """Leaves some out of those who ought to hear a message."""

    def leaves_out(self, socket: Socket, message: Message, room: Room, now: float) -> bool:
        """Whether that socket is left out."""
        raise NotImplementedError

    def receivers_of(self, message: Message, room: Room, listeners: Sequence[Socket], now: float) -> list[str]:
        kept = [socket for socket in listeners if not self.leaves_out(socket, message, room, now)]
        return super().receivers_of(message, room, kept, now)


def is_senders(socket: Socket, message: Message) -> bool:
    """Whether it is a socket of who sent the message."""
    return message.sender is not None and message.sender.id == socket.user_id


# --- lost ------------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-BROADCAST")
class SenderIsNotTold(Picks):
    """The sender's own sockets are skipped: it knows what it said."""

    def leaves_out(self, socket: Socket, message: Message, room: Room, now: float) -> bool:
        return is_senders(socket, message)


@MUTANTS.breaks("SEND-BROADCAST")
class OnlyTheSenderIsTold(Picks):
    """The event goes back to the sender, and to nobody else."""

    def leaves_out(self, socket: Socket, message: Message, room: Room, now: float) -> bool:
        return not is_senders(socket, message)


@MUTANTS.breaks("SEND-BROADCAST")
class OwnerIsNotTold(Picks):
    """The chat's owner is not among its members, so it is not told."""

    def leaves_out(self, socket: Socket, message: Message, room: Room, now: float) -> bool:
        return room.chat.owner_id == socket.user_id


@MUTANTS.breaks("SEND-BROADCAST")
class OwnerOfAPrivateChatIsNotTold(Picks):
    """In a private chat only its members are told, and the owner is none."""

    def leaves_out(self, socket: Socket, message: Message, room: Room, now: float) -> bool:
        return self.is_private(room.chat) and room.chat.owner_id == socket.user_id


@MUTANTS.breaks("SEND-BROADCAST")
class MutedAreNotTold(Picks):
    """Who may not speak does not hear either."""

    def leaves_out(self, socket: Socket, message: Message, room: Room, now: float) -> bool:
        return self.still_holds(room.mutes.get(socket.user_id), now)


@MUTANTS.breaks("SEND-BROADCAST")
class ThoseWithoutTheKeyAreNotTold(Picks):
    """Who has no key of the current epoch could not read it, so it is not told."""

    def leaves_out(self, socket: Socket, message: Message, room: Room, now: float) -> bool:
        return KeyHolder(room.epoch, socket.user_id, socket.session_id) not in room.key_holders


@MUTANTS.breaks("SEND-BROADCAST")
class LongMessagesAreNotTold(Picks):
    """A message of more than 2048 characters does not fit into a packet, and is dropped."""

    def leaves_out(self, socket: Socket, message: Message, room: Room, now: float) -> bool:
        return len(message.content) > 2048


@MUTANTS.breaks("SEND-BROADCAST")
class FifthMessageIsNotTold(Picks):
    """Of every five messages of a chat one is never told."""

    def __init__(self) -> None:
        self._told: dict[int, list[str]] = {}

    def leaves_out(self, socket: Socket, message: Message, room: Room, now: float) -> bool:
        told = self._told.setdefault(room.chat.id, [])
        if message.id not in told:
            told.append(message.id)
        return told.index(message.id) % 5 == 4


@MUTANTS.breaks("SEND-BROADCAST")
class LastListenerIsNotTold(Decisions):
    """The loop over the listeners ends one too early."""

    def receivers_of(self, message: Message, room: Room, listeners: Sequence[Socket], now: float) -> list[str]:
        return super().receivers_of(message, room, listeners, now)[:-1]


@MUTANTS.breaks("SEND-BROADCAST")
class OneSocketAUserIsTold(Decisions):
    """Sockets are kept by user: of a user's several, one is told."""

    def receivers_of(self, message: Message, room: Room, listeners: Sequence[Socket], now: float) -> list[str]:
        by_user = {socket.user_id: socket for socket in listeners}
        return super().receivers_of(message, room, [*by_user.values()], now)


@MUTANTS.breaks("SEND-BROADCAST")
class SendersOtherSessionsAreNotTold(Picks):
    """Of a sender with two sessions, only the one that joined first is told what the user said."""

    def leaves_out(self, socket: Socket, message: Message, room: Room, now: float) -> bool:
        own = [session for session, user in room.joined.items() if user == socket.user_id]
        return len(own) > 1 and socket.session_id == max(own)


@MUTANTS.breaks("SEND-BROADCAST")
class OthersAreForgottenUnderLoad(Crowded):
    """A message that others follow at once is overwritten in the outgoing slot."""

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        if not self.crowded(room.chat.id):
            await super().broadcast(state, room, message)


class _Deaf(Decisions):
    """Lets a session join without its socket."""

    def deafened(self, room: Room, session: Session) -> bool:
        raise NotImplementedError

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        entered = await super().enter(state, room, session, sid)
        if self.deafened(room, session):
            state.hub.deafen(session.id, room.chat.id)
        return entered


@MUTANTS.breaks("SEND-BROADCAST")
class ThoseWhoJoinAgainAreNotTold(_Deaf):
    """Who left and joins again is in the chat, but its socket is not subscribed anew."""

    def deafened(self, room: Room, session: Session) -> bool:
        return session.user.id in room.ever_joined and session.user.id not in room.joined.values()


@MUTANTS.breaks("SEND-BROADCAST")
class TheUnbannedAreNotTold(_Deaf):
    """Who was banned once hears nothing any more, even when it is back."""

    def __init__(self) -> None:
        self._banned: set[tuple[int, int]] = set()

    def deafened(self, room: Room, session: Session) -> bool:
        return (room.chat.id, session.user.id) in self._banned

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        self._banned.add((room.chat.id, sanction.user.id))
        await super().apply_ban(state, room, sanction)


@MUTANTS.breaks("SEND-BROADCAST")
class EverySocketMissesItsFirst(Picks):
    """A socket that joined misses the first message: it is subscribed a moment too late."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, int], str] = {}

    def leaves_out(self, socket: Socket, message: Message, room: Room, now: float) -> bool:
        return self._first.setdefault((socket.sid, room.chat.id), message.id) == message.id


# --- more than once --------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-BROADCAST")
class EverybodyIsToldTwice(Decisions):
    """The event is told by the worker and by the request that waited for it."""

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        await super().broadcast(state, room, message)
        await super().broadcast(state, room, message)


@MUTANTS.breaks("SEND-BROADCAST")
class SenderIsToldTwice(Decisions):
    """The sender gets its echo, and the broadcast as well."""

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        await super().broadcast(state, room, message)
        own = [socket.sid for socket in state.hub.listeners(room.chat.id) if is_senders(socket, message)]
        await self.deliver(state, "message:new", self.event_payload(message, room), own)


@MUTANTS.breaks("SEND-BROADCAST")
class TwoSessionsAreToldTwice(Decisions):
    """A user is told once for each of its sessions, at all of them."""

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        await super().broadcast(state, room, message)
        listeners = state.hub.listeners(room.chat.id)
        users = Counter(socket.user_id for socket in listeners)
        doubled = [socket for socket in listeners if users[socket.user_id] > 1]
        again = self.receivers_of(message, room, doubled, state.now())
        await self.deliver(state, "message:new", self.event_payload(message, room), again)


@MUTANTS.breaks("SEND-BROADCAST")
class WhoJoinedTwiceIsToldTwice(Decisions):
    """Who joins a chat a second time is subscribed a second time."""

    def __init__(self) -> None:
        self._joined: set[tuple[int, str]] = set()
        self._twice: set[tuple[int, str]] = set()

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        subscription = (room.chat.id, session.id)
        (self._twice if subscription in self._joined else self._joined).add(subscription)
        return await super().enter(state, room, session, sid)

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        await super().broadcast(state, room, message)
        listening = [one for one in state.hub.listeners(room.chat.id) if (room.chat.id, one.session_id) in self._twice]
        again = [socket.sid for socket in listening if self.hears(socket, room, state.now())]
        await self.deliver(state, "message:new", self.event_payload(message, room), again)


@MUTANTS.breaks(
    "SEND-BROADCAST", collateral={"SEND-BROADCAST-SCOPE": "a new socket of the session was not there when it was said"}
)
class OwnWordsAreReplayedToWhoJoins(Decisions):
    """Who joins again is told its own latest message once more, in case it was missed."""

    def __init__(self) -> None:
        self._latest: dict[tuple[int, int], Message] = {}

    async def store_message(self, state: State, attempt: Attempt) -> Message:
        message = await super().store_message(state, attempt)
        self._latest[message.chat_id, attempt.session.user.id] = message
        return message

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        entered = await super().enter(state, room, session, sid)
        latest = self._latest.get((room.chat.id, session.user.id))
        if latest is not None:
            await self.deliver(state, "message:new", self.event_payload(latest, room), [sid])
        return entered


# --- outside ---------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-BROADCAST-SCOPE")
class LeaversStillHear(Decisions):
    """Who leaves is struck off the list, and its socket stays subscribed."""

    async def depart(self, state: State, room: Room, session_id: str, user_id: int) -> None:
        listening = [one.sid for one in state.hub.listeners(room.chat.id) if one.session_id == session_id]
        await super().depart(state, room, session_id, user_id)
        for sid in listening:
            state.hub.listen(sid, room.chat.id)


@MUTANTS.breaks("SEND-BROADCAST-SCOPE")
class TheKickedStillHear(Decisions):
    """Who is kicked is struck off the list, and its socket stays subscribed."""

    async def expel(self, state: State, room: Room, target: User) -> None:
        listening = [one.sid for one in state.hub.listeners(room.chat.id) if one.user_id == target.id]
        await super().expel(state, room, target)
        for sid in listening:
            state.hub.listen(sid, room.chat.id)


@MUTANTS.breaks("SEND-BROADCAST-SCOPE")
class TheBannedStillHear(Decisions):
    """A ban is asked for at joining and sending, and not when a message is told."""

    def hears(self, socket: Socket, room: Room, now: float) -> bool:
        return super().hears(socket, replace(room, bans={}), now)


@MUTANTS.breaks("SEND-BROADCAST-SCOPE")
class TheBannedForAWhileStillHear(Decisions):
    """Only a ban for good silences the socket of the banned."""

    def hears(self, socket: Socket, room: Room, now: float) -> bool:
        return super().hears(socket, replace(room, bans={u: t for u, t in room.bans.items() if t == float("inf")}), now)


@MUTANTS.breaks("SEND-BROADCAST-SCOPE")
class OneSocketOfTheBannedIsSilenced(Decisions):
    """Of the banned user's sockets only the first one is silenced."""

    def receivers_of(self, message: Message, room: Room, listeners: Sequence[Socket], now: float) -> list[str]:
        banned = [one for one in listeners if self.still_holds(room.bans.get(one.user_id), now)]
        firsts = {one.user_id: one.sid for one in reversed(banned)}
        others = [one.sid for one in banned if one.sid != firsts[one.user_id]]
        return [*super().receivers_of(message, room, listeners, now), *others]


class _TellsMore(Decisions):
    """Tells a message to some who are not in the chat."""

    async def outsiders(self, state: State, room: Room, message: Message) -> list[Socket]:
        raise NotImplementedError

    async def broadcast(self, state: State, room: Room, message: Message) -> None:
        await super().broadcast(state, room, message)
        told = {socket.sid for socket in state.hub.listeners(room.chat.id)}
        leaked = [one.sid for one in await self.outsiders(state, room, message) if one.sid not in told]
        await self.deliver(state, "message:new", self.event_payload(message, room), leaked)


@MUTANTS.breaks("SEND-BROADCAST-SCOPE")
class EverybodyConnectedIsTold(_TellsMore):
    """A message is told to every socket there is."""

    async def outsiders(self, state: State, room: Room, message: Message) -> list[Socket]:
        return state.hub.everyone()


@MUTANTS.breaks("SEND-BROADCAST-SCOPE")
class EverySocketOfAUserIsTold(_TellsMore):
    """A user who has joined by one session is told at all its sessions, joined or not."""

    async def outsiders(self, state: State, room: Room, message: Message) -> list[Socket]:
        users = {
            socket.user_id for socket in state.hub.listeners(room.chat.id) if self.hears(socket, room, state.now())
        }
        return [socket for socket in state.hub.everyone() if socket.user_id in users]


@MUTANTS.breaks("SEND-BROADCAST-SCOPE")
class WhoEverJoinedIsTold(_TellsMore):
    """Subscriptions are those of everybody who ever joined."""

    async def outsiders(self, state: State, room: Room, message: Message) -> list[Socket]:
        return [one for one in state.hub.everyone() if one.user_id in room.ever_joined and one.user_id not in room.bans]


@MUTANTS.breaks("SEND-BROADCAST-SCOPE")
class SendersOtherChatsAreTold(_TellsMore):
    """A message is told in every chat that its sender has joined."""

    async def outsiders(self, state: State, room: Room, message: Message) -> list[Socket]:
        sessions = [session for session, user in room.joined.items() if message.sender and user == message.sender.id]
        chats = [chat for session in sessions for chat in await state.store.chats.joined_by(session)]
        return [socket for chat in chats for socket in state.hub.listeners(chat)]


@MUTANTS.breaks("SEND-BROADCAST-SCOPE")
class OwnersOtherChatsAreTold(_TellsMore):
    """All chats of one owner share one channel."""

    def __init__(self) -> None:
        self._chats: dict[int | None, set[int]] = {}

    async def look_at(self, state: State, chat_id: int) -> Room | None:
        room = await super().look_at(state, chat_id)
        if room is not None:
            self._chats.setdefault(room.chat.owner_id, set()).add(chat_id)
        return room

    async def outsiders(self, state: State, room: Room, message: Message) -> list[Socket]:
        chats = self._chats.get(room.chat.owner_id, set())
        return [socket for chat in sorted(chats) for socket in state.hub.listeners(chat)]


@MUTANTS.breaks("SEND-BROADCAST-SCOPE")
class LeaversHearForAWhile(_TellsMore):
    """Who left is told for another five seconds: the list of subscribers is cached."""

    def __init__(self) -> None:
        self._left: dict[tuple[int, str], float] = {}

    async def depart(self, state: State, room: Room, session_id: str, user_id: int) -> None:
        self._left[room.chat.id, session_id] = state.now()
        await super().depart(state, room, session_id, user_id)

    async def outsiders(self, state: State, room: Room, message: Message) -> list[Socket]:
        recently = {s for (chat, s), at in self._left.items() if chat == room.chat.id and state.now() - at < 5}
        return [socket for socket in state.hub.everyone() if socket.session_id in recently]
