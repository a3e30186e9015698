"""A chat with its actors, its key and its ledger: the place where scenarios play.

What has to work for a scenario to get anywhere (joining, sharing, an owner's ban) is a precondition here: the
scenario is blocked where it does not. What a clause promises is checked through `expect`, under its id.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from conformance import relation
from conformance.client.actor import Actor, same_id
from conformance.client.answers import Answer
from conformance.client.inbox import Received
from conformance.dialect import MISSING, read
from conformance.envelope import ciphertext_of
from conformance.errors import Blocked
from conformance.gathering import Gathering, trace_of
from conformance.ledger import Accepted, Trace
from conformance.redact import elide
from conformance.strategies.bundles import Bundle, plain_bundle
from conformance.strategies.defects import Malformed

SILENT = "SEND-REFUSED-SILENT"
BROADCAST = "SEND-BROADCAST"
SCOPE = "SEND-BROADCAST-SCOPE"
_FORBIDDEN = 403


@dataclass(slots=True)
class Room(Gathering):
    """One chat, with all that is said in it and what is checked of that."""

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
        self.latency_s = max(self.latency_s, answer.ended - answer.started, actor.link.pace.pause_s)
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

    def accepted_before(self, actor: Actor) -> Answer:
        """The legal step before the illegal one: without it nothing could be said of a refusal."""
        answer = self.send(actor, self.bundle())
        self.expect.answered(answer, f"{actor.name}'s valid send before any cause was applied")
        return answer

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
        heard = self._hear(actor, answer, sent_id, self.ledger.ciphertext_of(sent_id))
        if heard is None and actor.inbox.closed:
            raise Blocked(f"{actor.inbox.ending} ({actor.name}): what would have reached it is not known")
        title = f"an accepted message reaches {actor.name}, who is in the chat"
        event = self.called("message_new")
        self.expect.that(
            heard is not None,
            BROADCAST,
            title=title,
            expected=f"{event} of {sent_id}",
            observed="no such event in time" if heard is None else f"{event} of {sent_id}",
            exchange=answer.exchange,
            by=relation.heard(event, actor.name, heard),
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
        return self._hear(actor, answer, self.id_of(answer), message.ct)

    def _hear(self, actor: Actor, answer: Answer, sent_id: str | None, ct: str | None) -> Trace | None:
        heard = actor.link.profile.dialect.event["message_new"]

        def is_it(event: Received) -> bool:
            # What came before it was sent is another message, though it may have the same ciphertext.
            if event.name != heard.name or event.at < answer.started:
                return False
            trace = trace_of(event.payload, heard.fields)
            # Ids are of their chat: another chat's message may have the same one.
            here = same_id(read(event.payload, heard.fields["chat_id"]), self.chat.chat_id)
            return (ct is not None and trace.ct == ct) or (here and trace.id == sent_id)

        event = actor.inbox.wait_for(is_it, actor.link.profile.target.event_timeout_s)
        return replace(trace_of(event.payload, heard.fields), entry=event.entry) if event else None

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
                expected=f"no {self.called('message_new')} but of accepted sends",
                observed="; ".join(strays) or "none",
                by=relation.within(len(strays), most=0),
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
            by=relation.within(len(strays), most=0),
        )

    def disregard_what_was_said(self) -> None:
        """What the history of a chat that was there before holds already is no trace of this scenario."""
        if self.history_there:
            self.ledger.disregard(self.history())

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
        return [trace_of(entry, pointers) for entry in entries if read(entry, pointers["type"]) != "system"]

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
