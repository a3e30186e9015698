"""The stage of one scenario: its actors, rooms, wire log and checks, on things borrowed for it alone."""

import itertools
import secrets as randomness
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field

from conformance.client.actor import Actor, Link
from conformance.client.http import HttpClient
from conformance.errors import NotApplicable
from conformance.expect import Expect
from conformance.interrupts import held_back
from conformance.profile import Profile
from conformance.provision.base import Driver, Lease, type_of_chat
from conformance.redact import Secrets
from conformance.room import Room
from conformance.wire import WireLog


@dataclass(frozen=True, slots=True)
class Theatre:
    """What all scenarios of a process share: the way to the target and what it is known to offer.

    ``marker`` opens every plaintext of the run; it is registered as a secret, so it can be looked for afterwards.
    """

    profile: Profile
    http: HttpClient
    context: ssl.SSLContext
    secrets: Secrets
    driver: Driver
    marker: str

    def stage(self) -> "Stage":
        """A fresh stage."""
        wire = WireLog(self.secrets)
        link = Link(self.http, self.profile, self.context, self.secrets, wire)
        return Stage(link, self.driver.lease(wire), Expect(self.secrets), self.marker)


def fresh_marker() -> str:
    """A text that occurs nowhere else, to open every plaintext of a run."""
    return f"plaintext-{randomness.token_hex(12)}"


@dataclass(slots=True)
class Stage:
    """One scenario's stage. Nothing on it was used before, and nothing of it is used again."""

    link: Link
    lease: Lease
    expect: Expect
    marker: str
    actors: dict[str, Actor] = field(default_factory=dict)
    rooms: list[Room] = field(default_factory=list)
    leftovers: tuple[str, ...] = ()
    _unnamed: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def has(self, feature: str) -> bool:
        """Whether the profile says that the target has ``feature``."""
        return feature not in self.link.profile.absent

    def needs(self, feature: str) -> None:
        """Raise `NotApplicable` where the profile declares ``feature`` absent."""
        if not self.has(feature):
            raise NotApplicable(f"the profile declares the feature {feature!r} absent")

    def actor(self, name: str = "", *, permission_level: int = 0, premium: bool = False) -> Actor:
        """The actor of that name; a fresh user, connected and with a registered key, at the first call."""
        name = name or f"actor-{next(self._unnamed)}"
        if name not in self.actors:
            identity = self.lease.user(permission_level=permission_level, premium=premium)
            self._ready(Actor(name, identity, self.link))
        return self.actors[name]

    def session_of(self, actor: Actor, name: str, *, registered: bool = True) -> Actor:
        """One more session of the user of ``actor``, connected and with a key of its own, unless not ``registered``."""
        return self._ready(Actor(name, self.lease.session(actor.identity), self.link), registered=registered)

    def socket_of(self, actor: Actor, name: str) -> Actor:
        """One more socket of the session of ``actor``, which has the same keys."""
        return self._ready(Actor(name, actor.identity, self.link, actor.pair, actor.keys), registered=False)

    def _ready(self, actor: Actor, *, registered: bool = True) -> Actor:
        self.actors[actor.name] = actor
        actor.connect()
        if registered:
            actor.register_key()
        return actor

    def room(
        self,
        *names: str,
        visibility: type_of_chat = "public",
        history_visible: bool | None = None,
        without_key: tuple[str, ...] = (),
    ) -> Room:
        """A fresh chat in which the actors of those names are joined and have the key.

        The first is its owner. Those in ``without_key`` are joined but have not been given the key.
        """
        owner, *others = [self.actor(name) for name in names]
        visible = not self.rotates_by_joining if history_visible is None else history_visible
        members = [one.identity for one in others] if visibility == "private" else []
        chat = self.lease.chat(owner=owner.identity, members=members, visibility=visibility, history_visible=visible)
        room = Room(chat, owner, self.expect, self.marker, self.has("history"))
        self.rooms.append(room)
        for actor in (owner, *others):
            room.enter(actor, hand_out=False)
        for actor in (owner, *others):
            if actor.name not in without_key:
                room.share(actor)
        return room

    def rotate(self, room: Room, *, without: Actor | None = None) -> None:
        """Rotate the epoch of ``room`` by what the target has; the new key goes to all inside but ``without``.

        Raises `NotApplicable` where the profile declares absent whatever rotates, `Blocked` where nothing does.
        """
        if self.has("clear"):
            room.clear(without=without)
        elif self.has("kick"):
            guest = self.actor(f"guest-{next(self._unnamed)}")
            room.enter(guest)
            room.kick(guest, without=without)
        else:
            self.needs("hidden_history")
            since = room.owner.inbox.mark
            room.enter_as_new(self.actor(f"guest-{next(self._unnamed)}"))
            room.rotated(without=without, since=since)

    @property
    def rotates_by_joining(self) -> bool:
        """Whether nothing but a new member's join rotates an epoch here, so that the history must be hidden."""
        return not self.has("clear") and not self.has("kick")

    def reconcile(self) -> None:
        """At the end of the story: every room's ledger against all that was heard in it."""
        for room in self.rooms:
            room.reconcile()

    def close(self) -> None:
        """Close every socket, and give back what was borrowed."""
        with held_back():
            try:
                for actor in self.actors.values():
                    actor.close()
            finally:
                self.leftovers = (*self.leftovers, *self.lease.close())
