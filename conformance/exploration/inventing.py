"""Stories by chance: short arcs of a cause and its removal, woven into each other. Repeatable by their seed.

A walk that takes each step by chance alone rarely gets anywhere: who is muted is kicked before anybody looks. So what
is drawn are arcs, and what mixes them is chance: up to three of them are under way at once.
"""

import random
from collections.abc import Callable, Collection, Iterator, Sequence

from conformance.exploration.steps import FEATURES, HERE, INSIDE, PLAIN, SENDS, THERE, Setting, Step, Story

Arc = Callable[[random.Random, str], list[Step]]

_AT_ONCE = (1, 2, 2, 3)
_MALFORMED = [how for how in SENDS if how not in ("valid", "stale", "oldest", "future")]
_DURATIONS = ("for good", "for good", "for ten minutes")


def invented(setting: Setting, seed: str, length: int, absent: Collection[str]) -> Story:
    """A story of about so many steps; ``absent`` are the features that its target lacks."""
    rnd = random.Random(seed)  # noqa: S311 - chance that can be repeated, and keeps no secret
    steps = [step for step in _woven(rnd, setting, length) if playable(step, absent)]
    return Story(setting, tuple(steps[:length]))


def playable(step: Step, absent: Collection[str]) -> bool:
    """Whether a target that lacks these features can be asked for the step."""
    staff = step.actor in ("mod", "admin") or step.target in ("mod", "admin")
    return FEATURES.get(step.verb) not in absent and not (staff and "moderators" in absent)


def _woven(rnd: random.Random, setting: str, length: int) -> Iterator[Step]:
    under_way: list[list[Step]] = []
    at_once = rnd.choice(_AT_ONCE)
    for _ in range(4 * length):
        while len(under_way) < at_once:
            arc = rnd.choices([one for one, _ in _ARCS], [weight for _, weight in _ARCS])[0]
            under_way.append(_placed(rnd, arc(rnd, setting)))
        lane = rnd.choice(under_way)
        yield lane.pop(0)
        under_way = [one for one in under_way if one]


def _placed(rnd: random.Random, steps: Sequence[Step]) -> list[Step]:
    """The arc in one of the two chats; once in a while a send of it goes to the other one."""
    chat = rnd.choices([HERE, THERE], [4, 1])[0]
    placed = [_in(step, chat) for step in steps]
    if rnd.random() < 0.15:  # noqa: PLR2004 - a weight
        other = THERE if chat == HERE else HERE
        placed.insert(rnd.randrange(len(placed) + 1), Step(rnd.choice(INSIDE), "send", how="valid", chat=other))
    return placed


def _in(step: Step, chat: str) -> Step:
    return Step(step.actor, step.verb, step.target, step.how, chat)


# --- arcs -------------------------------------------------------------------------------------------------------------


def _send(actor: str, how: str = "valid") -> Step:
    return Step(actor, "send", how=how)


def _some(rnd: random.Random, *steps: Step, odds: float = 0.6) -> list[Step]:
    return [step for step in steps if rnd.random() < odds]


def _victim(rnd: random.Random) -> str:
    return rnd.choices(["alice", "bob", "eve"], [5, 4, 1])[0]


def _entered(name: str) -> list[Step]:
    return [Step(name, "join"), Step("owner", "share", name)]


def _talk(rnd: random.Random, _: str) -> list[Step]:
    return [_send(rnd.choice([*INSIDE, "alice2", "eve"])) for _ in range(rnd.randint(1, 2))]


def _mute(rnd: random.Random, _: str) -> list[Step]:
    who = _victim(rnd)
    middle = _some(rnd, _send(who), Step(who, "leave"), Step(who, "join"), Step("owner", "share", who), odds=0.4)
    muted = Step("owner", "mute", who, rnd.choice(_DURATIONS))
    return [muted, *_some(rnd, _send(who)), *middle, *_some(rnd, Step("owner", "unmute", who), odds=0.8), _send(who)]


def _ban(rnd: random.Random, setting: str) -> list[Step]:
    who = _victim(rnd)
    back = [Step("owner", "unban", who), *_some(rnd, _send(who), Step("alice2", "join"), odds=0.2)]
    back += [Step("owner", "give", who)] if setting == "private" and rnd.random() < 0.7 else []  # noqa: PLR2004
    banned = [Step("owner", "ban", who, rnd.choice(_DURATIONS)), *_some(rnd, _send(who), Step(who, "join"))]
    return [
        *banned,
        *back,
        Step(who, "join"),
        *_some(rnd, _send(who), odds=0.3),
        Step("owner", "share", who),
        _send(who),
    ]


def _kick(rnd: random.Random, _: str) -> list[Step]:
    who = _victim(rnd)
    gone = [Step("owner", "kick", who), *_some(rnd, _send(who), _send("owner"), odds=0.5)]
    return [*gone, Step(who, "join"), *_some(rnd, _send(who)), Step("owner", "share", who), _send(who)]


def _leave(rnd: random.Random, _: str) -> list[Step]:
    who = rnd.choice(["alice", "bob", "alice2"])
    verb = rnd.choices(["leave", "reconnect"], [3, 1])[0]
    return [Step(who, verb), *_some(rnd, _send(who), _send("owner")), *_entered(who), _send(who)]


def _arrive(rnd: random.Random, setting: str) -> list[Step]:
    who = rnd.choice(["eve", "alice2"])
    first = [Step("owner", "give", who)] if setting == "private" and who == "eve" else []
    return [*first, Step(who, "join"), *_some(rnd, _send(who)), Step("owner", "share", who), _send(who)]


def _clear(rnd: random.Random, _: str) -> list[Step]:
    without = rnd.choice(["", "alice", "bob"])
    cleared = Step(rnd.choices(["owner", "admin"], [6, 1])[0], "clear", without)
    speaker = without or rnd.choice(INSIDE)
    again = [_send(speaker), Step("owner", "share", speaker), _send(speaker)] if without else [_send(speaker)]
    return [*_some(rnd, _send("bob")), cleared, *_some(rnd, _send(speaker, "stale"), _send(speaker, "oldest")), *again]


def _wrong(rnd: random.Random, _: str) -> list[Step]:
    who = rnd.choice(["alice", "bob", "owner"])
    how = rnd.choice(["stale", "future", *_MALFORMED])
    return [_send(who, how), *_some(rnd, _send(who))]


def _membership(rnd: random.Random, setting: str) -> list[Step]:
    if setting != "private":
        return _talk(rnd, setting)
    who = rnd.choice(["alice", "bob", "eve"])
    given = [Step("owner", "give", who), *_entered(who), _send(who)]
    return [Step("owner", "take", who), *_some(rnd, _send(who), Step(who, "join"), Step(who, "read")), *given]


def _delete(rnd: random.Random, _: str) -> list[Step]:
    who, other = rnd.sample(["alice", "bob", "owner"], 2)
    first = [_send(who), _send(other)]
    ends = [
        [Step("owner", "delete", who)],
        [Step(rnd.choice(["alice", "eve", "mod"]), "delete", other)],
        [Step("owner", "delete_last", how=str(rnd.randint(1, 3)))],
        [Step(who, "delete_mine")],
    ]
    return [*first, *rnd.choice(ends), *_some(rnd, Step("owner", "read"))]


def _overreach(rnd: random.Random, _: str) -> list[Step]:
    """Somebody does what it may not, or what no page says whether it may."""
    actor = rnd.choices(["alice", "bob", "eve", "mod", "admin", "owner"], [2, 2, 1, 4, 2, 1])[0]
    target = rnd.choice([*PLAIN, "mod", "admin"])
    verb = rnd.choice(["mute", "kick", "ban", "clear", "hard_mute"] if actor != "owner" else ["mute", "ban", "kick"])
    target = "" if verb == "clear" else actor if actor == "owner" else target
    how = "for good" if verb in ("mute", "ban") else ""
    plain = actor in PLAIN and verb == "ban"
    return [
        Step(actor, "kick" if plain else verb, target, "" if plain else how),
        *_some(rnd, _send("bob"), _send("alice")),
    ]


def _hard_mute(rnd: random.Random, _: str) -> list[Step]:
    muted = Step("admin", "hard_mute", "bob")
    return [
        muted,
        _send("bob"),
        *_some(rnd, Step("owner", "mute", "bob", "for good"), Step("owner", "unmute", "bob"), _send("bob")),
    ]


def _register(rnd: random.Random, _: str) -> list[Step]:
    who = rnd.choice(INSIDE)
    return [
        Step(who, "register", how=rnd.choice(["a new", "the same"])),
        *_some(rnd, Step("owner", "share", who), _send(who)),
    ]


_ARCS: tuple[tuple[Arc, int], ...] = (
    (_talk, 3), (_mute, 5), (_ban, 6), (_kick, 5), (_leave, 4), (_arrive, 4), (_clear, 6), (_wrong, 3),
    (_membership, 3), (_delete, 4), (_overreach, 3), (_hard_mute, 1), (_register, 1),
)  # fmt: skip
