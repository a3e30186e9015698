"""A virtual member: the suite's actor on a line that keeps nothing, in one chat."""

import random
import threading
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from conformance.client.actor import Actor
from conformance.client.inbox import Connected
from conformance.dialect import read
from conformance.envelope import ChatKey, EnvelopeError, unwrap_key
from conformance.load.line import Line

# Of all events, those that a member has to know of; the others are not even read.
HEARD = ("message_new", "key_shared", "epoch_changed")


class Room(Protocol):
    """The chat in which a member hears: what comes is told to it at once, by the thread that reads."""

    def message_came(self, member: "Member", payload: Any) -> None:
        """``member`` heard a message."""

    def key_came(self, member: "Member", epoch: int, key: ChatKey | None, why: str) -> None:
        """``member`` was handed the key of ``epoch``; None where it could not be opened, and why."""

    def epoch_came(self, member: "Member", payload: Any) -> None:
        """``member`` was told of a new epoch."""

    def member_alive(self, member: "Member") -> None:
        """Something came over the line of ``member``."""

    def member_gone(self, member: "Member", why: str) -> None:
        """``member`` lost its socket."""


@dataclass(slots=True, kw_only=True, eq=False)
class Member(Actor):
    """A member of ``room``, whose bit there is ``number``. ``keyed`` is set while it has the key of the epoch."""

    room: Room
    number: int
    rng: random.Random
    hasty: bool = False
    told: int = -1
    out: bool = False
    joined: bool = False
    keyed: threading.Event = field(default_factory=threading.Event)

    def connect(self) -> None:
        """Open the Socket.IO connection; raises `Blocked` where it is refused."""
        dialect, target = self.link.profile.dialect, self.link.profile.target
        unheard = tuple(heard.name for what, heard in dialect.event.items() if what not in HEARD)
        line = Line(self, namespace=dialect.namespace, timeout_s=target.timeout_s, unheard=unheard)
        cookie = f"{dialect.cookie}={self.identity.cookie}"
        line.open(target.ws_url, path=dialect.socket_path, cookie=cookie, context=self.link.context)
        # An actor asks no more of its socket than a line can do.
        self._socket = cast("Connected", line)

    # --- what comes over the line -------------------------------------------------------------------------------

    def beat(self) -> None:
        """Something came."""
        self.room.member_alive(self)

    def hear(self, name: str, payload: Any) -> None:
        """An event came."""
        events = self.link.profile.dialect.event
        if name == events["message_new"].name:
            self.room.message_came(self, payload)
        elif name == events["epoch_changed"].name:
            self.room.epoch_came(self, payload)
        elif name == events["key_shared"].name:
            self._open_key(payload)

    def _open_key(self, payload: Any) -> None:
        fields = self.link.profile.dialect.event["key_shared"].fields
        blob, sender, epoch = (read(payload, fields[name]) for name in ("blob", "from_public_key", "epoch"))
        try:
            key, why = unwrap_key(str(blob), sender_public=str(sender), recipient=self.pair), ""
        except EnvelopeError as error:
            key, why = None, str(error)
        if isinstance(epoch, int):
            self.room.key_came(self, epoch, key, why)

    def gone(self, why: str) -> None:
        """The connection ended."""
        self.out = True
        self.keyed.set()
        self.room.member_gone(self, why)
