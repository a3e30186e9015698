"""What a decision brings about: each method changes one thing, under the chat's lock where it is a chat's."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from conformance.reference import refusals
from conformance.reference.delivery import Delivery
from conformance.reference.judging import SendRules
from conformance.reference.records import Attempt, Cause, Deed, Message, Room, Sanction, Session, Share, User
from conformance.reference.refusals import Refusal
from conformance.reference.rights import RightsRules
from conformance.reference.state import State


class Effects(Delivery, SendRules, RightsRules):
    """Storage and announcements, so that a lie about either is one method."""

    async def session_of(self, state: State, secret: str | None) -> Session | None:
        """Whose session cookie that is; None where it is nobody's."""
        return await state.store.accounts.session(secret) if secret else None

    def guard(self, state: State, chat_id: int) -> AbstractAsyncContextManager[object]:
        """What keeps a decision and its effects together: one after the other in each chat."""
        return state.lock(("chat", chat_id))

    def guard_of_sender(self, state: State, session: Session) -> AbstractAsyncContextManager[object]:
        """What keeps a sender's count and its message together: one after the other over all chats and sessions."""
        return state.lock(("sender", session.user.id))

    async def look_at(self, state: State, chat_id: int) -> Room | None:
        """The chat as it stands: read anew for every decision."""
        return await state.store.chats.room(chat_id)

    def new_message_id(self, attempt: Attempt) -> str:  # noqa: ARG002 - for those who replace it
        """The id to store a message under; ``*`` leaves it to the stream, whose ids grow and never repeat."""
        return "*"

    def new_note_id(self, room: Room) -> str:  # noqa: ARG002 - for those who replace it
        """The id to store a system entry under, above all that the chat has had."""
        return "*"

    def shown_id(self, stored_id: str) -> str:
        """The id that clients get."""
        return stored_id

    async def store_message(self, state: State, attempt: Attempt) -> Message:
        """Store an accepted message, and give it its id."""
        epoch = attempt.room.epoch
        content = self.content_kept(attempt)
        message = Message("", attempt.room.chat.id, attempt.session.user, content, epoch, attempt.now)
        stored = await state.store.messages.append(message, self.new_message_id(attempt))
        return replace(message, id=self.shown_id(stored))

    async def count_attempt(self, state: State, attempt: Attempt, mark: str) -> None:
        """Count the attempt against both limits."""
        here, anywhere = (
            self.chat_window_of(attempt.session, attempt.room),
            self.global_window_of(attempt.session),
        )
        windows = state.store.windows
        await windows.count(here, attempt.room.limit, mark, attempt.now)
        await windows.count(anywhere, attempt.global_limit, f"{attempt.room.chat.id}/{mark}", attempt.now)

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        """What a refused attempt leaves behind: nothing."""

    async def denied(self, state: State, room: Room, deed: Deed) -> Refusal:  # noqa: ARG002 - for those who replace it
        """What is answered to somebody who lacks the right, and what that leaves behind: nothing."""
        return refusals.forbidden()

    async def note(self, state: State, room: Room, text: str) -> None:
        """Leave a system entry in the history."""
        entry = Message("", room.chat.id, None, text, 0, state.now(), "system")
        await state.store.messages.append(entry, self.new_note_id(room))

    async def rotate(self, state: State, room: Room, cause: Cause, user: User) -> int:
        """Move the epoch on where the cause asks for it, and say so; the epoch that holds now."""
        if not self.rotates_on(cause, room, user):
            return room.epoch
        epoch = self.next_epoch(room.epoch)
        await state.store.chats.set_epoch(room.chat.id, epoch)
        payload = {"chat_id": room.chat.id, "epoch": epoch}
        await self.announce(state, "room:epoch_changed", payload, room.chat.id)
        return epoch

    async def enter(self, state: State, room: Room, session: Session, sid: str) -> bool:
        """Let the session join and its socket listen; False where the socket is gone meanwhile."""
        chat_id = room.chat.id
        await state.store.chats.join(chat_id, session.user.id, session.id)
        if not state.hub.listen(sid, chat_id):
            if session.id not in room.joined:
                await state.store.chats.leave(chat_id, session.id)
            return False
        if session.id not in room.joined:
            await self.note(state, room, f"{session.user.username} joined")
            await self.announce_members(state, chat_id)
        return True

    departs_before_it_returns = True
    """Whether a session that comes back has to wait until it has left."""

    async def linger(self, session: Session) -> None:
        """Wait for a session that lost its last socket to come back: not at all."""

    async def depart(self, state: State, room: Room, session_id: str, user_id: int) -> None:
        """Let the session leave: it may not send, and its sockets hear nothing more."""
        chat_id = room.chat.id
        await state.store.chats.leave(chat_id, session_id)
        state.hub.deafen(session_id, chat_id)
        keys = await state.store.accounts.public_keys([session_id])
        if keys[session_id] is not None:
            payload = {"chat_id": chat_id, "user_id": user_id, "session_id": session_id}
            await self.announce(state, "portal:key_removed", payload, chat_id)
        await self.announce_members(state, chat_id)

    async def expel(self, state: State, room: Room, target: User) -> None:
        """Throw all of the target's sessions out, and tell the target alone."""
        sids = [socket.sid for socket in state.hub.listeners(room.chat.id) if socket.user_id == target.id]
        await self.deliver(state, "room:kicked", {"chat_id": room.chat.id}, sids)
        for session_id, user_id in room.joined.items():
            if user_id == target.id:
                await self.depart(state, room, session_id, user_id)

    async def apply_mute(self, state: State, room: Room, sanction: Sanction) -> None:
        """Mute in this chat, and say so."""
        chat_id, until = room.chat.id, self.end_of(sanction.duration, state.now())
        await state.store.chats.mute(chat_id, sanction.user.id, until)
        await self.announce(state, "user:muted", self.sanction_payload(chat_id, sanction), chat_id)

    async def lift_mute(self, state: State, room: Room, target: User) -> None:
        """Unmute in this chat; a hard mute stays."""
        chat_id = room.chat.id
        await state.store.chats.unmute(chat_id, target.id)
        await self.announce(state, "user:unmuted", {"chat_id": chat_id, "user_id": target.id}, chat_id)

    async def apply_ban(self, state: State, room: Room, sanction: Sanction) -> None:
        """Ban from this chat, take membership of a private one, and say so."""
        chat_id, until = room.chat.id, self.end_of(sanction.duration, state.now())
        await state.store.chats.ban(chat_id, sanction.user.id, until)
        if self.is_private(room.chat):
            await self.end_membership(state, chat_id, sanction.user.id)
        await self.announce(state, "user:banned", self.sanction_payload(chat_id, sanction), chat_id)

    async def end_membership(self, state: State, chat_id: int, user_id: int) -> None:
        """Take the user's membership."""
        await state.store.chats.remove_member(chat_id, user_id)

    async def lift_ban(self, state: State, room: Room, target: User) -> None:
        """Lift the ban; membership does not come back by itself."""
        chat_id = room.chat.id
        await state.store.chats.unban(chat_id, target.id)
        await self.announce(state, "user:unbanned", {"chat_id": chat_id, "user_id": target.id}, chat_id)

    async def apply_hard_mute(self, state: State, sanction: Sanction) -> None:
        """Mute everywhere, and tell everybody who is connected."""
        until = self.end_of(sanction.duration, state.now())
        await state.store.accounts.hard_mute(sanction.user.id, until)
        payload = {"user_id": sanction.user.id, "duration": sanction.duration}
        await self.deliver(state, "user:hard_muted", payload, [socket.sid for socket in state.hub.everyone()])

    async def erase(self, state: State, room: Room, messages: Sequence[Message]) -> int:
        """Delete these messages, and say which are gone; their number."""
        chat_id, ids = room.chat.id, [message.id for message in messages]
        deleted = await state.store.messages.delete(chat_id, ids)
        if deleted:
            await self.announce(state, "message:bulk_deleted", {"chat_id": chat_id, "ids": ids}, chat_id)
        return deleted

    async def wipe(self, state: State, room: Room) -> int:
        """Delete everything that was said, and say so; the number of entries."""
        cleared = await state.store.messages.clear(room.chat.id)
        await self.announce(state, "portal:cleared", {"chat_id": room.chat.id}, room.chat.id)
        return cleared

    async def keep_key(self, state: State, share: Share) -> None:
        """Store a shared key: from now on that session has it."""
        await state.store.chats.put_key(share)

    async def forward_key(self, state: State, share: Share) -> None:
        """Hand the sealed key to all sockets of the session that it is for, and to no other."""
        keys = await state.store.accounts.public_keys([share.giver.id])
        sids = [socket.sid for socket in state.hub.of_session(share.session_id)]
        await self.deliver(state, "room:key_shared", self.key_payload(share, keys[share.giver.id]), sids)

    async def register_key(self, state: State, session: Session, public_key: str) -> bool:
        """Keep the session's public key and tell its chats, where it is a new one; whether it is."""
        known = await state.store.accounts.public_keys([session.id])
        if known[session.id] == public_key:
            return False
        await state.store.accounts.register_key(session.id, public_key)
        await self.announce_key(state, session, public_key)
        return True

    async def destroy(self, state: State, chat_id: int) -> None:
        """Forget the chat; who listened to it hears nothing more."""
        await state.store.chats.destroy(chat_id)
        state.hub.forget(chat_id)

    async def use_invite(self, state: State, code: str, user: User) -> None:
        """Make the user a member, and count the use; refuse where the invitation holds no longer."""
        invite = await state.store.invites.find(code)
        if invite is None or not invite.holds(state.now()):
            raise refusals.unknown("invitation")
        await state.store.invites.put(invite.used())
        await state.store.chats.add_member(invite.chat_id, user.id)

    async def announce_key(self, state: State, session: Session, public_key: str) -> None:
        """Tell the chats which the session has joined of its new public key."""
        for chat_id in await state.store.chats.joined_by(session.id):
            async with self.guard(state, chat_id):
                payload = {
                    "chat_id": chat_id,
                    "user_id": session.user.id,
                    "session_id": session.id,
                    "public_key": public_key,
                }
                await self.announce(state, "portal:key_added", payload, chat_id)
