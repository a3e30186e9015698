"""The ledger of a chat: what was accepted, what was refused, who ought to have heard it. Pure.

It is the memory against which events and history are reconciled: an accepted message reaches its audience exactly
once and nobody else; a refused one leaves no trace.
"""

import threading
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

# So many characters of a ciphertext are of its nonce, and occur by chance nowhere else.
_TELLING = 24


@dataclass(frozen=True, slots=True)
class Accepted:
    """One accepted message: its id, its ciphertext, who sent it and who was in the room.

    Whether those in ``unsure`` hear it is left open.
    """

    id: str
    ct: str | None
    sender: str
    audience: frozenset[str]
    unsure: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Trace:
    """A message that somebody heard, or that a history holds: its id and ciphertext as far as they could be read.

    ``entry`` is where in the wire log it was heard.
    """

    id: str
    ct: str | None
    content: object = None
    entry: int | None = field(default=None, compare=False)


class Ledger:
    """The accepted messages of one chat, and the ciphertexts that were only ever refused."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._accepted: dict[str, Accepted] = {}
        self._refused: Counter[str] = Counter()
        self._earlier: frozenset[str] = frozenset()

    def disregard(self, traces: Iterable[Trace]) -> None:
        """These were there before the scenario began: they are none of its affair."""
        self._earlier = frozenset(trace.id for trace in traces)

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """Every accepted message, in the order in which it was answered."""
        with self._lock:
            return tuple(self._accepted.values())

    def accept(self, message: Accepted) -> bool:
        """Enter an accepted message; False where its id is taken."""
        with self._lock:
            fresh = message.id not in self._accepted
            self._accepted[message.id] = message
            return fresh

    def excuse(self, actor: str, traces: Iterable[Trace]) -> None:
        """``actor`` loses its place in the room: whether it still hears what is on its way to it is left open."""
        heard = set(self._recognised(list(traces)))
        with self._lock:
            for one in self._accepted.values():
                if actor in one.audience and one.id not in heard:
                    self._accepted[one.id] = replace(one, audience=one.audience - {actor}, unsure=one.unsure | {actor})

    def refuse(self, ct: str | None) -> None:
        """Enter a refused ciphertext."""
        with self._lock:
            if ct:
                self._refused[ct] += 1

    def strays(self, traces: Iterable[Trace]) -> list[str]:
        """What ought not to be among ``traces``, a sentence each: messages that were never answered to anybody."""
        traces = [trace for trace in traces if trace.id not in self._earlier]
        known = self._recognised(traces)
        with self._lock:
            return [
                f"message {trace.id}{' with the refused ciphertext' if trace.ct in self._refused else ''}"
                for trace, message in zip(traces, known, strict=True)
                if message is None
            ]

    def _recognised(self, traces: Sequence[Trace]) -> list[str | None]:
        """The accepted message that each trace is of, by its id; None for what is of none.

        It is known by its id; one whose id never came is known by its ciphertext, once: that an event carries
        another id than the answer, or none, is a fault of its own, and does not make it lost or unheard of. Where ids
        are wrong they may be those of other messages: if more comes out right by the ciphertexts, these are believed.
        """
        accepted = self.accepted
        ids, by_ct = {one.id for one in accepted}, [(one.ct, one.id) for one in accepted]
        known = _read(traces, ids, by_ct, id_first=True)
        if _faults(known):
            known = min(known, _read(traces, ids, by_ct, id_first=False), key=_faults)
        return known

    def quoted(self, text: str) -> list[str]:
        """The ciphertexts that were only ever refused and occur in ``text``, by how they begin; a sentence each."""
        with self._lock:
            accepted = {one.ct for one in self._accepted.values()}
            refused = [ct for ct in self._refused if ct not in accepted and len(ct) >= _TELLING]
        return [
            f"an entry that quotes the refused ciphertext {ct[:_TELLING]}…" for ct in refused if ct[:_TELLING] in text
        ]

    def ciphertext_of(self, message: str) -> str | None:
        """The ciphertext of the accepted message with that id; None where it is not known."""
        with self._lock:
            found = self._accepted.get(message)
        return found.ct if found else None

    def missing(self, actor: str, traces: Sequence[Trace]) -> list[Accepted]:
        """The accepted messages that ``actor`` ought to have heard and did not."""
        heard = set(self._recognised(traces))
        return [one for one in self.accepted if actor in one.audience and one.id not in heard]

    def overheard(self, actor: str, traces: Sequence[Trace]) -> list[Accepted]:
        """The accepted messages that ``actor`` heard though it was not in the room."""
        heard = set(self._recognised(traces))
        return [one for one in self.accepted if actor not in one.audience | one.unsure and one.id in heard]

    def repeated(self, traces: Sequence[Trace]) -> list[str]:
        """The ids of the accepted messages that were heard more than once."""
        times = Counter(one for one in self._recognised(traces) if one is not None)
        return [one for one, number in times.items() if number > 1]


def _read(
    traces: Sequence[Trace], ids: Collection[str], by_ct: Iterable[tuple[str | None, str]], *, id_first: bool
) -> list[str | None]:
    """Each trace's message: by its id and then, once, by its ciphertext; or the other way round."""
    told = {trace.id for trace in traces}
    left: dict[str | None, list[str]] = defaultdict(list)
    for ct, one in by_ct:
        if ct and not (id_first and one in told):
            left[ct].append(one)
    known = []
    for trace in traces:
        by_id = trace.id if trace.id in ids else None
        fits = left[trace.ct] if not (id_first and by_id) else []
        known.append(fits.pop(0) if fits else by_id)
    return known


def _faults(known: Sequence[str | None]) -> int:
    """How many traces are of no message, or of one that was there before."""
    return len(known) - len({one for one in known if one is not None})
