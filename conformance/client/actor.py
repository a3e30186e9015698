"""An actor: one session of one user, with HTTP, a socket, a key pair and a wire log.

It does what a well-behaved client does, and knows nothing of requirements: it reports what came, or raises
`Blocked` where a step that has to work did not.
"""

import json
import math
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from conformance.client.answers import Answer, Exchanging
from conformance.client.inbox import Connected, Inbox, Received
from conformance.client.pacing import Pace
from conformance.client.patience import Patience
from conformance.dialect import MISSING, fill, read
from conformance.envelope import ChatKey, EnvelopeError, KeyPair, unwrap_key, wrap_key
from conformance.errors import Blocked
from conformance.late import late
from conformance.profile import Profile
from conformance.provision.base import Chat, Identity
from conformance.redact import Secrets, elide
from conformance.wire import WireLog

_SHOWN = 120
_SERVER_ERROR = 500
# The end of a socket may be noticed a little later than an answer over HTTP.
_NOTICED_S = 0.25
_LIFTED_BY = {"mute": "unmute", "ban": "unban"}
DEFAULT_MUTE_S = 300
"""How long a mute lasts of which nobody says how long."""


@dataclass(frozen=True, slots=True)
class Link:
    """What every actor of a scenario shares: the way to the target, and the log of what went along it.

    ``hard_muted`` tells until when users are muted everywhere, by user id: nothing lifts it, so they have to rest.
    ``measured`` is what has to be lifted where it stays: the lifting call, the chat and the user.
    Once ``limits_judged`` is set, a 429 is what a scenario is about, and is not waited out.
    """

    http: Exchanging
    profile: Profile
    context: ssl.SSLContext
    secrets: Secrets
    wire: WireLog
    pace: Pace = field(default_factory=Pace)
    patience: Patience = field(default_factory=Patience)
    hard_muted: dict[str, float] = field(default_factory=dict)
    measured: set[tuple[str, str, str]] = field(default_factory=set)
    limits_judged: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An acknowledgement, whether it says ok, and what it says of a refusal."""

    ok: bool
    payload: Any
    error: Any = MISSING

    def shown(self) -> str:
        """The acknowledgement on a line: of a refusal what it says itself, where it says something."""
        if not self.ok and isinstance(self.error, str) and self.error:
            return elide(self.error, _SHOWN)
        return elide(json.dumps(self.payload, ensure_ascii=False, default=repr), _SHOWN)


@dataclass(slots=True)
class Actor:
    """One session of one user. ``keys`` holds the chat keys that it knows, by (chat id, epoch)."""

    name: str
    identity: Identity
    link: Link
    pair: KeyPair = field(default_factory=KeyPair.generate)
    keys: dict[tuple[str, int], ChatKey] = field(default_factory=dict)
    _socket: Connected | None = None

    # --- the way in ---------------------------------------------------------------------------------------------

    def connect(self) -> None:
        """Open the Socket.IO connection, again where it was dropped; raises `Blocked` where it is refused."""
        dialect, target = self.link.profile.dialect, self.link.profile.target
        inbox = self._socket.inbox if self._socket else Inbox()
        if self._socket is not None and inbox.closed:
            self._socket.close()
        socket = late("conformance.client.realtime").Socket(
            self.name, self.link.wire, timeout_s=target.timeout_s, namespace=dialect.namespace, inbox=inbox
        )
        socket.connect(
            target.ws_url,
            path=dialect.socket_path,
            transports=dialect.transports,
            cookie=f"{dialect.cookie}={self.identity.cookie}",
            context=self.link.context,
        )
        self._socket = socket

    def close(self) -> None:
        """Close the socket."""
        if self._socket is not None:
            self._socket.close()

    def drop(self) -> None:
        """Lose the socket, as by a network that fails; `connect` comes back."""
        self.socket.drop()

    @property
    def socket(self) -> Connected:
        """The socket; raises `Blocked` before `connect`."""
        if self._socket is None:
            raise Blocked(f"{self.name} has no Socket.IO connection")
        return self._socket

    @property
    def inbox(self) -> Inbox:
        """The events that it received."""
        return self.socket.inbox

    def register_key(self) -> None:
        """Register the public key of this session; raises `Blocked` where the target does not take it."""
        answer = self.call("register_key", public_key=self.pair.public_base64)
        self.require(answer, "registering a public key")

    # --- Socket.IO ----------------------------------------------------------------------------------------------

    def emit(self, what: str, **values: object) -> Acknowledged:
        """Send the event that the dialect calls ``what``, and give its acknowledgement."""
        spoken = self.link.profile.dialect.emit[what]
        payload = self.socket.call(spoken.event, fill(spoken.payload, values))
        return Acknowledged(read(payload, spoken.ack["ok"]) is True, payload, read(payload, spoken.ack["error"]))

    def must_emit(self, what: str, **values: object) -> Any:
        """The same, but raises `Blocked` where the acknowledgement does not say ok."""
        acknowledged = self.emit(what, **values)
        if not acknowledged.ok:
            event = self.link.profile.dialect.emit[what].event
            raise Blocked(f"{event} of {self.name} was refused: {acknowledged.shown()}")
        return acknowledged.payload

    def join(self, chat: Chat) -> int:
        """Join ``chat`` and give its epoch; learns this session's ids from the members, by its public key."""
        pointers = self.link.profile.dialect.emit["join"].ack
        payload = self.must_emit("join", chat_id=chat.chat_id)
        epoch = read(payload, pointers["epoch"])
        if not isinstance(epoch, int) or isinstance(epoch, bool):
            raise Blocked(f"the acknowledgement of {self.name}'s join has no whole-numbered epoch")
        self._learn_ids(read(payload, pointers["members"]))
        return epoch

    def _learn_ids(self, members: Any) -> None:
        pointers = self.link.profile.dialect.record["member"]
        for member in members if isinstance(members, list) else ():
            if read(member, pointers["public_key"]) == self.pair.public_base64:
                user, session = read(member, pointers["user_id"]), read(member, pointers["session_id"])
                if MISSING not in (user, session):
                    self.identity = Identity(user, session, self.identity.username, self.identity.cookie)

    def leave(self, chat: Chat) -> None:
        """Leave ``chat``; raises `Blocked` where the target refuses."""
        self.must_emit("leave", chat_id=chat.chat_id)

    # --- keys ---------------------------------------------------------------------------------------------------

    def share_key(self, chat: Chat, epoch: int, key: ChatKey, recipient: "Actor") -> str:
        """Hand ``recipient`` the chat key of ``epoch``; the blob it went in. Raises `Blocked` where that is refused."""
        acknowledged, blob = self.offer_key(chat, epoch, key, recipient)
        if not acknowledged.ok:
            if recipient.inbox.allowance.fault:
                raise Blocked(f"{recipient.inbox.ending} ({recipient.name})")
            event = self.link.profile.dialect.emit["share_key"].event
            raise Blocked(f"{event} of {self.name} for {recipient.name} was refused: {acknowledged.shown()}")
        return blob

    def offer_key(self, chat: Chat, epoch: int, key: ChatKey, recipient: "Actor") -> tuple[Acknowledged, str]:
        """The same, but gives the acknowledgement, whatever it says, with the blob."""
        blob = wrap_key(key, recipient_public=recipient.pair.public_base64, sender=self.pair)
        acknowledged = self.emit(
            "share_key",
            chat_id=chat.chat_id,
            epoch=epoch,
            user_id=recipient.identity.user_id,
            session_id=recipient.identity.session_id,
            blob=blob,
        )
        return acknowledged, blob

    def receive_key(self, chat: Chat, epoch: int) -> ChatKey:
        """The chat key that was handed to this session over the wire, opened.

        Raises `Blocked` where none arrives in time or the blob cannot be opened.
        """
        fields = self.link.profile.dialect.event["key_shared"].fields
        heard = self.wait_for("key_shared", {"chat_id": chat.chat_id, "epoch": epoch})
        if heard is None:
            raise Blocked(f"{self.name} was not handed the key of epoch {epoch} over the socket")
        blob, sender = read(heard.payload, fields["blob"]), read(heard.payload, fields["from_public_key"])
        try:
            key = unwrap_key(str(blob), sender_public=str(sender), recipient=self.pair)
        except EnvelopeError as error:
            raise Blocked(f"the key blob that {self.name} received cannot be opened: {error}") from None
        self.keys[str(chat.chat_id), epoch] = key
        return key

    # --- events -------------------------------------------------------------------------------------------------

    def wait_for(self, what: str, where: Mapping[str, object], since: int = 0) -> Received | None:
        """The first event that the dialect calls ``what`` whose fields equal ``where``; None if none comes in time."""
        seconds = self.link.profile.target.event_timeout_s
        return self.inbox.wait_for(lambda event: self.is_heard(event, what, where), seconds, since)

    def is_heard(self, event: Received, what: str, where: Mapping[str, object]) -> bool:
        """Whether ``event`` is what the dialect calls ``what``, with fields that equal ``where``."""
        heard = self.link.profile.dialect.event[what]
        return event.name == heard.name and all(
            same_id(read(event.payload, heard.fields[name]), value) for name, value in where.items()
        )

    def messages(self, chat: Chat, since: int = 0) -> list[Received]:
        """The messages of ``chat`` that this socket received from place ``since`` on."""
        heard = self.link.profile.dialect.event["message_new"]
        events = self.inbox.events(heard.name, since)
        return [event for event in events if same_id(read(event.payload, heard.fields["chat_id"]), chat.chat_id)]

    # --- REST ---------------------------------------------------------------------------------------------------

    def call(self, what: str, **values: object) -> Answer:
        """The REST call that the dialect calls ``what``; values fill its path and its body."""
        if what == "hard_mute":
            # Noted before it is asked for: it may hold though no answer comes.
            lasts = self.link.profile.target.timeout_s + _seconds(values.get("duration", DEFAULT_MUTE_S))
            self.link.hard_muted[str(values.get("user_id"))] = time.monotonic() + lasts
        answer = self.request(*self.spelled(what, **values))
        if what == "hard_mute" and answer.ok:
            lasts = _seconds(values.get("duration", DEFAULT_MUTE_S))
            self.link.hard_muted[str(values.get("user_id"))] = answer.ended + lasts
        elif what == "hard_mute" and answer.status < _SERVER_ERROR:
            self.link.hard_muted.pop(str(values.get("user_id")), None)
        if what in _LIFTED_BY and answer.ok:
            self.link.measured.add((_LIFTED_BY[what], str(values.get("chat_id")), str(values.get("user_id"))))
        return answer

    def spelled(self, what: str, **values: object) -> tuple[str, str, bytes, str | None]:
        """The same call as the arguments of `request`: method, path, body and content type."""
        spoken = self.link.profile.dialect.rest[what]
        in_path = {name: value for name, value in values.items() if f"{{{name}}}" in spoken.path}
        body = b"" if spoken.body is None else json.dumps(fill(spoken.body, values)).encode()
        return spoken.method, spoken.path_for(**in_path), body, None if spoken.body is None else "application/json"

    def post(self, chat: Chat, body: bytes, content_type: str | None = "application/json") -> Answer:
        """Send ``body``, as it is, to the endpoint under test."""
        spoken = self.link.profile.dialect.rest["send"]
        answer = self.request(spoken.method, spoken.path_for(chat_id=chat.chat_id), body, content_type)
        return replace(answer, lost=self._lost)

    def _lost(self) -> str:
        return self._socket.lost(_NOTICED_S) if self._socket is not None else ""

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        content_type: str | None = None,
        *,
        cookies: str | None = None,
        hidden: bool = False,
    ) -> Answer:
        """Any request with this actor's session, or with other ``cookies``: no Cookie header where they are empty.

        What a ``hidden`` one is answered is not logged.
        """
        own = f"{self.link.profile.dialect.cookie}={self.identity.cookie}"
        sent = own if cookies is None else cookies
        headers = {"Cookie": sent} if sent else {}
        if content_type is not None:
            headers["Content-Type"] = content_type
        return self.link.patience.ask(
            partial(self._sent, method, path, body, headers, hidden=hidden), minds=not self.link.limits_judged.is_set()
        )

    def _sent(self, method: str, path: str, body: bytes, headers: Mapping[str, str], *, hidden: bool) -> Answer:
        self.link.pace.wait(self.client, message_to=self._chat_in(method, path))
        return self.link.http.request(
            method, path, actor=self.name, wire=self.link.wire, body=body, headers=headers, hidden=hidden
        )

    @property
    def client(self) -> str:
        """Who this is to a target that counts: the user, whichever its session."""
        return str(self.identity.user_id)

    def _chat_in(self, method: str, path: str) -> str:
        """The chat that a request sends a message to; empty where it does something else."""
        spoken = self.link.profile.dialect.rest["send"]
        before, _, behind = spoken.path.partition("{chat_id}")
        if method != spoken.method or not path.startswith(before) or not path.endswith(behind):
            return ""
        chat = path.removeprefix(before).removesuffix(behind)
        return "" if "/" in chat else chat

    def require(self, answer: Answer, what: str) -> None:
        """Raise `Blocked` where ``answer`` is not 2xx: ``what`` was needed to get any further."""
        if not answer.ok:
            raise Blocked(f"{what} by {self.name} was answered {answer.status}: {elide(answer.text, _SHOWN)}")


def _seconds(duration: object) -> float:
    """How long something lasts that was taken with this duration: 0 is for good, and so is what makes no sense."""
    return float(duration) if isinstance(duration, int | float) and duration > 0 else math.inf


def same_id(one: object, other: object) -> bool:
    """Whether two ids, or epochs, are the same: opaque ones may come back as text where they went as numbers."""
    return one == other or (one is not MISSING and other is not MISSING and str(one) == str(other))
