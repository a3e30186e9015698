"""What goes out: answers, errors, events and history entries."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from conformance.reference.records import Attempt, Message, Room, Sanction, Share, User
from conformance.reference.refusals import Refusal

Json = dict[str, Any]


class Shapes:
    """One method a shape; each is made anew for every use."""

    def correlation_id(self) -> str:
        """What names one error in the logs."""
        return str(uuid4())

    def status_of(self, refusal: Refusal) -> int:
        """The HTTP status of a refusal."""
        return refusal.status

    def error_body(self, refusal: Refusal) -> Json:
        """The body of an error."""
        body: Json = {"error": refusal.error, "correlation_id": self.correlation_id()}
        if refusal.code is not None:
            body["code"] = refusal.code
        if refusal.ttl is not None:
            body["ttl"] = refusal.ttl
        return body

    def error_headers(self, refusal: Refusal) -> dict[str, str]:
        """The headers of an error."""
        return {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}

    def acknowledgement(self, event: str, result: Json) -> Json:  # noqa: ARG002 - for those who replace it
        """What acknowledges a client's event that was carried out."""
        return {"ok": True, **result}

    def refusal_of_event(self, event: str, refusal: Refusal) -> Json:  # noqa: ARG002 - for those who replace it
        """What acknowledges a client's event that was refused."""
        return {"ok": False, "error": refusal.code or refusal.error}

    def content_kept(self, attempt: Attempt) -> str:
        """What is stored of the content: the very string that was sent."""
        return str(attempt.content)

    def response_of_send(self, message: Message) -> Json:
        """The answer to an accepted send: the id alone."""
        return {"id": message.id}

    def timestamp(self, at: float) -> str:
        """A time as ISO 8601."""
        return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")

    def sender(self, user: User | None) -> Json | None:
        """Who said it; the server itself is nobody."""
        return None if user is None else {"id": user.id, "username": user.username, "avatar_url": None}

    def message_content(self, message: Message) -> Any:
        """The content as clients get it back."""
        return message.content

    def event_payload(self, message: Message, room: Room) -> Json:
        """The payload of ``message:new``."""
        return self.entry(message, room)

    def history_entry(self, message: Message, room: Room) -> Json:
        """One entry of the history."""
        return self.entry(message, room)

    def entry(self, message: Message, room: Room) -> Json:
        """A message as the event and the history show it alike."""
        return {
            "chat_id": message.chat_id,
            "chat_name": room.chat.name,
            "id": message.id,
            "sender": self.sender(message.sender),
            "permission_level": None if message.sender is None else message.sender.level,
            "content": self.message_content(message),
            "type": message.type,
            "epoch": message.epoch,
            "timestamp": self.timestamp(message.at),
        }

    def history_page(self, messages: Sequence[Message]) -> Sequence[Message]:
        """Which entries the history shows, in which order: all, oldest first."""
        return messages

    def response_of_history(self, entries: list[Json]) -> Any:
        """The answer to a request for the history."""
        return entries

    def join_ack(self, room: Room, members: list[Json]) -> Json:
        """The acknowledgement of a join."""
        return {"chat_id": room.chat.id, "epoch": room.epoch, "members": members}

    def key_payload(self, share: Share, from_public_key: str | None) -> Json:
        """The payload of ``room:key_shared``."""
        return {
            "chat_id": share.chat_id,
            "epoch": share.epoch,
            "from_user_id": share.giver.user.id,
            "from_public_key": from_public_key,
            "blob": share.blob,
        }

    def sanction_payload(self, chat_id: int, sanction: Sanction) -> Json:
        """The payload of ``user:muted`` and ``user:banned``."""
        return {
            "chat_id": chat_id,
            "user_id": sanction.user.id,
            "duration": sanction.duration,
            "reason": sanction.reason,
        }

    def chat_object(self, room: Room) -> Json:
        """A chat as its maker gets it."""
        chat = room.chat
        return {
            "id": chat.id,
            "name": chat.name,
            "description": chat.description,
            "visibility": chat.visibility,
            "owner_id": chat.owner_id,
            "history_visible": chat.history_visible,
            "epoch": room.epoch,
        }
