"""What a run will cost a target, known before its first request: requests, time, and what is done to users and chats.

The time is simulated: the pace that the run will keep, on a clock of its own, with each scenario's measured needs.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from conformance.client.pacing import Pace
from conformance.limits import Limit, Rate
from conformance.needs import Need
from conformance.waiting import stretched

# What the measured scenarios were limited to, where they met a limit.
_MEASURED_LIMIT = 4
_CONTROL = "control"
# The window of a limit allows for a burst, which is as long as so many requests.
_BURSTS = 4


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which terms a run plays.

    ``names`` are the accounts in the order in which they are lent, by permission level; None where users are made for
    each scenario, or ``keeps_users``: once for all of them. ``gives_back``: what was made is deleted. ``workers`` play
    side by side.
    """

    rate: Rate | None = None
    by_address: bool = False
    chat: Limit | None = None
    everywhere: Limit | None = None
    names: Mapping[int, Sequence[str]] | None = None
    gives_back: bool = True
    keeps_users: bool = False
    workers: int = 1

    @property
    def in_turn(self) -> bool:
        """Whether a scenario plays with the users of the one before."""
        return self.names is not None or self.keeps_users


@dataclass(frozen=True, slots=True)
class Plan:
    """Requests altogether, and seconds from the first to the last."""

    requests: int
    seconds: float
    effects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class _Clock:
    """Time that passes when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def plan(needs: Mapping[str, Need], terms: Terms) -> Plan:
    """The plan for scenarios of these needs, in the order in which they are played."""
    asked = sum(sum(_asked(need, terms).values()) for need in needs.values())
    requests = asked + _once(needs.values(), terms)
    share = [list(needs.values())[first :: terms.workers] for first in range(terms.workers)]
    seconds = max((_seconds(part, terms) for part in share), default=0.0)
    return Plan(requests, seconds, {name: need.effects for name, need in needs.items() if need.effects})


def _once(needs: Iterable[Need], terms: Terms) -> int:
    """What is asked once for all scenarios: users that are kept are made, get a key and a limit, and are deleted."""
    if not terms.keeps_users:
        return 0
    return max((need.users for need in needs), default=0) * (4 if terms.gives_back else 3)


def _asked(need: Need, terms: Terms) -> Counter[str]:
    """The requests of each client, by name; the suite's own of the control API are its ``control``."""
    clients = _clients(need, terms)
    asked = Counter({name: number + _past(need, at, terms) for at, (name, number) in enumerate(clients)})
    if terms.names is None:
        # Where nothing is provisioned the scenario plays on a bench that is there already.
        chats, users = (need.chats, need.users) if need.provisioning else (0, 0)
        made, kept = (chats, users) if terms.keeps_users else (chats + users, 0)
        asked[_CONTROL] += need.provisioning - kept + (made if terms.gives_back else 0)
        return asked
    # A chat is made and destroyed by its owner, who invites; the others take up the invitation.
    chats = need.chats if need.provisioning else 0
    asked[clients[0][0] if clients else ""] += chats * 2 + min(1, len(clients) - 1) * chats
    for name, _ in clients[1:]:
        asked[name] += chats
    return asked


def _clients(need: Need, terms: Terms) -> list[tuple[str, int]]:
    left = {level: iter(names) for level, names in (terms.names or {}).items()}
    levels = [int(call.split()[1]) for call in need.lent if call.startswith("user ")]
    names = [next(left.get(level, iter(())), f"{level}/{at}") for at, level in enumerate(levels)]
    # Whoever is kept registered its key for good.
    known = 1 if terms.keeps_users else 0
    return [(name, max(0, number - known)) for name, number in zip(names, need.requests, strict=False)]


def _past(need: Need, at: int, terms: Terms) -> int:
    """How many more messages it takes to meet a limit that cannot be set."""
    if terms.names is None or at != 1:
        return 0
    return sum(max(0, limit.messages - _MEASURED_LIMIT) for limit in _met(need, terms))


def _met(need: Need, terms: Terms) -> Iterator[Limit]:
    """The target's own limits that a scenario runs into."""
    own = {"limit chat": terms.chat, "limit global": terms.everywhere}
    return (limit for call in need.lent if (limit := own.get(call)) is not None)


def _seconds(needs: Sequence[Need], terms: Terms) -> float:
    clock = _Clock()
    pace = Pace(
        requests=terms.rate,
        by_address=terms.by_address,
        chat=terms.chat,
        everywhere=terms.everywhere,
        clock=clock.read,
        sleep=clock.sleep,
    )
    beside = [need for need in needs if need.side_by_side and not terms.in_turn]
    for number, need in enumerate(need for need in needs if terms.in_turn or not need.side_by_side):
        began = clock.now
        _play(need, terms, pace, "" if terms.in_turn else "bench" if need.bench else str(number))
        if need.side_by_side:
            # What it waits for begins when its requests are through, and allows for their pauses.
            clock.now += need.seconds + _stretch(need, pace)
        # What any other takes by itself passes while it waits for its pace.
        clock.now = max(clock.now, began + need.seconds)
        clock.now += sum(2 * limit.window_s for limit in _met(need, terms)) if terms.names is not None else 0.0
    for number, need in enumerate(beside):
        for client in _spread(_asked(need, terms)):
            pace.wait(client if client == _CONTROL else f"beside {number} {client}")
    return max([clock.now, *(need.seconds for need in beside)])


def _stretch(need: Need, pace: Pace) -> float:
    """How much longer a mute, a ban or a window is asked for where each request has to wait for its pace."""
    times = _BURSTS if any(call.startswith("limit") for call in need.lent) else 1
    return float(stretched(0, times * pace.pause_s))


def _play(need: Need, terms: Terms, pace: Pace, apart: str) -> None:
    messages = Counter({name: number for (name, _), number in zip(_clients(need, terms), need.messages, strict=False)})
    for client in _spread(_asked(need, terms)):
        message = messages[client] > 0
        messages[client] -= 1
        pace.wait(client if client == _CONTROL else f"{apart} {client}", message_to=f"{id(need)}" if message else "")


def _spread(asked: Counter[str]) -> Iterable[str]:
    """The clients of all requests in an order in which each asks all along."""
    turns = [((turn + 0.5) / number, client) for client, number in asked.items() for turn in range(number)]
    return (client for _, client in sorted(turns))
