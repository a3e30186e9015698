"""A crowd: several senders, a thread each, who send as fast as they are answered while something else happens.

Each sends a fixed number, in legs: before an act, while it goes on, after its answer, and once more when all that was
under way is over. So the number of requests is known before, and a slow act cannot use up what is to be sent later.
Threads that send at the same time have connections of their own: the client's pool opens one for each.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

from conformance.client.actor import Actor
from conformance.client.answers import Answer
from conformance.ledger import Accepted
from conformance.racing import Sent, Span, audience_of
from conformance.room import Room
from conformance.strategies.bundles import Bundle

Act = Callable[[], Answer]


class _Leg:
    """So many sends of everybody, to be begun when the gate is open; ``reached`` counts who is through."""

    def __init__(self, sends: int) -> None:
        self.sends = sends
        self.gate = threading.Event()
        self._through = threading.Semaphore(0)

    def run(self, send: Callable[[], None]) -> None:
        self.gate.wait()
        for _ in range(self.sends):
            send()
        self.leave()

    def leave(self) -> None:
        self._through.release()

    def wait_for(self, number: int) -> None:
        for _ in range(number):
            self._through.acquire()


class Crowd:
    """``senders`` in ``room``; one that is named several times sends by as many threads.

    The first of them sends once more after each act, the very moment that it is answered.
    """

    def __init__(self, room: Room, *senders: Actor) -> None:
        self.room = room
        self.senders = senders

    def race(self, *acts: Act, before: int = 1) -> tuple[list[Sent], list[Span]]:
        """Everybody sends while the acts are done; all sends, and from when to when each act went.

        ``before`` is how often each sends before the first act. Raises `Blocked` where a send or an act was not
        answered.
        """
        # Twice from there on and while an act goes on, and once after it.
        legs = [_Leg(before), *(_Leg(sends) for _ in acts for sends in (2, 1)), _Leg(1)]
        spans: list[Span] = []
        pool = ThreadPoolExecutor(len(self.senders), thread_name_prefix="crowd")
        with self._hurried(legs, acts), pool:
            running = [pool.submit(self._run, legs, one, self._sealed(legs)) for one in self.senders]
            try:
                sent = list(self._lead(legs, acts, spans))
            finally:
                for leg in legs:
                    leg.gate.set()
        sent += [one for future in running for one in future.result()]
        return sent, spans

    def _hurried(self, legs: Sequence[_Leg], acts: Sequence[Act]) -> AbstractContextManager[None]:
        """Whoever keeps a pace cannot race: there is a wait beforehand."""
        clients = Counter(one.client for one in self.senders)
        each = max(clients.values()) * sum(leg.sends for leg in legs) + len(acts)
        pace = self.room.owner.link.pace
        return pace.hurry([self.room.owner.client, *clients], each, message_to=str(self.room.chat.chat_id))

    def _lead(self, legs: Sequence[_Leg], acts: Iterable[Act], spans: list[Span]) -> Iterator[Sent]:
        ahead = iter(legs)
        before = self._open(ahead)
        for act in acts:
            [message] = self._sealed([_Leg(1)])
            # Nobody stops for the act: there are to be sends right in front of it, and beside it.
            self._open(ahead)
            before.wait_for(len(self.senders))
            answer = act()
            # By this thread, and so at once: until the others are awake it may be too late to see a small window.
            yield self._sent(self.senders[0], message)
            spans.append(Span(answer.started, answer.ended))
            before = self._open(ahead)
        before.wait_for(len(self.senders))
        self._open(ahead)

    @staticmethod
    def _open(legs: Iterable[_Leg]) -> _Leg:
        leg = next(iter(legs))
        leg.gate.set()
        return leg

    def _sealed(self, legs: Iterable[_Leg]) -> list[Bundle]:
        # Beforehand: what is to be quick is the sending.
        return [self.room.bundle() for leg in legs for _ in range(leg.sends)]

    def _run(self, legs: Iterable[_Leg], sender: Actor, bundles: list[Bundle]) -> list[Sent]:
        sent: list[Sent] = []
        ahead = iter(bundles)
        try:
            for leg in legs:
                leg.run(lambda: sent.append(self._sent(sender, next(ahead))))
        except BaseException:
            for leg in legs:  # nobody has to wait for whom no answer came
                leg.leave()
            raise
        return sent

    def _sent(self, sender: Actor, message: Bundle) -> Sent:
        answer = sender.post(self.room.chat, message.request_body())
        span = Span(answer.started, answer.ended)
        sent_id = self.room.id_of(answer) if answer.ok else None
        return Sent(sender.name, message.ct, span, answer.status, sent_id, answer.exchange)

    def enter(self, sent: Iterable[Sent], banned: Mapping[str, Span] | None = None) -> None:
        """Enter the sends into the room's ledger, each with the audience that it has by real time."""
        for one in sent:
            if one.id is not None:
                audience, unsure = audience_of(one, self.room.inside, banned or {})
                unsure |= self.room.unsure - set(banned or ())
                self.room.ledger.accept(Accepted(one.id, one.ct, one.sender, audience, unsure))
            elif not one.accepted:
                self.room.ledger.refuse(one.ct)
