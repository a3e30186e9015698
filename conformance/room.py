"""A chat with its actors, its key and its ledger: the place where scenarios play.

What has to work for a scenario to get anywhere (joining, sharing, an owner's ban) is a precondition here: the
scenario is blocked where it does not. What a clause promises is checked through `expect`, under its id.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from conformance.client.actor import Actor, same_id
from conformance.client.http import Answer
from conformance.client.realtime import Received
from conformance.dialect import MISSING, read
from conformance.envelope import ChatKey, ciphertext_of
from conformance.errors import Blocked
from conformance.expect import Expect
from conformance.ledger import Accepted, Ledger, Trace
from conformance.provision.base import Chat
from conformance.redact import elide
from conformance.strategies.bundles import Bundle, plain_bundle
from conformance.strategies.defects import Malformed

SILENT = "SEND-REFUSED-SILENT"
BROADCAST = "SEND-BROADCAST"
SCOPE = "SEND-BROADCAST-SCOPE"
_FORBIDDEN = 403


@dataclass(slots=True)
class Room:
    """One chat. ``owner`` owns it, distributes its keys and speaks where a barrier is needed.

    ``inside`` are the names of those who are joined and not banned: the audience of the next message. Of those in
    ``unsure`` no page says whether they still hear it. ``latency_s`` is the longest that a send took to be answered.
    """

    chat: Chat
    owner: Actor
    expect: Expect
    marker: str
    history_there: bool
    actors: dict[str, Actor] = field(default_factory=dict)
    inside: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    ledger: Ledger = field(default_factory=Ledger)
    key: ChatKey = field(default_factory=ChatKey.generate)
    epoch: int = -1
    latency_s: float = 0.0
    _written: int = 0

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
        epoch = actor.join(self.chat)
        self.inside.add(actor.name)
        self.unsure.discard(actor.name)
        if epoch != self.epoch:
            self._turn_to(epoch, hand_out=hand_out)

    def enter_as_new(self, actor: Actor) -> None:
        """``actor`` joins where that rotates the epoch: `rotated` takes it up afterwards."""
        self.actors[actor.name] = actor
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

    # --- messages -----------------------------------------------------------------------------------------------

    def bundle(self, *, epoch: int | None = None) -> Bundle:
        """A fresh valid bundle, at the current epoch unless another is asked for, sealed with the room's key."""
        self._written += 1
        plaintext = f"{self.marker} {self.chat.chat_id} {self._written}".encode()
        return plain_bundle(plaintext, self.key, self.epoch if epoch is None else epoch)

    def renewed(self, message: Bundle) -> Bundle:
        """The same bundle, or a fresh one where the epoch has been rotated since."""
        return message if message.epoch == self.epoch else self.bundle()

    def send(self, actor: Actor, message: Bundle | Malformed) -> Answer:
        """``actor`` sends ``message``; the ledger remembers what became of it."""
        if isinstance(message, Malformed):
            answer = actor.post(self.chat, message.body, message.content_type)
            # Where it is let in, it is known again by what it carries, and that may be spoiled.
            ct = (ciphertext_of(message.content) if answer.ok else None) or message.twin.ct
        else:
            answer, ct = actor.post(self.chat, message.request_body()), message.ct
        self.latency_s = max(self.latency_s, answer.ended - answer.started)
        self._enter(actor, answer, ct)
        return answer

    def send_from_inside(self, actor: Actor, message: Bundle) -> Answer:
        """``actor`` sends; where its socket was dropped, it joins again, and sends once more if it was refused."""
        answer = self.send(actor, message)
        if not (actor.inbox.closed if answer.ok else self._is_dropped(actor)):
            return answer
        self._out(actor)
        self.let_back_in(actor)
        return answer if answer.ok else self.send(actor, self.renewed(message))

    def _enter(self, actor: Actor, answer: Answer, ct: str) -> None:
        sent_id = self.id_of(answer)
        if answer.ok and sent_id is not None:
            self.ledger.accept(Accepted(sent_id, ct, actor.name, frozenset(self.inside), frozenset(self.unsure)))
        elif not answer.ok:
            self.ledger.refuse(ct)

    def id_of(self, answer: Answer) -> str | None:
        """The id in an answer to a send, as text; None where there is none."""
        found = read(answer.json, self.owner.link.profile.dialect.rest["send"].answer["id"])
        return None if found in (MISSING, None) else str(found)

    def must_have_id(self, answer: Answer) -> str:
        """The id in the answer to an accepted send; raises `Blocked` where there is none: that is another clause."""
        sent_id = self.id_of(answer)
        if sent_id is None:
            raise Blocked("an accepted send was answered without an id, so nothing can be said of the message")
        return sent_id

    def accepted_before(self, actor: Actor) -> None:
        """The legal step before the illegal one: without it nothing could be said of a refusal."""
        self.expect.answered(self.send(actor, self.bundle()), f"{actor.name}'s valid send before any cause was applied")

    # --- silence ------------------------------------------------------------------------------------------------

    def barrier(self, answer: Answer | None = None) -> None:
        """The owner says something and every one inside hears it: what came before is then complete.

        ``answer`` is of an accepted send that serves as the barrier instead.
        """
        answer = answer or self.say(self.owner)[0]
        self.expect.answered(answer, "the send that serves as a barrier")
        for name in sorted(self.inside):
            self._reached(self.actors[name], answer)

    def _reached(self, actor: Actor, answer: Answer) -> None:
        sent_id = self.must_have_id(answer)
        heard = self._hear(actor, sent_id, self.ledger.ciphertext_of(sent_id))
        if heard is None and actor.inbox.closed:
            raise Blocked(f"the socket of {actor.name} was dropped: what would have reached it is not known")
        title = f"an accepted message reaches {actor.name}, who is in the chat"
        observed = "no such event in time" if heard is None else "message:new"
        self.expect.that(
            heard is not None,
            BROADCAST,
            title=title,
            expected=f"message:new of {sent_id}",
            observed=observed,
            exchange=answer.exchange,
        )

    def say(self, actor: Actor) -> tuple[Answer, Bundle]:
        """``actor`` says something, and says it anew where the epoch was moved on meanwhile."""
        bundle = self.bundle()
        answer = self.send(actor, bundle)
        for _ in self.actors:
            # No page forbids a measure to rotate the epoch as well, nor the end of any socket that it cost.
            if answer.status != _FORBIDDEN or not self.follow():
                break
            bundle = self.bundle()
            answer = self.send(actor, bundle)
        return answer, bundle

    def hear(self, actor: Actor, sent_id: str | None) -> Received | None:
        """Wait for the message with ``sent_id`` at ``actor``."""
        return actor.wait_for("message_new", {"chat_id": self.chat.chat_id, "id": sent_id})

    def hear_bundle(self, actor: Actor, answer: Answer, message: Bundle) -> Trace | None:
        """Wait for the event of an accepted ``message`` at ``actor``: known by its id, or by its ciphertext."""
        return self._hear(actor, self.id_of(answer), message.ct)

    def _hear(self, actor: Actor, sent_id: str | None, ct: str | None) -> Trace | None:
        heard = actor.link.profile.dialect.event["message_new"]

        def is_it(event: Received) -> bool:
            if event.name != heard.name:
                return False
            trace = _trace(event.payload, heard.fields)
            # Ids are of their chat: another chat's message may have the same one.
            here = same_id(read(event.payload, heard.fields["chat_id"]), self.chat.chat_id)
            return (ct is not None and trace.ct == ct) or (here and trace.id == sent_id)

        event = actor.inbox.wait_for(is_it, actor.link.profile.target.event_timeout_s)
        return _trace(event.payload, heard.fields) if event else None

    def heard(self, actor: Actor) -> list[Trace]:
        """What ``actor`` heard in this chat."""
        fields = actor.link.profile.dialect.event["message_new"].fields
        return [_trace(event.payload, fields) for event in actor.messages(self.chat)]

    def heard_anywhere(self, actor: Actor) -> list[Trace]:
        """What ``actor`` heard in whatever chat the events say they are of."""
        heard = actor.link.profile.dialect.event["message_new"]
        return [_trace(event.payload, heard.fields) for event in actor.inbox.events(heard.name)]

    def no_trace(self, *requirements: str, after: Answer | None = None) -> None:
        """Nothing that was refused has left a trace: no event to anybody, nothing in the history.

        Shown behind a barrier: a fresh send of the owner, or the accepted send that was answered ``after``.
        """
        self.barrier(after)
        judged = (SILENT, *requirements)
        for actor in self.actors.values():
            strays = self.ledger.strays(self.heard(actor))
            self.expect.that(
                not strays,
                *judged,
                title=f"a refused message reaches nobody: {actor.name}",
                expected="no message:new but of accepted sends",
                observed="; ".join(strays) or "none",
            )
        if self.history_there:
            self._no_trace_in_history(judged)
        else:
            self.expect.note(SILENT, "the target has no history", "silence was shown by events alone")

    def _no_trace_in_history(self, judged: Iterable[str]) -> None:
        entries = self._entries(self.owner)
        strays = self.ledger.strays(self._told_by_users(entries)) + self.ledger.quoted(json.dumps(entries))
        self.expect.that(
            not strays,
            *judged,
            title="a refused message is not in the history",
            expected="no entry but of accepted sends",
            observed="; ".join(strays) or "none",
        )

    def history(self, reader: Actor | None = None) -> list[Trace]:
        """The user messages in the history, as the owner or ``reader`` reads it.

        Raises `Blocked` where it cannot be read.
        """
        return self._told_by_users(self._entries(reader or self.owner))

    def _entries(self, reader: Actor) -> list[object]:
        answer = reader.call("history", chat_id=self.chat.chat_id)
        self.expect.answered(answer, "reading the history")
        entries = read(answer.json, self.owner.link.profile.dialect.rest["history"].answer["entries"])
        if not isinstance(entries, list):
            raise Blocked(f"the history is no array: {elide(answer.text)}")
        return entries

    def _told_by_users(self, entries: Iterable[object]) -> list[Trace]:
        pointers = self.owner.link.profile.dialect.record["entry"]
        return [_trace(entry, pointers) for entry in entries if read(entry, pointers["type"]) != "system"]

    # --- the end ------------------------------------------------------------------------------------------------

    def reconcile(self) -> None:
        """Each accepted message reached its audience exactly once, and nobody else; nothing else was heard."""
        self.barrier()
        for actor in self.actors.values():
            self._await_late(actor)
            traces = self.heard(actor)
            missing = [one.id for one in self.ledger.missing(actor.name, traces)]
            overheard = [one.id for one in self.ledger.overheard(actor.name, traces)]
            where = f"at {actor.name}, when all was over"
            self._none(missing, BROADCAST, f"no accepted message is missing {where}")
            self._none(self.ledger.repeated(traces), BROADCAST, f"no message came twice {where}")
            self._none(overheard, SCOPE, f"no message came from outside of its audience {where}")
            self._none(self.ledger.strays(traces), SILENT, f"no message came that nobody was answered for {where}")

    def _await_late(self, actor: Actor) -> None:
        # An event may be late and still be right: only the deadline of the profile tells late from lost.
        for one in self.ledger.missing(actor.name, self.heard(actor)):
            if self.hear(actor, one.id) is None:
                return

    def _none(self, found: list[str], requirement: str, title: str) -> None:
        self.expect.that(not found, requirement, title=title, expected="none", observed=", ".join(found) or "none")


def _trace(document: object, pointers: Mapping[str, str]) -> Trace:
    content = read(document, pointers["content"])
    return Trace(str(read(document, pointers["id"])), ciphertext_of(content), content)
