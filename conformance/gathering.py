"""Who is in a chat, who has its key, and what its owner does to them: the ground on which a room stands.

What has to work for a scenario to get anywhere (joining, sharing, an owner's ban) is a precondition here: the scenario
is blocked where it does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from conformance.client.actor import Actor, same_id
from conformance.client.answers import Answer
from conformance.client.inbox import Received
from conformance.dialect import read
from conformance.envelope import ChatKey, ciphertext_of
from conformance.errors import Blocked
from conformance.expect import Expect
from conformance.ledger import Ledger, Trace
from conformance.provision.base import Chat, Doors, OpenDoors


@dataclass(slots=True)
class Gathering:
    """One chat. ``owner`` owns it, distributes its keys and speaks where a barrier is needed.

    ``inside`` are the names of those who are joined and not banned: the audience of the next message. Of those in
    ``unsure`` no page says whether they still hear it. ``latency_s`` is the longest that a send took to be answered.
    """

    chat: Chat
    owner: Actor
    expect: Expect
    marker: str
    history_there: bool
    doors: Doors = field(default_factory=OpenDoors)
    actors: dict[str, Actor] = field(default_factory=dict)
    inside: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    ledger: Ledger = field(default_factory=Ledger)
    key: ChatKey = field(default_factory=ChatKey.generate)
    epoch: int = -1
    latency_s: float = 0.0
    _written: int = 0

    def called(self, what: str) -> str:
        """What the target calls an event, to be named in what is shown."""
        return self.owner.link.profile.dialect.called(what)

    def __getitem__(self, name: str) -> Actor:
        return self.actors[name]

    # --- who is there -------------------------------------------------------------------------------------------

    def enter(self, actor: Actor, *, hand_out: bool = True) -> None:
        """``actor`` joins; where its acknowledgement tells of another epoch, the owner hands out a new key.

        Not ``hand_out``: the epoch is taken up, and its key is left to be handed out later.
        """
        self.actors[actor.name] = actor
        if actor.inbox.closed:
            # A target may drop the socket of whom it bans or kicks; its client would come back.
            actor.connect()
        self.doors.open_to(actor.identity)
        epoch = actor.join(self.chat)
        self.inside.add(actor.name)
        self.unsure.discard(actor.name)
        if epoch != self.epoch:
            self._turn_to(epoch, hand_out=hand_out)

    def enter_as_new(self, actor: Actor) -> None:
        """``actor`` joins where that rotates the epoch: `rotated` takes it up afterwards."""
        self.actors[actor.name] = actor
        self.doors.open_to(actor.identity)
        actor.join(self.chat)
        self.inside.add(actor.name)

    def admit(self, actor: Actor) -> None:
        """``actor`` joins and is given the key."""
        self.enter(actor)
        self.share(actor)

    def let_back_in(self, *actors: Actor) -> None:
        """They join again after what may have cost them their sockets; a target may drop whom it bans elsewhere."""
        # Until it is back nobody knows of any that it is inside, and a key is handed to nobody else.
        for actor in actors:
            self.unsure_of(actor)
        for actor in actors:
            self._let_back_in(actor)

    def _let_back_in(self, actor: Actor) -> None:
        was_dropped = actor.inbox.closed
        # A connection may be lost before its end is heard of. What is left of it may end after the new one began, and
        # take the place in the room with it; and the end of anybody's may move the epoch on. Each of them ends once.
        for _ in self.actors:
            try:
                self.admit(actor)
            except Blocked:
                was_dropped = was_dropped or self._is_dropped(actor)
                if not was_dropped:
                    raise
            else:
                return
        self.admit(actor)

    @staticmethod
    def _is_dropped(actor: Actor) -> bool:
        """Whether the socket of ``actor`` ends: that is heard of as late as an event may be."""
        return actor.inbox.closes_within(actor.link.profile.target.event_timeout_s)

    def try_admit(self, actor: Actor) -> bool:
        """``actor`` asks to be let in, and is given the key if it is; False where the target refuses."""
        if actor.inbox.closed:
            actor.connect()
        self.doors.open_to(actor.identity)
        if not actor.emit("join", chat_id=self.chat.chat_id).ok:
            return False
        self.admit(actor)
        return True

    def asks_in(self, actor: Actor) -> bool:
        """``actor`` asks to join, over a new socket where its own was dropped; whether the target says ok."""
        self.actors.setdefault(actor.name, actor)
        try:
            return actor.emit("join", chat_id=self.chat.chat_id).ok
        except Blocked:
            if not actor.inbox.closed:
                raise
        actor.connect()
        return actor.emit("join", chat_id=self.chat.chat_id).ok

    def knock(self, actor: Actor) -> None:
        """``actor`` asks to join a chat that it has no right to; whether it is let in is not judged."""
        self.actors[actor.name] = actor
        if actor.emit("join", chat_id=self.chat.chat_id).ok:
            self.unsure_of(actor)

    def unsure_of(self, actor: Actor) -> None:
        """Whether ``actor`` still hears what is said is left open by every page."""
        self._out(actor)
        self.unsure.add(actor.name)

    def leave(self, actor: Actor) -> None:
        """``actor`` leaves."""
        actor.leave(self.chat)
        self._out(actor)

    def gone(self, actor: Actor) -> None:
        """``actor`` is inside no longer, by what somebody did to it."""
        self._out(actor)

    def _out(self, actor: Actor) -> None:
        self.inside.discard(actor.name)
        self.ledger.excuse(actor.name, self.heard(actor))

    def put_out(self, actor: Actor) -> None:
        """``actor`` was put out by a measure: no session of that user belongs to the audience any more."""
        self.doors.shut_to(actor.identity)
        for one in self.actors.values():
            if same_id(one.identity.user_id, actor.identity.user_id):
                self._out(one)

    def _turn_to(self, epoch: int, *, without: Actor | None = None, hand_out: bool = True) -> None:
        self.epoch = epoch
        self.key = ChatKey.generate()
        if hand_out:
            self.distribute(without=without)

    # --- keys ---------------------------------------------------------------------------------------------------

    def share(self, actor: Actor, *, by: Actor | None = None) -> str:
        """The owner, or another who has it, hands ``actor`` the key of the current epoch; the blob that it went in."""
        blob = (by or self.owner).share_key(self.chat, self.epoch, self.key, actor)
        actor.keys[str(self.chat.chat_id), self.epoch] = self.key
        return blob

    def distribute(self, *, without: Actor | None = None) -> None:
        """The owner hands the key to itself, which makes it the distributor, and then to all who are inside.

        Where the epoch rises meanwhile, it is that one's key that they all get.
        """
        for _ in self.actors:
            try:
                self._hand_out(without)
            except Blocked:
                # Whoever lost its socket may be noticed at any time, once, and no page forbids that to rotate.
                epoch = self.owner.join(self.chat)
                if epoch <= self.epoch:
                    raise
                self._turn_to(epoch, hand_out=False)
            else:
                return
        self._hand_out(without)

    def _hand_out(self, without: Actor | None) -> None:
        self.share(self.owner)
        for actor in self.actors.values():
            if actor is not self.owner and actor is not without and actor.name in self.inside:
                self.share(actor)

    def rotated(self, *, without: Actor | None = None, since: int | None = None) -> None:
        """Learn the epoch after a rotation, and distribute its key to all inside but ``without``.

        Raises `Blocked` where the epoch did not rise.
        """
        before = self.epoch
        self._turn_to(self._epoch_after(before, self.owner.inbox.mark if since is None else since), without=without)

    def _epoch_after(self, before: int, since: int) -> int:
        def is_later(event: Received) -> bool:
            return self._told_epoch(event) > before

        # Asked by joining once more: one measure may rotate twice, and no core clause promises the event.
        asked = self.owner.join(self.chat)
        if asked > before:
            return asked
        told = self.owner.inbox.wait_for(is_later, self.owner.link.profile.target.event_timeout_s, since)
        if told is None:
            raise Blocked(f"the epoch did not rise above {before} after what ought to rotate it")
        return self._told_epoch(told)

    def _told_epoch(self, event: Received) -> int:
        """The epoch that an event tells of this chat; -1 where it tells of none."""
        heard = self.owner.link.profile.dialect.event["epoch_changed"]
        if event.name != heard.name or not same_id(read(event.payload, heard.fields["chat_id"]), self.chat.chat_id):
            return -1
        epoch = read(event.payload, heard.fields["epoch"])
        return epoch if isinstance(epoch, int) else -1

    def follow(self) -> bool:
        """Take up a rotation that happened meanwhile, whatever caused it, and hand out the new key; whether one did."""
        epoch = self.owner.join(self.chat)
        rose = epoch > self.epoch
        if rose:
            self._turn_to(epoch)
        return rose

    def clear(self, *, without: Actor | None = None) -> None:
        """The owner clears the chat, which rotates the epoch; the new key goes to all but ``without``."""
        since = self.owner.inbox.mark
        self.owner.require(self.owner.call("clear", chat_id=self.chat.chat_id), "clearing the chat")
        self.rotated(without=without, since=since)

    # --- what they heard -----------------------------------------------------------------------------------------

    def heard(self, actor: Actor) -> list[Trace]:
        """What ``actor`` heard in this chat."""
        fields = actor.link.profile.dialect.event["message_new"].fields
        return [trace_of(event.payload, fields) for event in actor.messages(self.chat)]

    def heard_anywhere(self, actor: Actor) -> list[Trace]:
        """What ``actor`` heard in whatever chat the events say they are of."""
        heard = actor.link.profile.dialect.event["message_new"]
        return [trace_of(event.payload, heard.fields) for event in actor.inbox.events(heard.name)]

    # --- the owner's measures -----------------------------------------------------------------------------------

    def mute(self, actor: Actor, duration: int) -> Answer:
        """The owner mutes ``actor`` for ``duration`` seconds, 0 for good."""
        return self._measure("mute", actor, duration=duration, reason="conformance")

    def unmute(self, actor: Actor) -> Answer:
        """The owner lifts the mute of ``actor``."""
        return self._measure("unmute", actor)

    def ban(self, actor: Actor, duration: int = 0) -> Answer:
        """The owner bans ``actor`` for ``duration`` seconds, 0 for good; it no longer belongs to the audience."""
        answer = self._measure("ban", actor, duration=duration, reason="conformance")
        self.put_out(actor)
        return answer

    def unban(self, actor: Actor) -> Answer:
        """The owner lifts the ban of ``actor``, who still has to join."""
        return self._measure("unban", actor)

    def kick(self, actor: Actor, *, without: Actor | None = None) -> Answer:
        """The owner kicks ``actor``, which rotates the epoch; the others but ``without`` get the new key."""
        since = self.owner.inbox.mark
        answer = self._measure("kick", actor)
        self.put_out(actor)
        self.rotated(without=without, since=since)
        return answer

    def ask(self, what: str, actor: Actor, **values: object) -> Answer:
        """The owner asks for a measure against ``actor``; what comes of it is for the caller to judge."""
        return self.owner.call(what, chat_id=self.chat.chat_id, user_id=actor.identity.user_id, **values)

    def _measure(self, what: str, actor: Actor, **values: object) -> Answer:
        answer = self.ask(what, actor, **values)
        self.expect.answered(answer, f"the owner's {what} of {actor.name}")
        return answer


def trace_of(document: object, pointers: Mapping[str, str]) -> Trace:
    """The message that an event, or an entry of a history, is of."""
    content = read(document, pointers["content"])
    return Trace(str(read(document, pointers["id"])), ciphertext_of(content), content)
