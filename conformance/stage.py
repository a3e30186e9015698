"""The stage of one scenario: its actors, rooms, wire log and checks, on things borrowed for it alone."""

import itertools
import secrets as randomness
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from conformance.client.actor import Actor, Link
from conformance.client.answers import Exchanging
from conformance.client.pacing import Pace
from conformance.client.patience import Patience
from conformance.envelope import KeyPair
from conformance.errors import NotApplicable
from conformance.expect import Expect
from conformance.interrupts import held_back
from conformance.profile import Profile
from conformance.provision.base import Aftermath, Driver, Identity, Lease, wanted_chat
from conformance.redact import Secrets
from conformance.room import Room
from conformance.wire import WireLog


@dataclass(slots=True)
class Theatre:
    """What all scenarios of a process share: the way to the target and what it is known to offer.

    ``marker`` opens every plaintext of the run; it is registered as a secret, so it can be looked for afterwards.
    ``pairs`` are the key pairs that sessions keep from one scenario to the next, by their cookies; None where each gets
    a fresh one.
    """

    profile: Profile
    http: Exchanging
    context: ssl.SSLContext
    secrets: Secrets
    driver: Driver
    marker: str
    pace: Pace = field(default_factory=Pace)
    patience: Patience = field(default_factory=Patience)
    pairs: dict[str, KeyPair] | None = None

    def stage(self) -> "Stage":
        """A fresh stage."""
        wire = WireLog(self.secrets)
        link = Link(self.http, self.profile, self.context, self.secrets, wire, self.pace, self.patience)
        return Stage(link, self.driver.lease(wire), Expect(self.secrets), self.marker, self.driver.scarce, self.pairs)


def fresh_marker() -> str:
    """A text that occurs nowhere else, to open every plaintext of a run."""
    return f"plaintext-{randomness.token_hex(12)}"


@dataclass(slots=True)
class Stage:
    """One scenario's stage. Nothing on it was used before, and nothing of it is used again.

    But where users are ``scarce``: there the same ones play again, in other chats.
    """

    link: Link
    lease: Lease
    expect: Expect
    marker: str
    scarce: bool = False
    pairs: dict[str, KeyPair] | None = None
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

    def actor(
        self, name: str = "", *, permission_level: int = 0, premium: bool = False, registered: bool = True
    ) -> Actor:
        """The actor of that name; at the first call a fresh user, connected and, if ``registered``, with its key."""
        name = name or f"actor-{next(self._unnamed)}"
        if name not in self.actors:
            user = self.lease.user(permission_level=permission_level, premium=premium)
            self._enlist(name, user, registered=registered)
        return self.actors[name]

    def session_of(self, actor: Actor, name: str, *, registered: bool = True) -> Actor:
        """One more session of the user of ``actor``, connected and with a key of its own, unless not ``registered``."""
        return self._enlist(name, self.lease.session(actor.identity), registered=registered)

    def socket_of(self, actor: Actor, name: str) -> Actor:
        """One more socket of the session of ``actor``, which has the same keys."""
        return self._ready(Actor(name, actor.identity, self.link, actor.pair, actor.keys), registered=False)

    def _enlist(self, name: str, identity: Identity, *, registered: bool = True) -> Actor:
        """An actor with a fresh key pair, or with the one that its session keeps."""
        kept = (self.pairs or {}).get(identity.cookie)
        if kept is not None and registered:
            return self._ready(Actor(name, identity, self.link, kept), registered=False)
        actor = self._ready(Actor(name, identity, self.link), registered=registered)
        if self.pairs is not None and registered:
            self.pairs[identity.cookie] = actor.pair
        return actor

    def _ready(self, actor: Actor, *, registered: bool = True) -> Actor:
        self.actors[actor.name] = actor
        actor.connect()
        if registered:
            actor.register_key()
        return actor

    def room(
        self,
        *names: str,
        visibility: wanted_chat = "any",
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
        room = Room(chat, owner, self.expect, self.marker, self.has("history"), self.lease.doors(chat))
        self.rooms.append(room)
        for actor in (owner, *others):
            room.enter(actor, hand_out=False)
        if not chat.fresh:
            room.disregard_what_was_said()
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

    def limits_are_judged(self) -> None:
        """From here on a 429 is what the scenario is about: it is not waited out."""
        self.link.limits_judged.set()

    def hurry(self, *actors: Actor, number: int, room: Room | None = None) -> AbstractContextManager[None]:
        """Within this block these send up to ``number`` requests each without the pauses that keep a pace.

        They are messages in ``room``; without one they are to meet a message limit, which is then not kept.
        """
        chat = str(room.chat.chat_id) if room else ""
        return self.link.pace.hurry([actor.client for actor in actors], number, message_to=chat)

    @property
    def rotates_by_joining(self) -> bool:
        """Whether nothing but a new member's join rotates an epoch here, so that the history must be hidden."""
        return not self.has("clear") and not self.has("kick")

    def reconcile(self) -> None:
        """At the end of the story: every room's ledger against all that was heard in it."""
        for room in self.rooms:
            room.reconcile()

    def close(self, *, clean: bool = False) -> None:
        """Close every socket, and give back what was borrowed; ``clean`` where the scenario passed."""
        with held_back():
            try:
                for actor in self.actors.values():
                    actor.close()
            finally:
                self.leftovers = (
                    *self.leftovers,
                    *self.lease.close(Aftermath(clean, self.link.hard_muted, self.link.measured)),
                )
