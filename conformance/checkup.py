"""A target examined step by step, from its name to one message that goes through; each step a tick or a sentence."""

import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from conformance.client.actor import Actor, same_id
from conformance.client.answers import NoAnswer
from conformance.client.inbox import Refused
from conformance.dialect import read
from conformance.envelope import ChatKey
from conformance.errors import Blocked, TargetFault
from conformance.provision.base import Chat
from conformance.stage import Stage, Theatre
from conformance.strategies.bundles import plain_bundle
from conformance.wire import WireLog

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Step:
    """One step; ``well`` is None where it was not tried."""

    name: str
    well: bool | None
    sentence: str


class Ill(Exception):
    """A step did not succeed; says why, whose fault it is, and what to do."""


@dataclass(slots=True)
class Checkup:
    """One examination; what a step found is what the next one builds on."""

    theatre: Theatre
    wire: WireLog
    _stage: Stage | None = None
    _actors: list[Actor] = field(default_factory=list)
    _chat: Chat | None = None
    _epoch: int = 0
    _key: ChatKey = field(default_factory=ChatKey.generate)

    def steps(self) -> Iterator[Step]:
        """Each step as it is taken; after one that fails the others are not tried."""
        failed = False
        for name, take in self._all():
            if failed:
                yield Step(name, well=None, sentence="not tried")
                continue
            try:
                yield Step(name, well=True, sentence=take())
            except (Ill, TargetFault) as error:
                failed = True
                yield Step(name, well=False, sentence=str(error))

    def close(self) -> Sequence[str]:
        """Give back what was lent; what is left on the target, a sentence each."""
        for actor in self._actors:
            actor.close()
        left: tuple[str, ...] = ()
        if self._stage is not None:
            self._stage.close()
            left = self._stage.leftovers
        return [*left, *self.theatre.driver.close()]

    def _all(self) -> tuple[tuple[str, Callable[[], str]], ...]:
        return (
            ("DNS", self._dns),
            ("TLS", self._tls),
            ("REST", self._rest),
            ("users", self._users),
            ("cookie", self._cookie),
            ("Socket.IO", self._sockets),
            ("join", self._join),
            ("key sharing", self._share),
            ("message", self._message),
        )

    # --- the way there ------------------------------------------------------------------------------------------

    def _places(self) -> list[SplitResult]:
        target = self.theatre.profile.target
        return [urlsplit(url) for url in dict.fromkeys((target.url, target.ws_url or target.url))]

    def _dns(self) -> str:
        found = []
        for place in self._places():
            host = place.hostname or ""
            try:
                addresses = socket.getaddrinfo(host, _port(place), type=socket.SOCK_STREAM)
            except (OSError, UnicodeError) as error:
                raise Ill(
                    f"{host} has no address ({error}): configuration; correct the URL, or the name server"
                ) from None
            found.append(f"{host} is {addresses[0][4][0]}")
        return ", ".join(dict.fromkeys(found))

    def _tls(self) -> str:
        found = [self._handshake(place) for place in self._places() if place.scheme == "https"]
        return ", ".join(found) or "not used: the URL begins with http"

    def _handshake(self, place: SplitResult) -> str:
        host, within = place.hostname or "", self.theatre.profile.target.timeout_s
        try:
            with (
                socket.create_connection((host, _port(place)), within) as raw,
                self.theatre.context.wrap_socket(raw, server_hostname=host) as secured,
            ):
                until = (secured.getpeercert() or {}).get("notAfter", "an unknown day")
                return f"{secured.version()} with {host}, whose certificate lasts until {until}"
        except ssl.SSLError as error:
            raise Ill(
                f"no TLS with {host} ({error}): target or configuration; correct its certificate or the scheme, "
                "or point SSL_CERT_FILE at the authority that signed it"
            ) from None
        except OSError as error:
            raise Ill(f"nothing answers at {place.netloc} ({error}): target or configuration; start it") from None

    def _rest(self) -> str:
        try:
            answer = self.theatre.http.request("GET", "/", actor="doctor", wire=self.wire)
        except NoAnswer as error:
            raise Ill(f"{error}: target or configuration; start it, or correct --target") from None
        return f"it answers (GET /: {answer.status})"

    # --- the way in ---------------------------------------------------------------------------------------------

    def _users(self) -> str:
        self.theatre.driver.hello(self.wire)
        self._stage = self.theatre.stage()
        for name in ("owner", "member"):
            self._actors.append(Actor(name, self._stage.lease.user(), self._stage.link))
        return (
            "the target lends users" if not self.theatre.driver.scarce else "every account has a session, and they meet"
        )

    def _cookie(self) -> str:
        for actor in self._actors:
            actor.register_key()
        return f"the cookie {self.theatre.profile.dialect.cookie!r} is taken"

    def _sockets(self) -> str:
        target = self.theatre.profile.target
        try:
            for actor in self._actors:
                actor.connect()
        except Refused as error:
            raise Ill(
                f"no Socket.IO at {target.ws_url} ({error}): target or configuration; start it, or name it"
            ) from None
        return f"connected over {' and '.join(self.theatre.profile.dialect.transports)}"

    def _join(self) -> str:
        assert self._stage is not None
        owner, member = self._actors
        self._chat = self._stage.lease.chat(owner=owner.identity)
        doors = self._stage.lease.doors(self._chat)
        for actor in (owner, member):
            doors.open_to(actor.identity)
            self._epoch = actor.join(self._chat)
        if any(actor.identity.session_id is None for actor in self._actors):
            raise Blocked("who joined is not among the members that room:join tells: target or configuration")
        return f"two are in a {self._chat.visibility} chat, at epoch {self._epoch}"

    # --- the conversation ---------------------------------------------------------------------------------------

    def _share(self) -> str:
        assert self._chat is not None
        owner, member = self._actors
        for actor in (owner, member):
            owner.share_key(self._chat, self._epoch, self._key, actor)
        if member.receive_key(self._chat, self._epoch) != self._key:
            raise Ill("the key that arrived is another one: target; it must not touch the blob")
        return "a key goes from one to the other"

    def _message(self) -> str:
        assert self._chat is not None
        owner, member = self._actors
        bundle = plain_bundle(f"{self.theatre.marker} doctor".encode(), self._key, self._epoch)
        answer = member.post(self._chat, bundle.request_body())
        member.require(answer, "sending a valid message")
        sent = read(answer.json, self.theatre.profile.dialect.rest["send"].answer["id"])
        heard = self.theatre.profile.dialect.event["message_new"]
        event = owner.wait_for("message_new", {"chat_id": self._chat.chat_id})
        if event is None:
            raise Ill(f"a message was accepted, and no {heard.name} came in time: target; or name it in the dialect")
        if not same_id(read(event.payload, heard.fields["id"]), sent):
            raise Ill(f"{heard.name} came with another id than the answer's: target; or correct the dialect's pointers")
        return "one message went through, and was heard"


def _port(place: SplitResult) -> int:
    return place.port or _PORTS.get(place.scheme, 0)
