"""Mutants of the chapter end to end: joins that rotate or not, sessions that share keys, and blobs that go astray."""

from collections import defaultdict
from dataclasses import replace

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Attempt, Cause, Room, Session, Share, User
from conformance.reference.refusals import Refusal
from conformance.reference.shapes import Json
from conformance.reference.state import State

MUTANTS = Mutants()


# --- joins ----------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("JOIN-ROTATES")
class JoinKeepsTheEpoch(Decisions):
    """A new user's join leaves the epoch as it is, hidden history or not."""

    def is_newcomer(self, user: User, room: Room) -> bool:
        return False


@MUTANTS.breaks("JOIN-ROTATES")
class JoinRotatesAlways(Decisions):
    """A new user's join raises the epoch, hidden history or not."""

    def is_newcomer(self, user: User, room: Room) -> bool:
        hidden = replace(room, chat=replace(room.chat, history_visible=False))
        return super().is_newcomer(user, hidden)


@MUTANTS.breaks("JOIN-ROTATES")
class HiddenTakenForVisible(Decisions):
    """Whether the history is visible is read the wrong way round."""

    def is_newcomer(self, user: User, room: Room) -> bool:
        turned = replace(room, chat=replace(room.chat, history_visible=not room.chat.history_visible))
        return super().is_newcomer(user, turned)


@MUTANTS.breaks("JOIN-ROTATES")
class PrivateTakenForHidden(Decisions):
    """In a private chat a new user's join raises the epoch, though the history is visible."""

    def is_newcomer(self, user: User, room: Room) -> bool:
        private = self.is_private(room.chat)
        return super().is_newcomer(
            user, replace(room, chat=replace(room.chat, history_visible=False)) if private else room
        )


@MUTANTS.breaks("JOIN-ROTATES")
class JoinRotatesAmongSeveral(Decisions):
    """A new user's join raises the epoch where at least two others are there."""

    def is_newcomer(self, user: User, room: Room) -> bool:
        return len(set(room.joined.values()) - {user.id}) > 1 and super().is_newcomer(user, room)


@MUTANTS.breaks("JOIN-ROTATES")
class FirstNewcomerRotatesAlone(Decisions):
    """The epoch rises at the first new user, and at none that comes after."""

    def is_newcomer(self, user: User, room: Room) -> bool:
        return len(room.ever_joined) < 2 and super().is_newcomer(user, room)


@MUTANTS.breaks("JOIN-ROTATES")
class MembersAreNotNew(Decisions):
    """A member of a private chat counts as having joined it, though it never did."""

    def is_newcomer(self, user: User, room: Room) -> bool:
        return user.id not in room.members and super().is_newcomer(user, room)


@MUTANTS.breaks("JOIN-ROTATES")
class KnownFromOtherChatsIsNotNew(Decisions):
    """Who joined any chat before is new in none."""

    def __init__(self) -> None:
        super().__init__()
        self._joined: set[int] = set()

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        self._joined.add(session.user.id)
        return await super().enter(state, room, session, sid)

    def is_newcomer(self, user: User, room: Room) -> bool:
        return user.id not in self._joined and super().is_newcomer(user, room)


@MUTANTS.breaks("JOIN-ROTATES")
class JoinRotatesAfterItsAcknowledgement(Decisions):
    """A new user is told the epoch that ends with its join."""

    def __init__(self) -> None:
        super().__init__()
        self._before: dict[int, int] = {}

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        epoch = await super().rotate(state, room, cause, user)
        if cause == "join" and epoch != room.epoch:
            self._before[room.chat.id] = room.epoch
        return epoch

    def join_ack(self, room: Room, members: list[Json]) -> Json:
        return super().join_ack(replace(room, epoch=self._before.pop(room.chat.id, room.epoch)), members)


# --- sessions -------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("KEY-SESSION")
class KeyOfTheUserCounts(Decisions):
    """The key counts for the user, whichever session it was handed to."""

    def has_key(self, session: Session, room: Room) -> bool:
        return any(one.user_id == session.user.id and one.epoch == room.epoch for one in room.key_holders)


@MUTANTS.breaks("KEY-SESSION")
class NewSessionsInheritTheKey(Decisions):
    """A session that joins has the key at once where another session of its user has it."""

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        fresh = await self.look_at(state, room.chat.id) or room
        if any(one.user_id == session.user.id and one.epoch == fresh.epoch for one in fresh.key_holders):
            await state.store.chats.put_key(_share(fresh, session))
        return await super().enter(state, room, session, sid)


@MUTANTS.breaks("KEY-SESSION")
class KeyGoesToAllSessionsThatAreThere(Decisions):
    """A key that is shared with a session is stored for all sessions of its user that have joined."""

    async def keep_key(self, state: State, share: Share) -> None:
        await super().keep_key(state, share)
        room = await self.look_at(state, share.chat_id)
        for session_id, user_id in room.joined.items() if room else ():
            if user_id == share.user_id:
                await super().keep_key(state, replace(share, session_id=session_id))


class _LastOfTheUser(Decisions):
    """Remembers the session of each user that was given the key first, and last."""

    def __init__(self) -> None:
        super().__init__()
        self.given: dict[tuple[int, int, int], list[str]] = defaultdict(list)

    async def keep_key(self, state: State, share: Share) -> None:
        self.given[share.chat_id, share.epoch, share.user_id].append(share.session_id)
        await super().keep_key(state, share)


@MUTANTS.breaks("KEY-SESSION")
class KeyMovesToTheLastSession(_LastOfTheUser):
    """A user has one key in a chat: given to another session, the session before has it no longer."""

    def has_key(self, session: Session, room: Room) -> bool:
        given = self.given[room.chat.id, room.epoch, session.user.id]
        return super().has_key(session, room) and given[-1:] == [session.id]


@MUTANTS.breaks("KEY-SESSION")
class KeyStaysWithTheFirstSession(_LastOfTheUser):
    """A user has one key in a chat: what another session is given later does not count."""

    def has_key(self, session: Session, room: Room) -> bool:
        given = self.given[room.chat.id, room.epoch, session.user.id]
        return super().has_key(session, room) and given[:1] == [session.id]


@MUTANTS.breaks("KEY-SESSION")
class OldSessionNeedsNoKeyOfItsOwn(Decisions):
    """A session that had the key of an earlier epoch shares the key of a newer session of its user."""

    def has_key(self, session: Session, room: Room) -> bool:
        had_one = any(one.session_id == session.id for one in room.key_holders)
        of_user = any(one.user_id == session.user.id and one.epoch == room.epoch for one in room.key_holders)
        return super().has_key(session, room) or (had_one and of_user)


@MUTANTS.breaks("KEY-SESSION")
class KeylessSessionAnswered401(Decisions):
    """A session without the key whose user has it elsewhere is asked to log in there."""

    def check_key(self, attempt: Attempt) -> Refusal | None:
        refusal, room, user = super().check_key(attempt), attempt.room, attempt.session.user
        if refusal and any(one.user_id == user.id and one.epoch == room.epoch for one in room.key_holders):
            return Refusal("session", 401, "use the session that has the key")
        return refusal


def _share(room: Room, session: Session) -> Share:
    return Share(room.chat.id, room.epoch, session, session.user.id, session.id, "AAAA")


# --- blobs ----------------------------------------------------------------------------------------------------------


class _Forwarding(Decisions):
    """Forwards a shared key in another way."""

    async def forward_key(self, state: State, share: Share) -> None:
        keys = await state.store.accounts.public_keys([share.giver.id, share.session_id])
        payload = self.key_payload(share, keys[share.giver.id])
        await self.deliver(state, "room:key_shared", payload, self.handed_to(state, share))

    def handed_to(self, state: State, share: Share) -> list[str]:
        """The sockets to which it goes."""
        return [one.sid for one in state.hub.of_session(share.session_id)]


@MUTANTS.breaks("E2EE-ROUNDTRIP")
class BlobGoesToAllSessionsOfTheUser(_Forwarding):
    """A shared key goes to all sockets of the user that it is for."""

    def handed_to(self, state: State, share: Share) -> list[str]:
        return [one.sid for one in state.hub.of_user(share.user_id)]


@MUTANTS.breaks("E2EE-ROUNDTRIP")
class BlobGoesToTheChat(_Forwarding):
    """A shared key goes to everybody in the chat: it is sealed, after all."""

    def handed_to(self, state: State, share: Share) -> list[str]:
        return [one.sid for one in state.hub.listeners(share.chat_id)]


@MUTANTS.breaks("E2EE-ROUNDTRIP")
class BlobComesBackToItsGiver(_Forwarding):
    """A shared key goes to its receiver, and to its giver as a receipt."""

    def handed_to(self, state: State, share: Share) -> list[str]:
        return [*super().handed_to(state, share), *(one.sid for one in state.hub.of_session(share.giver.id))]


@MUTANTS.breaks("E2EE-ROUNDTRIP")
class BlobGoesToTheOwnersToo(_Forwarding):
    """A shared key goes to the chat's members who have none yet, as well."""

    async def forward_key(self, state: State, share: Share) -> None:
        await super().forward_key(state, share)
        room = await self.look_at(state, share.chat_id)
        holders = {one.session_id for one in room.key_holders if one.epoch == room.epoch} if room else set()
        keyless = [one.sid for one in state.hub.listeners(share.chat_id) if one.session_id not in holders]
        await self.deliver(state, "room:key_pending", {"chat_id": share.chat_id, "blob": share.blob}, keyless)


@MUTANTS.breaks("E2EE-ROUNDTRIP")
class BlobStaysOnTheServer(_Forwarding):
    """A shared key is stored and goes to nobody."""

    def handed_to(self, state: State, share: Share) -> list[str]:
        return []


@MUTANTS.breaks("E2EE-ROUNDTRIP")
class BlobsHandedOutAtJoin(Decisions):
    """The acknowledgement of a join has the blobs of all who are there."""

    def __init__(self) -> None:
        super().__init__()
        self._blobs: dict[int, dict[str, str]] = defaultdict(dict)

    async def keep_key(self, state: State, share: Share) -> None:
        self._blobs[share.chat_id][share.session_id] = share.blob
        await super().keep_key(state, share)

    def join_ack(self, room: Room, members: list[Json]) -> Json:
        return {**super().join_ack(room, members), "keys": self._blobs[room.chat.id]}


class _Payload(Decisions):
    """Another payload for a shared key."""

    def blob_shown(self, blob: str) -> str:
        """The blob in the event."""
        return blob

    def key_payload(self, share: Share, from_public_key: str | None) -> Json:
        return super().key_payload(replace(share, blob=self.blob_shown(share.blob)), from_public_key)


@MUTANTS.breaks("E2EE-ROUNDTRIP")
class BlobForUrls(_Payload):
    """A blob is spelled in the alphabet for URLs."""

    def blob_shown(self, blob: str) -> str:
        return blob.replace("+", "-").replace("/", "_").rstrip("=")


@MUTANTS.breaks("E2EE-ROUNDTRIP")
class BlobCutTo64Characters(_Payload):
    """A blob is cut to the width of its column."""

    def blob_shown(self, blob: str) -> str:
        return blob[:64]


@MUTANTS.breaks("E2EE-ROUNDTRIP")
class BlobWithLineBreaks(_Payload):
    """A blob is broken into lines, as in an e-mail."""

    def blob_shown(self, blob: str) -> str:
        return "\n".join(blob[at : at + 76] for at in range(0, len(blob), 76))


@MUTANTS.breaks("E2EE-ROUNDTRIP")
class BlobOfTheFirstShare(Decisions):
    """The blob of an epoch is cached by chat, so everybody is handed the first one."""

    def __init__(self) -> None:
        super().__init__()
        self._first: dict[tuple[int, int], str] = {}

    def key_payload(self, share: Share, from_public_key: str | None) -> Json:
        blob = self._first.setdefault((share.chat_id, share.epoch), share.blob)
        return super().key_payload(replace(share, blob=blob), from_public_key)


@MUTANTS.breaks("E2EE-ROUNDTRIP")
class BlobWithItsReceiversKey(Decisions):
    """A blob comes with the public key of its receiver in the place of its giver's."""

    async def forward_key(self, state: State, share: Share) -> None:
        keys = await state.store.accounts.public_keys([share.session_id])
        sids = [one.sid for one in state.hub.of_session(share.session_id)]
        await self.deliver(state, "room:key_shared", self.key_payload(share, keys[share.session_id]), sids)
