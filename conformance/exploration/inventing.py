"""Stories by chance: short arcs of a cause and its removal, woven into each other. Repeatable by their seed.

A walk that takes each step by chance alone rarely gets anywhere: who is muted is kicked before anybody looks. So what
is drawn are arcs, and what mixes them is chance: up to three of them are under way at once.
"""

import random
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from conformance.exploration.steps import FEATURES, HERE, INSIDE, PLAIN, SENDS, THERE, Setting, Step, Story


@dataclass(frozen=True, slots=True)
class Draw:
    """What an arc is drawn with: chance, the setting, and whom most of the story is about."""

    rnd: random.Random
    setting: Setting
    hero: str

    def who(self, *others: str) -> str:
        """Mostly the hero: two causes that meet are two of the same person."""
        return self.hero if self.rnd.random() < _MOSTLY else self.rnd.choice(others or PLAIN)

    def some(self, *steps: Step, odds: float = 0.6) -> list[Step]:
        """Each of the steps or not."""
        return [step for step in steps if self.rnd.random() < odds]

    def lasting(self) -> str:
        """How long a sanction is for."""
        return self.rnd.choice(("for good", "for good", "for ten minutes"))


Arc = Callable[[Draw], list[Step]]

_AT_ONCE = (1, 2, 2, 3)
_MALFORMED = [how for how in SENDS if how not in ("valid", "stale", "oldest", "future")]
_OFTEN, _MOSTLY, _SELDOM = 0.8, 0.65, 0.2


def invented(setting: Setting, seed: str, length: int, absent: Collection[str]) -> Story:
    """A story of about so many steps; ``absent`` are the features that its target lacks."""
    rnd = random.Random(seed)  # noqa: S311 - chance that can be repeated, and keeps no secret
    steps = [step for step in _woven(rnd, setting, length) if playable(step, absent)]
    return Story(setting, tuple(steps[:length]))


def playable(step: Step, absent: Collection[str]) -> bool:
    """Whether a target that lacks these features can be asked for the step."""
    staff = step.actor in ("mod", "admin") or step.target in ("mod", "admin")
    return FEATURES.get(step.verb) not in absent and not (staff and "moderators" in absent)


def _woven(rnd: random.Random, setting: Setting, length: int) -> Iterator[Step]:
    draw = Draw(rnd, setting, rnd.choice(("alice", "bob")))
    under_way: list[list[Step]] = []
    at_once = rnd.choice(_AT_ONCE)
    for _ in range(4 * length):
        while len(under_way) < at_once:
            arc = rnd.choices([one for one, _ in _ARCS], [weight for _, weight in _ARCS])[0]
            under_way.append(_placed(rnd, arc(draw)))
        lane = rnd.choice(under_way)
        yield lane.pop(0)
        under_way = [one for one in under_way if one]


def _placed(rnd: random.Random, steps: Sequence[Step]) -> list[Step]:
    """The arc in one of the two chats; once in a while a send of it goes to the other one."""
    chat = rnd.choices([HERE, THERE], [4, 1])[0]
    placed = [_in(step, chat) for step in steps]
    if rnd.random() < _SELDOM:
        other = THERE if chat == HERE else HERE
        placed.insert(rnd.randrange(len(placed) + 1), Step(rnd.choice(INSIDE), "send", how="valid", chat=other))
    return placed


def _in(step: Step, chat: str) -> Step:
    return Step(step.actor, step.verb, step.target, step.how, chat)


# --- arcs -------------------------------------------------------------------------------------------------------------


def _send(actor: str, how: str = "valid") -> Step:
    return Step(actor, "send", how=how)


def _given(name: str) -> Step:
    return Step("owner", "share", name)


def _talk(draw: Draw) -> list[Step]:
    return [_send(draw.rnd.choice([*INSIDE, "alice2", "eve"])) for _ in range(draw.rnd.randint(1, 2))]


def _absence(draw: Draw, who: str) -> list[Step]:
    """Some way to be gone and come back, without the key in the end if it is a new one."""
    ban, unban = Step("owner", "ban", who, draw.lasting()), Step("owner", "unban", who)
    kick, leave = Step("owner", "kick", who), Step(who, "leave")
    ways = ([leave], [Step(who, "reconnect")], [kick], [ban], [kick, ban], [leave, ban])
    gone = draw.rnd.choices(ways, [4, 1, 4, 5, 1, 1])[0]
    meanwhile = draw.some(_send(who), _send("owner"), Step("owner", "clear"), Step(who, "join"), odds=0.35)
    lifted = [unban] if ban in gone or draw.rnd.random() < _SELDOM else []
    if draw.setting == "private" and ban in gone:
        lifted += draw.some(Step("owner", "give", who), odds=_OFTEN)
    return [*gone, *meanwhile, *lifted, *draw.some(_send(who), odds=_SELDOM), Step(who, "join")]


def _away(draw: Draw) -> list[Step]:
    who = draw.who("alice", "bob", "alice2", "eve")
    return [*_absence(draw, who), *draw.some(_send(who)), _given(who), _send(who)]


def _mute(draw: Draw) -> list[Step]:
    who = draw.who()
    steps = [Step("owner", "mute", who, draw.lasting()), *draw.some(_send(who))]
    if draw.rnd.random() < _MOSTLY:
        steps += [*_absence(draw, who), *draw.some(_given(who), _send(who), odds=_OFTEN)]
    steps += [*draw.some(Step("owner", "unmute", who), odds=_OFTEN), *draw.some(_given(who)), _send(who)]
    tail = _absence(draw, who) if draw.rnd.random() < _SELDOM else draw.some(Step(who, "delete_mine"), odds=_SELDOM)
    return [*steps, *tail]


def _arrive(draw: Draw) -> list[Step]:
    who = draw.rnd.choice(["eve", "alice2"])
    first = [Step("owner", "give", who)] if draw.setting == "private" and who == "eve" else []
    return [*first, Step(who, "join"), *draw.some(_send(who)), _given(who), _send(who)]


def _clear(draw: Draw) -> list[Step]:
    without = draw.rnd.choice(["", draw.hero])
    cleared = Step(draw.rnd.choices(["owner", "admin"], [6, 1])[0], "clear", without)
    speaker = without or draw.rnd.choice(INSIDE)
    again = [_send(speaker), _given(speaker), _send(speaker)] if without else [_send(speaker)]
    return [*draw.some(_send("bob")), cleared, *draw.some(_send(speaker, "stale"), _send(speaker, "oldest")), *again]


def _wrong(draw: Draw) -> list[Step]:
    who = draw.who("alice", "bob", "owner")
    how = draw.rnd.choice(["stale", "future", *_MALFORMED])
    return [_send(who, how), *draw.some(_send(who))]


def _membership(draw: Draw) -> list[Step]:
    if draw.setting != "private":
        return _talk(draw)
    who = draw.who()
    given = [Step("owner", "give", who), Step(who, "join"), _given(who), _send(who)]
    return [Step("owner", "take", who), *draw.some(_send(who), Step(who, "join"), Step(who, "read")), *given]


def _delete(draw: Draw) -> list[Step]:
    who = draw.who("owner")
    other = draw.rnd.choice([one for one in INSIDE if one != who])
    ends = [
        [Step("owner", "delete", who)],
        [Step(draw.rnd.choice(["alice", "eve", "mod"]), "delete", other)],
        [Step("owner", "delete_last", how=str(draw.rnd.randint(1, 3)))],
        [Step(who, "delete_mine")],
        [Step(who, "delete_mine")],
    ]
    return [_send(who), _send(other), *draw.rnd.choice(ends), *draw.some(Step("owner", "read"), odds=0.3)]


def _overreach(draw: Draw) -> list[Step]:
    """Somebody does what it may not, or what no page says whether it may."""
    actor = draw.rnd.choices(["alice", "bob", "eve", "mod", "admin", "owner"], [2, 2, 1, 4, 2, 1])[0]
    verbs = ["kick"] if actor == "owner" else ["mute", "kick"] if actor in PLAIN else ["mute", "kick", "ban"]
    verb = draw.rnd.choice([*verbs, *(["clear", "hard_mute"] if actor != "owner" else ["ban"])])
    target = actor if actor == "owner" else draw.who(*PLAIN, "mod", "admin")
    how = "for good" if verb in ("mute", "ban") else ""
    return [Step(actor, verb, "" if verb == "clear" else target, how), *draw.some(_send(draw.hero))]


def _hard_mute(draw: Draw) -> list[Step]:
    mute, unmute = Step("owner", "mute", "bob", "for good"), Step("owner", "unmute", "bob")
    return [Step("admin", "hard_mute", "bob"), *draw.some(_send("bob"), mute), unmute, _send("bob")]


def _register(draw: Draw) -> list[Step]:
    who = draw.rnd.choice(INSIDE)
    return [Step(who, "register", how=draw.rnd.choice(["a new", "the same"])), *draw.some(_given(who), _send(who))]


_ARCS: tuple[tuple[Arc, int], ...] = (
    (_talk, 3), (_away, 10), (_mute, 10), (_arrive, 3), (_clear, 5), (_wrong, 2), (_membership, 3), (_delete, 5),
    (_overreach, 3), (_hard_mute, 2), (_register, 1),
)  # fmt: skip
